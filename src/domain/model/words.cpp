// The spellings of the enums that are stored and shown.
#include <algorithm>
#include <array>

#include "domain/model/alert.h"
#include "domain/model/entry.h"
#include "domain/model/session.h"

namespace gw::model {
namespace {

constexpr std::array<std::string_view, kAlertKinds> kAlertKindNames = {
    "session.opened",  "session.high_risk", "session.new_address",
    "session.digest",  "session.lapsed",    "session.acknowledged",
    "session.merged",  "access.denied",     "tamper",
    "emergency_path",  "conflict",          "undecodable",
    "storm",           "alert_test",        "coverage.silent",
    "coverage.heard",  "handover",          "session.escalated",
    "session.response"};
constexpr std::array<std::string_view, 4> kResponseKindNames = {"acknowledged", "handling", "false_alarm", "reason"};
constexpr std::array<std::string_view, 3> kIndependenceNames = {"unknown", "yes", "no"};
constexpr std::array<std::string_view, kSendStates> kSendStateNames = {"trying", "delivered", "folded",
                                                                       "muted",  "parked",    "superseded"};
constexpr std::array<std::string_view, 5> kEntryKindNames = {"access", "failure", "change", "half", "activity"};

template <class E, std::size_t N>
std::optional<E> parse(const std::array<std::string_view, N>& names, std::string_view text) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return std::nullopt;
  return static_cast<E>(found - names.begin());
}

}  // namespace

std::string_view to_string(SessionState state) { return state == SessionState::open ? "open" : "lapsed"; }

std::string_view to_string(ExpiryGrade grade) {
  switch (grade) {
    case ExpiryGrade::none: return {};
    case ExpiryGrade::default_duration: return "default";
    case ExpiryGrade::configured: return "configured";
    case ExpiryGrade::exact: return "exact";
  }
  return {};
}

std::string_view to_string(JoinGrade grade) {
  switch (grade) {
    case JoinGrade::exact: return "exact";
    case JoinGrade::inferred: return "inferred";
    case JoinGrade::unknown: break;
  }
  return "unknown";
}

std::string_view to_string(ResponseKind kind) { return kResponseKindNames[static_cast<std::size_t>(kind)]; }
std::optional<ResponseKind> parse_response_kind(std::string_view text) {
  return parse<ResponseKind>(kResponseKindNames, text);
}
std::string_view to_string(Independence independence) {
  return kIndependenceNames[static_cast<std::size_t>(independence)];
}

std::string_view to_string(AlertKind kind) { return kAlertKindNames[static_cast<std::size_t>(kind)]; }
std::optional<AlertKind> parse_alert_kind(std::string_view text) { return parse<AlertKind>(kAlertKindNames, text); }
std::string_view to_string(SendState state) { return kSendStateNames[static_cast<std::size_t>(state)]; }
std::optional<SendState> parse_send_state(std::string_view text) { return parse<SendState>(kSendStateNames, text); }
std::string_view to_string(EntryKind kind) { return kEntryKindNames[static_cast<std::size_t>(kind)]; }
std::optional<EntryKind> parse_entry_kind(std::string_view text) { return parse<EntryKind>(kEntryKindNames, text); }

}  // namespace gw::model
