#include "adapters/http_gateway/upstream_pool.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>

namespace shelfcast::adapters::gateway {
namespace {

using boost::asio::redirect_error;
using boost::asio::use_awaitable;

/// Nothing to read and not closed: an idle connection must be silent.
bool is_silent(UpstreamLink& link) {
    char byte = 0;
    const auto got = ::recv(link.socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) &&
           (!link.tls || EngineTls::is_silent(*link.tls));
}

}  // namespace

boost::asio::awaitable<std::size_t> UpstreamLink::read_some(boost::system::error_code& code) {
    const auto space = boost::asio::buffer(buffer.space(), ByteBuffer::kCapacity);
    return tls ? tls->async_read_some(space, redirect_error(use_awaitable, code))
               : socket.async_read_some(space, redirect_error(use_awaitable, code));
}

boost::asio::awaitable<std::size_t> UpstreamLink::write(
    std::array<boost::asio::const_buffer, 2> bytes, boost::system::error_code& code) {
    return tls ? boost::asio::async_write(*tls, bytes, redirect_error(use_awaitable, code))
               : boost::asio::async_write(socket, bytes, redirect_error(use_awaitable, code));
}

void UpstreamLink::end_waits() {
    boost::system::error_code ignored;
    if (tls) {
        // One direction may wait for the other within TLS, and half a record cannot be taken up
        // again: the connection is over.
        socket.close(ignored);
    } else {
        socket.cancel(ignored);
    }
}

Result<std::unique_ptr<UpstreamLink>> UpstreamPool::make_link() const {
    auto link = std::make_unique<UpstreamLink>(io_);
    if (tls_) {
        SHELFCAST_ASSIGN(link->tls, tls_->make_stream(link->socket));
    }
    return link;
}

boost::asio::awaitable<UpstreamPool::Place> UpstreamPool::enter() {
    if (inside_ < options_.max_upstream_connections) {
        ++inside_;
        co_return Place(this);
    }
    Waiter waiter(io_);
    waiting_.push_back(&waiter);
    waiter.event.expires_after(options_.queue_deadline);
    boost::system::error_code ignored;
    co_await waiter.event.async_wait(redirect_error(use_awaitable, ignored));
    if (!waiter.served) {
        std::erase(waiting_, &waiter);
        co_return Place();
    }
    co_return Place(this);
}

void UpstreamPool::leave() {
    if (waiting_.empty()) {
        --inside_;
        return;
    }
    // The place goes straight to the one who waits longest.
    Waiter* const next = waiting_.front();
    waiting_.pop_front();
    next->served = true;
    next->event.cancel();
}

std::unique_ptr<UpstreamLink> UpstreamPool::take_idle() {
    while (!idle_.empty()) {
        std::unique_ptr<UpstreamLink> link = std::move(idle_.back());
        idle_.pop_back();
        if (is_silent(*link)) {
            link->reused = true;
            return link;
        }
    }
    return nullptr;
}

void UpstreamPool::keep(std::unique_ptr<UpstreamLink> link) {
    if (idle_.size() >= options_.max_idle_upstream) {
        return;
    }
    link->idle_since = std::chrono::steady_clock::now();
    idle_.push_back(std::move(link));
}

void UpstreamPool::turn_away_waiting() {
    for (Waiter* const waiter : waiting_) {
        waiter->event.cancel();
    }
}

void UpstreamPool::close_idle_before(std::chrono::steady_clock::time_point time) {
    while (!idle_.empty() && idle_.front()->idle_since < time) {
        idle_.pop_front();
    }
}

}  // namespace shelfcast::adapters::gateway
