// The labelled records of ../shared/data/detections.jsonl, where that file is at hand: mechanism within accept_mechanisms,
// outcome, account and role. A record without an access counts as `other`. Also holds event_names_of_interest() against
// every record: a scanner that trusts it must not miss one.
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "base/json/doc.h"
#include "domain/cloudtrail/record_decode.h"
#include "domain/detect/detect.h"

namespace gw::detect {
namespace {

const std::string kPath = std::string(GW_SOURCE_DIR) + "/../shared/data/detections.jsonl";

// Labels that the design overrules, with the reason.
const std::map<std::string_view, std::string_view> kDesignWins = {
    {"det-75b7784364fba4ff", "the role of a denied AssumeRole is read from errorMessage"},
};

bool is_of_interest(const model::Record& record, const model::AccessEvent& event) {
  if (record.identity.type == "Root" || record.identity.type == "IAMUser") return true;
  model::MechanismSet told = event.also;
  told.add(event.mechanism);
  for (const EventNameInterest& name : event_names_of_interest()) {
    const bool same =
        name.is_prefix ? record.event_name.starts_with(name.event_name) : record.event_name == name.event_name;
    if (same && name.mechanisms.intersects(told) && (name.path_change || !event.emergency_path_change)) return true;
  }
  return false;
}

TEST(Detections, LabelledRecords) {
  std::ifstream file(kPath);
  if (!file) GTEST_SKIP() << "the labelled records are not at hand: " << kPath;
  std::string line;
  int rows = 0;
  int right = 0;
  while (std::getline(file, line)) {
    json::Doc doc;
    ASSERT_TRUE(doc.parse(line)) << doc.damage().reason;
    const json::Value label = doc.root();
    const std::string id(label["id"].text());
    SCOPED_TRACE(id);
    ++rows;

    const model::Record record = cloudtrail::decode_record(label["event"]);
    const std::optional<model::AccessEvent> event = detect(record);
    const std::string got(model::to_string(event ? event->mechanism : model::Mechanism::other));
    std::ostringstream accepted;
    bool mechanism_ok = false;
    for (json::Value v = label["accept_mechanisms"].first_child(); !v.is_missing(); v = v.next_sibling()) {
      accepted << ' ' << v.text();
      mechanism_ok = mechanism_ok || v.text() == got;
    }
    bool ok = mechanism_ok;
    EXPECT_TRUE(mechanism_ok) << got << " instead of" << accepted.str();
    if (event) {
      EXPECT_TRUE(is_of_interest(record, *event)) << record.event_name;
      const bool success = event->outcome == model::Outcome::success;
      ok = ok && success == (label["outcome"].text() == "success") && event->account_id == label["account"].text() &&
           event->role == label["role_or_permission_set"].text();
      if (!kDesignWins.contains(id)) {
        EXPECT_EQ(success ? "success" : "failure", label["outcome"].text());
        EXPECT_EQ(event->account_id, label["account"].text());
        EXPECT_EQ(event->role, label["role_or_permission_set"].text());
      }
    }
    right += ok ? 1 : 0;
    EXPECT_FALSE(ok && kDesignWins.contains(id)) << "agrees with its label: take it off the list";
  }
  std::cout << right << " of " << rows << " rows as labelled, " << kDesignWins.size() << " overruled by the design\n";
}

}  // namespace
}  // namespace gw::detect
