// XML as AWS answers it, read strictly: elements, attributes, text, CDATA, the five entities and character references. What
// could surprise is refused: document types, processing instructions, deep nesting, damaged UTF-8. Pure; safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gw::aws {

class XmlDoc;

// An element, or a missing one. Lives as long as its XmlDoc.
class XmlElement {
 public:
  XmlElement() = default;
  [[nodiscard]] bool is_missing() const { return doc_ == nullptr; }
  [[nodiscard]] std::string_view name() const;  // without prefix
  // All text directly in it, unescaped. Empty when missing.
  [[nodiscard]] const std::string& text() const;
  // The first child of that name, or a missing element; also of a missing element.
  [[nodiscard]] XmlElement operator[](std::string_view name) const;
  [[nodiscard]] XmlElement first_child() const;
  [[nodiscard]] XmlElement next_sibling() const;

 private:
  friend class XmlDoc;
  XmlElement(const XmlDoc* doc, std::uint32_t node) : doc_(doc), node_(node) {}
  const XmlDoc* doc_ = nullptr;
  std::uint32_t node_ = 0;
};

class XmlDoc {
 public:
  static constexpr std::size_t kMaxDepth = 32;
  static constexpr std::size_t kMaxElements = 100'000;

  // nullopt when damaged or not accepted.
  [[nodiscard]] static std::optional<XmlDoc> parse(std::string_view text);
  [[nodiscard]] XmlElement root() const { return {this, 0}; }

 private:
  friend class XmlElement;
  friend class XmlReader;
  struct Node {
    std::string name;
    std::string text;
    std::uint32_t first = 0;  // child; 0: none
    std::uint32_t last = 0;
    std::uint32_t next = 0;  // sibling
  };
  std::vector<Node> nodes_;
};

}  // namespace gw::aws
