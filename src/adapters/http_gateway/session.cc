#include "adapters/http_gateway/session.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <exception>
#include <optional>

#include "base/log.h"

namespace shelfcast::adapters::gateway {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLingerDeadline{1'000};
constexpr std::size_t kMaxLingerBytes = 16'777'216;

std::string_view reason_of(int status) {
    switch (status) {
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 408:
            return "Request Timeout";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 502:
            return "Bad Gateway";
        case 504:
            return "Gateway Timeout";
        default:
            return "Service Unavailable";
    }
}

}  // namespace

Session::Refusal Session::retry_later(std::string text) {
    Refusal refusal(503, std::move(text));
    refusal.fields.emplace_back("Retry-After: 1");
    return refusal;
}

Session::Session(SessionContext& context, asio::ip::tcp::socket client)
    : context_(context), client_(std::move(client)), pump_event_(context.io) {}

bool Session::Deadline::check(steady_clock::time_point now) {
    if (now < at) {
        return false;
    }
    clear();
    passed = true;
    return true;
}

void Session::check_deadlines(steady_clock::time_point now) {
    // Only waiting operations end by this; one that is done already keeps its result.
    error_code ignored;
    const bool read_passed = client_read_.check(now);
    if (client_write_.check(now) || read_passed) {
        client_.cancel(ignored);
    }
    const bool upstream_passed = upstream_read_.check(now);
    if ((upstream_write_.check(now) || upstream_passed) && link_) {
        link_->end_waits();
    }
}

void Session::close_if_idle() {
    if (waiting_for_request_) {
        close();
    }
}

void Session::close() {
    closed_ = true;
    error_code ignored;
    client_.close(ignored);
    cut_upstream();
}

void Session::cut_upstream() {
    if (link_) {
        error_code ignored;
        link_->socket.close(ignored);
    }
}

void Session::count(int status) {
    const std::string code = fmt::format("{}", status);
    context_.metrics.add(ports::Counter::kGatewayRequests, 1, {{"code", code}});
    const std::chrono::duration<double, std::milli> took = steady_clock::now() - began_;
    context_.metrics.observe(ports::Histogram::kGatewayMs, took.count());
}

awaitable<void> Session::run() {
    error_code ignored;
    client_.set_option(asio::ip::tcp::no_delay(true), ignored);
    try {
        // Ends with the connection: each turn serves one request within its deadlines.
        while (co_await serve_one()) {
        }
    } catch (const std::exception& thrown) {
        log::error("gateway", "connection dropped: {}", thrown.what());
        close();
    }
    co_await join_pump();
    close();
}

awaitable<void> Session::turn_away() {
    began_ = steady_clock::now();
    const Refusal crowded = retry_later(
        fmt::format("More than {} connections, try again later", context_.options.max_connections));
    co_await refuse(crowded);
    close();
}

awaitable<bool> Session::serve_one() {
    head_known_ = false;
    login_refused_ = false;
    anonymous_ = false;
    client_gone_ = false;
    client_answered_ = false;
    keep_alive_ = false;
    body_begun_ = false;
    body_sent_ = false;
    body_fault_.clear();
    upstream_fault_.clear();
    status_ = 0;
    if (!co_await read_head()) {
        co_return false;
    }
    const bool keep = co_await answer();
    first_request_ = false;
    co_return keep && !closed_ && !context_.draining;
}

awaitable<bool> Session::read_client(std::chrono::milliseconds deadline) {
    client_read_.set(deadline);
    error_code code;
    const std::size_t count =
        co_await client_.async_read_some(asio::buffer(client_in_.space(), ByteBuffer::kCapacity),
                                         redirect_error(use_awaitable, code));
    client_read_.clear();
    client_in_.commit(count);
    co_return !code;
}

awaitable<bool> Session::read_head() {
    std::string().swap(head_bytes_);
    HeadScanner scanner;
    const auto& options = context_.options;
    steady_clock::time_point head_ends;
    // Bounded by max_header_bytes and the header deadline.
    for (;;) {
        // Empty lines between requests are an old habit of some clients.
        while (head_bytes_.empty() && !client_in_.empty() &&
               (client_in_.view().front() == '\r' || client_in_.view().front() == '\n')) {
            client_in_.consume(1);
        }
        if (!client_in_.empty()) {
            if (head_bytes_.empty()) {
                began_ = steady_clock::now();
                head_ends = began_ + options.header_deadline;
            }
            const std::size_t fresh = client_in_.view().size();
            head_bytes_.append(client_in_.view());
            const Completeness found = scanner.scan(head_bytes_);
            const std::size_t surplus =
                found == Completeness::kComplete ? head_bytes_.size() - scanner.head_bytes() : 0;
            client_in_.consume(fresh - surplus);
            if (found == Completeness::kMalformed) {
                const Refusal malformed(400, "The request is not HTTP/1.1");
                co_return co_await refuse(malformed);
            }
            if (head_bytes_.size() - surplus > options.max_header_bytes) {
                const Refusal too_large(431, fmt::format("The request's head is over {} bytes",
                                                         options.max_header_bytes));
                co_return co_await refuse(too_large);
            }
            if (found == Completeness::kComplete) {
                head_bytes_.resize(scanner.head_bytes());
                co_return true;
            }
        }
        auto patience = first_request_ ? options.header_deadline : options.idle_deadline;
        if (!head_bytes_.empty()) {
            patience =
                std::chrono::ceil<std::chrono::milliseconds>(head_ends - steady_clock::now());
        }
        waiting_for_request_ = head_bytes_.empty();
        const bool got = co_await read_client(patience);
        waiting_for_request_ = false;
        if (!got) {
            if (client_read_.passed && !head_bytes_.empty() && !closed_) {
                const Refusal slow(408, fmt::format("The request's head took over {} ms",
                                                    options.header_deadline.count()));
                co_await refuse(slow);
            }
            co_return false;
        }
    }
}

awaitable<bool> Session::answer() {
    Result<RequestHead> head = parse_request_head(head_bytes_);
    if (!head) {
        const Refusal malformed = refusal_of(head.error());
        co_return co_await refuse(malformed);
    }
    head_ = std::move(*head);
    head_known_ = true;
    body_ = BodyTracker(head_.body, BodyTracker::Side::kRequest);
    Result<std::string> engine_head = co_await authorise();
    if (!engine_head) {
        const Refusal refused = refusal_of(engine_head.error());
        co_return co_await refuse(refused);
    }
    co_return co_await exchange(std::move(*engine_head));
}

awaitable<Result<std::string>> Session::authorise() {
    if (head_.target == "/ping" && (head_.method == "GET" || head_.method == "HEAD")) {
        anonymous_ = true;
        co_return anonymous_request_head(head_, context_.engine_host);
    }
    login_refused_ = true;
    Result<Login> login = request_login(head_);
    if (!login) {
        co_return forward_error(login);
    }
    Result<ports::Identity> identity = co_await identify(*login);
    if (!identity) {
        co_return forward_error(identity);
    }
    login_refused_ = false;
    const std::optional<EngineAccount> account = context_.hooks.account_of(*identity);
    if (!account) {
        co_return fail(ErrorKind::kForbidden,
                       "{}: SQL is for administrators; {} sees what it may over the web port, in "
                       "the app and at /v1/screens",
                       identity->name, ports::to_string(identity->role));
    }
    if (context_.hooks.on_query) {
        context_.hooks.on_query();
    }
    const Login engine_login{.name = account->name, .password = account->password};
    co_return engine_request_head(head_, engine_login, context_.engine_host);
}

awaitable<Result<ports::Identity>> Session::identify(const Login& login) {
    if (std::optional<ports::Identity> known =
            context_.authenticator.remembered(login.name, login.password)) {
        co_return std::move(*known);
    }
    struct Check {
        explicit Check(asio::io_context& io) : event(io, steady_clock::time_point::max()) {}
        asio::steady_timer event;
        std::optional<Result<ports::Identity>> verdict;
    };
    // Shared by this session and the checking thread's answer, whichever ends later.
    const auto check = std::make_shared<Check>(context_.io);
    std::function<void(bool)> task = [&context = context_, login, check](bool ending) {
        Result<ports::Identity> verdict =
            ending ? fail(ErrorKind::kUnavailable, "the gateway is ending")
                   : context.authenticator.check(login.name, login.password);
        asio::post(context.io, [check, verdict = std::move(verdict)]() mutable {
            check->verdict = std::move(verdict);
            check->event.cancel();
        });
    };
    if (!context_.checks.try_push(task)) {
        co_return fail(ErrorKind::kUnavailable, "too many logins wait to be checked");
    }
    while (!check->verdict) {
        error_code ignored;
        co_await check->event.async_wait(redirect_error(use_awaitable, ignored));
    }
    co_return std::move(*check->verdict);
}

Session::Refusal Session::refusal_of(const Error& error) const {
    Refusal refusal(http_status(error.kind), error.message);
    if (is_retryable(error.kind)) {
        refusal.fields.emplace_back("Retry-After: 1");
    } else if (login_refused_) {
        // As clients of ClickHouse know it.
        refusal.text =
            fmt::format("Code: 516. DB::Exception: {}. (AUTHENTICATION_FAILED)", error.message);
        refusal.fields.emplace_back("X-ClickHouse-Exception-Code: 516");
    } else if (error.kind == ErrorKind::kForbidden) {
        refusal.text = fmt::format("Code: 497. DB::Exception: {}. (ACCESS_DENIED)", error.message);
        refusal.fields.emplace_back("X-ClickHouse-Exception-Code: 497");
    }
    if (error.kind == ErrorKind::kUnauthenticated) {
        refusal.fields.emplace_back(
            R"(WWW-Authenticate: Basic realm="ClickHouse server HTTP API")");
    }
    return refusal;
}

awaitable<bool> Session::exchange(std::string engine_head) {
    UpstreamPool::Place place = co_await context_.pool.enter();
    if (!place) {
        const Refusal busy =
            retry_later(fmt::format("The engine is busy with {} requests, try again later",
                                    context_.options.max_upstream_connections));
        co_return co_await refuse(busy);
    }
    Outcome outcome = Outcome::kNoAnswer;
    for (bool may_reuse = true;; may_reuse = false) {
        if (const std::optional<Refusal> refusal = co_await open_link(may_reuse)) {
            co_return co_await refuse(*refusal);
        }
        outcome = co_await attempt(engine_head);
        if (!may_reuse || !may_retry(outcome)) {
            break;
        }
    }
    place = UpstreamPool::Place();
    co_return co_await finish(outcome);
}

bool Session::may_retry(Outcome outcome) const {
    // The engine closes idle connections when it restarts; that must not look like a failed query.
    // A query that may change something is sent again only if its body never left.
    const bool repeatable = head_.method == "GET" || head_.method == "HEAD";
    return outcome == Outcome::kNoAnswer && link_ && link_->reused && !body_begun_ &&
           !client_gone_ && !closed_ && !upstream_read_.passed && body_fault_.empty() &&
           (repeatable || !body_.complete());
}

awaitable<std::optional<Session::Refusal>> Session::open_link(bool may_reuse) {
    link_ = may_reuse ? context_.pool.take_idle() : nullptr;
    if (link_) {
        co_return std::nullopt;
    }
    Result<std::unique_ptr<UpstreamLink>> made = context_.pool.make_link();
    if (!made) {
        co_return refusal_of(made.error());
    }
    link_ = std::move(*made);
    upstream_write_.set(context_.options.connect_deadline);
    error_code code;
    co_await link_->socket.async_connect(context_.pool.engine(),
                                         redirect_error(use_awaitable, code));
    const bool connected = !code && !closed_;
    if (connected) {
        error_code ignored;
        link_->socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    }
    if (connected && link_->tls) {
        co_await link_->tls->async_handshake(asio::ssl::stream_base::client,
                                             redirect_error(use_awaitable, code));
    }
    upstream_write_.clear();
    if (!code && !closed_) {
        co_return std::nullopt;
    }
    co_return no_link(connected, code);
}

Session::Refusal Session::no_link(bool connected, const error_code& code) const {
    if (anonymous_) {  // Where the engine stands is not for everybody.
        return retry_later("The engine is away, try again in a moment");
    }
    const GatewayOptions& options = context_.options;
    const std::string where =
        fmt::format("The engine at {} port {}", options.upstream_host, options.upstream_port);
    if (connected && upstream_write_.passed) {
        return retry_later(fmt::format("{} did not agree on TLS within {} ms; does it speak TLS?",
                                       where, options.connect_deadline.count()));
    }
    if (connected && !closed_) {
        return {502, fmt::format("{}: {}", where, EngineTls::fault_of(*link_->tls, code))};
    }
    return retry_later(fmt::format("{} is away, try again in a moment", where));
}

awaitable<Session::Outcome> Session::attempt(const std::string& engine_head) {
    pump_must_end_ = false;
    upstream_reusable_ = false;
    upstream_read_.passed = false;
    upstream_fault_.clear();  // Of a connection that was kept too long.
    if (!co_await send_head(engine_head)) {
        co_return Outcome::kNoAnswer;
    }
    pump_running_ = true;
    asio::co_spawn(context_.io, pump_request(), [this](const std::exception_ptr& thrown) {
        if (thrown) {
            cut_upstream();
        }
        pump_running_ = false;
        pump_event_.cancel();
    });
    const Outcome outcome = co_await relay_response();
    co_await join_pump();
    co_return outcome;
}

awaitable<bool> Session::send_head(const std::string& engine_head) {
    const Result<std::size_t> taken = body_.take(client_in_.view());
    if (!taken) {
        body_fault_ = taken.error().message;
        co_return false;
    }
    const std::array<asio::const_buffer, 2> bytes{asio::buffer(engine_head),
                                                  asio::buffer(client_in_.view().data(), *taken)};
    body_begun_ = *taken > 0;
    upstream_write_.set(context_.options.write_deadline);
    error_code code;
    co_await link_->write(bytes, code);
    upstream_write_.clear();
    client_in_.consume(*taken);
    body_sent_ = body_.complete();
    co_return !code;
}

awaitable<void> Session::pump_request() {
    while (!body_.complete() && !pump_must_end_) {
        if (client_in_.empty() && !co_await read_client(context_.options.body_deadline)) {
            if (client_read_.passed) {
                body_fault_ = fmt::format("The request's body was silent for {} ms",
                                          context_.options.body_deadline.count());
            } else if (!pump_must_end_) {
                client_gone_ = true;
            }
            cut_upstream();
            co_return;
        }
        if (pump_must_end_) {
            co_return;
        }
        const Result<std::size_t> taken = body_.take(client_in_.view());
        if (!taken) {
            body_fault_ = taken.error().message;
            cut_upstream();
            co_return;
        }
        body_begun_ = true;
        const std::array<asio::const_buffer, 2> bytes{
            asio::buffer(client_in_.view().data(), *taken), asio::const_buffer()};
        upstream_write_.set(context_.options.write_deadline);
        error_code code;
        co_await link_->write(bytes, code);
        upstream_write_.clear();
        client_in_.consume(*taken);
        body_sent_ = body_.complete() && !code;
        if (code) {
            // The engine may have answered before it closed: the other direction will tell.
            pump_must_end_ = true;
        }
    }
    co_await watch_client();
}

awaitable<void> Session::watch_client() {
    if (pump_must_end_ || !client_in_.empty()) {
        co_return;
    }
    error_code code;
    co_await client_.async_wait(asio::ip::tcp::socket::wait_read,
                                redirect_error(use_awaitable, code));
    if (code || pump_must_end_) {
        co_return;
    }
    char byte = 0;
    const auto got = ::recv(client_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) {
        // Nobody waits for the answer any more: the engine shall stop working on it.
        client_gone_ = true;
        cut_upstream();
    }
}

awaitable<void> Session::join_pump() {
    pump_must_end_ = true;
    if (!pump_running_) {
        co_return;
    }
    if (!body_sent_) {
        cut_upstream();  // It may wait for an engine that reads no more.
    }
    error_code ignored;
    client_.cancel(ignored);
    while (pump_running_) {
        pump_event_.expires_at(steady_clock::time_point::max());
        co_await pump_event_.async_wait(redirect_error(use_awaitable, ignored));
    }
}

awaitable<bool> Session::read_upstream() {
    upstream_read_.set(context_.options.response_deadline);
    error_code code;
    const std::size_t count = co_await link_->read_some(code);
    upstream_read_.clear();
    link_->buffer.commit(count);
    if (code && code != asio::error::eof) {
        upstream_fault_ = code.message();
    }
    co_return !code;
}

awaitable<Session::Outcome> Session::relay_response() {
    ResponseHead head(head_.method == "HEAD");
    BodyTracker body;
    bool head_complete = false;
    bool received = false;
    std::string out;
    ByteBuffer& in = link_->buffer;
    // Ends with the response; each turn is bounded by the response and write deadlines.
    for (;;) {
        if (in.empty() && !co_await read_upstream()) {
            const bool ended_by_close = head_complete &&
                                        head.body().kind == BodyKind::kUntilClose &&
                                        upstream_fault_.empty();
            if (ended_by_close && !client_gone_) {
                co_return Outcome::kComplete;
            }
            co_return received ? Outcome::kBroken : Outcome::kNoAnswer;
        }
        received = true;
        out.clear();
        if (!head_complete) {
            std::string_view input = in.view();
            const Result<bool> fed = head.feed(input, out);
            in.consume(in.view().size() - input.size());
            if (!fed) {
                upstream_fault_ = fed.error().message;
                co_return Outcome::kBroken;
            }
            head_complete = *fed;
            if (head_complete) {
                status_ = head.status();
                body = BodyTracker(head.body(), BodyTracker::Side::kResponse);
                keep_alive_ = head_.keep_alive && body_sent_ && !context_.draining &&
                              head.body().kind != BodyKind::kUntilClose;
                out += connection_fields();
            }
        }
        const Result<std::size_t> taken =
            head_complete ? body.take(in.view()) : Result<std::size_t>(0);
        if (!taken) {
            upstream_fault_ = taken.error().message;
            co_return Outcome::kBroken;
        }
        const bool written = co_await write_client(out, in.view().substr(0, *taken));
        in.consume(*taken);
        if (!written) {
            co_return Outcome::kBroken;
        }
        if (head_complete && body.complete()) {
            upstream_reusable_ = head.keep_alive() && in.empty();
            co_return Outcome::kComplete;
        }
    }
}

std::string Session::connection_fields() const {
    if (!keep_alive_) {
        return "Connection: close\r\n\r\n";
    }
    return fmt::format(
        "Connection: Keep-Alive\r\nKeep-Alive: timeout={}\r\n\r\n",
        std::chrono::duration_cast<std::chrono::seconds>(context_.options.idle_deadline).count());
}

awaitable<bool> Session::write_client(std::string_view first, std::string_view second) {
    if (first.empty() && second.empty()) {
        co_return true;
    }
    const std::array<asio::const_buffer, 2> bytes{asio::buffer(first.data(), first.size()),
                                                  asio::buffer(second.data(), second.size())};
    client_answered_ = true;
    client_write_.set(context_.options.write_deadline);
    error_code code;
    co_await asio::async_write(client_, bytes, redirect_error(use_awaitable, code));
    client_write_.clear();
    client_gone_ = client_gone_ || code;
    co_return !code;
}

awaitable<bool> Session::finish(Outcome outcome) {
    constexpr int kClientGone =
        499;  // Never sent; what proxies count when nobody was left to tell.
    if (outcome == Outcome::kComplete && !client_gone_) {
        if (upstream_reusable_ && body_sent_ && link_->socket.is_open()) {
            context_.pool.keep(std::move(link_));
        }
        link_.reset();
        count(status_);
        if (!keep_alive_ && (!body_sent_ || !client_in_.empty())) {
            co_await linger();
        }
        co_return keep_alive_;
    }
    const bool engine_silent = upstream_read_.passed;
    link_.reset();
    if (client_gone_ || closed_) {
        count(kClientGone);
        co_return false;
    }
    if (client_answered_) {
        // A reset, so that a response without a length cannot be taken for a whole one.
        error_code ignored;
        client_.set_option(asio::socket_base::linger(true, 0), ignored);
        log::warning("gateway", "the engine broke off a response: {}", upstream_fault_);
        count(502);
        co_return false;
    }
    if (!body_fault_.empty()) {
        const Refusal bad_body(client_read_.passed ? 408 : 400, body_fault_);
        co_return co_await refuse(bad_body);
    }
    if (engine_silent) {
        const Refusal silent(504, fmt::format("The engine was silent for {} ms",
                                              context_.options.response_deadline.count()));
        co_return co_await refuse(silent);
    }
    const Refusal broken(502,
                         "The engine ended the connection before its answer was complete: whether "
                         "the request took effect is not known");
    co_return co_await refuse(broken);
}

awaitable<bool> Session::refuse(const Refusal& refusal) {
    // A body that was announced or is under way would be taken for the next request.
    const bool keep = head_known_ && head_.keep_alive && head_.body.kind == BodyKind::kNone &&
                      !context_.draining && refusal.status != 408;
    count(refusal.status);
    std::string head = fmt::format(
        "HTTP/1.1 {} {}\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Length: {}\r\n",
        refusal.status, reason_of(refusal.status), refusal.text.size() + 1);
    for (const std::string& field : refusal.fields) {
        head += field + "\r\n";
    }
    keep_alive_ = keep;
    head += connection_fields();
    const bool bodiless = head_known_ && head_.method == "HEAD";
    const std::string text = bodiless ? "" : refusal.text + '\n';
    const bool written = co_await write_client(head, text);
    if (!written || keep) {
        co_return written;
    }
    co_await linger();
    co_return false;
}

awaitable<void> Session::linger() {
    // Closing with unread bytes would reset the connection, and the answer might be lost with it.
    error_code code;
    client_.shutdown(asio::ip::tcp::socket::shutdown_send, code);
    const auto ends = steady_clock::now() + kLingerDeadline;
    client_in_.consume(client_in_.view().size());
    for (std::size_t drained = 0; drained < kMaxLingerBytes && steady_clock::now() < ends;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(ends - steady_clock::now());
        if (!co_await read_client(left)) {
            co_return;
        }
        drained += client_in_.view().size();
        client_in_.consume(client_in_.view().size());
    }
}

}  // namespace shelfcast::adapters::gateway
