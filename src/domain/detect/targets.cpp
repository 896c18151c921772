#include "domain/detect/targets.h"

#include <algorithm>
#include <array>

#include "base/json/compact.h"
#include "domain/detect/facts.h"

namespace gw::detect {
namespace {

// "AWS-ControlTower_Logs" → "awscontroltowerlogs"
std::string squeezed(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c - 'A' + 'a');
    } else if (c != '-' && c != '_' && c != '.' && c != ' ') {
      out += c;
    }
  }
  return out;
}

template <std::size_t N>
bool holds_any(std::string_view target, const std::array<std::string_view, N>& words) {
  const std::string text = squeezed(target);
  return std::any_of(words.begin(), words.end(), [&](std::string_view w) { return text.find(w) != std::string::npos; });
}

void append_value(std::string& out, json::Value value) {
  if (value.is_nothing()) return;
  if (!out.empty()) out += ' ';
  // Lists and objects hold names (alarmNames, ids); their JSON text is enough to find a word in and to show.
  if (value.is_string()) {
    out += value.text();
  } else {
    json::append_compact(out, value);
  }
}

std::string members(json::Value object, std::string_view keys) {
  std::string out;
  while (!keys.empty()) {
    const std::size_t bar = keys.find('|');
    append_value(out, object[keys.substr(0, bar)]);
    keys = bar == std::string_view::npos ? std::string_view{} : keys.substr(bar + 1);
  }
  return out;
}

// Cut between characters.
void shorten(std::string& text) {
  if (text.size() <= kMaxTarget) return;
  std::size_t end = kMaxTarget;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
}

constexpr std::array<std::string_view, 9> kTrailWords = {"cloudtrail", "glasswatch",        "controltower",
                                                         "orgtrail",   "organizationtrail", "orglogs",
                                                         "logarchive", "audittrail",        "securityalert"};
constexpr std::array<std::string_view, 3> kEmergencyWords = {"breakglass", "emergency", "firecall"};
constexpr std::array<std::string_view, 5> kPowerfulRoles = {
    "awsreservedsso", "organizationaccountaccessrole", "awscontroltower", "stacksetsexec", "cloudformationstackset"};

}  // namespace

std::string target_of(const model::Record& record, std::string_view keys) {
  std::string target = members(record.request, keys);
  if (target.empty()) target = members(record.response, keys);
  if (target.empty()) target = denied_target(record);
  shorten(target);
  return target;
}

bool names_trail(std::string_view target) { return holds_any(target, kTrailWords); }
bool names_emergency(std::string_view target) { return holds_any(target, kEmergencyWords); }
bool names_powerful_role(std::string_view target) {
  return names_emergency(target) || holds_any(target, kPowerfulRoles);
}

}  // namespace gw::detect
