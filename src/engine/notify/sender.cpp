// A claim hands over rows of several sessions; take() sorts them into messages:
//   - superseded (merged into a session that is told here already), muted, or left to a digest: settled without a send;
//   - of a session whose thread had a post less than a pause ago: put off until the pause is over, to be folded then.
//     Acknowledgements only edit what stands there, and escalations call somebody, so they do not wait;
//   - the rest: for receivers with threads one message a session, else one message a fact.
// Then each step sends one. Cost: one claim for many messages, one durable mark a message.
#include "engine/notify/sender.h"

#include <algorithm>

#include "base/json/doc.h"

namespace gw::notify {
namespace {

using model::AlertKind;
using model::SendState;
using ports::Claim;
using ports::Outcome;

constexpr std::int64_t kAskAgainMicros = 60 * kSecondMicros;  // when nothing waits: a safety net below on_new
constexpr std::int64_t kMarginMicros = 2 * kSecondMicros;     // for the mark, within the lease
// As many as can be sent within the lease while most go well.
constexpr std::size_t kClaimSlow = 8;
constexpr std::size_t kClaimFast = 64;
// Of lists of sessions in one message: what kStormSessions take, about.
constexpr std::size_t kStormBytes = 8'000;

std::int64_t micros(std::chrono::milliseconds duration) { return duration.count() * 1000; }
Time later(Time time, std::int64_t by) { return Time{time.micros + by}; }

bool is_about_session(const Claim& claim) { return !claim.alert.session_id.empty(); }

const std::string& session_of(const Claim& claim) { return claim.session ? claim.session->id : claim.alert.session_id; }

// Told even where only digests are wanted.
bool is_news(const Claim& claim) {
  switch (claim.alert.kind) {
    case AlertKind::session_high_risk:
    case AlertKind::session_new_address:
    case AlertKind::session_acknowledged:
    case AlertKind::session_merged: return claim.alert.severity == model::Severity::critical;
    default: return true;
  }
}

// Not what only follows up what people know already.
bool is_urgent(const Claim& claim) {
  switch (claim.alert.kind) {
    case AlertKind::session_digest:
    case AlertKind::session_acknowledged:
    case AlertKind::session_response:
    case AlertKind::session_merged:
    case AlertKind::alert_test: return false;
    default: return claim.alert.severity == model::Severity::critical;
  }
}

Outcome outcome(SendState state, std::string reason) {
  Outcome o;
  o.state = state;
  o.reason = std::move(reason);
  return o;
}

// What became of it without a send.
Outcome unsent(SendState state, std::string reason) {
  Outcome o = outcome(state, std::move(reason));
  o.was_sent = false;
  return o;
}

Outcome put_off(Time due_at, std::string reason) {
  Outcome o = unsent(SendState::trying, std::move(reason));
  o.due_at = due_at;
  return o;
}

// The name of a send: why there is an alert, and why it went out now and here.
std::string why_sent(const Claim& claim, bool quiet) {
  std::string why = claim.alert.reason.empty() ? std::string(to_string(claim.alert.kind)) : claim.alert.reason;
  const model::Notification& n = claim.notification;
  if (!n.rerouted_from.empty()) why += "; instead of " + n.rerouted_from;
  if (n.generation > 1) why += "; told again, generation " + std::to_string(n.generation);
  if (quiet) why += "; muted, but critical";
  return why;
}

}  // namespace

std::int64_t backoff_micros(std::uint32_t failures, double random) {
  constexpr std::int64_t kMost = 300 * kSecondMicros;
  const std::int64_t whole = failures >= 9 ? kMost : std::min(kMost, kSecondMicros << failures);
  return whole - static_cast<std::int64_t>(static_cast<double>(whole) / 2 * random);
}

Sender::Sender(std::string name, std::shared_ptr<ports::Receiver> receiver, std::shared_ptr<const Setup> setup,
               ports::Outbox& outbox, Mutes& mutes, Clock clock, Random random)
    : name_(std::move(name)),
      receiver_(std::move(receiver)),
      setup_(std::move(setup)),
      outbox_(outbox),
      mutes_(mutes),
      clock_(std::move(clock)),
      random_(std::move(random)),
      traits_(receiver_->traits()) {}

void Sender::replace(std::shared_ptr<ports::Receiver> receiver, std::shared_ptr<const Setup> setup) {
  give_back();
  receiver_ = std::move(receiver);
  setup_ = std::move(setup);
  traits_ = receiver_->traits();
  health_.held_until = Time{};  // another address may answer at once
  health_.failing = 0;
}

Sender::Step Sender::step(std::chrono::milliseconds most) {
  Time now = clock_();
  Step step{now};
  if (!write_marks(now)) {
    step.again = later(now, kSecondMicros);
    return step;
  }
  if (now < health_.held_until) {
    step.again = health_.held_until;
    return step;
  }
  const std::chrono::milliseconds deadline = std::min(most, kSendDeadline);
  if (!queue_.empty() && now.micros + micros(deadline) + kMarginMicros > claimed_at_.micros + kLeaseMicros) give_back();
  if (!marks_.empty()) {
    step.again = later(now, kSecondMicros);
    return step;
  }
  if (queue_.empty() && !take(now, step)) return step;
  if (queue_.empty()) return step;  // all of it was settled without a send
  Group group = std::move(queue_.front());
  queue_.pop_front();
  send(std::move(group), deadline);
  now = clock_();
  step.sent = true;
  step.rerouted = std::any_of(marks_.begin(), marks_.end(), [](const Mark& m) { return !m.second.reroute_to.empty(); });
  if (!write_marks(now)) {
    step.again = later(now, kSecondMicros);
    return step;
  }
  step.again = std::max(now, health_.held_until);
  if (!queue_.empty() || step.again == now) return step;
  // A pause that nothing waits behind is not sat out: a function pays for it.
  const Result<std::optional<Time>> due = outbox_.next_due(name_);
  if (due) step.again = *due ? std::max(step.again, **due) : later(now, kAskAgainMicros);
  return step;
}

// Claims what is due. False when nothing is to be done before step.again.
bool Sender::take(Time now, Step& step) {
  const std::size_t limit = traits_.pause.count() > 0 ? kClaimSlow : kClaimFast;
  Result<std::vector<Claim>> claims = outbox_.claim(name_, now, kLeaseMicros, limit);
  if (!claims) {
    step.again = later(now, kSecondMicros);
    return false;
  }
  if (claims->empty()) {
    const Result<std::optional<Time>> due = outbox_.next_due(name_);
    if (!due) {
      step.again = later(now, kSecondMicros);
    } else {
      const Time net = later(now, kAskAgainMicros);
      // Due already, but not to be had: another process holds it.
      step.again = !*due ? net : **due <= now ? later(now, kSecondMicros) : std::min(net, **due);
    }
    return false;
  }
  claimed_at_ = now;
  std::vector<std::vector<Claim>> sessions;  // in the order of their first fact
  std::map<std::string, std::size_t> by_session;
  for (Claim& claim : *claims) {
    if (!is_about_session(claim)) {
      sessions.emplace_back().push_back(std::move(claim));
      continue;
    }
    const auto [at, fresh] = by_session.try_emplace(session_of(claim), sessions.size());
    if (fresh) sessions.emplace_back();
    sessions[at->second].push_back(std::move(claim));
  }
  std::vector<Mark> settled;
  for (std::vector<Claim>& facts : sessions) sort(std::move(facts), now, settled);
  fold_storms();
  marks_ = std::move(settled);
  if (!write_marks(now)) {
    step.again = later(now, kSecondMicros);
    return false;
  }
  return true;
}

// True when the claim needs no send.
bool Sender::settle_muted(const Claim& claim, Time now, bool& quiet, std::vector<Mark>& settled) {
  const std::optional<model::Mute> mute = mutes_.find(claim, now);
  if (!mute) return false;
  if (claim.alert.severity == model::Severity::critical || claim.alert.kind == AlertKind::alert_test) {
    quiet = claim.alert.severity == model::Severity::critical;
    return false;
  }
  settled.emplace_back(claim, unsent(SendState::muted, "muted by " + mute->author + " until " +
                                                           format_time(mute->until) + ": " + mute->reason));
  return true;
}

void Sender::sort(std::vector<Claim> facts, Time now, std::vector<Mark>& settled) {
  const bool is_told = std::any_of(facts.begin(), facts.end(), [](const Claim& c) { return c.thread.has_value(); });
  const auto opens = [](const Claim& c) { return c.alert.kind == AlertKind::session_opened; };
  const bool opening_waits = std::any_of(facts.begin(), facts.end(), [&](const Claim& c) {
    return opens(c) && c.session && c.alert.session_id == c.session->id;
  });
  Group group;
  std::vector<bool> is_quiet;  // of each fact: a mute of one quiets no other
  for (Claim& claim : facts) {
    if (opens(claim) && claim.session && claim.alert.session_id != claim.session->id && (is_told || opening_waits)) {
      settled.emplace_back(claim, unsent(SendState::superseded, "merged into " + claim.session->id));
      continue;
    }
    bool quiet = false;
    if (settle_muted(claim, now, quiet, settled)) continue;
    if (traits_.digests_only && is_told && !is_news(claim)) {
      settled.emplace_back(claim, unsent(SendState::folded, "this receiver is told digests: part of the next one"));
      continue;
    }
    is_quiet.push_back(quiet);
    group.facts.push_back(std::move(claim));
  }
  if (group.facts.empty()) return;
  group.quiet = std::find(is_quiet.begin(), is_quiet.end(), false) == is_quiet.end();
  if (traits_.threads && is_about_session(group.facts.front())) return sort_threaded(std::move(group), now, settled);
  for (std::size_t i = 0; i < group.facts.size(); ++i) {
    Group one;
    one.quiet = is_quiet[i];
    one.facts.push_back(std::move(group.facts[i]));
    queue_.push_back(std::move(one));
  }
}

void Sender::sort_threaded(Group group, Time now, std::vector<Mark>& settled) {
  std::optional<Time> free_at;  // when the thread may have its next post
  for (const Claim& claim : group.facts) {
    if (!claim.thread) continue;
    const Time at = later(claim.thread->posted_at, micros(traits_.thread_pause));
    if (at > now && (!free_at || at > *free_at)) free_at = at;
  }
  if (free_at) {
    const auto waits = [](const Claim& c) {
      return c.alert.kind != AlertKind::session_acknowledged && c.alert.kind != AlertKind::session_escalated;
    };
    const auto middle =
        std::stable_partition(group.facts.begin(), group.facts.end(), [&](const Claim& c) { return !waits(c); });
    for (auto at = middle; at != group.facts.end(); ++at)
      settled.emplace_back(*at, put_off(*free_at, "its thread had a post less than a minute ago"));
    group.facts.erase(middle, group.facts.end());
  }
  if (!group.facts.empty()) queue_.push_back(std::move(group));
}

// Summaries of one watch's storm that are due together become one message, which lists the sessions of all; more than one when
// they are too many for a message.
void Sender::fold_storms() {
  std::map<std::string, Group*> first;
  for (Group& group : queue_) {
    if (group.facts.empty() || group.facts.front().alert.kind != AlertKind::storm) continue;
    const auto [at, fresh] = first.try_emplace(group.facts.front().alert.watch, &group);
    if (fresh) continue;
    std::size_t bytes = group.facts.front().alert.data.size();
    for (const Claim& claim : at->second->facts) bytes += claim.alert.data.size();
    if (bytes > kStormBytes) {
      at->second = &group;
      continue;
    }
    std::move(group.facts.begin(), group.facts.end(), std::back_inserter(at->second->facts));
    at->second->quiet = at->second->quiet && group.quiet;
    group.facts.clear();
  }
  std::erase_if(queue_, [](const Group& group) { return group.facts.empty(); });
}

ports::Telling Sender::telling(const Claim& claim) const {
  ports::Telling words = setup_->telling;
  if (const auto watch = setup_->watches.find(claim.alert.watch); watch != setup_->watches.end()) {
    words.runbook = watch->second.runbook;
    words.watch_owner = watch->second.owner;
  }
  return words;
}

void Sender::send(Group group, std::chrono::milliseconds deadline) {
  ports::Message message;
  message.facts = std::move(group.facts);
  message.is_first = traits_.threads ? std::none_of(message.facts.begin(), message.facts.end(),
                                                    [](const Claim& c) { return c.thread.has_value(); })
                                     : message.facts.front().alert.kind == AlertKind::session_opened;
  message.quiet = group.quiet;
  message.now = clock_();
  message.telling = telling(message.facts.front());
  const ports::SendResult result = receiver_->send(message, deadline);
  group.facts = std::move(message.facts);
  const Time at = clock_();
  health_.held_until = std::max(health_.held_until, later(at, micros(traits_.pause)));
  if (result.verdict == ports::SendVerdict::accepted) {
    ++health_.accepted;
    health_.failing = 0;
    health_.accepted_at = at;
    accepted(group, result);
  } else {
    health_.last_failure = result.reason;
    health_.failed_at = at;
    failed(group, result, at);
  }
}

void Sender::accepted(const Group& group, const ports::SendResult& result) {
  const std::string& told = group.facts.front().notification.id;
  for (const Claim& claim : group.facts) {
    const bool is_sent = claim.notification.id == told;
    Outcome o = outcome(is_sent ? SendState::delivered : SendState::folded, why_sent(claim, group.quiet));
    if (!is_sent) o.reason = "folded into " + told + ": " + o.reason;
    if (!result.note.empty()) o.reason += "; " + result.note;
    o.reference = result.reference;
    o.thread = result.thread;
    marks_.emplace_back(claim, std::move(o));
  }
}

Outcome Sender::parked(const Claim& claim, std::string reason) const {
  Outcome o = outcome(SendState::parked, std::move(reason));
  o.reroute_to = reroute(claim.alert, claim.notification, setup_->routes);
  if (o.reroute_to.empty()) o.reason += "; there is nobody else to tell";
  return o;
}

void Sender::failed(const Group& group, const ports::SendResult& result, Time at) {
  if (result.verdict == ports::SendVerdict::refused) {
    ++health_.refused;
    for (const Claim& claim : group.facts) marks_.emplace_back(claim, parked(claim, "refused: " + result.reason));
    return;
  }
  ++health_.retried;
  ++health_.failing;
  const std::int64_t asked =
      result.retry_after
          ? std::clamp<std::int64_t>(result.retry_after->count(), 0, kLongestAsked / kSecondMicros) * kSecondMicros
          : 0;
  // What the receiver asks for holds all of it back; so does a second failure in a row, for a shorter time.
  const std::int64_t again =
      health_.failing < 2 ? 0 : std::min(backoff_micros(health_.failing - 2, random_()), kLeaseMicros);
  health_.held_until = std::max(health_.held_until, later(at, std::max(asked, again)));
  std::uint32_t attempts = 0;
  for (const Claim& claim : group.facts) attempts = std::max(attempts, claim.notification.attempts);
  const Time due_at = later(at, std::max(asked, backoff_micros(attempts, random_())));
  for (const Claim& claim : group.facts) {
    const std::int64_t waited = at.micros - claim.notification.created_at.micros;
    if (waited >= kGiveUpMicros) {
      marks_.emplace_back(claim, parked(claim, "not accepted within 24 hours: " + result.reason));
    } else {
      marks_.emplace_back(claim, put_off(due_at, result.reason));
      marks_.back().second.was_sent = true;
      if (waited >= kTellOthersMicros && is_urgent(claim))
        marks_.back().second.reroute_to = reroute(claim.alert, claim.notification, setup_->routes);
    }
  }
}

void Sender::give_back() {
  const Time now = clock_();
  if (!write_marks(now)) return;  // the lease gives them back
  for (const Group& group : queue_) {
    for (const Claim& claim : group.facts) marks_.emplace_back(claim, put_off(now, claim.notification.reason));
  }
  queue_.clear();
  write_marks(now);
}

// True when no mark is left to be written. A lost lease ends them too: the rows belong to another claim.
bool Sender::write_marks(Time now) {
  if (marks_.empty()) return true;
  const Status written = outbox_.mark(marks_, now);
  if (!written && written.error().code != Errc::conflict) return false;
  if (!written) ++health_.lost_claims;
  marks_.clear();
  return true;
}

}  // namespace gw::notify
