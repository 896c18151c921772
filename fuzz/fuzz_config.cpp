// Any bytes as a configuration, as a watch specification and as a file of names: no crash, bounded, every problem with a
// place in the text and safe to print; what loads without a problem compiles, and decides and is hashed the same each time.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "app/config/config.h"
#include "app/config/names.h"
#include "base/utf8.h"
#include "domain/watch/role_pattern.h"
#include "domain/watch/watch_set.h"

namespace {

void check_printable(std::string_view text, bool lines) {
  for (std::size_t i = 0; i < text.size();) {
    const gw::Utf8Char c = gw::next_utf8(text, i);
    if (!c.valid) std::abort();
    if (gw::is_unsafe_to_show(c.code_point) && !(lines && c.code_point == '\n')) std::abort();
    i += c.length;
  }
}

void check_config(std::string_view text) {
  gw::app::Loaded loaded = gw::app::load_text(text, "f");
  gw::app::check_whole(loaded);
  if (loaded.problems.size() > 101) std::abort();
  for (const gw::app::Problem& problem : loaded.problems) {
    if (problem.line < 0 || static_cast<std::size_t>(problem.line) > text.size() + 2) std::abort();
    if (problem.message.size() > 2048 || problem.excerpt.size() > 1024) std::abort();
    check_printable(problem.path, false);
    check_printable(problem.message, false);
    check_printable(problem.excerpt, true);
  }
  if (!loaded.problems.empty()) return;
  if (gw::app::config_hash(loaded.config) != gw::app::config_hash(gw::app::load_text(text, "g").config)) std::abort();
  const auto watches = gw::watch::WatchSet::compile(loaded.config.watch);
  if (!watches) std::abort();
  gw::model::AccessEvent event;
  event.mechanism = gw::model::Mechanism::assume_role;
  event.account_id = "111122223333";
  event.role = "BreakGlassAdmin";
  event.source_ip = "198.51.100.7";
  watches->decide(event, gw::Time{});
  const auto reasons = watches->explain(event, gw::Time{});
  std::size_t matched = 0;
  for (const auto& reason : reasons) matched += reason.matched && !reason.watch.starts_with("ignore:") ? 1 : 0;
  if (matched != event.watches.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  check_config(input);
  if (const auto specs = gw::watch::parse_watch_specs(input)) {
    for (const gw::watch::Spec& spec : *specs) {
      for (const std::string& account : spec.watch.accounts) {
        if (!gw::watch::is_account_pattern(account)) std::abort();
      }
      // What was read can be read again and means the same.
      const auto again = gw::watch::parse_watch_spec(spec.watch.name);
      if (!again || again->watch.roles != spec.watch.roles || again->watch.severity != spec.watch.severity)
        std::abort();
    }
  }
  if (const auto accounts = gw::app::parse_accounts(input); accounts && accounts->size() > size) std::abort();
  if (const auto people = gw::app::parse_people(input); people && people->size() > size) std::abort();
  return 0;
}
