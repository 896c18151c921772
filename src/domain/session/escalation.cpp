// What becomes of a session that nobody answers, and of the answers of two that are merged.
#include <algorithm>
#include <utility>

#include "domain/session/correlate.h"
#include "domain/session/facts.h"
#include "domain/session/keys.h"
#include "domain/session/merge.h"

namespace gw::session {

using model::Session;

namespace {

// Steps of one configuration are the same steps: the earlier one counts, told when either was.
void absorb_escalation(std::vector<model::EscalationStep>& mine, const std::vector<model::EscalationStep>& theirs) {
  for (const model::EscalationStep& step : theirs) {
    const auto same = std::find_if(mine.begin(), mine.end(), [&](const model::EscalationStep& m) {
      return m.to == step.to && m.least == step.least;
    });
    if (same == mine.end()) {
      mine.push_back(step);
      continue;
    }
    same->due_at = std::min(same->due_at, step.due_at);
    if (step.told_at) same->told_at = same->told_at ? std::min(*same->told_at, *step.told_at) : *step.told_at;
  }
}

}  // namespace

bool is_answered(const Session& session) {
  if (!session.acknowledged) return false;
  return session.acknowledged->independent ||
         session.severity.value_or(model::Severity::high) != model::Severity::critical;
}

std::vector<std::string> escalated_to(const Session& session) {
  std::vector<std::string> names;
  for (const model::EscalationStep& step : session.escalation) {
    if (!step.told_at) continue;
    for (const std::string& name : step.to) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

void plan_escalation(Session& session, const Context& context) {
  if (context.backfill) return;
  for (const EscalationRule& rule : context.escalation)
    session.escalation.push_back({plus(context.now, rule.after_micros), rule.to, rule.least, {}});
}

void absorb_answers(Session& session, const Session& other) {
  // The first, but one that is known to be independent before any other.
  const auto worth = [](const model::Acknowledgement& a) { return std::pair(!a.independent, a.at); };
  if (other.acknowledged && (!session.acknowledged || worth(*other.acknowledged) < worth(*session.acknowledged)))
    session.acknowledged = other.acknowledged;
  session.responses.insert(session.responses.end(), other.responses.begin(), other.responses.end());
  std::stable_sort(session.responses.begin(), session.responses.end(),
                   [](const model::Response& a, const model::Response& b) { return a.at < b.at; });
  absorb_escalation(session.escalation, other.escalation);
  session.notes.insert(session.notes.end(), other.notes.begin(), other.notes.end());
  std::stable_sort(session.notes.begin(), session.notes.end(),
                   [](const model::Note& a, const model::Note& b) { return a.at < b.at; });
}

}  // namespace gw::session
