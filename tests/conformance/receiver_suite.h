// What every receiver has to show (engine/ports/receiver.h). A new one adds a Subject, and runs the suite:
//
//   INSTANTIATE_TEST_SUITE_P(Mine, ReceiverSuite, ::testing::Values(my_subject()), name_of);
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "edge/receivers/receivers.h"
#include "tests/support/stand_in.h"

namespace gw::test {

struct Subject {
  std::string name;
  // A receiver that talks to the stand-in.
  std::function<std::shared_ptr<ports::Receiver>(const StandIn&)> make;
  std::function<StandIn::Script()> works;  // how an outside system answers what it accepts
  std::vector<std::string> secrets;        // must never be in a reason
  std::size_t limit = 20'000;              // bytes of a request, whatever the message holds
  // The JSON documents in a request; none: it is one.
  std::function<std::vector<std::string>(const std::string& body)> documents = {};
  // What must not be in a text that `payload` was put into, for this receiver's reader.
  std::function<void(const std::string& payload, const std::string& body)> look = {};
};

inline std::string name_of(const ::testing::TestParamInfo<Subject>& info) { return info.param.name; }

class ReceiverSuite : public ::testing::TestWithParam<Subject> {
 protected:
  StandIn stand_in{GetParam().works()};
  std::shared_ptr<ports::Receiver> receiver = GetParam().make(stand_in);

  [[nodiscard]] std::vector<std::string> documents(const StandInRequest& request) const {
    if (GetParam().documents) return GetParam().documents(request.body);
    return {request.body};
  }

  // No secret in what is stored and logged.
  void expect_clean(const ports::SendResult& result) const {
    for (const std::string& secret : GetParam().secrets) {
      EXPECT_EQ(result.reason.find(secret), std::string::npos) << result.reason;
      EXPECT_EQ(result.reference.find(secret), std::string::npos) << result.reference;
    }
  }
};

// Strings of a JSON text, unescaped, each with the kind of Slack element around it ("plain_text", "mrkdwn", else empty).
struct JsonString {
  std::string kind;
  std::string text;
};
[[nodiscard]] std::vector<JsonString> strings_of(const std::string& json);

}  // namespace gw::test
