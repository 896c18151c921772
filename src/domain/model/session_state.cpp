// A session as the store keeps it. One list of fields serves writing and reading, so that the two cannot differ; what a newer
// version added and this one does not know is left out, what an older one did not write keeps its default.
#include <charconv>
#include <string>
#include <type_traits>

#include "base/json/doc.h"
#include "base/json/write.h"
#include "domain/model/session.h"

namespace gw::model {
namespace {

template <class V, class S>
void fields(V& v, S& s);

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  template <class T>
  void operator()(std::string_view key, const T& value) {
    if (is_default(value)) return;  // most fields of most sessions
    key_of(key);
    write(value);
  }
  void begin() { out_.push_back('{'), first_ = true; }
  void end() { out_.push_back('}'), first_ = false; }

 private:
  template <class T>
  static bool is_default(const T& value) {
    return value == T{};
  }
  void key_of(std::string_view key) {
    if (!first_) out_.push_back(',');
    first_ = false;
    out_.push_back('"');
    out_ += key;
    out_ += "\":";
  }
  void number(std::int64_t n) { out_ += std::to_string(n); }
  void write(const std::string& text) { json::append_string(out_, text); }
  void write(bool b) { out_ += b ? "true" : "false"; }
  void write(Time time) { number(time.micros); }
  template <class T>
  requires(std::is_unsigned_v<T> && !std::is_same_v<T, bool>) void write(T n) { out_ += std::to_string(n); }
  template <class T>
  requires std::is_enum_v<T>
  void write(T e) { out_ += std::to_string(static_cast<unsigned>(e)); }
  void write(MechanismSet set) {
    out_.push_back('[');
    bool first = true;
    for (std::size_t i = 0; i < kMechanismCount; ++i) {
      if (!set.has(static_cast<Mechanism>(i))) continue;
      if (!first) out_.push_back(',');
      first = false;
      json::append_string(out_, kMechanismNames[i]);
    }
    out_.push_back(']');
  }
  template <class T>
  void write(const std::optional<T>& value) {
    write(*value);
  }
  template <class List>
  requires requires(const List& list) {
    list.begin();
    typename List::value_type;
  }
  void write(const List& list) {
    out_.push_back('[');
    bool first = true;
    for (const auto& element : list) {
      if (!first) out_.push_back(',');
      first = false;
      write(element);
    }
    out_.push_back(']');
  }
  void write(const std::map<std::string, Sighting>& seen) {
    begin();
    for (const auto& [text, sighting] : seen) {
      if (!first_) out_.push_back(',');
      json::append_string(out_, text);
      out_.push_back(':');
      write(sighting);
    }
    end();
  }
  template <class T>
  requires(std::is_class_v<T> && !requires(const T& t) { t.begin(); }) void write(const T& object) {
    begin();
    fields(*this, object);
    end();
  }

  std::string& out_;
  bool first_ = true;
};

class Reader {
 public:
  explicit Reader(json::Value object) : object_(object) {}

  template <class T>
  void operator()(std::string_view key, T& value) {
    const json::Value found = object_[key];
    if (!found.is_nothing() && !read(found, value)) good_ = false;
  }
  [[nodiscard]] bool good() const { return good_; }

 private:
  template <class N>
  static bool integer(json::Value v, N& n) {
    const std::string_view text = v.raw();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    return error == std::errc{} && end == text.data() + text.size();
  }
  static bool read(json::Value v, std::string& text) {
    if (!v.is_string()) return false;
    text = v.text();
    return true;
  }
  static bool read(json::Value v, bool& b) {
    const auto value = v.boolean();
    b = value.value_or(false);
    return value.has_value();
  }
  static bool read(json::Value v, Time& time) { return integer(v, time.micros); }
  template <class T>
  requires(std::is_unsigned_v<T> && !std::is_same_v<T, bool>) static bool read(json::Value v, T& n) {
    return integer(v, n);
  }
  template <class T>
  requires std::is_enum_v<T>
  static bool read(json::Value v, T& e) {
    unsigned n = 0;
    if (!integer(v, n) || n > 4) return false;  // none has more than five words
    e = static_cast<T>(n);
    return true;
  }
  static bool read(json::Value v, MechanismSet& set) {
    for (json::Value e = v.first_child(); !e.is_missing(); e = e.next_sibling()) {
      if (const auto m = parse_mechanism(e.text())) set.add(*m);
    }
    return v.is_array();
  }
  template <class T>
  static bool read(json::Value v, std::optional<T>& value) {
    return read(v, value.emplace());
  }
  template <class T, std::size_t N>
  static bool read(json::Value v, std::array<T, N>& list) {
    std::size_t i = 0;
    for (json::Value e = v.first_child(); !e.is_missing() && i < N; e = e.next_sibling()) {
      if (!read(e, list[i++])) return false;
    }
    return v.is_array();
  }
  template <class T>
  static bool read(json::Value v, std::vector<T>& list) {
    for (json::Value e = v.first_child(); !e.is_missing(); e = e.next_sibling()) {
      if (!read(e, list.emplace_back())) return false;
    }
    return v.is_array();
  }
  static bool read(json::Value v, std::set<std::string>& set) {
    for (json::Value e = v.first_child(); !e.is_missing(); e = e.next_sibling()) set.emplace(e.text());
    return v.is_array();
  }
  static bool read(json::Value v, std::map<std::string, Sighting>& seen) {
    for (json::Value e = v.first_child(); !e.is_missing(); e = e.next_sibling()) {
      if (!read(e, seen[std::string(e.key())])) return false;
    }
    return v.is_object();
  }
  template <class T>
  requires(std::is_class_v<T> && !requires(T & t) { t.begin(); }) static bool read(json::Value v, T& object) {
    if (!v.is_object()) return false;
    Reader reader(v);
    fields(reader, object);
    return reader.good();
  }

  json::Value object_;
  bool good_ = true;
};

template <class S, class T>
concept Is = std::is_same_v<std::remove_const_t<S>, T>;

template <class V, class S>
void fields(V& v, S& s) {
  if constexpr (Is<S, Principal>) {
    v("type", s.type), v("id", s.id), v("name", s.name), v("name_source", s.name_source), v("arn", s.arn);
  } else if constexpr (Is<S, Edge>) {
    v("key", s.key), v("from", s.from), v("to", s.to), v("grade", s.grade), v("by", s.by);
    v("count", s.count), v("use", s.use);
  } else if constexpr (Is<S, Join>) {
    v("time", s.time), v("key", s.event_key), v("event", s.event_id), v("grade", s.grade), v("by", s.by);
    v("keys", s.keys);
  } else if constexpr (Is<S, Issue>) {
    v("at", s.at), v("expires_at", s.expires_at), v("grade", s.grade);
  } else if constexpr (Is<S, Source>) {
    v("rank", s.rank), v("at", s.at), v("key", s.event_key);
  } else if constexpr (Is<S, Sighting>) {
    v("first", s.first), v("last", s.last), v("count", s.count), v("event", s.first_event_id);
  } else if constexpr (Is<S, KindTotals>) {
    v("count", s.count), v("first", s.first), v("last", s.last), v("first_event", s.first_event);
    v("last_event", s.last_event);
  } else if constexpr (Is<S, IdentityRun>) {
    v("credential", s.credential), v("from", s.from), v("to", s.to), v("event", s.first_event_key);
    v("kinds", s.first_kinds);
  } else if constexpr (Is<S, Acknowledgement>) {
    v("at", s.at), v("by", s.by), v("via", s.via), v("note", s.note), v("independent", s.independent);
    v("kind", s.kind), v("ticket", s.ticket);
  } else if constexpr (Is<S, Response>) {
    v("at", s.at), v("by", s.by), v("via", s.via), v("kind", s.kind), v("independence", s.independence);
    v("note", s.note), v("ticket", s.ticket), v("press", s.press), v("is_person", s.is_person);
  } else if constexpr (Is<S, EscalationStep>) {
    v("due_at", s.due_at), v("to", s.to), v("least", s.least), v("told_at", s.told_at);
  } else if constexpr (Is<S, Note>) {
    v("at", s.at), v("by", s.by), v("text", s.text);
  } else {
    static_assert(Is<S, Session>);
    v("id", s.id), v("version", s.version), v("aliases", s.aliases), v("state", s.state);
    v("account_id", s.account_id), v("account_name", s.account_name), v("role", s.role);
    v("task_policy", s.task_policy), v("principal", s.principal), v("identity_store_user", s.identity_store_user);
    v("session_name", s.session_name), v("mechanisms", s.mechanisms), v("also", s.also);
    v("started_at", s.started_at), v("last_seen_at", s.last_seen_at), v("expires_at", s.expires_at);
    v("expiry_grade", s.expiry_grade), v("by_identity", s.by_identity);
    v("severity", s.severity), v("watch", s.watch), v("watches", s.watches), v("receivers", s.receivers);
    v("planned", s.planned), v("all_planned", s.all_planned);
    v("ways_in", s.ways_in), v("planned_ways_in", s.planned_ways_in), v("identity_calls", s.identity_calls);
    v("activity_calls", s.activity_calls), v("identity_counts", s.identity_counts);
    v("activity_counts", s.activity_counts), v("kinds", s.kinds), v("calls", s.calls), v("issues", s.issues);
    v("addresses", s.addresses), v("agents", s.agents), v("high_risk", s.high_risk), v("regions", s.regions);
    v("runs", s.runs), v("edges", s.edges), v("joins", s.joins), v("feeds", s.feeds);
    v("confirmed_by", s.confirmed_by), v("source_ip", s.source_ip), v("user_agent", s.user_agent);
    v("region", s.region), v("mfa", s.mfa), v("first_event_id", s.first_event_id);
    v("first_event_key", s.first_event_key), v("first_event_name", s.first_event_name), v("truncated", s.truncated);
    v("principal_from", s.principal_from), v("name_from", s.name_from), v("place_from", s.place_from);
    v("mfa_from", s.mfa_from), v("first_from", s.first_from), v("told", s.told);
    v("parent_from", s.parent_from);
    v("parent", s.parent), v("chain_incomplete", s.chain_incomplete), v("backfilled", s.backfilled);
    v("acknowledged", s.acknowledged), v("responses", s.responses), v("notes", s.notes);
    v("escalation", s.escalation), v("config_hash", s.config_hash);
    v("organization_id", s.organization_id), v("opened_at", s.opened_at), v("lapsed_at", s.lapsed_at);
    v("told_at", s.told_at), v("told_calls", s.told_calls), v("digests", s.digests), v("next_due", s.next_due);
  }
}

}  // namespace

std::string to_state_json(const Session& session) {
  std::string out;
  Writer writer(out);
  writer.begin();
  writer("schema", std::string("glasswatch.session_state.v1"));
  fields(writer, session);
  writer.end();
  return out;
}

std::optional<Session> parse_state_json(std::string_view text) {
  json::Doc doc;
  if (!doc.parse(text) || !doc.root().is_object()) return std::nullopt;
  Session session;
  Reader reader(doc.root());
  fields(reader, session);
  if (!reader.good() || session.id.empty()) return std::nullopt;
  return session;
}

}  // namespace gw::model
