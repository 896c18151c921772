#include "domain/cloudtrail/object_key.h"

#include <algorithm>
#include <array>
#include <string>

namespace gw::cloudtrail {
namespace {

bool all_digits(std::string_view text, std::size_t size) {
  return text.size() == size && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view next_part(std::string_view& rest) {
  const std::size_t slash = rest.find('/');
  const std::string_view part = rest.substr(0, slash);
  rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
  return part;
}

// The time in a file name: the part that is YYYYMMDDTHHmmZ, or with seconds in a digest's.
std::optional<Time> time_in_name(std::string_view file) {
  for (std::size_t i = 0; i + 14 <= file.size(); ++i) {
    const bool minutes = file[i + 8] == 'T' && all_digits(file.substr(i, 8), 8) && all_digits(file.substr(i + 9, 4), 4);
    if (!minutes) continue;
    std::string text(file.substr(i, 13));
    if (file[i + 13] == 'Z') return parse_time(text + "00Z");
    if (i + 16 <= file.size() && file[i + 15] == 'Z') return parse_time(file.substr(i, 16));
  }
  return std::nullopt;
}

}  // namespace

std::optional<ObjectKey> parse_object_key(std::string_view name) {
  constexpr std::string_view kRoot = "AWSLogs/";
  std::size_t at = name.rfind(kRoot);
  while (at != std::string_view::npos && at > 0 && name[at - 1] != '/') at = name.substr(0, at).rfind(kRoot);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = name.substr(at + kRoot.size());
  ObjectKey key;
  std::string_view part = next_part(rest);
  if (part.starts_with("o-")) {
    key.organization = part;
    part = next_part(rest);
  }
  if (!all_digits(part, 12)) return std::nullopt;
  key.account = part;
  part = next_part(rest);
  constexpr std::array<std::string_view, 5> kKinds = {"CloudTrail", "CloudTrail-Digest", "CloudTrail-Insight",
                                                      "CloudTrail-NetworkActivity", "CloudTrail-Aggregated"};
  const auto kind = std::find(kKinds.begin(), kKinds.end(), part);
  if (kind == kKinds.end()) return std::nullopt;
  key.kind = static_cast<ObjectKind>(kind - kKinds.begin());
  key.region = next_part(rest);
  if (key.region.empty()) return std::nullopt;
  const std::string_view year = next_part(rest);
  const std::string_view month = next_part(rest);
  const std::string_view day = next_part(rest);
  key.delivered = time_in_name(rest);
  if (!key.delivered && all_digits(year, 4) && all_digits(month, 2) && all_digits(day, 2)) {
    key.delivered = parse_time(std::string(year) + std::string(month) + std::string(day) + "T000000Z");
  }
  return key;
}

}  // namespace gw::cloudtrail
