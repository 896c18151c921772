#include "app/sources.h"

namespace gw::app {

struct Sources::State {
  std::vector<SourceConfig> running;
};

Sources::Sources(pipeline::Pipeline&, ports::Store&, const Io&, Tell) : state_(std::make_unique<State>()) {}
Sources::~Sources() = default;
Status Sources::start(const std::vector<SourceConfig>& sources, bool) {
  if (!sources.empty()) return Error{Errc::invalid_input, "sources are not there yet"};
  return ok();
}
void Sources::reload(const std::vector<SourceConfig>&) {}
void Sources::finish() {}
void Sources::stop() {}
std::vector<std::string> Sources::problems() const { return {}; }

}  // namespace gw::app
