// What is done for one part of a message: the object is fetched and handed to the pipeline, or it is decided what becomes of it.
//
//   settled for good        done; the message is deleted when all its parts are
//   digest, folder marker   a delivery of nothing, so that the books tell of it
//   refused by our rules    quarantined at once
//   missing, refused by S3  given back with a pause that grows; at the limit of receipts quarantined, and people are told
//   S3 is away              tried again here, while the message is held; nothing is quarantined for hours
//   the message is unclear  given back like that; at the limit quarantined
//
// Knows no threads and no clock of its own. Safe from any thread; what it refers to outlives it, its deliveries may outlive it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/time.h"
#include "edge/sources/queue_desk.h"
#include "edge/sources/s3_object.h"
#include "edge/sources/submit.h"

namespace gw::sources {

// Something that an operator may want to read of: a sentence of ours, what it is about, a word for it.
using Notice = std::function<void(std::string_view message, std::string_view about, std::string_view reason)>;

class S3Hands {
 public:
  S3Hands(std::shared_ptr<QueueDesk> desk, ObjectFetcher& fetcher, Submit submit, std::function<Time()> clock,
          Notice notice)
      : desk_(std::move(desk)),
        fetcher_(fetcher),
        submit_(std::move(submit)),
        clock_(std::move(clock)),
        notice_(std::move(notice)) {}

  void work(const Job& job, const std::stop_token& stop);

  struct Counts {
    std::map<std::string, std::uint64_t> refused;  // by reason
    std::uint64_t missing = 0;
    std::uint64_t failed = 0;
    std::uint64_t fetched = 0;
    std::uint64_t quarantined = 0;  // parts of messages
  };
  [[nodiscard]] Counts counts() const;
  // Why S3 does not hand anything out at the moment; empty: it does.
  [[nodiscard]] std::string problem() const;

 private:
  void object(const Job& job, const std::stop_token& stop);
  void deliver(const Job& job, ports::Delivery delivery, const std::stop_token& stop);
  void quarantine(const Job& job, std::string source, std::string problem, bool tell, const std::stop_token& stop);
  void note(const Job& job, const Fetched& fetched);

  const std::shared_ptr<QueueDesk> desk_;
  ObjectFetcher& fetcher_;
  const Submit submit_;
  const std::function<Time()> clock_;
  const Notice notice_;
  mutable std::mutex mutex_;
  Counts counts_;
  std::string problem_;
};

}  // namespace gw::sources
