// AWS on loopback for tests in C++: tests/support/aws/main.py as a process of its own, and clients of edge/aws for it.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "edge/aws/client.h"
#include "edge/aws/credentials.h"
#include "edge/aws/transport.h"

namespace gw::test {

// A program that prints a line when it is ready, and ends when its standard input does. Aborts when it does not start.
class Helper {
 public:
  explicit Helper(const std::vector<std::string>& command);
  ~Helper();
  Helper(const Helper&) = delete;
  Helper& operator=(const Helper&) = delete;
  // Without its line break; waits for it. Empty at the end.
  [[nodiscard]] std::string read_line();

 private:
  pid_t child_ = -1;
  int in_ = -1;
  int out_ = -1;
  std::string buffer_;
};

class AwsStandIn {
 public:
  // `arguments` of main.py.
  explicit AwsStandIn(const std::vector<std::string>& arguments = {});

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] std::string port() const { return url_.substr(url_.rfind(':') + 1); }
  [[nodiscard]] const std::string& region() const { return region_; }
  [[nodiscard]] aws::Credentials credentials() const;

  // POST /_control: main.py says what it takes. Fails the test when that is refused. `transport`: as for a stand-in that
  // speaks https.
  std::string control(const std::string& json, aws::Transport* transport = nullptr) const;
  [[nodiscard]] std::string create_queue(const std::string& name, const std::string& more = {}) const;  // its URL
  // How many calls of the operation were answered so (0: any status).
  [[nodiscard]] std::size_t calls(std::string_view service, std::string_view operation, int status = 0) const;

  // A client that waits next to nothing between attempts.
  [[nodiscard]] std::unique_ptr<aws::Client> client(aws::Transport& transport, aws::CredentialProvider& credentials,
                                                    aws::Service service, unsigned attempts = 4) const;

 private:
  std::unique_ptr<Helper> helper_;
  std::unique_ptr<aws::Transport> transport_;
  std::string url_;
  std::string region_;
  std::string access_key_;
  std::string secret_;
};

}  // namespace gw::test
