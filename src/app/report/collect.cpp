// One pass over the store: a page of sessions at a time, then the records and alerts of each.
#include <algorithm>
#include <functional>

#include "app/report/report.h"
#include "base/json/doc.h"

namespace gw::report {
namespace {

using model::AlertKind;
using ports::ListQuery;
using ports::StoredEvent;

constexpr std::size_t kPage = 1000;
constexpr std::int64_t kDay = std::int64_t{24} * 3600 * 1'000'000;
constexpr std::size_t kMaxNames = 10'000;  // of watches, hashes and the like in totals

// Pages of a list, one item after another.
template <class T, class List, class Each>
Status walk(ListQuery query, List list, Each each) {
  query.limit = kPage;
  for (;;) {
    Result<ports::Page<T>> page = list(query);
    if (!page) return page.error();
    for (T& item : page->items) {
      if (Status status = each(item); !status) return status;
    }
    if (page->next_cursor.empty()) return ok();
    query.cursor = std::move(page->next_cursor);
  }
}

void count(std::map<std::string, std::uint64_t>& counts, const std::string& name) {
  if (const auto at = counts.find(name); at != counts.end()) {
    ++at->second;
  } else if (counts.size() < kMaxNames) {
    counts.emplace(name, 1);
  }
}

bool holds(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

class Collector {
 public:
  Collector(const Question& question, ports::Reader& reader, ports::Admin& admin, Writer& writer)
      : q_(question), reader_(reader), admin_(admin), writer_(writer) {}

  Status run(std::vector<Parked>& parked) {
    parked_ = &parked;
    for (auto step : {&Collector::summaries, &Collector::uses, &Collector::records, &Collector::alerts,
                      &Collector::mutes, &Collector::quarantine}) {
      if (Status status = (this->*step)(); !status) return status;
    }
    return ok();
  }

  Totals totals;

 private:
  ListQuery period() const {
    ListQuery query;
    if (q_.from) query.filters["since"] = format_time(*q_.from);
    if (q_.to) query.filters["until"] = format_time(*q_.to);
    return query;
  }

  // Openings beyond a watch's cap are told together, by an alert about no session that names them.
  Status summaries() {
    ListQuery query;
    // An alert is made when its session's records have come; the clocks of both may differ.
    if (q_.from) query.filters["since"] = format_time(Time{q_.from->micros - kDay});
    query.filters["kind"] = to_string(AlertKind::storm);
    return walk<ports::AlertView>(
        query, [&](const ListQuery& page) { return reader_.alerts(page); },
        [&](ports::AlertView& view) {
          if (!as_of(view, q_.as_of) || !doc_.parse(view.alert.data)) return ok();
          const json::Value sessions = doc_.root()["sessions"];
          for (json::Value id = sessions.first_child(); !id.is_missing(); id = id.next_sibling())
            summaries_of_.emplace(id.text(), summaries_.size());
          view.alert.data.clear();
          summaries_.push_back(std::move(view));
          return ok();
        });
  }

  void add_summaries(const model::Session& session, Dossier& dossier) const {
    std::set<std::size_t> all;
    const auto add = [&](const std::string& id) {
      const auto [begin, end] = summaries_of_.equal_range(id);
      for (auto at = begin; at != end; ++at) all.insert(at->second);
    };
    add(session.id);
    for (const std::string& alias : session.aliases) add(alias);
    for (const std::size_t i : all) dossier.summary(summaries_[i]);
  }

  Status uses() {
    if (!q_.session_id.empty()) {
      auto session = reader_.session(q_.session_id);
      if (!session) return session.error();
      session_id_ = session->id;
      if (session->opened_at > q_.as_of) return Error{Errc::not_found, "that session was not known by then"};
      return use(*session);
    }
    ListQuery query = period();
    if (!q_.account_id.empty()) query.filters["account_id"] = q_.account_id;
    if (!q_.role.empty()) query.filters["role"] = q_.role;
    if (!q_.watch.empty()) query.filters["watch"] = q_.watch;
    return walk<model::Session>(
        query, [&](const ListQuery& page) { return reader_.sessions(page); },
        [&](const model::Session& session) { return use(session); });
  }

  Status use(const model::Session& session) {
    if (session.opened_at > q_.as_of) return ok();
    ListQuery query;
    query.filters["session_id"] = session.id;
    Dossier dossier(session, q_);
    add_summaries(session, dossier);
    Status status = walk<StoredEvent>(
        query, [&](const ListQuery& page) { return reader_.events(page); },
        [&](const StoredEvent& event) {
          dossier.record(event, totals);
          return ok();
        });
    if (!status) return status;
    status = walk<ports::AlertView>(
        query, [&](const ListQuery& page) { return reader_.alerts(page); },
        [&](ports::AlertView& view) {
          if (!as_of(view, q_.as_of)) return ok();
          ++totals.alerts;
          told(view);
          dossier.alert(std::move(view));
          return ok();
        });
    if (!status) return status;
    const Use use = dossier.finish();
    add(use);
    writer_.use(use);
    return ok();
  }

  void add(const Use& use) {
    const model::Session& s = use.session;
    ++totals.uses;
    ++(s.state == model::SessionState::open ? totals.open : totals.lapsed);
    if (s.acknowledged) ++totals.acknowledged;
    if (s.all_planned) ++totals.planned;
    if (s.backfilled) ++totals.backfilled;
    if (!use.first_told) ++totals.not_told;
    if (s.confirmed_by.empty()) ++totals.not_confirmed;
    if (s.chain_incomplete) ++totals.chain_incomplete;
    if (s.truncated) ++totals.truncated;
    if (use.is_incomplete) ++totals.incomplete;
    count(totals.severities, s.severity ? std::string(to_string(*s.severity)) : "none");
    for (const std::string& watch : s.watches) count(totals.watches, watch);
    for (const std::string& name : mechanism_names(s.mechanisms)) count(totals.mechanisms, name);
    for (std::size_t i = 0; i < use.joins.size(); ++i) totals.joins[i] += use.joins[i];
    totals.ways_in += use.ways_in;
    totals.halves += use.halves;
    totals.calls += use.calls;
    totals.denied_calls += use.denied;
    totals.high_risk += use.high_risk;
    if (!s.config_hash.empty()) count(totals.config_hashes, s.config_hash);
  }

  void told(const ports::AlertView& view) {
    const model::Alert& a = view.alert;
    count(totals.alert_kinds, std::string(to_string(a.kind)));
    if (!a.config_hash.empty()) count(totals.config_hashes, a.config_hash);
    for (const model::Notification& n : view.notifications) {
      ++totals.notifications[static_cast<std::size_t>(n.state)];
      if (n.state != model::SendState::parked) continue;
      const bool retried =
          std::any_of(view.notifications.begin(), view.notifications.end(), [&](const model::Notification& other) {
            return other.receiver == n.receiver && other.generation > n.generation;
          });
      parked_->push_back({a.id, std::string(to_string(a.kind)), a.session_id, n, retried});
    }
  }

  // Changes and denied attempts: they are no use of anything, and listed by themselves.
  Status records() {
    for (const model::EntryKind kind : {model::EntryKind::change, model::EntryKind::failure}) {
      ListQuery query = period();
      query.filters["kind"] = to_string(kind);
      if (!q_.account_id.empty()) query.filters["account_id"] = q_.account_id;
      if (!q_.role.empty()) query.filters["role"] = q_.role;
      if (!session_id_.empty()) query.filters["session_id"] = session_id_;
      Status status = walk<StoredEvent>(
          query, [&](const ListQuery& page) { return reader_.events(page); },
          [&](StoredEvent& event) {
            if (event.received_at > q_.as_of) return ok();
            if (!q_.watch.empty() && !holds(event.event.watches, q_.watch)) return ok();
            if (q_.as_of_given) event.feeds = {event.event.origin.feed};
            if (kind == model::EntryKind::change) {
              ++totals.changes;
              writer_.change(event);
            } else {
              ++totals.denied;
              writer_.denied(event);
            }
            return ok();
          });
      if (!status) return status;
    }
    return ok();
  }

  bool is_asked_for(const model::Alert& a) {
    if (!q_.watch.empty() && a.watch != q_.watch) return false;
    if (q_.account_id.empty() && q_.role.empty()) return true;
    if (!doc_.parse(a.data)) return false;
    const json::Value root = doc_.root();
    const json::Value about = root["access"].is_nothing() ? root : root["access"];
    return (q_.account_id.empty() || about["account_id"].text() == q_.account_id) &&
           (q_.role.empty() || about["role"].text() == q_.role);
  }

  Status alerts() {
    if (!session_id_.empty()) return ok();  // its own are in its dossier
    for (std::size_t i = 0; i < model::kAlertKinds; ++i) {
      const std::string_view kind = to_string(static_cast<AlertKind>(i));
      if (kind.starts_with("session.")) continue;
      ListQuery query = period();
      query.filters["kind"] = kind;
      Status status = walk<ports::AlertView>(
          query, [&](const ListQuery& page) { return reader_.alerts(page); },
          [&](ports::AlertView& view) {
            if (!view.alert.session_id.empty() || !as_of(view, q_.as_of) || !is_asked_for(view.alert)) return ok();
            ++totals.other_alerts;
            told(view);
            writer_.alert(view);
            return ok();
          });
      if (!status) return status;
    }
    return ok();
  }

  Status mutes() {
    auto all = admin_.mutes(true);
    if (!all) return all.error();
    std::sort(all->begin(), all->end(), [](const model::Mute& a, const model::Mute& b) {
      return std::tie(b.created_at, b.id) < std::tie(a.created_at, a.id);
    });
    const auto fits = [](const std::string& asked, const std::string& muted) {
      return asked.empty() || muted.empty() || asked == muted;
    };
    for (model::Mute& mute : *all) {
      if (!as_of(mute, q_.as_of)) continue;
      if (q_.to && mute.created_at >= *q_.to) continue;
      if (q_.from && std::min(mute.until, mute.ended_at.value_or(mute.until)) <= *q_.from) continue;
      if (!fits(q_.account_id, mute.account_id) || !fits(q_.watch, mute.watch) || !fits(session_id_, mute.session_id))
        continue;
      ++totals.mutes;
      writer_.mute(mute);
    }
    return ok();
  }

  // Those of the period, and whatever was still open before its end.
  Status quarantine() {
    ListQuery query;
    if (q_.to) query.filters["until"] = format_time(*q_.to);
    return walk<ports::QuarantineItem>(
        query, [&](const ListQuery& page) { return admin_.quarantine(page); },
        [&](ports::QuarantineItem& item) {
          if (!as_of(item, q_.as_of)) return ok();
          const bool is_within = !q_.from || item.at >= *q_.from;
          if (is_within) ++totals.quarantined;
          if (!item.settled_at) ++totals.quarantined_open;
          if (is_within || !item.settled_at) writer_.quarantined(item);
          return ok();
        });
  }

  const Question& q_;
  ports::Reader& reader_;
  ports::Admin& admin_;
  Writer& writer_;
  std::string session_id_;
  json::Doc doc_;
  std::vector<Parked>* parked_ = nullptr;
  std::vector<ports::AlertView> summaries_;               // newest first
  std::multimap<std::string, std::size_t> summaries_of_;  // by session, as it was called then
};

}  // namespace

Result<Totals> collect(const Question& question, const Ports& store, Writer& writer) {
  Closing closing;
  closing.question = question;
  Collector collector(question, store.reader, store.admin, writer);
  if (const Status status = collector.run(closing.parked); !status) return status.error();
  closing.totals = std::move(collector.totals);
  if (!question.as_of_given) {
    auto totals = store.reader.totals();
    if (!totals) return totals.error();
    auto coverage = store.recovery.coverage();
    if (!coverage) return coverage.error();
    std::sort(coverage->begin(), coverage->end(), [](const auto& a, const auto& b) {
      return std::tie(a.account_id, a.region, a.feed) < std::tie(b.account_id, b.region, b.feed);
    });
    auto never_heard = store.never_heard(*coverage);
    if (!never_heard) return never_heard.error();
    closing.now = NoHistory{std::move(*totals), std::move(*coverage), std::move(*never_heard)};
  }
  if (const Status status = writer.finish(closing); !status) return status.error();
  return closing.totals;
}

}  // namespace gw::report
