#include "demand/censoring.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "demand/group_days.h"

namespace shelfcast::demand {
namespace {

constexpr double kTiny = 1e-9;
constexpr std::size_t kBlockDays = 56;  ///< How long a series keeps a level.
constexpr std::size_t kNoHour = kHours;

/// A known day, for the fit.
struct SeenDay {
    std::size_t at = 0;  ///< In the panel's columns.
    std::uint32_t block = 0;
    std::uint32_t weekday = 0;
};

struct Fit {
    HourProfile profile{};
    std::vector<double> levels;  ///< Of each block, demand per day.
    std::array<double, kWeekDays> weekdays{1, 1, 1, 1, 1, 1, 1};
    double shape = 4;

    [[nodiscard]] double expected(const SeenDay& day) const {
        return levels[day.block] * weekdays[day.weekday];
    }
};

bool in_stock(std::uint32_t mask, std::size_t hour) { return ((mask >> hour) & 1U) == 0; }

/// The last hour with stock when shelves stay empty from there on; kNoHour else.
std::size_t stop_hour(const HourProfile& profile, std::uint32_t mask) {
    std::size_t last_in = kNoHour;
    bool is_out_behind = false;
    for (std::size_t hour = 0; hour < kHours; ++hour) {
        if (profile[hour] > 0) {
            last_in = in_stock(mask, hour) ? hour : last_in;
            is_out_behind = !in_stock(mask, hour);
        }
    }
    return is_out_behind ? last_in : kNoHour;
}

/// How much of each hour was seen.
double seen_of(std::uint32_t mask, std::size_t hour, std::size_t stop) {
    return in_stock(mask, hour) ? (hour == stop ? 0.5 : 1.0) : 0.0;
}

std::vector<SeenDay> days_of(const DailyPanel& panel, std::uint32_t& blocks) {
    std::vector<SeenDay> out;
    blocks = 0;
    for (const PanelSeries& series : panel.series) {
        const std::size_t count = std::max<std::size_t>(1, series.days / kBlockDays);
        for (std::size_t day = 0; day < series.days; ++day) {
            const std::size_t at = series.first_day + day;
            if (!std::isnan(panel.units[at])) {
                out.push_back({at, blocks + static_cast<std::uint32_t>(day * count / series.days),
                               static_cast<std::uint32_t>(weekday_of(
                                   series.first_date + static_cast<std::int32_t>(day)))});
            }
        }
        blocks += static_cast<std::uint32_t>(count);
    }
    return out;
}

/// Hours that shelves are hardly ever stocked in are not sold in.
HourProfile even_profile(const DailyPanel& panel, const std::vector<SeenDay>& days) {
    constexpr double kLeastShare = 0.01;
    HourProfile out{};
    double open = 0;
    for (std::size_t hour = 0; hour < kHours; ++hour) {
        const auto stocked =
            static_cast<double>(std::ranges::count_if(days, [&](const SeenDay& day) {
                return in_stock(panel.stock_out_mask[day.at], hour);
            }));
        out[hour] = stocked > kLeastShare * static_cast<double>(days.size()) ? 1 : 0;
        open += out[hour];
    }
    for (double& share : out) {
        share = open > 0 ? share / open : 1.0 / kHours;
    }
    return out;
}

double posterior_rate(double units, double expected, double seen, double shape) {
    return expected > kTiny ? (shape + units) / (shape / expected + seen) : 0;
}

bool is_any_above_zero(const DayHours& hours) {
    return std::ranges::any_of(hours, [](double value) { return value > 0; });
}

/// One round: rates of the days, then levels, weekdays, shape and the profile.
void improve(const DailyPanel& panel, const std::vector<SeenDay>& days, Fit& fit) {
    constexpr double kLeastShape = 0.5;
    constexpr double kMostShape = 50;
    std::vector<double> level_sums(fit.levels.size());
    std::vector<double> level_days(fit.levels.size());
    std::array<double, kWeekDays> rates{};
    std::array<double, kWeekDays> levels{};
    const bool hours_are_known = is_any_above_zero(panel.sold_by_hour);
    DayHours sold = panel.sold_by_hour;
    DayHours exposure{};
    double spread = 0;
    double spread_days = 0;
    for (const SeenDay& day : days) {
        const double units = panel.units[day.at];
        const std::uint32_t mask = panel.stock_out_mask[day.at];
        const double seen = seen_share(fit.profile, mask);
        const double expected = fit.expected(day);
        const double rate = posterior_rate(units, expected, seen, fit.shape);
        level_sums[day.block] += rate / std::max(fit.weekdays[day.weekday], kTiny);
        ++level_days[day.block];
        rates[day.weekday] += rate;
        levels[day.weekday] += fit.levels[day.block];
        if (expected > kTiny) {
            const double scale = fit.shape / expected + seen;
            const double variance = (fit.shape + units) / (scale * scale * expected * expected);
            spread += variance + (rate / expected - 1) * (rate / expected - 1);
            ++spread_days;
        }
        if (seen <= kTiny) {
            continue;
        }
        const std::size_t stop = stop_hour(fit.profile, mask);
        // The sale that emptied the shelf fell into the last hour; the others into any before.
        const double free_units = stop == kNoHour ? units : std::max(0.0, units - 1);
        for (std::size_t hour = 0; hour < kHours; ++hour) {
            const double part = seen_of(mask, hour, stop);
            sold[hour] += hours_are_known ? 0 : free_units * part * fit.profile[hour] / seen;
            exposure[hour] += rate * part;
        }
        if (stop != kNoHour && !hours_are_known) {
            sold[stop] += units - free_units;
        }
    }
    for (std::size_t block = 0; block < fit.levels.size(); ++block) {
        fit.levels[block] = level_days[block] > 0 ? level_sums[block] / level_days[block] : 0;
    }
    for (std::size_t weekday = 0; weekday < rates.size(); ++weekday) {
        fit.weekdays[weekday] = levels[weekday] > 0 ? rates[weekday] / levels[weekday] : 1;
    }
    fit.shape = spread > 0 ? std::clamp(spread_days / spread, kLeastShape, kMostShape) : kMostShape;
    double sum = 0;
    for (std::size_t hour = 0; hour < kHours; ++hour) {
        fit.profile[hour] =
            fit.profile[hour] > 0 && exposure[hour] > 0 ? sold[hour] / exposure[hour] : 0;
        sum += fit.profile[hour];
    }
    for (double& share : fit.profile) {
        share = sum > 0 ? share / sum : share;
    }
}

Fit fit_of(const DailyPanel& panel, const std::vector<SeenDay>& days, std::uint32_t blocks) {
    constexpr int kRounds = 60;
    Fit fit;
    fit.profile = even_profile(panel, days);
    fit.levels.assign(blocks, 0);
    std::vector<double> seen(blocks);
    for (const SeenDay& day : days) {
        fit.levels[day.block] += panel.units[day.at];
        seen[day.block] += seen_share(fit.profile, panel.stock_out_mask[day.at]);
    }
    for (std::size_t block = 0; block < blocks; ++block) {
        fit.levels[block] = seen[block] > kTiny ? fit.levels[block] / seen[block] : 0;
    }
    for (int round = 0; round < kRounds && panel.has_stock_outs; ++round) {
        improve(panel, days, fit);
    }
    return fit;
}

}  // namespace

double seen_share(const HourProfile& profile, std::uint32_t stock_out_mask) {
    const std::size_t stop = stop_hour(profile, stock_out_mask);
    double out = 0;
    for (std::size_t hour = 0; hour < kHours; ++hour) {
        out += seen_of(stock_out_mask, hour, stop) * profile[hour];
    }
    return std::min(out, 1.0);
}

DemandEstimate estimate_demand(const DailyPanel& panel) {
    constexpr double kBlindShare = 0.05;
    DemandEstimate out;
    out.panel = panel;
    std::uint32_t blocks = 0;
    const std::vector<SeenDay> days = days_of(panel, blocks);
    const Fit fit = fit_of(panel, days, blocks);
    out.profile = fit.profile;
    out.rate_shape = panel.has_stock_outs ? fit.shape : 0;
    for (const SeenDay& day : days) {
        const double units = panel.units[day.at];
        double demand = units;
        if (panel.stock_out_mask[day.at] != 0) {
            const double seen = seen_share(fit.profile, panel.stock_out_mask[day.at]);
            demand += (1 - seen) * posterior_rate(units, fit.expected(day), seen, fit.shape);
            ++out.censored_days;
            out.blind_days += seen < kBlindShare ? 1U : 0U;
        }
        out.panel.units[day.at] = static_cast<float>(demand);
        out.units += units;
        out.demand += demand;
    }
    std::ranges::fill(out.panel.stock_out_mask, 0U);
    out.panel.has_stock_outs = false;
    return out;
}

}  // namespace shelfcast::demand
