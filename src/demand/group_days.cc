#include "demand/group_days.h"

#include <algorithm>

namespace shelfcast::demand {
namespace {

constexpr double kTiny = 1e-9;

std::size_t count_of(const CanonicalOrder& order, Group kind) {
    switch (kind) {
        case Group::kStore:
            return order.stores;
        case Group::kProduct:
            return order.products;
        case Group::kCategory:
            return order.categories;
        case Group::kTotal:
            return 1;
    }
    return 1;
}

}  // namespace

GroupDays::GroupDays(const CanonicalOrder& order)
    : order_(order), days_(static_cast<std::size_t>(order.cutoff_day) + 1) {
    for (std::size_t kind = 0; kind < kGroups; ++kind) {
        units_[kind].assign(count_of(order, static_cast<Group>(kind)) * days_, 0);
    }
}

std::size_t GroupDays::group_of(Group kind, std::size_t place) const {
    switch (kind) {
        case Group::kStore:
            return order_.store[place];
        case Group::kProduct:
            return order_.product[place];
        case Group::kCategory:
            return order_.category[place];
        case Group::kTotal:
            return 0;
    }
    return 0;
}

void GroupDays::add(std::size_t place, const SeriesHistory& history) {
    for (std::size_t kind = 0; kind < kGroups; ++kind) {
        const std::size_t group = group_of(static_cast<Group>(kind), place);
        double* const out = units_[kind].data() + group * days_;
        for (auto day = static_cast<std::size_t>(history.first_day()); day < days_; ++day) {
            out[day] += history.capped_units(static_cast<std::int32_t>(day));
        }
    }
}

void GroupDays::finish() {
    for (std::size_t kind = 0; kind < kGroups; ++kind) {
        const std::size_t groups = units_[kind].size() / days_;
        sums_[kind].assign(groups * (days_ + 1), 0);
        for (std::size_t group = 0; group < groups; ++group) {
            double* const sums = sums_[kind].data() + group * (days_ + 1);
            for (std::size_t day = 0; day < days_; ++day) {
                sums[day + 1] = sums[day] + units_[kind][group * days_ + day];
            }
        }
    }
    cache_.clear();
}

std::vector<GroupTrend> GroupDays::make_trends(Group kind, std::int32_t origin) const {
    constexpr std::int32_t kWeek = 7;
    constexpr std::int32_t kMonth = 28;
    constexpr std::int32_t kTwoMonths = 56;
    constexpr std::int32_t kQuarter = 91;
    const auto index = static_cast<std::size_t>(kind);
    std::vector<GroupTrend> out(units_[index].size() / days_);
    const auto behind = static_cast<std::size_t>(origin) + 1;
    for (std::size_t group = 0; group < out.size(); ++group) {
        const double* const sums = sums_[index].data() + group * (days_ + 1);
        const double* const units = units_[index].data() + group * days_;
        const auto mean = [&](std::int32_t days) {
            const auto count = static_cast<std::size_t>(std::min(days, origin + 1));
            return (sums[behind] - sums[behind - count]) / static_cast<double>(count);
        };
        const auto ratio = [](double part, double whole) {
            return whole > 0 ? part / std::max(whole, kTiny) : 1.0;
        };
        GroupTrend& trend = out[group];
        trend.month_mean = mean(kMonth);
        trend.week_to_month = ratio(mean(kWeek), trend.month_mean);
        trend.month_to_quarter = ratio(trend.month_mean, mean(kQuarter));
        const double level = mean(kTwoMonths);
        if (level <= 0) {
            continue;
        }
        std::array<double, kWeekDays> sum{};
        std::array<int, kWeekDays> count{};
        for (std::int32_t day = std::max(0, origin + 1 - kTwoMonths); day <= origin; ++day) {
            const auto weekday = static_cast<std::size_t>(weekday_of(order_.first_date + day));
            sum[weekday] += units[day];
            ++count[weekday];
        }
        for (std::size_t weekday = 0; weekday < sum.size(); ++weekday) {
            if (count[weekday] > 0) {
                trend.weekday[weekday] = sum[weekday] / count[weekday] / std::max(level, kTiny);
            }
        }
    }
    return out;
}

const std::vector<GroupTrend>& GroupDays::trends(Group kind, std::int32_t origin) {
    const auto [entry, is_new] = cache_.try_emplace({kind, origin});
    if (is_new) {
        entry->second = make_trends(kind, origin);
    }
    return entry->second;
}

}  // namespace shelfcast::demand
