// Precedence, in one place (README.md has the table): the row for the event decides; where it finds nothing that it claims
// for itself, the identity does. A session made by AssumeRoot has neither root's identity nor anybody else's: in it only
// rows answer, and of those only changes to the trail or to the way in, and another AssumeRoot.
//
// Cost: one hash of the event name and a comparison of the source; nothing is allocated for records that are no access.
#include "domain/detect/detect.h"

#include "domain/detect/lookup.h"

namespace gw::detect {

std::optional<model::AccessEvent> detect(const model::Record& record) {
  if (const EventRow* row = find_row(record)) {
    if (std::optional<model::AccessEvent> event = row->handle(record, *row)) return event;
    if (row->claims) return std::nullopt;
  }
  return detect_by_identity(record);
}

}  // namespace gw::detect
