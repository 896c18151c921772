// Any bytes as text from a record in a message for Slack: what comes out is valid UTF-8 and JSON, within the limits, shows no
// character that would be obeyed, holds no mention or link but ours, and is cut inside nothing.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json/doc.h"
#include "base/utf8.h"
#include "edge/receivers/body.h"
#include "edge/receivers/samples.h"
#include "edge/receivers/slack_message.h"
#include "edge/receivers/slack_text.h"

namespace {

using gw::receivers::SlackText;

void check(bool holds) {
  if (!holds) std::abort();
}

// Escaped text: no bare < or >, every & begins one of three entities, nothing unsafe to show but line feeds.
void check_escaped(std::string_view text, bool lines) {
  for (std::size_t i = 0; i < text.size();) {
    const gw::Utf8Char c = gw::next_utf8(text, i);
    check(c.valid);
    check(!gw::is_unsafe_to_show(c.code_point) || (lines && c.code_point == '\n'));
    check(c.code_point != '<' && c.code_point != '>');
    if (c.code_point == '&') {
      const std::string_view rest = text.substr(i);
      check(rest.starts_with("&amp;") || rest.starts_with("&lt;") || rest.starts_with("&gt;"));
    }
    i += c.length;
  }
}

void check_markup_free(std::string_view text) {
  check_escaped(text, false);
  check(text.find_first_of("*_~`") == std::string_view::npos);
  check(text.find("://") == std::string_view::npos);
  check(!text.starts_with("&gt;"));
}

void check_message(const SlackText& message) {
  check_markup_free(message.text);
  gw::json::Doc doc;
  check(doc.parse(message.blocks));
  check(doc.root().is_array() && doc.root().size() >= 1 && doc.root().size() <= 50);
  std::size_t total = 0;
  const auto element = [&](gw::json::Value v) {
    const std::string_view text = v["text"].text();
    check(!text.empty() && gw::receivers::slack_length(text) <= 3000);
    total += gw::receivers::slack_length(text);
    if (v["type"].text() == "plain_text") check_escaped(text, true);
  };
  for (gw::json::Value b = doc.root().first_child(); !b.is_missing(); b = b.next_sibling()) {
    if (b["text"].is_object()) element(b["text"]);
    for (gw::json::Value v = b["fields"].first_child(); !v.is_missing(); v = v.next_sibling()) element(v);
    for (gw::json::Value v = b["elements"].first_child(); !v.is_missing(); v = v.next_sibling()) element(v);
  }
  check(total < 12'000);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using gw::model::AlertKind;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::size_t limit = size % 97;
  const std::string plain = gw::receivers::plain_text(text, limit);
  check_escaped(plain, true);
  check(gw::receivers::slack_length(plain) <= limit);
  const std::string piece = gw::receivers::mrkdwn_piece(text, limit + 1);
  check_markup_free(piece);
  check(gw::receivers::slack_length(piece) <= limit + 1);
  const std::string target = gw::receivers::link_target(text);
  check(target.find_first_of("<>|\n ") == std::string::npos);

  gw::ports::Claim claim = gw::receivers::sample_claim(AlertKind::session_opened, text);
  gw::model::Session& s = *claim.session;
  s.account_name = s.role = s.principal.name = s.user_agent = s.source_ip = s.first_event_name = text;
  s.region = s.first_event_id = s.confirmed_by = text;
  s.high_risk[text] = {gw::receivers::kStart, gw::receivers::kStart, 2, text};
  s.notes.push_back({gw::receivers::kStart, text, text});
  claim.alert.reason = text;
  claim.alert.data = text;
  gw::receivers::SlackLook look;
  check_message(session_message(gw::receivers::sample_message({claim}), look));
  check(gw::receivers::session_shown(gw::receivers::sample_message({claim}), look) != 0);
  // One kind a run: they are many, and runs are what finds.
  claim.alert.kind = static_cast<AlertKind>(size == 0 ? 0 : data[size - 1] % gw::model::kAlertKinds);
  const gw::ports::Message message = gw::receivers::sample_message({claim});
  check_message(thread_message(message, look, size % 2 == 0));
  check_message(alert_message(message, look));
  gw::json::Doc doc;
  const std::string body = gw::receivers::fact_json(message);
  check(body.size() < gw::receivers::kBodyLimit && doc.parse(body));
  return 0;
}
