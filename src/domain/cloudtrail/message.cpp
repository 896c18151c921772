#include "domain/cloudtrail/message.h"

#include <utility>

#include "base/gzip.h"

namespace gw::cloudtrail {
namespace {

class Gatherer final : public UnpackHandler {
 public:
  explicit Gatherer(MessageContent& content) : content_(content) {}
  void record(std::string_view, Envelope) override { content_.has_records = true; }
  void need_object(ObjectName object) override { content_.objects.push_back(std::move(object)); }
  void ignored(std::string_view why) override { content_.ignored = why; }
  void quarantine(std::string_view why) override { content_.problems.emplace_back(why); }

 private:
  MessageContent& content_;
};

}  // namespace

bool begins_as_awslogs(std::string_view text) {
  for (const std::string_view part : {"{", "\"awslogs\"", ":"}) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return false;
    text.remove_prefix(begin);
    if (!text.starts_with(part)) return false;
    text.remove_prefix(part.size());
  }
  return true;
}

MessageContent MessageReader::read(std::string_view body) {
  MessageContent content;
  if (looks_like_gzip(body) || begins_as_awslogs(body)) {
    content.has_records = true;
    return content;
  }
  // As it comes with raw delivery.
  if (body.starts_with(kValidationMessage)) {
    content.ignored = "CloudTrail validation message";
    return content;
  }
  Gatherer gatherer(content);
  if (!unpacker_.unpack(body, gatherer)) {
    // Several documents, such as lines, and lists too long to unpack at once are cut by the pipeline.
    const std::string_view reason = unpacker_.damage().reason;
    if (reason == "text after the value" || reason == "too many values") {
      content.has_records = true;
    } else {
      content.problems.emplace_back(reason);
    }
  }
  if (content.has_records || !content.objects.empty() || !content.problems.empty()) content.ignored.clear();
  return content;
}

}  // namespace gw::cloudtrail
