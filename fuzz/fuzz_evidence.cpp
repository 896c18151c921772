// Any bytes as evidence in a bucket: lines are read, or refused with a short reason; what was read can be shown and kept, and
// holds nothing that would be sent.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json/doc.h"
#include "base/neutralise.h"
#include "domain/model/access_json.h"
#include "edge/store/codec/codec.h"
#include "edge/store/codec/evidence_line.h"

namespace {

using gw::store::EvidenceFact;

void expect_json(const std::string& text) {
  gw::json::Doc doc;
  if (!doc.parse(text, {256, 1u << 20})) std::abort();
}

void check_entry(const EvidenceFact& fact) {
  if (fact.entry.event_key.empty()) std::abort();
  std::string shown;
  gw::model::append_access_json(shown, fact.entry.event, fact.session_id);
  expect_json(shown);
  const std::string body = gw::store::to_body(fact.entry.event);
  gw::model::AccessEvent back;
  if (!gw::store::from_body(body, back) || gw::store::to_body(back) != body) std::abort();
}

void check_session(const EvidenceFact& fact) {
  if (fact.session.id.empty() || fact.session.id != fact.session_id) std::abort();
  std::string shown;
  gw::model::append_session_json(shown, fact.session);
  expect_json(shown);
  const auto back = gw::model::parse_state_json(gw::model::to_state_json(fact.session));
  if (!back || *back != fact.session) std::abort();
}

void check_delivery(const EvidenceFact& fact) {
  if (fact.notification.state == gw::model::SendState::trying || !fact.notification.settled_at) std::abort();
  expect_json(fact.alert.data);
  expect_json(gw::store::to_body(fact.alert));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  (void)gw::store::looks_like_evidence(input);
  for (std::size_t at = 0; at < size;) {
    const std::size_t end = std::min(input.find('\n', at), size);
    const auto fact = gw::store::parse_evidence(input.substr(at, end - at));
    at = end + 1;
    if (!fact) {
      if (fact.error().message.empty() || fact.error().message.size() > 300) std::abort();
      if (gw::visible(fact.error().message).find('\x1b') != std::string::npos) std::abort();
      continue;
    }
    switch (fact->kind) {
      case EvidenceFact::Kind::entry: check_entry(*fact); break;
      case EvidenceFact::Kind::session: check_session(*fact); break;
      case EvidenceFact::Kind::delivery: check_delivery(*fact); break;
      case EvidenceFact::Kind::mute: expect_json(gw::store::to_body(fact->mute)); break;
    }
  }
  return 0;
}
