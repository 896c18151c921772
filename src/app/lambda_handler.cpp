// An item is one message of a queue, one record of a stream, or the whole event. It is given back (by its id, or by failing
// the invocation) unless everything in it is stored, in quarantine at the worst: a queue's message after its fifth delivery, what AWS
// tries three times by itself at its third attempt, and at once what no attempt can mend.
#include "app/lambda_handler.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/json/object.h"
#include "base/sha256.h"

namespace gw::app {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kMaxReceives = 5;
constexpr std::size_t kMaxAttempts =
    3;  // "How Lambda handles errors and retries with asynchronous invocation": two more
// Kept back from the deadline for the answer, and for what a commit or a send may take beyond its time.
constexpr milliseconds kReserve{1'500};
constexpr milliseconds kFetchReserve{4'000};

std::string source_of(const cloudtrail::ObjectName& object) { return "s3://" + object.bucket + "/" + object.key; }
std::string source_of(const lambda::Item& item) { return item.source.empty() ? "lambda" : std::string(item.source); }

}  // namespace

milliseconds LambdaHandler::left() const {
  return milliseconds(std::max<std::int64_t>(0, (deadline_.micros - now_().micros) / 1000));
}

Result<std::string> LambdaHandler::handle(lambda::InvocationContext& context) {
  deadline_ = context.deadline;
  retrying_ = 0;
  if (const Status ready = engine_.start(); !ready) return ready.error();
  if (const Status kept = engine_.flush_evidence(); !kept) return kept.error();  // of the invocation before
  Result<std::string> answer = work(context);
  if (const Status kept = engine_.flush_evidence(); !kept && answer) return kept.error();
  return answer;
}

Result<std::string> LambdaHandler::work(lambda::InvocationContext& context) {
  lambda::Invocation invocation(context.body);
  switch (invocation.purpose()) {
    case lambda::Purpose::sweep: {
      if (const Status swept = engine_.sweep(); !swept) return swept.error();
      if (const Status told = engine_.tell(left() - kReserve, false); !told) return told.error();
      if (left() > Clockwork::kPing + kReserve) engine_.beat();
      return std::string("{}");
    }
    case lambda::Purpose::alert_test: return alert_test(invocation);
    case lambda::Purpose::batch:
    case lambda::Purpose::unreadable: break;
  }
  return batch(invocation);
}

Result<std::string> LambdaHandler::alert_test(const lambda::Invocation& invocation) {
  const auto outcome = engine_.alert_test(std::string(invocation.receiver()), left() - kReserve);
  if (!outcome) return outcome.error();
  std::string out;
  {
    json::Object object(out);
    object.text("alert_id", outcome->alert_id);
    object.text("receiver", invocation.receiver());
    object.text("state", outcome->state);
    object.text("reason", outcome->reason);
  }
  return out;
}

Result<std::string> LambdaHandler::batch(lambda::Invocation& invocation) {
  const auto round = std::make_shared<LambdaRound>();
  std::size_t items = 0;
  while (const std::optional<lambda::Item> item = invocation.next()) {
    take(*round, *item);
    ++items;
  }
  // What is not stored by then is given back; stored or not, it is harmless when it comes again.
  (void)round->wait([this] { return left() < kReserve; });
  const Status told = engine_.tell(left() - kReserve, true);
  std::vector<std::size_t> failed;
  for (std::size_t i = 0; i < items; ++i) {
    if (!told || !round->is_stored(i)) failed.push_back(i);
  }
  retrying_ = failed.size();
  lambda::Answer answer = invocation.answer(failed);
  if (!answer.failed) return std::move(answer.body);
  if (!told) return told.error();
  return Error{Errc::unavailable, "not everything could be stored: it is to be tried again"};
}

void LambdaHandler::take(LambdaRound& round, const lambda::Item& item) {
  const std::string source = source_of(item);
  if (!item.readable) {
    if (is_last_try(item)) return set_aside(round, item, source, std::string(item.problem), false);
    return round.fail(item.number);
  }
  const cloudtrail::MessageContent content = reader_.read(item.text);
  const bool is_hopeless = content.objects.empty() && !content.has_records && !content.problems.empty();
  if (is_hopeless && !is_last_try(item)) return round.fail(item.number);
  if (!content.has_records) {
    for (const std::string& problem : content.problems) set_aside(round, item, source, problem, false);
  }
  for (const cloudtrail::ObjectName& object : content.objects) take_object(round, item, object);
  if (!content.has_records && content.ignored.empty()) return;
  ports::Delivery delivery;  // the pipeline tells what cannot be read of it, and counts what holds no records
  delivery.feed = item.feed;
  delivery.source = source;
  delivery.bytes = item.text;
  delivery.received_at = now_();
  submit(round, item, std::move(delivery));
}

void LambdaHandler::take_object(LambdaRound& round, const lambda::Item& item, const cloudtrail::ObjectName& object) {
  const std::string source = source_of(object);
  if (left() < kFetchReserve) return round.fail(item.number);
  const Time give_up_at{deadline_.micros - std::int64_t{kFetchReserve.count()} * 1000};
  sources::Fetched fetched = fetcher_.fetch(object, now_(), give_up_at);
  switch (fetched.what) {
    case sources::Fetch::ready: return submit(round, item, std::move(fetched.delivery));
    case sources::Fetch::non_record: {
      ports::Delivery delivery;
      delivery.feed = "s3";
      delivery.source = source;
      delivery.received_at = now_();
      return submit(round, item, std::move(delivery));
    }
    case sources::Fetch::refused: ++refused_[fetched.reason]; break;
    case sources::Fetch::missing:
    case sources::Fetch::failed: break;
  }
  log_.write(Log::Level::warning, now_(), "an object was not fetched",
             {{"object", source}, {"reason", fetched.reason}, {"detail", fetched.detail}});
  const bool is_refused = fetched.what == sources::Fetch::refused;
  const bool is_final = is_refused && fetched.is_final;  // by our own rules: anybody may send a name
  if (!is_final && !is_last_try_of_object(item, source)) return round.fail(item.number);
  std::string problem = fetched.what == sources::Fetch::missing ? "object_missing"
                        : is_refused                            ? "fetch_refused: " + fetched.reason
                                                                : "fetch_failed: " + fetched.reason;
  const bool is_ours = !is_final || fetched.reason == "too_large";
  set_aside(round, item, source, std::move(problem), is_ours);
}

void LambdaHandler::submit(LambdaRound& round, const lambda::Item& item, ports::Delivery delivery) {
  delivery.settle = round.expect(item.number, std::move(delivery.settle));
  // Waits while there is no room: the pipeline gives up by itself when the store is away.
  if (!engine_.pipeline().submit(delivery, {})) delivery.settle(ports::Settled::unavailable);
}

void LambdaHandler::set_aside(LambdaRound& round, const lambda::Item& item, std::string source, std::string problem,
                              bool tell) {
  ports::Delivery delivery;
  delivery.feed = item.feed;
  delivery.source = std::move(source);
  delivery.bytes = item.text;
  delivery.problem = std::move(problem);
  delivery.tell_problem = tell;
  delivery.received_at = now_();
  submit(round, item, std::move(delivery));
}

// A queue counts how often it delivers; of what else comes again, the same bytes come, which no attempt mends.
bool LambdaHandler::is_last_try(const lambda::Item& item) {
  return item.receive_count == 0 || item.receive_count >= kMaxReceives;
}

// An object may appear, or may be fetched, later. Where AWS does not count, the store remembers how often it was tried.
bool LambdaHandler::is_last_try_of_object(const lambda::Item& item, const std::string& source) {
  if (item.receive_count > 0) return item.receive_count >= kMaxReceives;
  const std::string name = "lambda/attempts/" + sha256_hex(source).substr(0, 32);
  std::size_t attempts = 1;
  if (const auto known = engine_.store().cursors(name); known && !known->empty())
    attempts += known->begin()->second.size();
  const bool is_last = attempts >= kMaxAttempts;
  (void)engine_.store().commit({}, [&](const ports::Loaded&) {
    ports::Commit commit;
    commit.cursors[name] = is_last ? "" : std::string(attempts, '*');
    commit.at = now_();
    return commit;
  });
  return is_last;
}

}  // namespace gw::app
