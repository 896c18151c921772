// Text that has its place behind text that is not known yet. Small, it stays in memory; then it lies in a file without a name.
// Owned by one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gw::report {

// Where finished text goes; an error ends the report.
using Sink = std::function<Status(std::string_view)>;

class Spool {
 public:
  // `folder` holds the file; at most `memory` bytes are kept before there is one.
  explicit Spool(std::string folder, std::size_t memory = std::size_t{1} << 20);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  // What is appended to it. full() afterwards, now and then: it empties the text into the file when it is long.
  [[nodiscard]] std::string& text() { return text_; }
  void full();
  [[nodiscard]] bool is_empty() const { return text_.empty() && written_ == 0; }
  // All of it, once. `unavailable`: the file could not be written or read.
  [[nodiscard]] Status copy_to(const Sink& sink);

 private:
  [[nodiscard]] bool write_out();

  const std::string folder_;
  const std::size_t memory_;
  std::string text_;
  int file_ = -1;
  std::uint64_t written_ = 0;
  std::string problem_;
};

}  // namespace gw::report
