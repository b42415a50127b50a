#include "cli/replenish_job.h"

#include <nlohmann/json.hpp>
#include <string>

#include "cli/app.h"
#include "ports/order_store.h"
#include "replenishment/orders/purchase_order.h"
#include "retail/time_zone.h"

namespace shelfcast::cli {
namespace {

using nlohmann::json;

constexpr double kPercent = 100;

replenish::ReviewOptions options_of(const config::Config& config) {
    constexpr double kHoursPerDay = 24;
    return {
        .defaults = {.review_period_days =
                         static_cast<double>(config.replenishment_review_period_days),
                     .lead_time_days = static_cast<double>(config.replenishment_lead_time_days),
                     .lead_time_std_dev_days =
                         config.replenishment_lead_time_std_dev_hours / kHoursPerDay,
                     .service_level = config.replenishment_service_level_percent / kPercent,
                     .holding_cost_per_year = config.replenishment_holding_cost_percent / kPercent},
        .margin_share = config.replenishment_margin_percent / kPercent,
        .error_correlation = config.replenishment_error_correlation_percent / kPercent,
        .store_budget = config.replenishment_store_budget,
        .forecast_max_age_days =
            static_cast<std::int32_t>(config.replenishment_forecast_max_age_days),
        .silent_after_days = static_cast<std::int32_t>(config.replenishment_silent_after_days)};
}

/// The store of that code or id.
Result<std::optional<StoreId>> store_of(App& app, const std::string& name) {
    if (name.empty()) {
        return std::optional<StoreId>();
    }
    SHELFCAST_ASSIGN(const retail::StoreCatalog catalog, app.store().catalog(std::nullopt));
    for (const retail::Store& store : catalog.stores()) {
        if (store.code == name || std::to_string(store.id.value) == name) {
            return std::optional(store.id);
        }
    }
    return fail(ErrorKind::kNotFound, "no store has the id or code \"{}\"", name);
}

Result<std::int32_t> date_of(App& app, const std::string& text) {
    if (text.empty()) {
        SHELFCAST_ASSIGN(const retail::TimeZone* const zone,
                         retail::TimeZone::load(app.config().schedule_timezone));
        return zone->local_day(app.clock().now_us() / 1'000).business_date;
    }
    const auto date = retail::parse_date(text);
    if (!date) {
        return fail(ErrorKind::kInvalidInput, "--date: \"{}\" is no date like 2026-11-22", text);
    }
    return *date;
}

Result<std::string> run(App& app, const std::string& text, const std::stop_token& stop) {
    const json request = json::parse(text, nullptr, false);
    if (!request.is_object()) {
        return fail(ErrorKind::kInvalidInput, "a replenish job is a JSON object");
    }
    std::string date_text;
    std::string store_text;
    try {
        date_text = request.value("date", "");
        store_text = request.value("store", "");
    } catch (const json::exception& broken) {
        return fail(ErrorKind::kInvalidInput, "replenish job: {}", broken.what());
    }
    SHELFCAST_ASSIGN(const std::int32_t date, date_of(app, date_text));
    SHELFCAST_ASSIGN(const std::optional<StoreId> store, store_of(app, store_text));
    SHELFCAST_ASSIGN(const replenish::ReviewReport report, review_stock(app, date, store, stop));
    return json{{"date", retail::format_date(date)},
                {"stores", report.stores},
                {"products", report.products},
                {"ordered", report.ordered},
                {"withheld", report.withheld}}
        .dump();
}

/// Every line that is decided and not yet in, drafts included: what is in one will be sent.
Result<std::vector<replenish::OpenOrderLine>> open_order_lines(ports::OrderStore& store) {
    using retail::OrderState;
    constexpr std::size_t kOrdersAtOnce = 1'000;
    std::vector<replenish::OpenOrderLine> lines;
    ports::OrderFilter filter{
        .states = {OrderState::kDraft, OrderState::kApproved, OrderState::kSent,
                   OrderState::kConfirmed, OrderState::kPartlyReceived},
        .limit = kOrdersAtOnce};
    while (true) {
        SHELFCAST_ASSIGN(const std::vector<retail::PurchaseOrder> orders, store.orders(filter));
        for (const retail::PurchaseOrder& order : orders) {
            for (const retail::OrderLine& line : order.lines) {
                lines.push_back({.store = order.store,
                                 .product_id = line.product_id,
                                 .order_number = retail::order_number(order.id),
                                 .outstanding = replenishment::to_come(line)});
            }
        }
        if (orders.size() < kOrdersAtOnce) {
            return lines;
        }
        filter.before = orders.back().id;
    }
}

replenish::ReviewPorts ports_of(App& app) {
    return {.runner = app.warehouse(),
            .tables = app.warehouse(),
            .reference = app.store(),
            .clock = app.clock(),
            .open_orders = [&app] { return open_order_lines(app.order_store()); }};
}

}  // namespace

Result<replenish::ReviewReport> review_stock(App& app, std::int32_t date,
                                             std::optional<StoreId> store,
                                             const std::stop_token& stop) {
    return app.with_review([&]() -> Result<replenish::ReviewReport> {
        replenish::ReviewOptions options = options_of(app.config());
        options.date = date;
        options.store = store;
        return replenish::review_stock(ports_of(app), options, stop);
    });
}

Result<replenish::ImpactReport> measure_impact(App& app, const std::stop_token& stop) {
    return app.with_review([&] {
        return replenish::measure_impact(ports_of(app), options_of(app.config()),
                                         app.config().replenishment_baseline_cover_days, stop);
    });
}

api::Job replenish_job(App& app) {
    return [&app](const std::string& text, const api::JobProgress&, const std::stop_token& stop) {
        return run(app, text, stop);
    };
}

}  // namespace shelfcast::cli
