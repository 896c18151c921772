// Any bytes as text from a record in what SIEMs are sent: a syslog message that can be taken apart again and stays within its limit, a
// finding that deviates in nothing from OCSF's schema, and a key in S3 that nobody outside has written.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json/doc.h"
#include "base/utf8.h"
#include "domain/ocsf/ocsf.h"
#include "domain/ocsf/schema.h"
#include "edge/receivers/body.h"
#include "edge/receivers/ocsf_bucket.h"
#include "edge/receivers/samples.h"
#include "edge/receivers/syslog.h"

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void check_shown(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const gw::Utf8Char c = gw::next_utf8(text, i);
    check(c.valid && !gw::is_unsafe_to_show(c.code_point));
    i += c.length;
  }
}

// Six fields, two elements whose values end where they should, the mark, the text.
void check_syslog(const std::string& told, std::size_t limit) {
  check(told.size() <= limit);
  std::size_t at = 0;
  for (int blanks = 0; blanks < 6; ++at) {
    check(at < told.size());
    blanks += told[at] == ' ' ? 1 : 0;
  }
  int elements = 0;
  for (; told.at(at) == '['; ++at) {
    ++elements;
    at = told.find_first_of(" ]", at);
    while (told.at(at) == ' ') {
      at = told.find("=\"", at) + 2;
      for (; told.at(at) != '"'; ++at) {
        if (told.at(at) == '\\') {
          ++at;
        } else {
          check(told.at(at) != ']');
        }
      }
      ++at;
    }
    check(told.at(at) == ']');
  }
  check(elements == 2);
  check(told.compare(at, 4, " \xEF\xBB\xBF") == 0);
  check_shown(told.substr(0, at));
  check_shown(told.substr(at + 4));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using gw::model::AlertKind;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto kind = static_cast<AlertKind>(size == 0 ? 0 : data[size - 1] % gw::model::kAlertKinds);
  gw::ports::Claim claim = gw::receivers::sample_claim(kind, text);
  gw::model::Session& s = *claim.session;
  s.account_id = s.account_name = s.role = s.principal.name = s.principal.id = s.source_ip = s.region = text;
  s.first_event_id = s.first_event_name = text;
  claim.alert.id = claim.alert.watch = claim.alert.planned = claim.alert.reason = claim.alert.data = text;
  gw::ports::Claim alone = claim;
  alone.session.reset();
  gw::model::AccessEvent e;
  e.mechanism = gw::model::Mechanism::tamper;
  e.event_id = e.account_id = e.role = e.principal.name = e.source_ip = e.region = e.event_name = e.error_code = text;
  alone.alert.data = "{\"access\":";
  gw::model::append_access_json(alone.alert.data, e);
  alone.alert.data += "}";
  for (const gw::ports::Claim& one : {claim, alone}) {
    const gw::ports::Message message = gw::receivers::sample_message({one});
    for (const std::size_t limit : {gw::receivers::kSyslogLeast, gw::receivers::kSyslogLimit})
      check_syslog(gw::receivers::syslog_message(message, {4, text, limit}), limit);
    const std::string finding = gw::receivers::fact_ocsf(message);
    gw::json::Doc doc;
    check(doc.parse(finding) && finding.size() < 48'000);
    if (!text.empty()) check(gw::ocsf::deviation(doc.root()).empty());
    const std::string key = gw::receivers::ocsf_object_key(message);
    check(key.size() <= 200 && std::count(key.begin(), key.end(), '/') == 3);
  }
  for (const bool is_break_glass : {false, true}) {
    e.break_glass = is_break_glass;
    e.mechanism = static_cast<gw::model::Mechanism>(size % gw::model::kMechanismCount);
    std::string line;
    gw::ocsf::append_event(line, e);
    gw::json::Doc doc;
    check(doc.parse(line));
    if (!text.empty()) check(gw::ocsf::deviation(doc.root()).empty());
  }
  return 0;
}
