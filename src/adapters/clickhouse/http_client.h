#pragma once

/// \file adapters/clickhouse/http_client.h
/// Requests to a ClickHouse server's HTTP port, over a bounded pool of kept-alive connections.
///
/// Thread safe; owned by ClickHouseWarehouse. The library behind it is named in the .cc only.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace shelfcast::adapters::clickhouse {

struct HttpOptions {
    std::string url;  ///< "http://host:port" or "https://host:port".
    std::string user;
    std::string password;
    /// The authorities that a server's certificate may be from, PEM; empty: the machine's.
    std::string ca_file;
    std::size_t max_connections = 8;
    long connect_timeout_ms = 2'000;
    long request_timeout_ms = 300'000;  ///< Of a whole answer; of each silence when streaming.
};

/// URL parameters by name: settings, `param_NAME` values, `query`. Percent-encoded on the way.
using HttpParameters = std::vector<std::pair<std::string, std::string>>;

/// Takes a piece of a streamed answer; false ends the request.
using HttpSink = std::function<bool(std::string_view)>;

class HttpClient {
public:
    /// Error: kInvalidInput for a URL that is not http(s)://host[:port].
    [[nodiscard]] static Result<std::unique_ptr<HttpClient>> create(HttpOptions options);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// Posts the body and returns the whole answer. Errors: see server_error.h; kUnavailable when
    /// the server is away or silent; kBusy when no connection came free in time.
    [[nodiscard]] Result<std::string> post(const HttpParameters& parameters, std::string_view body);

    /// Posts the body as the file `field` of a form.
    [[nodiscard]] Result<std::string> post_form(const HttpParameters& parameters,
                                                std::string_view field, std::string_view body);

    /// Posts the body and hands the answer to `sink` as it comes. An answer that breaks off is an
    /// error, even after the sink has seen its beginning.
    [[nodiscard]] Status post_streaming(const HttpParameters& parameters, std::string_view body,
                                        const HttpSink& sink);

    /// Ends every request within a second or so, those under way and those to come, with
    /// kUnavailable.
    void interrupt() noexcept;

    /// "host:port", as messages name the server.
    [[nodiscard]] const std::string& address() const noexcept;

private:
    struct State;
    explicit HttpClient(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace shelfcast::adapters::clickhouse
