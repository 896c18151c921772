// Any bytes as what comes to /slack/actions, as the JSON inside of it, and as what comes by Socket Mode. No crash; what is let
// through names a session, holds texts that are bounded and fit to be shown, and its modal is JSON, as is what is acknowledged.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json/doc.h"
#include "base/utf8.h"
#include "edge/web/slack_envelope.h"
#include "edge/web/slack_press.h"
#include "engine/pipeline/operate.h"
#include "engine/pipeline/respond.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_fit(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const gw::Utf8Char c = gw::next_utf8(text, i);
    if (!c.valid || (c.code_point != '\n' && gw::is_unsafe_to_show(c.code_point))) return false;
    i += c.length;
  }
  return true;
}

void check(const gw::Result<gw::web::Press>& press) {
  if (!press) return require(press.error().message.size() < 200);
  require(!press->session.empty() && press->session.size() <= 64 && !press->user.empty());
  require(press->note.size() <= gw::pipeline::kMaxNoteText && press->ticket.size() <= gw::pipeline::kMaxTicket);
  require(is_fit(press->note) && is_fit(press->ticket));
  gw::json::Doc doc;
  require(doc.parse(gw::web::modal_of(*press)) && doc.root()["view"]["private_metadata"].text() == press->session);
}

void check_envelope(std::string_view text) {
  gw::json::Doc doc;
  const auto envelope = gw::web::read_envelope(text, doc);
  if (!envelope) return require(envelope.error().message.size() < 200);
  if (envelope->kind == gw::web::Envelope::Kind::interactive) {
    require(!envelope->id.empty());
    check(gw::web::read_press(envelope->payload));
  }
  gw::json::Doc said;
  require(said.parse(gw::web::acknowledgement(envelope->id, "{}")) &&
          said.root()["envelope_id"].text() == envelope->id);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(gw::web::parse_press(text));
  check_envelope(text);
  std::string form = "payload=";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    (form += '%') += kHex[byte >> 4];
    form += kHex[byte & 15];
  }
  check(gw::web::parse_press(form));
  const gw::Time now{1'531'420'618'000'000};
  (void)gw::web::is_fresh_press(text.substr(0, 40), now);
  require(!gw::web::is_signed_by_slack("secret", "1531420618", text, text));
  return 0;
}
