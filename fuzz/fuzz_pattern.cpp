// Both filter languages: the bytes up to the first NUL are a pattern, the rest is an event or a message. What the compiled set says of
// an event must be what the pattern says by itself; of a message the same comes out however it was parsed; and what matches holds one
// of the literals by which archives are searched.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "domain/pattern/cloudwatch.h"
#include "domain/pattern/event_set.h"
#include "domain/pattern/eventbridge.h"
#include "domain/pattern/literals.h"

namespace {

// `\\u00` may hide a literal.
void check_literals(bool matched, const std::vector<std::string>& literals, std::string_view text) {
  if (!matched || literals.empty() || text.find("\\u00") != std::string_view::npos) return;
  for (const std::string& one : literals)
    if (text.find(one) != std::string_view::npos) return;
  std::abort();
}

}  // namespace

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
    check_literals(matched, needed_literals(*parsed, true), event);
  }
  const auto logs = parse_log_pattern(pattern);
  if (const auto* parsed = std::get_if<LogPattern>(&logs)) {
    const bool matched = matches(*parsed, event);
    gw::json::Doc doc;
    if (parsed->family == LogPattern::Family::json && doc.parse(event) && matched != matches(*parsed, doc.root()))
      std::abort();
    check_literals(matched, needed_literals(Pattern{*parsed}, false), event);
  }
  return 0;
}
