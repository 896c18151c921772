// Inside of edge/net: one connection, from accept to close. The only header that includes Boost.
//
// A connection is one coroutine on its own strand: read the head, ask the handler, read the body, wait for the answer, write
// it, and again. Requests that were pipelined wait in the buffer, so that answers keep their order. Deadlines are those of
// beast::tcp_stream: when one passes, the socket is closed and the operation that waits fails.
#pragma once

#ifdef __SANITIZE_THREAD__
// ThreadSanitizer does not know fences; the scheduler's mutex orders the same.
#define BOOST_ASIO_DISABLE_FENCED_BLOCK
#endif

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <string>
#include <type_traits>
#include <unordered_set>

#include "edge/net/http_message.h"

namespace gw::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Failure = boost::system::error_code;
inline constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// What the server can do to a connection from outside. All but the executor is touched on the connection's strand only.
struct Connection {
  explicit Connection(beast::tcp_stream& stream) : executor(stream.get_executor()), socket(&stream) {}
  asio::any_io_executor executor;
  beast::tcp_stream* socket;  // null once the connection is over
  bool is_idle = false;       // waits for a request of which nothing has come
};

// What all connections share.
struct Shared {
  ServerOptions options;
  Handler* handler = nullptr;
  std::weak_ptr<void> life;  // of the io_context
  std::atomic<bool> stopping = false;
  std::atomic<std::uint64_t> requests = 0;
  std::atomic<std::uint64_t> refused_connections = 0;
  std::atomic<std::size_t> body_bytes = 0;

  std::mutex mutex;
  std::condition_variable changed;
  std::unordered_set<std::shared_ptr<Connection>> connections;
};

// Bytes of one request's body out of those for all.
class BodyShare {
 public:
  explicit BodyShare(Shared& shared) : shared_(shared) {}
  ~BodyShare() { shared_.body_bytes -= held_; }
  BodyShare(const BodyShare&) = delete;
  BodyShare& operator=(const BodyShare&) = delete;

  // False, and nothing is held more than before, when there is no room.
  [[nodiscard]] bool hold(std::size_t bytes) {
    if (bytes <= held_) return true;
    const std::size_t more = bytes - held_;
    if (shared_.body_bytes.fetch_add(more) + more > shared_.options.bodies_limit) {
      shared_.body_bytes -= more;
      return false;
    }
    held_ = bytes;
    return true;
  }

 private:
  Shared& shared_;
  std::size_t held_ = 0;
};

// An answer that is waited for.
struct Exchange {
  explicit Exchange(const asio::any_io_executor& executor) : timer(executor) {}
  asio::steady_timer timer;
  std::optional<ServerResponse> response;
};

inline Responder make_responder(const Shared& shared, const std::shared_ptr<Exchange>& exchange) {
  return Responder([life = shared.life, weak = std::weak_ptr<Exchange>(exchange)](ServerResponse response) {
    const auto alive = life.lock();  // first: the exchange's timer must not outlive it
    const auto waiting = alive ? weak.lock() : nullptr;
    if (!waiting) return;
    asio::post(waiting->timer.get_executor(), [waiting, response = std::move(response)]() mutable {
      if (waiting->response) return;
      waiting->response = std::move(response);
      waiting->timer.cancel();
    });
  });
}

inline ServerResponse busy(std::string_view detail) {
  ServerResponse response = problem(503, detail);
  response.headers.emplace_back("Retry-After", "5");
  return response;
}

template <class Stream>
class Conversation {
 public:
  Conversation(Shared& shared, Stream& stream, std::shared_ptr<Connection> connection)
      : shared_(shared), stream_(stream), connection_(std::move(connection)) {}

  asio::awaitable<void> run() {
    Failure failure;
    const auto remote = socket().socket().remote_endpoint(failure);
    if (failure) co_return;
    peer_ = remote.address().to_string();
    auto address = remote.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
      address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
      peer_ = address.to_string();
    }
    is_loopback_ = address.is_loopback();
    socket().socket().set_option(asio::ip::tcp::no_delay(true), failure);
    bool is_first = true;
    for (;;) {
      const bool has_come = co_await wait_for_request(is_first);
      if (!has_come) co_return;
      is_first = false;
      const bool goes_on = co_await serve_one();
      if (!goes_on) break;
    }
    co_await say_goodbye();
  }

 private:
  static constexpr bool kTls = !std::is_same_v<Stream, beast::tcp_stream>;
  using Parser = http::request_parser<http::string_body>;

  beast::tcp_stream& socket() { return beast::get_lowest_layer(stream_); }

  asio::awaitable<bool> wait_for_request(bool is_first) {
    if (buffer_.size() > 0) co_return true;
    connection_->is_idle = true;
    if (shared_.stopping) co_return false;  // else stop() finds it idle
    socket().expires_after(is_first ? shared_.options.header_deadline : shared_.options.idle_deadline);
    const auto [failure, size] = co_await stream_.async_read_some(buffer_.prepare(kStep), kAwait);
    connection_->is_idle = false;
    if (failure) co_return false;
    buffer_.commit(size);
    co_return true;
  }

  // True when the connection may carry another request.
  asio::awaitable<bool> serve_one() {
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(shared_.options.header_limit));
    parser.body_limit(boost::none);
    socket().expires_after(shared_.options.header_deadline);
    const auto [failure, size] = co_await http::async_read_header(stream_, buffer_, parser, kAwait);
    if (failure) co_return co_await refuse_broken(failure);
    ++shared_.requests;
    keep_alive_ = parser.get().keep_alive();
    is_http_10_ = parser.get().version() == 10;
    is_head_ = parser.get().method() == http::verb::head;

    ServerRequest request = take_head(parser);
    if (!is_http_10_ && parser.get().version() != 11) co_return co_await end_with(problem(505, {}));
    if (request.count("host") != 1 && !(is_http_10_ && request.count("host") == 0)) {
      co_return co_await end_with(problem(400, "exactly one Host header is needed"));
    }
    Handler::Admission admission;
    try {
      admission = shared_.handler->admit(request);
    } catch (const std::exception&) {
      admission.refuse = problem(500, {});
    }
    if (admission.refuse) {
      if (parser.is_done()) co_return co_await write(std::move(*admission.refuse));
      co_return co_await end_with(std::move(*admission.refuse));
    }
    BodyShare share(shared_);
    if (!parser.is_done()) {
      auto wrong = co_await read_body(parser, request, admission.body_limit, share);
      if (wrong) co_return co_await end_with(std::move(*wrong));
      if (!parser.is_done()) co_return false;
      request.body = std::move(parser.get().body());
    }
    ServerResponse response = co_await ask(std::move(request));
    co_return co_await write(std::move(response));
  }

  ServerRequest take_head(Parser& parser) const {
    ServerRequest request;
    request.method = std::string(parser.get().method_string());
    request.target = std::string(parser.get().target());
    request.peer = peer_;
    request.peer_is_loopback = is_loopback_;
    request.is_tls = kTls;
    for (const auto& field : parser.get()) {
      std::string name(field.name_string());
      for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
      request.headers.emplace_back(std::move(name), std::string(field.value()));
    }
    return request;
  }

  // Answers what to say when the body is not taken. A connection that is lost leaves the parser undone.
  asio::awaitable<std::optional<ServerResponse>> read_body(Parser& parser, const ServerRequest& request,
                                                           std::size_t limit, BodyShare& share) {
    const auto length = parser.content_length();
    if (length && *length > limit) co_return too_large(limit);
    if (!share.hold(length ? static_cast<std::size_t>(*length) : kStep)) co_return busy("too much is being received");
    parser.body_limit(limit);
    if (request.count("expect") > 0) {
      if (!beast::iequals(request.header("expect"), "100-continue")) co_return problem(417, {});
      static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      socket().expires_after(shared_.options.write_deadline);
      const auto [failure, size] = co_await asio::async_write(stream_, asio::buffer(kContinue), kAwait);
      if (failure) co_return std::nullopt;
    }
    const auto end = std::chrono::steady_clock::now() + shared_.options.body_deadline;
    parser.eager(true);
    while (!parser.is_done()) {
      const auto pause = std::chrono::steady_clock::now() + shared_.options.body_pause;
      socket().expires_at(std::min(pause, end));
      const auto [failure, size] = co_await http::async_read_some(stream_, buffer_, parser, kAwait);
      if (failure == http::error::body_limit || parser.get().body().size() > limit) co_return too_large(limit);
      if (failure && is_about_http(failure)) co_return problem(400, "the body is framed wrongly");
      if (failure) co_return std::nullopt;
      if (!share.hold(parser.get().body().size())) co_return busy("too much is being received");
    }
    co_return std::nullopt;
  }

  static ServerResponse too_large(std::size_t limit) {
    return problem(413, "at most " + std::to_string(limit) + " bytes are taken here");
  }

  asio::awaitable<ServerResponse> ask(ServerRequest request) {
    const auto exchange = std::make_shared<Exchange>(connection_->executor);
    socket().expires_never();
    try {
      shared_.handler->handle(std::move(request), make_responder(shared_, exchange));
    } catch (const std::exception&) {
      // The responder went down with it, and answered 500.
    }
    exchange->timer.expires_after(shared_.options.answer_deadline);
    // Only on this strand is an answer put there: none can come between the question and the wait.
    while (!exchange->response) {
      const auto [failure] = co_await exchange->timer.async_wait(kAwait);
      if (!failure && !exchange->response) exchange->response = busy("no answer in time");
    }
    co_return std::move(*exchange->response);
  }

  asio::awaitable<bool> refuse_broken(Failure failure) {
    if (!is_about_http(failure) || failure == http::error::end_of_stream || failure == http::error::partial_message) {
      co_return false;
    }
    const bool is_long = failure == http::error::header_limit || failure == http::error::buffer_overflow;
    co_return co_await end_with(problem(is_long ? 431 : failure == http::error::bad_version ? 505 : 400, {}));
  }

  static bool is_about_http(const Failure& failure) {
    return failure.category() == http::make_error_code(http::error::end_of_stream).category();
  }

  asio::awaitable<bool> end_with(ServerResponse response) {
    response.close = true;
    co_return co_await write(std::move(response));
  }

  asio::awaitable<bool> write(ServerResponse response) {
    keep_alive_ = keep_alive_ && !response.close && !shared_.stopping;
    const std::string head = response_head(response, {keep_alive_, is_http_10_, std::time(nullptr)});
    const bool with_body = !is_head_ && may_have_body(response.status);
    const std::array<asio::const_buffer, 2> parts{asio::buffer(head),
                                                  with_body ? asio::buffer(response.body) : asio::const_buffer()};
    socket().expires_after(shared_.options.write_deadline);
    const auto [failure, size] = co_await asio::async_write(stream_, parts, kAwait);
    if (failure) {
      is_lost_ = true;
      co_return false;
    }
    co_return keep_alive_;
  }

  // Closing with bytes unread would reset the connection and take the answer from the peer before it was seen: tell it that
  // nothing more comes, and hear it out for a moment.
  asio::awaitable<void> say_goodbye() {
    if (is_lost_) co_return;
    socket().expires_after(std::chrono::seconds(2));
    if constexpr (kTls) {
      (void)co_await stream_.async_shutdown(kAwait);
    }
    Failure ignored;
    socket().socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    std::array<char, 4096> rest;
    for (;;) {
      const auto [failure, size] = co_await socket().async_read_some(asio::buffer(rest), kAwait);
      if (failure) co_return;
    }
  }

  static constexpr std::size_t kStep = std::size_t{64} << 10;
  Shared& shared_;
  Stream& stream_;
  std::shared_ptr<Connection> connection_;
  beast::flat_buffer buffer_{shared_.options.header_limit + 2 * kStep};
  std::string peer_;
  bool is_loopback_ = false;
  bool keep_alive_ = false;
  bool is_http_10_ = false;
  bool is_head_ = false;
  bool is_lost_ = false;
};

}  // namespace gw::net
