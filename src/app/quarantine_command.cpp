// quarantine list, show, replay: what could not be read.
#include "app/operate.h"
#include "base/neutralise.h"

namespace gw::app {

int run_quarantine_list(const OperatorArguments& a, const Io& io) {
  return show_list(a, io, "/api/v1/quarantine", {"AT", "FEED", "SOURCE", "REASON", "EVENT", "SETTLED", "ID"},
                   [](json::Value q) -> Cells {
                     return {cell(q["at"]),       cell(q["feed"]),       cell(q["source"]), cell(q["reason"]),
                             cell(q["event_id"]), cell(q["settled_as"]), cell(q["id"])};
                   });
}

int run_quarantine_show(const OperatorArguments& a, const Io& io) {
  auto api = open_to_read(a.api, io);
  if (!api) return failed(io, api.error());
  ApiAnswer answer;
  if (const int code = ask(*api, io, "GET", "/api/v1/quarantine/" + encoded(a.id), "", answer); code != kDone)
    return code;
  return print(io, answer.body + (answer.body.ends_with('\n') ? "" : "\n"));
}

int run_quarantine_replay(const OperatorArguments& a, const Io& io) {
  return act(a, io, "POST", "/api/v1/quarantine/" + encoded(a.id) + "/replay", "{}", "replayed " + visible(a.id));
}

}  // namespace gw::app
