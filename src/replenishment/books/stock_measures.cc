#include "replenishment/books/stock_measures.h"

#include <algorithm>
#include <cstddef>

namespace shelfcast::replenishment {
namespace {

constexpr double kYearDays = 365;

std::optional<double> ratio(double part, double whole) {
    return whole == 0 ? std::nullopt : std::optional(part / whole);
}

}  // namespace

StockMeasures measure(const StockFigures& figures) {
    const double stock_value = figures.average_stock_value_at_cost;
    const double margin = figures.revenue - figures.cost_of_goods_sold;
    const double periods_a_year = kYearDays / figures.period_days;
    return {.days_of_cover = ratio(figures.stock_on_hand_units, figures.demand_mean_per_day),
            .days_of_cover_incl_on_order =
                ratio(figures.stock_on_hand_units + figures.stock_on_order_units,
                      figures.demand_mean_per_day),
            .turnover_per_year = ratio(figures.cost_of_goods_sold * periods_a_year, stock_value),
            .days_inventory_outstanding =
                ratio(stock_value * figures.period_days, figures.cost_of_goods_sold),
            .gross_margin_share = ratio(margin, figures.revenue),
            .gmroi_in_period = ratio(margin, stock_value),
            .gmroi_per_year = ratio(margin * periods_a_year, stock_value)};
}

StockAgeing age(std::span<const StockBatch> batches, std::span<const double> limits_days) {
    StockAgeing ageing;
    std::vector<double> units_by_bucket(limits_days.size() + 1, 0);
    double units = 0;
    double unit_days = 0;
    for (const StockBatch& batch : batches) {
        const auto limit = std::ranges::lower_bound(limits_days, batch.age_days);
        units_by_bucket[static_cast<std::size_t>(limit - limits_days.begin())] += batch.units;
        units += batch.units;
        unit_days += batch.units * batch.age_days;
    }
    if (units > 0) {
        ageing.mean_age_days = unit_days / units;
        for (const double one : units_by_bucket) {
            ageing.shares.push_back(one / units);
        }
    }
    return ageing;
}

}  // namespace shelfcast::replenishment
