// Evidence: every fact that is stored (accesses and the like, activity, sessions, deliveries, mutes) as JSON lines in objects of S3, for
// an auditor who trusts the bucket's versions and locks more than a store. `docs/aws/lambda.md` has the form of a line.
//
// An object's name follows from what it says: what is decided again, because a commit or an invocation is tried again, lands on
// the name that it had. Internal to app.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "edge/aws/client.h"
#include "engine/ports/store.h"

namespace gw::app {

struct EvidenceObject {
  std::string name;   // YYYY/MM/DD/HASH.jsonl; empty: there is nothing to keep
  std::string lines;  // each ended by a newline
};
// Pure. Named by the events where there are some, else by the sessions and mutes.
[[nodiscard]] EvidenceObject evidence_of(const ports::Commit& commit);
// Of what was settled among them.
[[nodiscard]] EvidenceObject evidence_of(const std::vector<std::pair<ports::Claim, ports::Outcome>>& marks, Time now);

// Safe from any thread.
class Evidence {
 public:
  using OpenS3 = std::function<Result<aws::Client*>()>;
  // `place`: s3://bucket or s3://bucket/prefix.
  Evidence(const std::string& place, OpenS3 open_s3, std::function<Time()> now);

  // Durable when it answers ok. Errors as of put_object(), saying that it is about the evidence.
  [[nodiscard]] Status keep(const EvidenceObject& object);
  // For what has happened already, and is only told: kept by the next flush().
  void add(EvidenceObject object);
  // On an error what is left waits for the next call.
  [[nodiscard]] Status flush();

 private:
  std::string bucket_;
  std::string prefix_;
  const OpenS3 open_s3_;
  const std::function<Time()> now_;
  std::mutex mutex_;
  std::vector<EvidenceObject> waiting_;
};

}  // namespace gw::app
