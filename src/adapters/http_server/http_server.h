#pragma once

/// \file adapters/http_server/http_server.h
/// A small bounded HTTP/1.1 server for ports::HttpRoute. Owned by the wiring. Thread safe.
///
/// One thread moves bytes, a fixed pool of workers runs handlers and unpacks gzip; streamed bodies
/// are pulled by threads of their own, which may wait without keeping anybody else. What is over a
/// limit is refused with the status that says so, in the one error shape: 400 malformed, 404, 405
/// with Allow, 408 slow, 413 large body, 415 unknown Content-Encoding, 431 large head, 503 with
/// Retry-After when the pool's queue, the connections, the streams or the memory for bodies are
/// used up.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "ports/http.h"
#include "ports/inflater.h"

namespace shelfcast::adapters {

struct HttpServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8501;  ///< 0: any free one, see port().
    std::size_t worker_threads = 4;
    std::size_t max_streams = 16;  ///< Being sent at a time; each has a thread.
    std::size_t max_connections = 256;
    std::size_t max_queued_requests = 64;  ///< Waiting for a worker, besides those being served.
    std::size_t max_header_bytes = 32'768;
    std::size_t max_buffered_body_bytes = 268'435'456;  ///< All bodies being received.

    std::chrono::milliseconds header_deadline{10'000};  ///< For a whole head, from its first byte.
    std::chrono::milliseconds body_deadline{60'000};    ///< For a whole body.
    std::chrono::milliseconds idle_deadline{60'000};    ///< Between requests of a connection.
    std::chrono::milliseconds write_deadline{60'000};   ///< For a response, or a piece of a stream.
};

class HttpServer {
public:
    /// Listens at once. `inflater` and what the handlers use must outlive it. Errors: kInvalidInput
    /// (an address that is none, a route that is not a path or is there twice), kConflict (the port
    /// is taken), kUnavailable.
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(
        HttpServerOptions options, const ports::Inflater& inflater,
        std::vector<ports::HttpRoute> routes);
    /// Cuts what is left.
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    [[nodiscard]] std::uint16_t port() const;

    /// Takes no more connections, lets requests in flight end within the deadline, then requests
    /// the handlers' stop tokens, cuts the connections, and returns when its threads are gone. A
    /// second call changes nothing.
    void stop(std::chrono::milliseconds deadline);

private:
    class Impl;
    explicit HttpServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace shelfcast::adapters
