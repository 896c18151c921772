#include "edge/aws/sns.h"

#include "edge/aws/xml.h"

namespace gw::aws {

Result<std::string> publish(Client& sns, const SnsMessage& message) {
  Query fields = {
      {"Action", "Publish"}, {"Version", "2010-03-31"}, {"TopicArn", message.topic_arn}, {"Message", message.message}};
  if (!message.subject.empty()) fields.emplace_back("Subject", message.subject);
  if (!message.group_id.empty()) fields.emplace_back("MessageGroupId", message.group_id);
  if (!message.deduplication_id.empty()) fields.emplace_back("MessageDeduplicationId", message.deduplication_id);
  const std::string body = form_body(fields);
  Call call;
  call.name = "sns Publish";
  call.headers = {{"content-type", "application/x-www-form-urlencoded; charset=utf-8"}};
  call.body = body;
  call.timeout = std::chrono::milliseconds(15'000);
  call.give_up_at = message.give_up_at;
  const auto answer = sns.succeed(call);
  if (!answer) return answer.error();
  const auto xml = XmlDoc::parse(answer->body);
  const std::string id = xml ? xml->root()["PublishResult"]["MessageId"].text() : std::string();
  if (id.empty()) return Error{Errc::corrupt, "sns Publish: the answer names no message"};
  return id;
}

}  // namespace gw::aws
