// The families of mechanisms, as tables: one row says which events a handler looks at and what may come of it. Both detect()
// and event_names_of_interest() read these rows, so the two cannot disagree. Internal to this folder.
#pragma once

#include <span>
#include <string_view>

#include "domain/model/access_event.h"
#include "domain/model/record.h"

namespace gw::detect {

struct EventRow;
// True when the record is an access: `event` holds it then, and nothing of what it held before.
using Handler = bool (*)(const model::Record& record, const EventRow& row, model::AccessEvent& event);
// Whether a change counts, by what it is aimed at. `target` is what the row's keys hold, or what the denial names.
using Guard = bool (*)(const model::Record& record, std::string_view target);

struct EventRow {
  std::string_view event_source;
  std::string_view event_name;
  Handler handle = nullptr;
  model::MechanismSet mechanisms;  // of `mechanism` and `also`, apart from what identity brings
  bool claims = false;             // a false of the handler is final: identity is not asked
  bool names_people = false;
  bool not_by_services = false;  // see EventNameInterest
  // Rows of tamper.cpp and emergency_path.cpp.
  bool path_change = false;
  model::Mechanism mechanism = model::Mechanism::other;  // for callers that are neither root nor IAM user
  bool by_identity = true;                               // root_api and iam_user_api go before `mechanism`
  std::string_view target_keys;                          // requestParameters members, `|` between them
  Guard guard = nullptr;                                 // null: always
  bool root_task = false;                                // a write that AssumeRoot's task policies permit
};

// Event names of AWS Lambda carry an API date (UpdateFunctionCode20150331v2); rows hold the name before it.
inline constexpr std::string_view kLambdaSource = "lambda.amazonaws.com";

[[nodiscard]] std::span<const EventRow> identity_center_rows();
[[nodiscard]] std::span<const EventRow> sign_in_rows();
[[nodiscard]] std::span<const EventRow> sts_rows();
[[nodiscard]] std::span<const EventRow> tamper_rows();
[[nodiscard]] std::span<const EventRow> emergency_path_rows();

// Any call that root or an IAM user made: the last resort of the precedence table.
[[nodiscard]] bool detect_by_identity(const model::Record& record, model::AccessEvent& event);

// What an answer of detect_change() for a row with this mechanism may hold, in `mechanism` or in `also`.
[[nodiscard]] constexpr model::MechanismSet change_mechanisms(model::Mechanism mechanism) {
  using M = model::Mechanism;
  return model::MechanismSet::of(mechanism, M::tamper, M::root_api, M::iam_user_api, M::assume_root);
}
// The handler of tamper and emergency-path rows.
[[nodiscard]] bool detect_change(const model::Record& record, const EventRow& row, model::AccessEvent& event);

}  // namespace gw::detect
