// docs/configuration.md, the example and the schema speak of the same keys, and what they show passes the check.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "app/config/config.h"
#include "app/config/schema.h"
#include "domain/watch/watch_set.h"

namespace gw::app {
namespace {

std::string document() {
  std::ifstream in(GW_SOURCE_DIR "/docs/configuration.md", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> yaml_blocks(const std::string& text) {
  std::vector<std::string> blocks;
  constexpr std::string_view kOpen = "```yaml\n";
  for (std::size_t at = text.find(kOpen); at != std::string::npos; at = text.find(kOpen, at)) {
    at += kOpen.size();
    blocks.push_back(text.substr(at, text.find("```", at) - at));
  }
  return blocks;
}

void collect_keys(const Schema& schema, std::set<std::string>& keys) {
  for (const Field& field : schema.fields) {
    keys.emplace(field.name);
    collect_keys(field.schema, keys);
  }
  for (const Schema& child : schema.children) collect_keys(child, keys);
}

TEST(ConfigurationDoc, ItsExamplesPassTheCheck) {
  const std::vector<std::string> blocks = yaml_blocks(document());
  EXPECT_GE(blocks.size(), 7u);
  for (const std::string& block : blocks) {
    Loaded loaded = load_text(block, "example");
    check_whole(loaded);
    for (const Problem& problem : loaded.problems) ADD_FAILURE() << problem.to_string() << "\n" << block;
  }
}

TEST(ConfigurationDoc, NamesEveryKeyAndEveryBuiltInWatch) {
  const std::string text = document();
  std::set<std::string> keys;
  collect_keys(config_schema(), keys);
  EXPECT_GT(keys.size(), 60u);
  for (const std::string& key : keys) {
    const bool named = text.find("`" + key + "`") != std::string::npos || text.find("## " + key) != std::string::npos ||
                       text.find(", " + key + "\n") != std::string::npos ||
                       text.find(", " + key + ",") != std::string::npos;
    EXPECT_TRUE(named) << key;
  }
  for (const watch::Watch& w : watch::builtin_watches()) {
    const std::string row = "| `" + w.name.substr(w.name.find('/') + 1) + "` | " + std::string(to_string(w.severity));
    EXPECT_NE(text.find(row), std::string::npos) << row;
  }
}

TEST(ConfigurationDoc, TheExampleSetsEveryTopLevelKey) {
  const std::string example = "\n" + example_config();
  for (const Field& field : config_schema().fields) {
    EXPECT_NE(example.find("\n" + std::string(field.name) + ":"), std::string::npos) << field.name;
  }
}

}  // namespace
}  // namespace gw::app
