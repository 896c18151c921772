#include "edge/receivers/renewing.h"

namespace gw::receivers {

using ports::SendResult;
using ports::SendVerdict;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

template <class Attempt>
SendResult Renewing::attempt(milliseconds deadline, const Attempt& once) {
  const Steady::time_point end = Steady::now() + deadline;
  SendResult result = once(deadline);
  if (result.verdict != SendVerdict::refused || !result.about_secret) return result;
  const Result<bool> changed = reread_();
  if (!changed) {
    result.reason += "; " + changed.error().message;
    if (retryable(changed.error().code)) result.verdict = SendVerdict::retry;  // a new one may be there
    return result;
  }
  if (!*changed) return result;
  const auto left = std::chrono::duration_cast<milliseconds>(end - Steady::now());
  if (left.count() <= 0) {
    result.verdict = SendVerdict::retry;  // the next attempt goes out with the new one
    return result;
  }
  return once(left);
}

SendResult Renewing::send(const ports::Message& message, milliseconds deadline) {
  return attempt(deadline, [&](milliseconds left) { return inner_->send(message, left); });
}

SendResult Renewing::check(milliseconds deadline) {
  return attempt(deadline, [&](milliseconds left) { return inner_->check(left); });
}

}  // namespace gw::receivers
