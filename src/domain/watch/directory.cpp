#include "domain/watch/directory.h"

#include <algorithm>
#include <charconv>

#include "base/json/doc.h"
#include "base/json/object.h"

namespace gw::watch {
namespace {

constexpr std::string_view kSchema = "glasswatch.directory.v1";
constexpr std::size_t kMaxValues = 2'000'000;
constexpr std::int64_t kLongest = std::int64_t{24} * 3600 * 1'000'000;

bool fits(std::string_view text) { return !text.empty() && text.size() <= Directory::kMaxText; }

// Absent is fine, something else than a time is not.
bool read_time(json::Value value, std::optional<Time>& out) {
  if (value.is_nothing()) return true;
  out = parse_time(value.text());
  return out.has_value();
}

bool read_accounts(json::Value list, Directory& out) {
  for (json::Value at = list.first_child(); !at.is_missing(); at = at.next_sibling()) {
    const auto active = at["active"].boolean();
    if (!at["name"].is_string() || !active) return false;
    if (fits(at.key()) && at["name"].text().size() <= Directory::kMaxText &&
        out.accounts.size() < Directory::kMaxAccounts)
      out.accounts[std::string(at.key())] = {std::string(at["name"].text()), *active};
  }
  return true;
}

bool read_units(json::Value list, Directory& out) {
  for (json::Value at = list.first_child(); !at.is_missing(); at = at.next_sibling()) {
    if (!at.is_array()) return false;
    std::vector<std::string> units;
    bool is_whole = true;
    for (json::Value unit = at.first_child(); !unit.is_missing(); unit = unit.next_sibling()) {
      if (!unit.is_string()) return false;
      is_whole = is_whole && fits(unit.text()) && units.size() < Directory::kMaxUnits;
      if (is_whole) units.emplace_back(unit.text());
    }
    // An account with some of its units missing would not be watched where it should be; one without any is.
    if (is_whole && fits(at.key()) && out.units.size() < Directory::kMaxAccounts)
      out.units[std::string(at.key())] = std::move(units);
  }
  return true;
}

bool read_users(json::Value list, Directory& out) {
  for (json::Value at = list.first_child(); !at.is_missing(); at = at.next_sibling()) {
    if (!at.is_string()) return false;
    if (fits(at.key()) && fits(at.text()) && out.users.size() < Directory::kMaxUsers)
      out.users[std::string(at.key())] = at.text();
  }
  return true;
}

bool read_permission_sets(json::Value list, Directory& out) {
  for (json::Value at = list.first_child(); !at.is_missing(); at = at.next_sibling()) {
    std::int64_t micros = 0;
    const std::string_view raw = at.raw();
    const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), micros);
    if (error != std::errc{} || end != raw.data() + raw.size()) return false;
    if (fits(at.key()) && micros > 0 && micros <= kLongest &&
        out.permission_sets.size() < Directory::kMaxPermissionSets)
      out.permission_sets[std::string(at.key())] = micros;
  }
  return true;
}

bool read_object(json::Value value, Directory& out, bool (*read)(json::Value, Directory&)) {
  return value.is_missing() || (value.is_object() && read(value, out));
}

// Keys come from elsewhere, so they are escaped, too.
template <class Map, class Append>
void append_map(std::string& out, const Map& map, Append append) {
  out.push_back('{');
  for (const auto& [key, value] : map) {
    if (out.back() != '{') out.push_back(',');
    json::append_string(out, key);
    out.push_back(':');
    append(value);
  }
  out.push_back('}');
}

}  // namespace

std::string_view Directory::account_name(std::string_view account) const {
  const auto found = accounts.find(account);
  return found == accounts.end() ? std::string_view() : found->second.name;
}

const std::vector<std::string>* Directory::units_of(std::string_view account) const {
  const auto found = units.find(account);
  return found == units.end() ? nullptr : &found->second;
}

std::string_view Directory::user_name(std::string_view user_key) const {
  const std::size_t hash = user_key.find('#');
  if (hash != std::string_view::npos) {
    const std::string_view store = user_key.substr(0, hash);
    if (store.substr(store.rfind('/') + 1) != identity_store) return {};
    user_key.remove_prefix(hash + 1);
  }
  const auto found = users.find(user_key);
  return found == users.end() ? std::string_view() : found->second;
}

std::set<std::string> Directory::active_accounts() const {
  std::set<std::string> out;
  for (const auto& [id, account] : accounts) {
    if (account.is_active) out.insert(id);
  }
  return out;
}

void name_person(const Directory* directory, model::AccessEvent& event) {
  if (directory == nullptr || !event.principal.name.empty() || event.identity_store_user.empty()) return;
  const std::string_view name = directory->user_name(event.identity_store_user);
  if (name.empty()) return;
  event.principal.name = name;
  event.principal.name_source = "directory";
}

std::string to_json(const Directory& d) {
  std::string out;
  {
    json::Object object(out);
    object.text("schema", kSchema);
    object.time("accounts_at", d.accounts_at);
    object.time("units_at", d.units_at);
    object.time("users_at", d.users_at);
    object.time("permission_sets_at", d.permission_sets_at);
    object.text("identity_store", d.identity_store);
    append_map(object.key("accounts"), d.accounts, [&out](const DirectoryAccount& account) {
      json::Object one(out);
      json::append_string(one.key("name"), account.name);
      one.truth("active", account.is_active);
    });
    append_map(object.key("units"), d.units, [&out](const std::vector<std::string>& units) {
      json::append_list(out, units, [](std::string& to, const std::string& unit) { json::append_string(to, unit); });
    });
    append_map(object.key("users"), d.users, [&out](const std::string& name) { json::append_string(out, name); });
    append_map(object.key("permission_sets"), d.permission_sets,
               [&out](std::int64_t micros) { out += std::to_string(micros); });
  }
  return out + '\n';
}

Result<Directory> parse_directory(std::string_view text) {
  json::Doc doc;
  json::Limits limits;
  limits.max_depth = 16;
  limits.max_values = static_cast<std::uint32_t>(std::min(text.size() + 1, kMaxValues));
  if (!doc.parse(text, limits)) return Error{Errc::corrupt, "it is damaged: " + std::string(doc.damage().reason)};
  const json::Value root = doc.root();
  if (root["schema"].text() != kSchema) return Error{Errc::corrupt, "it is no directory"};
  Directory out;
  out.identity_store = root["identity_store"].text().substr(0, Directory::kMaxText);
  const bool good =
      read_time(root["accounts_at"], out.accounts_at) && read_time(root["units_at"], out.units_at) &&
      read_time(root["users_at"], out.users_at) && read_time(root["permission_sets_at"], out.permission_sets_at) &&
      read_object(root["accounts"], out, read_accounts) && read_object(root["units"], out, read_units) &&
      read_object(root["users"], out, read_users) && read_object(root["permission_sets"], out, read_permission_sets);
  if (!good) return Error{Errc::corrupt, "it holds what a directory does not"};
  return out;
}

}  // namespace gw::watch
