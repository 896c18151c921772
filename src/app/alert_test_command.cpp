// alert-test: a marked alert down the real path of a running server, and what became of it.
#include <chrono>
#include <optional>
#include <thread>

#include "app/operate.h"
#include "base/neutralise.h"

namespace gw::app {
namespace {

using Steady = std::chrono::steady_clock;
constexpr std::chrono::seconds kPatience{30};

struct Outcome {
  std::string state;
  std::string reason;
};

// What became of the alert at the receiver; nullopt while it is tried.
std::optional<Outcome> find_outcome(json::Value alerts, const std::string& id, const std::string& receiver) {
  for (json::Value alert = alerts.first_child(); !alert.is_missing(); alert = alert.next_sibling()) {
    if (alert["id"].text() != id) continue;
    for (json::Value n = alert["notifications"].first_child(); !n.is_missing(); n = n.next_sibling()) {
      if (n["receiver"].text() != receiver || n["state"].text() == "trying") continue;
      return Outcome{std::string(n["state"].text()), n["reason"].is_nothing() ? "" : cell(n["reason"])};
    }
  }
  return std::nullopt;
}

}  // namespace

int run_alert_test(const OperatorArguments& a, const Io& io) {
  auto api = open_server(a.api, io);
  if (!api) return failed(io, api.error());
  const Steady::time_point begin = Steady::now();
  ApiAnswer answer;
  json::Doc doc;
  if (const int code = ask(*api, io, "POST", "/api/v1/alert-test", body_of({{"receiver", a.receiver}}), answer);
      code != kDone)
    return code;
  if (const int code = parse_answer(answer, io, doc); code != kDone) return code;
  const std::string id(doc.root()["alert_id"].text());
  while (Steady::now() - begin < kPatience) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    if (const int code = ask(*api, io, "GET", "/api/v1/alerts?kind=alert_test&limit=50", "", answer); code != kDone)
      return code;
    if (const int code = parse_answer(answer, io, doc); code != kDone) return code;
    const auto outcome = find_outcome(doc.root()["items"], id, a.receiver);
    if (!outcome) continue;
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - begin).count();
    const bool accepted = outcome->state == "delivered";
    std::string line = visible(a.receiver) + (accepted ? ": accepted" : ": " + visible(outcome->state)) + " after " +
                       std::to_string(took) + " ms";
    if (!outcome->reason.empty()) line += " (" + outcome->reason + ")";
    const int written = print(io, line + ", alert " + visible(id) + "\n");
    return accepted ? written : kOutside;
  }
  complain(io, a.receiver + " has not accepted it within 30 s; `glasswatch outbox list` says why; it is tried on");
  return kOutside;
}

}  // namespace gw::app
