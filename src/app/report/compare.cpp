// First what was told in the period, record by record, looked up in the other list; then the rest of the other list is looked
// for among everything that is stored. A session is asked about once.
#include "app/report/compare.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "app/report/event_ids.h"
#include "domain/session/correlate.h"

namespace gw::report {
namespace {

using model::AlertKind;
using model::EntryKind;
using model::Mechanism;
using ports::ListQuery;
using ports::StoredEvent;

bool is_quiet(const ports::AlertView& view) {
  return !view.notifications.empty() &&
         std::all_of(view.notifications.begin(), view.notifications.end(),
                     [](const model::Notification& n) { return n.state == model::SendState::muted; });
}

// What is between the kind and the fact of an alert's key.
std::string subject_of(const model::Alert& alert) {
  const std::size_t first = alert.key.find('|');
  const std::size_t last = alert.key.rfind('|');
  return first == std::string::npos || last <= first ? std::string() : alert.key.substr(first + 1, last - first - 1);
}

struct Known {
  bool raised = false;
  bool muted = false;
  bool backfilled = false;
  std::set<std::string> firsts;  // event ids of calls by root and IAM users that were ways in
};

class Comparer {
 public:
  Comparer(ports::Reader& reader, ports::Admin& admin, const std::set<std::string>& theirs, std::optional<Time> from,
           std::optional<Time> to)
      : reader_(reader), admin_(admin), rest_(theirs), from_(from), to_(to) {}

  Result<Comparison> run() {
    for (auto step : {&Comparer::alerts, &Comparer::ours, &Comparer::theirs, &Comparer::quarantine}) {
      if (const Status status = (this->*step)(); !status) return status.error();
    }
    for (const std::string& id : rest_) {
      Difference d;
      d.event_id = id;
      d.reason = "never_seen";
      d.why = "no such record is stored: it did not come, no watch asked for it, or an ignore rule took it out";
      add(std::move(d));
    }
    std::sort(out_.differences.begin(), out_.differences.end(), [](const Difference& a, const Difference& b) {
      return std::tuple(!a.ours, a.time.value_or(Time{}), std::string_view(a.event_id)) <
             std::tuple(!b.ours, b.time.value_or(Time{}), std::string_view(b.event_id));
    });
    return std::move(out_);
  }

 private:
  template <class List, class Each>
  static Status walk(ListQuery query, List list, Each each) {
    query.limit = 1000;
    for (;;) {
      auto page = list(query);
      if (!page) return page.error();
      for (const auto& item : page->items) {
        if (Status status = each(item); !status) return status;
      }
      if (page->next_cursor.empty()) return ok();
      query.cursor = page->next_cursor;
    }
  }
  template <class Each>
  Status events(const ListQuery& query, Each each) {
    return walk(
        query, [this](const ListQuery& q) { return reader_.events(q); }, each);
  }

  // Changes and counts of failures: subject → whether a mute kept it quiet.
  Status alerts() {
    for (const AlertKind kind : {AlertKind::tamper, AlertKind::emergency_path, AlertKind::access_denied}) {
      ListQuery query;
      query.filters["kind"] = to_string(kind);
      Status status = walk(
          query, [this](const ListQuery& q) { return reader_.alerts(q); },
          [&](const ports::AlertView& view) {
            const auto [at, fresh] = subjects_.try_emplace(subject_of(view.alert), true);
            at->second = at->second && is_quiet(view);
            return ok();
          });
      if (!status) return status;
    }
    return ok();
  }

  Result<const Known*> known(const std::string& session_id) {
    const auto [at, fresh] = sessions_.try_emplace(session_id);
    if (!fresh || session_id.empty()) return &at->second;
    const auto session = reader_.session(session_id);
    if (!session) return session.error().code == Errc::not_found ? Result<const Known*>(&at->second) : session.error();
    at->second.backfilled = session->backfilled;
    for (const model::IdentityRun& run : session->runs)
      at->second.firsts.insert(run.first_event_key.substr(0, run.first_event_key.find('\n')));
    ListQuery query;
    query.filters = {{"session_id", session_id}, {"kind", std::string(to_string(AlertKind::session_opened))}};
    const auto opened = reader_.alerts(query);
    if (!opened) return opened.error();
    for (const ports::AlertView& view : opened->items) {
      at->second.muted = is_quiet(view) && (!at->second.raised || at->second.muted);
      at->second.raised = true;
    }
    return &at->second;
  }

  // Why the record was not told; empty: it was.
  Result<std::string> not_told(const StoredEvent& event) {
    const model::AccessEvent& e = event.event;
    if (event.kind == EntryKind::change || event.kind == EntryKind::failure) {
      const std::string subject = event.kind == EntryKind::change ? e.event_id + "\n" + e.recipient_account_id
                                                                  : session::fold_key(e, event.received_at);
      const auto told = subjects_.find(subject);
      if (told != subjects_.end()) return std::string(told->second ? "muted" : "");
      return std::string(event.kind == EntryKind::change ? "backfilled" : "not_told_yet");
    }
    const auto session = known(event.session_id);
    if (!session) return session.error();
    const Known& s = **session;
    if (!s.raised) return std::string("backfilled");
    if (s.muted) return std::string("muted");
    const bool by_identity = e.mechanism == Mechanism::root_api || e.mechanism == Mechanism::iam_user_api;
    const bool is_way_in = event.kind == EntryKind::access && (!by_identity || s.firsts.contains(e.event_id));
    return std::string(is_way_in ? "" : "in_session");
  }

  static Difference about(const StoredEvent& event) {
    const model::AccessEvent& e = event.event;
    return {false, e.event_id, e.event_time, e.account_id, e.role, e.watch, event.session_id, {}, {}};
  }

  void add(Difference d) {
    ++(d.ours ? out_.ours : out_.theirs);
    out_.differences.push_back(std::move(d));
  }

  Status ours() {
    for (const EntryKind kind : {EntryKind::access, EntryKind::change, EntryKind::failure}) {
      ListQuery query;
      query.filters["kind"] = to_string(kind);
      if (from_) query.filters["since"] = format_time(*from_);
      if (to_) query.filters["until"] = format_time(*to_);
      Status status = events(query, [&](const StoredEvent& event) {
        const std::string id = canonical_id(event.event.event_id);
        if (id.empty() || told_.contains(id)) return ok();
        const auto reason = not_told(event);
        if (!reason) return Status(reason.error());
        if (!reason->empty()) return ok();
        told_.insert(id);
        if (rest_.erase(id) > 0) {
          ++out_.both;
          return ok();
        }
        Difference d = about(event);
        d.ours = true;
        d.reason = "told";
        d.why = "watch " + d.watch + " matched " + event.event.event_source + ":" + event.event.event_name +
                (event.event.planned.empty() ? "" : ", planned " + event.event.planned);
        add(std::move(d));
        return ok();
      });
      if (!status) return status;
    }
    return ok();
  }

  static std::string words_of(const std::string& reason) {
    if (reason == "muted") return "stored, but mutes kept it quiet";
    if (reason == "backfilled") return "stored, but imported: nobody was told";
    if (reason == "not_told_yet") return "stored; it failed, and its count is told 15 minutes later";
    return "stored: a second half or a call of a session that was told by its ways in";
  }

  Status theirs() {
    if (rest_.empty()) return ok();
    std::map<std::string, Difference> found;
    std::set<std::string> outside;
    Status status = events({}, [&](const StoredEvent& event) {
      const std::string id = canonical_id(event.event.event_id);
      if (!rest_.contains(id)) return ok();
      const Time at = event.event.event_time.value_or(event.received_at);
      if ((from_ && at < *from_) || (to_ && at >= *to_)) {
        outside.insert(id);
        return ok();
      }
      const auto reason = not_told(event);
      if (!reason) return Status(reason.error());
      const auto [place, fresh] = found.try_emplace(id, about(event));
      // Stored twice, as an access and as a call, the access says more.
      if (!fresh && place->second.reason != "in_session") return ok();
      place->second = about(event);
      place->second.reason = *reason;
      place->second.why = words_of(*reason);
      return ok();
    });
    if (!status) return status;
    for (auto& [id, d] : found) {
      rest_.erase(id);
      add(std::move(d));
    }
    for (const std::string& id : outside) out_.outside += rest_.erase(id);
    return ok();
  }

  Status quarantine() {
    if (rest_.empty()) return ok();
    return walk(
        ListQuery{}, [this](const ListQuery& q) { return admin_.quarantine(q); },
        [&](const ports::QuarantineItem& item) {
          if (item.event_id.empty() || rest_.erase(canonical_id(item.event_id)) == 0) return ok();
          Difference d;
          d.event_id = item.event_id;
          d.reason = "quarantined";
          d.why = "it could not be read: " + item.reason;
          add(std::move(d));
          return ok();
        });
  }

  ports::Reader& reader_;
  ports::Admin& admin_;
  std::set<std::string> rest_;  // of theirs, not found yet
  std::optional<Time> from_;
  std::optional<Time> to_;
  std::set<std::string> told_;
  std::unordered_map<std::string, bool> subjects_;
  std::unordered_map<std::string, Known> sessions_;
  Comparison out_;
};

}  // namespace

Result<Comparison> compare(ports::Reader& reader, ports::Admin& admin, const std::set<std::string>& theirs,
                           std::optional<Time> from, std::optional<Time> to) {
  return Comparer(reader, admin, theirs, from, to).run();
}

}  // namespace gw::report
