// Records that are sent to us. The bytes go to the pipeline as they came; a 200 is sent in `settle`, after the commit.
#include <array>

#include "edge/web/call.h"
#include "edge/web/firehose.h"

namespace gw::web {

net::ServerResponse firehose_answer(const net::ServerRequest& request, unsigned status, Time now,
                                    std::string_view message) {
  const std::string_view id = request.header("x-amz-firehose-request-id");
  std::string body;
  {
    Object o(body);
    o.text("requestId", is_request_id(id) ? id : std::string_view{});
    o.number("timestamp", static_cast<std::uint64_t>(now.micros / 1000));
    if (status != 200) o.text("errorMessage", message);
  }
  net::ServerResponse response = respond_json(status, std::move(body));
  if (status == 503 || status == 429) response.headers.emplace_back("Retry-After", "5");
  return response;
}

namespace {

ports::Delivery make_delivery(const Call& call, std::string bytes, std::string feed) {
  ports::Delivery delivery;
  delivery.feed = std::move(feed);
  delivery.source = "http:" + call.caller.name;
  delivery.bytes = std::move(bytes);
  delivery.received_at = call.now;
  delivery.accounts = call.caller.accounts;
  return delivery;
}

void submit(const Services& s, Call call, net::Responder responder, std::string feed) {
  if (call.request.body.empty()) return responder.send(net::problem(400, "there is nothing in it"));
  ports::Delivery delivery = make_delivery(call, std::move(call.request.body), std::move(feed));
  delivery.settle = [answer = std::make_shared<net::Responder>(std::move(responder))](ports::Settled settled) {
    answer->send(settled == ports::Settled::durable ? respond_json(200, "{\"status\":\"stored\"}\n")
                                                    : come_back_later("it could not be stored"));
  };
  s.ingest.submit(std::move(delivery));
}

void cloudtrail(const Services& s, Call call, net::Responder responder) {
  submit(s, std::move(call), std::move(responder), "http");
}

void eventbridge(const Services& s, Call call, net::Responder responder) {
  submit(s, std::move(call), std::move(responder), "eventbridge");
}

void firehose(const Services& s, Call call, net::Responder responder) {
  const auto refuse = [&](std::string_view why) { responder.send(firehose_answer(call.request, 400, call.now, why)); };
  const std::string_view id = call.request.header("x-amz-firehose-request-id");
  if (call.request.count("x-amz-firehose-request-id") != 1 || !is_request_id(id)) {
    return refuse("X-Amz-Firehose-Request-Id is needed");
  }
  if (call.request.body.empty()) return refuse("there is nothing in it");
  if (const auto inside = request_id_in(call.request.body); inside && *inside != id) {
    return refuse("requestId is not the one of X-Amz-Firehose-Request-Id");
  }
  ports::Delivery delivery = make_delivery(call, std::move(call.request.body), "http");
  const auto answer = std::make_shared<net::Responder>(std::move(responder));
  delivery.settle = [answer, request = std::move(call.request), now = call.now](ports::Settled settled) {
    const bool is_stored = settled == ports::Settled::durable;
    answer->send(firehose_answer(request, is_stored ? 200 : 503, now, "it could not be stored"));
  };
  s.ingest.submit(std::move(delivery));
}

constexpr std::array<Route, 3> kRoutes{{
    {"POST", "/ingest/cloudtrail", Permission::ingest, Body::delivery, true, nullptr, cloudtrail},
    {"POST", "/ingest/eventbridge", Permission::ingest, Body::event, true, nullptr, eventbridge},
    {"POST", "/ingest/firehose", Permission::ingest, Body::firehose, true, nullptr, firehose},
}};

}  // namespace

std::span<const Route> ingest_routes() { return kRoutes; }

}  // namespace gw::web
