// Inside of edge/web: who asks, and what they may.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "edge/net/http_server.h"
#include "edge/web/web.h"

namespace gw::web {

enum class Permission : std::uint8_t { none, read, operate, ingest };

struct Caller {
  std::string name;    // of the token; `local` without tokens
  std::string person;  // empty: a shared token, or nobody knows
  Role role = Role::viewer;
  bool is_local = false;  // let in without a token
  std::vector<std::string> accounts;
  [[nodiscard]] bool may(Permission permission) const;
  // How they sign: the person, else the token's name.
  [[nodiscard]] const std::string& author() const { return person.empty() ? name : person; }
};

// The secret of `Authorization: Bearer …`; nullopt when there is none, or not exactly one.
[[nodiscard]] std::optional<std::string_view> bearer(const net::ServerRequest& request);

// Which token is it? All are compared, each in constant time, so that time tells nothing. nullopt: none.
[[nodiscard]] std::optional<std::size_t> find_token(const std::vector<Token>& tokens, std::string_view secret);

// May a request without a token be let in where none are configured? Empty, or why not.
[[nodiscard]] std::string_view local_refusal(const net::ServerRequest& request);

// Counts wrong tokens by peer (an IPv6 peer is its /64). Bounded. A token that was right from there before is not stopped by
// the wrong ones of others behind the same address.
class FailureLimit {
 public:
  // True: answer 401. False: it has been too often, answer 429.
  bool failed(std::string_view peer, Time now, unsigned limit);
  // A right token. False: there have been too many wrong ones, and this one was never right from there before.
  bool succeeded(std::string_view peer, std::string_view token_hash, Time now, unsigned limit);
  [[nodiscard]] std::uint64_t failures() const;

 private:
  struct Peer {
    Time since;
    unsigned failures = 0;
    std::set<std::string, std::less<>> known;
  };
  Peer& peer_of(std::string_view peer, Time now);
  mutable std::mutex mutex_;
  std::map<std::string, Peer, std::less<>> peers_;
  std::uint64_t failures_ = 0;
};

}  // namespace gw::web
