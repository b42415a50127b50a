#include "adapters/http_server/http_connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/status.hpp>
#include <cerrno>
#include <exception>
#include <utility>

#include "base/log.h"

namespace shelfcast::adapters::http_server {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using boost::system::error_code;
using ports::error_response;
using ports::HttpResponse;
using ports::same_ignoring_case;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLingerDeadline{1'000};
constexpr std::size_t kMaxLingerBytes = 33'554'432;
constexpr std::size_t kReadBytes = 65'536;

/// Turned away by the server itself; `status` says more than any kind of Error.
template <typename... Args>
HttpResponse refusal(int status, fmt::format_string<Args...> text, Args&&... args) {
    return error_response(
        {ErrorKind::kInvalidInput, fmt::format(text, std::forward<Args>(args)...)}, status);
}

HttpResponse busy(std::string_view what) {
    return error_response({ErrorKind::kBusy, fmt::format("{}, try again later", what)}, 503);
}

bool fits_in_a_field(std::string_view text) {
    return std::ranges::none_of(text, [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
}

}  // namespace

/// The part of a body that counts against what all connections may hold.
struct HttpConnection::HeldBytes {
    explicit HeldBytes(ServerContext& owner) : context(owner) {}
    HeldBytes(const HeldBytes&) = delete;
    HeldBytes& operator=(const HeldBytes&) = delete;
    ~HeldBytes() { context.held_body_bytes -= bytes; }
    bool grow_to(std::size_t size) {
        context.held_body_bytes += size - bytes;
        bytes = size;
        return context.held_body_bytes <= context.options.max_buffered_body_bytes;
    }
    ServerContext& context;
    std::size_t bytes = 0;
};

/// A place among the streams.
struct HttpConnection::HeldStream {
    explicit HeldStream(ServerContext& owner) : context(owner) { ++context.streams; }
    HeldStream(const HeldStream&) = delete;
    HeldStream& operator=(const HeldStream&) = delete;
    ~HeldStream() { --context.streams; }
    ServerContext& context;
};

HttpConnection::HttpConnection(ServerContext& context, asio::ip::tcp::socket client)
    : context_(context),
      client_(std::move(client)),
      buffer_(context.options.max_header_bytes + kReadBytes),
      event_(context.io) {}

void HttpConnection::set_deadline(std::chrono::milliseconds from_now) {
    deadline_ = steady_clock::now() + from_now;
    deadline_passed_ = false;
}

void HttpConnection::check_deadline(steady_clock::time_point now) {
    if (now < deadline_) {
        return;
    }
    deadline_ = steady_clock::time_point::max();
    deadline_passed_ = true;
    error_code ignored;
    client_.cancel(ignored);
}

void HttpConnection::close_if_idle() {
    if (waiting_for_request_) {
        close();
    }
}

void HttpConnection::close() {
    closed_ = true;
    if (stop_) {
        stop_->request_stop();
    }
    error_code ignored;
    client_.close(ignored);
}

awaitable<void> HttpConnection::run() {
    error_code ignored;
    client_.set_option(asio::ip::tcp::no_delay(true), ignored);
    const auto remote = client_.remote_endpoint(ignored);
    request_.remote = fmt::format("{}:{}", remote.address().to_string(), remote.port());
    try {
        // Ends with the connection: each turn serves one request within its deadlines.
        while (co_await serve_one()) {
        }
    } catch (const std::exception& thrown) {
        log::error("http", "connection dropped: {}", thrown.what());
    }
    close();
}

awaitable<void> HttpConnection::turn_away() {
    HttpResponse crowded = busy("too many connections");
    co_await refuse(std::move(crowded));
    close();
}

awaitable<bool> HttpConnection::serve_one() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(context_.options.max_header_bytes));
    parser_->body_limit(boost::none);  // Checked here, where the route is known.
    request_ = {.method = {},
                .path = {},
                .path_parameters = {},
                .query_parameters = {},
                .headers = {},
                .body = {},
                .remote = std::move(request_.remote)};
    head_known_ = false;
    body_complete_ = false;
    is_gzip_ = false;
    keep_alive_ = false;
    client_gone_ = false;
    stop_.emplace();
    if (!co_await read_head()) {
        co_return false;
    }
    std::optional<HttpResponse> refused = take_head();
    if (refused) {
        co_return co_await refuse(std::move(*refused));
    }
    const bool keep = co_await answer();
    co_return keep && !closed_ && !context_.draining;
}

awaitable<bool> HttpConnection::read_head() {
    error_code code;
    if (buffer_.size() == 0) {
        waiting_for_request_ = true;
        set_deadline(context_.options.idle_deadline);
        const std::size_t count = co_await client_.async_read_some(
            buffer_.prepare(4096), redirect_error(use_awaitable, code));
        waiting_for_request_ = false;
        buffer_.commit(count);
        if (code) {
            co_return false;
        }
    }
    set_deadline(context_.options.header_deadline);
    co_await http::async_read_header(client_, buffer_, *parser_,
                                     redirect_error(use_awaitable, code));
    if (!code) {
        co_return true;
    }
    std::optional<HttpResponse> refused;
    if (deadline_passed_ && code == asio::error::operation_aborted) {
        refused = refusal(408, "the request's head took over {} ms",
                          context_.options.header_deadline.count());
    } else if (code == http::error::header_limit || code == http::error::buffer_overflow) {
        refused =
            refusal(431, "the request's head is over {} bytes", context_.options.max_header_bytes);
    } else if (code.category() == http::make_error_code(http::error::bad_method).category() &&
               code != http::error::end_of_stream && code != http::error::partial_message) {
        refused = refusal(400, "the request is not HTTP/1.1: {}", code.message());
    }
    if (refused && !closed_) {
        co_await refuse(std::move(*refused));
    }
    co_return false;
}

std::optional<HttpResponse> HttpConnection::take_head() {
    const auto& message = parser_->get();
    head_known_ = true;
    keep_alive_ = parser_->keep_alive() && !context_.draining;
    request_.method = std::string(message.method_string());
    for (const auto& field : message) {
        request_.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    body_complete_ =
        parser_->is_done() || (!parser_->chunked() && parser_->content_length().value_or(0) == 0);
    if (const Status taken = take_target(); !taken) {
        return error_response(taken.error());
    }
    if (std::optional<HttpResponse> refused = take_lengths()) {
        keep_alive_ = false;  // Nobody knows where the next request begins.
        return refused;
    }
    return take_route();
}

Status HttpConnection::take_target() {
    const std::string target(parser_->get().target());
    if (!target.starts_with('/')) {
        return fail(ErrorKind::kInvalidInput, "the request names no path");
    }
    const std::size_t question = std::min(target.find('?'), target.size());
    const std::string path = target.substr(0, question);
    std::string_view rest = std::string_view(target).substr(question);
    rest.remove_prefix(std::min<std::size_t>(1, rest.size()));
    SHELFCAST_ASSIGN(match_, context_.routes.find(request_.method, path));
    SHELFCAST_ASSIGN(request_.path, ports::percent_decoded(path, false));
    request_.path_parameters = std::move(match_.path_parameters);
    while (!rest.empty()) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        SHELFCAST_ASSIGN(std::string name, ports::percent_decoded(pair.substr(0, equals), true));
        SHELFCAST_ASSIGN(
            std::string value,
            ports::percent_decoded(pair.substr(std::min(equals + 1, pair.size())), true));
        if (!pair.empty()) {
            request_.query_parameters.emplace_back(std::move(name), std::move(value));
        }
    }
    return {};
}

std::optional<HttpResponse> HttpConnection::take_lengths() {
    const auto& message = parser_->get();
    // Whatever two readers could take for different lengths. Both at once, the parser refuses.
    if (message.count(http::field::content_length) > 1) {
        return refusal(400, "more than one Content-Length");
    }
    const auto coding = message.find(http::field::transfer_encoding);
    if (coding != message.end() &&
        (message.count(http::field::transfer_encoding) > 1 || message.version() < 11 ||
         !same_ignoring_case(std::string(coding->value()), "chunked"))) {
        return refusal(400, "Transfer-Encoding: only 'chunked' is known");
    }
    const auto expect = message.find(http::field::expect);
    if (expect != message.end() &&
        !same_ignoring_case(std::string(expect->value()), "100-continue")) {
        return refusal(417, "Expect: only '100-continue' is known");
    }
    return std::nullopt;
}

std::optional<HttpResponse> HttpConnection::take_route() {
    if (match_.route == nullptr && match_.allowed_methods.empty()) {
        return error_response(
            {ErrorKind::kNotFound, fmt::format("{}: no such path", request_.path)});
    }
    if (match_.route == nullptr) {
        const std::string allowed = fmt::format("{}", fmt::join(match_.allowed_methods, ", "));
        HttpResponse wrong_method = refusal(405, "{}: only {}", request_.path, allowed);
        wrong_method.headers.emplace_back("Allow", allowed);
        return wrong_method;
    }
    const std::size_t limit = match_.route->max_body_bytes;
    if (parser_->content_length().value_or(0) > limit) {
        return refusal(413, "{}: the body is over {} bytes", request_.path, limit);
    }
    const std::string_view encoding = request_.header("Content-Encoding").value_or("identity");
    is_gzip_ = same_ignoring_case(encoding, "gzip") || same_ignoring_case(encoding, "x-gzip");
    if (!is_gzip_ && !same_ignoring_case(encoding, "identity")) {
        HttpResponse unknown = refusal(415, "Content-Encoding {}: only gzip is known", encoding);
        unknown.headers.emplace_back("Accept-Encoding", "gzip");
        return unknown;
    }
    if (context_.work.size() >= context_.options.max_queued_requests) {
        return busy("too many requests are waiting");
    }
    return std::nullopt;
}

awaitable<bool> HttpConnection::answer() {
    HeldBytes held(context_);
    const bool continues = request_.header("Expect").has_value() && parser_->get().version() >= 11;
    if (!body_complete_ && continues && buffer_.size() == 0 &&
        !co_await write("HTTP/1.1 100 Continue\r\n\r\n", "")) {
        co_return false;
    }
    set_deadline(context_.options.body_deadline);
    while (!body_complete_) {
        error_code code;
        co_await http::async_read_some(client_, buffer_, *parser_,
                                       redirect_error(use_awaitable, code));
        body_complete_ = parser_->is_done();
        const std::size_t size = parser_->get().body().size();
        std::optional<HttpResponse> refused;
        if (size > match_.route->max_body_bytes) {
            refused = refusal(413, "{}: the body is over {} bytes", request_.path,
                              match_.route->max_body_bytes);
        } else if (!held.grow_to(size)) {
            refused = busy("too many large requests");
        } else if (code && deadline_passed_) {
            refused = refusal(408, "the request's body took over {} ms",
                              context_.options.body_deadline.count());
        } else if (code && code != http::error::partial_message &&
                   code.category() == http::make_error_code(http::error::bad_method).category()) {
            refused = refusal(400, "the request's body is not HTTP/1.1: {}", code.message());
        }
        if (refused && !closed_) {
            body_complete_ = false;
            co_return co_await refuse(std::move(*refused));
        }
        if (code) {
            co_return false;
        }
    }
    request_.body = std::move(parser_->get().body());
    if (context_.work.size() >= context_.options.max_queued_requests) {
        HttpResponse refused = busy("too many requests are waiting");
        co_return co_await refuse(std::move(refused));
    }
    HttpResponse response;
    std::function<void()> work = [this, &response] { response = call_handler(stop_->get_token()); };
    const bool ran = co_await on_thread_of(context_.work, work);
    if (response.stream && (!ran || context_.streams >= context_.options.max_streams)) {
        // Nobody will pull it, and its end may wait for what is behind it.
        const std::function<void()> drop = [&response] {
            response.stream = [](std::string&) -> Result<bool> { return false; };
        };
        co_await on_thread_of(context_.work, drop);
    }
    if (!ran) {
        co_return false;
    }
    // Taken before the head is sent, while others may be answered.
    std::unique_ptr<HeldStream> place;
    if (response.stream && context_.streams >= context_.options.max_streams) {
        response = busy("too many answers are being streamed");
    } else if (response.stream) {
        place = std::make_unique<HeldStream>(context_);
    }
    co_return co_await respond(std::move(response));
}

HttpResponse HttpConnection::call_handler(const std::stop_token& stop) {
    try {
        if (is_gzip_) {
            std::string plain;
            const std::size_t limit = match_.route->max_body_bytes;
            switch (context_.inflater.gunzip(request_.body, limit, plain)) {
                case ports::InflateVerdict::kTooLarge:
                    return refusal(413, "{}: the unpacked body is over {} bytes", request_.path,
                                   limit);
                case ports::InflateVerdict::kBroken:
                    return refusal(400, "the body is not whole gzip");
                case ports::InflateVerdict::kComplete:
                    break;
            }
            request_.body = std::move(plain);
        }
        return match_.route->handler(request_, stop);
    } catch (const std::exception& thrown) {
        // A handler returns its errors; this is a fault of ours, and no reason to end the process.
        log::error("http", "handler threw path={} what={}", request_.path, thrown.what());
        return error_response({ErrorKind::kCorrupted, "internal error, see the log"});
    }
}

awaitable<bool> HttpConnection::on_thread_of(WorkQueue& pool, const std::function<void()>& work) {
    bool done = false;
    deadline_ = steady_clock::time_point::max();
    std::function<void()> task = [this, &done, &work] {
        work();
        asio::post(context_.io, [this, &done] {
            done = true;
            event_.cancel();
        });
    };
    // There is room: each connection has one item at most, and it is this one's.
    if (!pool.try_push(task)) {
        co_return false;
    }
    if (buffer_.size() == 0) {
        watching_ = true;
        asio::co_spawn(context_.io, watch_client(), [this](const std::exception_ptr&) {
            watching_ = false;
            event_.cancel();
        });
    }
    error_code ignored;
    while (!done) {
        event_.expires_at(steady_clock::time_point::max());
        co_await event_.async_wait(redirect_error(use_awaitable, ignored));
    }
    while (watching_) {
        client_.cancel(ignored);
        event_.expires_at(steady_clock::time_point::max());
        co_await event_.async_wait(redirect_error(use_awaitable, ignored));
    }
    co_return !client_gone_ && !closed_;
}

awaitable<void> HttpConnection::watch_client() {
    error_code code;
    co_await client_.async_wait(asio::ip::tcp::socket::wait_read,
                                redirect_error(use_awaitable, code));
    if (code) {
        co_return;
    }
    char byte = 0;
    const auto got = ::recv(client_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) {
        client_gone_ = true;
        stop_->request_stop();
    }
}

std::string HttpConnection::head_of(const HttpResponse& response) const {
    const auto reason = http::obsolete_reason(
        http::int_to_status(static_cast<unsigned>(std::max(response.status, 0))));
    std::string head = fmt::format("HTTP/1.1 {} {}\r\n", response.status,
                                   std::string_view(reason.data(), reason.size()));
    const auto add = [&head](std::string_view name, std::string_view value) {
        if (fits_in_a_field(name) && fits_in_a_field(value)) {
            head += fmt::format("{}: {}\r\n", name, value);
        } else {
            log::error("http", "response header left out, control character in name={}", name);
        }
    };
    if (!response.content_type.empty()) {
        add("Content-Type", response.content_type);
    }
    for (const auto& [name, value] : response.headers) {
        add(name, value);
    }
    const bool has_body = response.status != 204 && response.status != 304;
    if (has_body && !response.stream) {
        add("Content-Length", fmt::format("{}", response.body.size()));
    } else if (has_body && head_known_ && parser_->get().version() >= 11) {
        add("Transfer-Encoding", "chunked");
    }
    add("Connection", keep_alive_ ? "keep-alive" : "close");
    head += "\r\n";
    return head;
}

awaitable<bool> HttpConnection::respond(HttpResponse response) {
    keep_alive_ = keep_alive_ && !context_.draining;
    const bool has_body =
        request_.method != "HEAD" && response.status != 204 && response.status != 304;
    const std::string head = head_of(response);
    if (!response.stream) {
        const std::string_view body = has_body ? std::string_view(response.body) : "";
        const bool written = co_await write(head, body);
        co_return written&& keep_alive_;
    }
    bool whole = co_await write(head, "");
    if (whole && has_body) {
        whole = co_await send_stream(response.stream);
    }
    // Its end may wait for what is behind it, which this thread must not.
    const std::function<void()> drop = [&response] { response.stream = nullptr; };
    co_await on_thread_of(context_.pulls, drop);
    co_return whole&& keep_alive_;
}

awaitable<bool> HttpConnection::send_stream(const ports::HttpBodySource& stream) {
    const bool chunked = parser_->get().version() >= 11;
    std::string chunk;
    // Ends with the source's last piece, the client, or the server's stop.
    for (;;) {
        chunk.clear();
        Result<bool> more = true;
        std::function<void()> work = [&stream, &chunk, &more] {
            try {
                more = stream(chunk);
            } catch (const std::exception& thrown) {
                more = fail(ErrorKind::kCorrupted, "stream threw: {}", thrown.what());
            }
        };
        const bool ran = co_await on_thread_of(context_.pulls, work);
        if (!ran) {
            co_return false;
        }
        if (!more) {
            log::warning("http", "stream broken off path={}: {}", request_.path,
                         more.error().message);
            error_code ignored;
            client_.set_option(asio::socket_base::linger(true, 0), ignored);
            co_return false;
        }
        if (!chunk.empty()) {
            const std::string size = chunked ? fmt::format("{:x}\r\n", chunk.size()) : "";
            chunk += chunked ? "\r\n" : "";
            if (!co_await write(size, chunk)) {
                co_return false;
            }
        }
        if (!*more) {
            const bool ended = co_await write(chunked ? "0\r\n\r\n" : "", "");
            co_return ended&& chunked;
        }
    }
}

awaitable<bool> HttpConnection::refuse(HttpResponse refused) {
    // A body that was announced or is under way would be taken for the next request.
    keep_alive_ = keep_alive_ && head_known_ && body_complete_;
    if (!head_known_) {
        request_.method.clear();
    }
    const bool keep = co_await respond(std::move(refused));
    if (!keep && !closed_) {
        co_await linger();
    }
    co_return keep && !closed_ && !context_.draining;
}

awaitable<bool> HttpConnection::write(std::string_view first, std::string_view second) {
    const std::array<asio::const_buffer, 2> bytes{asio::buffer(first.data(), first.size()),
                                                  asio::buffer(second.data(), second.size())};
    set_deadline(context_.options.write_deadline);
    error_code code;
    co_await asio::async_write(client_, bytes, redirect_error(use_awaitable, code));
    deadline_ = steady_clock::time_point::max();
    co_return !code;
}

awaitable<void> HttpConnection::linger() {
    // Closing with unread bytes would reset the connection, and the answer might be lost with it.
    error_code code;
    client_.shutdown(asio::ip::tcp::socket::shutdown_send, code);
    const auto ends = steady_clock::now() + kLingerDeadline;
    std::array<char, 16 * 1024> unwanted{};
    std::size_t drained = 0;
    while (!code && drained < kMaxLingerBytes && steady_clock::now() < ends) {
        set_deadline(std::chrono::ceil<std::chrono::milliseconds>(ends - steady_clock::now()));
        drained += co_await client_.async_read_some(asio::buffer(unwanted),
                                                    redirect_error(use_awaitable, code));
    }
}

}  // namespace shelfcast::adapters::http_server
