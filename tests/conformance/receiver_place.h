// The other side of a receiver, whatever it speaks: for the suite that all types of receivers pass (every_receiver_test.cpp).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "edge/receivers/receivers.h"

namespace gw::test {

// How the other side takes a message, and so what happens next.
enum class Mood {
  works,    // accepted
  busy,     // retry: throttled, no room
  refuses,  // refused: it will never take it
  silent,   // retry, within the deadline
  gone,     // retry: nobody there, or the connection ends
};
inline constexpr Mood kMoods[] = {Mood::works, Mood::busy, Mood::refuses, Mood::silent, Mood::gone};

class Place {
 public:
  virtual ~Place() = default;
  // A receiver whose other side is in that mood from now on; null: it knows no such mood.
  virtual std::shared_ptr<ports::Receiver> receiver(Mood mood) = 0;
  // What arrived since the last call, by `sent` messages that were accepted, without what only carries it (frames, encodings).
  virtual std::vector<std::string> told(std::size_t sent) = 0;
};

struct Kind {
  std::string name;
  std::string type;  // of the configuration
  std::function<std::unique_ptr<Place>()> make;
  std::size_t limit;                 // bytes that the service takes of one message
  std::vector<std::string> secrets;  // must be in no reason
};
[[nodiscard]] const std::vector<Kind>& every_kind();

}  // namespace gw::test
