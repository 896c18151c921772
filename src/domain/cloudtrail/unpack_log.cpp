// The messages of a log group. They are handed over in lists: reading many records at once costs a fraction of reading them
// one by one.
#include "domain/cloudtrail/unpack_state.h"

namespace gw::cloudtrail {
namespace {

// Messages of a log group are handed over in lists of about this size.
constexpr std::size_t kListed = std::size_t{256} << 10;
constexpr std::string_view kRecord = "{\"eventVersion\"";

}  // namespace

void Unpacker::State::log_events(Value v, std::size_t depth) {
  if (v["messageType"].text() == "CONTROL_MESSAGE") return handler->ignored("CloudWatch Logs control message");
  const Value events = v["logEvents"];
  if (!events.is_array()) return handler->quarantine("logEvents is not a list");
  if (events.first_child().is_missing()) return handler->ignored("empty list of log events");
  for (Value event = events.first_child(); !event.is_missing(); event = event.next_sibling()) {
    const Value message = event["message"];
    if (message.is_object()) {  // extracted JSON, when a transformer is on
      handler->record(message.raw(), Envelope::cloudwatch_logs);
    } else if (!message.is_string()) {
      handler->quarantine("a log event has no message");
    } else {
      log_message(message.text(), depth);
    }
  }
}

void Unpacker::State::log_message(std::string_view message, std::size_t depth) {
  // Who takes it parses it.
  if (message.starts_with(kRecord)) return handler->record(message, Envelope::cloudwatch_logs);
  text(message, depth, Envelope::cloudwatch_logs);
}

// Those messages from `first` on that begin like records, together, and the one behind them by itself. Answers which is next.
std::size_t Unpacker::State::told_from(std::string_view payload, std::size_t first, std::size_t last,
                                       std::size_t depth) {
  char* const to = listed.data();
  std::size_t size = 0;
  ends.clear();
  std::string_view other;
  for (; first < last && messages[first].is_plain; ++first) {
    const std::size_t length = read_log_message(payload, messages[first], to + size);
    const std::string_view message(to + size, length);
    if (!message.starts_with(kRecord)) {
      other = message;
      break;
    }
    size += length;
    ends.push_back(static_cast<std::uint32_t>(size));
    to[size++] = ',';
  }
  if (size > 0) {
    to[size - 1] = ']';
    const std::string_view records(to, size);
    for (std::size_t n = handler->records(records, ends, Envelope::cloudwatch_logs); n < ends.size(); ++n) {
      const std::size_t begin = n == 0 ? 0 : ends[n - 1] + 1;
      handler->record(records.substr(begin, ends[n] - begin), Envelope::cloudwatch_logs);
    }
  }
  if (first == last) return last;
  const LogMessage& message = messages[first];
  if (message.is_plain) {
    text(other, depth, Envelope::cloudwatch_logs);
  } else if (json::Doc& doc = docs[depth];
             doc.parse(payload.substr(message.begin - 1, message.end - message.begin + 2))) {
    log_message(doc.root().text(), depth);
  } else {
    handler->quarantine("the message of a log event is damaged");
  }
  return first + 1;
}

// False when the payload is not log data as the service writes it; nothing was told then.
bool Unpacker::State::log_messages(std::string_view payload, std::size_t depth) {
  if (is_listing || depth + 1 >= kMaxNesting || !find_log_messages(payload, kLimits.max_values, messages)) return false;
  is_listing = true;  // a message may hold log data again
  for (std::size_t next = 0; next < messages.size();) {
    const std::size_t first = next;
    std::size_t most = 0;
    for (; next < messages.size() && (next == first || most < kListed); ++next)
      most += messages[next].end - messages[next].begin + 1;
    listed.reserve(most);
    for (std::size_t i = first; i < next;) i = told_from(payload, i, next, depth + 1);
  }
  is_listing = false;
  if (listed.capacity() > kKept) listed = {};
  return true;
}

}  // namespace gw::cloudtrail
