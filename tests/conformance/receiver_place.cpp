#include "tests/conformance/receiver_place.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/encoding.h"
#include "base/json/doc.h"
#include "tests/conformance/receiver_kit.h"
#include "tests/support/aws_stand_in.h"

namespace gw::test {
namespace {

constexpr const char* kSecretPart = "gwsecretpart";

// All that post: `fill` sets what is particular.
class HttpPlace : public Place {
 public:
  using Fill = std::function<void(receivers::Config&, const std::string& url)>;
  HttpPlace(std::string type, Fill fill, StandIn::Script works)
      : type_(std::move(type)), fill_(std::move(fill)), works_(std::move(works)) {}
  std::shared_ptr<ports::Receiver> receiver(Mood mood) override {
    stand_in_.answer(mood == Mood::works ? works_ : [mood](const StandInRequest&) {
      switch (mood) {
        case Mood::busy: return reply(429, "");
        case Mood::refuses: return reply(400, "");
        case Mood::silent: return hang();
        default: return drop();
      }
    });
    receivers::Config config;
    config.type = type_;
    fill_(config, stand_in_.url());
    return receiver_of(std::move(config));
  }
  std::vector<std::string> told(std::size_t) override {
    std::vector<std::string> out;
    for (const StandInRequest& request : stand_in_.requests()) out.push_back(request.body);
    stand_in_.forget();
    return out;
  }

 private:
  std::string type_;
  Fill fill_;
  StandIn::Script works_;
  StandIn stand_in_{[](const StandInRequest&) { return reply(200); }};
};

// A folder of its own, with a certificate for 127.0.0.1.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "gw-place-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string in(const std::string& name) const { return path_ + "/" + name; }
  void make_certificate() const {
    const std::string script = "cd '" + path_ +
                               "' && exec openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
                               "-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout key -out cert 2>log";
    if (std::system(script.c_str()) != 0) std::abort();
  }

 private:
  std::string path_;
};

// A server of Python's in tests/support that says {"port": …} first.
class Script {
 public:
  void start(const std::string& name, const Folder& folder, const std::vector<std::string>& more) {
    std::vector<std::string> command{"python3", std::string(GW_SOURCE_DIR "/tests/support/") + name,
                                     "--cert",  folder.in("cert"),
                                     "--key",   folder.in("key")};
    command.insert(command.end(), more.begin(), more.end());
    helper_ = std::make_unique<Helper>(command);
    json::Doc doc;
    const std::string line = helper_->read_line();
    port_ = doc.parse(line) ? std::atoi(std::string(doc.root()["port"].raw()).c_str()) : 0;
  }
  void stop() { helper_.reset(); }
  [[nodiscard]] int port() const { return port_; }
  // The text under `name` in each of the next lines that have one.
  std::vector<std::string> next(std::size_t count, const std::string& name) {
    std::vector<std::string> out;
    while (out.size() < count) {
      const std::string line = helper_->read_line();
      json::Doc doc;
      if (line.empty() || !doc.parse(line)) break;
      if (doc.root()[name].is_string()) out.emplace_back(doc.root()[name].text());
    }
    return out;
  }

 private:
  std::unique_ptr<Helper> helper_;
  int port_ = 0;
};

class MailPlace : public Place {
 public:
  MailPlace() { folder_.make_certificate(); }
  std::shared_ptr<ports::Receiver> receiver(Mood mood) override {
    const std::vector<std::string> options = mood == Mood::works     ? std::vector<std::string>{}
                                             : mood == Mood::busy    ? std::vector<std::string>{"--data-reply", "451"}
                                             : mood == Mood::refuses ? std::vector<std::string>{"--data-reply", "554"}
                                             : mood == Mood::silent  ? std::vector<std::string>{"--end", "hang"}
                                                                     : std::vector<std::string>{"--end", "drop"};
    server_.start("smtp_standin.py", folder_, options);
    receivers::Config config;
    config.type = "email";
    config.smtp.host = "127.0.0.1";
    config.smtp.port = server_.port();
    config.smtp.allow_private = true;
    config.smtp.ca_file = folder_.in("cert");
    config.from = "glasswatch@example.com";
    config.to = {"duty@example.com"};
    return receiver_of(std::move(config));
  }
  std::vector<std::string> told(std::size_t sent) override { return server_.next(sent, "data"); }

 private:
  Folder folder_;
  Script server_;
};

class SyslogPlace : public Place {
 public:
  SyslogPlace() { folder_.make_certificate(); }
  std::shared_ptr<ports::Receiver> receiver(Mood mood) override {
    if (mood == Mood::busy) return nullptr;  // it has no word for it
    const std::vector<std::string> options = mood == Mood::silent ? std::vector<std::string>{"--mood", "hang"}
                                             : mood == Mood::gone ? std::vector<std::string>{"--mood", "drop"}
                                                                  : std::vector<std::string>{};
    server_.start("syslog_standin.py", folder_, options);
    receivers::Config config;
    config.type = "syslog";
    config.address = "127.0.0.1:" + std::to_string(server_.port());
    config.hostname = "h";
    config.stream.allow_private = mood != Mood::refuses;  // an address that is not to be called
    config.stream.ca_file = folder_.in("cert");
    return receiver_of(std::move(config));
  }
  std::vector<std::string> told(std::size_t sent) override {
    std::vector<std::string> out = server_.next(sent, "frame");
    constexpr std::string_view kMark = " \xEF\xBB\xBF";
    for (std::string& frame : out) {
      if (const std::size_t at = frame.find(kMark); at != std::string::npos) frame.erase(at + 1, 3);
    }
    return out;
  }

 private:
  Folder folder_;
  Script server_;
};

class FilePlace : public Place {
 public:
  explicit FilePlace(std::string type) : type_(std::move(type)) {}
  std::shared_ptr<ports::Receiver> receiver(Mood mood) override {
    if (mood == Mood::silent || mood == Mood::gone) return nullptr;
    receivers::Config config;
    config.type = type_;
    config.path = mood == Mood::works  ? folder_.in("lines")
                  : mood == Mood::busy ? "/dev/full"  // no space left on it
                                       : folder_.in("none/lines");
    return receiver_of(std::move(config));
  }
  std::vector<std::string> told(std::size_t) override {
    std::vector<std::string> out;
    std::ifstream in(folder_.in("lines"));
    in.seekg(static_cast<std::streamoff>(read_));
    for (std::string line; std::getline(in, line);) {
      read_ += line.size() + 1;
      out.push_back(line);
    }
    return out;
  }

 private:
  std::string type_;
  Folder folder_;
  std::size_t read_ = 0;
};

class StdoutPlace : public Place {
 public:
  StdoutPlace() : file_(open(folder_.in("out").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (pipe2(pipe_, O_CLOEXEC | O_NONBLOCK) != 0) std::abort();
    const std::string much(65536, 'x');
    while (write(pipe_[1], much.data(), much.size()) > 0) {
    }
  }
  ~StdoutPlace() override {
    for (const int fd : {file_, pipe_[0], pipe_[1]}) close(fd);
  }
  std::shared_ptr<ports::Receiver> receiver(Mood mood) override {
    if (mood == Mood::busy || mood == Mood::gone) return nullptr;
    receivers::Config config;
    config.type = "stdout";
    config.descriptor = mood == Mood::works ? file_ : mood == Mood::silent ? pipe_[1] : 1'000'000;  // full; not open
    return receiver_of(std::move(config));
  }
  std::vector<std::string> told(std::size_t) override {
    std::vector<std::string> out;
    std::ifstream in(folder_.in("out"));
    in.seekg(static_cast<std::streamoff>(read_));
    for (std::string line; std::getline(in, line);) {
      read_ += line.size() + 1;
      out.push_back(line);
    }
    return out;
  }

 private:
  Folder folder_;
  int file_;
  int pipe_[2] = {-1, -1};
  std::size_t read_ = 0;
};

// What AWS's own calls give, as edge/aws says it; the calls themselves are tested there and in the types' own tests.
Error aws_error(Mood mood) {
  const Errc code = mood == Mood::busy ? Errc::throttled : mood == Mood::refuses ? Errc::denied : Errc::unavailable;
  return {code, "aws: no"};
}

class SnsPlace : public Place {
 public:
  std::shared_ptr<ports::Receiver> receiver(Mood mood) override {
    receivers::Config config;
    config.type = "sns";
    config.topic_arn = "arn:aws:sns:eu-west-1:111122223333:topic";
    config.publish = [this, mood](const receivers::Publication& p, std::chrono::milliseconds) -> Result<std::string> {
      if (mood != Mood::works) return aws_error(mood);
      told_.push_back(p.subject + p.message);
      return std::string("id");
    };
    return receiver_of(std::move(config));
  }
  std::vector<std::string> told(std::size_t) override { return std::exchange(told_, {}); }

 private:
  std::vector<std::string> told_;
};

class BucketPlace : public Place {
 public:
  std::shared_ptr<ports::Receiver> receiver(Mood mood) override {
    receivers::Config config;
    config.type = "ocsf";
    config.path = "s3://findings/p";
    config.put = [this, mood](const receivers::StoredObject& o, std::chrono::milliseconds) -> Status {
      if (mood != Mood::works) return aws_error(mood);
      if (!o.body.ends_with('\n')) return Error{Errc::internal, "no line"};
      told_.push_back(o.key + o.body.substr(0, o.body.size() - 1));
      return ok();
    };
    return receiver_of(std::move(config));
  }
  std::vector<std::string> told(std::size_t) override { return std::exchange(told_, {}); }

 private:
  std::vector<std::string> told_;
};

StandIn::Script answers(int status, std::string body) {
  return [=](const StandInRequest&) { return reply(status, body); };
}

Kind http(std::string name, std::string type, HttpPlace::Fill fill, StandIn::Script works, std::size_t limit) {
  return {std::move(name), type, [=] { return std::make_unique<HttpPlace>(type, fill, works); }, limit, {kSecretPart}};
}

}  // namespace

const std::vector<Kind>& every_kind() {
  static const std::vector<Kind> kinds = {
      http(
          "slack_app", "slack",
          [](receivers::Config& c, const std::string& url) {
            c.token = given(std::string("xoxb-") + kSecretPart);
            c.channel = "C0123";
            c.api_url = url + "/api/";
          },
          slack_that_works(), 20'000),
      http(
          "slack_webhook", "slack",
          [](receivers::Config& c, const std::string& url) { c.webhook_url = given(url + "/services/" + kSecretPart); },
          answers(200, "ok"), 20'000),
      http(
          "pagerduty", "pagerduty",
          [](receivers::Config& c, const std::string& url) {
            c.routing_key = given(std::string(kSecretPart) + "01234567890123456789");
            c.events_url = url;
          },
          answers(202, "{}"), 512'000),
      http(
          "teams", "teams",
          [](receivers::Config& c, const std::string& url) { c.webhook_url = given(url + "/?sig=" + kSecretPart); },
          answers(202, ""), 28'000),
      http(
          "webhook", "webhook",
          [](receivers::Config& c, const std::string& url) { c.url = given(url + "/?key=" + kSecretPart); },
          answers(200, ""), 20'000),
      http(
          "ocsf_url", "ocsf",
          [](receivers::Config& c, const std::string& url) { c.url = given(url + "/?key=" + kSecretPart); },
          answers(200, ""), 48'000),
      {"ocsf_file", "ocsf", [] { return std::make_unique<FilePlace>("ocsf"); }, 48'000, {}},
      {"ocsf_bucket", "ocsf", [] { return std::make_unique<BucketPlace>(); }, 48'500, {}},
      {"email", "email", [] { return std::make_unique<MailPlace>(); }, 100'000, {}},
      {"sns", "sns", [] { return std::make_unique<SnsPlace>(); }, 262'144, {}},
      {"syslog", "syslog", [] { return std::make_unique<SyslogPlace>(); }, 8'192, {}},
      {"stdout", "stdout", [] { return std::make_unique<StdoutPlace>(); }, 20'000, {}},
      {"file", "file", [] { return std::make_unique<FilePlace>("file"); }, 20'000, {}},
  };
  return kinds;
}

}  // namespace gw::test
