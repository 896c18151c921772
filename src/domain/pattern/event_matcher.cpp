// How an event is matched.
//
// A walk over it (json::Walk) shows the scalars at the machine's places; each is looked up, and the leaves that hold are noted by
// their path. Then the trie of rules is gone through from its root: along the leaves that hold, or, where those are many and a
// state's own are few, along the state's.
//
// This knows nothing of which element of an array a value stood in, nor that of two equal keys the last counts. Where an event has
// objects in an array that is gone through, or a place twice, what comes out is more than matches: absences are taken for granted
// then, and each candidate is asked itself (eventbridge_match.cpp).
//
// What was noted carries the number of the event, so that nothing has to be cleared.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "base/json/walk.h"
#include "domain/pattern/confirm.h"
#include "domain/pattern/envelope.h"
#include "domain/pattern/event_machine.h"
#include "domain/pattern/event_screen.h"
#include "domain/pattern/letter_case.h"
#include "domain/pattern/numbers.h"

namespace gw::pattern {
namespace {

using Machine = EventMachine;
using json::Type;

constexpr json::Limits kLimits = {256, 1u << 20};

Node::Kind kind_of(Type type) {
  switch (type) {
    case Type::string: return Node::Kind::string;
    case Type::number: return Node::Kind::number;
    case Type::boolean: return Node::Kind::boolean;
    default: return Node::Kind::null;
  }
}

}  // namespace

struct EventMatcher::State {
  using Place = const Machine::Place*;

  explicit State(EventSet given)
      : set(std::move(given)),
        m(*set.machine_),
        visited(m.places.size()),
        held(m.leaf_count),
        taken(m.patterns.size()),
        paths(m.paths.size()),
        screen(m.literals),
        confirmer(m) {}

  // What json::Walk asks.
  [[nodiscard]] std::uint64_t key_filter(Place place) const { return place->key_filter; }
  [[nodiscard]] bool enters(Place place) const { return !place->children.empty(); }
  void array(Place place) { is_told = is_told && !tells(place); }
  void element(Place place) { irregular = irregular || !place->children.empty(); }
  Place find(Place place, std::string_view key) {
    std::uint32_t child = kNoNumber;
    if (place->hashed) {
      if (const TextTable::Entry* entry = m.keys.find(place->number, key)) child = entry->range.begin;
    } else {
      const Machine::Child* const children = m.children.data();
      const char* const keys = m.child_keys.data();
      for (std::uint32_t i = place->children.begin; i < place->children.end; ++i) {
        if (children[i].size != key.size() || !same_bytes(keys + children[i].key, key.data(), key.size())) continue;
        child = children[i].place;
        break;
      }
    }
    if (child == kNoNumber) return nullptr;
    // The members of an element are seen with every element, and that is told by element().
    if (visited[child] == event) {
      irregular = true;
      is_told = is_told && !tells(&m.places[child]);
    }
    visited[child] = event;
    return &m.places[child];
  }
  void value(Place place, Type type, std::string_view text) {
    if (place->told != Told::none && type == Type::string) told[static_cast<std::size_t>(place->told)] = text;
    if (place->path != kNoNumber) take(place->path, type, text);
  }

  // Whether the envelope is made of what stands there, or of a member.
  [[nodiscard]] bool tells(Place place) const {
    const auto has_told = [&](const Machine::Child& child) { return m.places[child.place].told != Told::none; };
    return place->told != Told::none ||
           std::any_of(m.children.data() + place->children.begin, m.children.data() + place->children.end, has_told);
  }

  void begin() {
    if (++event == 0) {  // once in four billion
      std::fill(visited.begin(), visited.end(), 0);
      std::fill(held.begin(), held.end(), 0);
      std::fill(taken.begin(), taken.end(), 0);
      for (PathNotes& path : paths) path = {};
      event = 1;
    }
    irregular = false;
    is_told = true;
    notes.clear();
    matched.clear();
  }

  // --- a scalar: which leaves hold

  // A scalar is looked up when it is asked for; mostly there is one at most, and it is not.
  void take(std::uint32_t path, Type type, std::string_view text) {
    PathNotes& here = paths[path];
    if (here.event != event) {
      here = {event, 0, 0, type, text};
      return;
    }
    settle(path);
    scalar(path, type, text);
  }
  void settle(std::uint32_t path) {
    PathNotes& here = paths[path];
    if (here.type == Type::missing) return;
    const Type type = std::exchange(here.type, Type::missing);
    here.begin = here.end = static_cast<std::uint32_t>(notes.size());
    scalar(path, type, here.text);
  }

  void note(std::uint32_t path, const std::uint32_t* from, const std::uint32_t* to) {
    PathNotes& here = paths[path];
    if (here.end != notes.size()) {  // another path came between: go on behind it
      const auto moved = static_cast<std::uint32_t>(notes.size());
      for (std::uint32_t i = here.begin; i < here.end; ++i) notes.push_back(notes[i]);
      here.begin = moved;
    }
    for (; from != to; ++from) {
      if (held[*from] == event) continue;
      held[*from] = event;
      notes.push_back(*from);
    }
    here.end = static_cast<std::uint32_t>(notes.size());
  }
  void note(std::uint32_t path, Range leaves) {
    note(path, m.leaves.data() + leaves.begin, m.leaves.data() + leaves.end);
  }
  void look_up(std::uint32_t path, Machine::Kind kind, std::string_view text) {
    if (const TextTable::Entry* entry = m.texts.find(path * Machine::kKinds + kind, text)) note(path, entry->range);
  }

  void scalar(std::uint32_t number, Type type, std::string_view text) {
    const Machine::Path& path = m.paths[number];
    note(number, path.always);
    switch (type) {
      case Type::string: string(number, path, text); break;
      case Type::null: note(number, path.is_null); break;
      case Type::boolean: note(number, text == "true" ? path.is_true : path.is_false); break;
      default: break;
    }
    const bool is_number = type == Type::number;
    if (path.tests.empty() && !(is_number && path.has[Machine::number_text])) return;
    EventScalar value{kind_of(type), text, type == Type::boolean && text == "true", false, 0};
    if (is_number) {
      buffer.assign(text);
      value.number = std::strtod(buffer.c_str(), nullptr) + 0.0;
      value.is_comparable = is_comparable(text, value.number);
      if (path.has[Machine::number_text]) look_up(number, Machine::number_text, text);
      if (value.is_comparable && path.has[Machine::number_bits])
        look_up(number, Machine::number_bits, {reinterpret_cast<const char*>(&value.number), sizeof value.number});
    }
    for (std::uint32_t i = path.tests.begin; i < path.tests.end; ++i) {
      const Machine::Test& one = m.tests[i];
      if (held[one.leaf] != event && holds(one.test, value)) note(number, &one.leaf, &one.leaf + 1);
    }
  }

  void string(std::uint32_t number, const Machine::Path& path, std::string_view text) {
    if (path.has[Machine::equal]) look_up(number, Machine::equal, text);
    if (path.has[Machine::prefix]) {
      for (std::uint32_t i = path.prefix_sizes.begin; i < path.prefix_sizes.end && m.sizes[i] <= text.size(); ++i)
        look_up(number, Machine::prefix, text.substr(0, m.sizes[i]));
    }
    if (path.has[Machine::suffix]) {
      for (std::uint32_t i = path.suffix_sizes.begin; i < path.suffix_sizes.end && m.sizes[i] <= text.size(); ++i)
        look_up(number, Machine::suffix, text.substr(text.size() - m.sizes[i]));
    }
    if (path.has[Machine::folded]) {
      buffer.assign(text);
      for (char& c : buffer) c = ascii_lower(c);
      look_up(number, Machine::folded, buffer);
    }
    if (path.has[Machine::address]) {
      if (const auto address = parse_address(text, false))
        look_up(number, Machine::address, {reinterpret_cast<const char*>(address->bytes.data()), address->size});
    }
  }

  // --- all of an event: which rules hold

  void absences() {
    for (const std::uint32_t path : m.absences) {
      PathNotes& here = paths[path];
      if (here.event == event && !irregular) continue;
      if (here.event == event) {
        settle(path);
      } else {
        const auto end = static_cast<std::uint32_t>(notes.size());
        here = {event, end, end, Type::missing, {}};
      }
      note(path, m.paths[path].absent);
    }
  }

  void follow() {
    open.assign(1, 0);
    while (!open.empty()) {
      const Machine::State& state = m.states[open.back()];
      const std::uint32_t number = open.back();
      open.pop_back();
      for (std::uint32_t i = state.patterns.begin; i < state.patterns.end; ++i) {
        const std::uint32_t pattern = m.accepted[i];
        if (taken[pattern] == event) continue;
        taken[pattern] = event;
        matched.push_back(pattern);
      }
      for (std::uint32_t i = state.steps.begin; i < state.steps.end; ++i) {
        const Machine::Step& step = m.steps[i];
        const PathNotes& here = paths[step.path];
        if (here.event != event) continue;
        settle(step.path);
        if (step.next.end - step.next.begin <= here.end - here.begin) {
          for (std::uint32_t e = step.next.begin; e < step.next.end; ++e)
            if (held[m.edges[e].leaf] == event) open.push_back(m.edges[e].to);
          continue;
        }
        for (std::uint32_t n = here.begin; n < here.end; ++n) {
          const std::uint32_t to = m.transitions.find(number, notes[n]);
          if (to != kNoNumber) open.push_back(to);
        }
      }
    }
  }

  // `text` answers the event.
  template <class Text>
  void finish(const Text& text) {
    absences();
    follow();
    if (irregular && !matched.empty()) confirmer.confirm(text(), matched);
  }

  // As event_of_record() does.
  void tell(json::Value record) {
    const EnvelopeParts p = parts_of_record(record);
    told = {p.source, {}, p.type, p.recipient, p.region, p.time, p.id, p.identity_account};
  }

  // The envelope of a record, of which the walk has told what it is made of.
  void envelope() {
    const auto known = [&](Told what) { return told[static_cast<std::size_t>(what)]; };
    for (const std::uint32_t path : m.envelope) {
      std::string_view text;
      switch (m.paths[path].told) {
        case Told::source: text = source = source_of(known(Told::source)); break;
        case Told::type: text = detail_type_of(known(Told::type)); break;
        case Told::recipient:
          text = known(Told::recipient).empty() ? known(Told::identity_account) : known(Told::recipient);
          break;
        case Told::version: text = "0"; break;
        case Told::region:
        case Told::time:
        case Told::id: text = known(m.paths[path].told); break;
        default: continue;
      }
      if (!text.empty()) take(path, Type::string, text);
    }
  }

  struct PathNotes {
    std::uint32_t event = 0;
    std::uint32_t begin = 0;  // into `notes`
    std::uint32_t end = 0;
    Type type = Type::missing;  // of a scalar that is not looked up yet
    std::string_view text;
  };

  EventSet set;
  const Machine& m;
  json::Doc doc;
  std::uint32_t event = 0;
  bool irregular = false;
  bool is_told = true;                 // `told` holds what a record says: each is one text, and stands there once
  std::vector<std::uint32_t> visited;  // place → event
  std::vector<std::uint32_t> held;     // leaf → event
  std::vector<std::uint32_t> taken;    // pattern → event
  std::vector<PathNotes> paths;
  std::vector<std::uint32_t> notes;  // leaves that hold
  std::vector<std::uint32_t> open;   // states to go on from
  std::array<std::string_view, kTold> told;
  EventScreen screen;
  std::string source;  // of the envelope
  std::string buffer;
  std::vector<std::uint32_t> matched;
  Confirmer confirmer;
};

EventMatcher::EventMatcher(EventSet set) : state_(nullptr) {
  if (set.machine_ == nullptr) set = EventSet::Builder().build();
  state_ = std::make_unique<State>(std::move(set));
}
EventMatcher::~EventMatcher() = default;
EventMatcher::EventMatcher(EventMatcher&&) noexcept = default;
EventMatcher& EventMatcher::operator=(EventMatcher&&) noexcept = default;

const std::vector<std::uint32_t>& EventMatcher::match(std::string_view event) {
  State& s = *state_;
  const auto text = [&] { return event; };
  s.begin();
  if (!s.screen.may_match(event) || !s.doc.index(event)) return s.matched;
  if (json::Walk<State>::next(s.doc, s, &s.m.places.front()) && s.doc.next_char() == '\0') {
    s.finish(text);
    return s.matched;
  }
  s.begin();
  if (!s.doc.parse(event, kLimits) || !s.doc.root().is_object()) return s.matched;
  json::Walk<State>::object(s.doc.root(), s, &s.m.places.front());
  s.finish(text);
  return s.matched;
}

const std::vector<std::uint32_t>& EventMatcher::match_record(json::Value record) {
  State& s = *state_;
  s.begin();
  s.told.fill({});
  json::Walk<State>::object(record, s, &s.m.places[s.m.detail]);
  if (!s.is_told) s.tell(record);
  s.envelope();
  std::string event;
  s.finish([&]() -> std::string_view { return event = event_of_record(record); });
  return s.matched;
}

const std::vector<std::uint32_t>* EventMatcher::match_next_record(json::Doc& doc) {
  State& s = *state_;
  s.begin();
  s.told.fill({});
  const std::size_t mark = doc.mark();
  if (!json::Walk<State>::next(doc, s, &s.m.places[s.m.detail])) return nullptr;
  const std::string_view source = s.told[static_cast<std::size_t>(Told::source)];
  bool sure = s.is_told && !source.empty() && !source.starts_with("aws:") &&
              !s.told[static_cast<std::size_t>(Told::name)].empty();
  if (sure) {
    s.envelope();
    s.absences();
    s.follow();
    sure = !s.irregular || s.matched.empty();  // else candidates are asked themselves, of the record's tape
  }
  if (sure) return &s.matched;
  doc.go_back(mark);
  return nullptr;
}

}  // namespace gw::pattern
