// Precedence, in one place (README.md has the table): the row for the event decides; where it finds nothing that it claims
// for itself, the identity does. A session made by AssumeRoot has neither root's identity nor anybody else's: in it only
// rows answer, and of those only changes to the trail or to the way in, and another AssumeRoot.
//
// Cost: one hash of the event name and a comparison of the source; nothing is allocated for records that are no access, and
// little for others in an event that held one before.
#include "domain/detect/detect.h"

#include "domain/detect/lookup.h"

namespace gw::detect {

bool detect(const model::Record& record, model::AccessEvent& event) {
  if (const EventRow* row = find_row(record)) {
    if (row->handle(record, *row, event)) return true;
    if (row->claims) return false;
  }
  return detect_by_identity(record, event);
}

std::optional<model::AccessEvent> detect(const model::Record& record) {
  model::AccessEvent event;
  if (!detect(record, event)) return std::nullopt;
  return event;
}

}  // namespace gw::detect
