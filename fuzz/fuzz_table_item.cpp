// Any bytes as what a state table, or somebody in its place, answers with: items are read, or refused; what was read is written
// and read back equal; what is made of an item is whole, or refused with a Failure.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "edge/store/dynamodb/item.h"
#include "edge/store/dynamodb/keys.h"
#include "edge/store/dynamodb/load.h"

namespace {

template <class F>
void expect_only_failures(F&& f) {
  try {
    f();
  } catch (const gw::dynamodb::Failure&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gw::dynamodb;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto stretches = parse_stretches(input);
  if (stretches.size() > size || to_text(parse_stretches(to_text(stretches))) != to_text(stretches)) std::abort();
  if (keys::alert(input).sk.empty() || keys::alert(input).pk.size() > 1000) std::abort();
  gw::json::Doc doc;
  if (!doc.parse(input)) return 0;
  Item item;
  if (!read_item(doc.root(), item)) return 0;
  std::string text;
  append_values(text, item.values);
  gw::json::Doc again;
  Item back;
  if (!again.parse(text) || !read_item(again.root(), back) || back.values != item.values) std::abort();
  expect_only_failures([&] { (void)parse_event(item); });
  expect_only_failures([&] { (void)parse_alert(item); });
  expect_only_failures([&] { (void)parse_fold(item); });
  expect_only_failures([&] { (void)merged_of(item); });
  return 0;
}
