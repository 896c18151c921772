// A state for each part of an answer; lines are collected until their end is there, bodies are copied as they come.
#include "edge/lambda/response_reader.h"

#include <algorithm>
#include <charconv>

namespace gw::lambda {
namespace {

bool is_token(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return lower(c); });
  return out;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// The whole of `text` as a number without sign; false for anything else, overflow too.
template <class Number>
bool read_number(std::string_view text, Number& out, int base) {
  if (text.empty()) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string_view ApiResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

ResponseReader::State ResponseReader::fail(std::string_view why) {
  part_ = Part::bad;
  keeps_alive_ = false;
  damage_ = why;
  return State::failed;
}

ResponseReader::State ResponseReader::state() const {
  if (part_ == Part::bad) return State::failed;
  return part_ == Part::end ? State::done : State::more;
}

ResponseReader::State ResponseReader::feed(std::string_view bytes) {
  if (!bytes.empty()) has_begun_ = true;
  while (!bytes.empty() && state() == State::more) {
    if (part_ == Part::counted || part_ == Part::until_close || part_ == Part::chunk) {
      take_body(bytes);
      continue;
    }
    std::string_view line;
    if (take_line(bytes, line)) {
      read_line(line);
      line_.clear();
    }
  }
  // More than was asked for: whatever it is, it is not the answer to the next request.
  if (part_ == Part::end && !bytes.empty()) keeps_alive_ = false;
  return state();
}

ResponseReader::State ResponseReader::finish() {
  if (state() != State::more) return state();
  if (part_ != Part::until_close) return fail("the connection was closed within the answer");
  part_ = Part::end;
  keeps_alive_ = false;
  return State::done;
}

bool ResponseReader::take_line(std::string_view& bytes, std::string_view& line) {
  const std::size_t end = bytes.find('\n');
  const std::string_view piece = bytes.substr(0, end == std::string_view::npos ? end : end + 1);
  // Lines between chunks are many in one answer, and short.
  const bool between_chunks = part_ == Part::chunk_size || part_ == Part::chunk_end;
  if (!between_chunks) head_size_ += piece.size();
  if (head_size_ > kMaxHead || (between_chunks && line_.size() + piece.size() > 256)) {
    (void)fail("the head of the answer is too long");
    return false;
  }
  bytes.remove_prefix(piece.size());
  line_ += piece;
  if (end == std::string_view::npos) return false;
  if (line_.size() < 2 || line_[line_.size() - 2] != '\r') {
    (void)fail("a line of the answer does not end in CR LF");
    return false;
  }
  line = std::string_view(line_).substr(0, line_.size() - 2);
  return true;
}

void ResponseReader::read_line(std::string_view line) {
  switch (part_) {
    case Part::status: return read_status(line);
    case Part::header: return line.empty() ? begin_body() : read_header(line);
    case Part::chunk_size: return read_chunk_size(line);
    case Part::chunk_end:
      if (!line.empty()) return (void)fail("a chunk is longer than it says");
      part_ = Part::chunk_size;
      return;
    case Part::trailer:
      if (line.empty()) part_ = Part::end;
      return;
    default: return;
  }
}

void ResponseReader::read_status(std::string_view line) {
  // HTTP/1.1 202 Accepted
  const bool is_http = line.size() >= 12 && line.substr(0, 7) == "HTTP/1." && (line[7] == '0' || line[7] == '1') &&
                       line[8] == ' ' && (line.size() == 12 || line[12] == ' ');
  if (!is_http || !read_number(line.substr(9, 3), response_.status, 10) || response_.status < 100) {
    return (void)fail("the answer is not HTTP/1.1");
  }
  if (line[7] == '0') keeps_alive_ = false;
  part_ = Part::header;
}

void ResponseReader::read_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || name.empty() || !std::all_of(name.begin(), name.end(), is_token)) {
    return (void)fail("a header of the answer is damaged");
  }
  const std::string_view value = trim(line.substr(colon + 1));
  if (std::any_of(value.begin(), value.end(), is_control)) return (void)fail("a header of the answer is damaged");
  std::string key = lower(name);
  if (key == "content-length") {
    read_length(value);
  } else if (key == "transfer-encoding") {
    if (is_chunked_ || lower(value) != "chunked") return (void)fail("the answer has an unknown transfer coding");
    is_chunked_ = true;
  } else if (key == "connection" && lower(value).find("close") != std::string::npos) {
    keeps_alive_ = false;
  }
  response_.headers.emplace_back(std::move(key), value);
}

void ResponseReader::read_length(std::string_view value) {
  std::uint64_t length = 0;
  if (!read_number(value, length, 10) || (has_length_ && length != left_)) {
    return (void)fail("the answer's length is damaged");
  }
  has_length_ = true;
  left_ = length;
}

void ResponseReader::begin_body() {
  const int status = response_.status;
  if (status < 200) {  // an interim answer: the real one follows
    if (status == 101) return (void)fail("the answer switches protocols");
    response_ = {};
    has_length_ = is_chunked_ = false;
    left_ = 0;
    part_ = Part::status;
    return;
  }
  if (is_chunked_ && has_length_) return (void)fail("the answer has two lengths");
  if (status == 204 || status == 304) {
    part_ = Part::end;
  } else if (is_chunked_) {
    part_ = Part::chunk_size;
  } else if (!has_length_) {
    part_ = Part::until_close;
  } else if (left_ > body_limit_) {
    refuse_body();
  } else {
    response_.body.reserve(left_);  // untouched pages cost nothing, growing would copy
    part_ = left_ == 0 ? Part::end : Part::counted;
  }
}

void ResponseReader::read_chunk_size(std::string_view line) {
  const std::string_view size = trim(line.substr(0, line.find(';')));
  if (!read_number(size, left_, 16)) return (void)fail("the size of a chunk is damaged");
  if (left_ > body_limit_ - response_.body.size()) return refuse_body();
  part_ = left_ == 0 ? Part::trailer : Part::chunk;
}

void ResponseReader::take_body(std::string_view& bytes) {
  std::string& body = response_.body;
  if (part_ == Part::until_close) {
    if (bytes.size() > body_limit_ - body.size()) return refuse_body();
    body += bytes;
    bytes = {};
    return;
  }
  const std::string_view piece = bytes.substr(0, left_);
  body += piece;
  bytes.remove_prefix(piece.size());
  left_ -= piece.size();
  if (left_ == 0) part_ = part_ == Part::chunk ? Part::chunk_end : Part::end;
}

void ResponseReader::refuse_body() {
  response_.body = {};
  response_.too_long = true;
  keeps_alive_ = false;
  part_ = Part::end;
}

}  // namespace gw::lambda
