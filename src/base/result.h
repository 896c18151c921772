// Result<T>: the one way in which a glasswatch library reports failure.
//
// Spelled like std::expected (which clang 14 lacks) so that moving to it later is an alias. An Errc says what
// the *caller* does next; the message says what happened, for a person, and never holds secrets or raw events.
// Malformed input is data, not an error: decoders answer with a quarantine reason instead.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace gw {

enum class Errc : std::uint8_t {
  invalid_input,  // fix the input or the configuration
  not_found,      // the thing named does not exist
  conflict,       // reload and recompute
  unavailable,    // try again later
  throttled,      // try again later, more slowly
  denied,         // tell an operator
  corrupt,        // stop and tell an operator
  cancelled,      // somebody asked for it
  internal,       // a bug in glasswatch
};

[[nodiscard]] constexpr std::string_view to_string(Errc code) {
  switch (code) {
    case Errc::invalid_input: return "invalid_input";
    case Errc::not_found: return "not_found";
    case Errc::conflict: return "conflict";
    case Errc::unavailable: return "unavailable";
    case Errc::throttled: return "throttled";
    case Errc::denied: return "denied";
    case Errc::corrupt: return "corrupt";
    case Errc::cancelled: return "cancelled";
    case Errc::internal: return "internal";
  }
  return "internal";
}

// The whole retry policy: everything else needs somebody to act.
[[nodiscard]] constexpr bool retryable(Errc code) { return code == Errc::unavailable || code == Errc::throttled; }

struct Error {
  Errc code = Errc::internal;
  std::string message;

  // Adds where it happened on the way up: `file.gz: inflate: …`.
  [[nodiscard]] Error in(std::string_view context) && {
    message.insert(0, ": ");
    message.insert(0, context);
    return std::move(*this);
  }
};

// Holds a value or an Error. Reading the wrong side aborts: that is a bug in the caller, not a condition.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  [[nodiscard]] explicit operator bool() const { return has_value(); }

  [[nodiscard]] T& value() & { return check(), *std::get_if<0>(&state_); }
  [[nodiscard]] const T& value() const& { return check(), *std::get_if<0>(&state_); }
  [[nodiscard]] T&& value() && { return check(), std::move(*std::get_if<0>(&state_)); }
  [[nodiscard]] T& operator*() & { return value(); }
  [[nodiscard]] const T& operator*() const& { return value(); }
  [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }
  [[nodiscard]] T* operator->() { return &value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }

  [[nodiscard]] Error& error() & { return check_error(), *std::get_if<1>(&state_); }
  [[nodiscard]] const Error& error() const& { return check_error(), *std::get_if<1>(&state_); }
  [[nodiscard]] Error&& error() && { return check_error(), std::move(*std::get_if<1>(&state_)); }

 private:
  void check() const {
    if (state_.index() != 0) std::abort();
  }
  void check_error() const {
    if (state_.index() != 1) std::abort();
  }
  std::variant<T, Error> state_;
};

struct Unit {};
using Status = Result<Unit>;
inline Status ok() { return Unit{}; }

}  // namespace gw
