#include "adapters/http_gateway/engine_tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <utility>

namespace shelfcast::adapters::gateway {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

bool is_address(const std::string& host) {
    error_code code;
    boost::asio::ip::make_address(host, code);
    return !code;
}

// What is said about a certificate that was not taken.
std::string certificate_fault(long verdict) {
    const char* const reason = X509_verify_cert_error_string(verdict);
    switch (verdict) {
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return fmt::format(
                "{}; name in the warehouse's URL the host that the certificate is for", reason);
        case X509_V_ERR_CERT_HAS_EXPIRED:
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return fmt::format("{}; renew the server's certificate, or set this machine's clock",
                               reason);
        default:
            return fmt::format("{}; name the file with the authority of its certificate", reason);
    }
}

}  // namespace

EngineTls::EngineTls(std::string host)
    : host_(std::move(host)),
      host_is_address_(is_address(host_)),
      context_(ssl::context::tls_client) {}

Result<std::unique_ptr<EngineTls>> EngineTls::create(std::string host, const std::string& ca_file) {
    std::unique_ptr<EngineTls> made(new EngineTls(std::move(host)));
    ssl::context& context = made->context_;
    error_code code;
    context.set_verify_mode(ssl::verify_peer, code);
    if (ca_file.empty()) {
        context.set_default_verify_paths(code);
    } else {
        context.load_verify_file(ca_file, code);
    }
    if (code) {
        return fail(ErrorKind::kInvalidInput, "warehouse {}: authorities in {}: {}", made->host_,
                    ca_file.empty() ? "the machine's folder" : ca_file, code.message());
    }
    if (SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION) != 1) {
        return fail(ErrorKind::kUnavailable, "warehouse {}: TLS 1.2 is not to be had", made->host_);
    }
    return made;
}

Result<std::unique_ptr<TlsStream>> EngineTls::make_stream(boost::asio::ip::tcp::socket& socket) {
    auto stream = std::make_unique<TlsStream>(socket, context_);
    SSL* const handle = stream->native_handle();
    // A server with several certificates chooses by the name, which an address is not (RFC 6066).
    const bool named =
        host_is_address_ ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(handle), host_.c_str()) == 1
                         : SSL_set_tlsext_host_name(handle, host_.c_str()) == 1 &&
                               SSL_set1_host(handle, host_.c_str()) == 1;
    if (!named) {
        ERR_clear_error();
        return fail(ErrorKind::kInvalidInput, "warehouse host {}: no certificate can be for it",
                    host_);
    }
    return stream;
}

std::string EngineTls::fault_of(TlsStream& stream, const error_code& code) {
    const long verdict = SSL_get_verify_result(stream.native_handle());
    if (verdict != X509_V_OK) {
        return certificate_fault(verdict);
    }
    return fmt::format(
        "{}; does that port speak TLS? If not, the warehouse's URL begins with http://",
        code.message());
}

bool EngineTls::is_silent(TlsStream& stream) {
    char byte = 0;
    SSL* const handle = stream.native_handle();
    ERR_clear_error();
    const int got = SSL_peek(handle, &byte, 1);
    return got <= 0 && SSL_get_error(handle, got) == SSL_ERROR_WANT_READ;
}

}  // namespace shelfcast::adapters::gateway
