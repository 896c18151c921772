// Which state of a session was imported from evidence: kept beside it, so that a later import knows an older one, and whoever
// counts knows history from what this store has seen itself. Internal to app.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "base/result.h"
#include "domain/model/session.h"
#include "engine/ports/store.h"

namespace gw::app {

class ImportedMarks {
 public:
  // Name and value of a session's mark, as a store's cursors keep it: `at` says when the state was written.
  [[nodiscard]] static std::string name_of(const std::string& session_id);
  [[nodiscard]] static std::string text_of(Time at, const model::Session& session);
  // When it was, and its version; what is no mark is before all others.
  using Mark = std::pair<Time, unsigned long long>;
  [[nodiscard]] static Mark parse(const std::string& text);

  [[nodiscard]] static Result<ImportedMarks> read(ports::Recovery& recovery);
  [[nodiscard]] bool contains(const std::string& session_id) const { return marks_.contains(session_id); }
  [[nodiscard]] Mark of(const std::string& session_id) const;  // before all others where there is none
  // What the store has got since read(), of one session.
  void refresh(ports::Recovery& recovery, const std::string& session_id);

  // Imported, from evidence or from an archive, and as it was then: nothing has happened in it here.
  [[nodiscard]] bool is_history(const model::Session& session) const;

 private:
  std::map<std::string, Mark> marks_;  // by session
};

}  // namespace gw::app
