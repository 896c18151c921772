// Traps kept out of the callers' way: multi-member files work only by looping; libdeflate gives nothing of a member that
// does not fit; ISA-L needs a reset per member, and a cut-off input shows only as "no progress"; neither refuses all
// reserved header bits, so the four fixed bytes are checked here for both.
//
// A whole member is inflated without its checksum; that is then taken by ISA-L step by step, each right behind whoever looks
// at the text: so the text comes out of the farther caches once.
#include "base/gzip.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <libdeflate.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <vector>

namespace gw {
namespace {

constexpr std::size_t kInputChunk = 64 * 1024;
constexpr std::size_t kMaxHeader = 32 * 1024;
constexpr std::size_t kTrailer = 8;
constexpr std::size_t kLookStep = 16 * 1024;  // half of a first-level cache
constexpr unsigned char kReservedFlags = 0xE0;

// Why these bytes cannot begin a gzip member; empty when they can.
std::string_view header_problem(std::string_view bytes) {
  if (bytes.size() < 4) return "cut off in a gzip header";
  if (!looks_like_gzip(bytes)) return "bytes after the gzip data";
  if (bytes[2] != 8) return "unknown gzip compression method";
  if ((static_cast<unsigned char>(bytes[3]) & kReservedFlags) != 0) return "reserved gzip header flags";
  return {};
}

// How long the gzip header is that `bytes` begin with ("RFC 1952", section 2.3); 0 when it does not end within them. The four
// fixed bytes were checked. ISA-L's own reading of headers is not used: a header that is cut off makes it decode what an
// earlier member left behind.
std::size_t header_size(std::string_view bytes) {
  constexpr unsigned kHeaderCrc = 2;
  constexpr unsigned kExtra = 4;
  constexpr unsigned kName = 8;
  constexpr unsigned kComment = 16;
  const auto byte = [&](std::size_t i) -> unsigned { return static_cast<unsigned char>(bytes[i]); };
  std::size_t size = 10;
  if (bytes.size() < size) return 0;
  const unsigned flags = byte(3);
  if ((flags & kExtra) != 0) {
    if (bytes.size() < size + 2) return 0;
    size += 2 + byte(size) + (byte(size + 1) << 8);
  }
  for (const unsigned flag : {kName, kComment}) {
    if ((flags & flag) == 0) continue;
    if (size >= bytes.size()) return 0;
    const std::size_t end = bytes.find('\0', size);
    if (end == std::string_view::npos) return 0;
    size = end + 1;
  }
  if ((flags & kHeaderCrc) != 0) size += 2;
  return size <= bytes.size() ? size : 0;
}

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t n = 0;
  for (std::size_t i = 4; i-- > 0;) n = n << 8 | static_cast<unsigned char>(bytes[i]);
  return n;
}

}  // namespace

bool looks_like_gzip(std::string_view bytes) { return bytes.size() >= 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b'; }

struct WholeInflater::State {
  libdeflate_decompressor* decompressor = libdeflate_alloc_decompressor();
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { libdeflate_free_decompressor(decompressor); }
};

WholeInflater::WholeInflater() : state_(std::make_unique<State>()) {}
WholeInflater::~WholeInflater() = default;
WholeInflater::WholeInflater(WholeInflater&&) noexcept = default;
WholeInflater& WholeInflater::operator=(WholeInflater&&) noexcept = default;

InflateResult WholeInflater::inflate(std::string_view in, char* out, std::size_t capacity, const Look& look) {
  using Result = InflateResult;
  const Result damaged{Result::State::damaged, 0, "damaged or cut-off gzip data"};
  const auto bad = [](Result result, std::size_t good) {
    result.size = good;
    return result;
  };
  std::size_t size = 0;
  bool first = true;
  while (!in.empty()) {
    if (!first) {
      in.remove_prefix(std::min(in.find_first_not_of('\0'), in.size()));  // padding, also between members
      if (in.empty()) break;
    }
    if (const std::string_view problem = header_problem(in); !problem.empty()) {
      return {Result::State::damaged, size, problem};
    }
    first = false;
    const std::size_t header = header_size(in);
    if (header == 0 || in.size() - header < kTrailer) return bad(damaged, size);
    in.remove_prefix(header);
    std::size_t used = 0;
    std::size_t made = 0;
    switch (libdeflate_deflate_decompress_ex(state_->decompressor, in.data(), in.size() - kTrailer, out + size,
                                             capacity - size, &used, &made)) {
      case LIBDEFLATE_SUCCESS: break;
      case LIBDEFLATE_INSUFFICIENT_SPACE: return {Result::State::full, size, {}};
      default: return bad(damaged, size);
    }
    std::uint32_t checksum = 0;
    for (std::size_t at = 0; at < made; at += kLookStep) {
      // First the look, which computes enough to hide the way from the farther cache; the checksum would wait for it.
      const std::size_t step = std::min(kLookStep, made - at);
      if (look) look({out, size + at + step});
      checksum = crc32_gzip_refl(checksum, reinterpret_cast<const unsigned char*>(out + size + at), step);
    }
    if (checksum != little_endian(in.substr(used)) ||
        static_cast<std::uint32_t>(made) != little_endian(in.substr(used + 4))) {
      return bad(damaged, size);
    }
    in.remove_prefix(used + kTrailer);
    size += made;
  }
  if (first) return {Result::State::damaged, 0, "empty"};
  return {Result::State::done, size, {}};
}

struct StreamInflater::State {
  // ISA-L reads ahead, and at the end of a member gives back whole bytes by moving next_in backwards: perhaps into bytes that
  // came with the input before. So many bytes before the input always stand in front of it.
  static constexpr std::size_t kGivenBack = 16;

  inflate_state isal;
  std::vector<char> buffer = std::vector<char>(kInputChunk);
  const char* storage = nullptr;  // where the bytes that `input` lies in begin: the head, then the buffer
  std::string_view input;         // not yet consumed
  Source source;
  bool source_ended = false;
  bool member_open = false;
  bool any_member = false;

  // Makes at least `wanted` (<= kMaxHeader) bytes available, unless the source ends before.
  void fill(std::size_t wanted) {
    while (input.size() < wanted && !source_ended) {
      const std::size_t before = std::min(kGivenBack, static_cast<std::size_t>(input.data() - storage));
      const std::size_t keep = before + input.size();
      std::memmove(buffer.data(), input.data() - before, keep);
      const std::size_t got = source(buffer.data() + keep, buffer.size() - keep);
      source_ended = got == 0;
      storage = buffer.data();
      input = {buffer.data() + before, keep - before + got};
    }
  }
};

StreamInflater::StreamInflater() : state_(std::make_unique<State>()) {}
StreamInflater::~StreamInflater() = default;
StreamInflater::StreamInflater(StreamInflater&&) noexcept = default;
StreamInflater& StreamInflater::operator=(StreamInflater&&) noexcept = default;

void StreamInflater::start(std::string_view head, Source source) {
  State& s = *state_;
  s.storage = head.data() != nullptr ? head.data() : s.buffer.data();
  s.input = {s.storage, head.size()};
  s.source = std::move(source);
  s.source_ended = false;
  s.member_open = false;
  s.any_member = false;
}

InflateResult StreamInflater::read(char* out, std::size_t capacity) {
  using Result = InflateResult;
  State& s = *state_;
  std::size_t size = 0;
  while (size < capacity) {
    if (!s.member_open) {
      s.fill(4);
      if (s.any_member) {
        // Zero padding, of any length.
        while (!s.input.empty() && s.input.front() == 0) {
          s.input.remove_prefix(1);
          if (s.input.empty()) s.fill(1);
        }
        s.fill(4);
        if (s.input.empty()) return {Result::State::done, size, {}};
      }
      if (const std::string_view problem = header_problem(s.input); !problem.empty()) {
        return {Result::State::damaged, size, problem};
      }
      std::size_t header = 0;
      for (std::size_t wanted = 64; (header = header_size(s.input)) == 0; wanted *= 2) {
        if (wanted > kMaxHeader) return {Result::State::damaged, size, "gzip header too long"};
        s.fill(wanted);
        if (s.input.size() < wanted && header_size(s.input) == 0) {
          return {Result::State::damaged, size, "cut off in a gzip header"};
        }
      }
      s.input.remove_prefix(header);
      isal_inflate_init(&s.isal);
      s.isal.crc_flag = ISAL_GZIP_NO_HDR_VER;
      s.member_open = true;
      s.any_member = true;
    }
    if (s.input.empty()) s.fill(1);
    const auto in_size = static_cast<std::uint32_t>(std::min<std::size_t>(s.input.size(), 1u << 30));
    const auto out_size = static_cast<std::uint32_t>(std::min<std::size_t>(capacity - size, 1u << 30));
    // ISA-L takes a non-const pointer but only reads.
    s.isal.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(s.input.data()));  // NOLINT
    s.isal.avail_in = in_size;
    s.isal.next_out = reinterpret_cast<std::uint8_t*>(out + size);
    s.isal.avail_out = out_size;
    const int result = isal_inflate(&s.isal);
    const std::size_t made = out_size - s.isal.avail_out;
    size += made;
    // After an error ISA-L's count of what is left of the input may have gone below zero: it is not looked at.
    if (result != ISAL_DECOMP_OK && result != ISAL_END_INPUT) {
      return {Result::State::damaged, size,
              result == ISAL_INCORRECT_CHECKSUM ? "gzip checksum does not match" : "damaged gzip data"};
    }
    // Below zero when ISA-L gave back more than it took.
    const auto used = static_cast<std::ptrdiff_t>(in_size) - static_cast<std::ptrdiff_t>(s.isal.avail_in);
    s.input = {s.input.data() + used, static_cast<std::size_t>(static_cast<std::ptrdiff_t>(s.input.size()) - used)};
    if (s.isal.block_state == ISAL_BLOCK_FINISH) {
      s.member_open = false;
    } else if (used == 0 && made == 0 && s.input.empty() && s.source_ended) {
      return {Result::State::damaged, size, "cut-off gzip data"};
    }
  }
  return {Result::State::full, size, {}};
}

}  // namespace gw
