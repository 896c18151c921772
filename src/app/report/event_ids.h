// Which events another tool told, from whatever it left behind. Pure.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace gw::report {

// Where every line is one word (letters, digits, `.`, `_`, `:`, `-`; at most 128), each is an event id. Else every UUID in the
// text is one, in lower case, wherever it stands (JSON, Slack exports, mails, logs, addresses), but as the value of a JSON member
// that is known to name something else: client_msg_id, requestID, sharedEventID, session_id and their other spellings. A line
// `event_id` or `id` is a heading and no id; a byte order mark is passed over, and with one UTF-16 is read, too.
[[nodiscard]] std::set<std::string> event_ids(std::string_view text);
// As they are compared: a UUID in lower case, anything else as it is.
[[nodiscard]] std::string canonical_id(std::string_view id);

}  // namespace gw::report
