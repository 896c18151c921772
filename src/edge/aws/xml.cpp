#include "edge/aws/xml.h"

#include <algorithm>

#include "base/utf8.h"

namespace gw::aws {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == ':';
}

bool is_xml_char(std::uint32_t c) { return c >= 0x20 ? c != 0xFFFE && c != 0xFFFF : c == 9 || c == 10 || c == 13; }

bool is_clean(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Char c = next_utf8(text, at);
    if (!c.valid || !is_xml_char(c.code_point)) return false;
    at += c.length;
  }
  return true;
}

// `amp`, `#10`, `#xA`
bool append_reference(std::string& out, std::string_view name) {
  constexpr std::pair<std::string_view, char> kKnown[] = {
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
  for (const auto& [known, character] : kKnown) {
    if (name == known) return out += character, true;
  }
  if (!name.starts_with('#')) return false;
  name.remove_prefix(1);
  const std::uint32_t base = name.starts_with('x') ? 16 : 10;
  if (base == 16) name.remove_prefix(1);
  if (name.empty() || name.size() > 7) return false;
  std::uint32_t value = 0;
  for (const char c : name) {
    std::uint32_t digit = 99;
    if (c >= '0' && c <= '9') digit = static_cast<std::uint32_t>(c - '0');
    if (c >= 'a' && c <= 'f') digit = static_cast<std::uint32_t>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') digit = static_cast<std::uint32_t>(c - 'A') + 10;
    if (digit >= base) return false;
    value = value * base + digit;
  }
  const bool is_surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value > 0x10FFFF || is_surrogate || !is_xml_char(value)) return false;
  append_utf8(out, value);
  return true;
}

bool append_unescaped(std::string& out, std::string_view raw) {
  for (std::size_t at = 0; at < raw.size();) {
    const std::size_t mark = std::min(raw.find('&', at), raw.size());
    out += raw.substr(at, mark - at);
    if (mark == raw.size()) break;
    const std::size_t end = raw.find(';', mark);
    if (end == std::string_view::npos || !append_reference(out, raw.substr(mark + 1, end - mark - 1))) return false;
    at = end + 1;
  }
  return true;
}

}  // namespace

class XmlReader {
 public:
  XmlReader(std::string_view text, std::vector<XmlDoc::Node>& nodes) : text_(text), nodes_(nodes) {}

  bool read() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    if (skip("<?xml")) {
      const std::size_t end = text_.find("?>", at_);
      if (end == std::string_view::npos || !is_space(text_[at_])) return false;
      at_ = end + 2;
    }
    while (at_ < text_.size()) {
      if (!(text_[at_] == '<' ? read_markup() : read_text())) return false;
    }
    return open_.empty() && !nodes_.empty();
  }

 private:
  bool skip(std::string_view what) {
    if (!text_.substr(at_).starts_with(what)) return false;
    at_ += what.size();
    return true;
  }

  bool skip_spaces() {
    const std::size_t before = at_;
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    return at_ != before;
  }

  // What stands up to `end`, which is skipped; nullopt when it does not come.
  std::optional<std::string_view> take_until(std::string_view end) {
    const std::size_t found = text_.find(end, at_);
    if (found == std::string_view::npos) return std::nullopt;
    const std::string_view out = text_.substr(at_, found - at_);
    at_ = found + end.size();
    return out;
  }

  std::string_view take_name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  bool read_text() {
    const std::size_t end = std::min(text_.find('<', at_), text_.size());
    const std::string_view raw = text_.substr(at_, end - at_);
    at_ = end;
    if (open_.empty()) return std::all_of(raw.begin(), raw.end(), is_space);
    return raw.find("]]>") == std::string_view::npos && append_unescaped(nodes_[open_.back()].text, raw);
  }

  bool read_markup() {
    if (skip("<!--")) {
      const auto comment = take_until("--");
      return comment && skip(">");
    }
    if (skip("<![CDATA[")) {
      const auto raw = take_until("]]>");
      if (!raw || open_.empty()) return false;
      nodes_[open_.back()].text += *raw;
      return true;
    }
    if (skip("</")) return read_end();
    ++at_;
    return read_start();
  }

  bool read_end() {
    const std::string_view name = take_name();
    skip_spaces();
    if (open_.empty() || name != names_.back() || !skip(">")) return false;
    open_.pop_back();
    names_.pop_back();
    return true;
  }

  bool read_start() {
    const std::string_view name = take_name();
    const bool is_second_root = open_.empty() && !nodes_.empty();
    if (name.empty() || is_second_root || open_.size() == XmlDoc::kMaxDepth || nodes_.size() == XmlDoc::kMaxElements) {
      return false;
    }
    add(name);
    for (;;) {
      const bool spaced = skip_spaces();
      if (skip(">")) {
        open_.push_back(static_cast<std::uint32_t>(nodes_.size() - 1));
        names_.push_back(name);
        return true;
      }
      if (skip("/>")) return true;
      if (!spaced || !read_attribute()) return false;
    }
  }

  bool read_attribute() {
    if (take_name().empty()) return false;
    skip_spaces();
    if (!skip("=")) return false;
    skip_spaces();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '"' && quote != '\'') return false;
    ++at_;
    const auto value = take_until(std::string_view(&quote, 1));
    std::string ignored;
    return value && value->find('<') == std::string_view::npos && append_unescaped(ignored, *value);
  }

  void add(std::string_view name) {
    const auto index = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back({std::string(name.substr(name.rfind(':') + 1)), {}, 0, 0, 0});
    if (open_.empty()) return;
    XmlDoc::Node& parent = nodes_[open_.back()];
    if (parent.first == 0) {
      parent.first = index;
    } else {
      nodes_[parent.last].next = index;
    }
    parent.last = index;
  }

  std::string_view text_;
  std::vector<XmlDoc::Node>& nodes_;
  std::size_t at_ = 0;
  std::vector<std::uint32_t> open_;
  std::vector<std::string_view> names_;  // of the open ones, with prefix
};

std::optional<XmlDoc> XmlDoc::parse(std::string_view text) {
  XmlDoc doc;
  if (!is_clean(text) || !XmlReader(text, doc.nodes_).read()) return std::nullopt;
  return doc;
}

std::string_view XmlElement::name() const { return is_missing() ? std::string_view{} : doc_->nodes_[node_].name; }

const std::string& XmlElement::text() const {
  static const std::string kNothing;
  return is_missing() ? kNothing : doc_->nodes_[node_].text;
}

XmlElement XmlElement::first_child() const {
  if (is_missing() || doc_->nodes_[node_].first == 0) return {};
  return {doc_, doc_->nodes_[node_].first};
}

XmlElement XmlElement::next_sibling() const {
  if (is_missing() || doc_->nodes_[node_].next == 0) return {};
  return {doc_, doc_->nodes_[node_].next};
}

XmlElement XmlElement::operator[](std::string_view name) const {
  XmlElement child = first_child();
  while (!child.is_missing() && child.name() != name) child = child.next_sibling();
  return child;
}

}  // namespace gw::aws
