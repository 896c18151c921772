#include "app/secrets.h"

#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <mutex>

#include "app/aws_context.h"
#include "app/aws_secrets.h"

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

// A secret that AWS keeps, and which one was handed out last: a refusal is about that one.
class UsedSecret {
 public:
  UsedSecret(std::string reference, std::shared_ptr<AwsContext> aws)
      : reference_(std::move(reference)), aws_(std::move(aws)) {}

  Result<Secret> get() {
    auto secret = aws_->secrets().get(reference_);
    const std::lock_guard lock(mutex_);
    if (secret) last_ = *secret;
    return secret;
  }
  Result<bool> reread() {
    Secret last;
    {
      const std::lock_guard lock(mutex_);
      last = last_;
    }
    return last.empty() ? Result<bool>(false) : aws_->secrets().reread(reference_, last);
  }

 private:
  const std::string reference_;
  const std::shared_ptr<AwsContext> aws_;
  std::mutex mutex_;
  Secret last_;
};

}  // namespace

Result<SecretSource> secret_source(const std::string& reference, const Io& io) {
  if (reference.empty()) return SecretSource{[] { return Result<Secret>(Secret()); }};
  if (reference.starts_with("env:")) {
    const auto value = io.environment(reference.substr(4));
    if (!value || value->empty()) return Error{Errc::invalid_input, "the secret " + reference + " is not set"};
    return SecretSource{[secret = Secret(*value)] { return Result<Secret>(secret); }};
  }
  if (reference.starts_with("file:")) {
    auto file = std::make_shared<FileSecret>(reference.substr(5));
    if (auto first = file->get(); !first) return std::move(first).error();
    return SecretSource{[file] { return file->get(); }};
  }
  if (is_aws_secret(reference)) {
    if (const Status possible = check_aws_secret(reference); !possible) return possible.error();
    auto used = std::make_shared<UsedSecret>(reference, aws_of(io));
    return SecretSource{[used] { return used->get(); }, [used] { return used->reread(); }};
  }
  return Error{Errc::invalid_input, "a secret is written as env:NAME, file:PATH, ssm:NAME or secretsmanager:ID"};
}

Result<Secret> resolve_secret(const std::string& reference, const Io& io, std::chrono::seconds max_age) {
  auto source = secret_source(reference, io);
  if (!source) return std::move(source).error();
  return is_aws_secret(reference) ? aws_of(io)->secrets().get(reference, max_age) : source->get();
}

}  // namespace gw::app
