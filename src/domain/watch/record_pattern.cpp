// Accesses are rare, so each is asked by itself.
#include "domain/watch/record_pattern.h"

#include "domain/pattern/envelope.h"

namespace gw::watch {

Result<RecordPattern> RecordPattern::parse(std::string_view text) {
  if (text.empty()) return RecordPattern();
  auto parsed = pattern::parse_pattern(text);
  if (const auto* error = std::get_if<pattern::PatternError>(&parsed)) return Error{Errc::invalid_input, error->text()};
  RecordPattern out;
  out.pattern_ = std::make_shared<const pattern::Pattern>(std::move(*std::get_if<pattern::Pattern>(&parsed)));
  return out;
}

bool RecordPattern::matches(json::Value record) const {
  if (pattern_ == nullptr || !record.is_object()) return false;
  if (const pattern::LogPattern* log = pattern_->log()) return pattern::matches(*log, record);
  return pattern::matches(*pattern_, pattern::event_of_record(record));
}

}  // namespace gw::watch
