#include "base/literals.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace gw {
namespace literals {
namespace {

std::size_t search_portable(const Tables& tables, const char* text, std::size_t size, std::size_t at, Hit* hits,
                            std::size_t max, std::size_t& count) {
  const auto bits = [&](unsigned k, char c) -> unsigned {
    const auto byte = static_cast<unsigned char>(c);
    return tables.low[k][byte & 15] & tables.high[k][byte >> 4];
  };
  for (; at < size && count < max; ++at) {
    unsigned found = bits(0, text[at]);
    if (found == 0) continue;
    for (unsigned k = 1; k < kFingerprint; ++k) found &= bits(k, text[at + k]);
    if (found != 0) hits[count++] = {static_cast<std::uint32_t>(at), found};
  }
  return at;
}

}  // namespace

#if defined(__x86_64__)
std::size_t search_avx2(const Tables&, const char*, std::size_t, std::size_t, Hit*, std::size_t, std::size_t&);
std::size_t search_avx512(const Tables&, const char*, std::size_t, std::size_t, Hit*, std::size_t, std::size_t&);
#endif

Search search_variant(const char* name) {
  if (std::strcmp(name, "portable") == 0) return search_portable;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (std::strcmp(name, "avx2") == 0 && __builtin_cpu_supports("avx2")) return search_avx2;
  if (std::strcmp(name, "avx512") == 0 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi"))
    return search_avx512;
#endif
  return nullptr;
}

namespace {

Search best() {
  for (const char* name : {"avx512", "avx2"}) {
    if (const Search search = search_variant(name)) return search;
  }
  return search_portable;
}

// How common a byte is in CloudTrail's JSON, roughly: what a fingerprint should avoid.
int commonness(char c) {
  if (c >= 'a' && c <= 'z') return std::strchr("jkqxyzvw", c) != nullptr ? 3 : 6;
  if (c >= 'A' && c <= 'Z') return 2;
  if (c >= '0' && c <= '9') return 5;
  return c == '"' ? 8 : 4;
}

// What the widest variant sees of a byte.
constexpr unsigned folded(char c) { return static_cast<unsigned char>(c) & 63; }

// The bytes that a bucket lets pass, one set a position of the fingerprint.
struct Sets {
  std::array<std::uint64_t, kFingerprint> bytes{};

  void add(std::string_view fingerprint) {
    for (unsigned k = 0; k < kFingerprint; ++k) bytes[k] |= std::uint64_t{1} << folded(fingerprint[k]);
  }
  // How often it stops in a text; where it never does, how near it is to that.
  [[nodiscard]] double cost(std::string_view typical) const {
    std::size_t hits = 0;
    for (std::size_t i = 0; i + kFingerprint <= typical.size(); ++i) {
      std::uint64_t pass = 1;
      for (unsigned k = 0; k < kFingerprint; ++k) pass &= bytes[k] >> folded(typical[i + k]);
      hits += pass & 1;
    }
    double width = 1;
    for (const std::uint64_t set : bytes) width *= __builtin_popcountll(set) / 64.0;
    return static_cast<double>(hits) + width;
  }
};

}  // namespace
}  // namespace literals

void Literals::put(std::string text, std::size_t fingerprint, std::size_t bucket) {
  const auto bit = static_cast<std::uint8_t>(1u << bucket);
  for (std::size_t k = 0; k < literals::kFingerprint; ++k)
    tables_.add(k, static_cast<unsigned char>(text[fingerprint + k]), bit);
  buckets_[bucket].push_back(static_cast<std::uint8_t>(literals_.size()));
  literals_.push_back({std::move(text), static_cast<std::uint32_t>(fingerprint)});
}

// Each literal in turn gets the fingerprint and the bucket that add least to what is stopped at for nothing.
Literals::Literals(std::vector<std::string> texts, std::string_view typical) : tables_{}, search_(literals::best()) {
  if (texts.size() > 64) std::abort();
  std::array<literals::Sets, 8> sets;
  std::array<double, 8> costs{};
  for (std::string& text : texts) {
    if (text.size() < literals::kFingerprint) std::abort();
    struct Choice {
      std::size_t fingerprint;
      double cost;
      int commonness;
    };
    std::vector<Choice> choices;
    for (std::size_t i = 0; i + literals::kFingerprint <= text.size(); ++i) {
      literals::Sets alone;
      alone.add(std::string_view(text).substr(i));
      choices.push_back(
          {i, alone.cost(typical),
           literals::commonness(text[i]) + literals::commonness(text[i + 1]) + literals::commonness(text[i + 2])});
    }
    std::stable_sort(choices.begin(), choices.end(), [](const Choice& a, const Choice& b) {
      return a.cost != b.cost ? a.cost < b.cost : a.commonness < b.commonness;
    });
    if (choices.size() > 2) choices.erase(choices.begin() + 2, choices.end());
    std::size_t best_fingerprint = 0;
    std::size_t best_bucket = 0;
    double best_growth = 0;
    for (const Choice& choice : choices) {
      for (std::size_t bucket = 0; bucket < sets.size(); ++bucket) {
        literals::Sets grown = sets[bucket];
        grown.add(std::string_view(text).substr(choice.fingerprint));
        const double growth = grown.cost(typical) - costs[bucket];
        if ((&choice != choices.data() || bucket != 0) && growth >= best_growth) continue;
        best_growth = growth;
        best_fingerprint = choice.fingerprint;
        best_bucket = bucket;
      }
    }
    sets[best_bucket].add(std::string_view(text).substr(best_fingerprint));
    costs[best_bucket] += best_growth;
    put(std::move(text), best_fingerprint, best_bucket);
  }
}

}  // namespace gw
