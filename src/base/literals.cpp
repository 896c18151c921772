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

}  // namespace
}  // namespace literals

Literals::Literals(std::vector<std::string> texts) : tables_{}, search_(literals::best()) {
  if (texts.size() > 64) std::abort();
  std::size_t bucket = 0;
  for (std::string& text : texts) {
    if (text.size() < 3) std::abort();
    std::size_t best = 0;
    int best_score = 1000;
    for (std::size_t i = 0; i + literals::kFingerprint <= text.size(); ++i) {
      const int score =
          literals::commonness(text[i]) + literals::commonness(text[i + 1]) + literals::commonness(text[i + 2]);
      if (score < best_score) {
        best = i;
        best_score = score;
      }
    }
    const auto bit = static_cast<std::uint8_t>(1u << bucket);
    for (std::size_t k = 0; k < literals::kFingerprint; ++k) {
      const auto byte = static_cast<unsigned char>(text[best + k]);
      tables_.low[k][byte & 15] = static_cast<std::uint8_t>(tables_.low[k][byte & 15] | bit);
      tables_.high[k][byte >> 4] = static_cast<std::uint8_t>(tables_.high[k][byte >> 4] | bit);
    }
    buckets_[bucket].push_back(static_cast<std::uint8_t>(literals_.size()));
    literals_.push_back({std::move(text), static_cast<std::uint32_t>(best)});
    bucket = (bucket + 1) % buckets_.size();
  }
}

}  // namespace gw
