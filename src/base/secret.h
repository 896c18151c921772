// A text that must not be shown. It prints as `<secret>`; reveal() is for the one place that uses it.
#pragma once

#include <ostream>
#include <string>
#include <utility>

namespace gw {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] const std::string& reveal() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  friend std::ostream& operator<<(std::ostream& out, const Secret&) { return out << "<secret>"; }

 private:
  std::string text_;
};

}  // namespace gw
