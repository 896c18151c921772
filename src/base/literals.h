// Where any of a few literals occurs in a text, at memory speed.
//
// A fingerprint of three neighbouring bytes of each literal (the rarest three) is looked for in all literals at once with
// byte shuffles, 64 or 32 bytes a step (AVX-512, AVX2; a portable loop elsewhere); every hit is then compared in full. The
// method is known as Teddy, from Hyperscan. Immutable after construction; safe from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gw {

namespace literals {
inline constexpr unsigned kFingerprint = 3;

struct Tables {
  // One bit a bucket, by position in the fingerprint and by half of the byte there.
  alignas(64) std::uint8_t low[kFingerprint][16];
  alignas(64) std::uint8_t high[kFingerprint][16];
  // The same by the low six bits of the byte: the seventh is left to the comparison.
  alignas(64) std::uint8_t folded[kFingerprint][64];

  // Lets `byte` pass in position k for the buckets of `bits`.
  void add(std::size_t k, unsigned char byte, std::uint8_t bits) {
    low[k][byte & 15] = static_cast<std::uint8_t>(low[k][byte & 15] | bits);
    high[k][byte >> 4] = static_cast<std::uint8_t>(high[k][byte >> 4] | bits);
    folded[k][byte & 63] = static_cast<std::uint8_t>(folded[k][byte & 63] | bits);
  }
};
struct Hit {
  std::uint32_t at;       // where the fingerprint stands
  std::uint32_t buckets;  // bit set
};
// Appends hits for fingerprints that begin in [at, size) to `hits` until `max` is nearly reached; returns how far it came
// (a multiple of 64 beyond `at`, or size). Reads up to kSlack bytes behind the text.
using Search = std::size_t (*)(const Tables&, const char* text, std::size_t size, std::size_t at, Hit* hits,
                               std::size_t max, std::size_t& count);
[[nodiscard]] Search search_variant(const char* name);  // "portable", "avx2", "avx512"; nullptr when not available here
}  // namespace literals

class Literals {
 public:
  // Bytes that must be readable behind every text.
  static constexpr std::size_t kSlack = 128;

  // At most 64 literals of at least 3 bytes of ASCII each; shorter ones make it useless, so they are a bug in the caller.
  // `typical` is a little text of the kind that will be searched: fingerprints are chosen that are rare in it.
  explicit Literals(std::vector<std::string> literals, std::string_view typical = {});

  // Calls found(index, position) for every occurrence, in the order of the text up to a few bytes (by fingerprint). The
  // text ends before 4 GiB.
  template <class Found>
  void find(std::string_view text, Found&& found) const {
    find(text, 0, text.size(), found);
  }
  // The same for the part [from, to) of a text: each occurrence is found by exactly one of the parts that make up a text
  // (the one in which its fingerprint begins).
  template <class Found>
  void find(std::string_view text, std::size_t from, std::size_t to, Found&& found) const {
    std::array<literals::Hit, 256> hits;  // NOLINT: written before read
    std::size_t at = from;
    while (at < to) {
      std::size_t count = 0;
      at = search_(tables_, text.data(), to, at, hits.data(), hits.size(), count);
      for (std::size_t h = 0; h < count; ++h) {
        for (std::uint32_t bits = hits[h].buckets; bits != 0; bits &= bits - 1) {
          for (const std::uint8_t index : buckets_[static_cast<unsigned>(__builtin_ctz(bits))]) {
            const Literal& literal = literals_[index];
            if (hits[h].at < literal.fingerprint) continue;
            const std::size_t start = hits[h].at - literal.fingerprint;
            if (literal.text.size() > text.size() - start || text[start] != literal.text[0]) continue;
            if (text.compare(start, literal.text.size(), literal.text) == 0) found(index, start);
          }
        }
      }
    }
  }

 private:
  struct Literal {
    std::string text;
    std::uint32_t fingerprint;  // offset of its three bytes
  };
  void put(std::string text, std::size_t fingerprint, std::size_t bucket);

  std::vector<Literal> literals_;
  std::array<std::vector<std::uint8_t>, 8> buckets_;
  literals::Tables tables_;
  literals::Search search_;
};

}  // namespace gw
