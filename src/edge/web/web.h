// The HTTP interface of a running glasswatch: API, ingest, metrics, a small page. Everything is asked of the store and of the
// pipeline; the web keeps nothing but how often tokens failed, and the connections by which Slack's presses come (Socket Mode).
//
// A request is let in by a bearer token, of which only SHA-256 is known here. Without any token in the configuration, people
// and programs on this machine may do what operators may: the peer must be a loopback address, the Host header must name one
// (a web page's name that was made to resolve to 127.0.0.1 does not), and an Origin header must be this server's own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/model/alert.h"
#include "edge/net/http_client.h"
#include "edge/net/http_server.h"
#include "engine/pipeline/lag_book.h"
#include "engine/pipeline/settings.h"
#include "engine/ports/source.h"
#include "engine/ports/store.h"

namespace gw::web {

enum class Role : std::uint8_t {
  viewer,     // reads
  reviewer,   // reads, and reviews sessions
  operator_,  // reads, acknowledges, mutes, retries, replays
  admin,      // everything but ingest
  ingest,     // delivers records, and nothing else
};
[[nodiscard]] std::string_view to_string(Role role);

struct Token {
  std::string name;  // shown as author and source; several tokens may have one name, so that one can follow another
  Role role = Role::viewer;
  std::string person;                 // whose it is; empty: shared
  std::string hash;                   // token_hash() of the secret
  std::vector<std::string> accounts;  // ingest: globs of accounts that it may speak of; empty: any
};
[[nodiscard]] std::string token_hash(std::string_view secret);  // 64 characters

// Where deliveries go: the pipeline.
class Ingest {
 public:
  virtual ~Ingest() = default;
  // Takes it over and calls its `settle` exactly once, from any thread, also before it returns.
  virtual void submit(ports::Delivery delivery) = 0;
  // False while the budget of what is in flight leaves no room for so many bytes: senders are told to come back.
  [[nodiscard]] virtual bool has_room(std::size_t bytes) = 0;
};

// A number to export beside those of the store.
struct Metric {
  std::string name;  // glasswatch_…
  bool is_counter = false;
  std::string help;
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
};
// How reading a directory of names goes.
struct DirectoryPart {
  std::string part;  // accounts, units, users, permission_sets
  std::optional<Time> read_at;
  std::size_t entries = 0;
  std::string problem;             // why it could not be read the last time; empty: it could
  std::string missing_permission;  // organizations:ListAccounts; empty: none is known to be missing
  std::uint64_t failures = 0;      // since the start
};
// What the process knows of deliveries that are not settled.
struct InFlight {
  std::uint64_t retrying = 0;
  std::uint64_t in_flight = 0;
};

// A Slack app whose presses are taken.
struct SlackDoor {
  std::string receiver;
  std::function<Result<std::string>()> signing_secret;  // empty: no press is taken at /slack/actions
  // Socket Mode: what its connection is known by. Doors with the same share it; empty: none.
  std::string socket;
  // Asks Slack for the address to connect to, which holds a secret. Where Slack says when to come back, it sets `pause`.
  std::function<Result<std::string>(std::chrono::seconds& pause)> open_socket;
  net::ClientOptions network;  // by which that is connected to
  std::string team;            // T…; empty: any that the secret signs for
  std::string app;             // A…; the same
  // A call of Slack's API, with JSON or a form, that answers within some two seconds: the answer's body, which says ok.
  std::function<Result<std::string>(const std::string& method, const std::string& body)> call;
};

struct Config {
  std::vector<Token> tokens;                         // none: see above
  bool open_metrics = false;                         // http.metrics: open
  std::vector<std::string> receivers;                // that are configured: those that a test alert can be sent to
  std::size_t ingest_limit = std::size_t{65} << 20;  // bytes of a body as sent: Firehose's 64 MiB and its frame
  std::size_t eventbridge_limit = std::size_t{1} << 20;
  unsigned failed_tokens = 20;  // of one peer in a minute; beyond it 429
  std::vector<SlackDoor> slack = {};
};

// What only the application knows. Each may be called from several threads at once; those that are empty are not offered.
struct Hooks {
  std::function<Time()> now;    // needed
  pipeline::Provider settings;  // who is told of what people do; needed where they may do something
  // What keeps it from being ready, one sentence each, safe to show to anybody: "the store cannot be written".
  std::function<std::vector<std::string>()> problems;
  std::function<std::vector<Metric>()> metrics;
  std::function<InFlight()> in_flight;
  // How late the records of a place are, of those that came in the last two days.
  std::function<coverage::LagCounts(const ports::CoverageSighting&)> lag;
  // Messages as they would look, newest first, each one JSON object {"at","receiver","text","blocks":[…]}.
  std::function<std::vector<std::string>()> messages;
  std::function<std::vector<DirectoryPart>()> directory;
  // Sends a marked alert down the real path. Answers the alert's id; `not_found` for an unknown receiver.
  std::function<Result<std::string>(const std::string& receiver, const std::string& by)> alert_test;
};

// Safe from any thread. Store, ingest and what the hooks refer to must outlive it and the server that it answers for.
class Web : public net::Handler {
 public:
  Web(Config config, ports::Store& store, Ingest& ingest, Hooks hooks);
  ~Web() override;
  Web(const Web&) = delete;
  Web& operator=(const Web&) = delete;

  // Another configuration from now on (SIGHUP).
  void reload(Config config);
  // What does not keep it from being ready, and should be known all the same; one sentence each, safe to show to anybody.
  [[nodiscard]] std::vector<std::string> doubts() const;

  [[nodiscard]] Admission admit(const net::ServerRequest& head) override;
  void handle(net::ServerRequest request, net::Responder responder) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gw::web
