// The lines of a file, inflated where it is gzip; a byte order mark is passed over. Internal to app, not thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/gzip.h"

namespace gw::app {

class LineReader {
 public:
  static constexpr std::size_t kMaxLine = std::size_t{16} << 20;

  LineReader() = default;
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;
  ~LineReader() { close(); }

  // Begins with another text: what `file` holds, or where that is empty `bytes`, which outlive the reading.
  void open(const std::string& file, std::string_view bytes);
  // The beginning of the text, 64 KiB of it or all. Before the first next().
  [[nodiscard]] std::string_view beginning() const { return std::string_view(buffer_).substr(at_); }
  // The next line without its end; false at the end of the text, which cuts no line off. `too_long`: it was passed over.
  [[nodiscard]] bool next(std::string& line, bool& too_long);
  // Why the text ended before its end; empty: it did not.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  void close();
  [[nodiscard]] std::size_t read_raw(char* out, std::size_t capacity);
  [[nodiscard]] bool fill();  // false at the end

  int file_ = -1;
  std::string_view bytes_;
  std::string head_;
  StreamInflater inflater_;
  bool is_gzip_ = false;
  bool is_at_end_ = false;
  std::string buffer_;
  std::size_t at_ = 0;
  std::string problem_;
};

}  // namespace gw::app
