// The contract between detect() and a scanner that only looks at event names: every row, with every kind of caller.
#include <algorithm>
#include <vector>

#include "domain/detect/families.h"
#include "domain/detect/lookup.h"
#include "domain/detect/test_records.h"

namespace gw::detect {

bool keeps_interest_contract(const model::Record& record, const model::AccessEvent& event) {
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

std::optional<model::AccessEvent> detect_json(const std::string& fields) {
  const TestRecord test("{" + fields + "}");
  std::optional<model::AccessEvent> event = detect(test.record);
  if (event) {
    EXPECT_TRUE(keeps_interest_contract(test.record, *event)) << fields;
  }
  return event;
}

namespace {

std::vector<const EventRow*> all_rows() {
  std::vector<const EventRow*> rows;
  for (const auto family : {identity_center_rows(), sign_in_rows(), sts_rows(), tamper_rows(), emergency_path_rows()}) {
    for (const EventRow& row : family) rows.push_back(&row);
  }
  return rows;
}

TEST(Interest, HoldsForEveryRowAndCaller) {
  const std::string_view callers[] = {
      kRoot, kUser, kPerson, kReserved, kRole, kAssumedRoot, R"("userIdentity":"text")"};
  int accesses = 0;
  for (const EventRow* row : all_rows()) {
    std::string name(row->event_name);
    if (row->event_source == kLambdaSource) name += "20150331v2";
    for (const std::string_view caller : callers) {
      for (const std::string_view request :
           {R"({"omitted":true})", R"({"name":"org-trail","roleName":"BreakGlass"})", "null"}) {
        const auto event =
            detect_json(R"("eventSource":")" + std::string(row->event_source) + R"(","eventName":")" + name +
                        R"(","requestParameters":)" + std::string(request) + "," + std::string(caller));
        accesses += event ? 1 : 0;
      }
    }
  }
  EXPECT_GT(accesses, 1000);
}

TEST(Interest, WhatServicesDoForThemselves) {
  int names = 0;
  for (const EventRow* row : all_rows()) {
    const auto interests = event_names_of_interest();
    const auto interest = std::find_if(interests.begin(), interests.end(),
                                       [&](const auto& i) { return i.event_name == row->event_name && !i.is_prefix; });
    if (interest == interests.end() || !interest->not_by_services) continue;
    ++names;
    for (const std::string_view more :
         {"", R"("invokedBy":"ec2.amazonaws.com",)", R"("invokedBy":"x.account-access.amazonaws.com",)",
          R"("arn":"arn:aws:iam::222222222222:user/bob","userName":"bob","accountId":"222222222222",)"}) {
      const std::string fields = R"("eventSource":")" + std::string(row->event_source) + R"(","eventName":")" +
                                 std::string(row->event_name) + R"(","sourceIPAddress":"ec2.amazonaws.com",)" +
                                 R"("requestParameters":{"roleArn":"arn:aws:iam::222222222222:role/BreakGlass"},)" +
                                 R"("userIdentity":{)" + std::string(more) + R"("type":"AWSService"})";
      EXPECT_EQ(told(fields), "-") << fields;
      const TestRecord test("{" + fields + "}");
      EXPECT_FALSE(name_fact(test.record)) << fields;
    }
  }
  EXPECT_EQ(names, 3);
}

// For changes the entry also holds what identity brings, so that a question about iam_user_api finds them by name.
TEST(Interest, ChangesByIdentityAreNamed) {
  for (const std::string_view name : {"DeleteLogGroup", "CreateAccountAssignment", "UpdateFunctionCode"}) {
    for (const EventNameInterest& interest : event_names_of_interest()) {
      if (interest.event_name != name) continue;
      EXPECT_TRUE(interest.mechanisms.has(model::Mechanism::iam_user_api)) << name;
      EXPECT_TRUE(interest.mechanisms.has(model::Mechanism::root_api)) << name;
      EXPECT_TRUE(interest.mechanisms.has(model::Mechanism::tamper)) << name;
    }
  }
}

TEST(Interest, RowsAreUniqueAndNamedOnce) {
  const auto rows = all_rows();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t k = i + 1; k < rows.size(); ++k) {
      EXPECT_FALSE(rows[i]->event_name == rows[k]->event_name && rows[i]->event_source == rows[k]->event_source)
          << rows[i]->event_source << ' ' << rows[i]->event_name;
    }
  }
  const auto names = event_names_of_interest();
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (std::size_t k = i + 1; k < names.size(); ++k) {
      EXPECT_FALSE(names[i].event_name == names[k].event_name && names[i].is_prefix == names[k].is_prefix)
          << names[i].event_name;
    }
  }
}

// A source that only resembles a known one is nobody's.
TEST(Interest, SourcesMatchWhole) {
  for (const std::string_view source :
       {"sso.amazonaws.com.evil.example", "xsso.amazonaws.com", "sso.amazonaws.co", "SSO.amazonaws.com", ""}) {
    EXPECT_EQ(told(R"("eventName":"Federate","eventSource":")" + std::string(source) + R"(",)" + std::string(kPerson)),
              "-")
        << source;
  }
  EXPECT_EQ(told(R"("eventName":"UserAuthentication","eventSource":"signin.amazon.com",)" + std::string(kPerson)),
            "identity_center_signin ok 111111111111 ?");
}

}  // namespace
}  // namespace gw::detect
