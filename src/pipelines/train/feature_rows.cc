#include "pipelines/train/feature_rows.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <map>
#include <string_view>
#include <vector>

#include "demand/day_features.h"
#include "retail/float_columns.h"
#include "retail/time_zone.h"

namespace shelfcast::train {
namespace {

using demand::DayFeatures;
using demand::DayFeatureValues;
using demand::kDayFeatureNames;
using retail::ColumnSpec;
using retail::ColumnType;
using retail::TextColumn;

constexpr std::string_view kTable = "features";
constexpr std::size_t kRowsPerInsert = 100'000;
constexpr std::size_t kHolidaysAhead = 60;
constexpr std::size_t kSampledSeries = 2'000;
/// Whole numbers that are never missing; the warehouse has them as such.
constexpr std::array<std::string_view, 7> kSmallNumbers = {
    "day_of_week", "day_of_month", "week_of_year", "month",
    "is_weekend",  "is_holiday",   "is_promotion"};
/// What moves with the date, whatever people buy.
constexpr std::array<std::string_view, 9> kOfTheDate = {
    "day_of_week", "day_of_month",    "week_of_year",       "month",   "is_weekend",
    "is_holiday",  "days_to_holiday", "days_since_holiday", "age_days"};

bool is_small(std::string_view name) {
    return std::ranges::find(kSmallNumbers, name) != kSmallNumbers.end();
}

retail::ColumnBlock empty_rows() {
    std::vector<ColumnSpec> columns = {{"store_id", ColumnType::kUInt32},
                                       {"product_id", ColumnType::kText},
                                       {"feature_date", ColumnType::kDate},
                                       {"definition_version", ColumnType::kUInt32},
                                       {"available_at", ColumnType::kDateTime64Ms},
                                       {"season", ColumnType::kText},
                                       {"category", ColumnType::kText},
                                       {"brand", ColumnType::kText}};
    for (const std::string_view name : kDayFeatureNames) {
        columns.push_back(
            {name, is_small(name) ? ColumnType::kUInt8 : retail::kNullableFloatColumn});
    }
    return retail::make_block(columns);
}

std::string_view season_of(std::int32_t date, double latitude) {
    constexpr std::array<std::string_view, 4> kSeasons = {"winter", "spring", "summer", "autumn"};
    const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::days(date)}};
    const unsigned north = static_cast<unsigned>(day.month()) % 12 / 3;  // December begins one.
    return kSeasons[(north + (latitude < 0 ? 2 : 0)) % 4];
}

struct Day {
    std::int32_t date = 0;
    std::int64_t available_at_ms = 0;
};

void add_row(retail::ColumnBlock& rows, const panel::WarehousePanel& sales,
             const demand::PanelSeries& series, const DayFeatureValues& values, const Day& day,
             double latitude) {
    rows.data<std::vector<std::uint32_t>>("store_id").push_back(sales.store_of(series).value);
    rows.data<TextColumn>("product_id").push_back(sales.product_of(series));
    rows.data<std::vector<std::uint16_t>>("feature_date")
        .push_back(static_cast<std::uint16_t>(day.date));
    rows.data<std::vector<std::uint32_t>>("definition_version")
        .push_back(demand::kDayFeaturesVersion);
    rows.data<std::vector<std::int64_t>>("available_at").push_back(day.available_at_ms);
    rows.data<TextColumn>("season").push_back(season_of(day.date, latitude));
    rows.data<TextColumn>("category").push_back(sales.panel.names.categories[series.category]);
    rows.data<TextColumn>("brand").push_back(sales.panel.names.brands[series.brand]);
    for (std::size_t at = 0; at < values.size(); ++at) {
        const std::string_view name = kDayFeatureNames[at];
        const bool is_known = !std::isnan(values[at]);
        if (is_small(name)) {
            rows.data<std::vector<std::uint8_t>>(name).push_back(
                is_known ? static_cast<std::uint8_t>(values[at]) : std::uint8_t{0});
        } else {
            retail::push_float(rows, name,
                               is_known ? std::optional<double>(values[at]) : std::nullopt);
        }
    }
}

}  // namespace

Result<FeatureReport> write_features(const FeaturePorts& ports, const FeatureOptions& options,
                                     const std::stop_token& stop) {
    const std::int64_t now_us = ports.clock.now_us();
    SHELFCAST_ASSIGN(const std::int32_t cutoff,
                     panel::settle_cutoff(ports.sales.warehouse, now_us, options.cutoff));
    SHELFCAST_ASSIGN(
        const panel::WarehousePanel sales,
        panel::read_panel(
            ports.sales,
            {.dates = {cutoff + 1 - static_cast<std::int32_t>(options.history_days), cutoff},
             .days_ahead = kHolidaysAhead,
             .sold_since = cutoff + 1 - static_cast<std::int32_t>(options.sold_within_days)},
            stop));
    SHELFCAST_ASSIGN(const retail::StoreCatalog catalog, ports.sales.stores.catalog(std::nullopt));
    std::map<StoreId, double> latitudes;
    for (const retail::Store& store : catalog.stores()) {
        latitudes.emplace(store.id, store.latitude);
    }
    const Day day{cutoff + 1, now_us / 1'000};
    const DayFeatures features(sales.panel, day.date);
    retail::ColumnBlock rows = empty_rows();
    FeatureReport report{day.date, 0};
    for (const demand::PanelSeries& series : sales.panel.series) {
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "stopped after the features of {} of {} series",
                        report.rows, sales.panel.series.size());
        }
        add_row(rows, sales, series, features.of(series), day, latitudes[sales.store_of(series)]);
        ++report.rows;
        if (rows.rows() == kRowsPerInsert) {
            SHELFCAST_TRY(ports.tables.put_derived(kTable, rows));
            rows = empty_rows();
        }
    }
    SHELFCAST_TRY(ports.tables.put_derived(kTable, rows));
    return report;
}

Result<std::vector<FeatureSample>> sample_features(const demand::DailyPanel& panel,
                                                   std::int32_t cutoff, std::size_t days) {
    std::vector<FeatureSample> samples;
    for (const std::string_view name : kDayFeatureNames) {
        samples.push_back({std::string(name), {}});
    }
    const std::size_t step = panel.series.size() / kSampledSeries + 1;
    for (std::size_t back = 0; back < days; ++back) {
        const std::int32_t date = cutoff + 1 - static_cast<std::int32_t>(back);
        const DayFeatures features(panel, date);
        for (std::size_t at = 0; at < panel.series.size(); at += step) {
            const demand::PanelSeries& series = panel.series[at];
            if (series.first_date >= date || panel.last_date(series) + 1 < date) {
                continue;
            }
            const DayFeatureValues values = features.of(series);
            for (std::size_t one = 0; one < values.size(); ++one) {
                samples[one].values.push_back(values[one]);
            }
        }
    }
    std::erase_if(samples, [](const FeatureSample& sample) {
        return std::ranges::find(kOfTheDate, sample.name) != kOfTheDate.end();
    });
    return samples;
}

}  // namespace shelfcast::train
