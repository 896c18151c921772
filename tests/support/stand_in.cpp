#include "tests/support/stand_in.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <set>
#include <string_view>
#include <thread>

namespace gw::test {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// Reads one request; false at the end of the connection.
bool read_request(int connection, std::string& buffer, StandInRequest& request) {
  const auto more = [&] {
    char bytes[16384];
    const ssize_t n = recv(connection, bytes, sizeof bytes, 0);
    if (n > 0) buffer.append(bytes, static_cast<std::size_t>(n));
    return n > 0;
  };
  std::size_t end = 0;
  while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
    if (!more()) return false;
  }
  request = {};
  std::string_view head = std::string_view(buffer).substr(0, end);
  const std::string_view line = head.substr(0, head.find("\r\n"));
  request.method = line.substr(0, line.find(' '));
  const std::string_view rest = line.substr(line.find(' ') + 1);
  request.path = rest.substr(0, rest.find(' '));
  while (head.find("\r\n") != std::string_view::npos) {
    head.remove_prefix(head.find("\r\n") + 2);
    const std::string_view header = head.substr(0, head.find("\r\n"));
    const std::size_t colon = header.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view value = header.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    request.headers[lower(header.substr(0, colon))] = value;
  }
  const std::size_t size = std::strtoul(request.headers["content-length"].c_str(), nullptr, 10);
  while (buffer.size() < end + 4 + size) {
    if (!more()) return false;
  }
  request.body = buffer.substr(end + 4, size);
  buffer.erase(0, end + 4 + size);
  return true;
}

bool write_reply(int connection, const StandInAnswer& answer) {
  std::string out = "HTTP/1.1 " + std::to_string(answer.status) + " Said\r\n";
  for (const auto& [name, value] : answer.headers) out += name + ": " + value + "\r\n";
  const std::size_t missing = answer.kind == StandInAnswer::Kind::stall ? 100 : 0;
  out += "Content-Length: " + std::to_string(answer.body.size() + missing) + "\r\n\r\n" + answer.body;
  return send(connection, out.data(), out.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(out.size());
}

}  // namespace

StandInAnswer reply(int status, std::string body, std::vector<std::pair<std::string, std::string>> headers) {
  return {StandInAnswer::Kind::reply, status, std::move(headers), std::move(body)};
}
StandInAnswer hang() { return {StandInAnswer::Kind::hang, 0, {}, {}}; }
StandInAnswer drop() { return {StandInAnswer::Kind::drop, 0, {}, {}}; }
StandInAnswer stall(int status) { return {StandInAnswer::Kind::stall, status, {}, "o"}; }

struct StandIn::State {
  int listener = -1;
  std::string url;
  mutable std::mutex mutex;
  Script script;  // guarded by mutex, like all below
  std::vector<StandInRequest> requests;
  std::condition_variable came;
  std::set<int> open;
  std::vector<std::thread> threads;
  bool stopping = false;
  std::thread acceptor;

  void serve(int connection) {
    std::string buffer;
    StandInRequest request;
    while (read_request(connection, buffer, request)) {
      StandInAnswer answer;
      {
        const std::lock_guard lock(mutex);
        if (stopping) break;
        requests.push_back(request);
        came.notify_all();
        answer = script(request);
      }
      if (answer.kind == StandInAnswer::Kind::drop) break;
      if (answer.kind == StandInAnswer::Kind::stall && !write_reply(connection, answer)) break;
      if (answer.kind == StandInAnswer::Kind::hang || answer.kind == StandInAnswer::Kind::stall) {
        char byte = 0;
        while (recv(connection, &byte, 1, 0) > 0) {  // until the other side, or the test, has had enough
        }
        break;
      }
      if (!write_reply(connection, answer)) break;
    }
    const std::lock_guard lock(mutex);
    open.erase(connection);
    close(connection);
  }

  void accept_all() {
    for (;;) {
      const int connection = accept(listener, nullptr, nullptr);
      const std::lock_guard lock(mutex);
      if (connection < 0 || stopping) {
        if (connection >= 0) close(connection);
        return;
      }
      open.insert(connection);
      threads.emplace_back([this, connection] { serve(connection); });
    }
  }
};

StandIn::StandIn(Script script) : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.script = std::move(script);
  s.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (bind(s.listener, any, size) != 0 || listen(s.listener, 64) != 0 || getsockname(s.listener, any, &size) != 0)
    std::abort();
  s.url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  s.acceptor = std::thread([&s] { s.accept_all(); });
}

StandIn::~StandIn() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    for (const int connection : state_->open) shutdown(connection, SHUT_RDWR);
    shutdown(state_->listener, SHUT_RDWR);
  }
  state_->acceptor.join();
  {
    const std::lock_guard lock(state_->mutex);
    threads.swap(state_->threads);
  }
  for (std::thread& thread : threads) thread.join();
  close(state_->listener);
}

std::string StandIn::url() const { return state_->url; }

void StandIn::answer(Script script) {
  const std::lock_guard lock(state_->mutex);
  state_->script = std::move(script);
}

std::vector<StandInRequest> StandIn::requests() const {
  const std::lock_guard lock(state_->mutex);
  return state_->requests;
}

void StandIn::wait_for(std::size_t count) {
  std::unique_lock lock(state_->mutex);
  state_->came.wait(lock, [&] { return state_->requests.size() >= count; });
}

void StandIn::forget() {
  const std::lock_guard lock(state_->mutex);
  state_->requests.clear();
}

StandIn::Script slack_that_works() {
  return [n = 0](const StandInRequest&) mutable {
    return reply(200, R"({"ok":true,"channel":"C0123","ts":")" + std::to_string(1'785'550'491 + ++n) + ".000100\"}");
  };
}

}  // namespace gw::test
