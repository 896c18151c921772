#include "tests/support/aws_stand_in.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/json/doc.h"
#include "base/json/write.h"

namespace gw::test {

Helper::Helper(const std::vector<std::string>& command) {
  std::array<int, 2> to{};
  std::array<int, 2> from{};
  if (pipe2(to.data(), O_CLOEXEC) != 0 || pipe2(from.data(), O_CLOEXEC) != 0) std::abort();
  std::vector<char*> arguments;
  for (const std::string& text : command) arguments.push_back(const_cast<char*>(text.c_str()));
  arguments.push_back(nullptr);
  child_ = fork();
  if (child_ < 0) std::abort();
  if (child_ == 0) {
    dup2(to[0], 0);
    dup2(from[1], 1);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  close(to[0]);
  close(from[1]);
  in_ = to[1];
  out_ = from[0];
}

Helper::~Helper() {
  close(in_);
  close(out_);
  waitpid(child_, nullptr, 0);
}

std::string Helper::read_line() {
  for (;;) {
    const std::size_t end = buffer_.find('\n');
    if (end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    std::array<char, 4096> bytes{};
    const ssize_t got = read(out_, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return {};
    buffer_.append(bytes.data(), static_cast<std::size_t>(got));
  }
}

AwsStandIn::AwsStandIn(const std::vector<std::string>& arguments) : transport_(aws::make_curl_transport()) {
  std::vector<std::string> command = {"python3", GW_SOURCE_DIR "/tests/support/aws/main.py"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  helper_ = std::make_unique<Helper>(command);
  json::Doc doc;
  const std::string line = helper_->read_line();
  if (!doc.parse(line)) std::abort();
  url_ = doc.root()["url"].text();
  region_ = doc.root()["region"].text();
  access_key_ = doc.root()["access_key"].text();
  secret_ = doc.root()["secret"].text();
}

aws::Credentials AwsStandIn::credentials() const { return {access_key_, Secret(secret_), {}, {}}; }

std::string AwsStandIn::control(const std::string& json, aws::Transport* transport) const {
  aws::HttpRequest request;
  request.method = "POST";
  request.url = url_ + "/_control";
  request.body = json;
  request.use_proxy = false;
  request.body_limit = std::size_t{256} << 20;
  auto answer = (transport == nullptr ? *transport_ : *transport).send(request);
  if (!answer || answer->status != 200) {
    ADD_FAILURE() << json << ": " << (answer ? answer->body : answer.error().message);
    return "{}";
  }
  return std::move(answer->body);
}

std::string AwsStandIn::create_queue(const std::string& name, const std::string& more) const {
  std::string request = R"({"do":"create_queue","name":)";
  json::append_string(request, name);
  if (!more.empty()) request += ',' + more;
  const std::string answer = control(request + '}');
  json::Doc doc;
  if (!doc.parse(answer)) return {};
  return std::string(doc.root()["url"].text());
}

std::size_t AwsStandIn::calls(std::string_view service, std::string_view operation, int status) const {
  std::string request = R"({"do":"calls","service":)";
  json::append_string(request, service);
  request += R"(,"operation":)";
  json::append_string(request, operation);
  const std::string answer = control(request + '}');
  json::Doc doc;
  json::Limits limits;
  limits.max_values = 1U << 22;
  if (!doc.parse(answer, limits)) {
    ADD_FAILURE() << "the log is too long";
    return 0;
  }
  std::size_t count = 0;
  const json::Value calls = doc.root()["calls"];
  for (json::Value at = calls.first_child(); !at.is_missing(); at = at.next_sibling()) {
    if (status == 0 || at["status"].raw() == std::to_string(status)) ++count;
  }
  return count;
}

std::unique_ptr<aws::Client> AwsStandIn::client(aws::Transport& transport, aws::CredentialProvider& credentials,
                                                aws::Service service, unsigned attempts) const {
  aws::Endpoint endpoint;
  endpoint.scheme = url_.substr(0, url_.find(':'));
  endpoint.host = url_.substr(url_.find("//") + 2);
  endpoint.region = region_;
  endpoint.is_custom = true;
  aws::RetryOptions retry;
  retry.attempts = attempts;
  retry.base = retry.throttled_base = std::chrono::milliseconds(2);
  return std::make_unique<aws::Client>(transport, credentials, service, endpoint, aws::system_tools(), retry);
}

}  // namespace gw::test
