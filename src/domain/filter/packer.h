// Pieces of EventBridge patterns, and rules packed of them. Internal to this folder.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json/write.h"
#include "domain/filter/render.h"
#include "domain/pattern/eventbridge.h"

namespace gw::filter {

using Texts = std::vector<std::string>;

[[nodiscard]] inline std::string quoted(std::string_view text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

[[nodiscard]] inline std::string list(const Texts& items) {
  std::string out = "[";
  for (const std::string& item : items) out.append(out.size() > 1 ? "," : "").append(item);
  return out + "]";
}

[[nodiscard]] inline std::string words(std::initializer_list<std::string_view> texts) {
  Texts out;
  for (const std::string_view text : texts) out.push_back(quoted(text));
  return list(out);
}

[[nodiscard]] inline std::string test(const char* operation, std::string_view text) {
  return std::string(R"({")") + operation + R"(":)" + quoted(text) + "}";
}
[[nodiscard]] inline std::string wildcard(std::string_view text) { return test("wildcard", text); }
[[nodiscard]] inline std::string prefix_ignoring_case(std::string_view text) {
  return R"({"prefix":{"equals-ignore-case":)" + quoted(text) + "}}";
}

[[nodiscard]] inline std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

// {"a":{"b":VALUES}} of "a.b".
[[nodiscard]] inline std::string at(std::string_view path, const std::string& values) {
  const std::size_t dot = path.find('.');
  if (dot == std::string_view::npos) return "{" + quoted(path) + ":" + values + "}";
  return "{" + quoted(path.substr(0, dot)) + ":" + at(path.substr(dot + 1), values) + "}";
}

// The same with more conditions in front, which end in a comma.
[[nodiscard]] inline std::string with(std::string_view conditions, std::string_view path, const std::string& values) {
  return "{" + std::string(conditions) + at(path, values).substr(1);
}

class Packer {
 public:
  explicit Packer(std::vector<Part>& out) : out_(out) {}

  // Rules from now on have this name, the second of them a number behind it.
  void name(std::string name) {
    close();
    name_ = std::move(name);
    number_ = 1;
  }
  // False when it fits into no rule at all.
  bool add(std::string alternative) {
    alternatives_.push_back(std::move(alternative));
    if (is_good()) return true;
    std::string last = std::move(alternatives_.back());
    alternatives_.pop_back();
    if (alternatives_.empty()) return false;
    next();
    return add(std::move(last));
  }
  // One alternative a list of values, or several where they are too many.
  bool add(std::string_view conditions, std::string_view path, const Texts& values) {
    Texts left = values;
    while (!left.empty()) {
      std::size_t count = left.size();
      const auto take = [&] {
        return with(conditions, path, list(Texts(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(count))));
      };
      while (count > 0) {
        alternatives_.push_back(take());
        if (is_good()) break;
        alternatives_.pop_back();
        --count;
      }
      if (count == 0) {
        if (alternatives_.empty()) return false;
        next();
        continue;
      }
      left.erase(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(count));
      if (!left.empty()) next();
    }
    return true;
  }
  void close() {
    if (!alternatives_.empty()) next();
  }

 private:
  [[nodiscard]] std::string text() const {
    if (alternatives_.size() == 1) return R"({"detail":)" + alternatives_.front() + "}";
    return R"({"detail":{"$or":)" + list(alternatives_) + "}}";
  }
  [[nodiscard]] bool is_good() const {
    return std::holds_alternative<pattern::EventPattern>(pattern::parse_event_pattern(text()));
  }
  void next() {
    out_.push_back({number_ == 1 ? name_ : name_ + "-" + std::to_string(number_), text()});
    ++number_;
    alternatives_.clear();
  }

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
