// yaml-cpp tells events; the handler builds the tree from them and counts what it builds. Two kinds of damage: what the
// reader can go on after (a key twice, a tag) is noted, the rest (grammar, bounds) ends the reading.
#include "app/config/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

#include "base/utf8.h"

namespace gw::app {
namespace {

struct Stop {
  YamlDamage damage;
};

Place place_of(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1, {}};
}

struct Extent {
  std::size_t nodes = 1;
  std::size_t depth = 1;
  std::size_t bytes = 0;
};

Extent extent_of(const Node& node) {
  Extent extent{1, 1, node.text.size()};
  const auto add = [&](const Node& child, std::size_t key_bytes) {
    const Extent inner = extent_of(child);
    extent.nodes += inner.nodes;
    extent.bytes += inner.bytes + key_bytes;
    extent.depth = std::max(extent.depth, inner.depth + 1);
  };
  for (const Node& item : node.items) add(item, 0);
  for (const Node::Member& member : node.members) add(member.value, member.key.size());
  return extent;
}

bool is_null_text(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

bool is_known_tag(const std::string& tag) {
  constexpr std::string_view kYaml = "tag:yaml.org,2002:";
  if (tag.empty() || tag == "?" || tag == "!") return true;
  if (!std::string_view(tag).starts_with(kYaml)) return false;
  const std::string_view name = std::string_view(tag).substr(kYaml.size());
  for (const std::string_view known : {"str", "int", "bool", "null", "float", "timestamp", "seq", "map"}) {
    if (name == known) return true;
  }
  return false;
}

class Builder : public YAML::EventHandler {
 public:
  Builder(Parsed& out, YamlLimits limits) : out_(out), limits_(limits) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) throw Stop{{place_of(mark), "a second document begins here; a configuration is one document"}};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(Node{}, mark, anchor); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& text) override {
    check_tag(mark, tag);
    Node node;
    node.quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    if (node.quoted || !is_null_text(text)) {
      node.kind = Node::Kind::scalar;
      node.text = text;
    }
    add(std::move(node), mark, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw Stop{{place_of(mark), "an alias refers to a value that contains it"}};
    Node copy = found->second;
    const Extent extent = extent_of(copy);
    if (open_.size() + extent.depth > limits_.depth) too_deep(mark);
    count(place_of(mark), extent.nodes - 1, extent.bytes - copy.text.size());
    add(std::move(copy), mark, 0);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(Node::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    Node node;
    YAML::anchor_t anchor = 0;
    bool expects_key = true;  // of a map
    bool skips_value = false;
    std::string key;
    Place key_place;
  };

  void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (!is_known_tag(tag)) note(place_of(mark), "tags have no meaning here");
  }
  void note(Place place, std::string message) {
    if (out_.damage.size() < 100) out_.damage.push_back({std::move(place), std::move(message)});
  }
  [[noreturn]] static void too_deep(const YAML::Mark& mark) {
    throw Stop{{place_of(mark), "nested too deeply"}};
  }
  void count(const Place& place, std::size_t nodes, std::size_t bytes) {
    nodes_ += nodes;
    bytes_ += bytes;
    if (nodes_ > limits_.nodes || bytes_ > limits_.text_bytes) {
      throw Stop{{place, "too large: a configuration has at most " + std::to_string(limits_.nodes) +
                                      " values, those that aliases repeat included"}};
    }
  }
  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    check_tag(mark, tag);
    if (open_.size() + 1 > limits_.depth) too_deep(mark);
    count(place_of(mark), 1, 0);
    Open open;
    open.node.kind = kind;
    open.node.place = place_of(mark);
    open.anchor = anchor;
    open_.push_back(std::move(open));
  }
  void close() {
    Open open = std::move(open_.back());
    open_.pop_back();
    finish(std::move(open.node), open.anchor);
  }
  void add(Node node, const YAML::Mark& mark, YAML::anchor_t anchor) {
    node.place = place_of(mark);
    count(place_of(mark), 1, node.text.size());
    finish(std::move(node), anchor);
  }
  void finish(Node node, YAML::anchor_t anchor) {
    if (anchor != 0) {  // the copy that aliases will be made from costs like one
      const Extent extent = extent_of(node);
      count(node.place, extent.nodes, extent.bytes);
      anchors_[anchor] = node;
    }
    if (open_.empty()) {
      out_.root = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.is_list()) {
      parent.node.items.push_back(std::move(node));
    } else if (parent.expects_key) {
      take_key(parent, std::move(node));
    } else {
      parent.expects_key = true;
      if (!parent.skips_value) {
        parent.node.members.push_back({std::move(parent.key), parent.key_place, std::move(node)});
      }
    }
  }
  void take_key(Open& parent, Node node) {
    parent.expects_key = false;
    parent.skips_value = true;
    parent.key_place = node.place;
    if (!node.is_scalar()) {
      note(node.place, "a key must be a plain text");
      return;
    }
    if (node.text == "<<" && !node.quoted) {
      note(node.place, "merge keys (<<) are not supported; write the keys out, or use an alias for a whole value");
      return;
    }
    const auto same = [&](const Node::Member& m) { return m.key == node.text; };
    const auto first = std::find_if(parent.node.members.begin(), parent.node.members.end(), same);
    if (first != parent.node.members.end()) {
      note(node.place, "the key is there twice; the first is in line " + std::to_string(first->place.line));
      return;
    }
    parent.skips_value = false;
    parent.key = std::move(node.text);
  }

  Parsed& out_;
  YamlLimits limits_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Node> anchors_;
  std::size_t documents_ = 0;
  std::size_t nodes_ = 0;
  std::size_t bytes_ = 0;
};

// The first byte that no configuration may hold, by place; UTF-16 ends here too.
std::optional<YamlDamage> unreadable(std::string_view text) {
  Place place{1, 1, {}};
  for (std::size_t i = 0; i < text.size();) {
    const Utf8Char c = next_utf8(text, i);
    if (!c.valid) return YamlDamage{place, "not UTF-8"};
    const bool control = (c.code_point < 0x20 && c.code_point != '\n' && c.code_point != '\r' && c.code_point != '\t') ||
                         (c.code_point >= 0x7F && c.code_point < 0xA0);
    if (control) return YamlDamage{place, "a control character"};
    if (is_unsafe_to_show(c.code_point) && c.code_point >= 0xA0 && !(i == 0 && c.code_point == 0xFEFF)) {
      return YamlDamage{place, "an invisible or direction-changing character"};
    }
    i += c.length;
    ++place.column;
    if (c.code_point == '\n') place = {place.line + 1, 1, {}};
  }
  return std::nullopt;
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (const Member& member : members) {
    if (member.key == key) return member.value.is_null() ? nullptr : &member.value;
  }
  return nullptr;
}

Node& Node::set(std::string_view key) {
  if (is_null()) kind = Kind::map;
  for (Member& member : members) {
    if (member.key == key) return member.value;
  }
  members.push_back({std::string(key), {}, {}});
  return members.back().value;
}

std::string_view to_string(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::null: return "nothing";
    case Node::Kind::scalar: return "a single value";
    case Node::Kind::list: return "a list";
    case Node::Kind::map: return "a mapping";
  }
  return "nothing";
}

Node scalar_node(std::string_view text, const Place& place) {
  Node node;
  node.kind = Node::Kind::scalar;
  node.text = text;
  node.quoted = true;
  node.place = place;
  return node;
}

Parsed parse_yaml(std::string_view text, YamlLimits limits) {
  Parsed parsed;
  if (auto damage = unreadable(text)) {
    parsed.damage.push_back(std::move(*damage));
    return parsed;
  }
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Builder builder(parsed, limits);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop& stop) {
    parsed.damage.push_back(stop.damage);
  } catch (const YAML::Exception& e) {
    parsed.damage.push_back({place_of(e.mark), "YAML: " + e.msg});
  } catch (const std::exception& e) {
    parsed.damage.push_back({{}, std::string("YAML: ") + e.what()});
  }
  return parsed;
}

}  // namespace gw::app
