// The keys of the configuration as data: validation, `config schema` and the test of docs/configuration.md read this table.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace gw::app {

// What a scalar must look like. Each has its check and its piece of JSON Schema in values.cpp.
enum class Type : std::uint8_t {
  text,            // one line
  name,            // of a watch, receiver, token: what other keys refer to
  version,         // 1
  word,            // one of Key::words
  boolean,         // true or false
  count,           // a whole number from 1
  account,         // 12 digits, a glob of digits, ou:ou-… or ou:r-…
  account_id,      // 12 digits
  role,            // a glob over role and permission-set names
  principal,       // a glob over ARNs and identityStoreArn#userId
  person,          // a glob over names and ids of people
  mechanism,
  severity,
  builtin,         // short name of a built-in watch
  role_arn,        // exactly one role
  user_arn,        // exactly one IAM user, or root
  store_user,      // userId, or identityStore#userId
  store_user_key,  // identityStore#userId
  cidr,            // an address range, with its prefix length
  duration,        // 90s, 15m, 2h, 7d, 2w
  time,            // RFC 3339 with zone
  time_of_day,     // 07:00
  time_zone,       // Europe/London
  url,             // https (http where the item says allow_private)
  url_or_secret,   // the same, or a reference
  secret,          // a reference: env:, file:, ssm:, secretsmanager:
  ledger_key,      // a reference, or kms:
  store,           // sqlite:PATH
  path,
  address,         // host:port
  region,
  bucket,
  place,           // s3://bucket/prefix or file:PATH
  action,          // iam:*, kms:ScheduleKeyDeletion
  mention,         // @group, subteam:S…, user:U…, here, channel
  pattern,         // reserved
  expected,        // auto, or a list of accounts
  object,          // Key::object
};

enum class Form : std::uint8_t {
  one,
  list,
  map,  // free names (checked as Key::key_type) → values
};

struct Object;

struct Key {
  std::string_view name;
  Type type = Type::text;
  std::string_view help{};
  Form form = Form::one;
  bool required = false;
  const Object* object = nullptr;
  std::span<const std::string_view> words{};
  Type key_type = Type::name;  // of a map
};

// A key that people look for, and why it is not there.
struct Refusal {
  std::string_view name;
  std::string_view why;
};

struct Object {
  std::string_view name;  // as the documentation calls it
  std::span<const Key> keys;
  std::span<const Refusal> refusals{};
};

// The whole file.
[[nodiscard]] const Object& root_object();

}  // namespace gw::app
