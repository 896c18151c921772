// Written by hand into memory that is large enough for the longest line, with fixed key text: this line is written millions
// of times in a scan of everything.
#include "domain/model/access_json.h"

#include <charconv>
#include <cstring>
#include <memory>
#include <utility>

#include "base/json/write.h"

namespace gw::model {
namespace {

constexpr std::string_view kEnd = "]}";  // of the flags, which come last

std::string_view name_of(SourceIpKind kind) {
  switch (kind) {
    case SourceIpKind::person: return "person";
    case SourceIpKind::aws_service: return "aws_service";
    case SourceIpKind::internal: return "internal";
    case SourceIpKind::unknown: break;
  }
  return {};
}

// What append_access_json() writes at most: the keys and fixed words, and every text with all its characters escaped.
std::size_t longest_line(const AccessEvent& e) {
  constexpr std::size_t kFixed = 2048;
  std::size_t size = kFixed;
  for (const std::string* text :
       {&e.event_id,      &e.watch,          &e.account_id,           &e.account_name,   &e.role,
        &e.task_policy,   &e.principal.type, &e.principal.id,         &e.principal.name, &e.principal.name_source,
        &e.principal.arn, &e.source_ip,      &e.user_agent,           &e.mfa_source,     &e.region,
        &e.event_source,  &e.event_name,     &e.recipient_account_id, &e.error_code,     &e.error_message,
        &e.origin.feed,   &e.origin.path,    &e.shared_event_id,      &e.target,         &e.planned,
        &e.ignored_by}) {
    size += json::longest(*text);
  }
  for (const std::vector<std::string>* list : {&e.watches, &e.flags}) {
    for (const std::string& text : *list) size += json::longest(text) + 1;
  }
  return size;
}

class Line {
 public:
  explicit Line(char* out) : out_(out) {}

  // Text of our own: no character of it needs an escape.
  template <std::size_t kSize>
  Line& fixed(const char (&text)[kSize]) {
    std::memcpy(out_, text, kSize - 1);
    out_ += kSize - 1;
    return *this;
  }
  Line& words(std::string_view text) {
    std::memcpy(out_, text.data(), text.size());
    out_ += text.size();
    return *this;
  }
  Line& word(std::string_view text) { return fixed("\"").words(text).fixed("\""); }
  Line& string(std::string_view text) {
    out_ = json::put_string(out_, text);
    return *this;
  }
  template <std::size_t kSize>
  Line& field(const char (&key)[kSize], std::string_view text) {
    fixed(key);
    return text.empty() ? fixed("null") : string(text);
  }
  Line& strings(const std::vector<std::string>& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0) fixed(",");
      string(list[i]);
    }
    return *this;
  }
  Line& number(std::uint64_t n) {
    out_ = std::to_chars(out_, out_ + 24, n).ptr;
    return *this;
  }
  Line& truth(std::optional<bool> b) { return words(!b ? "null" : *b ? "true" : "false"); }
  [[nodiscard]] const char* end() const { return out_; }

 private:
  char* out_;
};

const char* write(char* out, const AccessEvent& e) {
  Line line(out);
  line.field(R"({"schema":"glasswatch.access.v1","event_id":)", e.event_id);
  line.fixed(R"(,"event_time":)");
  if (e.event_time) {
    line.word(format_time(*e.event_time));
  } else {
    line.fixed("null");
  }
  line.fixed(R"(,"mechanism":)").word(to_string(e.mechanism)).fixed(R"(,"also":[)");
  bool first = true;
  if (!e.also.empty()) {
    for (std::size_t i = 0; i < kMechanismCount; ++i) {
      if (!e.also.has(static_cast<Mechanism>(i))) continue;
      if (!std::exchange(first, false)) line.fixed(",");
      line.word(kMechanismNames[i]);
    }
  }
  line.fixed(R"(],"outcome":)").word(e.outcome == Outcome::success ? "success" : "failure");
  line.fixed(R"(,"break_glass":)").truth(e.break_glass);
  line.field(R"(,"watch":)", e.watch);
  line.fixed(R"(,"watches":[)").strings(e.watches).fixed(R"(],"severity":)");
  if (e.severity) {
    line.word(to_string(*e.severity));
  } else {
    line.fixed("null");
  }
  line.field(R"(,"account_id":)", e.account_id);
  line.field(R"(,"account_name":)", e.account_name);
  line.field(R"(,"role":)", e.role);
  line.field(R"(,"task_policy":)", e.task_policy);
  line.field(R"(,"principal":{"type":)", e.principal.type);
  line.field(R"(,"id":)", e.principal.id);
  line.field(R"(,"name":)", e.principal.name);
  line.field(R"(,"name_source":)", e.principal.name_source);
  line.field(R"(,"arn":)", e.principal.arn);
  line.field(R"(},"source_ip":)", e.source_ip);
  line.field(R"(,"source_ip_kind":)", name_of(e.source_ip_kind));
  line.field(R"(,"user_agent":)", e.user_agent);
  line.fixed(R"(,"mfa":)").truth(e.mfa);
  line.field(R"(,"mfa_source":)", e.mfa_source);
  line.field(R"(,"region":)", e.region);
  line.field(R"(,"event_source":)", e.event_source);
  line.field(R"(,"event_name":)", e.event_name);
  line.field(R"(,"recipient_account_id":)", e.recipient_account_id);
  line.field(R"(,"error_code":)", e.error_code);
  line.field(R"(,"error_message":)", e.error_message);
  line.fixed(R"(,"session_id":null,"origin":{"feed":)").string(e.origin.feed);
  line.field(R"(,"path":)", e.origin.path);
  line.fixed(R"(,"record":)").number(e.origin.record);
  line.field(R"(},"shared_event_id":)", e.shared_event_id);
  line.field(R"(,"target":)", e.target);
  line.field(R"(,"planned":)", e.planned);
  line.field(R"(,"ignored_by":)", e.ignored_by);
  line.fixed(R"(,"service_automation":)").truth(e.service_automation);
  line.fixed(R"(,"flags":[)").strings(e.flags).words(kEnd);
  return line.end();
}

}  // namespace

void append_access_json(std::string& out, const AccessEvent& e) {
  constexpr std::size_t kUsual = 16 * 1024;
  const std::size_t longest = longest_line(e);
  if (longest <= kUsual) {
    char line[kUsual];  // NOLINT: written before read
    out.append(static_cast<const char*>(line), write(line, e));
  } else {
    const auto line = std::make_unique_for_overwrite<char[]>(longest);
    out.append(static_cast<const char*>(line.get()), write(line.get(), e));
  }
}

void append_access_json(std::string& out, const AccessEvent& e, std::string_view session_id) {
  constexpr std::string_view kPlace = R"(,"session_id":null,"origin":{"feed":)";
  const std::size_t begin = out.size();
  append_access_json(out, e);
  // Strings hold no quote that is not escaped, so the place stands there once.
  const std::size_t at = session_id.empty() ? std::string::npos : out.find(kPlace, begin);
  if (at == std::string::npos) return;
  std::string id;
  json::append_string(id, session_id);
  out.replace(at + kPlace.find("null"), 4, id);
}

void add_flag_to_access_json(std::string& json, std::string_view flag) {
  if (!json.ends_with(kEnd)) return;
  json.resize(json.size() - kEnd.size());
  if (!json.ends_with('[')) json.push_back(',');
  json::append_string(json, flag);
  json += kEnd;
}

}  // namespace gw::model
