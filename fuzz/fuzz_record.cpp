// Any bytes as JSON and as a CloudTrail record: no crash; what is accepted is what simdjson's full parser accepts, and what is
// skimmed is what is parsed; every view lies where it may; text comes out as valid UTF-8.
#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json/doc.h"
#include "base/utf8.h"
#include "domain/cloudtrail/record_decode.h"
#include "domain/cloudtrail/unpack.h"

namespace {

void check_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const gw::Utf8Char c = gw::next_utf8(text, i);
    if (!c.valid) std::abort();
    i += c.length;
  }
}

void visit(gw::json::Value v, unsigned depth) {
  if (depth > 300) std::abort();
  check_utf8(v.key());
  if (v.is_string()) check_utf8(v.text());
  if (v.raw().empty()) std::abort();
  for (gw::json::Value child = v.first_child(); !child.is_missing(); child = child.next_sibling())
    visit(child, depth + 1);
}

struct Count final : gw::cloudtrail::UnpackHandler {
  std::size_t parts = 0;
  void record(std::string_view text, gw::cloudtrail::Envelope envelope) override {
    gw::json::Doc doc;
    const bool parsed = doc.parse(text, {.max_depth = 256, .max_values = 200'000});
    if (!parsed && !(envelope == gw::cloudtrail::Envelope::cloudwatch_logs && text.starts_with("{\"eventVersion\"")))
      std::abort();
    ++parts;
  }
  void need_object(gw::cloudtrail::ObjectName object) override {
    if (object.bucket.empty() || object.key.empty()) std::abort();
    ++parts;
  }
  void ignored(std::string_view) override { ++parts; }
  void quarantine(std::string_view) override { ++parts; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static gw::json::Doc doc;
  static simdjson::dom::parser reference;
  const bool good = doc.parse(text);
  const simdjson::error_code error = reference.parse(text.data(), text.size()).error();
  const bool same_rules = error != simdjson::NUMBER_ERROR && error != simdjson::STRING_ERROR &&
                          error != simdjson::DEPTH_ERROR && error != simdjson::CAPACITY &&
                          error != simdjson::MEMALLOC && !text.starts_with("\xEF\xBB\xBF");
  if (same_rules && good != (error == simdjson::SUCCESS) && doc.damage().reason != "nested too deeply" &&
      doc.damage().reason != "too many values") {
    std::abort();
  }
  if (good) {
    visit(doc.root(), 0);
    (void)doc.root().has_duplicate_keys();
    (void)gw::cloudtrail::kind_of(doc.root());
    const gw::model::Record record = gw::cloudtrail::decode_record(doc.root());
    check_utf8(record.event_name);
    check_utf8(record.identity.arn);
  }
  static gw::json::Doc skimmed;
  static gw::json::Doc parsed;
  if (skimmed.index(text) && parsed.index(text)) {
    std::size_t shown = 0;
    const bool taken = skimmed.skim_next(
        ~std::uint64_t{0} >> 2,
        [&](const gw::json::Doc::Member& member) {
          shown += member.key().size() + member.text().size();
          return member.is_object() ? gw::json::Doc::Seen::enter : gw::json::Doc::Seen::pass;
        },
        [] { return true; });
    if (taken && (!parsed.parse_next() || parsed.next_offset() != skimmed.next_offset() || shown > size)) std::abort();
  }
  static gw::cloudtrail::Unpacker unpacker;
  Count count;
  // Nothing is lost silently: a document that is JSON comes to at least one part.
  if (unpacker.unpack(text, count) && count.parts == 0) std::abort();
  return 0;
}
