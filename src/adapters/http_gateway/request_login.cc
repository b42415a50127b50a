#include "adapters/http_gateway/request_login.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "ports/http.h"

namespace shelfcast::adapters::gateway {
namespace {

using ports::percent_decoded;
using ports::same_ignoring_case;

/// Credentials, scopes, and what belongs to the connection. Upgrade goes too: the offer is declined
/// by answering as if it had not been made, as HTTP allows (Java's client offers h2c each time).
constexpr std::array<std::string_view, 14> kDroppedFields = {"Authorization",
                                                             "Proxy-Authorization",
                                                             "X-ClickHouse-User",
                                                             "X-ClickHouse-Key",
                                                             "X-ClickHouse-Quota",
                                                             "X-ClickHouse-SSL-Certificate-Auth",
                                                             "X-ClickHouse-JWT-Token",
                                                             "X-Store-Scope",
                                                             "Connection",
                                                             "Keep-Alive",
                                                             "Proxy-Connection",
                                                             "Upgrade",
                                                             "HTTP2-Settings",
                                                             "TE"};
constexpr std::array<std::string_view, 3> kDroppedParameters = {"user", "password", "quota_key"};
/// A client cannot have these removed by naming them in Connection.
constexpr std::array<std::string_view, 5> kFramingFields = {
    "Host", "Content-Length", "Transfer-Encoding", "Content-Encoding", "Expect"};

bool is_one_of(std::string_view name, auto const& names) {
    return std::ranges::any_of(names,
                               [name](std::string_view n) { return same_ignoring_case(n, name); });
}

struct Parameter {
    std::string_view raw;  ///< "na%6De=val+ue"
    std::string name;
    std::string value;
};

Result<std::vector<Parameter>> query_parameters(std::string_view target) {
    std::vector<Parameter> found;
    const std::size_t question = target.find('?');
    if (question == std::string_view::npos) {
        return found;
    }
    std::string_view rest = target.substr(question + 1);
    while (!rest.empty()) {
        const std::string_view raw = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(raw.size() + 1, rest.size()));
        const std::size_t equals = std::min(raw.find('='), raw.size());
        const std::string_view value = raw.substr(std::min(equals + 1, raw.size()));
        // Only names are decoded here: a query of a megabyte is a value, and nobody needs it yet.
        SHELFCAST_ASSIGN(std::string name, percent_decoded(raw.substr(0, equals), true));
        found.push_back({.raw = raw, .name = std::move(name), .value = std::string()});
        if (std::ranges::find(kDroppedParameters, found.back().name) != kDroppedParameters.end()) {
            SHELFCAST_ASSIGN(found.back().value, percent_decoded(value, true));
        }
    }
    return found;
}

/// Base64 with or without padding. Nothing for anything else.
std::optional<std::string> base64_decoded(std::string_view text) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    while (text.ends_with('=')) {
        text.remove_suffix(1);
    }
    if (text.size() % 4 == 1) {
        return std::nullopt;
    }
    std::string out;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        const std::size_t value = kAlphabet.find(c);
        if (value == std::string_view::npos) {
            return std::nullopt;
        }
        bits = (bits << 6 | static_cast<std::uint32_t>(value)) & 0xffffff;
        count += 6;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>(bits >> count & 0xff);
        }
    }
    return out;
}

Result<Login> basic_login(std::string_view authorization) {
    const std::size_t blank = std::min(authorization.find(' '), authorization.size());
    const std::string_view scheme = authorization.substr(0, blank);
    if (!same_ignoring_case(scheme, "Basic")) {
        return fail(
            ErrorKind::kUnauthenticated,
            "Invalid authentication: only the HTTP Authorization scheme Basic is supported");
    }
    std::string_view packed = authorization.substr(blank);
    packed.remove_prefix(std::min(packed.find_first_not_of(' '), packed.size()));
    const std::optional<std::string> plain = base64_decoded(packed);
    const std::size_t colon = plain ? plain->find(':') : std::string::npos;
    if (!plain || colon == std::string::npos) {
        return fail(ErrorKind::kUnauthenticated,
                    "Invalid authentication: the Authorization header is not Basic with "
                    "name:password in base64");
    }
    return Login{.name = plain->substr(0, colon), .password = plain->substr(colon + 1)};
}

struct Sources {
    std::vector<std::string_view> authorization;
    std::vector<std::string_view> header_user;
    std::vector<std::string_view> header_key;
    std::vector<std::string> url_user;
    std::vector<std::string> url_password;

    [[nodiscard]] bool has_headers() const { return !header_user.empty() || !header_key.empty(); }
    [[nodiscard]] bool has_url() const { return !url_user.empty() || !url_password.empty(); }
};

Result<Sources> sources_of(const RequestHead& head) {
    Sources found;
    found.authorization = head.values("Authorization");
    // ClickHouse's web pages send this so that the browser adds nothing of its own.
    std::erase(found.authorization, "never");
    found.header_user = head.values("X-ClickHouse-User");
    found.header_key = head.values("X-ClickHouse-Key");
    SHELFCAST_ASSIGN(const std::vector<Parameter> parameters, query_parameters(head.target));
    for (const Parameter& parameter : parameters) {
        if (parameter.name == "user") {
            found.url_user.push_back(parameter.value);
        } else if (parameter.name == "password") {
            found.url_password.push_back(parameter.value);
        }
    }
    return found;
}

Status refuse_mixture(const Sources& sources) {
    constexpr std::string_view kBasic = "Basic HTTP authentication";
    constexpr std::string_view kHeaders = "X-ClickHouse HTTP headers";
    constexpr std::string_view kUrl = "authentication via parameters";
    const auto both = [](std::string_view a, std::string_view b) {
        return fail(ErrorKind::kInvalidInput,
                    "Invalid authentication: it is not allowed to use {} and {} simultaneously", a,
                    b);
    };
    if (!sources.authorization.empty() && sources.has_headers()) {
        return both(kHeaders, kBasic);
    }
    if (!sources.authorization.empty() && sources.has_url()) {
        return both(kBasic, kUrl);
    }
    if (sources.has_headers() && sources.has_url()) {
        return both(kHeaders, kUrl);
    }
    if (sources.authorization.size() > 1 || sources.header_user.size() > 1 ||
        sources.header_key.size() > 1 || sources.url_user.size() > 1 ||
        sources.url_password.size() > 1) {
        return fail(ErrorKind::kInvalidInput,
                    "Invalid authentication: a user name or password is given more than once");
    }
    return {};
}

std::string first_or(const auto& values, std::string_view otherwise) {
    return std::string(values.empty() ? otherwise : std::string_view(values.front()));
}

Result<std::string> target_without_credentials(std::string_view target) {
    SHELFCAST_ASSIGN(const std::vector<Parameter> parameters, query_parameters(target));
    const auto is_dropped = [](const Parameter& parameter) {
        return std::ranges::find(kDroppedParameters, parameter.name) != kDroppedParameters.end();
    };
    if (std::ranges::none_of(parameters, is_dropped)) {
        return std::string(target);
    }
    std::string out(target.substr(0, target.find('?')));
    char separator = '?';
    for (const Parameter& parameter : parameters) {
        if (!is_dropped(parameter)) {
            out += separator;
            out += parameter.raw;
            separator = '&';
        }
    }
    return out;
}

bool is_named_by_connection(const RequestHead& head, std::string_view name) {
    return !is_one_of(name, kFramingFields) &&
           std::ranges::any_of(head.values("Connection"), [name](std::string_view options) {
               return list_has(options, name);
           });
}

Result<std::string> head_for_engine(const RequestHead& head, const Login* login,
                                    std::string_view host) {
    SHELFCAST_ASSIGN(const std::string target, target_without_credentials(head.target));
    std::string out =
        fmt::format("{} {} HTTP/1.{}\r\n", head.method, target, head.http_1_0 ? 0 : 1);
    if (!host.empty()) {
        out += fmt::format("Host: {}\r\n", host);
    }
    for (const Field& field : head.fields) {
        if (!is_one_of(field.name, kDroppedFields) && !is_named_by_connection(head, field.name) &&
            (host.empty() || !same_ignoring_case(field.name, "Host"))) {
            out += field.line;
            out += "\r\n";
        }
    }
    if (login != nullptr) {
        const std::string both = login->name + login->password;
        if (std::ranges::any_of(both, [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; })) {
            return fail(ErrorKind::kInvalidInput, "engine account {}: a control character in it",
                        login->name);
        }
        out += fmt::format("X-ClickHouse-User: {}\r\nX-ClickHouse-Key: {}\r\n", login->name,
                           login->password);
    }
    out += head.http_1_0 ? "Connection: close\r\n\r\n" : "Connection: keep-alive\r\n\r\n";
    return out;
}

}  // namespace

Result<Login> request_login(const RequestHead& head) {
    SHELFCAST_ASSIGN(const Sources sources, sources_of(head));
    SHELFCAST_TRY(refuse_mixture(sources));
    Login login;
    std::string_view where = "authentication via parameters";
    if (!sources.authorization.empty()) {
        where = "Basic HTTP authentication";
        SHELFCAST_ASSIGN(login, basic_login(sources.authorization.front()));
    } else if (sources.has_headers()) {
        where = "X-ClickHouse HTTP headers";
        login = {.name = first_or(sources.header_user, ""),
                 .password = first_or(sources.header_key, "")};
    } else {
        login = {.name = first_or(sources.url_user, "default"),
                 .password = first_or(sources.url_password, "")};
    }
    if (login.name.empty()) {
        return fail(ErrorKind::kUnauthenticated, "Got an empty user name from {}", where);
    }
    return login;
}

Result<std::string> engine_request_head(const RequestHead& head, const Login& login,
                                        std::string_view host) {
    return head_for_engine(head, &login, host);
}

Result<std::string> anonymous_request_head(const RequestHead& head, std::string_view host) {
    return head_for_engine(head, nullptr, host);
}

}  // namespace shelfcast::adapters::gateway
