#include "base/log.h"

#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/neutralise.h"

namespace gw {
namespace {

constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warning", "error"};
constexpr std::size_t kMaxValue = 1024;  // of one field

// What is visible needs no escape but these two, in JSON as in text.
void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  for (const char c : visible(text.substr(0, kMaxValue))) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

}  // namespace

void Log::write(Level level, Time now, std::string_view message, Fields fields) const {
  if (level < least_) return;
  std::string line;
  if (format_ == Format::json) {
    line = "{\"time\":\"" + format_time(now) + "\",\"level\":\"" +
           std::string(kLevels[static_cast<std::size_t>(level)]) + "\",\"message\":";
    append_quoted(line, message);
    for (const auto& [key, value] : fields) {
      line.push_back(',');
      append_quoted(line, key);
      line.push_back(':');
      append_quoted(line, value);
    }
    line += "}\n";
  } else {
    line = format_time(now) + " " + std::string(kLevels[static_cast<std::size_t>(level)]) + " ";
    append_visible(line, message);
    for (const auto& [key, value] : fields) {
      line += " " + std::string(key) + "=";
      append_quoted(line, value);
    }
    line.push_back('\n');
  }
  for (std::string_view rest = line; !rest.empty();) {
    const ssize_t n = ::write(fd_, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;  // nobody to tell
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace gw
