#include "domain/detect/lookup.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

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

using Index = std::unordered_multimap<std::string_view, const EventRow*>;

const Index& index() {
  static const Index rows = [] {
    Index all;
    for (const std::span<const EventRow> family : families()) {
      for (const EventRow& row : family) all.emplace(row.event_name, &row);
    }
    return all;
  }();
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
  const auto [begin, end] = index().equal_range(name);
  const auto it = std::find_if(begin, end, [&](const auto& entry) { return entry.second->event_source == source; });
  return it == end ? nullptr : it->second;
}

std::span<const EventNameInterest> event_names_of_interest() {
  static const std::vector<EventNameInterest> names = interests();
  return names;
}

}  // namespace gw::detect
