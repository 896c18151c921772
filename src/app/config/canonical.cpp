#include "app/config/canonical.h"

#include <map>
#include <utility>

#include "app/config/config.h"
#include "base/json/write.h"
#include "base/sha256.h"

namespace gw::app {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{4} << 20;
constexpr unsigned kMaxDepth = 64;

void append_texts(std::string& out, const std::vector<std::string>& texts) {
  out.push_back('[');
  bool first = true;
  for (const std::string& text : texts) {
    if (!std::exchange(first, false)) out.push_back(',');
    json::append_string(out, text);
  }
  out.push_back(']');
}

// What decides: names from elsewhere (--accounts, --people) are not in it.
void append_watch(std::string& out, const watch::Watch& w) {
  out.push_back('[');
  json::append_string(out, w.name);
  for (const std::vector<std::string>* list : {&w.accounts, &w.roles, &w.principals, &w.receivers}) {
    out.push_back(',');
    append_texts(out, *list);
  }
  std::vector<std::string> mechanisms;
  for (const model::Mechanism m : w.mechanisms) mechanisms.emplace_back(to_string(m));
  out.push_back(',');
  append_texts(out, mechanisms);
  out.push_back(',');
  json::append_string(out, to_string(w.severity));
  out.push_back(']');
}

}  // namespace

bool append_canonical(std::string& out, const YAML::Node& node, unsigned depth) {
  if (depth > kMaxDepth || out.size() > kMaxBytes) return false;
  bool first = true;
  switch (node.Type()) {
    case YAML::NodeType::Scalar: json::append_string(out, node.Scalar()); return true;
    case YAML::NodeType::Sequence:
      out.push_back('[');
      for (const auto& item : node) {
        if (!std::exchange(first, false)) out.push_back(',');
        if (!append_canonical(out, item, depth + 1)) return false;
      }
      out.push_back(']');
      return true;
    case YAML::NodeType::Map: {
      std::map<std::string, YAML::Node> members;
      for (const auto& member : node) {
        if (member.first.IsScalar() && !member.second.IsNull()) members.emplace(member.first.Scalar(), member.second);
      }
      out.push_back('{');
      for (const auto& [key, value] : members) {
        if (!std::exchange(first, false)) out.push_back(',');
        json::append_string(out, key);
        out.push_back(':');
        if (!append_canonical(out, value, depth + 1)) return false;
      }
      out.push_back('}');
      return true;
    }
    default: out += "null"; return true;
  }
}

std::string config_hash(const AppConfig& config) {
  std::string text = "glasswatch.config.v1\n" + config.canonical + "\n" + config.mode + "\n";
  for (const watch::Watch& w : config.watch.watches) append_watch(text, w);
  return sha256_hex(text);
}

}  // namespace gw::app
