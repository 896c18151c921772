#include "domain/detect/lookup.h"

#include <algorithm>
#include <vector>

#include "base/word_hash.h"
#include "domain/detect/detect.h"

namespace gw::detect {
namespace {

std::vector<std::span<const EventRow>> families() {
  return {identity_center_rows(), sign_in_rows(), sts_rows(), tamper_rows(), emergency_path_rows()};
}

// UpdateFunctionCode20150331v2 → UpdateFunctionCode
std::string_view without_api_date(std::string_view name) {
  constexpr std::size_t kDate = 8;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto first = std::find_if(name.begin(), name.end(), is_digit);
  if (name.end() - first < static_cast<std::ptrdiff_t>(kDate) || !std::all_of(first, first + kDate, is_digit))
    return name;
  return name.substr(0, static_cast<std::size_t>(first - name.begin()));
}

// Rows by event name: open addressing, so that rows of one name lie behind each other. Asked for every record that might be
// told, so the hash is cheap; names are ours, nobody can aim at it.
class Index {
 public:
  Index() {
    std::size_t count = 0;
    for (const std::span<const EventRow> family : families()) count += family.size();
    std::size_t size = 16;
    while (size < count * 4) size *= 2;
    rows_.resize(size);
    for (const std::span<const EventRow> family : families()) {
      for (const EventRow& row : family) {
        std::size_t i = slot(row.event_name);
        while (rows_[i] != nullptr) i = next(i);
        rows_[i] = &row;
      }
    }
  }

  [[nodiscard]] const EventRow* find(std::string_view name, std::string_view source) const {
    for (std::size_t i = slot(name); rows_[i] != nullptr; i = next(i)) {
      if (rows_[i]->event_name == name && rows_[i]->event_source == source) return rows_[i];
    }
    return nullptr;
  }

 private:
  [[nodiscard]] std::size_t next(std::size_t i) const { return (i + 1) & (rows_.size() - 1); }
  [[nodiscard]] std::size_t slot(std::string_view name) const {
    return static_cast<std::size_t>(word_hash(name)) & (rows_.size() - 1);
  }

  std::vector<const EventRow*> rows_;  // a power of two; null is free
};

const Index& index() {
  static const Index rows;
  return rows;
}

std::vector<EventNameInterest> interests() {
  std::vector<EventNameInterest> names;
  for (const std::span<const EventRow> family : families()) {
    for (const EventRow& row : family) {
      const bool is_prefix = row.event_source == kLambdaSource;
      const auto same = [&](const EventNameInterest& n) {
        return n.event_name == row.event_name && n.is_prefix == is_prefix;
      };
      auto it = std::find_if(names.begin(), names.end(), same);
      if (it == names.end()) it = names.insert(names.end(), {row.event_name, {}, is_prefix, false, false, true});
      it->mechanisms.add(row.mechanisms);
      it->path_change = it->path_change || row.path_change;
      it->names_people = it->names_people || row.names_people;
      it->not_by_services = it->not_by_services && row.not_by_services;
    }
  }
  return names;
}

}  // namespace

const EventRow* find_row(const model::Record& record) {
  std::string_view source = record.event_source;
  if (source == "signin.amazon.com") source = "signin.amazonaws.com";
  const std::string_view name = source == kLambdaSource ? without_api_date(record.event_name) : record.event_name;
  return index().find(name, source);
}

std::span<const EventNameInterest> event_names_of_interest() {
  static const std::vector<EventNameInterest> names = interests();
  return names;
}

std::vector<KnownEvent> known_events() {
  std::vector<KnownEvent> out;
  for (const std::span<const EventRow> family : families()) {
    for (const EventRow& row : family) {
      if (row.mechanisms.empty()) continue;  // no access, only a name
      out.push_back({row.event_source, row.event_name, row.target_keys, row.mechanisms, row.handle == detect_change,
                     row.guard != nullptr});
    }
  }
  return out;
}

}  // namespace gw::detect
