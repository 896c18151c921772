// Any bytes as the file of names: read within bounds, or refused with a short reason; what was read is written and read again as
// the same. Any text as the duration of a permission set.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "domain/watch/directory.h"
#include "edge/aws/sso_admin.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto micros = gw::aws::parse_session_duration(input);
      micros && (*micros <= 0 || *micros > std::int64_t{24} * 3600 * 1'000'000))
    std::abort();
  const auto directory = gw::watch::parse_directory(input);
  if (!directory) {
    if (directory.error().message.empty() || directory.error().message.size() > 300) std::abort();
    return 0;
  }
  for (const auto& [account, units] : directory->units) {
    if (units.size() > gw::watch::Directory::kMaxUnits) std::abort();
    if (directory->units_of(account) == nullptr) std::abort();
  }
  const auto again = gw::watch::parse_directory(gw::watch::to_json(*directory));
  if (!again || *again != *directory) std::abort();
  return 0;
}
