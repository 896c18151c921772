// One answer of HTTP/1.1, read as its bytes come in ("HTTP/1.1", RFC 9112): just what a client of one server needs. Strict and bounded:
// what is not plainly right is refused, and no answer makes it hold more than its limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gw::lambda {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct ApiResponse {
  int status = 0;
  Headers headers;  // names in lower case; values without surrounding blanks, and without control characters
  std::string body;
  bool too_long = false;  // the body is longer than the limit, and was not kept
  // The first one of that name (in lower case); empty when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

// Owned by one thread; for one answer.
class ResponseReader {
 public:
  static constexpr std::size_t kMaxHead = std::size_t{64} << 10;  // of status line and headers, and of trailers

  enum class State : std::uint8_t { more, done, failed };

  explicit ResponseReader(std::size_t body_limit) : body_limit_(body_limit) {}

  // Takes the next bytes. `done`: response() holds it, and what came behind its end was not looked at. Bytes that follow `done`
  // or `failed` change nothing.
  State feed(std::string_view bytes);
  // The other side has closed: the end of an answer that has no other one, else damage.
  State finish();

  [[nodiscard]] bool has_begun() const { return has_begun_; }
  // After `done`: the connection may carry the next request.
  [[nodiscard]] bool keeps_alive() const { return keeps_alive_; }
  [[nodiscard]] std::string_view damage() const { return damage_; }  // after `failed`: a constant
  [[nodiscard]] ApiResponse& response() { return response_; }

 private:
  enum class Part : std::uint8_t {
    status,
    header,
    counted,
    until_close,
    chunk_size,
    chunk,
    chunk_end,
    trailer,
    end,
    bad
  };

  State fail(std::string_view why);
  [[nodiscard]] State state() const;
  // Takes a line without its end off `bytes`; false when it is not complete yet.
  bool take_line(std::string_view& bytes, std::string_view& line);
  void read_line(std::string_view line);
  void read_status(std::string_view line);
  void read_header(std::string_view line);
  void read_length(std::string_view value);
  void read_chunk_size(std::string_view line);
  void begin_body();
  void take_body(std::string_view& bytes);
  void refuse_body();

  std::size_t body_limit_;
  Part part_ = Part::status;
  ApiResponse response_;
  std::string line_;  // what came of a line whose end has not
  std::size_t head_size_ = 0;
  std::uint64_t left_ = 0;  // bytes of the body or of the chunk
  bool has_begun_ = false;
  bool has_length_ = false;
  bool is_chunked_ = false;
  bool keeps_alive_ = true;
  std::string_view damage_;
};

}  // namespace gw::lambda
