#include "edge/sources/queue_message.h"

namespace gw::sources {
namespace {

constexpr std::size_t kMaxProblems = 10;

class Gatherer final : public cloudtrail::UnpackHandler {
 public:
  explicit Gatherer(MessageContent& content) : content_(content) {}
  void record(std::string_view, cloudtrail::Envelope) override { content_.has_records = true; }
  void need_object(std::string_view bucket, std::string_view key) override {
    content_.objects.push_back({std::string(bucket), std::string(key), {}, 0});
  }
  void ignored(std::string_view why) override { content_.ignored = why; }
  void quarantine(std::string_view why) override {
    if (content_.problems.size() < kMaxProblems) content_.problems.emplace_back(why);
  }

 private:
  MessageContent& content_;
};

}  // namespace

MessageContent MessageReader::read(std::string_view body) {
  MessageContent content;
  // What CloudTrail sends when a topic is configured, where SNS delivers it raw.
  if (body.starts_with("CloudTrail validation message")) {
    content.ignored = "CloudTrail validation message";
    return content;
  }
  Gatherer gatherer(content);
  if (!unpacker_.unpack(body, gatherer)) content.problems.emplace_back("the message is not JSON");
  const bool is_nothing = content.objects.empty() && !content.has_records && content.problems.empty();
  if (is_nothing && content.ignored.empty()) content.ignored = "nothing in it";
  return content;
}

}  // namespace gw::sources
