// Hand-written appends with fixed key text: this line is written millions of times in a scan of everything.
#include "domain/model/access_json.h"

#include <charconv>
#include <utility>

#include "base/json/write.h"

namespace gw::model {
namespace {

constexpr std::string_view kEnd = "]}";  // of the flags, which come last

using json::append_string;
using json::append_string_or_null;

// Text of our own: no character of it needs an escape.
void append_plain(std::string& out, std::string_view text) {
  out.push_back('"');
  out += text;
  out.push_back('"');
}

void append_number(std::string& out, std::uint64_t n) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, n).ptr);
}

void append_bool(std::string& out, std::optional<bool> b) { out += !b ? "null" : *b ? "true" : "false"; }

std::string_view name_of(SourceIpKind kind) {
  switch (kind) {
    case SourceIpKind::person: return "person";
    case SourceIpKind::aws_service: return "aws_service";
    case SourceIpKind::internal: return "internal";
    case SourceIpKind::unknown: break;
  }
  return {};
}

}  // namespace

void append_access_json(std::string& out, const AccessEvent& e) {
  const auto field = [&out](std::string_view key, std::string_view text) {
    out += key;
    append_string_or_null(out, text);
  };
  out += R"({"schema":"glasswatch.access.v1")";
  field(R"(,"event_id":)", e.event_id);
  out += R"(,"event_time":)";
  if (e.event_time) {
    append_plain(out, format_time(*e.event_time));
  } else {
    out += "null";
  }
  out += R"(,"mechanism":)";
  append_plain(out, to_string(e.mechanism));
  out += R"(,"also":[)";
  bool first = true;
  if (!e.also.empty()) {
    for (std::size_t i = 0; i < kMechanismCount; ++i) {
      if (!e.also.has(static_cast<Mechanism>(i))) continue;
      if (!std::exchange(first, false)) out.push_back(',');
      append_plain(out, kMechanismNames[i]);
    }
  }
  out += R"(],"outcome":)";
  append_plain(out, e.outcome == Outcome::success ? "success" : "failure");
  out += R"(,"break_glass":)";
  out += e.break_glass ? "true" : "false";
  field(R"(,"watch":)", e.watch);
  out += R"(,"watches":[)";
  for (std::size_t i = 0; i < e.watches.size(); ++i) {
    if (i > 0) out.push_back(',');
    append_string(out, e.watches[i]);
  }
  out += R"(],"severity":)";
  if (e.severity) {
    append_plain(out, to_string(*e.severity));
  } else {
    out += "null";
  }
  field(R"(,"account_id":)", e.account_id);
  field(R"(,"account_name":)", e.account_name);
  field(R"(,"role":)", e.role);
  field(R"(,"task_policy":)", e.task_policy);
  field(R"(,"principal":{"type":)", e.principal.type);
  field(R"(,"id":)", e.principal.id);
  field(R"(,"name":)", e.principal.name);
  field(R"(,"name_source":)", e.principal.name_source);
  field(R"(,"arn":)", e.principal.arn);
  field(R"(},"source_ip":)", e.source_ip);
  field(R"(,"source_ip_kind":)", name_of(e.source_ip_kind));
  field(R"(,"user_agent":)", e.user_agent);
  out += R"(,"mfa":)";
  append_bool(out, e.mfa);
  field(R"(,"mfa_source":)", e.mfa_source);
  field(R"(,"region":)", e.region);
  field(R"(,"event_source":)", e.event_source);
  field(R"(,"event_name":)", e.event_name);
  field(R"(,"recipient_account_id":)", e.recipient_account_id);
  field(R"(,"error_code":)", e.error_code);
  field(R"(,"error_message":)", e.error_message);
  out += R"(,"session_id":null,"origin":{"feed":)";
  append_string(out, e.origin.feed);
  field(R"(,"path":)", e.origin.path);
  out += R"(,"record":)";
  append_number(out, e.origin.record);
  out += R"(},"shared_event_id":)";
  append_string_or_null(out, e.shared_event_id);
  field(R"(,"target":)", e.target);
  field(R"(,"planned":)", e.planned);
  field(R"(,"ignored_by":)", e.ignored_by);
  out += R"(,"service_automation":)";
  out += e.service_automation ? "true" : "false";
  out += R"(,"flags":[)";
  for (std::size_t i = 0; i < e.flags.size(); ++i) {
    if (i > 0) out.push_back(',');
    append_string(out, e.flags[i]);
  }
  out += kEnd;
}

void add_flag_to_access_json(std::string& json, std::string_view flag) {
  if (!json.ends_with(kEnd)) return;
  json.resize(json.size() - kEnd.size());
  if (!json.ends_with('[')) json.push_back(',');
  append_string(json, flag);
  json += kEnd;
}

}  // namespace gw::model
