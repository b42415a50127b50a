#pragma once

/// \file adapters/s3/http_pool.h
/// HTTP requests over a bounded pool of kept-alive connections, signed (AWS Signature Version 4)
/// where a login is given. One attempt each: who asks decides about another.
///
/// Thread safe; owned by S3Bucket. The library behind it is named in the .cc only.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace shelfcast::adapters::s3 {

struct HttpPoolOptions {
    std::size_t max_connections = 16;
    long connect_timeout_ms = 3'000;
    long stall_timeout_ms = 20'000;  ///< Of a silence in either direction; whole seconds.
    std::string proxy;               ///< "http://proxy:3128"; empty: none, whatever is in the
                                     ///< environment.
    std::string ca_file;             ///< Certificates to trust; empty: those of the machine.
};

/// Who signs a request, and for which region.
struct Signature {
    std::string key_id;
    std::string secret;
    std::string session_token;  ///< Empty: none.
    std::string region;
};

struct HttpRequest {
    std::string method = "GET";
    std::string url;
    std::vector<std::string> headers{};  ///< "Name: value".
    std::string_view body{};             ///< Sent with PUT and POST, also when empty.
    std::optional<Signature> signature{};
};

struct HttpAnswer {
    long status = 0;
    std::string body;
    std::string headers;                  ///< Lines as they came, names in lower case.
    std::optional<std::uint64_t> length;  ///< That the server stated.
    /// The value of a header, its name in lower case; empty if it is not there.
    [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// Why there is no answer.
struct HttpFailure {
    std::string reason;
    bool retryable = true;  ///< False: the URL, the certificate or an interruption.
    bool sent = true;       ///< False: no byte of the request left this machine.
};

class HttpPool {
public:
    [[nodiscard]] static Result<std::unique_ptr<HttpPool>> create(HttpPoolOptions options);
    ~HttpPool();
    HttpPool(const HttpPool&) = delete;
    HttpPool& operator=(const HttpPool&) = delete;

    /// An answer of any status, whole; a body that ends early is a failure.
    [[nodiscard]] tl::expected<HttpAnswer, HttpFailure> request(const HttpRequest& request);

    /// Ends every request within a second or so, those under way and those to come.
    void interrupt() noexcept;
    [[nodiscard]] bool interrupted() const noexcept;
    /// Waits that long, or until interrupt().
    void pause(long milliseconds);

private:
    struct State;
    explicit HttpPool(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace shelfcast::adapters::s3
