#include "app/imported_marks.h"

#include <cstdlib>

namespace gw::app {
namespace {

constexpr std::string_view kPrefix = "import/session/";

}  // namespace

std::string ImportedMarks::name_of(const std::string& session_id) { return std::string(kPrefix) + session_id; }

std::string ImportedMarks::text_of(Time at, const model::Session& session) {
  return std::to_string(at.micros) + "." + std::to_string(session.version);
}

ImportedMarks::Mark ImportedMarks::parse(const std::string& text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string::npos) return {};
  return {Time{std::strtoll(text.c_str(), nullptr, 10)}, std::strtoull(text.c_str() + dot + 1, nullptr, 10)};
}

Result<ImportedMarks> ImportedMarks::read(ports::Recovery& recovery) {
  const auto kept = recovery.cursors(std::string(kPrefix));
  if (!kept) return kept.error();
  ImportedMarks out;
  for (const auto& [name, text] : *kept) out.marks_.emplace(name.substr(kPrefix.size()), parse(text));
  return out;
}

ImportedMarks::Mark ImportedMarks::of(const std::string& session_id) const {
  const auto at = marks_.find(session_id);
  return at == marks_.end() ? Mark{} : at->second;
}

void ImportedMarks::refresh(ports::Recovery& recovery, const std::string& session_id) {
  const auto kept = recovery.cursors(name_of(session_id));
  if (!kept) return;
  for (const auto& [name, text] : *kept) marks_.emplace(name.substr(kPrefix.size()), parse(text));
}

// What happens in a session here gives it something that is due, or an end after the state that was imported.
bool ImportedMarks::is_history(const model::Session& session) const {
  if (session.backfilled) return true;
  const auto at = marks_.find(session.id);
  if (at == marks_.end() || session.next_due) return false;
  return !session.lapsed_at || *session.lapsed_at <= at->second.first;
}

}  // namespace gw::app
