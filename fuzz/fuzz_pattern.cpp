// Both filter languages: the bytes up to the first NUL are a pattern, the rest is an event or a message.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "domain/pattern/cloudwatch.h"
#include "domain/pattern/eventbridge.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gw::pattern;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = text.find('\0');
  const std::string_view pattern = text.substr(0, cut);
  const std::string_view event = cut == std::string_view::npos ? std::string_view() : text.substr(cut + 1);
  const auto events = parse_event_pattern(pattern);
  if (const auto* parsed = std::get_if<EventPattern>(&events)) (void)matches(*parsed, event);
  const auto logs = parse_log_pattern(pattern);
  if (const auto* parsed = std::get_if<LogPattern>(&logs)) (void)matches(*parsed, event);
  return 0;
}
