#include "cli/web_parts.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "api/live_handler.h"
#include "api/screens_handler.h"
#include "api/session_handler.h"
#include "api/web_app.h"
#include "cli/app.h"

namespace shelfcast::cli {
namespace {

using adapters::clickhouse::ClickHouseOptions;
using adapters::clickhouse::ClickHouseWarehouse;
using adapters::clickhouse::WarehouseTables;

/// Longer than the warehouse works on a screen.
constexpr long kPatienceMs = 35'000;

bool asks_for_login(const config::Config& config) {
    return config.status_login != "auto" || !config::is_loopback(config.listen_address);
}

}  // namespace

Result<std::unique_ptr<WebParts>> WebParts::make(App& app, const ClickHouseOptions& warehouse) {
    ClickHouseOptions options = warehouse;
    options.request_timeout_ms = kPatienceMs;
    SHELFCAST_ASSIGN(auto tables, WarehouseTables::connect(options));
    options.max_connections = 1;
    SHELFCAST_ASSIGN(auto runner, ClickHouseWarehouse::connect(options));
    return std::unique_ptr<WebParts>(new WebParts(app, std::move(tables), std::move(runner)));
}

WebParts::WebParts(App& app, std::unique_ptr<WarehouseTables> tables,
                   std::unique_ptr<ClickHouseWarehouse> runner)
    : app_(app),
      tables_(std::move(tables)),
      runner_(std::move(runner)),
      sessions_({}, app.authenticator(), app.store(), app.store(), app.hasher(), app.digest(),
                app.clock()),
      guard_(asks_for_login(app.config()), app.authenticator(), &sessions_),
      stamps_(app.store(), app.store(), *runner_, app.clock()),
      answers_(app.clock()) {}

std::vector<ports::HttpRoute> WebParts::routes() {
    const api::ScreenPorts screens{*tables_,      stamps_,      answers_,
                                   app_.digest(), app_.clock(), [this] { app_.note_view_query(); }};
    std::vector<ports::HttpRoute> all = api::screen_routes(screens, guard_);
    all.push_back(api::live_route(screens, guard_));
    std::ranges::move(api::session_routes(sessions_, guard_, config::order_limits(app_.config())),
                      std::back_inserter(all));
    std::ranges::move(api::web_app_routes(api::web_assets(), app_.inflater(), app_.digest()),
                      std::back_inserter(all));
    return all;
}

std::vector<ports::HttpRoute> WebParts::acting(std::vector<ports::HttpRoute> routes) {
    for (ports::HttpRoute& route : routes) {
        if (route.method != "GET") {
            route.handler = [this, act = std::move(route.handler)](
                                const ports::HttpRequest& request, const std::stop_token& stop) {
                ports::HttpResponse response = act(request, stop);
                answers_.forget_all();
                return response;
            };
        }
    }
    return routes;
}

std::vector<ports::HttpRoute> WebParts::dressed(std::vector<ports::HttpRoute> routes) {
    for (ports::HttpRoute& route : routes) {
        route = api::with_web_headers(std::move(route), sessions_);
    }
    return routes;
}

}  // namespace shelfcast::cli
