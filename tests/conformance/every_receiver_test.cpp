// What every type of receiver has to show, whatever it speaks: mood of the other side → what happens next, deadline, idempotency,
// limits, and that nothing from a record is raw where it arrives. What HTTP adds stands in receiver_suite.cpp, what is
// particular to a type in its own file.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "app/config/schema.h"
#include "base/utf8.h"
#include "tests/conformance/hostile.h"
#include "tests/conformance/receiver_kit.h"
#include "tests/conformance/receiver_place.h"

namespace gw::test {
namespace {

using ports::Message;
using ports::SendResult;
using ports::SendVerdict;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

struct EveryReceiver : ::testing::TestWithParam<Kind> {
  std::unique_ptr<Place> place = GetParam().make();

  void expect_plain(const std::string& text, const std::string& about) const {
    for (std::size_t i = 0; i < text.size();) {
      const Utf8Char c = next_utf8(text, i);
      const bool is_line = c.code_point == '\n' || c.code_point == '\r';  // of mail, whose lines are its own
      ASSERT_TRUE(c.valid) << about;
      ASSERT_TRUE((is_line && GetParam().type == "email") || !is_unsafe_to_show(c.code_point)) << about << " " << i;
      i += c.length;
    }
  }
};

TEST_P(EveryReceiver, ReadsTheMoodOfTheOtherSide) {
  for (const Mood mood : kMoods) {
    const auto receiver = place->receiver(mood);
    if (!receiver) continue;
    const milliseconds deadline = mood == Mood::silent ? milliseconds(150) : kLong;
    const Steady::time_point begin = Steady::now();
    const SendResult result = receiver->send(about(AlertKind::session_opened), deadline);
    const SendVerdict expected = mood == Mood::works     ? SendVerdict::accepted
                                 : mood == Mood::refuses ? SendVerdict::refused
                                                         : SendVerdict::retry;
    EXPECT_EQ(result.verdict, expected) << static_cast<int>(mood) << " " << result.reason;
    EXPECT_FALSE(result.reason.empty());
    for (const std::string& secret : GetParam().secrets) {
      EXPECT_EQ(result.reason.find(secret), std::string::npos) << result.reason;
      EXPECT_EQ(result.reference.find(secret), std::string::npos) << result.reference;
    }
    // Generous, for machines that are busy: what is asked is that somebody looks at the clock.
    EXPECT_LT(Steady::now() - begin, deadline + milliseconds(10'000));
  }
}

TEST_P(EveryReceiver, TheSameMessageIsTheSame) {
  const auto receiver = place->receiver(Mood::works);
  const Message message = about(AlertKind::session_opened);
  ASSERT_EQ(receiver->send(message, kLong).verdict, SendVerdict::accepted);
  const auto first = place->told(1);
  ASSERT_EQ(receiver->send(message, kLong).verdict, SendVerdict::accepted);
  EXPECT_FALSE(first.empty());
  EXPECT_EQ(place->told(1), first);
}

TEST_P(EveryReceiver, TakesEveryKindOfFactAndCutsWhatIsTooLarge) {
  const auto receiver = place->receiver(Mood::works);
  std::vector<Message> messages = oversize();
  for (std::size_t i = 0; i < model::kAlertKinds; ++i) {
    messages.push_back(sample_message({sample_claim(static_cast<AlertKind>(i), "2")}));
    messages.push_back(sample_message({sample_change(static_cast<AlertKind>(i))}));
  }
  for (const Message& message : messages) {
    const SendResult result = receiver->send(message, kLong);
    EXPECT_EQ(result.verdict, SendVerdict::accepted) << result.reason;
  }
  // PagerDuty has no event for some kinds.
  const auto told = place->told(messages.size());
  EXPECT_GE(told.size(), messages.size() / 2);
  for (const std::string& one : told) EXPECT_LE(one.size(), GetParam().limit);
}

TEST_P(EveryReceiver, NothingFromARecordArrivesRaw) {
  ASSERT_GE(payloads().size(), 46u);
  const auto receiver = place->receiver(Mood::works);
  for (const Payload& payload : payloads()) {
    for (const Message& message : {hostile(payload.text), hostile_change(payload.text)}) {
      const SendResult result = receiver->send(message, kLong);
      ASSERT_EQ(result.verdict, SendVerdict::accepted) << result.reason;
      const auto told = place->told(1);
      ASSERT_FALSE(told.empty());
      for (const std::string& one : told) {
        expect_plain(one, payload.text);
        EXPECT_LE(one.size(), GetParam().limit);
      }
    }
  }
}

// Another receiver is broken: whoever is told instead is the first to know.
TEST_P(EveryReceiver, WhoIsToldInsteadHearsOfWhom) {
  const auto receiver = place->receiver(Mood::works);
  for (Message message : {about(AlertKind::session_opened), sample_message({sample_change(AlertKind::tamper)})}) {
    ASSERT_EQ(receiver->send(message, kLong).verdict, SendVerdict::accepted);
    const auto before = place->told(1);
    EXPECT_EQ(before.at(0).find("brokenpager"), std::string::npos);
    message.facts[0].notification.rerouted_from = "brokenpager";
    ASSERT_EQ(receiver->send(message, kLong).verdict, SendVerdict::accepted);
    const auto told = place->told(1);
    if (GetParam().type == "email") {  // which is encoded
      EXPECT_NE(told, before);
    } else {
      EXPECT_NE(told.at(0).find("brokenpager"), std::string::npos) << told.at(0);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Receivers, EveryReceiver, ::testing::ValuesIn(every_kind()),
                         [](const ::testing::TestParamInfo<Kind>& kind) { return kind.param.name; });

// A type that can be configured and is not here is one that nobody holds to any of this.
TEST(EveryReceiverIsHere, EachTypeOfTheConfiguration) {
  std::set<std::string_view> here;
  for (const Kind& kind : every_kind()) here.insert(kind.type);
  std::ifstream file(GW_SOURCE_DIR "/docs/receivers.md");
  const std::string pages{std::istreambuf_iterator<char>(file), {}};
  for (const app::Field& field : app::config_schema().fields) {
    if (field.name != "receivers") continue;
    for (const app::Field& key : field.schema.children[0].fields) {
      if (key.name != "type") continue;
      EXPECT_FALSE(key.schema.choices.empty());
      for (const std::string_view type : key.schema.choices) {
        EXPECT_TRUE(here.contains(type)) << type;
        const bool is_told = pages.find("\n## " + std::string(type)) != std::string::npos || type == "slack" ||
                             pages.find(", " + std::string(type) + "\n\n") != std::string::npos;
        EXPECT_TRUE(is_told) << type << " has no section in docs/receivers.md";
      }
      EXPECT_EQ(key.schema.choices.size(), here.size());
    }
  }
}

}  // namespace
}  // namespace gw::test
