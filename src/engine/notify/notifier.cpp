// One slot per receiver: a thread, and under the slot's mutex what it is told (wake, a new receiver, stop). A slot's sender is
// touched by its thread alone; replace() leaves the new receiver in the slot, and the thread takes it between two steps. A
// removed slot is told to stop and joined by the keeper, which also parks rows of receivers that nobody runs.
#include "engine/notify/notifier.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <stop_token>
#include <thread>
#include <utility>

namespace gw::notify {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLongestSleep{60'000};
constexpr milliseconds kPauseWhileStopping{1'500};  // longer ones are not waited for

milliseconds until(Time then, Time now) {
  return std::clamp(milliseconds((then.micros - now.micros + 999) / 1000), milliseconds(0), kLongestSleep);
}

struct Slot {
  std::mutex mutex;
  std::condition_variable changed;
  bool woken = false;  // guarded by mutex, like all below
  bool stopping = false;
  bool done = false;                          // its thread is about to end
  Steady::time_point drain_until;             // stopping: sends what is due until then
  std::shared_ptr<ports::Receiver> receiver;  // to be taken by the thread; null: nothing new
  std::shared_ptr<const Setup> setup;
  SenderHealth health;
  std::thread thread;  // of the owner

  void wake() {
    const std::lock_guard lock(mutex);
    woken = true;
    changed.notify_all();
  }
  void stop(Steady::time_point drain) {
    const std::lock_guard lock(mutex);
    stopping = true;
    drain_until = drain;
    changed.notify_all();
  }
};

// What a sender may do next, as the slot says.
struct Order {
  bool end = false;
  milliseconds most = kSendDeadline;
  std::shared_ptr<ports::Receiver> receiver;
  std::shared_ptr<const Setup> setup;
};

Order next_order(Slot& slot, milliseconds sleep, bool is_failing) {
  std::unique_lock lock(slot.mutex);
  if (sleep.count() > 0 && !slot.woken && !slot.stopping && !slot.receiver)
    slot.changed.wait_for(lock, sleep, [&] { return slot.woken || slot.stopping || slot.receiver; });
  slot.woken = false;
  Order order;
  order.receiver = std::exchange(slot.receiver, nullptr);
  order.setup = std::exchange(slot.setup, nullptr);
  if (!slot.stopping) return order;
  const auto left = std::chrono::duration_cast<milliseconds>(slot.drain_until - Steady::now());
  // Stopping means sending what can be sent: not waiting for what is due later, nor for a receiver to recover.
  order.end = left.count() <= 0 || is_failing || sleep > std::min(left, kPauseWhileStopping);
  order.most = std::min(order.most, left);
  if (!order.end && sleep.count() > 0) slot.changed.wait_for(lock, sleep, [] { return false; });
  return order;
}

void run(Slot& slot, Sender& sender, const Clock& clock, const std::function<void()>& wake_all) {
  milliseconds sleep{0};
  for (;;) {
    const Order order = next_order(slot, sleep, sender.health().failing > 0);
    if (order.end) break;
    if (order.receiver) sender.replace(order.receiver, order.setup);
    const Sender::Step step = sender.step(order.most);
    if (step.rerouted) wake_all();
    sleep = until(step.again, clock());
    const std::lock_guard lock(slot.mutex);
    slot.health = sender.health();
  }
  sender.give_back();
}

}  // namespace

Result<std::size_t> park_unknown(ports::Outbox& outbox, const Routes& routes, Time now) {
  constexpr std::size_t kAtOnce = 100;
  std::size_t parked = 0;
  Result<std::vector<std::string>> waiting = outbox.receivers();
  if (!waiting) return std::move(waiting).error();
  for (const std::string& name : *waiting) {
    if (routes.knows(name)) continue;
    for (;;) {
      Result<std::vector<ports::Claim>> claims = outbox.claim(name, now, kLeaseMicros, kAtOnce);
      if (!claims) return std::move(claims).error();
      if (claims->empty()) break;
      std::vector<std::pair<ports::Claim, ports::Outcome>> marks;
      for (ports::Claim& claim : *claims) {
        ports::Outcome o;
        o.state = model::SendState::parked;
        o.was_sent = false;
        o.reason = "receiver " + name + " is not configured";
        o.reroute_to = reroute(claim.alert, claim.notification, routes);
        marks.emplace_back(std::move(claim), std::move(o));
      }
      parked += marks.size();
      if (Status marked = outbox.mark(marks, now); !marked) return std::move(marked).error();
    }
  }
  return parked;
}

struct Notifier::Shared {
  Shared(ports::Outbox& o, ports::Admin& admin, Clock c, Random r)
      : outbox(o), mutes(admin), clock(std::move(c)), random(std::move(r)) {}

  ports::Outbox& outbox;
  Mutes mutes;
  const Clock clock;
  const Random random;

  mutable std::mutex mutex;
  std::map<std::string, std::shared_ptr<Slot>> slots;  // guarded by mutex, like all below
  std::vector<std::shared_ptr<Slot>> removed;          // told to stop, not joined yet
  std::shared_ptr<const Setup> setup;
  std::condition_variable changed;
  bool started = false;
  bool stopping = false;
  bool check = false;  // receivers changed: look for rows of others
  std::thread keeper;

  void wake() {
    std::vector<std::shared_ptr<Slot>> all;
    {
      const std::lock_guard lock(mutex);
      for (const auto& [name, slot] : slots) all.push_back(slot);
    }
    for (const auto& slot : all) slot->wake();
  }

  // With the mutex held.
  void add(const std::string& name, std::shared_ptr<ports::Receiver> receiver) {
    auto slot = std::make_shared<Slot>();
    slot->thread = std::thread([this, name, slot, receiver = std::move(receiver), first = setup]() mutable {
      Sender sender(name, std::move(receiver), std::move(first), outbox, mutes, clock, random);
      run(*slot, sender, clock, [this] { wake(); });
      {
        const std::lock_guard lock(slot->mutex);
        slot->done = true;
      }
      const std::lock_guard lock(mutex);
      changed.notify_all();
    });
    slots.emplace(name, std::move(slot));
  }

  void set(Receivers&& receivers, std::shared_ptr<const Setup> next) {
    const std::lock_guard lock(mutex);
    setup = std::move(next);
    for (auto at = slots.begin(); at != slots.end();) {
      if (receivers.contains(at->first)) {
        ++at;
        continue;
      }
      at->second->stop(Steady::now());
      removed.push_back(std::move(at->second));
      at = slots.erase(at);
    }
    for (auto& [name, receiver] : receivers) {
      const auto at = slots.find(name);
      if (at == slots.end()) {
        add(name, std::move(receiver));
        continue;
      }
      const std::lock_guard slot_lock(at->second->mutex);
      at->second->receiver = std::move(receiver);
      at->second->setup = setup;
      at->second->changed.notify_all();
    }
    check = true;
    changed.notify_all();
  }

  // Joins the slots that have ended; their threads take no lock any more but to say so.
  void join_ended(std::unique_lock<std::mutex>& lock) {
    std::vector<std::shared_ptr<Slot>> ended;
    std::erase_if(removed, [&](const std::shared_ptr<Slot>& slot) {
      const std::lock_guard slot_lock(slot->mutex);
      if (slot->done) ended.push_back(slot);
      return slot->done;
    });
    lock.unlock();
    for (const auto& slot : ended) slot->thread.join();
    lock.lock();
  }

  // Until something of a receiver that nobody runs is due (again): what waits for its next attempt, or for the end of a lease.
  milliseconds until_unknown(const Routes& routes) {
    milliseconds sleep = kLongestSleep;
    const Result<std::vector<std::string>> waiting = outbox.receivers();
    if (!waiting) return milliseconds(1000);
    for (const std::string& name : *waiting) {
      if (routes.knows(name)) continue;
      const Result<std::optional<Time>> due = outbox.next_due(name);
      if (!due) return milliseconds(1000);
      if (*due) sleep = std::min(sleep, std::max(until(**due, clock()), milliseconds(50)));
    }
    return sleep;
  }

  void keep() {
    std::unique_lock lock(mutex);
    while (!stopping) {
      join_ended(lock);
      const bool look = std::exchange(check, false);
      const std::shared_ptr<const Setup> current = setup;
      lock.unlock();
      // A removed sender that still runs holds its lease: what it leaves is seen on a later round.
      milliseconds sleep = kLongestSleep;
      if (look) {
        const Result<std::size_t> parked = park_unknown(outbox, current->routes, clock());
        if (parked && *parked > 0) wake();
        sleep = parked ? until_unknown(current->routes) : milliseconds(1000);
      }
      lock.lock();
      if (stopping) break;
      changed.wait_for(lock, sleep);
      check = true;
    }
  }
};

Notifier::Notifier(ports::Outbox& outbox, ports::Admin& admin, Clock clock, Random random)
    : shared_(std::make_shared<Shared>(outbox, admin, std::move(clock), std::move(random))) {}

Notifier::~Notifier() { stop(milliseconds(0)); }

void Notifier::start(Receivers receivers, Setup setup) {
  shared_->set(std::move(receivers), std::make_shared<const Setup>(std::move(setup)));
  {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->started) return;
    shared_->started = true;
    shared_->keeper = std::thread([shared = shared_.get()] { shared->keep(); });
  }
  // The store keeps the callback for good, this object may be gone by then.
  shared_->outbox.on_new([weak = std::weak_ptr<Shared>(shared_)] {
    if (const auto shared = weak.lock()) shared->wake();
  });
}

void Notifier::replace(Receivers receivers, Setup setup) {
  shared_->set(std::move(receivers), std::make_shared<const Setup>(std::move(setup)));
}

void Notifier::wake() { shared_->wake(); }

std::map<std::string, SenderHealth> Notifier::stop(milliseconds grace) {
  const Steady::time_point drain_until = Steady::now() + grace;
  std::map<std::string, std::shared_ptr<Slot>> slots;
  std::vector<std::shared_ptr<Slot>> removed;
  std::thread keeper;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stopping = true;
    for (const auto& [name, slot] : shared_->slots) slot->stop(drain_until);
    slots.swap(shared_->slots);
    keeper.swap(shared_->keeper);
    shared_->changed.notify_all();
  }
  if (keeper.joinable()) keeper.join();
  {
    const std::lock_guard lock(shared_->mutex);
    removed.swap(shared_->removed);
  }
  std::map<std::string, SenderHealth> health;
  for (const auto& [name, slot] : slots) {
    slot->thread.join();
    health.emplace(name, slot->health);
  }
  for (const auto& slot : removed) slot->thread.join();
  return health;
}

std::map<std::string, SenderHealth> Notifier::health() const {
  std::map<std::string, SenderHealth> health;
  const std::lock_guard lock(shared_->mutex);
  for (const auto& [name, slot] : shared_->slots) {
    const std::lock_guard slot_lock(slot->mutex);
    health.emplace(name, slot->health);
  }
  return health;
}

}  // namespace gw::notify
