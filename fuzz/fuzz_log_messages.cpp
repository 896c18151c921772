// Any bytes as a CloudWatch Logs payload: what is read many bytes at a time, by each variant for this processor, says what reading
// it as JSON says.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/doc.h"
#include "domain/cloudtrail/log_messages.h"

namespace {

using gw::cloudtrail::LogMessage;

void check(bool good) {
  if (!good) std::abort();
}

void check_variants(const std::string& text, std::size_t size) {
  const gw::json::Unquoter portable = gw::json::unquoter("portable");
  for (const char* name : {"avx2", "avx512"}) {
    const gw::json::Unquoter other = gw::json::unquoter(name);
    const gw::json::QuotedEnd a = portable.find_end(text.data(), size);
    const gw::json::QuotedEnd b = other.find_end(text.data(), size);
    check(a.closed == b.closed);
    if (!a.closed) continue;
    check(a.end == b.end && a.plain == b.plain);
    if (!a.plain) continue;
    std::string one(a.end + gw::json::kUnquoteSlack, '\0');
    std::string two = one;
    one.resize(portable.unquote(text.data(), a.end, one.data()));
    two.resize(other.unquote(text.data(), a.end, two.data()));
    check(one == two && one.size() <= a.end);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  text.append(gw::json::kUnquoteSlack, '"');
  check_variants(text, size);
  const std::string_view payload(text.data(), size);
  static std::vector<LogMessage> messages;
  if (!gw::cloudtrail::find_log_messages(payload, 1000, messages)) return 0;
  static gw::json::Doc doc;
  // What is wrong with a message, or with the encoding, is found when it is read.
  if (!doc.parse(payload)) return 0;
  const gw::json::Value events = doc.root()["logEvents"];
  check(doc.root()["messageType"].text() == "DATA_MESSAGE" && events.is_array());
  std::size_t n = 0;
  for (gw::json::Value event = events.first_child(); !event.is_missing(); event = event.next_sibling(), ++n) {
    check(n < messages.size() && event["message"].is_string());
    const LogMessage& message = messages[n];
    check(event["message"].offset() + 1 == message.begin);
    check(event["message"].raw().size() == message.end - message.begin + 2);
    if (!message.is_plain) continue;
    std::string said(message.end - message.begin + gw::json::kUnquoteSlack, '\0');
    said.resize(gw::cloudtrail::read_log_message(payload, message, said.data()));
    check(said == event["message"].text());
  }
  check(n == messages.size());
  return 0;
}
