#include "api/screens_handler.h"

#include <fmt/format.h>

#include <utility>

#include "api/table_stream.h"

namespace shelfcast::api {
namespace {

using ports::HttpRequest;
using ports::HttpResponse;
using ports::TableFormat;
using queries::ScreenQuery;

constexpr std::size_t kETagDigits = 32;
constexpr std::size_t kRoomAround = 256;  // Names, and the cursor.

/// Whether a header's list of tags has this one, or is "*".
bool has_tag(std::string_view list, std::string_view tag) {
    return list == "*" || list.find(tag) != std::string_view::npos;
}

Result<HttpResponse> file_of(const ScreenPorts& ports, const ScreenQuery& query,
                             const ScreenRequest& asked) {
    HttpResponse response;
    const bool is_csv = asked.format == TableFormat::kCsv;
    response.content_type =
        is_csv ? "text/csv; charset=utf-8; header=present" : "application/vnd.apache.parquet";
    response.headers.emplace_back(
        "Content-Disposition",
        fmt::format("attachment; filename=\"{}.{}\"", query.name, is_csv ? "csv" : "parquet"));
    SHELFCAST_ASSIGN(response.stream,
                     stream_of_table(ports.tables, query.sql,
                                     queries::screen_values(query, asked.ask), asked.format));
    return response;
}

/// Scope, filters and page, each as the query takes it; what moves by itself is left out.
std::string key_of(const ScreenQuery& query, const ScreenRequest& asked,
                   const ports::QueryValues& values) {
    std::string key = fmt::format("{}\x1f{}", query.name, asked.fingerprint);
    for (const auto& [name, value] : values) {
        if (name != "as_of" && name != "now") {
            key += fmt::format("\x1f{}={}", name, value);
        }
    }
    return key;
}

Result<std::string> body_of(const ScreenPorts& ports, const ScreenQuery& query, ScreenRequest asked,
                            const ScreenMoment& moment, const HttpRequest& request) {
    const std::uint64_t limit = asked.ask.limit;
    ++asked.ask.limit;  // One more says whether there are more.
    const ports::QueryValues values = queries::screen_values(query, asked.ask);
    const auto make = [&]() -> Result<std::string> {
        SHELFCAST_ASSIGN(const std::string text,
                         ports.tables.read_table(query.sql, values, asked.format));
        SHELFCAST_ASSIGN(const SpeedPosition after, ports.stamps.position());
        const bool is_exact = moment.is_of_position && after == moment.position && after.is_settled;
        const std::string stamp = stamp_of(moment, asked.ask.stores, is_exact).json;
        std::string body;
        body.reserve(stamp.size() + text.size() + kRoomAround);  // Megabytes: they are copied once.
        body.append("{").append(stamp).append(R"(,"rows":[)");
        const bool is_last = append_rows_of_lines(text, limit, body);
        body.append(R"(],"next_cursor":)");
        // A search has one page: who wants more types more.
        body.append(is_last || query.filter("q") != nullptr
                        ? "null"
                        : ports::json_quoted(cursor_text(asked, asked.ask.offset + limit)));
        body.append("}");
        return body;
    };
    if (query.keeping == queries::Keeping::kNone || request.header("Cache-Control") == "no-cache") {
        return make();
    }
    SHELFCAST_ASSIGN(const ScreenAnswer answer,
                     ports.answers.answer(key_of(query, asked, values), query.keeping, make));
    return *answer;
}

Result<HttpResponse> answer(const ScreenPorts& ports, const ScreenQuery& query,
                            const ports::StoreScope& scope, const HttpRequest& request) {
    SHELFCAST_ASSIGN(const ScreenMoment moment, ports.stamps.look());
    SHELFCAST_ASSIGN(const ports::StoreScope stores,
                     wanted_stores(request, scope, *moment.catalog));
    const ScreenStamp before = stamp_of(moment, stores, false);
    SHELFCAST_ASSIGN(ScreenRequest asked,
                     read_screen_request(query, request, stores, before.business_date,
                                         ports.clock.now_us(), ports.digest));
    asked.ask.as_of_ms = before.as_of_ms == 0 ? asked.ask.now_ms : before.as_of_ms;
    ports.on_query();
    if (asked.format != TableFormat::kJsonLines) {
        return file_of(ports, query, asked);
    }
    HttpResponse response;
    SHELFCAST_ASSIGN(response.body, body_of(ports, query, asked, moment, request));
    return response;
}

HttpResponse with_tag(HttpResponse response, const HttpRequest& request,
                      const ports::Digest& digest) {
    if (response.stream) {
        return response;
    }
    const std::string tag =
        fmt::format("\"{}\"", digest.sha256_hex(response.body).substr(0, kETagDigits));
    if (has_tag(request.header("If-None-Match").value_or(""), tag)) {
        response = HttpResponse{.status = 304, .content_type = ""};
    }
    response.headers.emplace_back("ETag", tag);
    // Kept by the browser of one user, and asked for again each time.
    response.headers.emplace_back("Cache-Control", "private, no-cache");
    response.headers.emplace_back("Vary", "Cookie, Authorization");
    return response;
}

ports::HttpHandler handler_of(const ScreenPorts& ports, const ScreenQuery& query,
                              LoginGuard guard) {
    return [ports, &query, guard](const HttpRequest& request, const std::stop_token&) {
        auto found = guard.caller(request);
        if (auto* const refused = std::get_if<HttpResponse>(&found)) {
            return std::move(*refused);
        }
        auto made = answer(ports, query, std::get<ports::Identity>(found).scope, request);
        return made ? with_tag(*std::move(made), request, ports.digest)
                    : ports::error_response(made.error());
    };
}

}  // namespace

bool append_rows_of_lines(std::string_view lines, std::uint64_t limit, std::string& json) {
    for (std::uint64_t count = 0; !lines.empty(); ++count) {
        if (count == limit) {
            return false;
        }
        const std::size_t end = std::min(lines.find('\n'), lines.size());
        json.append(count == 0 ? "" : ",").append(lines.substr(0, end));
        lines.remove_prefix(std::min(end + 1, lines.size()));
    }
    return true;
}

std::vector<ports::HttpRoute> screen_routes(const ScreenPorts& ports, const LoginGuard& guard) {
    std::vector<ports::HttpRoute> routes;
    for (const ScreenQuery& query : queries::screen_queries()) {
        routes.push_back(
            {"GET", fmt::format("/v1/screens/{}", query.name), 0, handler_of(ports, query, guard)});
    }
    routes.push_back({"GET", "/v1/search", 0, handler_of(ports, queries::search_query(), guard)});
    return routes;
}

}  // namespace shelfcast::api
