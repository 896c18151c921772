#include "domain/filter/packer.h"

#include <utility>
#include <variant>

#include "base/json/write.h"
#include "domain/pattern/eventbridge.h"

namespace gw::filter {

std::string quoted(std::string_view text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

std::string list(const Texts& items) {
  std::string out = "[";
  for (const std::string& item : items) out.append(out.size() > 1 ? "," : "").append(item);
  return out + "]";
}

std::string words(std::initializer_list<std::string_view> texts) {
  Texts out;
  for (const std::string_view text : texts) out.push_back(quoted(text));
  return list(out);
}

std::string test(const char* operation, std::string_view text) {
  return std::string(R"({")") + operation + R"(":)" + quoted(text) + "}";
}
std::string wildcard(std::string_view text) { return test("wildcard", text); }
std::string prefix_ignoring_case(std::string_view text) {
  return R"({"prefix":{"equals-ignore-case":)" + quoted(text) + "}}";
}

std::string at(std::string_view path, const std::string& values) {
  const std::size_t dot = path.find('.');
  if (dot == std::string_view::npos) return "{" + quoted(path) + ":" + values + "}";
  return "{" + quoted(path.substr(0, dot)) + ":" + at(path.substr(dot + 1), values) + "}";
}

std::string with(std::string_view conditions, std::string_view path, const std::string& values) {
  return "{" + std::string(conditions) + at(path, values).substr(1);
}

void Packer::name(std::string name) {
  close();
  name_ = std::move(name);
  number_ = 1;
}

bool Packer::add(std::string alternative) {
  alternatives_.push_back(std::move(alternative));
  if (is_good()) return true;
  std::string last = std::move(alternatives_.back());
  alternatives_.pop_back();
  if (alternatives_.empty()) return false;
  next();
  return add(std::move(last));
}

bool Packer::add(std::string_view conditions, std::string_view path, const Texts& values) {
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

void Packer::close() {
  if (!alternatives_.empty()) next();
}

std::string Packer::text() const {
  if (alternatives_.size() == 1) return R"({"detail":)" + alternatives_.front() + "}";
  return R"({"detail":{"$or":)" + list(alternatives_) + "}}";
}

bool Packer::is_good() const {
  return std::holds_alternative<pattern::EventPattern>(pattern::parse_event_pattern(text()));
}

void Packer::next() {
  out_.push_back({number_ == 1 ? name_ : name_ + "-" + std::to_string(number_), text()});
  ++number_;
  alternatives_.clear();
}

}  // namespace gw::filter
