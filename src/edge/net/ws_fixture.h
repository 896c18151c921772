// For tests: the other side of a WebSocket, by another implementation than ours.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <memory>
#include <string>

namespace gw::net {

// A connection, as its server has it. All calls wait for at most ten seconds; then, and when the other side has gone, they throw.
template <class Stream>
class WsPeer {
 public:
  template <class... Arguments>
  explicit WsPeer(Arguments&&... arguments) : ws_(std::forward<Arguments>(arguments)...) {}

  // Answers the client's request, and keeps what it asked for.
  void accept() {
    boost::beast::http::request<boost::beast::http::string_body> request;
    boost::beast::http::read(ws_.next_layer(), buffer_, request);
    target_ = request.target();
    host_ = request[boost::beast::http::field::host];
    ws_.accept(request);
  }
  void send(const std::string& text) {
    ws_.text(true);
    ws_.write(boost::asio::buffer(text));
  }
  std::string read() {
    boost::beast::flat_buffer got;
    ws_.read(got);
    return boost::beast::buffers_to_string(got.data());
  }
  // Whether the other side says goodbye.
  bool is_closed() {
    boost::beast::flat_buffer got;
    boost::beast::error_code error;
    while (!error) ws_.read(got, error);
    return error == boost::beast::websocket::error::closed;
  }
  boost::beast::websocket::stream<Stream>& ws() { return ws_; }
  [[nodiscard]] const std::string& target() const { return target_; }
  [[nodiscard]] const std::string& host() const { return host_; }

 private:
  boost::beast::websocket::stream<Stream> ws_;
  boost::beast::flat_buffer buffer_;
  std::string target_;
  std::string host_;
};

class WsListener {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  WsListener() : acceptor_(context_, {boost::asio::ip::make_address("127.0.0.1"), 0}) {}

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] std::string url(const std::string& target = "/") const {
    return "ws://127.0.0.1:" + std::to_string(port()) + target;
  }
  Socket take() {
    set_limit(acceptor_.native_handle());
    Socket socket = acceptor_.accept();
    set_limit(socket.native_handle());
    return socket;
  }
  std::unique_ptr<WsPeer<Socket>> accept() {
    auto peer = std::make_unique<WsPeer<Socket>>(take());
    peer->accept();
    return peer;
  }

 private:
  static void set_limit(int descriptor) {
    const timeval limit{10, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
};

}  // namespace gw::net
