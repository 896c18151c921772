// Text for Slack, most of it written by whoever made the record.
//
// Two kinds of places: plain_text elements, where only & < > mean something, and mrkdwn, where much does. Text from outside goes
// into plain_text wherever there is a choice. Order: make visible, escape, then cut, never inside an entity or a
// character. Lengths are UTF-16 units of the escaped text, which is the most that Slack may count. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gw::receivers {

[[nodiscard]] std::size_t slack_length(std::string_view text);
// At most `limit` units; what was cut ends in an ellipsis. `text` is valid UTF-8 with & only in &amp; &lt; &gt;.
[[nodiscard]] std::string cut_escaped(std::string_view text, std::size_t limit);

// A piece of somebody else's text, not yet escaped: one line, everything that would be obeyed made visible.
[[nodiscard]] std::string piece(std::string_view text, std::size_t limit = 120);

// A whole plain_text element, out of our words and pieces: escaped, cut; line feeds stay.
[[nodiscard]] std::string plain_text(std::string_view text, std::size_t limit);

// A piece for mrkdwn: escaped, its markup replaced by look-alikes (* _ ~ ` and a > in front), nothing in it a link or a
// mention.
[[nodiscard]] std::string mrkdwn_piece(std::string_view text, std::size_t limit = 120);

// A URL of ours for <url|label>: empty unless it is https or http, short and without anything that would end the link.
[[nodiscard]] std::string link_target(std::string_view url);

}  // namespace gw::receivers
