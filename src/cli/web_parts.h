#pragma once

/// \file cli/web_parts.h
/// What the web app and its API are served with, beside the parts that others use, too.
///
/// Members are made in the order of their declaration and end in the reverse one. Thread safe.

#include <memory>
#include <vector>

#include "adapters/clickhouse/warehouse_tables.h"
#include "api/authenticator.h"
#include "api/login_guard.h"
#include "api/screen_answers.h"
#include "api/screen_stamp.h"
#include "api/web_sessions.h"
#include "base/result.h"
#include "ports/http.h"

namespace shelfcast::cli {

class App;

class WebParts {
public:
    /// The parts of the app must outlive it. Errors: those of reaching the warehouse.
    [[nodiscard]] static Result<std::unique_ptr<WebParts>> make(
        App& app, const adapters::clickhouse::ClickHouseOptions& warehouse);

    /// Who is asking, at this door as at the others.
    [[nodiscard]] const api::LoginGuard& guard() const noexcept { return guard_; }
    /// Sessions, screens, live figures, search, and the app's files.
    [[nodiscard]] std::vector<ports::HttpRoute> routes();
    /// Routes of what people do: after it, nothing that was kept for the screens is shown.
    [[nodiscard]] std::vector<ports::HttpRoute> acting(std::vector<ports::HttpRoute> routes);
    /// All routes of the port, with what a browser must be told.
    [[nodiscard]] std::vector<ports::HttpRoute> dressed(std::vector<ports::HttpRoute> routes);

private:
    WebParts(App& app, std::unique_ptr<adapters::clickhouse::WarehouseTables> tables,
             std::unique_ptr<adapters::clickhouse::ClickHouseWarehouse> runner);

    App& app_;
    std::unique_ptr<adapters::clickhouse::WarehouseTables> tables_;
    std::unique_ptr<adapters::clickhouse::ClickHouseWarehouse> runner_;
    api::WebSessions sessions_;
    api::LoginGuard guard_;
    api::ScreenStamps stamps_;
    api::ScreenAnswers answers_;
};

}  // namespace shelfcast::cli
