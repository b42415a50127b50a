#include "adapters/http_gateway/gateway.h"

#include <pthread.h>

#include <algorithm>
#include <boost/asio/bind_executor.hpp>
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

#include "adapters/http_gateway/session.h"
#include "adapters/http_gateway/upstream_pool.h"
#include "base/log.h"

namespace shelfcast::adapters {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using boost::system::error_code;
using gateway::Session;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTick{50};
constexpr std::chrono::milliseconds kAcceptPause{100};
/// Connections over the limit that are told so at the same time; more are just closed.
constexpr std::size_t kMaxTurnedAway = 32;

Result<tcp::endpoint> resolve(asio::io_context& io, const std::string& host, std::uint16_t port) {
    error_code code;
    if (const asio::ip::address literal = asio::ip::make_address(host, code); !code) {
        return tcp::endpoint(literal, port);
    }
    tcp::resolver resolver(io);
    const auto found = resolver.resolve(host, fmt::format("{}", port), code);
    if (code || found.empty()) {
        return fail(ErrorKind::kUnavailable, "engine host {}: {}", host, code.message());
    }
    return found.begin()->endpoint();
}

// A front with certificates for several names sends a request to where this says, and refuses one
// that says another name than the handshake (RFC 9110, 421).
std::string host_field(const GatewayOptions& options) {
    const bool bare = options.upstream_host.find(':') == std::string::npos;
    return fmt::format("{}{}{}:{}", bare ? "" : "[", options.upstream_host, bare ? "" : "]",
                       options.upstream_port);
}

Status listen_on(tcp::acceptor& acceptor, const GatewayOptions& options) {
    error_code code;
    const asio::ip::address address = asio::ip::make_address(options.address, code);
    if (code) {
        return fail(ErrorKind::kInvalidInput, "gateway address {}: not an IP address",
                    options.address);
    }
    const tcp::endpoint endpoint(address, options.port);
    acceptor.open(endpoint.protocol(), code);
    if (!code) {
        acceptor.set_option(tcp::acceptor::reuse_address(true), code);
        acceptor.bind(endpoint, code);
    }
    if (code == asio::error::address_in_use) {
        return fail(ErrorKind::kConflict, "gateway {} port {}: already in use", options.address,
                    options.port);
    }
    if (!code) {
        acceptor.listen(tcp::acceptor::max_listen_connections, code);
    }
    if (code) {
        return fail(ErrorKind::kUnavailable, "gateway {} port {}: {}", options.address,
                    options.port, code.message());
    }
    return {};
}

}  // namespace

class Gateway::Impl {
public:
    Impl(GatewayOptions options, ports::Authenticator& authenticator, ports::Metrics& metrics,
         GatewayHooks hooks)
        : options_(std::move(options)),
          hooks_(std::move(hooks)),
          authenticator_(authenticator),
          metrics_(metrics),
          acceptor_(io_),
          tick_(io_),
          checks_(options_.max_waiting_checks) {}
    ~Impl() { stop(std::chrono::milliseconds(0)); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    Status open();
    void stop(std::chrono::milliseconds deadline);
    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    awaitable<void> accept_clients();
    awaitable<void> tick();
    void take_client(tcp::socket socket);
    void drain();
    void cut();
    void let_go(std::list<std::unique_ptr<Session>>::iterator session,
                const std::exception_ptr& thrown);

    const GatewayOptions options_;
    const GatewayHooks hooks_;
    ports::Authenticator& authenticator_;
    ports::Metrics& metrics_;
    asio::io_context io_{1};
    tcp::acceptor acceptor_;
    asio::steady_timer tick_;
    gateway::CheckQueue checks_;
    std::optional<gateway::UpstreamPool> pool_;
    std::optional<gateway::SessionContext> context_;
    std::list<std::unique_ptr<Session>> sessions_;  ///< I/O thread only.
    std::size_t serving_ = 0;  ///< Of those, without the ones being turned away.
    std::uint16_t port_ = 0;
    bool cutting_ = false;  ///< I/O thread only.

    std::mutex mutex_;
    std::condition_variable ended_;
    bool started_ = false;
    bool all_ended_ = false;  ///< Guarded by mutex_: draining, and no session is left.
    std::jthread io_thread_;
    std::jthread check_thread_;
};

Status Gateway::Impl::open() {
    SHELFCAST_ASSIGN(const tcp::endpoint engine,
                     resolve(io_, options_.upstream_host, options_.upstream_port));
    std::unique_ptr<gateway::EngineTls> tls;
    if (options_.upstream_tls) {
        SHELFCAST_ASSIGN(
            tls, gateway::EngineTls::create(options_.upstream_host, options_.upstream_ca_file));
    }
    SHELFCAST_TRY(listen_on(acceptor_, options_));
    error_code ignored;
    port_ = acceptor_.local_endpoint(ignored).port();
    pool_.emplace(io_, engine, std::move(tls), options_);
    context_.emplace(gateway::SessionContext{io_, options_, hooks_, authenticator_, metrics_,
                                             *pool_, checks_,
                                             options_.upstream_tls ? host_field(options_) : ""});
    asio::co_spawn(io_, accept_clients(), asio::detached);
    asio::co_spawn(io_, tick(), asio::detached);
    check_thread_ = std::jthread([this](const std::stop_token& stop) {
        pthread_setname_np(pthread_self(), "gateway-login");
        // Ends when the queue is closed and empty, or on stop.
        while (const auto task = checks_.pop(stop)) {
            (*task)(stop.stop_requested());
        }
    });
    io_thread_ = std::jthread([this] {
        pthread_setname_np(pthread_self(), "gateway-io");
        io_.run();
    });
    started_ = true;
    log::info("gateway", "listening address={} port={}", options_.address, port_);
    return {};
}

awaitable<void> Gateway::Impl::accept_clients() {
    while (acceptor_.is_open()) {
        error_code code;
        tcp::socket socket = co_await acceptor_.async_accept(redirect_error(use_awaitable, code));
        if (!code) {
            take_client(std::move(socket));
        } else if (acceptor_.is_open()) {
            // Out of file descriptors, most likely: others must end first.
            log::warning("gateway", "cannot accept: {}", code.message());
            asio::steady_timer pause(io_, kAcceptPause);
            co_await pause.async_wait(redirect_error(use_awaitable, code));
        }
    }
}

void Gateway::Impl::take_client(tcp::socket socket) {
    if (sessions_.size() >= options_.max_connections + kMaxTurnedAway) {
        return;
    }
    const bool has_room = serving_ < options_.max_connections;
    serving_ += has_room ? 1 : 0;
    const auto session =
        sessions_.insert(sessions_.end(), std::make_unique<Session>(*context_, std::move(socket)));
    asio::co_spawn(io_, has_room ? (*session)->run() : (*session)->turn_away(),
                   [this, session, has_room](const std::exception_ptr& thrown) {
                       serving_ -= has_room ? 1 : 0;
                       let_go(session, thrown);
                   });
}

void Gateway::Impl::let_go(std::list<std::unique_ptr<Session>>::iterator session,
                           const std::exception_ptr& thrown) {
    if (thrown) {
        log::error("gateway", "a connection ended by an exception");
    }
    sessions_.erase(session);
    if (context_->draining && sessions_.empty()) {
        const std::scoped_lock lock(mutex_);
        all_ended_ = true;
        ended_.notify_all();
    }
}

awaitable<void> Gateway::Impl::tick() {
    while (!cutting_) {
        tick_.expires_after(kTick);
        error_code ignored;
        co_await tick_.async_wait(redirect_error(use_awaitable, ignored));
        const auto now = steady_clock::now();
        for (const auto& session : sessions_) {
            session->check_deadlines(now);
        }
        pool_->close_idle_before(now - options_.upstream_idle);
    }
}

void Gateway::Impl::drain() {
    error_code ignored;
    acceptor_.close(ignored);
    context_->draining = true;
    for (const auto& session : sessions_) {
        session->close_if_idle();
    }
    if (sessions_.empty()) {
        const std::scoped_lock lock(mutex_);
        all_ended_ = true;
        ended_.notify_all();
    }
}

void Gateway::Impl::cut() {
    cutting_ = true;
    tick_.cancel();
    for (const auto& session : sessions_) {
        session->close();
    }
    pool_->turn_away_waiting();
    pool_->close_idle_before(steady_clock::time_point::max());
}

void Gateway::Impl::stop(std::chrono::milliseconds deadline) {
    if (!std::exchange(started_, false)) {
        return;
    }
    asio::post(io_, [this] { drain(); });
    {
        std::unique_lock lock(mutex_);
        ended_.wait_for(lock, deadline, [this] { return all_ended_; });
    }
    asio::post(io_, [this] { cut(); });
    // What waits for its check is told of the end by it: sessions are let go only after.
    checks_.close();
    check_thread_.request_stop();
    check_thread_.join();
    io_thread_.join();
    log::info("gateway", "stopped port={}", port_);
}

Gateway::Gateway(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Gateway::~Gateway() = default;

Result<std::unique_ptr<Gateway>> Gateway::start(GatewayOptions options,
                                                ports::Authenticator& authenticator,
                                                ports::Metrics& metrics, GatewayHooks hooks) {
    auto impl =
        std::make_unique<Impl>(std::move(options), authenticator, metrics, std::move(hooks));
    SHELFCAST_TRY(impl->open());
    return std::unique_ptr<Gateway>(new Gateway(std::move(impl)));
}

std::uint16_t Gateway::port() const { return impl_->port(); }

void Gateway::stop(std::chrono::milliseconds deadline) { impl_->stop(deadline); }

}  // namespace shelfcast::adapters
