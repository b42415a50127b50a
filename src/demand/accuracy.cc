#include "demand/accuracy.h"

#include <cmath>
#include <map>

#include "demand/daily_panel.h"
#include "demand/interval_calibration.h"

namespace shelfcast::demand {
namespace {

double over(double part, double whole) { return whole > 0 ? part / whole : double{kUnknown}; }

/// Sums over days.
struct DaySums {
    double days = 0;
    double sold = 0;
    double sold_squares = 0;
    double error = 0;
    double absolute = 0;
    double squares = 0;
    double relative = 0;
    double sale_days = 0;
    double pinball = 0;
    double in_80 = 0;
    double in_95 = 0;

    void add(double y, double f) {
        ++days;
        sold += y;
        sold_squares += y * y;
        error += f - y;
        absolute += std::abs(f - y);
        squares += (f - y) * (f - y);
        if (y > 0) {
            ++sale_days;
            relative += std::abs(f - y) / y;
        }
    }
    void add_quantiles(double y, const ForecastWindow& window, std::size_t day) {
        pinball += pinball_loss(y, window.lower_95[day], 0.025) +
                   pinball_loss(y, window.lower_80[day], 0.1) +
                   pinball_loss(y, window.upper_80[day], 0.9) +
                   pinball_loss(y, window.upper_95[day], 0.975);
        in_80 += y >= window.lower_80[day] && y <= window.upper_80[day] ? 1 : 0;
        in_95 += y >= window.lower_95[day] && y <= window.upper_95[day] ? 1 : 0;
    }
};

struct WeightedError {
    double weight = 0;
    double scaled = 0;  ///< Weight times RMSSE.
};

}  // namespace

double naive_scale(std::span<const float> history) {
    double squares = 0;
    std::size_t steps = 0;
    bool has_sold = false;
    float before = 0;
    for (const float units : history) {
        if (std::isnan(units)) {
            continue;
        }
        if (has_sold) {
            const double step = double{units} - double{before};
            squares += step * step;
            ++steps;
        }
        has_sold = has_sold || units != 0;
        before = units;
    }
    return steps > 0 && squares > 0 ? std::sqrt(squares / static_cast<double>(steps))
                                    : double{kUnknown};
}

Accuracy measure_accuracy(std::span<const ForecastWindow> windows) {
    DaySums all;
    double totals = 0;
    double quantile_days = 0;
    double quantile_sold = 0;
    double rmsse = 0;
    double rmsse_windows = 0;
    std::map<std::size_t, WeightedError> by_cutoff;
    for (const ForecastWindow& window : windows) {
        DaySums own;
        for (std::size_t day = 0; day < window.sold.size(); ++day) {
            own.add(window.sold[day], window.forecast[day]);
            all.add(window.sold[day], window.forecast[day]);
            if (!window.upper_95.empty()) {
                all.add_quantiles(window.sold[day], window, day);
                ++quantile_days;
                quantile_sold += window.sold[day];
            }
        }
        totals += std::abs(own.error);
        const double scale = naive_scale(window.history);
        if (std::isnan(scale) || own.days == 0) {
            continue;
        }
        const double scaled = std::sqrt(own.squares / own.days) / scale;
        rmsse += scaled;
        ++rmsse_windows;
        by_cutoff[window.cutoff].weight += window.weight;
        by_cutoff[window.cutoff].scaled += window.weight * scaled;
    }
    Accuracy out;
    constexpr double kQuantiles = 4;
    out.days = static_cast<std::size_t>(all.days);
    out.mean_absolute_error = over(all.absolute, all.days);
    out.rmse = std::sqrt(over(all.squares, all.days));
    const double spread = all.sold_squares - all.sold * over(all.sold, all.days);
    out.r2 = spread > 0 ? 1 - all.squares / spread : double{kUnknown};
    out.mape = over(all.relative, all.sale_days);
    out.wmape = over(all.absolute, all.sold);
    out.wmape_total = over(totals, all.sold);
    out.bias = over(all.error, all.sold);
    out.rmsse = over(rmsse, rmsse_windows);
    double wrmsse = 0;
    for (const auto& [cutoff, error] : by_cutoff) {
        wrmsse += over(error.scaled, error.weight) / static_cast<double>(by_cutoff.size());
    }
    out.wrmsse = by_cutoff.empty() ? double{kUnknown} : wrmsse;
    out.wql = over(2 * all.pinball / kQuantiles, quantile_sold);
    out.coverage_80 = over(all.in_80, quantile_days);
    out.coverage_95 = over(all.in_95, quantile_days);
    return out;
}

}  // namespace shelfcast::demand
