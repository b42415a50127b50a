#pragma once

/// \file adapters/http_gateway/gateway.h
/// The door on 8123: ClickHouse's HTTP, with our logins. Every request is authenticated, gets the
/// engine account of its user instead of its own credentials, and streams through otherwise byte
/// for byte, both ways, within fixed buffers. Owned by the wiring; one I/O thread and one thread
/// for password checks inside. Thread safe.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "ports/authenticator.h"
#include "ports/metrics.h"

namespace shelfcast::adapters {

struct EngineAccount {
    std::string name;
    std::string password;
};

struct GatewayOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8123;                ///< 0: any free one, see port().
    std::string upstream_host = "127.0.0.1";  ///< A name is resolved once, at start.
    std::uint16_t upstream_port = 0;
    bool upstream_tls = false;     ///< The engine's certificate must then be for upstream_host.
    std::string upstream_ca_file;  ///< PEM: its authorities; empty: the machine's.

    std::size_t max_connections = 256;          ///< Clients; one more gets 503.
    std::size_t max_upstream_connections = 96;  ///< Requests at once at the engine; others wait.
    std::size_t max_idle_upstream = 16;
    std::size_t max_header_bytes = 524'288;  ///< Queries in URLs are long. Over it: 431.
    std::size_t max_waiting_checks = 64;     ///< Logins waiting for their hash. Over it: 503.

    std::chrono::milliseconds header_deadline{10'000};  ///< For a whole head, from its first byte.
    std::chrono::milliseconds idle_deadline{65'000};    ///< Between requests of a connection.
    std::chrono::milliseconds body_deadline{60'000};    ///< Silence inside a request's body: 408.
    std::chrono::milliseconds write_deadline{300'000};  ///< A client that takes no bytes.
    std::chrono::milliseconds connect_deadline{2'000};  ///< With the TLS handshake.
    std::chrono::milliseconds queue_deadline{5'000};    ///< For a free place at the engine: 503.
    std::chrono::milliseconds response_deadline{3'600'000};  ///< Silence of the engine: 504.
    std::chrono::milliseconds upstream_idle{10'000};  ///< Shorter than the engine's own 30 s.
};

/// Called on the I/O thread: they return within microseconds.
struct GatewayHooks {
    /// The engine account of a user. Nothing: 403.
    std::function<std::optional<EngineAccount>(const ports::Identity&)> account_of;
    /// A user asks the engine something: whoever keeps views fresh may hurry. May be empty.
    std::function<void()> on_query;
};

class Gateway {
public:
    /// Listens at once. The ports and whatever the hooks use must outlive it. Errors:
    /// kInvalidInput (an address that is none, a file of authorities that cannot be read),
    /// kConflict (the port is taken), kUnavailable.
    [[nodiscard]] static Result<std::unique_ptr<Gateway>> start(GatewayOptions options,
                                                                ports::Authenticator& authenticator,
                                                                ports::Metrics& metrics,
                                                                GatewayHooks hooks);
    /// Cuts what is left.
    ~Gateway();
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;

    [[nodiscard]] std::uint16_t port() const;

    /// Takes no more connections, lets requests in flight end within the deadline, cuts the rest,
    /// and returns when its threads are gone. A second call changes nothing.
    void stop(std::chrono::milliseconds deadline);

private:
    class Impl;
    explicit Gateway(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace shelfcast::adapters
