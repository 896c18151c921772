// Where sources put what they have read.
#pragma once

#include <functional>
#include <stop_token>

#include "engine/ports/source.h"

namespace gw::sources {

// Takes the delivery, waiting for room. False: it was not taken, because `stop` was asked for or nothing is taken any more.
using Submit = std::function<bool(ports::Delivery& delivery, const std::stop_token& stop)>;

}  // namespace gw::sources
