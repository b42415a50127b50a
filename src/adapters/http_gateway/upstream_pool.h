#pragma once

/// \file adapters/http_gateway/upstream_pool.h
/// Connections to the engine, plain or over TLS: how many requests may be there at once, and the
/// idle ones kept for the next. Used on the I/O thread only.

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <utility>

#include "adapters/http_gateway/byte_buffer.h"
#include "adapters/http_gateway/engine_tls.h"
#include "adapters/http_gateway/gateway.h"

namespace shelfcast::adapters::gateway {

struct UpstreamLink {
    explicit UpstreamLink(boost::asio::io_context& io) : socket(io) {}

    /// Into the buffer, which must be empty; nothing at the end and on an error.
    [[nodiscard]] boost::asio::awaitable<std::size_t> read_some(boost::system::error_code& code);
    /// All of both, or an error.
    [[nodiscard]] boost::asio::awaitable<std::size_t> write(
        std::array<boost::asio::const_buffer, 2> bytes, boost::system::error_code& code);
    /// What waits for the engine ends with an error. One that is done already keeps its result.
    void end_waits();

    boost::asio::ip::tcp::socket socket;
    std::unique_ptr<TlsStream> tls;  ///< Over `socket`, so it ends first. Null: plain.
    ByteBuffer buffer;
    bool reused = false;
    std::chrono::steady_clock::time_point idle_since;
};

class UpstreamPool {
public:
    /// The right to be at the engine; given back when it ends.
    class Place {
    public:
        explicit Place(UpstreamPool* pool = nullptr) : pool_(pool) {}
        Place(Place&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)) {}
        Place& operator=(Place&& other) noexcept {
            std::swap(pool_, other.pool_);
            return *this;
        }
        ~Place() {
            if (pool_ != nullptr) {
                pool_->leave();
            }
        }
        [[nodiscard]] explicit operator bool() const { return pool_ != nullptr; }

    private:
        UpstreamPool* pool_;
    };

    /// `tls`: how the engine is reached over TLS; null: plain.
    UpstreamPool(boost::asio::io_context& io, boost::asio::ip::tcp::endpoint engine,
                 std::unique_ptr<EngineTls> tls, const GatewayOptions& options)
        : io_(io), engine_(std::move(engine)), tls_(std::move(tls)), options_(options) {}

    /// Waits its turn; an empty place after queue_deadline.
    [[nodiscard]] boost::asio::awaitable<Place> enter();

    /// A living idle connection, or null.
    [[nodiscard]] std::unique_ptr<UpstreamLink> take_idle();
    /// One that is not connected yet. Error: kInvalidInput, see EngineTls.
    [[nodiscard]] Result<std::unique_ptr<UpstreamLink>> make_link() const;
    [[nodiscard]] const boost::asio::ip::tcp::endpoint& engine() const { return engine_; }
    /// Keeps a connection whose last response is complete.
    void keep(std::unique_ptr<UpstreamLink> link);
    /// Everybody who waits gets an empty place now.
    void turn_away_waiting();
    void close_idle_before(std::chrono::steady_clock::time_point time);

private:
    struct Waiter {
        explicit Waiter(boost::asio::io_context& io) : event(io) {}
        boost::asio::steady_timer event;
        bool served = false;
    };
    void leave();

    boost::asio::io_context& io_;
    const boost::asio::ip::tcp::endpoint engine_;
    const std::unique_ptr<EngineTls> tls_;
    const GatewayOptions& options_;
    std::size_t inside_ = 0;
    std::deque<Waiter*> waiting_;                     ///< At most one per client connection.
    std::deque<std::unique_ptr<UpstreamLink>> idle_;  ///< The last used at the back.
};

}  // namespace shelfcast::adapters::gateway
