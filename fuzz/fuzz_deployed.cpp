// Any bytes as an export of filters or rules: no crash; what is read is named and can be asked, or the problem is told.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "domain/filter/deployed.h"
#include "domain/filter/probes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const gw::filter::Deployed deployed = gw::filter::read_deployed(text, "glasswatch");
  if (deployed.parts.empty() && deployed.notes.empty() && deployed.problem.empty()) std::abort();
  static const auto probes = gw::filter::ordinary_probes();
  for (const gw::filter::DeployedPart& part : deployed.parts) {
    for (const gw::filter::Probe& probe : probes) (void)gw::filter::lets_through(part.pattern, probe.record);
  }
  return 0;
}
