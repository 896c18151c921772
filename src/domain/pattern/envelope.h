// The event that EventBridge builds from a CloudTrail record.
//
// Source: "AWS service events delivered via CloudTrail" (EventBridge user guide). Its id is a number of EventBridge's own that
// nobody can know; the record's stands for it. Pure.
#pragma once

#include <string>

#include "base/json/doc.h"

namespace gw::pattern {

// Whether `event` looks like a record that no envelope is around.
[[nodiscard]] bool is_bare_record(json::Value event);

// What it is made of: texts of the record; empty where there is none.
struct EnvelopeParts {
  std::string_view source;  // eventSource
  std::string_view type;    // eventType
  std::string_view recipient;
  std::string_view region;
  std::string_view time;
  std::string_view id;
  std::string_view identity_account;  // stands for the recipient where that is not named
};
[[nodiscard]] EnvelopeParts parts_of_record(json::Value record);

// Fields that the record says nothing about are left out. `record` is a JSON object.
[[nodiscard]] std::string event_of_record(json::Value record);

// The same in parts: detail-type and source, each empty when unknown.
[[nodiscard]] std::string_view detail_type_of(std::string_view event_type);
[[nodiscard]] std::string source_of(std::string_view event_source);

}  // namespace gw::pattern
