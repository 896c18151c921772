// outbox list, retry: what is told, and what could not be.
#include "app/operate.h"
#include "base/neutralise.h"

namespace gw::app {

int run_outbox_list(const OperatorArguments& a, const Io& io) {
  return show_list(
      a, io, "/api/v1/outbox" + query({{"receiver", a.receiver}, {"state", a.state}, {"session_id", a.session}}),
      {"CREATED", "STATE", "RECEIVER", "KIND", "ATTEMPTS", "DUE", "REASON", "ALERT"}, [](json::Value n) -> Cells {
        return {cell(n["created_at"]), cell(n["state"]),  cell(n["receiver"]), cell(n["kind"]),
                cell(n["attempts"]),   cell(n["due_at"]), cell(n["reason"]),   cell(n["alert_id"])};
      });
}

int run_outbox_retry(const OperatorArguments& a, const Io& io) {
  return act(a, io, "POST", "/api/v1/alerts/" + encoded(a.id) + "/retry", "{}", "due at once: " + visible(a.id));
}

}  // namespace gw::app
