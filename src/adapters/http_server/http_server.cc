#include "adapters/http_server/http_server.h"

#include <pthread.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <exception>
#include <list>
#include <mutex>
#include <thread>
#include <utility>

#include "adapters/http_server/http_connection.h"
#include "base/log.h"

namespace shelfcast::adapters {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using boost::system::error_code;
using http_server::HttpConnection;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTick{50};
constexpr std::chrono::milliseconds kAcceptPause{100};
/// Connections over the limit that are told so at the same time; more are just closed.
constexpr std::size_t kMaxTurnedAway = 32;

Status listen_on(tcp::acceptor& acceptor, const HttpServerOptions& options) {
    error_code code;
    const asio::ip::address address = asio::ip::make_address(options.address, code);
    if (code) {
        return fail(ErrorKind::kInvalidInput, "web address {}: not an IP address", options.address);
    }
    const tcp::endpoint endpoint(address, options.port);
    acceptor.open(endpoint.protocol(), code);
    if (!code) {
        acceptor.set_option(tcp::acceptor::reuse_address(true), code);
        acceptor.bind(endpoint, code);
    }
    if (code == asio::error::address_in_use) {
        return fail(ErrorKind::kConflict, "web {} port {}: already in use", options.address,
                    options.port);
    }
    if (!code) {
        acceptor.listen(tcp::acceptor::max_listen_connections, code);
    }
    if (code) {
        return fail(ErrorKind::kUnavailable, "web {} port {}: {}", options.address, options.port,
                    code.message());
    }
    return {};
}

}  // namespace

class HttpServer::Impl {
public:
    Impl(HttpServerOptions options, const ports::Inflater& inflater, RouteTable routes)
        : options_(std::move(options)),
          routes_(std::move(routes)),
          acceptor_(io_),
          tick_(io_),
          work_(options_.max_queued_requests + options_.max_connections + kMaxTurnedAway),
          pulls_(options_.max_streams),
          context_{io_, options_, inflater, routes_, work_, pulls_} {}
    ~Impl() { stop(std::chrono::milliseconds(0)); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    Status open();
    void stop(std::chrono::milliseconds deadline);
    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    using Connections = std::list<std::unique_ptr<HttpConnection>>;

    awaitable<void> accept_clients();
    awaitable<void> tick();
    void add_worker(const char* name, http_server::WorkQueue& queue);
    void take_client(tcp::socket socket);
    void let_go(Connections::iterator connection, const std::exception_ptr& thrown);
    void drain();
    void cut();
    void end_if_empty();

    const HttpServerOptions options_;
    const RouteTable routes_;
    asio::io_context io_{1};
    tcp::acceptor acceptor_;
    asio::steady_timer tick_;
    http_server::WorkQueue work_;
    http_server::WorkQueue pulls_;
    http_server::ServerContext context_;
    Connections connections_;  ///< I/O thread only.
    std::size_t serving_ = 0;  ///< Of those, without the ones being turned away.
    std::uint16_t port_ = 0;
    bool cutting_ = false;  ///< I/O thread only.

    std::mutex mutex_;
    std::condition_variable ended_;
    bool started_ = false;
    bool all_ended_ = false;  ///< Guarded by mutex_: draining, and no connection is left.
    std::jthread io_thread_;
    std::vector<std::jthread> workers_;
};

Status HttpServer::Impl::open() {
    SHELFCAST_TRY(listen_on(acceptor_, options_));
    error_code ignored;
    port_ = acceptor_.local_endpoint(ignored).port();
    asio::co_spawn(io_, accept_clients(), asio::detached);
    asio::co_spawn(io_, tick(), asio::detached);
    for (std::size_t i = 0; i < options_.worker_threads; ++i) {
        add_worker("http-worker", work_);
    }
    for (std::size_t i = 0; i < options_.max_streams; ++i) {
        add_worker("http-stream", pulls_);
    }
    io_thread_ = std::jthread([this] {
        pthread_setname_np(pthread_self(), "http-io");
        io_.run();
    });
    started_ = true;
    log::info("http", "listening address={} port={}", options_.address, port_);
    return {};
}

void HttpServer::Impl::add_worker(const char* name, http_server::WorkQueue& queue) {
    workers_.emplace_back([name, &queue](const std::stop_token& stop) {
        pthread_setname_np(pthread_self(), name);
        // Ends when the queue is closed and empty.
        while (const auto work = queue.pop(stop)) {
            (*work)();
        }
    });
}

awaitable<void> HttpServer::Impl::accept_clients() {
    while (acceptor_.is_open()) {
        error_code code;
        tcp::socket socket = co_await acceptor_.async_accept(redirect_error(use_awaitable, code));
        if (!code) {
            take_client(std::move(socket));
        } else if (acceptor_.is_open()) {
            // Out of file descriptors, most likely: others must end first.
            log::warning("http", "cannot accept: {}", code.message());
            asio::steady_timer pause(io_, kAcceptPause);
            co_await pause.async_wait(redirect_error(use_awaitable, code));
        }
    }
}

void HttpServer::Impl::take_client(tcp::socket socket) {
    if (connections_.size() >= options_.max_connections + kMaxTurnedAway) {
        return;
    }
    const bool has_room = serving_ < options_.max_connections;
    serving_ += has_room ? 1 : 0;
    const auto connection = connections_.insert(
        connections_.end(), std::make_unique<HttpConnection>(context_, std::move(socket)));
    asio::co_spawn(io_, has_room ? (*connection)->run() : (*connection)->turn_away(),
                   [this, connection, has_room](const std::exception_ptr& thrown) {
                       serving_ -= has_room ? 1 : 0;
                       let_go(connection, thrown);
                   });
}

void HttpServer::Impl::let_go(Connections::iterator connection, const std::exception_ptr& thrown) {
    if (thrown) {
        log::error("http", "a connection ended by an exception");
    }
    connections_.erase(connection);
    end_if_empty();
}

void HttpServer::Impl::end_if_empty() {
    if (context_.draining && connections_.empty()) {
        const std::scoped_lock lock(mutex_);
        all_ended_ = true;
        ended_.notify_all();
    }
}

awaitable<void> HttpServer::Impl::tick() {
    while (!cutting_) {
        tick_.expires_after(kTick);
        error_code ignored;
        co_await tick_.async_wait(redirect_error(use_awaitable, ignored));
        const auto now = steady_clock::now();
        for (const auto& connection : connections_) {
            connection->check_deadline(now);
        }
    }
}

void HttpServer::Impl::drain() {
    error_code ignored;
    acceptor_.close(ignored);
    context_.draining = true;
    for (const auto& connection : connections_) {
        connection->close_if_idle();
    }
    end_if_empty();
}

void HttpServer::Impl::cut() {
    cutting_ = true;
    tick_.cancel();
    for (const auto& connection : connections_) {
        connection->close();
    }
}

void HttpServer::Impl::stop(std::chrono::milliseconds deadline) {
    if (!std::exchange(started_, false)) {
        return;
    }
    asio::post(io_, [this] { drain(); });
    {
        std::unique_lock lock(mutex_);
        ended_.wait_for(lock, deadline, [this] { return all_ended_; });
    }
    asio::post(io_, [this] { cut(); });
    io_thread_.join();  // Connections end when their handlers do.
    work_.close();
    pulls_.close();
    workers_.clear();
    log::info("http", "stopped port={}", port_);
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpServerOptions options,
                                                      const ports::Inflater& inflater,
                                                      std::vector<ports::HttpRoute> routes) {
    SHELFCAST_ASSIGN(RouteTable table, RouteTable::create(std::move(routes)));
    auto impl = std::make_unique<Impl>(std::move(options), inflater, std::move(table));
    SHELFCAST_TRY(impl->open());
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

std::uint16_t HttpServer::port() const { return impl_->port(); }

void HttpServer::stop(std::chrono::milliseconds deadline) { impl_->stop(deadline); }

}  // namespace shelfcast::adapters
