// A file that has its name only when it is whole and durable. Until then, and when it is given up, what stood there before stands.
// Internal to app; one thread at a time.
#pragma once

#include <string>
#include <string_view>

namespace gw::app {

class NewFile {
 public:
  NewFile() = default;
  ~NewFile();  // gives up what is not finished
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  // Each answers whether it went well; if not, errno says why. Readable for its owner alone.
  [[nodiscard]] bool open(const std::string& path);
  [[nodiscard]] bool write(std::string_view text);
  [[nodiscard]] bool finish();
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
  std::string path_;
  std::string made_;
};

}  // namespace gw::app
