#include "edge/receivers/sns.h"

#include "base/utf8.h"
#include "edge/receivers/body.h"
#include "edge/receivers/summary.h"

namespace gw::receivers {

using ports::SendResult;
using ports::SendVerdict;
using std::chrono::milliseconds;

std::string sns_subject(std::string_view text) {
  constexpr std::size_t kLimit = 100;
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t size = next_utf8(text, i).length;
    const std::string_view one = text.substr(i, size);
    i += size;
    if (one == "→") {
      out += "->";
    } else if (one == "·") {
      out += "-";
    } else if (one.size() == 1 && one[0] >= ' ' && one[0] < 127) {
      out += one;
    } else {
      out += "?";
    }
  }
  if (out.size() > kLimit) out = out.substr(0, kLimit - 3) + "...";
  return out;
}

std::string region_of_topic(std::string_view arn) {
  std::string_view fields[6];
  for (std::size_t i = 0; i < 6; ++i) {
    const std::size_t end = i < 5 ? arn.find(':') : arn.size();
    if (end == std::string_view::npos) return {};
    fields[i] = arn.substr(0, end);
    arn.remove_prefix(i < 5 ? end + 1 : end);
  }
  const bool is_topic = fields[0] == "arn" && fields[1].starts_with("aws") && fields[2] == "sns" &&
                        fields[4].size() == 12 && !fields[5].empty() && fields[5].find(':') == std::string_view::npos;
  return is_topic ? std::string(fields[3]) : std::string();
}

SendResult Sns::send(const ports::Message& message, milliseconds deadline) {
  const Summary summary = summary_of(message);
  Publication publication;
  publication.topic_arn = config_.topic_arn;
  publication.subject = sns_subject("[" + std::string(to_string(summary.severity)) + "] " + one_line(summary));
  publication.message = fact_json(message);
  if (config_.topic_arn.ends_with(".fifo")) {
    publication.group_id = cut_bytes(summary.subject, 128);
    publication.deduplication_id = message_id(message);
  }
  const Result<std::string> id = config_.publish(publication, deadline);
  if (!id) return retryable(id.error().code) ? retry(id.error().message) : refused(id.error().message);
  SendResult result;
  result.verdict = SendVerdict::accepted;
  result.reason = "published";
  result.reference = *id;
  return result;
}

SendResult Sns::check(milliseconds) {
  SendResult result;
  result.verdict = SendVerdict::accepted;
  result.reason = "a topic cannot be tried without publishing";
  return result;
}

}  // namespace gw::receivers
