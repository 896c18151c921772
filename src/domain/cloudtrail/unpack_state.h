// What an Unpacker is at work with. Internal to unpack*.cpp.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/gzip.h"
#include "base/json/unquote.h"
#include "domain/cloudtrail/log_messages.h"
#include "domain/cloudtrail/unpack.h"

namespace gw::cloudtrail {

using json::Value;

inline constexpr std::size_t kMaxNesting = 6;
// So much of a buffer is kept for the next document, in one piece.
inline constexpr std::size_t kKept = std::size_t{4} << 20;
inline constexpr json::Limits kLimits = {.max_depth = 256, .max_values = 200'000};

// What a payload decodes to. Memory that costs only what is touched: a std::string would clear all of it first.
class Payload {
 public:
  // For `capacity` bytes, with slack behind them for parsers; what was in it is lost.
  char* reserve(std::size_t capacity) {
    if (capacity > capacity_) {
      data_ = std::make_unique_for_overwrite<char[]>(capacity + kSlack);
      capacity_ = capacity;
    }
    return data_.get();
  }
  void resize(std::size_t size) { size_ = size; }
  [[nodiscard]] char* data() { return data_.get(); }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] std::string_view text() const { return {data_.get(), size_}; }

 private:
  static constexpr std::size_t kSlack = json::kUnquoteSlack;
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

struct Unpacker::State {
  std::array<json::Doc, kMaxNesting> docs;
  // Decoded payloads, kept until unpack() returns: records point into them.
  std::vector<std::unique_ptr<Payload>> payloads;
  std::unique_ptr<Payload> spare;
  std::size_t inflated = 0;
  WholeInflater inflater;
  std::vector<LogMessage> messages;
  Payload listed;  // of the messages that are handed over together
  std::vector<std::uint32_t> ends;
  bool is_listing = false;
  json::Damage damage;
  UnpackHandler* handler = nullptr;

  bool document(std::string_view text, std::size_t depth, Envelope outer);
  void value(Value v, std::size_t depth, Envelope outer);
  void text(std::string_view json, std::size_t depth, Envelope outer);
  void payload(std::string_view base64, std::size_t depth, Envelope outer);
  std::unique_ptr<Payload> new_payload();
  void clear_payloads();
  void documents(std::string_view text, std::size_t depth, Envelope outer);
  void records(Value list, std::size_t depth, Envelope outer);
  void sns_message(Value message, std::size_t depth);
  void log_events(Value v, std::size_t depth);
  bool log_messages(std::string_view payload, std::size_t depth);
  void log_message(std::string_view message, std::size_t depth);
  std::size_t told_from(std::string_view payload, std::size_t first, std::size_t last, std::size_t depth);
  void object(std::string_view bucket, std::string key, Value version, Value size);
  void s3_record(Value v);
  void eventbridge(Value v);
  void cloudtrail_note(Value v);
  void lookup_events(Value list, std::size_t depth);
};

}  // namespace gw::cloudtrail
