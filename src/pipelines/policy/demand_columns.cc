#include "pipelines/policy/demand_columns.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "pipelines/policy/demand_history.h"
#include "retail/time_zone.h"
#include "retail/utf8.h"

namespace shelfcast::policy {
namespace {

using demand::DailyPanel;
using demand::PanelSeries;

double price_of(const DailyPanel& panel, const PanelSeries& of) {
    double sum = 0;
    std::size_t known = 0;
    for (std::size_t day = of.first_day; day < of.first_day + of.days; ++day) {
        if (panel.price[day] > 0) {
            sum += panel.price[day];
            ++known;
        }
    }
    return known > 0 ? sum / static_cast<double>(known) : 0;
}

void count_changes(const DailyPanel& panel, const PanelSeries& of, std::span<const float> row,
                   double units_per_panel_unit, PanelColumns& out) {
    constexpr double kWhole = 1e-3;  // A tenth as a float is not quite one.
    for (std::size_t day = 0; day < of.days; ++day) {
        const double sold = panel.units[of.first_day + day] * units_per_panel_unit;
        if (std::isnan(sold)) {
            continue;
        }
        out.broken_days += std::abs(sold - std::round(sold)) > kWhole ? 1U : 0U;
        out.raised_days += row[day] > std::floor(sold + 0.5) ? 1U : 0U;
    }
}

}  // namespace

Result<PanelColumns> demand_columns(const DailyPanel& panel, std::span<const std::size_t> series,
                                    const ColumnsOptions& options) {
    PanelColumns out;
    out.last_date = panel.last_date(panel.series[series.front()]);
    for (const std::size_t index : series) {
        out.last_date = std::max(out.last_date, panel.last_date(panel.series[index]));
    }
    const demand::DayMatrix history = demand_history(
        panel, series,
        {.units_per_panel_unit = options.units_per_panel_unit,
         .learn_until = out.last_date - static_cast<std::int32_t>(options.replayed_days),
         .least_cut_units = std::numeric_limits<double>::infinity()});
    out.demand = {.series = history.series, .days = history.days, .units = {}, .unit_price = {}};
    out.demand.units.reserve(history.units.size());
    for (std::size_t row = 0; row < history.series; ++row) {
        const PanelSeries& of = panel.series[series[row]];
        const auto days = std::span(history.units).subspan(row * history.days, history.days);
        for (std::size_t day = 0; day < days.size(); ++day) {
            if (days[day] > static_cast<float>(replenishment::kMostUnitsADay)) {
                return fail(
                    ErrorKind::kInvalidInput,
                    "store_id '{}', product_id '{}': {} units on {}: more than {} are a "
                    "mistake",
                    retail::printable(panel.names.stores[of.store]),
                    retail::printable(panel.names.products[of.product]), days[day],
                    retail::format_date(history.first_date + static_cast<std::int32_t>(day)),
                    replenishment::kMostUnitsADay);
            }
            out.demand.units.push_back(std::isnan(days[day])
                                           ? replenishment::kUnknownUnits
                                           : static_cast<std::int32_t>(days[day]));
        }
        const auto from = static_cast<std::size_t>(of.first_date - history.first_date);
        count_changes(panel, of, days.subspan(from, of.days), options.units_per_panel_unit, out);
        const double price = price_of(panel, of);
        out.unpriced_series += price > 0 ? 0 : 1;
        out.demand.unit_price.push_back((price > 0 ? price : options.price_if_none) /
                                        options.units_per_panel_unit);
    }
    return out;
}

}  // namespace shelfcast::policy
