#include "app/doubts.h"

#include "app/slack_doors.h"
#include "base/json/doc.h"
#include "edge/net/address.h"
#include "edge/receivers/local_time.h"

namespace gw::app {
namespace {

bool is_local(const std::string& listen) {
  const auto at = parse_listen(listen);
  if (!at) return true;  // it will not be listened on
  if (at->host == "localhost") return true;
  const auto address = net::parse_address(at->host);
  return address && net::is_loopback(*address);
}

}  // namespace

std::optional<ListenAddress> parse_listen(const std::string& listen) {
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string::npos || colon + 1 == listen.size()) return std::nullopt;
  ListenAddress address{listen.substr(0, colon), 0};
  if (address.host.starts_with('[') && address.host.ends_with(']'))
    address.host = address.host.substr(1, address.host.size() - 2);
  unsigned port = 0;
  for (const char c : listen.substr(colon + 1)) {
    if (c < '0' || c > '9') return std::nullopt;
    port = port * 10 + static_cast<unsigned>(c - '0');
    if (port > 65535) return std::nullopt;
  }
  address.port = static_cast<std::uint16_t>(port);
  return address;
}

std::vector<Doubt> doubts_of(const AppConfig& config) {
  std::vector<Doubt> doubts;
  const DaemonConfig& d = config.daemon;
  if (d.receivers.empty()) doubts.push_back({"no receivers are configured: alerts go to standard output", {}, {}});
  // What is checked and not used yet: whoever relies on it has to be told.
  json::Doc doc;
  if (doc.parse(config.canonical)) {
    if (!doc.root()["ledger"].is_nothing())
      doubts.push_back({"a part of the configuration has no effect in this version", "part", "ledger"});
  }
  if (d.directory.identity_store.is_on && d.directory.identity_store.id.empty())
    doubts.push_back(
        {"without its id the Identity Store cannot be asked for names", "part", "directory.identity_store"});
  for (const ReceiverConfig& r : d.receivers) {
    if (!takes_presses(r) && !(r.signing_secret.empty() && r.app_token.empty()))
      doubts.push_back({"messages of an incoming webhook have no buttons: signing_secret and app_token have no effect",
                        "receiver", r.name});
    if (takes_presses(r) && !r.signing_secret.empty() && (r.team.empty() || r.app.empty()))
      doubts.push_back({"presses are taken from every workspace and app that has the signing secret: set team and app",
                        "receiver", r.name});
    if (takes_presses(r) && r.signing_secret.empty() && r.team.empty())
      doubts.push_back(
          {"presses are taken from every workspace that the app is installed in: set team", "receiver", r.name});
    if (r.mention.starts_with('@') && r.mention != "@here" && r.mention != "@channel")
      doubts.push_back({"this mention calls nobody: Slack needs subteam:S… or user:U…", "receiver", r.name});
  }
  for (const SourceConfig& s : d.sources) {
    if (s.type == "s3_sqs" && s.buckets.empty() && s.bucket_owner.empty())
      doubts.push_back(
          {"whoever may write to this queue chooses the bucket: set buckets or bucket_owner", "queue", s.queue_url});
  }
  if (d.timezone != "UTC" && !receivers::is_known_zone(d.timezone))
    doubts.push_back({"this machine does not know the time zone: messages hold UTC only", "timezone", d.timezone});
  if (is_local(d.http.listen)) return doubts;
  if (d.http.tokens.empty())
    doubts.push_back({"without http.tokens only this machine is let in", "listen", d.http.listen});
  if (d.http.certificate.empty())
    doubts.push_back({"tokens travel readable without http.tls, unless a proxy brings it", "listen", d.http.listen});
  return doubts;
}

}  // namespace gw::app
