// Listening, TLS, and the end. Connections are in http_connection.h.
//
// Lifetimes: the Core owns the io_context and outlives its threads. Coroutines refer to it plainly: those that still sleep
// when it goes are destroyed by the io_context, which goes first. Responders hold it weakly.
#include "edge/net/http_server.h"

#include <thread>

#include "edge/net/http_connection.h"

namespace gw::net {

using asio::ip::tcp;

struct HttpServer::Core {
  Shared shared;
  std::optional<asio::ssl::context> tls;
  std::atomic<unsigned> open = 0;      // connections
  std::atomic<unsigned> refusing = 0;  // one more than that
  asio::io_context io;
  tcp::acceptor acceptor{asio::make_strand(io)};
  std::vector<std::thread> threads;

  Status listen();
  Status read_certificate();
  asio::awaitable<void> accept();
  asio::awaitable<void> refuse(tcp::socket socket);
  asio::awaitable<void> converse(tcp::socket socket);
  bool wait_until_none(std::chrono::milliseconds deadline);
  template <class Action>
  void for_each_connection(Action action);
};

namespace {

// One connection among the others for as long as it lives.
class Registration {
 public:
  Registration(Shared& shared, std::shared_ptr<Connection> connection)
      : shared_(shared), connection_(std::move(connection)) {
    const std::lock_guard lock(shared_.mutex);
    shared_.connections.insert(connection_);
  }
  ~Registration() {
    connection_->socket = nullptr;
    const std::lock_guard lock(shared_.mutex);
    shared_.connections.erase(connection_);
    shared_.changed.notify_all();
  }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

 private:
  Shared& shared_;
  std::shared_ptr<Connection> connection_;
};

struct Leave {
  std::atomic<unsigned>& count;
  ~Leave() { --count; }
};

template <class Stream>
asio::awaitable<void> serve(Shared& shared, Stream& stream) {
  const auto connection = std::make_shared<Connection>(beast::get_lowest_layer(stream));
  const Registration registration(shared, connection);
  if constexpr (!std::is_same_v<Stream, beast::tcp_stream>) {
    connection->is_idle = true;
    if (shared.stopping) co_return;
    beast::get_lowest_layer(stream).expires_after(shared.options.header_deadline);
    const auto [failure] = co_await stream.async_handshake(asio::ssl::stream_base::server, kAwait);
    if (failure) co_return;
  }
  Conversation<Stream> conversation(shared, stream, connection);
  co_await conversation.run();
}

Error unusable(std::string_view what, const Failure& failure) {
  return Error{Errc::invalid_input, std::string(what) + ": " + failure.message()};
}

}  // namespace

Status HttpServer::Core::read_certificate() {
  if (shared.options.certificate_file.empty() && shared.options.key_file.empty()) return ok();
  if (shared.options.certificate_file.empty() || shared.options.key_file.empty()) {
    return Error{Errc::invalid_input, "TLS needs a certificate and a key"};
  }
  tls.emplace(asio::ssl::context::tls_server);
  tls->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                   asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
  Failure failure;
  tls->use_certificate_chain_file(shared.options.certificate_file, failure);
  if (failure) return unusable("the TLS certificate", failure);
  tls->use_private_key_file(shared.options.key_file, asio::ssl::context::pem, failure);
  if (failure) return unusable("the TLS key", failure);
  if (SSL_CTX_check_private_key(tls->native_handle()) != 1) {
    return Error{Errc::invalid_input, "the TLS key is not the certificate's"};
  }
  return ok();
}

Status HttpServer::Core::listen() {
  Failure failure;
  tcp::resolver resolver(io);
  const auto found = resolver.resolve(shared.options.host, std::to_string(shared.options.port),
                                      tcp::resolver::passive | tcp::resolver::numeric_service, failure);
  if (failure || found.empty()) return unusable("the address to listen on", failure);
  const tcp::endpoint endpoint = found.begin()->endpoint();
  acceptor.open(endpoint.protocol(), failure);
  if (!failure) acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
  if (!failure) acceptor.bind(endpoint, failure);
  if (!failure) acceptor.listen(asio::socket_base::max_listen_connections, failure);
  if (!failure) return ok();
  const bool is_elsewhere = failure == boost::system::errc::address_not_available;
  return Error{
      is_elsewhere ? Errc::invalid_input : Errc::unavailable,
      "listening on " + shared.options.host + ':' + std::to_string(shared.options.port) + ": " + failure.message()};
}

asio::awaitable<void> HttpServer::Core::accept() {
  asio::steady_timer pause(acceptor.get_executor());
  while (!shared.stopping) {
    auto [failure, socket] = co_await acceptor.async_accept(asio::make_strand(io), kAwait);
    if (shared.stopping || failure == asio::error::operation_aborted) co_return;
    if (failure) {  // too many files, say: those that are open will be closed some day
      pause.expires_after(std::chrono::milliseconds(50));
      (void)co_await pause.async_wait(kAwait);
      continue;
    }
    const auto executor = socket.get_executor();
    if (open < shared.options.max_connections) {
      ++open;
      asio::co_spawn(executor, converse(std::move(socket)), asio::detached);
      continue;
    }
    ++shared.refused_connections;
    if (tls || refusing >= 64) continue;
    ++refusing;
    asio::co_spawn(executor, refuse(std::move(socket)), asio::detached);
  }
}

asio::awaitable<void> HttpServer::Core::refuse(tcp::socket socket) {
  const Leave leave{refusing};
  beast::tcp_stream stream(std::move(socket));
  const ServerResponse response = busy("too many connections");
  const std::string text = response_head(response, {false, false, std::time(nullptr)}) + response.body;
  stream.expires_after(std::chrono::seconds(1));
  (void)co_await asio::async_write(stream, asio::buffer(text), kAwait);
  Failure ignored;
  stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
  std::array<char, 1024> rest;
  for (bool more = true; more;) {
    const auto [failure, size] = co_await stream.async_read_some(asio::buffer(rest), kAwait);
    more = !failure;
  }
}

asio::awaitable<void> HttpServer::Core::converse(tcp::socket socket) {
  const Leave leave{open};
  if (tls) {
    asio::ssl::stream<beast::tcp_stream> stream(beast::tcp_stream(std::move(socket)), *tls);
    co_await serve(shared, stream);
  } else {
    beast::tcp_stream stream(std::move(socket));
    co_await serve(shared, stream);
  }
}

// On each connection's strand; it may be over by then.
template <class Action>
void HttpServer::Core::for_each_connection(Action action) {
  const std::lock_guard lock(shared.mutex);
  for (const auto& connection : shared.connections) {
    asio::post(connection->executor, [connection, action] {
      if (connection->socket != nullptr) action(*connection);
    });
  }
}

bool HttpServer::Core::wait_until_none(std::chrono::milliseconds deadline) {
  std::unique_lock lock(shared.mutex);
  return shared.changed.wait_for(lock, deadline, [&] { return shared.connections.empty(); });
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(const ServerOptions& options, Handler& handler) {
  try {
    auto core = std::make_shared<Core>();
    core->shared.options = options;
    core->shared.handler = &handler;
    core->shared.life = core;
    if (auto read = core->read_certificate(); !read) return std::move(read).error();
    if (auto listening = core->listen(); !listening) return std::move(listening).error();
    asio::co_spawn(core->acceptor.get_executor(), core->accept(), asio::detached);
    std::unique_ptr<HttpServer> server(new HttpServer(core));
    for (unsigned i = 0; i < std::max(1u, options.threads); ++i) {
      core->threads.emplace_back([raw = core.get()] { raw->io.run(); });
    }
    return server;
  } catch (const std::exception& e) {
    return Error{Errc::unavailable, std::string("starting the HTTP server: ") + e.what()};
  }
}

HttpServer::HttpServer(std::shared_ptr<Core> core) : core_(std::move(core)) {}
HttpServer::~HttpServer() { stop(std::chrono::milliseconds(0)); }

std::uint16_t HttpServer::port() const {
  Failure failure;
  const auto endpoint = core_->acceptor.local_endpoint(failure);
  return failure ? std::uint16_t{0} : endpoint.port();
}

ServerStats HttpServer::stats() const {
  Shared& shared = core_->shared;
  const std::lock_guard lock(shared.mutex);
  return {shared.connections.size(), shared.requests, shared.refused_connections, shared.body_bytes};
}

void HttpServer::stop(std::chrono::milliseconds deadline) {
  Core& core = *core_;
  if (core.threads.empty()) return;
  core.shared.stopping = true;
  asio::post(core.acceptor.get_executor(), [&core] {
    Failure ignored;
    core.acceptor.close(ignored);
  });
  core.for_each_connection([](Connection& connection) {
    if (connection.is_idle) connection.socket->cancel();
  });
  if (!core.wait_until_none(deadline)) {
    core.for_each_connection([](Connection& connection) { connection.socket->close(); });
    // Those that wait for an answer do not look at their socket: they end with the io_context.
    (void)core.wait_until_none(std::chrono::milliseconds(100));
  }
  core.io.stop();
  for (std::thread& thread : core.threads) thread.join();
  core.threads.clear();
}

}  // namespace gw::net
