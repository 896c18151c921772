#include "engine/pipeline/respond.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/json/write.h"
#include "base/uuid.h"
#include "domain/session/correlate.h"
#include "engine/pipeline/change_session.h"
#include "engine/pipeline/operate.h"
#include "engine/pipeline/writer.h"

namespace gw::pipeline {
namespace {

using model::Alert;
using model::AlertKind;
using model::Independence;
using model::Response;
using model::ResponseKind;
using model::Session;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_equal(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

// `alice` may well be alice@example.com: who is perhaps the actor does not acknowledge.
bool is_same(std::string_view a, std::string_view b) {
  if (is_equal(a, b)) return true;
  const std::size_t at_a = a.find('@');
  const std::size_t at_b = b.find('@');
  if ((at_a == std::string_view::npos) == (at_b == std::string_view::npos)) return false;
  return is_equal(a.substr(0, at_a), b.substr(0, at_b));
}

bool is_user(std::string_view known, std::string_view user) {
  if (known.empty() || user.empty()) return false;
  const std::size_t hash = user.rfind('#');
  return known == user || (hash != std::string_view::npos && known == user.substr(hash + 1));
}

Alert begin(const Session& session, const Settings& settings, AlertKind kind, std::string_view fact, Time at) {
  Alert alert;
  alert.id = random_uuid7(at);
  alert.kind = kind;
  alert.fact = fact;
  alert.key = std::string(to_string(kind)) + "|" + session.id + "|" + std::string(fact);
  alert.session_id = session.id;
  alert.severity = session.severity.value_or(model::Severity::high);
  alert.watch = session.watch;
  alert.receivers = session.receivers;
  alert.also = session::escalated_to(session);
  alert.created_at = at;
  alert.config_hash = settings.config_hash;
  return alert;
}

std::string data_of(const Response& r) {
  std::string data = "{\"by\":";
  json::append_string(data, r.by);
  data += ",\"via\":";
  json::append_string(data, r.via);
  data += ",\"kind\":";
  json::append_string(data, to_string(r.kind));
  data += ",\"independence\":";
  json::append_string(data, to_string(r.independence));
  data += ",\"note\":";
  json::append_string_or_null(data, r.note);
  data += ",\"ticket\":";
  json::append_string_or_null(data, r.ticket);
  return data + "}";
}

Alert acknowledged_alert(const Session& session, const Settings& settings, const Response& r, bool is_second) {
  Alert alert = begin(session, settings, AlertKind::session_acknowledged, is_second ? "independent" : "", r.at);
  alert.reason = "acknowledged by " + r.by;
  alert.data = data_of(r);
  return alert;
}

Alert response_alert(const Session& session, const Settings& settings, const Response& r) {
  Alert alert = begin(session, settings, AlertKind::session_response, std::to_string(session.responses.size()), r.at);
  if (r.kind == ResponseKind::reason) {
    alert.reason = "a reason by " + r.by;
  } else {
    alert.reason = r.by + " tried to acknowledge a session of their own";
  }
  if (!r.note.empty()) alert.reason += ": " + r.note;
  if (!r.ticket.empty()) alert.reason += " (ticket " + r.ticket + ")";
  alert.data = data_of(r);
  return alert;
}

Independence independence_of(const Session& session, const Response& given, bool is_person, bool is_own) {
  if (is_own) return Independence::no;
  if (!is_person) return Independence::unknown;
  if (!session.principal.name.empty()) return Independence::yes;
  const bool is_second = std::any_of(session.responses.begin(), session.responses.end(), [&](const Response& r) {
    return r.independence == Independence::unknown && r.kind != ResponseKind::reason && r.is_person &&
           !is_same(r.by, given.by);
  });
  return is_second ? Independence::yes : Independence::unknown;
}

bool is_repeated(const Session& session, const Response& given) {
  return std::any_of(session.responses.begin(), session.responses.end(), [&](const Response& r) {
    return r.by == given.by && r.kind == given.kind && r.note == given.note && r.ticket == given.ticket &&
           r.independence == given.independence;
  });
}

Status check(const Response& given) {
  if (given.note.size() > kMaxNoteText)
    return Error{Errc::invalid_input, "a note has at most " + std::to_string(kMaxNoteText) + " bytes"};
  if (given.ticket.size() > kMaxTicket)
    return Error{Errc::invalid_input, "a ticket has at most " + std::to_string(kMaxTicket) + " bytes"};
  if (given.kind == ResponseKind::false_alarm && given.note.empty())
    return Error{Errc::invalid_input, "a false alarm needs a reason"};
  if (given.kind == ResponseKind::reason && given.note.empty() && given.ticket.empty())
    return Error{Errc::invalid_input, "a reason or a ticket is needed"};
  return ok();
}

void add_note(Session& session, const Response& r) {
  if (r.note.empty() && r.ticket.empty()) return;
  if (session.notes.size() >= kMaxNotes) return;  // it stands in the response
  std::string text = r.note;
  if (!r.ticket.empty()) text += (text.empty() ? "ticket " : " (ticket ") + r.ticket + (text.empty() ? "" : ")");
  session.notes.push_back({r.at, r.by, std::move(text)});
}

}  // namespace

bool is_actor(const Session& session, std::string_view person) {
  if (person.empty()) return false;
  const model::Principal& who = session.principal;
  for (const std::string_view name : {std::string_view(who.name), std::string_view(who.id), std::string_view(who.arn),
                                      std::string_view(session.session_name)}) {
    if (!name.empty() && is_same(name, person)) return true;
  }
  return false;
}

bool is_actor(const Session& session, std::string_view person, const std::vector<watch::Person>& people) {
  if (is_actor(session, person)) return true;
  return std::any_of(people.begin(), people.end(), [&](const watch::Person& p) {
    if (!is_equal(p.name, person) && (p.email.empty() || !is_equal(p.email, person))) return false;
    return is_actor(session, p.name) || is_actor(session, p.email) ||
           is_user(p.identity_store_user, session.identity_store_user) ||
           is_user(p.identity_store_user, session.principal.id);
  });
}

Result<Answer> respond(ports::Committer& store, const Settings& settings, const std::string& session_id,
                       const Response& given, bool is_person) {
  if (const Status checked = check(given); !checked) return checked.error();
  Answer answer;
  auto session = change_session(
      store, session_id, given.at, [&](Session& s, const ports::Loaded& loaded, ports::Commit& commit) -> Status {
        answer.is_own = is_person && is_actor(s, given.by, settings.people);
        const bool was_used =
            !given.press.empty() && std::any_of(s.responses.begin(), s.responses.end(),
                                                [&](const Response& r) { return r.press == given.press; });
        if (was_used) return Error{Errc::conflict, "this press was used before"};
        Response mine = given;
        mine.is_person = is_person;
        mine.independence = independence_of(s, given, is_person, answer.is_own);
        const bool acknowledges = mine.kind != ResponseKind::reason && !answer.is_own;
        const bool is_second =
            acknowledges && s.acknowledged && !s.acknowledged->independent && mine.independence == Independence::yes;
        const bool counts = acknowledges && (!s.acknowledged || is_second);
        if (!counts && is_repeated(s, mine)) return ok();
        if (!counts && s.responses.size() >= kMaxResponses)
          return Error{Errc::invalid_input, "the session has all the responses that it can hold"};
        s.responses.push_back(mine);
        if (!counts) add_note(s, mine);
        if (counts) {
          s.acknowledged = model::Acknowledgement{
              mine.at, mine.by, mine.via, mine.note, mine.independence == Independence::yes, mine.kind, mine.ticket};
          route(settings, {acknowledged_alert(s, settings, mine, is_second)}, loaded, commit);
        } else if (answer.is_own || mine.kind == ResponseKind::reason) {
          route(settings, {response_alert(s, settings, mine)}, loaded, commit);
        }
        return ok();
      });
  if (!session) return session.error();
  answer.session = std::move(*session);
  return answer;
}

}  // namespace gw::pipeline
