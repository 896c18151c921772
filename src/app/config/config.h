// The configuration: one YAML file (JSON is YAML) and the environment → typed values, or every problem with its place.
//
// Precedence: default < file < GLASSWATCH_* environment < flag. Flags are the command's business: add_watch_specs() is
// what `--watch` calls after loading. The keys are a table (keys.h) from which validation, `config schema` and the
// documentation test are made, so that they cannot differ. Parts that only `serve` and its like use (store, http,
// receivers, …) are checked in shape and kept as text in `sections`.
//
// Secrets stand in the file by reference only (env:, file:, ssm:, secretsmanager:) and are not resolved here, so nothing
// in an AppConfig is secret. Files are read by load_file() alone; the environment is an argument. No exception leaves
// this folder. Pure but for load_file(); safe from any thread.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "domain/watch/config.h"

namespace gw::app {

using Environment = std::map<std::string, std::string>;

struct AppConfig {
  watch::Config watch;
  // Every top-level key that was set, by file or environment, as canonical JSON: object keys sorted, no spaces, scalars
  // as the strings they were written as. Watches of GLASSWATCH_WATCH and flags are not in here but in `watch`.
  std::map<std::string, std::string> sections;
};

// Something wrong with the configuration. Line and column count from 1; 0 where there is no place (the environment).
struct Problem {
  std::string file;
  std::size_t line = 0;
  std::size_t column = 0;
  std::string where;    // the chain of enclosing items: `watches[2] (prod) > accounts[1]`; may be empty
  std::string message;  // what is wrong and what would be right
  std::string snippet;  // the line of the file, without control characters; may be empty
  // `glasswatch.yaml:12:5: watches[2] (prod) > accounts[1]: …`, then the snippet and a caret on lines of their own.
  [[nodiscard]] std::string text() const;
};

struct Loaded {
  AppConfig config;             // complete only when there are no errors
  std::vector<Problem> errors;  // all of them, in the order of the file; at most kMaxProblems
  std::vector<Problem> notes;   // worth telling, nothing wrong: how a role was read, an unknown variable
  [[nodiscard]] bool ok() const { return errors.empty(); }
};

inline constexpr std::size_t kMaxProblems = 100;
inline constexpr std::size_t kMaxConfigBytes = 1 << 20;

// `file` is what messages call the text. An empty text is the default configuration.
[[nodiscard]] Loaded load_text(std::string_view text, const std::string& file, const Environment& environment);
// The same from a file; a file that cannot be read, or is larger than kMaxConfigBytes, is one error.
[[nodiscard]] Loaded load_file(const std::string& path, const Environment& environment);
// No file: defaults and environment.
[[nodiscard]] Loaded load_environment(const Environment& environment);

// `--watch SPEC`, once for each: after the file's watches, in the order given. A spec that is there already is left out.
// invalid_input when one cannot be read; what it meant is told in `notes`.
[[nodiscard]] Status add_watch_specs(AppConfig& config, std::span<const std::string> specs, std::vector<std::string>& notes);

// What `config check` says of a configuration without errors: `OK`, the watches (the user's, then the built-in ones), the
// ignore rules that still hold at `now` and those that do not, planned windows; then the notes. Ends with a newline.
[[nodiscard]] std::string describe(const Loaded& loaded, Time now);

// A complete commented configuration, which itself passes the check (a test holds it).
[[nodiscard]] std::string example();
// JSON Schema, draft 2020-12, of the same keys.
[[nodiscard]] std::string schema();

// SHA-256 in hex of a canonical form of the configuration: equal for configurations that mean the same, whatever the
// layout, comments or order of keys in the file (the order of lists counts). Stored as config_hash.
[[nodiscard]] std::string hash(const AppConfig& config);

}  // namespace gw::app
