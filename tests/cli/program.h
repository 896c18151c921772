// Runs the real program as a user would: arguments, environment, standard streams; and makes small trails for it.
// In one header, so that every .cpp of this folder is a test.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gw::cli_test {

struct Outcome {
  int code = -1;  // 128 + the signal that ended it
  std::string out;
  std::string err;
};

struct Streams {
  std::string in{};                                        // standard input
  std::vector<std::pair<std::string, std::string>> env{};  // nothing else but PATH is set
  bool terminal = false;       // both outputs are one terminal of 120 columns; all is in `out`
  bool reader_leaves = false;  // standard output is a pipe that nobody reads
  int closed = -1;             // this of the standard streams is not there
  std::string out_file{};      // standard output is this file
};

[[nodiscard]] Outcome run(const std::vector<std::string>& args, const Streams& setup = {});

// A fresh folder, removed at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  // Writes a file below, with the folders on its way; answers its path.
  std::string write(const std::string& name, std::string_view content) const;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A log file of records.
[[nodiscard]] std::string trail(const std::vector<std::string>& records);
// Records: root at the console (critical), somebody's Federate into a role, a call that is no access.
[[nodiscard]] std::string root_sign_in(const std::string& event_id);
[[nodiscard]] std::string federate(const std::string& event_id, const std::string& role);
[[nodiscard]] std::string describe_instances(const std::string& event_id);

[[nodiscard]] std::size_t count(std::string_view text, std::string_view part);
[[nodiscard]] bool has(std::string_view text, std::string_view part);

namespace detail {

inline void must(bool good, const char* what) {
  if (!good) throw std::runtime_error(what);
}

struct Pipe {
  int ends[2] = {-1, -1};
  Pipe() { must(::pipe2(ends, O_CLOEXEC) == 0, "pipe"); }
  ~Pipe() {
    close(0);
    close(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close(int end) {
    if (ends[end] >= 0) ::close(ends[end]);
    ends[end] = -1;
  }
};

// Appends what is there; false at the end.
inline bool take(int fd, std::string& text) {
  char buffer[65536];
  const ssize_t n = ::read(fd, buffer, sizeof buffer);
  if (n > 0) text.append(buffer, static_cast<std::size_t>(n));
  return n > 0;  // a terminal whose program has gone answers with EIO
}

[[noreturn]] inline void become(const std::vector<std::string>& args, const Streams& setup) {
  std::vector<std::string> environment = {"PATH=/usr/bin:/bin"};
  for (const auto& [name, value] : setup.env) environment.push_back(name + "=" + value);
  std::vector<char*> argv = {const_cast<char*>(GW_BINARY)};
  for (const std::string& arg : args) argv.push_back(const_cast<char*>(arg.c_str()));
  std::vector<char*> envp;
  envp.reserve(environment.size() + 1);
  for (const std::string& entry : environment) envp.push_back(const_cast<char*>(entry.c_str()));
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  (void)std::signal(SIGPIPE, SIG_DFL);
  ::execve(GW_BINARY, argv.data(), envp.data());
  ::_exit(127);
}

}  // namespace detail

inline Outcome run(const std::vector<std::string>& args, const Streams& setup) {
  Outcome outcome;
  detail::Pipe in;
  detail::Pipe out;
  detail::Pipe err;
  int master = -1;
  int slave = -1;
  if (setup.terminal) {
    winsize size{};
    size.ws_col = 120;
    size.ws_row = 50;
    detail::must(::openpty(&master, &slave, nullptr, nullptr, &size) == 0, "openpty");
    ::fcntl(master, F_SETFD, FD_CLOEXEC);
  }
  int file = -1;
  if (!setup.out_file.empty()) detail::must((file = ::open(setup.out_file.c_str(), O_WRONLY | O_CLOEXEC)) >= 0, "open");
  const pid_t child = ::fork();
  detail::must(child >= 0, "fork");
  if (child == 0) {
    ::dup2(in.ends[0], 0);
    ::dup2(setup.terminal ? slave : file >= 0 ? file : out.ends[1], 1);
    ::dup2(setup.terminal ? slave : err.ends[1], 2);
    if (setup.reader_leaves) out.close(0);
    if (setup.closed >= 0) ::close(setup.closed);
    detail::become(args, setup);
  }
  in.close(0);
  out.close(1);
  err.close(1);
  if (slave >= 0) ::close(slave);
  if (file >= 0) ::close(file);
  if (setup.reader_leaves) out.close(0);
  // The inputs of these tests fit into a pipe's buffer.
  (void)std::signal(SIGPIPE, SIG_IGN);
  detail::must(setup.in.size() <= 65536, "standard input too large for this runner");
  (void)!::write(in.ends[1], setup.in.data(), setup.in.size());
  in.close(1);
  struct Source {
    int fd;
    std::string* text;
  };
  std::vector<Source> sources;
  if (setup.terminal) {
    sources.push_back({master, &outcome.out});
  } else {
    if (out.ends[0] >= 0) sources.push_back({out.ends[0], &outcome.out});
    sources.push_back({err.ends[0], &outcome.err});
  }
  while (!sources.empty()) {
    std::vector<pollfd> polls;
    polls.reserve(sources.size());
    for (const Source& s : sources) polls.push_back({s.fd, POLLIN, 0});
    detail::must(::poll(polls.data(), polls.size(), 60'000) > 0, "the program says nothing for a minute");
    for (std::size_t i = polls.size(); i-- > 0;) {
      if (polls[i].revents != 0 && !detail::take(sources[i].fd, *sources[i].text))
        sources.erase(sources.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  int status = 0;
  detail::must(::waitpid(child, &status, 0) == child, "waitpid");
  if (master >= 0) ::close(master);
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

inline Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "glasswatch-cli-XXXXXX").string();
  detail::must(::mkdtemp(name.data()) != nullptr, "mkdtemp");
  path_ = name;
}

inline Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

inline std::string Folder::write(const std::string& name, std::string_view content) const {
  const std::filesystem::path path = std::filesystem::path(path_) / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
  return path.string();
}

inline std::string trail(const std::vector<std::string>& records) {
  std::string out = "{\"Records\":[";
  for (std::size_t i = 0; i < records.size(); ++i) out += (i > 0 ? "," : "") + records[i];
  return out + "]}";
}

inline std::string root_sign_in(const std::string& event_id) {
  return R"({"eventVersion":"1.08","userIdentity":{"type":"Root","principalId":"222222222222",)"
         R"("arn":"arn:aws:iam::222222222222:root","accountId":"222222222222"},"eventTime":"2026-07-01T10:00:00Z",)"
         R"("eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","awsRegion":"us-east-1",)"
         R"("sourceIPAddress":"198.51.100.7","userAgent":"Mozilla/5.0","requestParameters":null,)"
         R"("responseElements":{"ConsoleLogin":"Success"},"additionalEventData":{"MFAUsed":"Yes"},"eventID":")" +
         event_id +
         R"(","readOnly":false,"eventType":"AwsConsoleSignIn","managementEvent":true,)"
         R"("recipientAccountId":"222222222222","eventCategory":"Management"})";
}

inline std::string federate(const std::string& event_id, const std::string& role) {
  return R"({"eventVersion":"1.11","userIdentity":{"type":"IdentityCenterUser","accountId":"111111111111",)"
         R"("onBehalfOf":{"userId":"u-1","identityStoreArn":"arn:aws:identitystore::111111111111:identitystore/d-1"},)"
         R"("credentialId":"c"},"eventTime":"2026-07-01T11:00:00Z","eventSource":"sso.amazonaws.com",)"
         R"("eventName":"Federate","awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.9","userAgent":"Mozilla/5.0",)"
         R"("requestParameters":null,"responseElements":null,"eventID":")" +
         event_id + R"(","eventType":"AwsServiceEvent","recipientAccountId":"111111111111",)" +
         R"("serviceEventDetails":{"role_name":")" + role + R"(","account_id":"333333333333"},)" +
         R"("eventCategory":"Management"})";
}

inline std::string describe_instances(const std::string& event_id) {
  return R"({"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::333333333333:)"
         R"(assumed-role/App/i-1","accountId":"333333333333"},"eventTime":"2026-07-01T12:00:00Z",)"
         R"("eventSource":"ec2.amazonaws.com","eventName":"DescribeInstances","awsRegion":"eu-west-1","eventID":")" +
         event_id +
         R"(","readOnly":true,"eventType":"AwsApiCall","recipientAccountId":"333333333333",)"
         R"("eventCategory":"Management"})";
}

inline std::size_t count(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

inline bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace gw::cli_test
