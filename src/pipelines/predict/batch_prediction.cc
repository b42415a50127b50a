#include "pipelines/predict/batch_prediction.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "base/failpoint.h"
#include "base/log.h"
#include "demand/forecast_accuracy.h"
#include "demand/forecast_levels.h"
#include "demand/stock_out.h"
#include "pipelines/predict/forecast_rows.h"
#include "queries/demand.h"
#include "queries/stock.h"
#include "retail/time_zone.h"

namespace shelfcast::predict {
namespace {

constexpr std::size_t kRowsPerInsert = 100'000;
constexpr std::uint64_t kPositionsAtOnce = 2'000'000;

/// Stock now, and what is on its way; empty when the forecast is not of now.
struct Stock {
    std::map<retail::StockKey, retail::StockPosition> positions;
    std::map<retail::StockKey, std::vector<demand::Delivery>> deliveries;
};

Result<Stock> read_stock(const panel::PanelPorts& ports, std::int64_t now_us,
                         std::int32_t first_day) {
    Stock stock;
    SHELFCAST_ASSIGN(const auto ranges, queries::stock_stores(ports.warehouse, kPositionsAtOnce));
    for (const queries::StoreRange& range : ranges) {
        SHELFCAST_ASSIGN(auto rows, queries::stock_positions(ports.warehouse, range));
        for (queries::StockRow& row : rows) {
            if (row.position.is_known) {
                stock.positions.emplace(std::move(row.key), row.position);
            }
        }
    }
    SHELFCAST_ASSIGN(const retail::StoreCatalog catalog, ports.stores.catalog(std::nullopt));
    SHELFCAST_ASSIGN(const auto shipments, queries::open_shipments(ports.warehouse, now_us));
    for (const queries::OpenShipment& shipment : shipments) {
        const retail::TimeZone* const zone = catalog.time_zone(shipment.store);
        // One without a date, or that should have come, is not counted on.
        if (zone == nullptr || shipment.expected_ms == 0) {
            continue;
        }
        const auto day = zone->local_day(shipment.expected_ms).business_date - first_day;
        if (day >= 0) {
            stock.deliveries[{shipment.store, shipment.product_id}].push_back(
                {static_cast<std::size_t>(day), shipment.units});
        }
    }
    return stock;
}

/// Chances that nothing is left by the end of each day; empty: stock is not known.
std::vector<double> risks_of(const Stock& stock, const retail::StockKey& key,
                             const demand::DemandForecast& forecast, std::size_t series,
                             std::size_t horizon) {
    std::vector<double> risks;
    const auto position = stock.positions.find(key);
    if (position == stock.positions.end()) {
        return risks;
    }
    std::vector<demand::CountDemand> days;
    for (std::size_t day = 0; day < horizon; ++day) {
        const double mean = forecast.means_of(series)[day];
        days.push_back({mean, demand::variance_of(forecast.quantiles_of(series, day), mean)});
    }
    const auto coming = stock.deliveries.find(key);
    const auto available =
        static_cast<double>(position->second.on_hand - position->second.reserved) / 1'000;
    for (std::size_t day = 0; day < horizon; ++day) {
        risks.push_back(
            demand::stock_out_risk(available, days,
                                   coming == stock.deliveries.end()
                                       ? std::span<const demand::Delivery>()
                                       : std::span<const demand::Delivery>(coming->second),
                                   0, day + 1)
                .probability);
    }
    return risks;
}

/// A level above products: what its groups are called.
struct Level {
    std::string_view name;
    demand::Grouping grouping;
    std::vector<ForecastKey> keys;
};

class Writer {
public:
    Writer(ports::DerivedTables& tables, ForecastRun run)
        : tables_(tables), rows_(std::move(run)) {}

    [[nodiscard]] Status add(const ForecastKey& key, const ForecastDay& day) {
        rows_.add(key, day);
        ++written_;
        return rows_.size() < kRowsPerInsert ? Status() : flush();
    }
    [[nodiscard]] Status flush() {
        return rows_.size() == 0 ? Status() : tables_.put_derived(kForecastsTable, rows_.take());
    }
    [[nodiscard]] std::size_t written() const noexcept { return written_; }

private:
    ports::DerivedTables& tables_;
    ForecastRows rows_;
    std::size_t written_ = 0;
};

/// Everything that one run works on.
struct Run {
    const panel::WarehousePanel& sales;
    const demand::DemandForecast& forecast;
    std::vector<const demand::PanelSeries*> series;  ///< Of the forecast, in its order.
    std::size_t horizon = 0;

    [[nodiscard]] double mean(std::size_t one, std::size_t day) const {
        return to_exact_units(forecast.means_of(one)[day]);
    }
    [[nodiscard]] std::int32_t date(std::size_t day) const {
        return forecast.cutoff + 1 + static_cast<std::int32_t>(day);
    }
};

Status write_products(const Run& run, const Stock& stock, const std::stop_token& stop,
                      Writer& writer) {
    for (std::size_t one = 0; one < run.series.size(); ++one) {
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "stopped after {} of {} series", one,
                        run.series.size());
        }
        const demand::PanelSeries& series = *run.series[one];
        const demand::PanelNames& names = run.sales.panel.names;
        const StoreId store = run.sales.store_of(series);
        const std::string& product = run.sales.product_of(series);
        const std::vector<double> risks =
            risks_of(stock, {store, product}, run.forecast, one, run.horizon);
        const demand::SeriesScale scale =
            demand::scale_of(run.sales.panel, series, run.forecast.cutoff);
        for (std::size_t day = 0; day < run.horizon; ++day) {
            SHELFCAST_TRY(
                writer.add({"product_store", store.value, product,
                            names.categories[series.category], names.regions[series.region]},
                           {run.date(day), run.mean(one, day), run.forecast.quantiles_of(one, day),
                            risks.empty() ? std::nullopt : std::optional(risks[day]), scale}));
        }
    }
    return writer.flush();
}

std::vector<Level> levels_of(const Run& run) {
    const demand::PanelNames& names = run.sales.panel.names;
    std::vector<Level> levels(4);
    levels[0].name = "store";
    for (std::size_t store = 0; store < run.sales.stores.size(); ++store) {
        levels[0].keys.push_back({"store", run.sales.stores[store].value});
    }
    levels[1].name = "category";
    for (const std::string& category : names.categories) {
        levels[1].keys.push_back({.level = "category", .category = category});
    }
    levels[2].name = "region";
    for (const std::string& region : names.regions) {
        levels[2].keys.push_back({.level = "region", .region = region});
    }
    levels[3].name = "total";
    levels[3].keys.push_back({.level = "total"});
    for (const demand::PanelSeries* const series : run.series) {
        levels[0].grouping.group_of.push_back(series->store);
        levels[1].grouping.group_of.push_back(series->category);
        levels[2].grouping.group_of.push_back(series->region);
        levels[3].grouping.group_of.push_back(0);
    }
    for (Level& level : levels) {
        level.grouping.groups = level.keys.size();
    }
    return levels;
}

Status write_levels(const Run& run, std::uint32_t seed, Writer& writer) {
    const std::vector<Level> levels = levels_of(run);
    std::vector<demand::Grouping> groupings;
    for (const Level& level : levels) {
        groupings.push_back(level.grouping);
    }
    const std::vector<demand::DemandForecast> sums = demand::roll_up(
        run.forecast, levels[0].grouping.group_of, groupings,
        {.seed = seed, .moves = demand::shared_moves(run.sales.panel, run.forecast.cutoff)});
    for (std::size_t at = 0; at < levels.size(); ++at) {
        const Level& level = levels[at];
        std::vector<double> means(level.keys.size() * run.horizon);
        std::vector<bool> has_series(level.keys.size());
        for (std::size_t one = 0; one < run.series.size(); ++one) {
            const std::uint32_t group = level.grouping.group_of[one];
            has_series[group] = true;
            for (std::size_t day = 0; day < run.horizon; ++day) {
                means[group * run.horizon + day] += run.mean(one, day);
            }
        }
        for (std::size_t group = 0; group < level.keys.size(); ++group) {
            for (std::size_t day = 0; has_series[group] && day < run.horizon; ++day) {
                SHELFCAST_TRY(
                    writer.add(level.keys[group],
                               {run.date(day), means[group * run.horizon + day],
                                sums[at].quantiles_of(group, day), std::nullopt, std::nullopt}));
            }
        }
    }
    return writer.flush();
}

}  // namespace

Result<BatchPredictionReport> predict_all(const BatchPredictionPorts& ports,
                                          const BatchPredictionOptions& options,
                                          const std::stop_token& stop) {
    const std::int64_t now_us = ports.clock.now_us();
    SHELFCAST_ASSIGN(const auto model, ports.champion.get());
    if (!model) {
        return fail(ErrorKind::kInvalidInput,
                    "no model is in use: `shelfcast train` makes one; until then stock risks and "
                    "requests are answered from sales velocity");
    }
    const models::ModelEntry& entry = model->entry();
    const std::size_t horizon = options.horizon_days.value_or(entry.horizon_days);
    if (horizon < 1 || horizon > entry.horizon_days) {
        return fail(ErrorKind::kInvalidInput,
                    "a horizon of {} days: the model {} forecasts 1 to {} (train with --horizon)",
                    horizon, entry.version, entry.horizon_days);
    }
    SHELFCAST_ASSIGN(const std::int32_t newest,
                     panel::settle_cutoff(ports.sales.warehouse, now_us, std::nullopt));
    SHELFCAST_ASSIGN(const std::int32_t cutoff,
                     panel::settle_cutoff(ports.sales.warehouse, now_us, options.cutoff));
    SHELFCAST_ASSIGN(
        const panel::WarehousePanel sales,
        panel::read_panel(
            ports.sales,
            {.dates = {cutoff + 1 - static_cast<std::int32_t>(options.history_days), cutoff},
             .days_ahead = entry.horizon_days,
             .sold_since = cutoff + 1 - static_cast<std::int32_t>(options.sold_within_days)},
            stop));
    if (sales.panel.series.empty()) {
        return fail(ErrorKind::kInvalidInput, "nothing was sold in the {} days up to {}",
                    options.sold_within_days, retail::format_date(cutoff));
    }
    SHELFCAST_ASSIGN(const demand::DemandForecast forecast,
                     model->forecast(sales.panel, cutoff, stop));
    Run run{sales, forecast, {}, horizon};
    for (const demand::PanelSeries& series : sales.panel.series) {
        run.series.push_back(&series);
    }
    Stock stock;
    // Stock is known as it is now, which says nothing of a date gone by.
    if (cutoff >= newest) {
        SHELFCAST_ASSIGN(stock, read_stock(ports.sales, now_us, cutoff + 1));
    }
    Writer writer(ports.tables, {entry.model_name, entry.version, cutoff, now_us / 1'000});
    SHELFCAST_TRY(write_products(run, stock, stop, writer));
    failpoint::reach("predict.products_written");
    SHELFCAST_TRY(write_levels(run, options.seed, writer));
    log::info("predict", "forecast model={} cutoff={} series={} rows={}", entry.version,
              retail::format_date(cutoff), run.series.size(), writer.written());
    return BatchPredictionReport{entry.version, cutoff, horizon, run.series.size(),
                                 writer.written()};
}

}  // namespace shelfcast::predict
