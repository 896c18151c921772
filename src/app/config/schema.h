// What the configuration may hold, as a tree of plain data.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gw::app {

enum class Kind : unsigned char {
  text,          // not empty
  account,       // 12 digits
  account_glob,  // of watches: 12 digits, a glob, ou:…
  role_glob,
  severity,
  mechanism,
  time,       // RFC 3339
  duration,   // 90s, 15m, 2h, 7d
  boolean,
  number,     // a whole number
  secret,     // a reference: env:, file:, ssm:, secretsmanager:
  choice,     // one of `choices`
  cidr,
  anything,   // text, number, list or object that a later part of the program checks
  list,       // of children[0]
  map,        // free keys of `key_kind`, values of children[0]
  object,     // of `fields`
};

struct Field;

struct Schema {
  Kind kind = Kind::text;
  std::vector<std::string_view> choices;
  std::vector<Field> fields;
  std::vector<Schema> children;
  Kind key_kind = Kind::text;
  bool nullable = false;
};

struct Field {
  std::string_view name;
  Schema schema;
  std::string_view about;  // one sentence
  bool required = false;
};

// The whole file.
[[nodiscard]] const Schema& config_schema();

// Keys of ignore rules that would match what the caller can choose, and why each is refused.
[[nodiscard]] std::string_view caller_chosen(std::string_view key);

}  // namespace gw::app
