// Each wildcard is a line of states, one a byte or star; a star's state holds on any byte, and may be passed by without one. The
// sets of states that some value reaches are made one byte at a time, as when an automaton is made deterministic. Counted
// are the states of a set, and the stars that could begin there.
//
// A set with as many states as the limit ends the search, so that sets are small. How many sets there are is bounded too: what
// reaches that bound counts as too complex.
#include "domain/pattern/wildcard_complexity.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

namespace gw::pattern {
namespace {

constexpr std::uint16_t kStar = 256;
constexpr std::uint16_t kBegin = 257;
constexpr std::size_t kMaxSets = 20'000;

using States = std::vector<std::uint32_t>;

// All patterns one behind the other: tokens[i] is what must have been read to be in state i. A kBegin stands before each.
struct Lines {
  std::vector<std::uint16_t> tokens;
  // What a state counts as: those that patterns of one list share, up to their first star and at the end, are one.
  std::vector<std::uint32_t> counts_as;
};

Lines lines_of(const std::vector<std::vector<std::string>>& lists) {
  Lines out;
  std::map<std::pair<std::size_t, std::vector<std::uint16_t>>, std::uint32_t> shared;
  const auto add = [&](std::uint16_t token, std::uint32_t as) {
    out.tokens.push_back(token);
    out.counts_as.push_back(as);
  };
  for (std::size_t list = 0; list < lists.size(); ++list) {
    for (const std::string& text : lists[list]) {
      std::vector<std::uint16_t> read = {'"'};
      for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '*') {
          read.push_back(kStar);
          continue;
        }
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        read.push_back(static_cast<unsigned char>(text[i]));
      }
      read.push_back('"');
      add(kBegin, 0);
      std::vector<std::uint16_t> prefix;
      bool behind_star = false;
      for (std::size_t i = 0; i < read.size(); ++i) {
        const auto own = static_cast<std::uint32_t>(out.tokens.size());
        prefix.push_back(read[i]);
        if (i + 1 == read.size()) prefix = {};  // the end, which is one for all of a list
        add(read[i], behind_star && !prefix.empty() ? own : shared.try_emplace({list, prefix}, own).first->second);
        behind_star = behind_star || read[i] == kStar;
      }
    }
  }
  add(kBegin, 0);
  return out;
}

// Of a set of states: how many beginnings it stands for, the stars that could begin there included.
std::size_t count(const Lines& lines, const States& states) {
  std::vector<std::uint32_t> as;
  for (const std::uint32_t state : states) {
    as.push_back(lines.counts_as[state]);
    if (lines.tokens[state + 1] == kStar) as.push_back(lines.counts_as[state + 1]);
  }
  std::sort(as.begin(), as.end());
  return static_cast<std::size_t>(std::unique(as.begin(), as.end()) - as.begin());
}

}  // namespace

std::size_t wildcard_complexity(std::vector<std::vector<std::string>> wildcards, std::size_t limit) {
  std::sort(wildcards.begin(), wildcards.end());
  wildcards.erase(std::unique(wildcards.begin(), wildcards.end()), wildcards.end());
  const Lines lines = lines_of(wildcards);
  const std::vector<std::uint16_t>& tokens = lines.tokens;
  States begin;
  std::set<std::uint16_t> alphabet = {kStar};  // stands for every byte that no pattern names
  for (std::uint32_t i = 0; i + 1 < tokens.size(); ++i) {
    if (tokens[i] == kBegin) {
      begin.push_back(i);
    } else {
      alphabet.insert(tokens[i]);
    }
  }
  std::set<States> seen = {begin};
  std::vector<States> pending = {begin};
  std::size_t greatest = 0;
  while (!pending.empty()) {
    const States states = std::move(pending.back());
    pending.pop_back();
    for (const std::uint16_t byte : alphabet) {
      States next;
      const auto step = [&](std::uint32_t from) {
        if (byte != kStar && tokens[from + 1] == byte) next.push_back(from + 1);
      };
      for (const std::uint32_t state : states) {
        step(state);
        if (tokens[state] == kStar) next.push_back(state);
        if (tokens[state + 1] == kStar) {
          next.push_back(state + 1);
          step(state + 1);
        }
      }
      std::sort(next.begin(), next.end());
      next.erase(std::unique(next.begin(), next.end()), next.end());
      if (next.empty()) continue;
      greatest = std::max(greatest, count(lines, next));
      if (greatest >= limit || seen.size() > kMaxSets) return limit;
      if (seen.insert(next).second) pending.push_back(std::move(next));
    }
  }
  return greatest;
}

}  // namespace gw::pattern
