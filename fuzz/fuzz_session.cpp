// Lines of records, everybody watched → sessions: no crash, states that come back as they were written, and the same sessions in
// the order of the lines, in the reverse order and all at once.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sessions/session_kit.h"

namespace {

using gw::model::Entry;

// What must not depend on the order.
std::multiset<std::string> states(const gw::test::Kit& kit) {
  std::multiset<std::string> out;
  for (const auto& [id, session] : kit.sessions) {
    gw::model::Session s = session;
    if (s.truncated) return {};
    const std::string json = gw::model::to_state_json(s);
    const auto again = gw::model::parse_state_json(json);
    if (!again || gw::model::to_state_json(*again) != json) std::abort();
    s.id = "x";
    s.version = 0;
    s.aliases.clear();
    s.parent.clear();
    out.insert(gw::model::to_state_json(s));
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  gw::watch::Config config;
  gw::watch::Watch everybody;
  everybody.name = "everybody";
  everybody.accounts = {"*"};
  config.watches.push_back(everybody);
  gw::test::Kit maker;
  maker.set(config);
  std::vector<std::vector<Entry>> records;
  std::set<std::string> users;
  std::set<std::string> names;  // of those that came in at a moment
  std::set<std::string> keys;
  while (!input.empty() && records.size() < 16) {
    const std::size_t end = input.find('\n');
    records.push_back(maker.entries(input.substr(0, end)));
    for (const Entry& entry : records.back()) {
      users.insert(entry.event.identity_store_user);
      for (const gw::model::Edge& edge : entry.edges) {
        if (edge.by == "sign_in_moment") names.insert(entry.session_name);
      }
      // A conflict keeps the first that came: order shows, and is meant to.
      if (!keys.insert(entry.event_key).second) return 0;
    }
    input = end == std::string_view::npos ? std::string_view{} : input.substr(end + 1);
  }
  users.erase("");
  names.erase("");
  gw::test::Kit forward;
  gw::test::Kit backward;
  gw::test::Kit whole;
  std::vector<Entry> all;
  for (const auto& entries : records) {
    forward.deliver(entries);
    all.insert(all.end(), entries.begin(), entries.end());
  }
  for (auto entries = records.rbegin(); entries != records.rend(); ++entries) backward.deliver(*entries);
  whole.deliver(all);
  if (users.size() > 1 || names.size() > 1) return 0;  // the one case in which order may show
  const auto expected = states(forward);
  if (states(backward) != expected || states(whole) != expected) std::abort();
  if (forward.folds != backward.folds || forward.folds.size() != whole.folds.size()) {
    // Only what was told of a fold may differ.
    for (const auto& [key, fold] : forward.folds) {
      const auto other = backward.folds.find(key);
      if (other == backward.folds.end() || other->second.count != fold.count) std::abort();
    }
  }
  return 0;
}
