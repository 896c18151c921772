// How a command meets the world: handed in, so that tests run commands in the process. Not thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace gw::app {

class AwsContext;

struct Io {
  int out = 1;  // file descriptors
  int err = 2;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  unsigned columns = 140;  // of the terminal
  std::function<std::optional<std::string>(const std::string&)> environment;
  std::function<Time()> now;
  std::shared_ptr<AwsContext> aws{};  // nullptr: made from `environment` where it is needed; see aws_of()
};

// The process's own.
[[nodiscard]] Io process_io();

// Writes all of `text`. False when the reader has gone or the disk is full (errno says which).
bool write_all(int fd, std::string_view text);

// Writes a result to standard output. kDone, also when the reader has gone: it has seen enough; else complains and answers
// kOutside.
[[nodiscard]] int print(const Io& io, std::string_view text);

// One line to standard error, neutralised: what it names may come from elsewhere.
void complain(const Io& io, std::string_view message);

// Reads a file for a person: at most `limit` bytes; nullopt when it cannot be read (then `why` says so).
[[nodiscard]] std::optional<std::string> read_file(const std::string& path, std::size_t limit, std::string& why);

// Exit codes that every command shares (docs: "Exit codes").
inline constexpr int kDone = 0;
inline constexpr int kNo = 1;          // the check's answer is no
inline constexpr int kUsage = 2;       // wrong usage or configuration; wins over all others
inline constexpr int kUnreadable = 3;  // some input could not be read or was quarantined
inline constexpr int kOutside = 4;     // an outside system failed (standard output, here)

// Runs `glasswatch ARGS…` and answers the exit code. `args` is without the program's name.
[[nodiscard]] int run(const std::vector<std::string>& args, const Io& io);

}  // namespace gw::app
