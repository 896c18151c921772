#include "base/json/compact.h"

#include <algorithm>
#include <vector>

#include "base/json/write.h"

namespace gw::json {
namespace {

struct Member {
  std::string_view key;
  Value value;
};

// The members of an object, each key once.
std::vector<Member> members(Value object, unsigned occurrence) {
  std::vector<Member> out;
  std::vector<unsigned> counts;
  for (Value v = object.first_child(); !v.is_missing(); v = v.next_sibling()) {
    const auto known = std::find_if(out.begin(), out.end(), [&](const Member& m) { return m.key == v.key(); });
    if (known == out.end()) {
      out.push_back({v.key(), v});
      counts.push_back(0);
    } else if (unsigned& count = counts[static_cast<std::size_t>(known - out.begin())]; count < occurrence) {
      ++count;
      known->value = v;
    }
  }
  return out;
}

void append(std::string& out, Value value, unsigned occurrence, bool sorted) {
  bool first = true;
  if (value.is_object()) {
    std::vector<Member> list = members(value, occurrence);
    if (sorted) std::sort(list.begin(), list.end(), [](const Member& a, const Member& b) { return a.key < b.key; });
    out.push_back('{');
    for (const Member& m : list) {
      if (!first) out.push_back(',');
      first = false;
      append_string(out, m.key);
      out.push_back(':');
      append(out, m.value, occurrence, sorted);
    }
    out.push_back('}');
  } else if (value.is_array()) {
    out.push_back('[');
    for (Value v = value.first_child(); !v.is_missing(); v = v.next_sibling()) {
      if (!first) out.push_back(',');
      first = false;
      append(out, v, occurrence, sorted);
    }
    out.push_back(']');
  } else if (value.is_string()) {
    append_string(out, value.text());
  } else {
    out += value.raw();
  }
}

}  // namespace

void append_compact(std::string& out, Value value, unsigned occurrence) { append(out, value, occurrence, false); }
void append_canonical(std::string& out, Value value) { append(out, value, kLastOccurrence, true); }

}  // namespace gw::json
