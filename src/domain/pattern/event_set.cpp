// How a set is compiled.
//
// Patterns are rules (eventbridge.h), rules are conditions, and a condition is a path and a leaf: the alternatives there. Equal leaves of a
// path are one. What is made of them:
//
//   places       a trie over the names of all paths; a walk over an event goes only where it goes. A key with dots is a path, so
//                each place also knows its descendants by their names joined with dots.
//   texts        for each path, from a value to the leaves that hold for it: by hash for what is equal, begins or ends alike, or is
//                equal but for case; other tests are asked one by one.
//   states       a trie over rules: its conditions in one order of paths for all rules, so that rules share their beginnings. From a state
//                the leaves that hold on its next paths lead on; a state at the end of a rule knows its patterns.
//
// The order puts the path with the most different leaves first, so that few states are reached. Cost of a match: the walk, a look-up a
// value, and a look-up a state that is reached.
#include "domain/pattern/event_set.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <unordered_map>

#include "base/json/walk.h"
#include "domain/pattern/event_machine.h"
#include "domain/pattern/event_screen.h"
#include "domain/pattern/letter_case.h"

namespace gw::pattern {

namespace {

using Machine = EventMachine;

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string folded(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = ascii_lower(c);
  return out;
}

template <class T>
std::uint32_t size_of(const std::vector<T>& vector) {
  return static_cast<std::uint32_t>(vector.size());
}

}  // namespace

struct EventSet::Builder::State {
  struct Condition {
    std::uint32_t path;
    std::uint32_t leaf;
  };
  struct Rule {
    Range conditions;
    std::uint32_t pattern;
  };
  // Of a path, while leaves are still being added; keyed as Machine::texts is.
  struct Leaves {
    std::vector<std::uint32_t> always, is_null, is_true, is_false, absent;
    std::vector<Machine::Test> tests;
    std::vector<std::uint32_t> prefix_sizes, suffix_sizes;
    std::uint32_t count = 0;  // of different leaves
  };

  explicit State(EventLimits given) : limits(given), machine(std::make_unique<Machine>()) {}

  EventLimits limits;
  std::unique_ptr<Machine> machine;
  TextTable path_names;  // joined by a zero
  std::vector<std::vector<std::string>> path_steps;
  std::vector<Leaves> paths;
  TextTable leaf_names;                              // under their path
  std::vector<std::vector<std::uint32_t>> postings;  // of each entry of Machine::texts
  std::vector<Condition> conditions;
  std::vector<Rule> rules;
  ScreenTexts screen;
  std::string key;

  std::uint32_t path_of(const std::vector<std::string>& steps) {
    key.clear();
    for (const std::string& step : steps) {
      key += step;
      key += '\0';
    }
    const std::uint32_t number = path_names.add(0, key);
    if (number == path_steps.size()) {
      path_steps.push_back(steps);
      paths.emplace_back();
      machine->paths.emplace_back();
    }
    return number;
  }

  void post(std::uint32_t path, Machine::Kind kind, std::string_view text, std::uint32_t leaf) {
    machine->paths[path].has[kind] = true;
    const std::uint32_t entry = machine->texts.add(path * Machine::kKinds + kind, text);
    if (entry == postings.size()) postings.emplace_back();
    if (postings[entry].empty() || postings[entry].back() != leaf) postings[entry].push_back(leaf);
  }
  void post_bytes(std::uint32_t path, Machine::Kind kind, const void* bytes, std::size_t size, std::uint32_t leaf) {
    post(path, kind, {static_cast<const char*>(bytes), size}, leaf);
  }

  std::uint32_t leaf_of(std::uint32_t path, const std::vector<ValueTest>& tests) {
    key.clear();
    for (const ValueTest& test : tests) append_test(key, test);
    const std::uint32_t leaf = leaf_names.add(path, key);
    if (leaf == machine->leaf_count) {
      ++machine->leaf_count;
      ++paths[path].count;
      for (const ValueTest& test : tests) add_test(path, test, leaf);
    }
    return leaf;
  }

  void add_test(std::uint32_t path, const ValueTest& test, std::uint32_t leaf) {
    using Kind = ValueTest::Kind;
    Leaves& into = paths[path];
    if (test.kind == Kind::exists) return into.always.push_back(leaf);
    if (test.kind == Kind::absent) return into.absent.push_back(leaf);
    const auto one_by_one = [&] { into.tests.push_back({test, leaf}); };
    if (test.negated || test.kind == Kind::numeric || test.kind == Kind::cidr || test.kind == Kind::wildcard)
      return one_by_one();
    const Node& value = test.values.front();
    switch (test.kind) {
      case Kind::exact: return add_value(path, test, value, leaf);
      case Kind::prefix:
        if (test.ignore_case) return one_by_one();
        into.prefix_sizes.push_back(static_cast<std::uint32_t>(value.text.size()));
        return post(path, Machine::prefix, value.text, leaf);
      case Kind::suffix:
        if (test.ignore_case) return one_by_one();
        into.suffix_sizes.push_back(static_cast<std::uint32_t>(value.text.size()));
        return post(path, Machine::suffix, value.text, leaf);
      default:
        if (!is_ascii(value.text)) return one_by_one();
        return post(path, Machine::folded, folded(value.text), leaf);
    }
  }

  void add_value(std::uint32_t path, const ValueTest& test, const Node& value, std::uint32_t leaf) {
    Leaves& into = paths[path];
    switch (value.kind) {
      case Node::Kind::null: return into.is_null.push_back(leaf);
      case Node::Kind::boolean: return (value.truth ? into.is_true : into.is_false).push_back(leaf);
      case Node::Kind::number: {
        post(path, Machine::number_text, value.text, leaf);
        const double number = value.number + 0.0;  // of two zeros one
        if (value.is_comparable) post_bytes(path, Machine::number_bits, &number, sizeof number, leaf);
        return;
      }
      default:
        post(path, Machine::equal, value.text, leaf);
        if (test.block.size != 0) post_bytes(path, Machine::address, test.block.bytes.data(), test.block.size, leaf);
    }
  }

  void build_places();
  std::uint32_t place_below(std::vector<std::map<std::string, std::uint32_t>>& tries, std::uint32_t place,
                            const std::string& name);
  void build_told(std::vector<std::map<std::string, std::uint32_t>>& tries);
  void build_paths();
  void build_states();
};

// One trie level: the child of `place` called `name`, of a new one when there was none.
std::uint32_t EventSet::Builder::State::place_below(std::vector<std::map<std::string, std::uint32_t>>& tries,
                                                    std::uint32_t place, const std::string& name) {
  const auto [at, fresh] = tries[place].try_emplace(name, size_of(machine->places));
  if (fresh) {
    machine->places.emplace_back().number = at->second;
    tries.emplace_back();
  }
  return at->second;
}

void EventSet::Builder::State::build_places() {
  std::vector<std::map<std::string, std::uint32_t>> tries(1);
  machine->places.emplace_back();
  for (std::uint32_t path = 0; path < path_steps.size(); ++path) {
    std::vector<std::uint32_t> way = {0};
    for (const std::string& name : path_steps[path]) way.push_back(place_below(tries, way.back(), name));
    machine->places[way.back()].path = path;
    machine->paths[path].place = way.back();
    if (path_steps[path].front() == "detail") {
      machine->detail = way[1];
    } else {
      machine->envelope.push_back(path);
    }
  }
  build_told(tries);
  // Descendants by their names joined with dots.
  std::vector<std::vector<std::pair<std::string, std::uint32_t>>> children(tries.size());
  for (std::uint32_t from = 0; from < tries.size(); ++from) {
    std::vector<std::pair<std::uint32_t, std::string>> open = {{from, ""}};
    while (!open.empty()) {
      const auto [place, prefix] = std::move(open.back());
      open.pop_back();
      for (const auto& [name, below] : tries[place]) {
        std::string key_here = place == from ? name : prefix + "." + name;
        children[from].emplace_back(key_here, below);
        open.emplace_back(below, std::move(key_here));
      }
    }
  }
  constexpr std::size_t kFew = 12;
  for (std::uint32_t i = 0; i < tries.size(); ++i) {
    Machine::Place& place = machine->places[i];
    place.children.begin = size_of(machine->children);
    place.hashed = children[i].size() > kFew;
    for (const auto& [name, below] : children[i]) {
      place.key_filter |= json::key_bit(name);
      if (place.hashed) {
        const std::uint32_t entry = machine->keys.add(i, name);
        machine->keys.entries()[entry].range.begin = below;
      }
      machine->children.push_back(
          {static_cast<std::uint32_t>(name.size()), static_cast<std::uint32_t>(machine->child_keys.size()), below});
      machine->child_keys += name;
    }
    place.children.end = size_of(machine->children);
  }
}

// Fields of the envelope are made of those of a record, which are places then, too.
void EventSet::Builder::State::build_told(std::vector<std::map<std::string, std::uint32_t>>& tries) {
  const auto told_by = [&](const char* name, Told told) {
    machine->places[place_below(tries, machine->detail, name)].told = told;
  };
  if (machine->detail == kNoNumber) machine->detail = place_below(tries, 0, "detail");
  told_by("eventSource", Told::source);
  told_by("eventName", Told::name);
  if (machine->envelope.empty()) return;
  told_by("eventType", Told::type);
  told_by("recipientAccountId", Told::recipient);
  told_by("awsRegion", Told::region);
  told_by("eventTime", Told::time);
  told_by("eventID", Told::id);
  const std::uint32_t identity = place_below(tries, machine->detail, "userIdentity");
  machine->places[place_below(tries, identity, "accountId")].told = Told::identity_account;
  const std::pair<const char*, Told> kNames[] = {{"source", Told::source},     {"detail-type", Told::type},
                                                 {"account", Told::recipient}, {"region", Told::region},
                                                 {"time", Told::time},         {"id", Told::id},
                                                 {"version", Told::version}};
  for (const std::uint32_t path : machine->envelope) {
    for (const auto& [name, told] : kNames) {
      if (path_steps[path].size() == 1 && path_steps[path].front() == name) machine->paths[path].told = told;
    }
  }
}

void EventSet::Builder::State::build_paths() {
  const auto put = [&](const std::vector<std::uint32_t>& from) {
    const std::uint32_t begin = size_of(machine->leaves);
    machine->leaves.insert(machine->leaves.end(), from.begin(), from.end());
    return Range{begin, size_of(machine->leaves)};
  };
  const auto put_sizes = [&](std::vector<std::uint32_t>& from) {
    std::sort(from.begin(), from.end());
    from.erase(std::unique(from.begin(), from.end()), from.end());
    const std::uint32_t begin = size_of(machine->sizes);
    machine->sizes.insert(machine->sizes.end(), from.begin(), from.end());
    return Range{begin, size_of(machine->sizes)};
  };
  for (std::uint32_t i = 0; i < paths.size(); ++i) {
    Leaves& from = paths[i];
    Machine::Path& to = machine->paths[i];
    to.always = put(from.always);
    to.is_null = put(from.is_null);
    to.is_true = put(from.is_true);
    to.is_false = put(from.is_false);
    to.absent = put(from.absent);
    to.prefix_sizes = put_sizes(from.prefix_sizes);
    to.suffix_sizes = put_sizes(from.suffix_sizes);
    to.tests.begin = size_of(machine->tests);
    std::move(from.tests.begin(), from.tests.end(), std::back_inserter(machine->tests));
    to.tests.end = size_of(machine->tests);
    if (!to.absent.empty()) machine->absences.push_back(i);
  }
  std::vector<TextTable::Entry>& entries = machine->texts.entries();
  for (std::size_t i = 0; i < entries.size(); ++i) entries[i].range = put(postings[i]);
}

void EventSet::Builder::State::build_states() {
  const auto before = [&](const Condition& a, const Condition& b) {
    const std::uint32_t of_a = paths[a.path].count;
    const std::uint32_t of_b = paths[b.path].count;
    return of_a != of_b ? of_a > of_b : a.path < b.path;
  };
  struct Edge {
    std::uint32_t from;
    std::uint32_t path;
    std::uint32_t leaf;
    std::uint32_t to;
  };
  std::vector<Edge> all;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ends;  // state and pattern
  std::uint32_t states = 1;
  for (const Rule& rule : rules) {
    const auto begin = conditions.begin() + rule.conditions.begin;
    const auto end = conditions.begin() + rule.conditions.end;
    std::sort(begin, end, before);
    std::uint32_t state = 0;
    for (auto condition = begin; condition != end; ++condition) {
      std::uint32_t next = machine->transitions.find(state, condition->leaf);
      if (next == kNoNumber) {
        next = states++;
        machine->transitions.add(state, condition->leaf, next);
        all.push_back({state, condition->path, condition->leaf, next});
      }
      state = next;
    }
    ends.emplace_back(state, rule.pattern);
  }
  std::sort(ends.begin(), ends.end());
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
  std::sort(all.begin(), all.end(), [](const Edge& a, const Edge& b) {
    return a.from != b.from ? a.from < b.from : a.path != b.path ? a.path < b.path : a.leaf < b.leaf;
  });
  machine->states.resize(states);
  for (const auto& [state, pattern] : ends) {
    Range& range = machine->states[state].patterns;
    if (range.empty()) range.begin = size_of(machine->accepted);
    machine->accepted.push_back(pattern);
    range.end = size_of(machine->accepted);
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool new_state = i == 0 || all[i].from != all[i - 1].from;
    Range& steps = machine->states[all[i].from].steps;
    if (new_state) steps.begin = size_of(machine->steps);
    if (new_state || all[i].path != all[i - 1].path)
      machine->steps.push_back({all[i].path, {size_of(machine->edges), 0}});
    machine->edges.push_back({all[i].leaf, all[i].to});
    machine->steps.back().next.end = size_of(machine->edges);
    steps.end = size_of(machine->steps);
  }
}

EventSet::Builder::Builder(EventLimits limits) : state_(std::make_unique<State>(limits)) {}
EventSet::Builder::~Builder() = default;

std::optional<PatternError> EventSet::Builder::add(std::string_view text) {
  auto parsed = parse_event_pattern(text, state_->limits);
  if (auto* error = std::get_if<PatternError>(&parsed)) return std::move(*error);
  add(*std::get_if<EventPattern>(&parsed), text);
  return std::nullopt;
}

void EventSet::Builder::add(const EventPattern& pattern, std::string_view text) {
  State& s = *state_;
  Machine& machine = *s.machine;
  const std::uint32_t number = size_of(machine.patterns);
  const auto begin = static_cast<std::uint32_t>(machine.pattern_texts.size());
  machine.pattern_texts += text;
  machine.patterns.push_back({begin, static_cast<std::uint32_t>(machine.pattern_texts.size())});
  s.screen.add(pattern);
  std::vector<std::uint32_t> paths;
  paths.reserve(pattern.paths.size());
  for (const auto& steps : pattern.paths) paths.push_back(s.path_of(steps));
  // A leaf stands at one path.
  std::vector<std::uint32_t> leaves(pattern.leaves.size(), kNoNumber);
  for (const EventPattern::Rule& rule : pattern.rules) {
    const std::uint32_t first = size_of(s.conditions);
    for (const EventPattern::Condition& condition : rule) {
      std::uint32_t& leaf = leaves[condition.leaf];
      if (leaf == kNoNumber) leaf = s.leaf_of(paths[condition.path], pattern.leaves[condition.leaf]);
      s.conditions.push_back({paths[condition.path], leaf});
    }
    s.rules.push_back({{first, size_of(s.conditions)}, number});
  }
}

EventSet EventSet::Builder::build() && {
  state_->build_places();
  state_->build_paths();
  state_->build_states();
  state_->machine->literals = std::move(state_->screen).build();
  EventSet set;
  set.machine_ = std::move(state_->machine);
  return set;
}

std::size_t EventSet::size() const { return machine_ == nullptr ? 0 : machine_->patterns.size(); }
std::size_t EventSet::memory() const { return machine_ == nullptr ? 0 : machine_->memory(); }

}  // namespace gw::pattern
