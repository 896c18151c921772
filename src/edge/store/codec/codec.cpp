// One list of fields serves writing and reading, so that the two cannot differ. Empty fields are left out.
#include "edge/store/codec/codec.h"

#include <charconv>
#include <cstring>
#include <map>
#include <type_traits>

#include "base/json/doc.h"
#include "base/json/write.h"

namespace gw::store {
namespace {

using json::Value;
using model::AccessEvent;
using model::Fold;
using model::Mechanism;
using model::MechanismSet;

template <class V, class S>
void fields(V& v, S& s);

// --- values → JSON

template <class Range, class Each>
void write_list(std::string& out, const Range& range, char open, char close, Each each) {
  out.push_back(open);
  bool first = true;
  for (const auto& element : range) {
    if (!first) out.push_back(',');
    first = false;
    each(element);
  }
  out.push_back(close);
}

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) { out_.push_back('{'); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { out_.push_back('}'); }

  template <class T>
  void operator()(std::string_view key, const T& value) {
    if constexpr (!std::is_enum_v<T>) {  // the default of an enum need not be its first word
      if (value == T{}) return;
    }
    always(key, value);
  }
  template <class T>
  void always(std::string_view key, const T& value) {
    if (!first_) out_.push_back(',');
    first_ = false;
    json::append_string(out_, key);
    out_.push_back(':');
    write(value);
  }

 private:
  void write(const std::string& text) { json::append_string(out_, text); }
  void write(bool b) { out_ += b ? "true" : "false"; }
  void write(Time time) { out_ += std::to_string(time.micros); }
  void write(std::uint64_t n) { out_ += std::to_string(n); }
  void write(std::uint32_t n) { out_ += std::to_string(n); }
  void write(MechanismSet set) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < model::kMechanismCount; ++i) {
      if (set.has(static_cast<Mechanism>(i))) names.emplace_back(model::kMechanismNames[i]);
    }
    write(names);
  }
  void write(const std::vector<std::string>& list) {
    write_list(out_, list, '[', ']', [&](const std::string& text) { write(text); });
  }
  void write(const std::map<std::string, std::uint64_t>& counts) {
    write_list(out_, counts, '{', '}', [&](const auto& pair) {
      write(pair.first);
      out_.push_back(':');
      write(pair.second);
    });
  }
  template <class T>
  void write(const std::optional<T>& value) {
    write(*value);
  }
  template <class T>
  requires std::is_enum_v<T>
  void write(T e) { out_ += std::to_string(static_cast<unsigned>(e)); }
  template <class T>
  requires(std::is_same_v<T, model::Principal> || std::is_same_v<T, model::Origin>) void write(const T& object) {
    Writer inner(out_);
    fields(inner, object);
  }

  std::string& out_;
  bool first_ = true;
};

// --- JSON → values

class Reader {
 public:
  explicit Reader(Value object) : object_(object), good_(object.is_object()) {}

  template <class T>
  void operator()(std::string_view key, T& value) {
    const Value found = object_[key];
    if (!found.is_nothing() && !read(found, value)) good_ = false;
  }
  template <class T>
  void always(std::string_view key, T& value) {
    (*this)(key, value);
  }
  [[nodiscard]] bool good() const { return good_; }

 private:
  template <class N>
  static bool integer(Value v, N& n) {
    const std::string_view text = v.raw();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    return error == std::errc{} && end == text.data() + text.size();
  }
  static bool read(Value v, std::string& text) {
    if (!v.is_string()) return false;
    text = v.text();
    return true;
  }
  static bool read(Value v, bool& b) {
    b = v.boolean().value_or(false);
    return v.boolean().has_value();
  }
  static bool read(Value v, Time& time) { return integer(v, time.micros); }
  static bool read(Value v, std::uint64_t& n) { return integer(v, n); }
  static bool read(Value v, std::uint32_t& n) { return integer(v, n); }
  static bool read(Value v, MechanismSet& set) {
    for (Value e = v.first_child(); !e.is_missing(); e = e.next_sibling()) {
      if (const auto m = model::parse_mechanism(e.text())) set.add(*m);
    }
    return v.is_array();
  }
  static bool read(Value v, std::vector<std::string>& list) {
    for (Value e = v.first_child(); !e.is_missing(); e = e.next_sibling()) list.emplace_back(e.text());
    return v.is_array();
  }
  static bool read(Value v, std::map<std::string, std::uint64_t>& counts) {
    for (Value e = v.first_child(); !e.is_missing(); e = e.next_sibling()) {
      if (!integer(e, counts[std::string(e.key())])) return false;
    }
    return v.is_object();
  }
  template <class T>
  static bool read(Value v, std::optional<T>& value) {
    return read(v, value.emplace());
  }
  template <class T>
  requires std::is_enum_v<T>
  static bool read(Value v, T& e) {
    constexpr unsigned kEnd = std::is_same_v<T, Mechanism>          ? unsigned{model::kMechanismCount}
                              : std::is_same_v<T, model::AlertKind> ? unsigned{model::kAlertKinds}
                              : std::is_same_v<T, model::SendState> ? unsigned{model::kSendStates}
                              : std::is_same_v<T, model::Severity>  ? unsigned{model::kSeverityNames.size()}
                              : std::is_same_v<T, model::Outcome>   ? 2
                                                                    : 4;
    unsigned n = 0;
    if (!integer(v, n) || n >= kEnd) return false;
    e = static_cast<T>(n);
    return true;
  }
  template <class T>
  requires(std::is_same_v<T, model::Principal> || std::is_same_v<T, model::Origin>) static bool read(Value v,
                                                                                                     T& object) {
    Reader inner(v);
    fields(inner, object);
    return inner.good();
  }

  Value object_;
  bool good_;
};

// --- the fields

template <class S, class T>
concept Is = std::is_same_v<std::remove_const_t<S>, T>;

template <class V, class S>
void access_fields(V& v, S& s) {
  v("event_id", s.event_id), v("event_time", s.event_time), v("mechanism", s.mechanism), v("also", s.also);
  v("outcome", s.outcome), v("account_id", s.account_id), v("account_name", s.account_name), v("role", s.role);
  v("task_policy", s.task_policy), v("principal", s.principal), v("source_ip", s.source_ip);
  v("source_ip_kind", s.source_ip_kind), v("user_agent", s.user_agent), v("mfa", s.mfa), v("mfa_source", s.mfa_source);
  v("region", s.region), v("event_source", s.event_source), v("event_name", s.event_name);
  v("recipient_account_id", s.recipient_account_id), v("error_code", s.error_code);
  v("error_message", s.error_message), v("shared_event_id", s.shared_event_id), v("origin", s.origin);
  v("flags", s.flags), v("caller_account_id", s.caller_account_id), v("caller_issuer_arn", s.caller_issuer_arn);
  v("caller_user_arn", s.caller_user_arn), v("identity_store_user", s.identity_store_user), v("role_arn", s.role_arn);
  v("target", s.target), v("emergency_path_change", s.emergency_path_change);
  v("service_automation", s.service_automation), v("break_glass", s.break_glass), v("watch", s.watch);
  v("watches", s.watches), v("receivers", s.receivers), v("ignored_by", s.ignored_by), v("planned", s.planned);
  v("severity", s.severity);
}

template <class V, class S>
void fields(V& v, S& s) {
  if constexpr (Is<S, model::Principal>) {
    v("type", s.type), v("id", s.id), v("name", s.name), v("name_source", s.name_source), v("arn", s.arn);
  } else if constexpr (Is<S, model::Origin>) {
    v.always("feed", s.feed), v("path", s.path), v("record", s.record);
  } else if constexpr (Is<S, AccessEvent>) {
    access_fields(v, s);
  } else if constexpr (Is<S, model::Alert>) {
    v("id", s.id), v("key", s.key), v("kind", s.kind), v("session_id", s.session_id), v("severity", s.severity);
    v("watch", s.watch), v("receivers", s.receivers), v("fact", s.fact), v("reason", s.reason), v("data", s.data);
    v("created_at", s.created_at), v("event_time", s.event_time), v("planned", s.planned);
    v("config_hash", s.config_hash);
  } else if constexpr (Is<S, model::Notification>) {
    v("id", s.id), v("alert_id", s.alert_id), v("receiver", s.receiver), v.always("generation", s.generation);
    v("state", s.state), v("attempts", s.attempts), v("due_at", s.due_at), v("created_at", s.created_at);
    v("settled_at", s.settled_at), v("reason", s.reason), v("reference", s.reference);
    v("rerouted_from", s.rerouted_from);
  } else if constexpr (Is<S, model::Thread>) {
    v("receiver", s.receiver), v("session_id", s.session_id), v("channel", s.channel), v("ts", s.ts);
    v("posted_at", s.posted_at), v("shown", s.shown);
  } else if constexpr (Is<S, model::Mute>) {
    v("id", s.id), v("watch", s.watch), v("account_id", s.account_id), v("session_id", s.session_id);
    v("author", s.author), v("reason", s.reason), v("created_at", s.created_at), v("until", s.until);
    v("ended_at", s.ended_at), v("ended_by", s.ended_by);
  } else if constexpr (Is<S, ports::QuarantineItem>) {  // without its payload
    v("id", s.id), v("key", s.key), v("feed", s.feed), v("source", s.source), v("reason", s.reason);
    v("event_id", s.event_id), v("size", s.size), v("at", s.at), v("settled_at", s.settled_at);
    v("settled_as", s.settled_as);
  } else {
    static_assert(Is<S, Fold>);
    v("key", s.key), v("version", s.version), v("account_id", s.account_id), v("account_name", s.account_name);
    v("role", s.role), v("mechanism", s.mechanism), v("window", s.window), v("count", s.count), v("told", s.told);
    v("generation", s.generation), v("next_due", s.next_due), v("first", s.first), v("last", s.last);
    v("principals", s.principals), v("addresses", s.addresses), v("errors", s.errors), v("severity", s.severity);
    v("watch", s.watch), v("receivers", s.receivers), v("first_event_id", s.first_event_id);
  }
}

template <class T>
std::string write_body(const T& value) {
  std::string out;
  {
    Writer writer(out);
    fields(writer, value);
  }
  return out;
}

template <class T>
bool read_body(std::string_view body, T& value) {
  json::Doc doc;
  if (!doc.parse(body)) return false;
  Reader reader(doc.root());
  fields(reader, value);
  return reader.good();
}

void put_u64(std::string& out, std::uint64_t n) {
  for (unsigned shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(n >> shift & 0xff));
}

std::uint64_t get_u64(std::string_view bytes) {
  std::uint64_t n = 0;
  for (std::size_t i = 8; i > 0; --i) n = n << 8 | static_cast<unsigned char>(bytes[i - 1]);
  return n;
}

}  // namespace

std::string to_body(const AccessEvent& event) { return write_body(event); }
bool from_body(std::string_view body, AccessEvent& event) { return read_body(body, event); }
std::string to_body(const Fold& fold) { return write_body(fold); }
bool from_body(std::string_view body, Fold& fold) { return read_body(body, fold); }

std::string to_body(const model::Alert& alert) { return write_body(alert); }
bool from_body(std::string_view body, model::Alert& alert) { return read_body(body, alert); }
std::string to_body(const model::Notification& notification) { return write_body(notification); }
bool from_body(std::string_view body, model::Notification& notification) { return read_body(body, notification); }
std::string to_body(const model::Thread& thread) { return write_body(thread); }
bool from_body(std::string_view body, model::Thread& thread) { return read_body(body, thread); }
std::string to_body(const model::Mute& mute) { return write_body(mute); }
bool from_body(std::string_view body, model::Mute& mute) { return read_body(body, mute); }
std::string to_body(const ports::QuarantineItem& item) { return write_body(item); }
bool from_body(std::string_view body, ports::QuarantineItem& item) { return read_body(body, item); }

std::string to_list(const std::vector<std::string>& texts) {
  std::string out;
  write_list(out, texts, '[', ']', [&](const std::string& text) { json::append_string(out, text); });
  return out;
}

std::optional<std::vector<std::string>> from_list(std::string_view text) {
  json::Doc doc;
  if (!doc.parse(text) || !doc.root().is_array()) return std::nullopt;
  std::vector<std::string> texts;
  for (Value e = doc.root().first_child(); !e.is_missing(); e = e.next_sibling()) texts.emplace_back(e.text());
  return texts;
}

std::string pack(const std::vector<ports::ChainRow>& rows) {
  std::string out;
  out.reserve(rows.size() * 38);
  for (const ports::ChainRow& row : rows) {
    put_u64(out, row.credential);
    put_u64(out, row.event);
    put_u64(out, static_cast<std::uint64_t>(row.time.micros));
    const std::string_view account = std::string_view(row.account_id).substr(0, 255);
    out.push_back(static_cast<char>(row.kinds));
    out.push_back(static_cast<char>(account.size()));
    out += account;
  }
  return out;
}

bool unpack(std::string_view bytes, std::vector<ports::ChainRow>& rows) {
  constexpr std::size_t kFixed = 26;
  while (!bytes.empty()) {
    if (bytes.size() < kFixed) return false;
    ports::ChainRow row;
    row.credential = get_u64(bytes);
    row.event = get_u64(bytes.substr(8));
    row.time.micros = static_cast<std::int64_t>(get_u64(bytes.substr(16)));
    row.kinds = static_cast<model::ActivityKinds>(bytes[24]);
    const std::size_t size = static_cast<unsigned char>(bytes[25]);
    if (bytes.size() < kFixed + size) return false;
    row.account_id = bytes.substr(kFixed, size);
    bytes.remove_prefix(kFixed + size);
    rows.push_back(std::move(row));
  }
  return true;
}

}  // namespace gw::store
