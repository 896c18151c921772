// Any bytes as what AWS, or somebody in its place, answers, and as its profile files: no crash, bounded, names and messages
// safe to print, and text that is valid UTF-8.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/http_date.h"
#include "base/utf8.h"
#include "edge/aws/failure.h"
#include "edge/aws/profile.h"
#include "edge/aws/xml.h"

namespace {

void check_text(std::string_view text, bool printable) {
  for (std::size_t i = 0; i < text.size();) {
    const gw::Utf8Char c = gw::next_utf8(text, i);
    if (!c.valid || (printable && gw::is_unsafe_to_show(c.code_point))) std::abort();
    i += c.length;
  }
}

// Elements below and including this one.
std::size_t walk(gw::aws::XmlElement element, std::size_t depth) {
  if (depth > gw::aws::XmlDoc::kMaxDepth || element.name().empty()) std::abort();
  check_text(element.text(), false);
  std::size_t count = 1;
  for (auto child = element.first_child(); !child.is_missing(); child = child.next_sibling()) {
    if (element[child.name()].is_missing()) std::abort();
    count += walk(child, depth + 1);
  }
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (size > 4096) return 0;  // looking a child up is linear
  if (const auto xml = gw::aws::XmlDoc::parse(input)) {
    if (walk(xml->root(), 1) * 3 > size) std::abort();  // `<a>` is the shortest
  }
  for (const int status : {400, 403, 503}) {
    const gw::aws::Failure failure = gw::aws::read_failure({status, {}, std::string(input)});
    if (failure.name.empty() || failure.name.size() > 100) std::abort();
    check_text(failure.name, true);
    check_text(failure.message, true);
  }
  const gw::aws::Profiles profiles = gw::aws::Profiles::parse(input, input.substr(size / 2));
  for (const char* name : {"default", "a", "b"}) {
    const auto plan = gw::aws::plan_profile(profiles, name);
    if (plan ? plan->roles.size() > size : plan.error().message.empty()) std::abort();
  }
  (void)gw::parse_retry_after(input, gw::Time{});
  return 0;
}
