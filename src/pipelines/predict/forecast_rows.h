#pragma once

/// \file pipelines/predict/forecast_rows.h
/// Forecasts as rows of the table forecasts. Pure.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "demand/forecast_accuracy.h"
#include "retail/column_block.h"

namespace shelfcast::predict {

inline constexpr std::string_view kForecastsTable = "forecasts";

/// What is forecast; what a level leaves out is 0 or empty.
struct ForecastKey {
    std::string_view level;  ///< product_store, store, category, region or total.
    std::uint32_t store_id = 0;
    std::string_view product_id{};
    std::string_view category{};
    std::string_view region{};
};

/// What all rows of one run share.
struct ForecastRun {
    std::string model_name;
    std::string model_version;
    std::int32_t forecast_date = 0;  ///< The last business date known, days since 1970-01-01.
    std::int64_t generated_at_ms = 0;
};

/// One day of one forecast.
struct ForecastDay {
    std::int32_t date = 0;
    double mean = 0;
    std::span<const float> quantiles;  ///< Of demand::kQuantileLevels.
    std::optional<double> stock_out_risk;
    std::optional<demand::SeriesScale> scale;
};

/// Rows under construction. Means are written to their last digit, so that sums of them stay exact.
class ForecastRows {
public:
    explicit ForecastRows(ForecastRun run);

    void add(const ForecastKey& key, const ForecastDay& day);
    [[nodiscard]] std::size_t size() const { return rows_.rows(); }
    /// What was added, once; then it is empty again.
    [[nodiscard]] retail::ColumnBlock take();

private:
    ForecastRun run_;
    std::string levels_text_;
    retail::ColumnBlock rows_;
};

/// Multiples of 1/1024 unit, of which sums in doubles are exact whatever their order.
[[nodiscard]] double to_exact_units(double units) noexcept;

}  // namespace shelfcast::predict
