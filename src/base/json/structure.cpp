#include "base/json/structure.h"

namespace gw::json::internal {

#if defined(__x86_64__)
StructureDamage find_structure_avx512(const char* text, std::size_t size, Structure& out);
#endif

FindStructure find_structure() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("pclmul") &&
      __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("bmi")) {
    return find_structure_avx512;
  }
#endif
  return nullptr;
}

}  // namespace gw::json::internal
