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
  time,      // RFC 3339
  duration,  // 90s, 15m, 2h, 7d
  boolean,
  number,          // a whole number
  secret,          // a reference: env:, file:, ssm:, secretsmanager:
  choice,          // one of `choices`
  cidr,            // with its prefix length
  principal_glob,  // can match an ARN or identityStoreArn#userId
  role_arn,        // exactly one role
  user_arn,        // exactly one IAM user, or root
  store_user,      // userId, or identityStore#userId
  store_user_key,  // identityStore#userId
  url,             // http or https, no password
  secret_url,      // the same, or a reference
  ledger_key,      // a reference, or kms:
  time_of_day,
  time_zone,
  listen,  // host:port
  server,  // host:port, with tls:// or tcp:// in front where it is said
  region,
  action,   // service:Action, globs
  store,    // sqlite:PATH
  pattern,  // in a filter language of AWS, or null
  accounts_or_auto,
  anything,  // text, number, list or object that a later part of the program checks
  list,      // of children[0]
  map,       // free keys of `key_kind`, values of children[0]
  object,    // of `fields`
};

struct Field;

struct Schema {
  Kind kind = Kind::text;
  std::vector<std::string_view> choices;
  std::vector<Field> fields;
  std::vector<Schema> children;
  Kind key_kind = Kind::text;
};

struct Field {
  std::string_view name;
  Schema schema;
  std::string_view about;  // one sentence
  bool required = false;
};

// The whole file.
[[nodiscard]] const Schema& config_schema();

// Keys that people look for in an ignore rule, and why each is refused: most match what the caller can choose. Empty for
// others.
[[nodiscard]] std::string_view refused_in_ignore(std::string_view key);

}  // namespace gw::app
