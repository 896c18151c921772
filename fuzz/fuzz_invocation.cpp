// Any bytes as what a Lambda is invoked with: no crash; each item has content or a problem, each named object a bucket and a
// key; every answer is JSON, and nothing that fails is forgotten.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "base/json/doc.h"
#include "domain/cloudtrail/message.h"
#include "edge/lambda/invocation.h"

namespace {

void check(const gw::lambda::Answer& answer, bool any_failed) {
  static gw::json::Doc doc;
  if (answer.failed) {
    if (!any_failed || !answer.body.empty()) std::abort();
  } else if (!doc.parse(answer.body, {.max_depth = 8, .max_values = 10'000})) {
    std::abort();
  } else if (any_failed && doc.root().first_child().is_missing()) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 16384) return 0;
  gw::lambda::Invocation invocation(std::string_view(reinterpret_cast<const char*>(data), size));
  static gw::cloudtrail::MessageReader reader;
  std::vector<std::size_t> all;
  bool every_id = true;
  while (const auto item = invocation.next()) {
    if (item->number != all.size()) std::abort();
    all.push_back(item->number);
    every_id = every_id && !item->id.empty();
    if (item->feed.empty() || (!item->readable && item->problem.empty())) std::abort();
    if (!item->readable) continue;
    const gw::cloudtrail::MessageContent content = reader.read(item->text);
    if (content.objects.empty() && !content.has_records && content.problems.empty() && content.ignored.empty())
      std::abort();
    for (const auto& object : content.objects) {
      if (object.bucket.empty() || object.key.empty()) std::abort();
    }
    for (const auto& problem : content.problems) {
      if (problem.empty()) std::abort();
    }
  }
  if (invocation.purpose() == gw::lambda::Purpose::unreadable && (all.size() != 1 || invocation.problem().empty()))
    std::abort();
  if (invocation.purpose() == gw::lambda::Purpose::alert_test && invocation.receiver().empty()) std::abort();
  const gw::lambda::Answer good = invocation.answer({});
  if (good.failed && (invocation.sender() != gw::lambda::Sender::firehose || every_id)) std::abort();
  if (!good.failed) check(good, false);
  check(invocation.answer(all), !all.empty());
  return 0;
}
