#pragma once

/// \file ports/http.h
/// HTTP as handlers see it: a whole request in, a response out, no sockets.
///
/// The http_server adapter keeps the promises made here; src/api writes the handlers. Values are
/// owned by whoever holds them; a Handler is called from several worker threads at once.

#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace shelfcast::ports {

using HttpField = std::pair<std::string, std::string>;

/// Equal but for the case of ASCII letters, as header names are compared.
[[nodiscard]] inline bool same_ignoring_case(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    if (a.size() != b.size()) {
        return false;
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (lower(a[i]) != lower(b[i])) {
            return false;
        }
    }
    return true;
}

struct HttpRequest {
    std::string method;  ///< As sent: "GET", "POST", … A HEAD request arrives as "HEAD".
    std::string path;    ///< Percent-decoded, without the query.
    std::vector<HttpField> path_parameters;   ///< From the route's {names}, decoded.
    std::vector<HttpField> query_parameters;  ///< Decoded, in order, repeats kept.
    std::vector<HttpField> headers;           ///< In order, repeats kept.
    std::string body;    ///< Whole, de-chunked, and unpacked if it came with gzip.
    std::string remote;  ///< "127.0.0.1:50412"

    /// The first value of a header, whatever the case of its name.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const {
        for (const auto& [field, value] : headers) {
            if (same_ignoring_case(field, name)) {
                return value;
            }
        }
        return std::nullopt;
    }
    [[nodiscard]] std::optional<std::string_view> query_parameter(std::string_view name) const {
        return find(query_parameters, name);
    }
    [[nodiscard]] std::optional<std::string_view> path_parameter(std::string_view name) const {
        return find(path_parameters, name);
    }

private:
    static std::optional<std::string_view> find(const std::vector<HttpField>& fields,
                                                std::string_view name) {
        for (const auto& [field, value] : fields) {
            if (field == name) {
                return value;
            }
        }
        return std::nullopt;
    }
};

/// Gives a body piece by piece: appends to the empty `chunk` and returns true while more may come,
/// false after the last piece. One call at a time, the next one only after the client took the last
/// piece; calls may wait long, and so may its end: both happen on threads kept for streams, apart
/// from those of handlers. One stream too many is refused, and dropped, on such a thread, too, for
/// what it stands for may have begun already. An error cuts the connection, so that nobody takes
/// half a body for a whole one.
using HttpBodySource = std::function<Result<bool>(std::string& chunk)>;

struct HttpResponse {
    int status = 200;
    std::string content_type = "application/json";  ///< Empty: no such header.
    std::vector<HttpField> headers;
    std::string body;
    HttpBodySource stream;  ///< Set: sent instead of `body`, chunked.
};

/// Answers one request. The stop token is requested when the client went away or the server must
/// end: long work looks at it. It stays valid while the response's stream is pulled.
using HttpHandler = std::function<HttpResponse(const HttpRequest&, const std::stop_token&)>;

struct HttpRoute {
    std::string method;  ///< A GET route answers HEAD too.
    /// "/v1/events", or with whole segments as names: "/v1/imports/{id}"; "/{path*}": any other.
    std::string pattern;
    std::size_t max_body_bytes = 0;  ///< After unpacking. Over it: 413.
    HttpHandler handler;
};

/// A JSON string literal, quotes included. Bytes that are no UTF-8 pass through unchanged.
[[nodiscard]] inline std::string json_quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        } else {
            out += c;
        }
    }
    out += '"';
    return out;
}

/// The one error shape, {"error":{"kind":"invalid_input","message":"…"}}, with the status that the
/// kind stands for unless another is given. Retryable kinds carry Retry-After: 1.
[[nodiscard]] inline HttpResponse error_response(const Error& error,
                                                 std::optional<int> status = std::nullopt) {
    HttpResponse response;
    response.status = status.value_or(http_status(error.kind));
    response.body = fmt::format(R"({{"error":{{"kind":"{}","message":{}}}}})",
                                to_string(error.kind), json_quoted(error.message));
    if (is_retryable(error.kind)) {
        response.headers.emplace_back("Retry-After", "1");
    }
    return response;
}

/// Decodes %XX, and '+' as a space if asked (queries, not paths). Error: kInvalidInput.
[[nodiscard]] inline Result<std::string> percent_decoded(std::string_view text,
                                                         bool plus_is_space) {
    const auto digit = [](char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        if (c >= 'a' && c <= 'f') {
            return c - 'a' + 10;
        }
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    };
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus_is_space) {
            out += ' ';
        } else if (text[i] != '%') {
            out += text[i];
        } else {
            const int high = i + 2 < text.size() ? digit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? digit(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return fail(ErrorKind::kInvalidInput, "URL: '%' without two hexadecimal digits");
            }
            out += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    return out;
}

}  // namespace shelfcast::ports
