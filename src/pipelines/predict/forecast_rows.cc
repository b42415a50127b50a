#include "pipelines/predict/forecast_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <utility>

#include "retail/float_columns.h"

namespace shelfcast::predict {
namespace {

using retail::ColumnSpec;
using retail::ColumnType;
using retail::TextColumn;

// Numbers and arrays as text keep their last digit: the warehouse reads them into its types.
constexpr std::array kColumns = {
    ColumnSpec{"level", ColumnType::kText},
    ColumnSpec{"store_id", ColumnType::kUInt32},
    ColumnSpec{"product_id", ColumnType::kText},
    ColumnSpec{"category", ColumnType::kText},
    ColumnSpec{"region", ColumnType::kText},
    ColumnSpec{"prediction_date", ColumnType::kDate},
    ColumnSpec{"forecast_date", ColumnType::kDate},
    ColumnSpec{"model_name", ColumnType::kText},
    ColumnSpec{"model_version", ColumnType::kText},
    ColumnSpec{"is_champion", ColumnType::kUInt8},
    ColumnSpec{"predicted_demand", ColumnType::kText},
    ColumnSpec{"median_demand", retail::kFloatColumn},
    ColumnSpec{"lower_80", retail::kFloatColumn},
    ColumnSpec{"upper_80", retail::kFloatColumn},
    ColumnSpec{"lower_95", retail::kFloatColumn},
    ColumnSpec{"upper_95", retail::kFloatColumn},
    ColumnSpec{"quantile_levels", ColumnType::kText},
    ColumnSpec{"quantiles", ColumnType::kText},
    ColumnSpec{"stock_out_risk_score", retail::kNullableFloatColumn},
    ColumnSpec{"naive_squared_error", retail::kNullableFloatColumn},
    ColumnSpec{"revenue_weight", retail::kNullableFloatColumn},
    ColumnSpec{"generated_at", ColumnType::kDateTime64Ms},
};

}  // namespace

double to_exact_units(double units) noexcept {
    constexpr double kParts = 1'024;
    return std::round(units * kParts) / kParts;
}

ForecastRows::ForecastRows(ForecastRun run)
    : run_(std::move(run)),
      levels_text_(fmt::format("[{}]", fmt::join(demand::kQuantileLevels, ","))),
      rows_(retail::make_block(kColumns)) {}

void ForecastRows::add(const ForecastKey& key, const ForecastDay& day) {
    const demand::IntervalLevels& at = demand::interval_levels();
    const auto text = [&](std::string_view column, std::string_view value) {
        rows_.data<TextColumn>(column).push_back(value);
    };
    text("level", key.level);
    rows_.data<std::vector<std::uint32_t>>("store_id").push_back(key.store_id);
    text("product_id", key.product_id);
    text("category", key.category);
    text("region", key.region);
    rows_.data<std::vector<std::uint16_t>>("prediction_date")
        .push_back(static_cast<std::uint16_t>(day.date));
    rows_.data<std::vector<std::uint16_t>>("forecast_date")
        .push_back(static_cast<std::uint16_t>(run_.forecast_date));
    text("model_name", run_.model_name);
    text("model_version", run_.model_version);
    rows_.data<std::vector<std::uint8_t>>("is_champion").push_back(1);
    text("predicted_demand", fmt::format("{}", day.mean));
    retail::push_float(rows_, "median_demand", double{day.quantiles[at.median]});
    retail::push_float(rows_, "lower_80", double{day.quantiles[at.lower_80]});
    retail::push_float(rows_, "upper_80", double{day.quantiles[at.upper_80]});
    retail::push_float(rows_, "lower_95", double{day.quantiles[at.lower_95]});
    retail::push_float(rows_, "upper_95", double{day.quantiles[at.upper_95]});
    text("quantile_levels", levels_text_);
    text("quantiles", fmt::format("[{:.4f}]", fmt::join(day.quantiles, ",")));
    retail::push_float(rows_, "stock_out_risk_score", day.stock_out_risk);
    std::optional<double> naive;
    std::optional<double> weight;
    if (day.scale) {
        naive = day.scale->naive_squared_error;
        weight = day.scale->weight;
    }
    retail::push_float(rows_, "naive_squared_error", naive);
    retail::push_float(rows_, "revenue_weight", weight);
    rows_.data<std::vector<std::int64_t>>("generated_at").push_back(run_.generated_at_ms);
}

retail::ColumnBlock ForecastRows::take() {
    return std::exchange(rows_, retail::make_block(kColumns));
}

}  // namespace shelfcast::predict
