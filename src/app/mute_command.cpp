// mute add, list, remove.
#include "app/operate.h"
#include "base/neutralise.h"

namespace gw::app {

int run_mute_add(const OperatorArguments& a, const Io& io) {
  if (a.watch.empty() && a.account.empty() && a.session.empty()) {
    complain(io, "what is muted? --watch, --account or --session (see glasswatch mute add --help)");
    return kUsage;
  }
  return act(a, io, "POST", "/api/v1/mutes",
             body_of({{"watch", a.watch},
                      {"account_id", a.account},
                      {"session_id", a.session},
                      {"reason", a.reason},
                      {"until", a.until}}),
             "muted until " + visible(a.until) + "; what is critical is folded into its session's thread, never muted");
}

int run_mute_list(const OperatorArguments& a, const Io& io) {
  OperatorArguments all = a;
  all.limit = 1'000'000;
  return show_list(all, io, std::string("/api/v1/mutes") + (a.all ? "?ended=true" : ""),
                   {"MUTE", "WATCH", "ACCOUNT", "SESSION", "UNTIL", "AUTHOR", "REASON", "ENDED"},
                   [](json::Value m) -> Cells {
                     return {cell(m["id"]),    cell(m["watch"]),  cell(m["account_id"]), cell(m["session_id"]),
                             cell(m["until"]), cell(m["author"]), cell(m["reason"]),     cell(m["ended_at"])};
                   });
}

int run_mute_remove(const OperatorArguments& a, const Io& io) {
  return act(a, io, "DELETE", "/api/v1/mutes/" + encoded(a.id), "", "ended " + visible(a.id));
}

}  // namespace gw::app
