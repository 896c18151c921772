// yaml-cpp 0.7 does not stop on every text: a `,` outside of brackets, as the first character or behind a tag or anchor, gives
// one empty document after the other, and YAML::LoadAll keeps them all. So the events are counted first: the pass ends at
// the second document and at a number of values that no configuration has. What passes is then read by YAML::Load, which
// takes one document and stops. Cost: one more pass over at most 1 MiB.
#include "app/config/survey.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/parser.h>

#include <sstream>
#include <utility>

namespace gw::app {
namespace {

constexpr std::size_t kMaxEvents = 200'000;

struct Stop {
  Survey::Damage damage;
};

class Counter : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents > 1) throw Stop{{mark, "a second document begins here; a configuration is one document"}};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { count(mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { count(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& /*value*/) override {
    count(mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value /*style*/) override {
    count(mark);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    count(mark);
  }
  void OnMapEnd() override {}

  std::size_t documents = 0;

 private:
  void count(const YAML::Mark& mark) {
    if (++events_ > kMaxEvents) throw Stop{{mark, "too many values"}};
  }
  std::size_t events_ = 0;
};

}  // namespace

Survey survey_yaml(std::string_view text) {
  Survey survey;
  std::istringstream stream{std::string(text)};
  YAML::Parser parser(stream);
  Counter counter;
  try {
    while (parser.HandleNextDocument(counter)) {
    }
  } catch (Stop& stop) {
    survey.damage = std::move(stop.damage);
  }
  survey.documents = counter.documents;
  return survey;
}

}  // namespace gw::app
