// Where records come from. A delivery is bytes and its acknowledgement as one value: whoever drops it without a word has
// given it back.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace gw::ports {

enum class Settled : std::uint8_t {
  durable,      // everything in it is stored, or quarantined with a reason
  unavailable,  // nothing is promised: deliver it again
};

struct Delivery {
  std::string feed;  // s3, cloudwatch_logs, eventbridge, http, file: what the source is unless the envelope says better
  std::string source;   // for people: path, queue, token
  std::string bytes;    // as delivered, compressed or not
  std::string file;     // not empty: they lie in this file instead, which whoever made it removes in `settle`
  std::string problem;  // why the bytes could not be got, for good: what there is of them is quarantined, not read
  bool tell_problem = false;  // people are told of it, whatever the bytes look like: a log object that is gone
  Time received_at;
  // Accounts that the sender may speak of (globs); empty: any. A record of another account is quarantined; one without an
  // account too, unless it stands in a log file (from_trail), whose name says whose it is.
  std::vector<std::string> accounts;
  std::string region;       // of the log file's name; a record of another region is quarantined. Empty: any
  bool from_trail = false;  // a log file's own bytes: sessions seen in it are confirmed by `source`
  std::vector<std::pair<std::string, std::string>> cursors;  // written in the commit that settles it
  // Called exactly once, from any thread, after the commit (or when it is given up).
  std::function<void(Settled)> settle;
};

}  // namespace gw::ports
