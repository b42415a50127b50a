#include "pipelines/policy/demand_history.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace shelfcast::policy {
namespace {

using demand::DailyPanel;
using demand::PanelSeries;
using Profile = std::array<double, 24>;

constexpr std::size_t kHours = 24;
constexpr int kRounds = 40;
constexpr std::size_t kBlindDays = 28;
constexpr std::size_t kLeastKnownDays = 7;

double visible_share(std::uint32_t mask, const Profile& profile) {
    double hidden = 0;
    for (std::size_t hour = 0; hour < kHours; ++hour) {
        hidden += ((mask >> hour) & 1U) != 0 ? profile[hour] : 0;
    }
    return std::max(0.0, 1 - hidden);
}

std::size_t days_until(const PanelSeries& of, std::int32_t until) {
    return until < of.first_date
               ? 0
               : std::min(of.days, static_cast<std::size_t>(until - of.first_date) + 1);
}

/// One round: shares what was sold among hours in stock, against what each series sells a day.
void learn_from(const DailyPanel& panel, const PanelSeries& of, std::size_t days,
                const Profile& profile, Profile& sold, Profile& expected) {
    double units = 0;
    double seen = 0;
    for (std::size_t day = 0; day < days; ++day) {
        const double value = panel.units[of.first_day + day];
        if (!std::isnan(value)) {
            units += value;
            seen += visible_share(panel.stock_out_mask[of.first_day + day], profile);
        }
    }
    if (!(units > 0) || !(seen > 0)) {
        return;
    }
    const double level = units / seen;
    for (std::size_t day = 0; day < days; ++day) {
        const double value = panel.units[of.first_day + day];
        const std::uint32_t mask = panel.stock_out_mask[of.first_day + day];
        const double share = visible_share(mask, profile);
        if (std::isnan(value) || !(share > 1e-9)) {
            continue;
        }
        for (std::size_t hour = 0; hour < kHours; ++hour) {
            if (((mask >> hour) & 1U) == 0) {
                sold[hour] += value * profile[hour] / share;
                expected[hour] += level;
            }
        }
    }
}

/// Linear interpolation between order statistics.
double quantile_of(std::vector<double>& values, double level) {
    std::ranges::sort(values);
    const double at = level * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return std::lerp(values[below], values[above], at - std::floor(at));
}

/// Brings days with empty shelves up to what they would have sold.
std::vector<double> corrected(const DailyPanel& panel, const PanelSeries& of,
                              const Profile& profile, const HistoryOptions& options) {
    std::vector<double> out(of.days);
    for (std::size_t day = 0; day < of.days; ++day) {
        const double sold = panel.units[of.first_day + day] * options.units_per_panel_unit;
        const double share = visible_share(panel.stock_out_mask[of.first_day + day], profile);
        out[day] = sold / std::max(share, options.least_visible);
        if (share >= options.least_visible || std::isnan(sold)) {
            continue;
        }
        double sum = 0;
        std::size_t known = 0;
        for (std::size_t before = day - std::min(day, kBlindDays); before < day; ++before) {
            if (!std::isnan(out[before])) {
                sum += out[before];
                ++known;
            }
        }
        if (known >= kLeastKnownDays) {
            out[day] = std::max(sold, sum / static_cast<double>(known));
        }
    }
    return out;
}

/// How a day's sales spread over its 24 hours, 1 in all: from days' totals and the hours that were
/// in stock, by expectation maximisation (Dempster, Laird, Rubin, J. R. Stat. Soc. B 39, 1977):
/// what a day sold is shared among its hours in stock by the profile so far, and each hour's sum is
/// set against the levels of the series that had stock in it. Even where no day says anything.
Profile learn_hour_profile(const DailyPanel& panel, std::int32_t until) {
    Profile profile;
    profile.fill(1.0 / static_cast<double>(kHours));
    if (!panel.has_stock_outs) {
        return profile;
    }
    const bool hours_are_known =
        std::ranges::any_of(panel.sold_by_hour, [](double lines) { return lines > 0; });
    for (int round = 0; round < kRounds; ++round) {
        Profile sold{};
        Profile expected{};
        for (const PanelSeries& of : panel.series) {
            learn_from(panel, of, days_until(of, until), profile, sold, expected);
        }
        if (hours_are_known) {
            sold = panel.sold_by_hour;  // Better than shares of days' totals (demand/censoring.h).
        }
        double total = 0;
        for (std::size_t hour = 0; hour < kHours; ++hour) {
            profile[hour] = expected[hour] > 0 ? sold[hour] / expected[hour] : 0;
            total += profile[hour];
        }
        for (double& share : profile) {
            share = total > 0 ? share / total : 1.0 / static_cast<double>(kHours);
        }
    }
    return profile;
}

}  // namespace

demand::DayMatrix demand_history(const DailyPanel& panel, std::span<const std::size_t> series,
                                 const HistoryOptions& options) {
    std::int32_t first = panel.series[series.front()].first_date;
    std::int32_t last = first;
    for (const std::size_t index : series) {
        first = std::min(first, panel.series[index].first_date);
        last = std::max(last, panel.last_date(panel.series[index]));
    }
    demand::DayMatrix out{.series = series.size(),
                          .days = static_cast<std::size_t>(last - first) + 1,
                          .first_date = first,
                          .units = {}};
    out.units.assign(out.series * out.days, demand::kUnknown);
    const Profile profile = learn_hour_profile(panel, options.learn_until);
    for (std::size_t row = 0; row < series.size(); ++row) {
        const PanelSeries& of = panel.series[series[row]];
        const std::vector<double> days = corrected(panel, of, profile, options);
        std::vector<double> selling;
        for (std::size_t day = 0; day < days_until(of, options.learn_until); ++day) {
            if (days[day] > 0) {
                selling.push_back(std::floor(days[day] + 0.5));
            }
        }
        const double cut = selling.empty() ? options.least_cut_units
                                           : std::max(options.least_cut_units,
                                                      quantile_of(selling, options.cut_quantile));
        const auto from = static_cast<std::size_t>(of.first_date - first);
        for (std::size_t day = 0; day < of.days; ++day) {
            if (!std::isnan(days[day])) {
                out.units[row * out.days + from + day] =
                    static_cast<float>(std::min(std::floor(days[day] + 0.5), std::floor(cut)));
            }
        }
    }
    return out;
}

}  // namespace shelfcast::policy
