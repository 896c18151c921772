// What events of access and alerts have in common; for this folder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json/write.h"
#include "domain/model/access_event.h"

namespace gw::ocsf {

// One JSON object; an inner one is ended before the outer one goes on.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_.push_back('{'); }
  std::string& key(std::string_view name) {
    if (any_) out_.push_back(',');
    any_ = true;
    out_.push_back('"');
    out_ += name;
    out_ += "\":";
    return out_;
  }
  void text(std::string_view name, std::string_view value) {
    if (!value.empty()) json::append_string(key(name), value);
  }
  void number(std::string_view name, std::int64_t value) { key(name) += std::to_string(value); }
  void flag(std::string_view name, bool value) { key(name) += value ? "true" : "false"; }
  void end() { out_.push_back('}'); }

 private:
  std::string& out_;
  bool any_ = false;
};

// An object `user`: never an empty one.
void append_user(std::string& out, const model::Principal& principal);
// `src_endpoint`, where there is an address: as `ip` when it is one, else as `name`.
void append_endpoint(Object& into, std::string_view address);
void append_metadata(Object& event, std::string_view uid, std::string_view code);

}  // namespace gw::ocsf
