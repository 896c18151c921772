// A source of type s3_sqs: the queue's worker, made from its configuration. Internal to app.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/aws_context.h"
#include "app/config/daemon.h"
#include "edge/sources/s3_sqs.h"
#include "edge/web/web.h"

namespace gw::app {

// What tells one such source from another: all of its settings.
[[nodiscard]] std::string identity_of(const SourceConfig& source);

// The client of the queue; `invalid_input` when its region is not known. Does not call AWS.
[[nodiscard]] Result<aws::Client*> queue_client(AwsContext& aws, const SourceConfig& source);

// Starts it. Large objects lie in `spool`, which is there.
[[nodiscard]] std::unique_ptr<sources::S3Sqs> make_queue_source(const SourceConfig& source,
                                                                const std::shared_ptr<AwsContext>& aws,
                                                                const std::string& spool, sources::Submit submit,
                                                                sources::S3Sqs::Room room, std::function<Time()> now,
                                                                sources::Notice notice);

// `queues`: name of each and what it counted.
void append_queue_metrics(std::vector<web::Metric>& metrics,
                          const std::vector<std::pair<std::string, const sources::S3Sqs*>>& queues);

// The last part of its URL.
[[nodiscard]] std::string queue_name(const std::string& url);

}  // namespace gw::app
