// Any bytes as a record → detect() and name_fact(): no crash; what comes out is bounded by what went in, is valid UTF-8 and
// holds no secret of the record; event_names_of_interest() keeps its contract.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/doc.h"
#include "base/utf8.h"
#include "domain/cloudtrail/record_decode.h"
#include "domain/detect/detect.h"

namespace {

using gw::detect::EventNameInterest;
using gw::model::AccessEvent;
using gw::model::Record;

std::vector<std::string_view> texts_of(const AccessEvent& e) {
  std::vector<std::string_view> texts = {e.event_id,
                                         e.account_id,
                                         e.role,
                                         e.task_policy,
                                         e.principal.type,
                                         e.principal.id,
                                         e.principal.name,
                                         e.principal.arn,
                                         e.source_ip,
                                         e.user_agent,
                                         e.mfa_source,
                                         e.region,
                                         e.event_source,
                                         e.event_name,
                                         e.recipient_account_id,
                                         e.error_code,
                                         e.error_message,
                                         e.shared_event_id,
                                         e.caller_account_id,
                                         e.caller_issuer_arn,
                                         e.caller_user_arn,
                                         e.identity_store_user,
                                         e.role_arn,
                                         e.target};
  texts.insert(texts.end(), e.flags.begin(), e.flags.end());
  return texts;
}

void check_text(std::string_view text, std::size_t input_size) {
  // A target that is a list is shown as JSON, in which control characters take six; it is cut at 1024.
  if (text.size() > std::max<std::size_t>(input_size + 128, 1024)) std::abort();
  for (std::size_t i = 0; i < text.size();) {
    const gw::Utf8Char c = gw::next_utf8(text, i);
    if (!c.valid) std::abort();
    i += c.length;
  }
}

// Values that nobody may see, where the input holds them nowhere else: not in another field, nor escaped there, nor as what
// we put together ourselves (`store#user`, lists of names) or say in words of our own (flags).
std::vector<std::string_view> secrets_of(const Record& record, std::string_view input) {
  std::vector<std::string_view> secrets;
  if (input.find('\\') != std::string_view::npos) return secrets;
  for (const gw::json::Value v :
       {record.additional["LoginTo"], record.additional["RedirectTo"], record.response["accessToken"],
        record.response["credentials"]["sessionToken"], record.request["clientSecret"]}) {
    const std::string_view secret = v.text();
    const std::size_t at = input.find(secret);
    const bool ours =
        secret.find_first_of("# ") != std::string_view::npos || secret.find_first_of("/:=") == std::string_view::npos;
    if (secret.size() >= 12 && !ours && at != std::string_view::npos &&
        input.find(secret, at + 1) == std::string_view::npos) {
      secrets.push_back(secret);
    }
  }
  return secrets;
}

bool keeps_interest_contract(const Record& record, const AccessEvent& event) {
  if (record.identity.type == "Root" || record.identity.type == "IAMUser") return true;
  gw::model::MechanismSet told = event.also;
  told.add(event.mechanism);
  for (const EventNameInterest& name : gw::detect::event_names_of_interest()) {
    const bool same =
        name.is_prefix ? record.event_name.starts_with(name.event_name) : record.event_name == name.event_name;
    if (same && name.mechanisms.intersects(told) && (name.path_change || !event.emergency_path_change)) return true;
  }
  return false;
}

bool names_people(const Record& record) {
  for (const EventNameInterest& name : gw::detect::event_names_of_interest()) {
    if (record.event_name == name.event_name && name.names_people) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  static gw::json::Doc doc;
  if (!doc.parse(input)) return 0;
  for (const unsigned occurrence : {gw::cloudtrail::kLast, 0u}) {
    const Record record = gw::cloudtrail::decode_record(doc.root(), occurrence);
    if (const auto event = gw::detect::detect(record)) {
      const std::vector<std::string_view> texts = texts_of(*event);
      for (const std::string_view text : texts) check_text(text, size);
      for (const std::string_view secret : secrets_of(record, input)) {
        for (const std::string_view text : texts) {
          if (text.find(secret) != std::string_view::npos) std::abort();
        }
      }
      if (event->target.size() > 1024 || event->flags.size() > 8) std::abort();
      if (event->mechanism == gw::model::Mechanism::account_access) std::abort();  // only ever in `also`
      if (!keeps_interest_contract(record, *event)) std::abort();
    }
    if (const auto fact = gw::detect::name_fact(record)) {
      for (const std::string_view text : {std::string_view(fact->workflow_id),
                                          std::string_view(fact->identity_store_user), std::string_view(fact->name)}) {
        check_text(text, size);
      }
      if (!names_people(record)) std::abort();
    }
  }
  return 0;
}
