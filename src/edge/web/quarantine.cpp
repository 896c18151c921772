// What could not be read: looked at, given to the pipeline once more, or dismissed.
#include <array>

#include "edge/web/call.h"
#include "edge/web/lists.h"
#include "edge/web/render.h"

namespace gw::web {
namespace {

net::ServerResponse list(const Services& s, const Call& call) {
  const auto query = list_query(call.query, quarantine_filters(), call.now);
  if (!query) return problem_of(query.error());
  const auto found = s.store.quarantine(*query);
  if (!found) return problem_of(found.error());
  return respond_json(200, page_json(*found, [](std::string& out, const ports::QuarantineItem& item) {
                        ports::append_quarantine_json(out, item, false);
                      }));
}

net::ServerResponse show(const Services& s, const Call& call) {
  const auto item = s.store.quarantined(call.arguments[0]);
  if (!item) return problem_of(item.error());
  std::string body;
  ports::append_quarantine_json(body, *item, true);
  return respond_json(200, body + "\n");
}

net::ServerResponse dismiss(const Services& s, const Call& call) {
  const Status done = s.store.settle_quarantined(call.arguments[0], "dismissed", call.now);
  return done ? respond_json(200, "{\"status\":\"dismissed\"}\n") : problem_of(done.error());
}

// The operator vouches for it, so that the accounts of whoever delivered it do not bind. What still cannot be read comes back
// as a new item, whose source names this one.
void replay(const Services& s, Call call, net::Responder responder) {
  auto item = s.store.quarantined(call.arguments[0]);
  if (!item) return responder.send(problem_of(item.error()));
  if (item->settled_at) return responder.send(net::problem(409, "it was " + item->settled_as + " before"));
  // What is kept of it is the message that named it.
  for (const std::string_view reason : {"object_missing", "fetch_refused", "fetch_failed"}) {
    if (item->reason.starts_with(reason))
      return responder.send(net::problem(
          409,
          "it names an object in S3: send its message to the queue again, or read the object with `glasswatch scan`"));
  }
  if (item->payload.size() < item->size) return responder.send(net::problem(409, "only a part of it was kept"));
  if (!s.ingest.has_room(item->payload.size())) return responder.send(come_back_later("too much is in flight"));
  ports::Delivery delivery;
  delivery.feed = item->feed;
  delivery.source = "quarantine:" + item->id;
  delivery.bytes = std::move(item->payload);
  delivery.received_at = call.now;
  const auto answer = std::make_shared<net::Responder>(std::move(responder));
  delivery.settle = [&store = s.store, answer, id = item->id, now = call.now](ports::Settled settled) {
    if (settled != ports::Settled::durable) return answer->send(come_back_later("it could not be stored"));
    const Status done = store.settle_quarantined(id, "replayed", now);
    answer->send(done ? respond_json(200, "{\"status\":\"replayed\"}\n") : problem_of(done.error()));
  };
  s.ingest.submit(std::move(delivery));
}

constexpr std::array<Route, 4> kRoutes{{
    {"GET", "/api/v1/quarantine", Permission::read, Body::none, true, list, nullptr},
    {"GET", "/api/v1/quarantine/*", Permission::operate, Body::none, false, show, nullptr},
    {"POST", "/api/v1/quarantine/*/dismiss", Permission::operate, Body::json, false, dismiss, nullptr},
    {"POST", "/api/v1/quarantine/*/replay", Permission::operate, Body::json, false, nullptr, replay},
}};

}  // namespace

std::span<const Route> quarantine_routes() { return kRoutes; }

}  // namespace gw::web
