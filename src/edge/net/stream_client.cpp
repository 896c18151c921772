// A protocol that never answers leaves one question open: did it arrive? Written is not arrived, so we wait until the kernel has
// nothing left that the other side has not acknowledged (SIOCOUTQ). It costs one round trip.
#include "edge/net/stream_client.h"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <algorithm>

#include "edge/net/byte_stream.h"

namespace gw::net {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr milliseconds kIdle{30'000};
// With TLS 1.3 a server judges our certificate after we believe to be connected.
constexpr milliseconds kFirstLook{250};

milliseconds until(Steady::time_point end) { return std::chrono::ceil<milliseconds>(end - Steady::now()); }

}  // namespace

struct StreamClient::Connection {
  ByteStream stream;
  Steady::time_point used = Steady::now();

  // What the server says is thrown away; false when it said its last.
  [[nodiscard]] bool is_open() {
    char buffer[512];
    for (int i = 0; i < 64; ++i) {  // one that never stops is open, too
      const auto count = stream.read(buffer, sizeof buffer);
      if (!count) return false;
      if (*count == 0) return true;
    }
    return true;
  }
};

StreamClient::StreamClient(StreamServer server) : server_(std::move(server)) {}
StreamClient::~StreamClient() = default;
StreamClient::StreamClient(StreamClient&&) noexcept = default;
StreamClient& StreamClient::operator=(StreamClient&&) noexcept = default;

Error StreamClient::lost(std::string_view why) {
  connection_.reset();
  return {Errc::unavailable, shown(server_) + ": " + std::string(why)};
}

Status StreamClient::open(milliseconds deadline) {
  connection_.reset();
  auto stream = ByteStream::open(server_, deadline);
  if (!stream) return std::move(stream).error();
  connection_ = std::make_unique<Connection>(Connection{std::move(*stream)});
  return ok();
}

Status StreamClient::settle(bool is_new, Steady::time_point end) {
  const Steady::time_point looked = Steady::now() + (is_new ? kFirstLook : milliseconds(0));
  for (;;) {
    if (!connection_->is_open()) return lost("the server ended the connection");
    int unacknowledged = 0;
    const bool is_out = ::ioctl(connection_->stream.socket(), SIOCOUTQ, &unacknowledged) != 0 || unacknowledged == 0;
    const Steady::time_point now = Steady::now();
    if (is_out && now >= std::min(looked, end)) return ok();
    if (now >= end) return lost("no acknowledgement in time");
    // Readable: the server says something, or its last. Else it is looked at again soon.
    const milliseconds pause = std::min({until(is_out ? std::min(looked, end) : end), milliseconds(is_out ? 250 : 5)});
    pollfd heard{connection_->stream.socket(), POLLIN | POLLRDHUP, 0};
    (void)poll(&heard, 1, static_cast<int>(std::max<std::int64_t>(1, pause.count())));
  }
}

Status StreamClient::connect(milliseconds deadline) {
  const Steady::time_point end = Steady::now() + deadline;
  if (Status opened = open(deadline); !opened) return opened;
  return settle(true, end);
}

Status StreamClient::send(std::string_view bytes, milliseconds deadline) {
  const Steady::time_point end = Steady::now() + deadline;
  const bool is_usable = connection_ && Steady::now() - connection_->used < kIdle && connection_->is_open();
  if (!is_usable) {
    if (Status opened = open(deadline); !opened) return opened;
  }
  if (const Status written = connection_->stream.write_all(bytes, end); !written) return lost(written.error().message);
  if (Status settled = settle(!is_usable, end); !settled) return settled;
  connection_->used = Steady::now();
  return ok();
}

}  // namespace gw::net
