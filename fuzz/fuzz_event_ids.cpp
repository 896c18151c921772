// What another tool left behind → event ids: whatever the bytes, each is one word, and reading them back gives the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "app/report/event_ids.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::set<std::string> ids = gw::report::event_ids(text);
  std::string lines;
  for (const std::string& id : ids) {
    if (id.empty() || id.size() > 128) std::abort();
    lines += id + "\n";
  }
  if (gw::report::event_ids(lines) != ids) std::abort();
  return 0;
}
