// Any bytes as gzip, whole and as a stream: no crash, no output beyond the capacity, and both agree.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/gzip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using State = gw::InflateResult::State;
  const std::string_view in(reinterpret_cast<const char*>(data), size);
  constexpr std::size_t kCapacity = 1 << 16;
  static gw::WholeInflater whole;
  static gw::StreamInflater stream;
  std::string out(kCapacity, '\0');
  std::size_t looked_at = 0;
  const gw::InflateResult first = whole.inflate(in, out.data(), out.size(), [&](std::string_view seen) {
    if (seen.data() != out.data() || seen.size() < looked_at || seen.size() > kCapacity) std::abort();
    looked_at = seen.size();
  });
  if (first.size > kCapacity) std::abort();
  if (first.state == State::done && looked_at != first.size) std::abort();

  const std::size_t head = size / 3;
  const std::size_t step = size % 61 + 1;
  std::size_t at = head;
  stream.start(in.substr(0, head), [&](char* buffer, std::size_t capacity) {
    const std::size_t n = std::min({step, capacity, size - at});
    in.copy(buffer, n, at);
    at += n;
    return n;
  });
  std::string text;
  std::string window(997, '\0');
  State state = State::full;
  std::string_view reason;
  while (state == State::full && text.size() <= kCapacity) {
    const gw::InflateResult r = stream.read(window.data(), window.size());
    if (r.size > window.size() || (r.state == State::full && r.size != window.size())) std::abort();
    text.append(window, 0, r.size);
    state = r.state;
    reason = r.reason;
  }
  // Either inflater lets pass some codes that RFC 1951 forbids and the other refuses (libdeflate: the length codes 286 and
  // 287; ISA-L: incomplete code tables). The reader tells what libdeflate said. Where both take the bytes, they must agree,
  // and only forbidden codes are a reason to differ.
  if (first.state == State::done) {
    const std::string_view made(out.data(), first.size);
    if (state == State::done ? text != made : reason != "damaged gzip data") std::abort();
  }
  return 0;
}
