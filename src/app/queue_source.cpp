#include "app/queue_source.h"

#include <utility>

namespace gw::app {

std::string identity_of(const SourceConfig& source) {
  std::string out = source.queue_url + '\n' + source.bucket_owner + '\n' + source.role_arn + '\n' + source.region;
  for (const std::string& bucket : source.buckets) out += '\n' + bucket;
  return out;
}

std::string queue_name(const std::string& url) { return url.substr(url.rfind('/') + 1); }

namespace {

// Empty: the usual one.
std::string region_of(const SourceConfig& source) {
  return source.region.empty() ? aws::region_of_queue(source.queue_url).value_or("") : source.region;
}

}  // namespace

Result<aws::Client*> queue_client(AwsContext& aws, const SourceConfig& source) {
  auto client = aws.client(aws::Service::sqs, region_of(source));
  if (!client) return std::move(client).error().in("the queue " + source.queue_url);
  return client;
}

std::unique_ptr<sources::S3Sqs> make_queue_source(const SourceConfig& source, const std::shared_ptr<AwsContext>& aws,
                                                  const std::string& spool, sources::Submit submit,
                                                  sources::S3Sqs::Room room, std::function<Time()> now,
                                                  sources::Notice notice) {
  sources::S3SqsConfig config;
  config.queue.url = source.queue_url;
  sources::ObjectRules rules;
  rules.buckets = source.buckets;
  rules.bucket_owner = source.bucket_owner;
  rules.spool_folder = spool;
  // Buckets are looked for where the queue is, and followed from there.
  auto fetcher = std::make_unique<sources::ObjectFetcher>(
      std::move(rules), [aws, home = region_of(source), role = source.role_arn](const std::string& region) {
        return aws->client(aws::Service::s3, region.empty() ? home : region, role);
      });
  return std::make_unique<sources::S3Sqs>(
      std::move(config), [aws, source] { return queue_client(*aws, source); }, std::move(fetcher), std::move(submit),
      std::move(room), std::move(now), std::move(notice));
}

void append_queue_metrics(std::vector<web::Metric>& metrics,
                          const std::vector<std::pair<std::string, const sources::S3Sqs*>>& queues) {
  std::map<std::string, std::uint64_t> refused;
  for (const auto& [name, source] : queues) {
    const sources::QueueCounts queue = source->queue_counts();
    const sources::S3Hands::Counts objects = source->object_counts();
    for (const auto& [reason, count] : objects.refused) refused[reason] += count;
    const auto messages = [&, &label = name](const char* outcome, std::uint64_t count) {
      metrics.push_back({"glasswatch_queue_messages_total",
                         true,
                         "Messages of a queue since the start, by what became of them.",
                         {{"queue", label}, {"outcome", outcome}},
                         static_cast<double>(count)});
    };
    messages("received", queue.received);
    messages("deleted", queue.deleted);
    messages("given_back", queue.given_back);
    messages("lost", queue.lost);
    metrics.push_back({"glasswatch_queue_messages_held",
                       false,
                       "Messages that are being worked on.",
                       {{"queue", name}},
                       static_cast<double>(queue.held)});
    const auto fetches = [&, &label = name](const char* outcome, std::uint64_t count) {
      metrics.push_back({"glasswatch_fetch_objects_total",
                         true,
                         "Objects that messages named, by how fetching them went; every try counts.",
                         {{"queue", label}, {"outcome", outcome}},
                         static_cast<double>(count)});
    };
    fetches("fetched", objects.fetched);
    fetches("missing", objects.missing);
    fetches("failed", objects.failed);
    fetches("quarantined", objects.quarantined);
  }
  for (const auto& [reason, count] : refused) {
    metrics.push_back({"glasswatch_fetch_refused_total",
                       true,
                       "Objects that were not read: refused by the rules for buckets and keys, or by S3.",
                       {{"reason", reason}},
                       static_cast<double>(count)});
  }
}

}  // namespace gw::app
