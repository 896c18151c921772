#include "domain/cloudtrail/log_messages.h"

#include <limits>

namespace gw::cloudtrail {
namespace {

// Each function answers whether what it is for stood there, behind white space, and goes behind it.
class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) {}

  bool take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool string(LogMessage& content) {
    if (!take('"')) return false;
    const json::QuotedEnd end = unquoter_.find_end(text_.data() + at_, text_.size() - at_);
    if (!end.closed) return false;
    content = {static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(at_ + end.end), end.plain};
    at_ += end.end + 1;
    return true;
  }
  bool plain_string(LogMessage& content) { return string(content) && content.is_plain; }
  // A key without escapes, and its colon.
  bool key(std::string_view& key) {
    LogMessage content;
    if (!plain_string(content) || !take(':')) return false;
    key = text_.substr(content.begin, content.end - content.begin);
    return key.find('\\') == std::string_view::npos;
  }
  bool digits() {
    skip_space();
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ > begin && (text_[begin] != '0' || at_ == begin + 1);
  }
  // What the service says of the log: a string, a number or a list of strings.
  bool plain_value(LogMessage& content) {
    skip_space();
    if (at_ >= text_.size()) return false;
    if (text_[at_] == '"') return plain_string(content);
    if (!take('[')) return digits();
    if (take(']')) return true;
    do {
      if (!plain_string(content)) return false;
    } while (take(','));
    return take(']');
  }
  [[nodiscard]] std::string_view text_of(const LogMessage& content) const {
    return text_.substr(content.begin, content.end - content.begin);
  }
  [[nodiscard]] bool at_end() {
    skip_space();
    return at_ == text_.size();
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
      ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  const json::Unquoter& unquoter_ = json::unquoter();
};

bool log_event(Walk& walk, LogMessage& message) {
  std::string_view key;
  LogMessage ignored;
  bool has_message = false;
  if (!walk.take('{')) return false;
  do {
    if (!walk.key(key)) return false;
    if (key == "message") {
      if (has_message || !walk.string(message)) return false;
      has_message = true;
    } else if (key == "id") {
      if (!walk.plain_string(ignored)) return false;
    } else if (key != "timestamp" || !walk.digits()) {
      return false;
    }
  } while (walk.take(','));
  return has_message && walk.take('}');
}

}  // namespace

bool find_log_messages(std::string_view payload, std::size_t most, std::vector<LogMessage>& found) {
  found.clear();
  if (payload.size() >= std::numeric_limits<std::uint32_t>::max()) return false;
  Walk walk(payload);
  std::string_view key;
  bool is_data = false;
  bool has_events = false;
  if (!walk.take('{')) return false;
  do {
    if (!walk.key(key)) return false;
    if (key == "logEvents") {
      if (has_events || !walk.take('[')) return false;
      has_events = true;
      do {
        if (found.size() >= most || !log_event(walk, found.emplace_back())) return false;
      } while (walk.take(','));
      if (!walk.take(']')) return false;
      continue;
    }
    LogMessage value;
    if (key == "messageType") {
      if (is_data || !walk.plain_string(value) || walk.text_of(value) != "DATA_MESSAGE") return false;
      is_data = true;
    } else if (key == "owner" || key == "logGroup" || key == "logStream" || key == "subscriptionFilters" ||
               key == "policyLevel") {
      if (!walk.plain_value(value)) return false;
    } else {
      return false;  // an envelope of another kind, perhaps
    }
  } while (walk.take(','));
  return is_data && has_events && walk.take('}') && walk.at_end();
}

}  // namespace gw::cloudtrail
