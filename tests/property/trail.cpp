#include "tests/property/trail.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "app/config/config.h"
#include "base/gzip.h"
#include "base/json/doc.h"

namespace gw::property {

Source sample_trail() {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(GW_SOURCE_DIR) / "share" / "sample-trail";
  std::vector<std::pair<std::string, std::string>> timed;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder / "AWSLogs")) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    std::string text(std::size_t{16} << 20, '\0');
    WholeInflater inflater;
    const InflateResult result = inflater.inflate(bytes, text.data(), text.size());
    text.resize(result.size);
    json::Doc doc;
    if (!doc.parse(text, {256, 1u << 22})) continue;
    const json::Value list = doc.root()["Records"];
    for (json::Value record = list.first_child(); !record.is_missing(); record = record.next_sibling())
      timed.emplace_back(record["eventTime"].text(), record.raw());
  }
  std::sort(timed.begin(), timed.end());
  Source source;
  for (auto& [time, record] : timed) source.records.push_back(std::move(record));
  source.config = app::load_file((folder / "glasswatch.yaml").string()).config.watch;
  return source;
}

}  // namespace gw::property
