#include "api/status_page.h"

#include <array>
#include <memory>
#include <mutex>
#include <utility>

#include "api/web_files.h"

namespace shelfcast::api {
namespace {

/// The page's own files, and nothing from elsewhere.
constexpr const char* kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
constexpr std::size_t kMaxLoginBytes = 4'096;

void add_safe_headers(ports::HttpResponse& response, const char* caching) {
    response.headers.emplace_back("Content-Security-Policy", kContentSecurityPolicy);
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    response.headers.emplace_back("Referrer-Policy", "no-referrer");
    response.headers.emplace_back("Cache-Control", caching);
}

/// The bytes of a base64 text (RFC 4648, section 4), padded or not; nothing if it is none.
std::optional<std::string> base64_decoded(std::string_view text) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    while (text.ends_with('=')) {
        text.remove_suffix(1);
    }
    std::string out;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        const std::size_t value = kAlphabet.find(c);
        if (value == std::string_view::npos) {
            return std::nullopt;
        }
        bits = (bits << 6U | static_cast<std::uint32_t>(value)) & 0xffffU;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out += static_cast<char>(bits >> static_cast<unsigned>(held) & 0xffU);
        }
    }
    return out;
}

bool names_loopback(std::string_view host) {
    if (host.starts_with('[')) {
        return host.substr(0, host.find(']') + 1) == "[::1]";
    }
    host = host.substr(0, host.find(':'));
    return ports::same_ignoring_case(host, "localhost") ||
           (host.starts_with("127.") &&
            host.find_first_not_of("0123456789.") == std::string_view::npos);
}

/// Lets a request through, or says why not.
class Guard {
public:
    Guard(bool needs_login, ports::Authenticator& logins)
        : needs_login_(needs_login), logins_(logins) {}

    [[nodiscard]] std::optional<ports::HttpResponse> refuse(
        const ports::HttpRequest& request) const {
        if (!needs_login_) {
            if (names_loopback(request.header("Host").value_or(""))) {
                return std::nullopt;
            }
            return ports::error_response(
                {ErrorKind::kForbidden, "without a login this is for localhost only"});
        }
        const auto login = basic_login(request.header("Authorization").value_or(""));
        if (!login) {
            return asking({ErrorKind::kUnauthenticated, "this needs a login, the same as for SQL"});
        }
        if (logins_.remembered(login->first, login->second)) {
            return std::nullopt;
        }
        const auto known = logins_.check(login->first, login->second);
        return known ? std::nullopt : std::optional(asking(known.error()));
    }

private:
    static ports::HttpResponse asking(const Error& error) {
        ports::HttpResponse response = ports::error_response(error);
        if (error.kind == ErrorKind::kUnauthenticated) {
            response.headers.emplace_back("WWW-Authenticate",
                                          R"(Basic realm="shelfcast", charset="UTF-8")");
        }
        return response;
    }

    bool needs_login_;
    ports::Authenticator& logins_;
};

/// The last answer, made anew when it is too old. One caller makes it; who comes meanwhile gets the
/// last one, so that a slow warehouse never holds more than one worker.
class Cache {
public:
    Cache(StatusSource source, std::int64_t keep_us, const ports::Clock& clock)
        : source_(std::move(source)), keep_us_(keep_us), clock_(clock) {}

    ports::HttpResponse answer() {
        const std::unique_lock making(making_, std::try_to_lock);
        if (making.owns_lock() && (!made_at_us_ || clock_.steady_us() - *made_at_us_ >= keep_us_)) {
            Result<std::string> made = source_();
            made_at_us_ = clock_.steady_us();
            const std::scoped_lock lock(mutex_);
            last_ = made ? ports::HttpResponse{.body = std::move(*made)}
                         : ports::error_response(made.error());
        }
        const std::scoped_lock lock(mutex_);
        return last_;
    }

private:
    const StatusSource source_;
    const std::int64_t keep_us_;
    const ports::Clock& clock_;
    std::mutex making_;
    std::optional<std::int64_t> made_at_us_;  ///< Guarded by making_.
    std::mutex mutex_;
    ports::HttpResponse last_ =
        ports::error_response({ErrorKind::kUnavailable, "the first answer is being made"});
};

struct Page {
    const char* path;
    const char* file;
    const char* type;
};

constexpr std::array kPages = {
    Page{"/", "status.html", "text/html; charset=utf-8"},
    Page{"/status.css", "status.css", "text/css; charset=utf-8"},
    Page{"/status.js", "status.js", "text/javascript; charset=utf-8"},
};

}  // namespace

std::optional<std::pair<std::string, std::string>> basic_login(std::string_view authorization) {
    constexpr std::string_view kBasic = "Basic ";
    if (authorization.size() > kMaxLoginBytes ||
        !ports::same_ignoring_case(authorization.substr(0, kBasic.size()), kBasic)) {
        return std::nullopt;
    }
    const auto text = base64_decoded(authorization.substr(kBasic.size()));
    if (!text) {
        return std::nullopt;
    }
    const std::size_t colon = text->find(':');
    if (colon == std::string::npos) {
        return std::nullopt;
    }
    return std::pair{text->substr(0, colon), text->substr(colon + 1)};
}

std::vector<ports::HttpRoute> status_routes(StatusSource source, const StatusOptions& options,
                                            ports::Authenticator& logins,
                                            const ports::Clock& clock) {
    const Guard guard(options.needs_login, logins);
    std::vector<ports::HttpRoute> routes;
    routes.reserve(kPages.size() + 1);
    for (const Page& page : kPages) {
        routes.push_back({"GET", page.path, 0, [guard, page](const auto& request, const auto&) {
                              auto response = guard.refuse(request);
                              if (!response) {
                                  response =
                                      ports::HttpResponse{.content_type = page.type,
                                                          .body = std::string(web_file(page.file))};
                              }
                              add_safe_headers(*response, "no-cache");
                              return *response;
                          }});
    }
    // Shared by the copies of the handler.
    auto cache = std::make_shared<Cache>(std::move(source), options.keep_us, clock);
    routes.push_back({"GET", "/v1/status", 0, [guard, cache](const auto& request, const auto&) {
                          auto refused = guard.refuse(request);
                          ports::HttpResponse response =
                              refused ? std::move(*refused) : cache->answer();
                          add_safe_headers(response, "no-store");
                          return response;
                      }});
    return routes;
}

}  // namespace shelfcast::api
