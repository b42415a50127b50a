#include "adapters/http_gateway/upstream_pool.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>

namespace shelfcast::adapters::gateway {
namespace {

/// Nothing to read and not closed: an idle connection must be silent.
bool is_silent(boost::asio::ip::tcp::socket& socket) {
    char byte = 0;
    const auto got = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace

boost::asio::awaitable<UpstreamPool::Place> UpstreamPool::enter() {
    if (inside_ < options_.max_upstream_connections) {
        ++inside_;
        co_return Place(this);
    }
    Waiter waiter(io_);
    waiting_.push_back(&waiter);
    waiter.event.expires_after(options_.queue_deadline);
    boost::system::error_code ignored;
    co_await waiter.event.async_wait(
        boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
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
        if (is_silent(link->socket)) {
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
