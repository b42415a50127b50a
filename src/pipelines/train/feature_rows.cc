#include "pipelines/train/feature_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "demand/features.h"
#include "retail/float_columns.h"
#include "retail/time_zone.h"

namespace shelfcast::train {
namespace {

using demand::DateFeatures;
using demand::FeatureDefinition;
using retail::ColumnSpec;
using retail::ColumnType;
using retail::TextColumn;

constexpr std::string_view kTable = "features";
constexpr std::size_t kRowsPerInsert = 100'000;
constexpr std::size_t kSampledSeries = 2'000;

bool is_season(const FeatureDefinition& definition) { return definition.kind == "season"; }

/// What moves with the date, whatever people buy; and words, which have no distribution.
bool is_of_the_date(const FeatureDefinition& definition) {
    constexpr std::array<std::string_view, 5> kSources = {"calendar", "holiday", "local_event",
                                                          "temperature", "precipitation"};
    return std::ranges::find(kSources, definition.source) != kSources.end() ||
           definition.kind == "age" || definition.kind == "store_age" ||
           demand::is_word(definition);
}

ColumnType column_type(const FeatureDefinition& definition) {
    if (is_season(definition) || demand::is_word(definition)) {
        return ColumnType::kText;
    }
    // What is never missing is a small whole number, and the warehouse has it as such.
    return definition.missing == "null" ? retail::kNullableFloatColumn : ColumnType::kUInt8;
}

/// How many days to come the definitions look at.
std::size_t days_ahead() {
    std::int32_t most = 0;
    for (const FeatureDefinition& definition : demand::feature_definitions().features) {
        most = std::max(most, definition.kind == "days_to" ? definition.days : 0);
    }
    return static_cast<std::size_t>(most);
}

retail::ColumnBlock empty_rows() {
    std::vector<ColumnSpec> columns = {{"store_id", ColumnType::kUInt32},
                                       {"product_id", ColumnType::kText},
                                       {"feature_date", ColumnType::kDate},
                                       {"definition_version", ColumnType::kUInt32},
                                       {"available_at", ColumnType::kDateTime64Ms}};
    for (const FeatureDefinition& definition : demand::feature_definitions().features) {
        columns.push_back({definition.name, column_type(definition)});
    }
    return retail::make_block(columns);
}

/// `north`: 1 winter to 4 autumn, of the northern half.
std::string_view season_at(float north, double latitude) {
    constexpr std::array<std::string_view, 4> kSeasons = {"winter", "spring", "summer", "autumn"};
    return kSeasons[(static_cast<std::size_t>(north) - 1 + (latitude < 0 ? 2 : 0)) % 4];
}

struct Day {
    std::int32_t date = 0;
    std::int64_t available_at_ms = 0;
};

/// What a word says of a series on a day.
std::string_view word_of(const FeatureDefinition& definition, const demand::DailyPanel& panel,
                         const demand::PanelSeries& series, const retail::Store& store,
                         std::int32_t date) {
    const std::string& source = definition.source;
    if (source == "category") {
        return panel.names.categories[series.category];
    }
    if (source == "brand") {
        return panel.names.brands[series.brand];
    }
    if (source == "region") {
        return panel.names.regions[series.region];
    }
    if (source == "store_type") {
        return store.store_type;
    }
    if (series.store >= panel.store_days.size()) {
        return "";
    }
    const auto& events = panel.store_days[series.store].events;
    const auto event = events.find(date);
    return event == events.end() ? std::string_view() : event->second.name;
}

void add_row(retail::ColumnBlock& rows, const panel::WarehousePanel& sales,
             const demand::PanelSeries& series, std::span<const float> values, const Day& day,
             const retail::Store& store) {
    rows.data<std::vector<std::uint32_t>>("store_id").push_back(sales.store_of(series).value);
    rows.data<TextColumn>("product_id").push_back(sales.product_of(series));
    rows.data<std::vector<std::uint16_t>>("feature_date")
        .push_back(static_cast<std::uint16_t>(day.date));
    rows.data<std::vector<std::uint32_t>>("definition_version")
        .push_back(demand::feature_definitions().version);
    rows.data<std::vector<std::int64_t>>("available_at").push_back(day.available_at_ms);
    for (std::size_t at = 0; at < values.size(); ++at) {
        const FeatureDefinition& definition = demand::feature_definitions().features[at];
        const std::string_view name = definition.name;
        if (demand::is_word(definition)) {
            rows.data<TextColumn>(name).push_back(
                word_of(definition, sales.panel, series, store, day.date));
        } else if (is_season(definition)) {
            rows.data<TextColumn>(name).push_back(season_at(values[at], store.latitude));
        } else if (column_type(definition) == ColumnType::kUInt8) {
            rows.data<std::vector<std::uint8_t>>(name).push_back(
                static_cast<std::uint8_t>(values[at]));
        } else {
            retail::push_float(
                rows, name,
                std::isnan(values[at]) ? std::nullopt : std::optional<double>(values[at]));
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
             .days_ahead = days_ahead(),
             .sold_since = cutoff + 1 - static_cast<std::int32_t>(options.sold_within_days),
             .with_weather = true},
            stop));
    SHELFCAST_ASSIGN(const retail::StoreCatalog catalog, ports.sales.stores.catalog(std::nullopt));
    std::map<StoreId, retail::Store> stores;
    for (const retail::Store& store : catalog.stores()) {
        stores.emplace(store.id, store);
    }
    const Day day{cutoff + 1, now_us / 1'000};
    const DateFeatures features(sales.panel, day.date, demand::feature_definitions().features);
    retail::ColumnBlock rows = empty_rows();
    FeatureReport report{day.date, 0};
    for (const demand::PanelSeries& series : sales.panel.series) {
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "stopped after the features of {} of {} series",
                        report.rows, sales.panel.series.size());
        }
        add_row(rows, sales, series, features.of(series), day, stores[sales.store_of(series)]);
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
    std::vector<FeatureDefinition> sampled = demand::feature_definitions().features;
    std::erase_if(sampled, is_of_the_date);
    std::vector<FeatureSample> samples;
    samples.reserve(sampled.size());
    for (const FeatureDefinition& definition : sampled) {
        samples.push_back({definition.name, {}});
    }
    const std::size_t step = panel.series.size() / kSampledSeries + 1;
    for (std::size_t back = 0; back < days; ++back) {
        const std::int32_t date = cutoff + 1 - static_cast<std::int32_t>(back);
        const DateFeatures features(panel, date, sampled);
        for (std::size_t at = 0; at < panel.series.size(); at += step) {
            const demand::PanelSeries& series = panel.series[at];
            if (series.first_date >= date || panel.last_date(series) + 1 < date) {
                continue;
            }
            const std::vector<float> values = features.of(series);
            for (std::size_t one = 0; one < values.size(); ++one) {
                samples[one].values.push_back(values[one]);
            }
        }
    }
    return samples;
}

}  // namespace shelfcast::train
