// Facts as they were: taken back by the times that the store keeps of them.
#include "app/report/report.h"

namespace gw::report {

using model::Independence;
using model::Response;
using model::ResponseKind;

bool as_of(ports::AlertView& view, Time time) {
  if (view.alert.created_at > time) return false;
  std::erase_if(view.notifications, [&](const model::Notification& n) { return n.created_at > time; });
  for (model::Notification& n : view.notifications) {
    if (n.state == model::SendState::trying || (n.settled_at && *n.settled_at > time)) {
      // How often it was tried by then is not known.
      n.state = model::SendState::trying;
      n.settled_at.reset();
      n.attempts = 0;
      n.reason.clear();
      n.reference.clear();
    }
  }
  return true;
}

bool as_of(model::Mute& mute, Time time) {
  if (mute.created_at > time) return false;
  if (mute.ended_at && *mute.ended_at > time) {
    mute.ended_at.reset();
    mute.ended_by.clear();
  }
  return true;
}

bool as_of(ports::QuarantineItem& item, Time time) {
  if (item.at > time) return false;
  if (item.settled_at && *item.settled_at > time) {
    item.settled_at.reset();
    item.settled_as.clear();
  }
  return true;
}

// What people had said by then: the first acknowledgement stood until an independent one came.
void Dossier::put_back_answers() {
  model::Session& s = use_.session;
  std::erase_if(s.notes, [&](const model::Note& note) { return note.at > question_.as_of; });
  std::erase_if(s.responses, [&](const Response& r) { return r.at > question_.as_of; });
  for (model::EscalationStep& step : s.escalation) {
    if (step.told_at && *step.told_at > question_.as_of) step.told_at.reset();
  }
  if (!s.acknowledged || s.acknowledged->at <= question_.as_of) return;
  s.acknowledged.reset();
  for (const Response& r : s.responses) {
    const bool is_independent = r.independence == Independence::yes;
    if (r.kind == ResponseKind::reason || r.independence == Independence::no) continue;
    if (s.acknowledged && !is_independent) continue;
    s.acknowledged = model::Acknowledgement{r.at, r.by, r.via, r.note, is_independent, r.kind, r.ticket};
    if (is_independent) return;
  }
}

}  // namespace gw::report
