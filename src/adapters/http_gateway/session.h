#pragma once

/// \file adapters/http_gateway/session.h
/// One client connection of the gateway, request after request. Lives on the I/O thread; the
/// gateway owns it and lets it go when run() has ended.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/http_gateway/gateway.h"
#include "adapters/http_gateway/http_wire.h"
#include "adapters/http_gateway/request_login.h"
#include "adapters/http_gateway/upstream_pool.h"
#include "base/bounded_queue.h"
#include "base/result.h"

namespace shelfcast::adapters::gateway {

/// Password checks on their way to the thread that makes them. `ending`: answer no, without work.
using CheckQueue = BoundedQueue<std::function<void(bool ending)>>;

struct SessionContext {
    boost::asio::io_context& io;
    const GatewayOptions& options;
    const GatewayHooks& hooks;
    ports::Authenticator& authenticator;
    ports::Metrics& metrics;
    UpstreamPool& pool;
    CheckQueue& checks;
    std::string engine_host;  ///< Of its Host field; empty: what the client says.
    bool draining = false;    ///< Each connection ends with the request it is at.
};

class Session {
public:
    Session(SessionContext& context, boost::asio::ip::tcp::socket client);

    /// Serves until the client, a deadline or close() ends it.
    [[nodiscard]] boost::asio::awaitable<void> run();
    /// Says 503 and ends: there are too many connections.
    [[nodiscard]] boost::asio::awaitable<void> turn_away();

    /// Called a few times a second.
    void check_deadlines(std::chrono::steady_clock::time_point now);
    void close_if_idle();
    void close();

private:
    struct Deadline {
        std::chrono::steady_clock::time_point at = std::chrono::steady_clock::time_point::max();
        bool passed = false;

        void set(std::chrono::milliseconds from_now) {
            at = std::chrono::steady_clock::now() + from_now;
            passed = false;
        }
        void clear() { at = std::chrono::steady_clock::time_point::max(); }
        bool check(std::chrono::steady_clock::time_point now);
    };
    enum class Outcome : std::uint8_t {
        kComplete,
        kNoAnswer,  ///< Not one byte came back.
        kBroken,
    };
    struct Refusal {
        Refusal(int refused_with, std::string why) : status(refused_with), text(std::move(why)) {}
        int status;
        std::string text;                 ///< One line.
        std::vector<std::string> fields;  ///< "Retry-After: 1"
    };

    boost::asio::awaitable<bool> serve_one();
    boost::asio::awaitable<bool> read_head();
    boost::asio::awaitable<bool> read_client(std::chrono::milliseconds deadline);
    boost::asio::awaitable<bool> answer();
    boost::asio::awaitable<Result<std::string>> authorise();
    boost::asio::awaitable<Result<ports::Identity>> identify(const Login& login);
    boost::asio::awaitable<bool> exchange(std::string engine_head);
    /// What the client is told when there is no connection.
    boost::asio::awaitable<std::optional<Refusal>> open_link(bool may_reuse);
    boost::asio::awaitable<Outcome> attempt(const std::string& engine_head);
    boost::asio::awaitable<bool> send_head(const std::string& engine_head);
    boost::asio::awaitable<void> pump_request();
    boost::asio::awaitable<void> watch_client();
    boost::asio::awaitable<void> join_pump();
    boost::asio::awaitable<Outcome> relay_response();
    boost::asio::awaitable<bool> read_upstream();
    boost::asio::awaitable<bool> write_client(std::string_view first, std::string_view second);
    boost::asio::awaitable<bool> finish(Outcome outcome);
    boost::asio::awaitable<bool> refuse(const Refusal& refusal);
    boost::asio::awaitable<void> linger();

    [[nodiscard]] static Refusal retry_later(std::string text);
    [[nodiscard]] Refusal no_link(bool connected, const boost::system::error_code& code) const;
    [[nodiscard]] bool may_retry(Outcome outcome) const;
    [[nodiscard]] Refusal refusal_of(const Error& error) const;
    [[nodiscard]] std::string connection_fields() const;
    void cut_upstream();
    void count(int status);

    SessionContext& context_;
    boost::asio::ip::tcp::socket client_;
    ByteBuffer client_in_;
    Deadline client_read_;
    Deadline client_write_;
    Deadline upstream_read_;
    Deadline upstream_write_;
    bool waiting_for_request_ = false;
    bool first_request_ = true;
    bool closed_ = false;

    // Of the request being served.
    std::string head_bytes_;
    RequestHead head_;
    BodyTracker body_;
    std::chrono::steady_clock::time_point began_;
    std::unique_ptr<UpstreamLink> link_;
    boost::asio::steady_timer pump_event_;
    bool head_known_ = false;
    bool login_refused_ = false;
    bool anonymous_ = false;
    bool pump_running_ = false;
    bool pump_must_end_ = false;
    bool body_begun_ = false;  ///< A byte of the body went to the engine.
    bool body_sent_ = false;   ///< All of it did.
    bool client_gone_ = false;
    bool client_answered_ = false;  ///< A byte of the response went to the client.
    bool upstream_reusable_ = false;
    bool keep_alive_ = false;
    int status_ = 0;
    std::string body_fault_;  ///< What was wrong with the request's body.
    std::string upstream_fault_;
};

}  // namespace shelfcast::adapters::gateway
