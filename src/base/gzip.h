// Inflating gzip: whole buffers by libdeflate, streams of any size by ISA-L. Any number of members; zero padding behind
// a member is fine; ISIZE is never looked at. Checksums are verified.
// Neither class is thread-safe; use one of each per thread. Errors are constant sentences, safe to print.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace gw {

[[nodiscard]] bool looks_like_gzip(std::string_view bytes);

struct InflateResult {
  enum class State : std::uint8_t {
    done,     // everything was inflated
    full,     // the output does not fit: nothing can be said about the rest
    damaged,  // see `reason`
  };
  State state = State::done;
  std::size_t size = 0;     // bytes written
  std::string_view reason;  // why it is damaged
};

class WholeInflater {
 public:
  WholeInflater();
  ~WholeInflater();
  WholeInflater(WholeInflater&&) noexcept;
  WholeInflater& operator=(WholeInflater&&) noexcept;

  // Called with the text inflated so far, again and again while it grows by steps of some kilobytes: the last step is still
  // in the cache then, so that a look at it costs little. It may end in the middle of anything, and the checksum of the
  // last member is not verified before the end: what was seen may be told only when inflate() has answered `done`.
  using Look = std::function<void(std::string_view text)>;

  // Inflates all members of `in` to `out`. When damaged or full, `size` bytes (of whole members) are good.
  [[nodiscard]] InflateResult inflate(std::string_view in, char* out, std::size_t capacity, const Look& look = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class StreamInflater {
 public:
  // Fills a buffer with the next compressed bytes; 0 at the end.
  using Source = std::function<std::size_t(char* buffer, std::size_t capacity)>;

  StreamInflater();
  ~StreamInflater();
  StreamInflater(StreamInflater&&) noexcept;
  StreamInflater& operator=(StreamInflater&&) noexcept;

  // Starts a new stream. `head` are bytes that were read already and come before those of the source; they must live
  // until they are consumed.
  void start(std::string_view head, Source source);
  // Writes up to `capacity` bytes. State `full`: more may come; `done`: the end; `damaged`: `size` bytes came before the
  // damage, and nothing comes after it.
  [[nodiscard]] InflateResult read(char* out, std::size_t capacity);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gw
