// The configuration file: YAML (JSON is YAML) → typed values, with every error at once, each with its place.
//
// What a value may be stands in one tree (schema.h): check, JSON Schema and the loader read the same one. Default < file <
// environment < flag; this folder knows the first three, the commands add their flags. Pure but for reading the named file.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/config/daemon.h"
#include "domain/watch/config.h"

namespace gw::app {

struct Problem {
  std::string file;
  int line = 0;  // from 1; 0: none (the environment)
  int column = 0;
  std::string path;     // the items around it: watches[2].severity
  std::string message;  // what is wrong and what was expected
  // The line of the file and below it a caret, two lines ready to print; empty where there is none, or where the line could
  // show a secret.
  std::string excerpt{};

  // file:line:column: path: message
  [[nodiscard]] std::string to_string() const;
};

// What only a Lambda has, from the environment.
struct LambdaConfig {
  std::string state_table;           // DynamoDB; empty: no state beyond the sandbox
  std::vector<std::string> buckets;  // whose objects may be fetched; empty: any of bucket_owner
  std::string bucket_owner;          // account; empty: any
  std::string evidence;              // s3://bucket/prefix; empty: none is written
  std::string read_role;             // ARN of the role that reads objects; empty: the function's own
};

struct AppConfig {
  watch::Config watch;
  std::vector<std::string> receivers;  // names, in file order
  std::string mode = "alert";          // or shadow
  DaemonConfig daemon;
  LambdaConfig lambda;
  std::string canonical;  // the file as JSON: keys sorted, no spaces, scalars as the texts they were written as
};

struct Loaded {
  AppConfig config;
  std::vector<Problem> problems;   // not empty: the configuration must not be used
  std::vector<std::string> notes;  // worth knowing, not wrong
};

// The environment, by name; nullopt when unset.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

// Reads `text` (at most 1 MiB) as the content of `file`, which is only named in problems.
[[nodiscard]] Loaded load_text(std::string_view text, const std::string& file);
// Reads the file; an unreadable one is a problem.
[[nodiscard]] Loaded load_file(const std::string& path);
// Adds what the environment says: GLASSWATCH_WATCH (watches after those of the file), GLASSWATCH_MODE; a Slack receiver
// `slack` from GLASSWATCH_SLACK_WEBHOOK_URL, or GLASSWATCH_SLACK_TOKEN with GLASSWATCH_SLACK_CHANNEL, when the file
// configures no receivers; GLASSWATCH_SLACK_API_URL and GLASSWATCH_ALLOW_PRIVATE=1 for all receivers.
void apply_environment(Loaded& loaded, const Environment& environment);

// A complete, commented example that passes the check.
[[nodiscard]] std::string example_config();
// JSON Schema (draft 2020-12) of the file.
[[nodiscard]] std::string json_schema();

// SHA-256 in hex over `canonical`, the mode and all watches: equal for configurations that hold the same values, whatever
// their layout, comments and order of keys (the order of lists counts). Stored with events and sessions as config_hash.
[[nodiscard]] std::string config_hash(const AppConfig& config);

// Checks what only shows when all is there (duplicate names, ranges); adds to `problems`.
void check_whole(Loaded& loaded);

}  // namespace gw::app
