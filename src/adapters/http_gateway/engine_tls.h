#pragma once

/// \file adapters/http_gateway/engine_tls.h
/// TLS to the engine: which authorities its certificate may be from, which host it must be for, and
/// what a person can do about a connection that does not come about. The pool owns it; used on the
/// I/O thread only.

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <string>

#include "base/result.h"

namespace shelfcast::adapters::gateway {

/// Speaks TLS over a socket that is somebody else's.
using TlsStream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>;

class EngineTls {
public:
    /// `host`: whom the certificate must be for, a name or an IP address. `ca_file`: PEM; empty:
    /// the machine's authorities. Error: kInvalidInput, a file that cannot be read.
    [[nodiscard]] static Result<std::unique_ptr<EngineTls>> create(std::string host,
                                                                   const std::string& ca_file);

    /// A stream that has not shaken hands yet. It must end before the socket.
    [[nodiscard]] Result<std::unique_ptr<TlsStream>> make_stream(
        boost::asio::ip::tcp::socket& socket);

    /// Why the handshake failed and what mends it, half a sentence.
    [[nodiscard]] static std::string fault_of(TlsStream& stream,
                                              const boost::system::error_code& code);

    /// Whether nothing that was received waits to be read: bytes after a whole answer would be
    /// taken for the next one's.
    [[nodiscard]] static bool is_silent(TlsStream& stream);

private:
    explicit EngineTls(std::string host);

    std::string host_;
    bool host_is_address_;
    boost::asio::ssl::context context_;
};

}  // namespace shelfcast::adapters::gateway
