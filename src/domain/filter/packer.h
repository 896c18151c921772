// Pieces of EventBridge patterns, and rules packed of them. Internal to this folder.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "domain/filter/render.h"

namespace gw::filter {

using Texts = std::vector<std::string>;

[[nodiscard]] std::string quoted(std::string_view text);
[[nodiscard]] std::string list(const Texts& items);  // of JSON
[[nodiscard]] std::string words(std::initializer_list<std::string_view> texts);
[[nodiscard]] std::string test(const char* operation, std::string_view text);
[[nodiscard]] std::string wildcard(std::string_view text);
[[nodiscard]] std::string prefix_ignoring_case(std::string_view text);
// {"a":{"b":VALUES}} of "a.b".
[[nodiscard]] std::string at(std::string_view path, const std::string& values);
// The same with more conditions in front, which end in a comma.
[[nodiscard]] std::string with(std::string_view conditions, std::string_view path, const std::string& values);

// Fills rules with alternatives, in their order: as many in each as AWS takes.
class Packer {
 public:
  explicit Packer(std::vector<Part>& out) : out_(out) {}

  // Rules from now on have this name, the second of them a number behind it.
  void name(std::string name);
  // False when it fits into no rule at all.
  bool add(std::string alternative);
  // One alternative a list of values, or several where they are too many. `conditions` end in a comma.
  bool add(std::string_view conditions, std::string_view path, const Texts& values);
  void close();

 private:
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool is_good() const;
  void next();

  std::vector<Part>& out_;
  std::string name_;
  int number_ = 1;
  Texts alternatives_;
};

inline constexpr std::string_view kAssume = R"("eventSource":["sts.amazonaws.com","rolesanywhere.amazonaws.com"],)";
inline constexpr std::string_view kIssuer = "userIdentity.sessionContext.sessionIssuer.userName";

// What the user's own watches add, from rules.name() on. False when some rule cannot say it.
[[nodiscard]] bool add_own(Packer& rules, const Own& own, const Needs& needs);

}  // namespace gw::filter
