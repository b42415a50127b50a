#pragma once

/// \file adapters/http_server/http_connection.h
/// One client connection of the server, request after request. Lives on the I/O thread; the server
/// owns it and lets it go when run() has ended.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "adapters/http_server/http_server.h"
#include "adapters/http_server/route_table.h"
#include "base/bounded_queue.h"

namespace shelfcast::adapters::http_server {

/// Work for a pool. Each connection has at most one item in it.
using WorkQueue = BoundedQueue<std::function<void()>>;

struct ServerContext {
    boost::asio::io_context& io;
    const HttpServerOptions& options;
    const ports::Inflater& inflater;
    const RouteTable& routes;
    WorkQueue& work;
    WorkQueue& pulls;  ///< From streams; as many threads as there may be streams.
    std::size_t streams = 0;
    std::size_t held_body_bytes = 0;
    bool draining = false;  ///< Each connection ends with the request it is at.
};

class HttpConnection {
public:
    HttpConnection(ServerContext& context, boost::asio::ip::tcp::socket client);

    /// Serves until the client, a deadline or close() ends it.
    [[nodiscard]] boost::asio::awaitable<void> run();
    /// Says 503 and ends: there are too many connections.
    [[nodiscard]] boost::asio::awaitable<void> turn_away();

    /// Called a few times a second.
    void check_deadline(std::chrono::steady_clock::time_point now);
    void close_if_idle();
    /// Cuts the connection and requests the stop of its handler.
    void close();

private:
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
    struct HeldBytes;
    struct HeldStream;

    boost::asio::awaitable<bool> serve_one();
    boost::asio::awaitable<bool> read_head();
    boost::asio::awaitable<bool> answer();
    boost::asio::awaitable<bool> on_thread_of(WorkQueue& pool, const std::function<void()>& work);
    boost::asio::awaitable<void> watch_client();
    boost::asio::awaitable<bool> respond(ports::HttpResponse response);
    boost::asio::awaitable<bool> send_stream(const ports::HttpBodySource& stream);
    boost::asio::awaitable<bool> refuse(ports::HttpResponse refusal);
    boost::asio::awaitable<bool> write(std::string_view first, std::string_view second);
    boost::asio::awaitable<void> linger();

    [[nodiscard]] std::optional<ports::HttpResponse> take_head();
    [[nodiscard]] Status take_target();
    [[nodiscard]] std::optional<ports::HttpResponse> take_route();
    [[nodiscard]] std::optional<ports::HttpResponse> take_lengths();
    [[nodiscard]] std::string head_of(const ports::HttpResponse& response) const;
    [[nodiscard]] ports::HttpResponse call_handler(const std::stop_token& stop);
    void set_deadline(std::chrono::milliseconds from_now);

    ServerContext& context_;
    boost::asio::ip::tcp::socket client_;
    boost::beast::flat_buffer buffer_;
    boost::asio::steady_timer event_;
    std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
    bool deadline_passed_ = false;
    bool waiting_for_request_ = false;
    bool closed_ = false;

    // Of the request being served.
    std::optional<Parser> parser_;
    ports::HttpRequest request_;
    RouteTable::Match match_;
    std::optional<std::stop_source> stop_;
    bool head_known_ = false;
    bool body_complete_ = false;
    bool is_gzip_ = false;
    bool keep_alive_ = false;
    bool watching_ = false;
    bool client_gone_ = false;
};

}  // namespace shelfcast::adapters::http_server
