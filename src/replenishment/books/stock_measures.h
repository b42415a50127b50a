#pragma once

/// \file replenishment/books/stock_measures.h
/// What stock does for its money: cover, turnover, margin return, age. Pure.
///
/// Sources: standard definitions of retail accounting; Silver, Pyke and Thomas, Inventory and
/// Production Management in Supply Chains, 4th ed. (2017), chapter 1.

#include <optional>
#include <span>
#include <vector>

namespace shelfcast::replenishment {

/// All 0 or more but the revenue, which may be negative; the period above 0.
struct StockFigures {
    double stock_on_hand_units = 0;
    double stock_on_order_units = 0;
    double demand_mean_per_day = 0;
    double cost_of_goods_sold = 0;  ///< In the period, as is the revenue.
    double revenue = 0;
    double average_stock_value_at_cost = 0;
    double period_days = 0;
};

/// Each is none where it would be a division by zero. A year is 365 days.
struct StockMeasures {
    std::optional<double> days_of_cover{};
    std::optional<double> days_of_cover_incl_on_order{};
    std::optional<double> turnover_per_year{};
    std::optional<double> days_inventory_outstanding{};
    std::optional<double> gross_margin_share{};
    std::optional<double> gmroi_in_period{};  ///< Gross margin / average stock at cost.
    std::optional<double> gmroi_per_year{};
};

[[nodiscard]] StockMeasures measure(const StockFigures& figures);

/// 0 or more each.
struct StockBatch {
    double age_days = 0;
    double units = 0;
};

struct StockAgeing {
    std::optional<double> mean_age_days{};  ///< By units; none without stock.
    /// Of units: up to the first limit, above it up to the second, …, above the last. Empty without
    /// stock.
    std::vector<double> shares;
};

/// Limits ascend.
[[nodiscard]] StockAgeing age(std::span<const StockBatch> batches,
                              std::span<const double> limits_days);

}  // namespace shelfcast::replenishment
