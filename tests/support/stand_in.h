// Somebody else's HTTP server, on loopback, that answers as a test says: any status, never, or not at all after reading. Plain
// sockets, a thread for each connection; connections are kept. Safe from any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace gw::test {

struct StandInRequest {
  std::string method;
  std::string path;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

struct StandInAnswer {
  // drop: the request is read, then the connection closed; stall: of the body less comes than was promised, then nothing
  enum class Kind { reply, hang, drop, stall };
  Kind kind = Kind::reply;
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body = "ok";
};

[[nodiscard]] StandInAnswer reply(int status, std::string body = "ok",
                                  std::vector<std::pair<std::string, std::string>> headers = {});
[[nodiscard]] StandInAnswer hang();
[[nodiscard]] StandInAnswer drop();
[[nodiscard]] StandInAnswer stall(int status);

class StandIn {
 public:
  using Script = std::function<StandInAnswer(const StandInRequest&)>;  // one call at a time
  explicit StandIn(Script script);
  ~StandIn();
  StandIn(const StandIn&) = delete;
  StandIn& operator=(const StandIn&) = delete;

  [[nodiscard]] std::string url() const;  // http://127.0.0.1:port, without a slash
  void answer(Script script);             // from now on
  [[nodiscard]] std::vector<StandInRequest> requests() const;
  void forget();                     // the requests so far
  void wait_for(std::size_t count);  // until so many requests came

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// As Slack's Web API answers a good call: ts counts up.
[[nodiscard]] StandIn::Script slack_that_works();

}  // namespace gw::test
