#include "app/config_place.h"

#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include "app/aws_context.h"
#include "app/aws_secrets.h"
#include "edge/aws/s3.h"
#include "edge/aws/secrets.h"

namespace gw::app {
namespace {

constexpr std::string_view kS3 = "s3://";
constexpr std::string_view kSsm = "ssm:";
constexpr std::uint64_t kMaxText = std::uint64_t{1} << 20;  // as load_text()
constexpr std::chrono::seconds kPatience{8};

Time give_up_at(const Io& io) { return Time{io.now().micros + std::chrono::microseconds(kPatience).count()}; }

Result<std::string> get_from(AwsContext& aws, const aws::ObjectName& object, const aws::GetOptions& options,
                             const std::string& region) {
  auto client = aws.client(aws::Service::s3, region);
  if (!client) return std::move(client).error();
  std::string text;
  const auto got = aws::get_object(**client, object, options, [&](std::string_view piece) {
    text += piece;
    return true;
  });
  if (!got) return got.error();
  return text;
}

Result<std::string> fetch_object(std::string_view place, const Io& io) {
  place.remove_prefix(kS3.size());
  const std::size_t slash = place.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == place.size())
    return Error{Errc::invalid_input, "s3://bucket/key was expected"};
  aws::ObjectName object;
  object.bucket = place.substr(0, slash);
  object.key = place.substr(slash + 1);
  std::string region;
  aws::GetOptions options;
  options.limit = kMaxText;
  options.timeout = kPatience;
  options.give_up_at = give_up_at(io);
  options.bucket_region = &region;
  const auto aws = aws_of(io);
  auto text = get_from(*aws, object, options, {});
  if (!text && !region.empty() && region != aws->default_region()) text = get_from(*aws, object, options, region);
  return text;
}

Result<std::string> fetch_parameter(std::string_view place, const Io& io) {
  const std::string name(place.substr(kSsm.size()));
  if (name.empty()) return Error{Errc::invalid_input, "ssm:NAME was expected"};
  const auto aws = aws_of(io);
  auto client = aws->client(aws::Service::ssm, region_of_arn(name));
  if (!client) return std::move(client).error();
  auto text = aws::get_parameter(**client, name, give_up_at(io));
  if (!text) return std::move(text).error();
  return text->reveal();
}

}  // namespace

Loaded load_config(const std::string& place, const Io& io) {
  const bool is_object = place.starts_with(kS3);
  if (!is_object && !place.starts_with(kSsm)) return load_file(place);
  const auto text = is_object ? fetch_object(place, io) : fetch_parameter(place, io);
  if (text) return load_text(*text, place);
  Loaded loaded;
  loaded.problems.push_back({place, 0, 0, {}, "cannot be fetched: " + text.error().message});
  return loaded;
}

std::string default_config(const Io& io) {
  std::string place = io.environment("GLASSWATCH_CONFIG").value_or("");
  if (!place.empty() || !io.environment("AWS_LAMBDA_RUNTIME_API")) return place;
  const std::string root = io.environment("LAMBDA_TASK_ROOT").value_or("");
  std::error_code ignored;
  if (!root.empty() && std::filesystem::exists(root + "/glasswatch.yaml", ignored)) place = root + "/glasswatch.yaml";
  return place;
}

}  // namespace gw::app
