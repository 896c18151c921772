// Which entries a record becomes:
//
//   break-glass access that failed      failure; and the caller's call, when the caller is watched
//   change (tamper, emergency path)     change; and the caller's call, when the caller is watched
//   call by root or a watched IAM user  access, by identity: the first of a run is the way in, the rest is activity
//   any other break-glass access        access or half; and the caller's call, when another watched session made it
//   no access, watched caller           activity; what it handed out opens a child session
//
// A call by valid credentials of root or an IAM user that was denied is not an outsider's attempt: it is a call.
#include "domain/session/entries.h"

#include <utility>

#include "base/siphash.h"
#include "domain/detect/arn.h"
#include "domain/session/activity.h"
#include "domain/session/keys.h"

namespace gw::session {
namespace {

using model::AccessEvent;
using model::Entry;
using model::EntryKind;
using model::Mechanism;
using model::Outcome;
using model::Record;

bool is_by_identity(const AccessEvent& e) {
  return e.mechanism == Mechanism::root_api || e.mechanism == Mechanism::iam_user_api;
}

bool is_change(const AccessEvent& e) {
  return e.mechanism == Mechanism::tamper || e.also.has(Mechanism::tamper) || e.emergency_path_change;
}

std::string_view acting_session(const Record& record) {
  const model::Identity& id = record.identity;
  if (id.type == "Root" || id.type == "IAMUser") return {};
  const std::string_view session = detect::role_of(id.arn).session;
  if (!session.empty()) return session;
  const std::size_t colon = id.principal_id.find(':');
  return colon == std::string_view::npos ? std::string_view{} : id.principal_id.substr(colon + 1);
}

// The second half by its nature: what Identity Center, the console or the other account records of an access that has a
// record of its own.
bool is_half(const AccessEvent& e, const Record& record) {
  if (record.identity.type == "AWSAccount") return true;
  if (e.event_name == "AssumeRoleWithSAML") return e.mechanism == Mechanism::identity_center_cli;
  return e.event_name == "GetSigninToken" ||
         (e.event_name == "ConsoleLogin" && e.mechanism == Mechanism::identity_center_console &&
          record.identity.type == "AssumedRole");
}

// Made by the very session that the access is about: a console login of a role session, a role switch.
bool is_own(const AccessEvent& access, const AccessEvent* actor, const Record& record) {
  return actor != nullptr && record.identity.type == "AssumedRole" && actor->account_id == access.account_id &&
         actor->role == access.role && !access.role.empty() && access.mechanism != Mechanism::assume_role &&
         access.mechanism != Mechanism::assume_root;
}

class Maker {
 public:
  Maker(std::vector<Entry>& out, const Read& read, const Rules& rules)
      : out_(out), before_(out.size()), read_(read), record_(*read.record), rules_(rules) {}

  void make() {
    const AccessEvent* access = read_.access;
    const AccessEvent* actor = read_.actor != nullptr && read_.actor->break_glass ? read_.actor : nullptr;
    // Who is signing in has not proven to be anybody yet.
    if (record_.event_source == "signin.amazonaws.com" && record_.identity.type != "AssumedRole") actor = nullptr;
    if (access != nullptr && access->break_glass) {
      if (is_by_identity(*access) && !is_change(*access)) return by_identity(*access, {});
      if (is_change(*access)) {
        if (is_by_identity(*access)) return by_identity(*access, {});
        add(*access, access->outcome == Outcome::success ? EntryKind::change : EntryKind::failure, {});
        if (actor != nullptr) call(*actor);
        return;
      }
      if (access->outcome != Outcome::success) {
        add(*access, EntryKind::failure, {});
        if (actor != nullptr && !is_own(*access, actor, record_)) call(*actor);
        return;
      }
      // What is done in a session made by AssumeRoot is told by detection, but enters nothing.
      if (actor != nullptr && access->mechanism == Mechanism::other && access->also.has(Mechanism::assume_root))
        return call(*actor);
      enter(*access, is_half(*access, record_) ? EntryKind::half : EntryKind::access);
      if (actor != nullptr && !is_own(*access, read_.actor, record_) && !is_same_user(*access)) call(*actor);
      return;
    }
    if (actor == nullptr) return;
    if (access != nullptr && access->outcome == Outcome::success && hands_out_a_role(*access)) child(*access, *actor);
    call(*actor);
  }

 private:
  Time at() const { return record_.event_time.value_or(read_.received_at); }

  Entry& add(const AccessEvent& event, EntryKind kind, std::string_view suffix) {
    Entry& entry = out_.emplace_back();
    entry.event_key = std::string(read_.event_key) + std::string(suffix);
    entry.content = read_.content;
    entry.kind = kind;
    entry.event = event;
    entry.has_time = record_.event_time.has_value();
    if (!entry.has_time) entry.event.event_time = read_.received_at;
    return entry;
  }

  // A call by root or an IAM user.
  void by_identity(const AccessEvent& access, std::string_view suffix) {
    Entry& entry = add(access, EntryKind::access, suffix);
    fill_call(entry);
    add_actor_edges(entry, record_, at(), rules_);
    entry.by_identity = true;
  }

  void enter(const AccessEvent& access, EntryKind kind) {
    Entry& entry = add(access, kind, {});
    const bool own = is_own(access, read_.actor, record_);
    entry.session_name = session_name(access, own);
    // A console opened with a session's credentials lives as long as they do, which is told where they were handed out.
    if (!own || access.mechanism == Mechanism::switch_role) {
      const Life life = life_of(record_, access, at(), rules_);
      entry.expires_at = life.expires_at;
      entry.expiry_grade = life.grade;
    }
    if (is_person(access)) {
      add_actor_edges(entry, record_, at(), rules_);
      return;
    }
    if (own && access.mechanism != Mechanism::switch_role) {
      Entry as_actor = entry;
      as_actor.event = *read_.actor;
      add_actor_edges(as_actor, record_, at(), rules_);
      entry.edges = std::move(as_actor.edges);
      entry.expires_at = as_actor.expires_at;
      entry.expiry_grade = as_actor.expiry_grade;
    }
    add_access_edges(entry, record_, at());
    if (const std::string_view granted = granted_key(record_); !granted.empty()) {
      entry.grants.emplace_back(granted);
      if (access.mechanism == Mechanism::assume_role) entry.edges.push_back(chain_edge(chain_hash(granted)));
    }
  }

  // What a watched session's call opened, though nobody asked for it by itself: a role, or a command line's own login.
  void child(const AccessEvent& access, const AccessEvent& actor) {
    enter(access, EntryKind::half);
    AccessEvent& event = out_.back().event;
    event.severity = actor.severity;
    event.watch = actor.watch;
    event.watches = actor.watches;
    event.receivers = actor.receivers;
  }

  void call(const AccessEvent& actor) {
    const bool identity = actor.also.has(Mechanism::root_api) || actor.also.has(Mechanism::iam_user_api);
    const std::string_view suffix = out_.size() == before_ ? std::string_view{} : "#call";
    if (identity) {
      AccessEvent event = actor;
      event.mechanism = actor.also.has(Mechanism::root_api) ? Mechanism::root_api : Mechanism::iam_user_api;
      return by_identity(event, suffix);
    }
    Entry& entry = add(actor, EntryKind::activity, suffix);
    fill_call(entry);
    entry.session_name = acting_session(record_);
    add_actor_edges(entry, record_, at(), rules_);
  }

  void fill_call(Entry& entry) {
    entry.kinds = kinds_of(record_);
    if (record_.error_code.empty()) entry.high_risk = high_risk_group(record_, rules_.high_risk);
    entry.credential = credential_of(record_);
    entry.uses = chain_credential(record_);
    if (const std::string_view granted = granted_key(record_); !granted.empty()) entry.grants.emplace_back(granted);
  }

  std::string session_name(const AccessEvent& access, bool own) const {
    if (own || access.mechanism == Mechanism::switch_role) return std::string(acting_session(record_));
    const std::string_view asked = record_.request["roleSessionName"].text();
    if (!asked.empty()) return std::string(asked);
    const std::string_view assumed = record_.response["assumedRoleUser"]["arn"].text();
    if (!assumed.empty()) return std::string(detect::role_of(assumed).session);
    // Before July 2025 the portal's records named the user, and the role session has that name.
    if (record_.event_source == "sso.amazonaws.com" && access.identity_store_user.empty())
      return std::string(record_.identity.user_name);
    return {};
  }

  // Root and IAM users as persons: console, recovery, tokens for themselves.
  static bool is_person(const AccessEvent& e) {
    switch (e.mechanism) {
      case Mechanism::root_console:
      case Mechanism::root_api:
      case Mechanism::iam_user_console:
      case Mechanism::iam_user_api:
      case Mechanism::password_recovery: return true;
      case Mechanism::session_token:
      case Mechanism::aws_login:
      case Mechanism::other: return e.role.empty() && !e.caller_user_arn.empty();
      default: return false;
    }
  }
  bool is_same_user(const AccessEvent& access) const { return is_person(access); }

  static bool hands_out_a_role(const AccessEvent& e) {
    return e.mechanism == Mechanism::assume_role || e.mechanism == Mechanism::switch_role ||
           e.mechanism == Mechanism::aws_login;
  }

  std::vector<Entry>& out_;
  const std::size_t before_;  // what lies in front is of other records
  const Read& read_;
  const Record& record_;
  const Rules& rules_;
};

}  // namespace

void append_entries(std::vector<Entry>& out, const Read& read, const Rules& rules) { Maker(out, read, rules).make(); }

std::string_view chain_credential(const Record& record) {
  const model::Identity& id = record.identity;
  if (!id.access_key_id.starts_with("ASIA") || id.type == "AWSService" || !id.invoked_by.empty()) return {};
  return id.access_key_id;
}

std::uint64_t chain_hash(std::string_view text) {
  // The key is no secret: whoever could choose what is hashed could at most make a call count for a session of his own.
  return siphash({0x676c617373776174, 0x636820636861696e}, text);
}

Entry chain_entry(std::uint64_t credential, std::uint64_t event, Time time, model::ActivityKinds kinds,
                  std::string_view account_id) {
  Entry entry;
  entry.event_key = "chain|" + std::to_string(credential) + "|" + std::to_string(event);
  entry.kind = EntryKind::activity;
  entry.event.event_time = time;
  entry.event.mechanism = Mechanism::other;
  entry.event.account_id = account_id;
  entry.kinds = kinds;
  entry.edges.push_back(chain_edge(credential));
  return entry;
}

}  // namespace gw::session
