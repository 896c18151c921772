// Any bytes as an input of scan: no crash, and the findings do not depend on whether records were skipped by bytes. The same
// bytes are also fed in windows of odd sizes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "base/literals.h"
#include "domain/watch/watch_set.h"
#include "engine/scan/input_parser.h"

namespace {

using gw::scan::Batch;
using gw::scan::InputParser;

gw::scan::Options options(bool all, bool prefilter) {
  gw::scan::Options o;
  o.all = all;
  if (all)
    o.mechanisms = gw::model::MechanismSet::of(gw::model::Mechanism::identity_center_console,
                                               gw::model::Mechanism::root_console, gw::model::Mechanism::assume_role);
  o.prefilter = prefilter;
  o.now = gw::Time{1'800'000'000'000'000};
  return o;
}

struct Setup {
  explicit Setup(bool all, bool prefilter)
      : asked(options(all, prefilter)),
        watches(gw::watch::WatchSet::compile({}).value()),
        filter(asked, watches.needs()),
        question{asked, watches, filter, {1, 2}},
        coverage(false),
        parser(question, coverage) {}
  Setup(const Setup&) = delete;
  Setup& operator=(const Setup&) = delete;
  gw::scan::Options asked;
  gw::watch::WatchSet watches;
  gw::scan::Prefilter filter;
  gw::scan::Question question;
  gw::scan::CoverageCounter coverage;
  InputParser parser;
};

std::multiset<std::string> keys(const Batch& batch) {
  std::multiset<std::string> out;
  for (const gw::scan::Finding& f : batch.findings)
    out.insert(std::to_string(f.entry) + "|" + f.event->event_name + "|" + f.event->role);
  return out;
}

// As Reader reads a text that fits its buffer, and at which it looks while it comes.
std::multiset<std::string> whole(Setup& s, std::string_view text, bool everything) {
  s.parser.glance({}, true);
  for (std::size_t at = 0; !everything && at < text.size(); at += text.size() / 3 + 1)
    s.parser.glance(text.substr(0, at), false);
  s.parser.begin("fuzz", text, true, everything);
  if (s.parser.can_prefilter()) {
    if (s.parser.prefiltered(text)) return keys(s.parser.take_batch());
    s.parser.begin("fuzz", text, true, true);
  }
  if (s.parser.is_list()) {
    if (s.parser.regular(text)) return keys(s.parser.take_batch());
    s.parser.begin("fuzz", text, true, true);
  }
  (void)s.parser.feed(text, true);
  if (s.parser.is_doubtful()) return whole(s, text, true);
  return keys(s.parser.take_batch());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Setup ours(false, true);
  static Setup two(true, true);
  static Setup* const setups[2] = {&ours, &two};
  const std::string padded =
      std::string(reinterpret_cast<const char*>(data), size) + std::string(gw::Literals::kSlack, '"');
  const std::string_view text = std::string_view(padded).substr(0, size);
  for (Setup* const s : setups) {
    if (whole(*s, text, false) != whole(*s, text, true)) std::abort();
  }
  Setup& s = *setups[size % 2];
  const std::size_t step = size % 97 + 1;
  std::string window;
  std::size_t at = 0;
  bool begun = false;
  while (!s.parser.done() || !begun) {
    const std::size_t n = begun ? std::min(step, size - at) : std::min<std::size_t>(size, 256);
    window.append(text.substr(at, n));
    at += n;
    const std::string slack = window + std::string(gw::Literals::kSlack, '{');
    const std::string_view view = std::string_view(slack).substr(0, window.size());
    if (!begun) s.parser.begin("fuzz", view, at == size, false);
    begun = true;
    const std::size_t used = s.parser.feed(view, at == size);
    if (used > window.size()) std::abort();
    window.erase(0, used);
    if (at == size) break;
  }
  (void)s.parser.take_batch();
  return 0;
}
