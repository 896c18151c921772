#include "edge/web/slack_envelope.h"

#include <algorithm>

#include "base/json/write.h"

namespace gw::web {
namespace {

constexpr std::size_t kMaxId = 128;
constexpr std::size_t kMaxReason = 64;

Error wrong(std::string what) { return Error{Errc::invalid_input, std::move(what)}; }

bool is_id(std::string_view id) {
  return id.size() <= kMaxId && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
                  c == '.';
         });
}

}  // namespace

Result<Envelope> read_envelope(std::string_view text, json::Doc& doc) {
  json::Limits limits;
  limits.max_depth = 34;  // a press, and what it is wrapped in
  if (!doc.parse(text, limits) || !doc.root().is_object()) return wrong("not a JSON object");
  const json::Value root = doc.root();
  const std::string_view type = root["type"].text();
  if (type.empty()) return wrong("without a type");
  Envelope out;
  out.id = root["envelope_id"].text();
  if (!is_id(out.id)) return wrong("the envelope's id is none");
  if (type == "hello") {
    out.kind = Envelope::Kind::hello;
    out.app = root["connection_info"]["app_id"].text();
    if (!is_id(out.app)) return wrong("the app's id is none");
  } else if (type == "disconnect") {
    out.kind = Envelope::Kind::disconnect;
    out.reason = root["reason"].text();
    if (!is_id(out.reason) || out.reason.size() > kMaxReason) return wrong("the reason is none");
  } else if (type == "interactive") {
    if (out.id.empty()) return wrong("a press without an id");
    out.kind = Envelope::Kind::interactive;
    out.payload = root["payload"];
    out.takes_answer = root["accepts_response_payload"].boolean().value_or(false);
  }
  return out;
}

std::string acknowledgement(std::string_view id, std::string_view answer) {
  std::string out = "{\"envelope_id\":";
  json::append_string(out, id);
  if (!answer.empty()) out.append(",\"payload\":").append(answer);
  return out + "}";
}

}  // namespace gw::web
