#include "pipelines/train/metric_rows.h"

#include <array>

#include "retail/float_columns.h"

namespace shelfcast::train {
namespace {

using retail::ColumnSpec;
using retail::ColumnType;
using retail::TextColumn;
using Measure = std::optional<double> demand::AccuracyMeasures::*;

constexpr std::array kMeasures = {
    std::pair<std::string_view, Measure>{"rmse", &demand::AccuracyMeasures::rmse},
    std::pair<std::string_view, Measure>{"mae", &demand::AccuracyMeasures::mae},
    std::pair<std::string_view, Measure>{"r2_score", &demand::AccuracyMeasures::r2},
    std::pair<std::string_view, Measure>{"mape", &demand::AccuracyMeasures::mape},
    std::pair<std::string_view, Measure>{"wmape", &demand::AccuracyMeasures::wmape},
    std::pair<std::string_view, Measure>{"wrmsse", &demand::AccuracyMeasures::wrmsse},
    std::pair<std::string_view, Measure>{"bias", &demand::AccuracyMeasures::bias},
    std::pair<std::string_view, Measure>{"wql", &demand::AccuracyMeasures::wql},
    std::pair<std::string_view, Measure>{"coverage_80", &demand::AccuracyMeasures::coverage_80},
    std::pair<std::string_view, Measure>{"coverage_95", &demand::AccuracyMeasures::coverage_95},
};

std::vector<ColumnSpec> columns() {
    std::vector<ColumnSpec> all = {{"model_name", ColumnType::kText},
                                   {"model_version", ColumnType::kText},
                                   {"training_timestamp", ColumnType::kDateTime64Ms},
                                   {"segment", ColumnType::kText},
                                   {"horizon_days", ColumnType::kUInt32},
                                   {"series_count", ColumnType::kUInt64},
                                   {"row_count", ColumnType::kUInt64},
                                   {"data_from", ColumnType::kDate},
                                   {"data_to", ColumnType::kDate},
                                   {"training_seconds", retail::kFloatColumn},
                                   {"is_champion", ColumnType::kUInt8}};
    for (const auto& [name, measure] : kMeasures) {
        all.push_back({name, retail::kNullableFloatColumn});
    }
    return all;
}

}  // namespace

retail::ColumnBlock metric_rows(const std::vector<models::ListedModel>& models) {
    const std::vector<ColumnSpec> specs = columns();
    retail::ColumnBlock rows = retail::make_block(specs);
    for (const models::ListedModel& model : models) {
        if (!model.entry) {
            continue;
        }
        const models::ModelEntry& entry = *model.entry;
        rows.data<TextColumn>("model_name").push_back(entry.model_name);
        rows.data<TextColumn>("model_version").push_back(entry.version);
        rows.data<std::vector<std::int64_t>>("training_timestamp").push_back(entry.trained_at_ms);
        rows.data<TextColumn>("segment").push_back("");
        rows.data<std::vector<std::uint32_t>>("horizon_days").push_back(0);
        rows.data<std::vector<std::uint64_t>>("series_count").push_back(entry.measures.series);
        rows.data<std::vector<std::uint64_t>>("row_count").push_back(entry.measures.rows);
        rows.data<std::vector<std::uint16_t>>("data_from")
            .push_back(static_cast<std::uint16_t>(entry.data_from));
        rows.data<std::vector<std::uint16_t>>("data_to").push_back(
            static_cast<std::uint16_t>(entry.data_to));
        retail::push_float(rows, "training_seconds", entry.training_seconds);
        rows.data<std::vector<std::uint8_t>>("is_champion").push_back(model.is_champion ? 1 : 0);
        for (const auto& [name, measure] : kMeasures) {
            retail::push_float(rows, name, entry.measures.*measure);
        }
    }
    return rows;
}

Status tell_metrics(models::ModelRegistry& registry, ports::DerivedTables& tables) {
    SHELFCAST_ASSIGN(const auto models, registry.list());
    return tables.put_derived(kModelMetricsTable, metric_rows(models));
}

}  // namespace shelfcast::train
