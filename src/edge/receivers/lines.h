// Facts as JSON lines: on a descriptor (stdout), or at the end of a file.
#pragma once

#include <sys/types.h>

#include <string>

#include "edge/receivers/body.h"
#include "edge/receivers/receivers.h"

namespace gw::receivers {

class DescriptorLines : public ports::Receiver {
 public:
  explicit DescriptorLines(int descriptor) : descriptor_(descriptor) {}
  [[nodiscard]] Traits traits() const override { return {}; }
  ports::SendResult send(const ports::Message& message, std::chrono::milliseconds deadline) override;
  ports::SendResult check(std::chrono::milliseconds deadline) override;

 private:
  int descriptor_;
  bool cut_ = false;  // a line was left unfinished: the next one begins on its own
};

// Accepted means fsynced. The file is opened again when somebody moved it away, so that it can be rotated.
class FileLines : public ports::Receiver {
 public:
  explicit FileLines(std::string path, FactText text = fact_json) : path_(std::move(path)), text_(text) {}
  ~FileLines() override;
  FileLines(const FileLines&) = delete;
  FileLines& operator=(const FileLines&) = delete;
  [[nodiscard]] Traits traits() const override { return {}; }
  ports::SendResult send(const ports::Message& message, std::chrono::milliseconds deadline) override;
  ports::SendResult check(std::chrono::milliseconds deadline) override;

 private:
  int open_current();  // 0, or errno
  void close_file();
  std::string path_;
  FactText text_;
  int file_ = -1;
  bool cut_ = false;  // as above, in a pipe
};

}  // namespace gw::receivers
