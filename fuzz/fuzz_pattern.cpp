// Both filter languages: the bytes up to the first NUL are a pattern, the rest is an event or a message. What the compiled set says of
// an event must be what the pattern says by itself.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <variant>

#include "domain/pattern/cloudwatch.h"
#include "domain/pattern/event_set.h"
#include "domain/pattern/eventbridge.h"
#include "domain/pattern/literals.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gw::pattern;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = text.find('\0');
  const std::string_view pattern = text.substr(0, cut);
  const std::string_view event = cut == std::string_view::npos ? std::string_view() : text.substr(cut + 1);
  const auto events = parse_event_pattern(pattern);
  if (const auto* parsed = std::get_if<EventPattern>(&events)) {
    EventSet::Builder builder;
    builder.add(*parsed, pattern);
    EventMatcher matcher(std::move(builder).build());
    const bool matched = !matcher.match(event).empty();
    gw::json::Doc doc;
    // The set reads events as the rest of the program does, which is stricter about UTF-8 and size.
    if (doc.parse(event) && matched != matches(*parsed, event)) std::abort();
    (void)needed_literals(*parsed, false);
  }
  const auto logs = parse_log_pattern(pattern);
  if (const auto* parsed = std::get_if<LogPattern>(&logs)) {
    (void)matches(*parsed, event);
    (void)needed_literals(Pattern{*parsed}, false);
  }
  return 0;
}
