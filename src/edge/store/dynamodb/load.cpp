// What a decision needs comes in two requests as a rule: what the question names, and the sessions that its edges lead to.
#include "edge/store/dynamodb/load.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "edge/store/codec/codec.h"
#include "edge/store/dynamodb/keys.h"

namespace gw::dynamodb {
namespace {

constexpr unsigned kPatience = 6;     // looks at a commit that is under way before it is called off
constexpr int kLongestAliasing = 64;  // of sessions merged into sessions merged into …

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return parts;
}

Time time_of(std::string_view digits) {
  Time time;
  std::from_chars(digits.data(), digits.data() + digits.size(), time.micros);
  return time;
}

// The sessions of an edge's item whose stretches overlap.
void add_overlapping(const Item& item, const model::Edge& edge, std::set<std::string>& ids) {
  for (const auto& [name, value] : item.values) {
    if (!name.starts_with(kStretch)) continue;
    for (const Stretch& s : parse_stretches(value.text)) {
      if (s.to >= edge.from && s.from <= edge.to) ids.insert(name.substr(kStretch.size()));
    }
  }
}

// An edge's item may be ahead of the session, or behind it.
bool shows_one_of(const model::Session& session, const std::vector<model::Edge>& edges) {
  return std::any_of(session.edges.begin(), session.edges.end(), [&](const model::Edge& shown) {
    return shown.is_shown() && std::any_of(edges.begin(), edges.end(), [&](const model::Edge& edge) {
             return edge.key == shown.key && shown.to >= edge.from && shown.from <= edge.to;
           });
  });
}

}  // namespace

void Snapshot::need(std::vector<Key> wanted) {
  std::erase_if(wanted, [&](const Key& key) { return seen_.contains(key); });
  if (wanted.empty()) return;
  for (const Key& key : wanted) seen_[key];
  for (auto& [key, item] : table_.get(std::move(wanted))) seen_[key] = std::move(item);
}

const Item* Snapshot::at(const Key& key) {
  need({key});
  const auto& found = seen_.at(key);
  return found ? &*found : nullptr;
}

bool Snapshot::is_void(const Item& event) {
  const std::string& id = event.text("attempt");
  if (id.empty()) return false;
  const Key key = keys::attempt(id);
  const auto seen = seen_.find(key);
  if (seen != seen_.end() && seen->second) return seen->second->text("state") != "done";
  // It is under way, or whoever made it is gone. Calling it off makes its last write fail.
  for (unsigned round = 1;; ++round) {
    std::optional<Item> found = table_.get(key);
    if (!found && round < kPatience) {
      tools_.wait(aws::backoff({}, round, false, tools_.random()));
      continue;
    }
    if (!found) {
      static_cast<void>(call_off(table_, id));  // or it is settled this moment
      continue;
    }
    seen_[key] = std::move(found);
    return seen_[key]->text("state") != "done";
  }
}

std::string resolve(Snapshot& snapshot, const std::string& id) {
  std::string at = id;
  for (int i = 0; i < kLongestAliasing; ++i) {
    const Item* item = snapshot.at(keys::session(at));
    if (item == nullptr || !item->has("into")) return at;
    at = item->text("into");
  }
  fail(Errc::corrupt, "sessions are merged in a circle");
}

ports::Loaded Snapshot::load(const ports::Ask& ask) {
  std::vector<Key> wanted;
  for (const std::string& key : ask.event_keys) wanted.push_back(keys::event(key));
  for (const model::Edge& edge : ask.edges) wanted.push_back(keys::edge(edge.key));
  for (const std::string& id : ask.session_ids) wanted.push_back(keys::session(id));
  for (const std::string& key : ask.folds) wanted.push_back(keys::fold(key));
  for (const std::string& key : ask.alert_keys) wanted.push_back(keys::alert(key));
  need(std::move(wanted));

  ports::Loaded loaded;
  std::set<std::string> ids;
  wanted.clear();
  for (const model::Edge& edge : ask.edges) {
    if (const Item* item = at(keys::edge(edge.key))) add_overlapping(*item, edge, ids);
  }
  for (const std::string& id : ids) wanted.push_back(keys::session(id));
  for (const std::string& key : ask.event_keys) {
    const Item* item = at(keys::event(key));
    if (item != nullptr && item->has("attempt")) wanted.push_back(keys::attempt(item->text("attempt")));
  }
  need(std::move(wanted));
  for (const std::string& key : ask.event_keys) {
    const Item* item = at(keys::event(key));
    if (item != nullptr && !is_void(*item)) loaded.known.emplace(key, item->count("content"));
  }
  std::set<std::string> named;
  for (const std::string& asked : ask.session_ids) {
    std::string id = resolve(*this, asked);
    if (id != asked) loaded.aliases.emplace(asked, id);
    named.insert(id);
    ids.insert(std::move(id));
  }
  for (const std::string& id : ids) {
    const Item* item = at(keys::session(id));
    if (item == nullptr || item->has("into")) continue;
    model::Session session = parse_session(table_, *item);
    if (named.contains(id) || shows_one_of(session, ask.edges)) loaded.sessions.push_back(std::move(session));
  }
  const std::set<std::string> folds(ask.folds.begin(), ask.folds.end());
  for (const std::string& key : folds) {
    if (const Item* item = at(keys::fold(key))) loaded.folds.push_back(parse_fold(*item));
  }
  for (const std::string& watch : ask.watches) {
    std::vector<Time>& times = loaded.openings[watch];
    for (const Item& item : table_.query({{}, keys::openings(watch), sortable(ask.openings_since), {}, 0}))
      times.push_back(item.time("at"));
  }
  for (const std::string& key : ask.alert_keys) {
    if (at(keys::alert(key)) != nullptr) loaded.alert_keys.insert(key);
  }
  return loaded;
}

model::Session parse_session(Table& table, const Item& item) {
  std::string body = item.text("body");
  if (item.has("upload")) {
    std::vector<Key> wanted;
    for (std::size_t n = 0; n < item.count("parts"); ++n) wanted.push_back(keys::part(item.text("upload"), n));
    const std::map<Key, Item> parts = table.get(wanted);
    if (parts.size() != wanted.size()) fail(Errc::unavailable, "a session is being written: a part of it is gone");
    for (const Key& key : wanted) body += parts.at(key).text("body");
  }
  auto session = model::parse_state_json(body);
  if (!session) fail(Errc::corrupt, "a session's stored state cannot be read");
  session->version = item.count("v");
  return *std::move(session);
}

model::Fold parse_fold(const Item& item) {
  model::Fold fold;
  if (!store::from_body(item.text("body"), fold)) fail(Errc::corrupt, "a fold's stored state cannot be read");
  fold.version = item.count("v");
  return fold;
}

// `notes` is a list of texts, three for each: the notification, its fence, until when it is leased.
AlertItem parse_alert(const Item& item) {
  AlertItem a;
  a.item = item;
  const auto notes = store::from_list(item.text("notes"));
  if (!store::from_body(item.text("body"), a.alert) || !notes || notes->size() % 3 != 0)
    fail(Errc::corrupt, "a stored alert cannot be read");
  for (std::size_t i = 0; i < notes->size(); i += 3) {
    Note& note = a.notes.emplace_back();
    if (!store::from_body((*notes)[i], note.notification)) fail(Errc::corrupt, "a stored notification cannot be read");
    note.fence = static_cast<std::uint64_t>(time_of((*notes)[i + 1]).micros);
    note.lease_until = time_of((*notes)[i + 2]);
  }
  return a;
}

std::vector<std::string> merged_of(const Item& session) {
  if (!session.has("merged")) return {};
  auto ids = store::from_list(session.text("merged"));
  if (!ids) fail(Errc::corrupt, "a session's stored aliases cannot be read");
  return *std::move(ids);
}

Op put_alert(const AlertItem& a, const Keep& keep) {
  Op op;
  op.item = a.item;
  require_version(op, a.item.count("v"));
  std::vector<std::string> notes;
  std::optional<Time> ready;
  for (const Note& note : a.notes) {
    notes.push_back(store::to_body(note.notification));
    notes.push_back(std::to_string(note.fence));
    notes.push_back(std::to_string(note.lease_until.micros));
    if (note.waits() && (!ready || note.ready() < *ready)) ready = note.ready();
  }
  op.item.set("v", number(a.item.count("v") + 1));
  op.item.set("notes", text(store::to_list(notes)));
  op.item.drop("gsi1pk");
  op.item.drop("gsi1sk");
  op.item.drop("ttl");
  if (!ready) keep.mark(op.item, a.alert.created_at);
  if (ready) {
    op.item.set("gsi1pk", text(keys::kUnsent));
    op.item.set("gsi1sk", text(sortable(*ready) + "#" + a.alert.id));
  }
  return op;
}

std::string to_text(const std::vector<Stretch>& stretches) {
  std::string out;
  for (const Stretch& s : stretches) {
    if (!out.empty()) out.push_back(';');
    out += std::to_string(s.from.micros) + " " + std::to_string(s.to.micros);
  }
  return out;
}

std::vector<Stretch> parse_stretches(std::string_view text) {
  std::vector<Stretch> stretches;
  for (const std::string_view one : split(text, ';')) {
    const auto ends = split(one, ' ');
    if (ends.size() == 2) stretches.push_back({time_of(ends[0]), time_of(ends[1])});
  }
  return stretches;
}

}  // namespace gw::dynamodb
