// What workers found, in any order → the Sink, in the order of the walk.
//
// Batches are held until those before them have been told; how much may be held is bounded, so a worker that is far ahead
// waits. In order, then: copies are dropped (SeenKeys), names are learnt, and findings are told a little later than they
// come (kHeld of them, as far as their text is within bounds), so that a name learnt from a record just behind still reaches them.
// Thread-safe; the Sink is called by one thread at a time.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/scan/batch.h"
#include "engine/scan/scan.h"
#include "engine/scan/seen_keys.h"

namespace gw::scan {

// Learns the names behind identity store users ("Username in sign-in CloudTrail events"): a user id and a name that share a
// sign-in workflow belong together. Bounded; not thread-safe.
class NameBook {
 public:
  void learn(const detect::NameFact& fact);
  [[nodiscard]] const std::string* find(const std::string& identity_store_user) const;

 private:
  std::unordered_map<std::string, detect::NameFact> workflows_;
  std::deque<std::string> workflow_order_;
  std::unordered_map<std::string, std::string> names_;
};

class Teller {
 public:
  Teller(const Options& options, Sink& sink);

  // One part of input number `index` (from 0). `last`: the input is done with; `sizes` are counted then. Blocks while too
  // much is held. False: the Sink wants no more.
  struct Sizes {
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    bool failed = false;
  };
  bool tell(std::uint64_t index, Batch batch, bool last, Sizes sizes);
  // After the last input: tells what is still held, and answers the counters.
  Stats finish();
  [[nodiscard]] std::optional<model::Severity> highest() const { return highest_; }
  [[nodiscard]] bool stopped() const;

 private:
  static constexpr std::size_t kHeld = 1024;
  static constexpr std::size_t kHeldText = std::size_t{4} << 20;  // bytes

  struct Part {
    Batch batch;
    bool last = false;
    Sizes sizes;
  };
  // A finding that waits: an event, or a text that lies in a chunk or is its own.
  struct Held {
    std::unique_ptr<model::AccessEvent> event;
    std::string_view text;
    std::unique_ptr<std::string> own_text;
    std::uint64_t chunks = 0;   // that had come until then: the text lies in the last of them
    std::size_t own_bytes = 0;  // of text, but for the chunk's
  };
  void deliver(Part part);
  void finding(Finding finding, std::string_view text);
  void conflict(Held& held);
  void tell_oldest();
  void tell(Held& held);
  void drop_told_chunks(bool last_too);

  const Options& options_;
  Sink& sink_;
  mutable std::mutex mutex_;
  std::condition_variable turn_;
  std::map<std::uint64_t, Part> waiting_;  // whole inputs that are ahead of their turn
  std::size_t waiting_weight_ = 0;
  std::uint64_t next_ = 0;
  bool stopped_ = false;
  SeenKeys seen_;
  NameBook names_;
  std::deque<Held> held_;
  std::deque<std::unique_ptr<std::string>> chunks_;  // texts of batches, while findings in them are held
  std::uint64_t first_chunk_ = 0;
  std::size_t held_text_ = 0;  // bytes of chunks_ and of what is held besides them
  std::string wire_;
  Stats stats_;
  std::uint64_t decoded_ = 0;
  std::uint64_t ignored_ = 0;
  std::uint64_t not_watched_ = 0;
  std::optional<model::Severity> highest_;
};

}  // namespace gw::scan
