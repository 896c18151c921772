#include "app/secrets.h"

#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <mutex>

namespace gw::app {
namespace {

constexpr std::size_t kMaxSecret = std::size_t{64} * 1024;

void trim_end(std::string& text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
}

class FileSecret {
 public:
  explicit FileSecret(std::string path) : path_(std::move(path)) {}

  Result<Secret> get() {
    const std::lock_guard lock(mutex_);
    struct stat status {};
    if (::stat(path_.c_str(), &status) != 0) return unreadable("cannot be found");
    const auto same = [&] {
      return status.st_mtim.tv_sec == changed_.tv_sec && status.st_mtim.tv_nsec == changed_.tv_nsec &&
             status.st_size == size_ && status.st_ino == inode_;
    };
    if (read_ && same()) return secret_;
    if (static_cast<std::size_t>(status.st_size) > kMaxSecret) return unreadable("is too large for a secret");
    std::ifstream in(path_, std::ios::binary);
    if (!in) return unreadable("cannot be read");
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    trim_end(text);
    if (text.empty()) return unreadable("is empty");
    secret_ = Secret(std::move(text));
    changed_ = status.st_mtim;
    size_ = status.st_size;
    inode_ = status.st_ino;
    read_ = true;
    return secret_;
  }

 private:
  [[nodiscard]] Error unreadable(const char* why) const {
    return {Errc::invalid_input, "the secret file:" + path_ + " " + why};
  }

  const std::string path_;
  std::mutex mutex_;
  Secret secret_;
  timespec changed_{};
  off_t size_ = 0;
  ino_t inode_ = 0;
  bool read_ = false;
};

}  // namespace

Result<SecretSource> secret_source(const std::string& reference, const Environment& environment) {
  if (reference.empty()) return SecretSource([] { return Result<Secret>(Secret()); });
  if (reference.starts_with("env:")) {
    const auto value = environment(reference.substr(4));
    if (!value || value->empty()) return Error{Errc::invalid_input, "the secret " + reference + " is not set"};
    return SecretSource([secret = Secret(*value)] { return Result<Secret>(secret); });
  }
  if (reference.starts_with("file:")) {
    auto file = std::make_shared<FileSecret>(reference.substr(5));
    if (auto first = file->get(); !first) return std::move(first).error();
    return SecretSource([file] { return file->get(); });
  }
  const std::size_t colon = reference.find(':');
  if (colon != std::string::npos && (reference.starts_with("ssm:") || reference.starts_with("secretsmanager:"))) {
    return Error{Errc::invalid_input,
                 "secrets of the form " + reference.substr(0, colon) + ":… cannot be read here yet; use env: or file:"};
  }
  return Error{Errc::invalid_input, "a secret is written as env:NAME or file:PATH"};
}

Result<Secret> resolve_secret(const std::string& reference, const Environment& environment) {
  auto source = secret_source(reference, environment);
  if (!source) return std::move(source).error();
  return (*source)();
}

}  // namespace gw::app
