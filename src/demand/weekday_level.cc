#include "demand/weekday_level.h"

#include <algorithm>
#include <cmath>

namespace shelfcast::demand {
namespace {

constexpr std::size_t kWeekDays = 7;
/// No weekday is quite impossible: one sale on it must not make the level infinite.
constexpr double kLeastWeight = 1e-3;

struct WeekdaySums {
    std::array<double, kWeekDays> units{};
    std::array<double, kWeekDays> days{};
    double mean = 0;
};

WeekdaySums sums_of(const DayMatrix& demand, std::size_t series, std::size_t from,
                    std::size_t end) {
    WeekdaySums out;
    double units = 0;
    double days = 0;
    for (std::size_t day = from; day < end; ++day) {
        const double sold = demand.at(series, day);
        if (!std::isnan(sold)) {
            out.units[day % kWeekDays] += sold;
            out.days[day % kWeekDays] += 1;
            units += sold;
            days += 1;
        }
    }
    out.mean = days > 0 ? units / days : 0;
    return out;
}

double level_of(const DayMatrix& demand, std::size_t series, std::size_t end,
                const std::array<double, kWeekDays>& weekday, double kept) {
    double sold = 0;
    double expected = 0;
    for (std::size_t day = 0; day < end; ++day) {
        sold *= kept;
        expected *= kept;
        const double units = demand.at(series, day);
        if (!std::isnan(units)) {
            sold += units;
            expected += weekday[day % kWeekDays];
        }
    }
    return expected > 0 ? sold / expected : 0;
}

}  // namespace

std::vector<WeekdayLevel> weekday_levels(const DayMatrix& demand, std::size_t end_day,
                                         const WeekdayLevelOptions& options) {
    const std::size_t from = end_day > options.profile_days ? end_day - options.profile_days : 0;
    std::vector<WeekdaySums> sums(demand.series);
    std::array<double, kWeekDays> all_units{};
    std::array<double, kWeekDays> all_expected{};
    for (std::size_t series = 0; series < demand.series; ++series) {
        sums[series] = sums_of(demand, series, from, end_day);
        for (std::size_t day = 0; day < kWeekDays; ++day) {
            all_units[day] += sums[series].units[day];
            all_expected[day] += sums[series].mean * sums[series].days[day];
        }
    }
    std::vector<WeekdayLevel> out(demand.series);
    for (std::size_t series = 0; series < demand.series; ++series) {
        const WeekdaySums& own = sums[series];
        double total = 0;
        for (std::size_t day = 0; day < kWeekDays; ++day) {
            const double pooled = all_expected[day] > 0 ? all_units[day] / all_expected[day] : 1;
            const double weeks = own.days[day];
            const double share = own.mean > 0 ? own.units[day] / own.mean : weeks * pooled;
            const double weight =
                (share + options.pooled_weeks * pooled) / (weeks + options.pooled_weeks);
            out[series].weekday[day] = std::max(kLeastWeight, weight);
            total += out[series].weekday[day];
        }
        for (double& weight : out[series].weekday) {
            weight *= static_cast<double>(kWeekDays) / total;
        }
        out[series].level =
            level_of(demand, series, end_day, out[series].weekday, 1 - options.forgotten_a_day);
    }
    return out;
}

}  // namespace shelfcast::demand
