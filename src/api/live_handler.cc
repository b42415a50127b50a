#include "api/live_handler.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace shelfcast::api {
namespace {

using ports::HttpRequest;
using ports::HttpResponse;

/// More rows than an hour has minutes in any chain's currencies.
constexpr std::uint64_t kMostRows = 5'000;

const queries::ScreenQuery& query_named(std::string_view name) {
    const auto all = queries::screen_queries();
    const auto found = std::ranges::find(all, name, &queries::ScreenQuery::name);
    SHELFCAST_CHECK(found != all.end());
    return *found;
}

Result<std::string> rows_of(const ScreenPorts& ports, std::string_view name,
                            const queries::ScreenAsk& ask) {
    const queries::ScreenQuery& query = query_named(name);
    SHELFCAST_ASSIGN(const std::string lines,
                     ports.tables.read_table(query.sql, queries::screen_values(query, ask),
                                             ports::TableFormat::kJsonLines));
    std::string rows;
    append_rows_of_lines(lines, kMostRows, rows);
    return rows;
}

/// One viewer's stream.
class Viewer {
public:
    Viewer(std::shared_ptr<LiveFeed> feed, HttpRequest request, LoginGuard guard,
           ports::Identity who, const LiveOptions& options, const ports::Clock& clock,
           std::stop_token stop)
        : feed_(std::move(feed)),
          request_(std::move(request)),
          guard_(guard),
          who_(std::move(who)),
          options_(options),
          clock_(clock),
          stop_(std::move(stop)),
          check_at_us_(clock.steady_us() + check_again_us()) {}

    Result<bool> next(std::string& chunk) {
        if (!begun_) {
            begun_ = true;
            chunk = "retry: 1000\n\n";
            return true;
        }
        if (clock_.steady_us() >= check_at_us_) {
            check_at_us_ = clock_.steady_us() + check_again_us();
            const auto now = guard_.caller(request_);
            const auto* const who = std::get_if<ports::Identity>(&now);
            if (who == nullptr || who->scope != who_.scope) {
                return false;  // It comes again, with the login that holds now.
            }
        }
        const auto figures = feed_->next(sequence_, options_.keep_alive, stop_);
        if (stop_.stop_requested()) {
            return false;
        }
        if (!figures) {
            chunk = ": nothing new\n\n";
            return true;
        }
        sequence_ = figures->sequence;
        chunk = fmt::format("event: {}\nid: {}\ndata: {}\n\n",
                            figures->is_problem ? "problem" : "figures", figures->sequence,
                            figures->json);
        return true;
    }

private:
    [[nodiscard]] std::int64_t check_again_us() const {
        return std::chrono::microseconds(options_.check_again).count();
    }

    std::shared_ptr<LiveFeed> feed_;
    HttpRequest request_;
    LoginGuard guard_;
    ports::Identity who_;
    LiveOptions options_;
    const ports::Clock& clock_;
    std::stop_token stop_;
    std::int64_t check_at_us_;
    bool begun_ = false;
    std::uint64_t sequence_ = 0;
};

}  // namespace

LiveSource make_live_source(const ScreenPorts& ports) {
    // Of one feed, which calls it from one thread at a time.
    return [ports, seen = std::optional<SpeedPosition>()](
               const ports::StoreScope& stores) mutable -> Result<std::optional<std::string>> {
        ports.on_query();
        // Forgotten until the end: after a fault the figures are told again.
        const std::optional<SpeedPosition> last = std::exchange(seen, std::nullopt);
        SHELFCAST_ASSIGN(const SpeedPosition now, ports.stamps.position());
        if (last == now) {
            seen = last;
            return std::nullopt;
        }
        SHELFCAST_ASSIGN(const ScreenMoment moment, ports.stamps.look());
        const ScreenStamp before = stamp_of(moment, stores, false);
        queries::ScreenAsk ask{.stores = stores};
        ask.now_ms = ports.clock.now_us() / 1'000;
        ask.as_of_ms = before.as_of_ms == 0 ? ask.now_ms : before.as_of_ms;
        ask.today = before.business_date;
        ask.limit = kMostRows;
        SHELFCAST_ASSIGN(const std::string totals, rows_of(ports, "realtime_totals", ask));
        SHELFCAST_ASSIGN(const std::string minutes, rows_of(ports, "realtime_minutes", ask));
        SHELFCAST_ASSIGN(const SpeedPosition after, ports.stamps.position());
        const bool is_exact = moment.is_of_position && after == moment.position && after.is_settled;
        // What moved meanwhile is read again at the next look.
        seen = is_exact ? std::optional(after) : std::nullopt;
        return fmt::format(R"({{{},"totals":[{}],"minutes":[{}]}})",
                           stamp_of(moment, stores, is_exact).json, totals, minutes);
    };
}

ports::HttpRoute live_route(const ScreenPorts& ports, const LoginGuard& guard,
                            const LiveOptions& options) {
    // Shared by the copies of the handler.
    auto feeds = std::make_shared<LiveFeeds>([ports, options](const ports::StoreScope& stores) {
        return std::make_shared<LiveFeed>(make_live_source(ports), stores, options.pace,
                                          ports.clock);
    });
    return {
        "GET", "/v1/live", 0,
        [ports, guard, options, feeds](const HttpRequest& request, const std::stop_token& stop) {
            auto found = guard.caller(request);
            if (auto* const refused = std::get_if<HttpResponse>(&found)) {
                return std::move(*refused);
            }
            auto& who = std::get<ports::Identity>(found);
            const auto moment = ports.stamps.look();
            if (!moment) {
                return ports::error_response(moment.error());
            }
            for (const auto& [name, value] : request.query_parameters) {
                if (name != "store" && name != "region") {
                    return ports::error_response(
                        {ErrorKind::kInvalidInput,
                         fmt::format("live takes no parameter '{}': it takes store, region",
                                     name)});
                }
            }
            auto stores = wanted_stores(request, who.scope, *moment->catalog);
            if (!stores) {
                return ports::error_response(stores.error());
            }
            HttpResponse response;
            response.content_type = "text/event-stream";
            // Shared by the copies of the stream.
            auto viewer = std::make_shared<Viewer>(feeds->of(*stores), request, guard,
                                                   std::move(who), options, ports.clock, stop);
            response.stream = [viewer](std::string& chunk) { return viewer->next(chunk); };
            return response;
        }};
}

}  // namespace shelfcast::api
