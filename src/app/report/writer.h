// Reports as text. Everything that a record, a person or another system wrote is neutralised for where it is shown.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/report/report.h"
#include "app/report/spool.h"

namespace gw::report {

enum class Format : std::uint8_t { html, csv, json };
[[nodiscard]] std::optional<Format> parse_format(std::string_view text);

// `folder`: where text is set aside that does not fit into memory.
[[nodiscard]] std::unique_ptr<Writer> make_writer(Format format, const std::string& folder, Sink sink);
[[nodiscard]] std::unique_ptr<Writer> make_html(const std::string& folder, Sink sink);
[[nodiscard]] std::unique_ptr<Writer> make_csv(const std::string& folder, Sink sink);
[[nodiscard]] std::unique_ptr<Writer> make_json(const std::string& folder, Sink sink);

// The control totals in the order in which they are shown: a name for programs, what it says to people, the figure. Where
// figures add up, the sum comes first.
struct Figure {
  std::string name;
  std::string text;
  std::uint64_t value = 0;
};
[[nodiscard]] std::vector<Figure> figures(const Totals& totals);
// The books of the store, which have no history.
[[nodiscard]] std::vector<Figure> books(const ports::Totals& totals);
// What a report cannot vouch for, in sentences.
[[nodiscard]] std::vector<std::string> gaps(const Closing& closing);

}  // namespace gw::report
