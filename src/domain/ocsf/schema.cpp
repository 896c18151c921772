// From the published schema, version 1.4.0: events/base_event, findings/finding and detection_finding, iam/authentication, the cloud
// profile, and the objects below, each with what `extends` brings along. Attributes that we never write are left out, so that
// one which is written without standing here is found.
#include "domain/ocsf/schema.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <vector>

namespace gw::ocsf {
namespace {

enum class Type : std::uint8_t { text, integer, boolean, texts, object, objects };

struct Attribute {
  std::string_view name;
  Type type = Type::text;
  bool is_required = false;
  std::vector<std::int64_t> values = {};  // of an enumeration
};

struct Object {
  std::string_view name;
  std::vector<Attribute> attributes;
  std::vector<std::string_view> one_of = {};  // at least one of them is there
};

constexpr bool kRequired = true;

std::vector<std::int64_t> up_to(std::int64_t last) {
  std::vector<std::int64_t> out;
  for (std::int64_t i = 0; i <= last; ++i) out.push_back(i);
  out.push_back(99);
  return out;
}

const std::vector<Object>& objects() {
  static const std::vector<Object> kObjects = {
      {"2004",
       {{"activity_id", Type::integer, kRequired, up_to(3)},
        {"status_id", Type::integer, false, up_to(5)},
        {"is_alert", Type::boolean},
        {"finding_info", Type::object, kRequired},
        {"evidences", Type::objects},
        {"resources", Type::objects}}},
      {"3002",
       {{"activity_id", Type::integer, kRequired, up_to(6)},
        {"status_id", Type::integer, false, up_to(2)},
        {"user", Type::object, kRequired},
        {"service", Type::object},
        {"src_endpoint", Type::object},
        {"auth_protocol_id", Type::integer, false, up_to(11)},
        {"is_mfa", Type::boolean}},
       {"service", "dst_endpoint"}},
      {"event",  // of every class
       {{"category_uid", Type::integer, kRequired},
        {"class_uid", Type::integer, kRequired, {2004, 3002}},
        {"type_uid", Type::integer, kRequired},
        {"severity_id", Type::integer, kRequired, up_to(6)},
        {"time", Type::integer, kRequired},
        {"metadata", Type::object, kRequired},
        {"cloud", Type::object, kRequired},  // by its profile
        {"activity_name"},
        {"status_code"},
        {"status_detail"},
        {"unmapped", Type::object}}},
      {"metadata",
       {{"product", Type::object, kRequired},
        {"version", Type::text, kRequired},
        {"profiles", Type::texts},
        {"uid"},
        {"event_code"}}},
      {"product", {{"vendor_name", Type::text, kRequired}, {"name"}, {"uid"}}, {"name", "uid"}},
      {"cloud", {{"provider", Type::text, kRequired}, {"account", Type::object}, {"region"}}},
      {"account", {{"name"}, {"uid"}}, {"name", "uid"}},
      {"finding_info",
       {{"title", Type::text, kRequired},
        {"uid", Type::text, kRequired},
        {"desc"},
        {"types", Type::texts},
        {"analytic", Type::object},
        {"created_time", Type::integer},
        {"first_seen_time", Type::integer},
        {"last_seen_time", Type::integer}}},
      {"analytic", {{"type_id", Type::integer, kRequired, up_to(11)}, {"name"}, {"uid"}}, {"name", "uid"}},
      {"evidences",
       {{"actor", Type::object}, {"api", Type::object}, {"src_endpoint", Type::object}},
       {"actor", "api", "src_endpoint"}},
      {"resources", {{"name"}, {"uid"}}, {"name", "uid"}},
      {"actor", {{"user", Type::object}}, {"process", "user", "invoked_by", "session", "app_name", "app_uid"}},
      {"user", {{"name"}, {"uid"}, {"uid_alt"}}, {"account", "name", "uid"}},
      {"api", {{"operation", Type::text, kRequired}, {"service", Type::object}, {"response", Type::object}}},
      {"service", {{"name"}, {"uid"}}, {"name", "uid"}},
      {"response", {{"error"}, {"error_message"}}},
      {"src_endpoint",
       {{"ip"}, {"name"}},
       {"ip", "uid", "name", "hostname", "svc_name", "instance_uid", "interface_uid", "interface_name", "domain"}},
  };
  return kObjects;
}

const Object* object_of(std::string_view name) {
  const auto& all = objects();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Object& o) { return o.name == name; });
  return found == all.end() ? nullptr : &*found;
}

bool is_empty(json::Value v) {
  return v.is_nothing() || v.raw() == "\"\"" || ((v.is_object() || v.is_array()) && v.first_child().is_missing());
}

std::int64_t integer(json::Value v) {
  std::int64_t out = -1;
  const std::string_view raw = v.raw();
  const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), out);
  return error == std::errc() && end == raw.data() + raw.size() ? out : -1;
}

bool is_of(json::Value v, Type type) {
  switch (type) {
    case Type::text: return v.is_string();
    case Type::integer: return integer(v) >= 0;
    case Type::boolean: return v.boolean().has_value();
    case Type::object: return v.is_object();
    case Type::texts:
    case Type::objects: break;
  }
  if (!v.is_array()) return false;
  for (json::Value e = v.first_child(); !e.is_missing(); e = e.next_sibling()) {
    if (type == Type::texts ? !e.is_string() : !e.is_object()) return false;
  }
  return true;
}

class Walk {
 public:
  // `shapes`: the tables that together say what stands in `value`.
  void check(json::Value value, const std::vector<const Object*>& shapes, const std::string& path) {
    std::vector<const Attribute*> known;
    for (const Object* shape : shapes) {
      for (const Attribute& a : shape->attributes) {
        known.push_back(&a);
        const json::Value v = value[a.name];
        if (v.is_missing() && !a.is_required) continue;
        one(v, a, path);
      }
      const bool any = shape->one_of.empty() || std::any_of(shape->one_of.begin(), shape->one_of.end(),
                                                            [&](auto name) { return !is_empty(value[name]); });
      if (!any) complain(path + "has none of what names it");
    }
    if (known.empty()) return;
    for (json::Value v = value.first_child(); !v.is_missing(); v = v.next_sibling()) {
      const bool is_known = std::any_of(known.begin(), known.end(), [&](auto* a) { return a->name == v.key(); });
      if (!is_known) complain(path + std::string(v.key()) + " is not of this class");
    }
  }
  void complain(std::string what) {
    if (found_.empty()) found_ = std::move(what);
  }
  [[nodiscard]] std::string found() const { return found_; }

 private:
  void one(json::Value v, const Attribute& a, const std::string& path) {
    const std::string at = path + std::string(a.name);
    if (is_empty(v)) return complain(at + " is missing");
    if (!is_of(v, a.type)) return complain(at + " is of another type");
    const bool is_listed =
        a.values.empty() || std::find(a.values.begin(), a.values.end(), integer(v)) != a.values.end();
    if (!is_listed) complain(at + " is none of its values");
    const Object* const inside = object_of(a.name);
    if (inside == nullptr) return;
    if (a.type == Type::object) check(v, {inside}, at + ".");
    if (a.type != Type::objects) return;
    for (json::Value e = v.first_child(); !e.is_missing(); e = e.next_sibling()) check(e, {inside}, at + ".");
  }
  std::string found_;
};

}  // namespace

std::string deviation(json::Value event) {
  const Object* const shape = object_of(event["class_uid"].raw());
  if (shape == nullptr) return "class_uid is missing, or another";
  Walk walk;
  walk.check(event, {object_of("event"), shape}, {});
  const std::int64_t class_uid = integer(event["class_uid"]);
  if (integer(event["type_uid"]) != class_uid * 100 + integer(event["activity_id"]))
    walk.complain("type_uid does not fit class_uid and activity_id");
  if (integer(event["category_uid"]) != class_uid / 1000) walk.complain("category_uid does not fit class_uid");
  if (integer(event["activity_id"]) == 99 && event["activity_name"].text().empty())
    walk.complain("activity_name is missing beside activity_id 99");
  return walk.found();
}

}  // namespace gw::ocsf
