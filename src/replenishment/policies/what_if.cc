#include "replenishment/policies/what_if.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string_view>

#include "base/check.h"
#include "replenishment/books/base_stock.h"
#include "replenishment/books/continuous_demand.h"

namespace shelfcast::replenishment {
namespace {

constexpr double kDaysPerYear = 365;

struct Bound {
    std::string_view name;
    double value;
    double least;
    double most;
};

Status check_days(const DemandColumns& demand, const WhatIfOptions& options) {
    if (demand.series == 0 || demand.days < options.days + kLeastHistoryDays) {
        return fail(ErrorKind::kInvalidInput,
                    "{} series with {} days: to replay {} days, {} are needed", demand.series,
                    demand.days, options.days, options.days + kLeastHistoryDays);
    }
    return {};
}

/// Sums over the last kMeanDays days that were added.
class RecentDemand {
public:
    explicit RecentDemand(std::span<const std::int32_t> days) : days_(days) {}

    /// Makes `day` a day that is known; every day in turn.
    void add(std::size_t day) noexcept {
        count(days_[day], 1);
        if (day >= kMeanDays) {
            count(days_[day - kMeanDays], -1);
        }
    }
    [[nodiscard]] double mean() const noexcept {
        return known_ > 0 ? static_cast<double>(sum_) / static_cast<double>(known_) : 0;
    }
    [[nodiscard]] double deviation() const noexcept {
        const double average = mean();
        const double off = static_cast<double>(squares_) - static_cast<double>(sum_) * average;
        const double spread = known_ > 1 ? off / static_cast<double>(known_ - 1) : 0;
        return std::sqrt(std::max(spread, average));
    }

private:
    void count(std::int64_t units, std::int64_t sign) noexcept {
        if (units == kUnknownUnits) {
            return;
        }
        known_ += sign;
        sum_ += sign * units;  // Whole numbers: sums come back to where they were.
        squares_ += sign * units * units;
    }

    std::span<const std::int32_t> days_;
    std::int64_t known_ = 0;
    std::int64_t sum_ = 0;
    std::int64_t squares_ = 0;
};

/// What a morning's levels are made of: the share of the mean that is kept, and deviations of
/// safety on it.
struct MorningAim {
    double deviations = 0;
    double share = 1;
};

/// Replays series after series with the same few columns.
class Replays {
public:
    Replays(const DemandColumns& demand, const WhatIfOptions& options)
        : demand_(demand),
          options_(options),
          counted_from_(demand.days - options.days),
          // Half of a short history warms the stock up, the other half is for the first levels.
          warm_up_(std::min(kMostWarmUpDays, counted_from_ / 2)),
          first_(counted_from_ - warm_up_),
          read_from_(first_ - std::min(first_, kMeanDays)),
          units_(demand.days - read_from_),
          wanted_(demand.days - first_),
          lead_(wanted_.size(), static_cast<std::uint8_t>(options.lead_time_days)),
          today_(wanted_.size()),
          what_if_(wanted_.size()),
          today_reorder_(wanted_.size(), kNoOrder),
          what_if_reorder_(wanted_.size(), kNoOrder),
          aims_(wanted_.size(),
                {.deviations = normal_quantile(chance(options.service_percent / 100))}) {}

    /// Lowers the aims until the levels of all series are worth the budget.
    void keep_budget(std::size_t& cut_mornings);
    void add(std::size_t series, WhatIfAnswer& answer);
    [[nodiscard]] std::size_t warm_up_days() const noexcept { return warm_up_; }

private:
    [[nodiscard]] bool is_review(std::size_t day) const noexcept {
        return day % options_.review_period_days == 0;
    }
    [[nodiscard]] double unit_cost(std::size_t series) const {
        return demand_.unit_price[series] * (1 - options_.margin_percent / 100);
    }
    [[nodiscard]] double protection_days() const noexcept {
        return static_cast<double>(options_.lead_time_days + options_.review_period_days);
    }
    [[nodiscard]] double deviation_over_protection(const RecentDemand& recent) const {
        return sd_over(protection_days(), {.mean_per_day = 0, .sd_per_day = recent.deviation()});
    }
    [[nodiscard]] double what_if_level(const RecentDemand& recent, const MorningAim& aim) const;
    void read(std::size_t series);
    /// visit(day of the replay, what was known before it), every review morning.
    template <typename Visit>
    void each_review(const Visit& visit) const;

    const DemandColumns& demand_;
    const WhatIfOptions& options_;
    std::size_t counted_from_;
    std::size_t warm_up_;
    std::size_t first_;
    std::size_t read_from_;
    std::vector<std::int32_t> units_;   ///< From read_from_ on, scaled.
    std::vector<std::int32_t> wanted_;  ///< From first_ on, unknown days as 0.
    std::vector<std::uint8_t> lead_;
    std::vector<double> today_;
    std::vector<double> what_if_;
    std::vector<double> today_reorder_;
    std::vector<double> what_if_reorder_;
    std::vector<MorningAim> aims_;
};

/// Whole units whose sum is that of the scaled days, to half a unit: what rounding takes from one
/// day it gives to a later one, so that demand of one unit a day can be halved.
void Replays::read(std::size_t series) {
    const double share = options_.demand_percent / 100;
    const std::span<const std::int32_t> days =
        std::span(demand_.units).subspan(series * demand_.days, demand_.days);
    std::int64_t so_far = 0;
    double scaled_so_far = 0;
    for (std::size_t day = read_from_; day < days.size(); ++day) {
        std::int32_t& out = units_[day - read_from_];
        if (days[day] == kUnknownUnits) {
            out = kUnknownUnits;
        } else {
            so_far += days[day];
            const double scaled = std::floor(static_cast<double>(so_far) * share + 0.5);
            out = static_cast<std::int32_t>(scaled - scaled_so_far);
            scaled_so_far = scaled;
        }
        if (day >= first_) {
            wanted_[day - first_] = std::max(out, 0);
        }
    }
}

template <typename Visit>
void Replays::each_review(const Visit& visit) const {
    RecentDemand recent(units_);
    const std::size_t before = first_ - read_from_;
    for (std::size_t day = 0; day < units_.size(); ++day) {
        if (day >= before && is_review(day - before)) {
            visit(day - before, recent);
        }
        recent.add(day);  // After its morning: a level does not see its own day.
    }
}

double Replays::what_if_level(const RecentDemand& recent, const MorningAim& aim) const {
    const double mean = recent.mean();
    double level =
        aim.share * (mean * protection_days() + aim.deviations * deviation_over_protection(recent));
    if (options_.shelf_life_days > 0) {
        const auto sells_for =
            static_cast<double>(options_.lead_time_days + options_.shelf_life_days);
        level = std::min(level, mean * sells_for);
    }
    return std::max(level, 0.0);
}

void Replays::keep_budget(std::size_t& cut_mornings) {
    std::vector<double> mean_worth(wanted_.size());
    std::vector<double> deviation_worth(wanted_.size());
    std::vector<double> worth(wanted_.size());  // As ordered: goods that expire are not.
    for (std::size_t series = 0; series < demand_.series; ++series) {
        read(series);
        const double cost = unit_cost(series);
        each_review([&](std::size_t day, const RecentDemand& recent) {
            mean_worth[day] += cost * recent.mean() * protection_days();
            deviation_worth[day] += cost * deviation_over_protection(recent);
            worth[day] += cost * what_if_level(recent, aims_[day]);
        });
    }
    for (std::size_t day = 0; day < aims_.size(); ++day) {
        MorningAim& aim = aims_[day];
        if (!is_review(day) || worth[day] <= options_.budget) {
            continue;
        }
        cut_mornings += day >= warm_up_ ? 1 : 0;
        if (aim.deviations > 0) {
            const double left = std::max(0.0, options_.budget - mean_worth[day]);
            aim.deviations = deviation_worth[day] > 0 ? left / deviation_worth[day] : 0;
        }
        const double least = mean_worth[day] + aim.deviations * deviation_worth[day];
        aim.share = least > options_.budget ? options_.budget / least : 1;
    }
}

void Replays::add(std::size_t series, WhatIfAnswer& answer) {
    read(series);
    each_review([&](std::size_t day, const RecentDemand& recent) {
        today_[day] =
            recent.mean() * (options_.cover_days + static_cast<double>(options_.lead_time_days));
        what_if_[day] = what_if_level(recent, aims_[day]);
        today_reorder_[day] = today_[day];
        what_if_reorder_[day] = what_if_[day];
    });
    const double cost = unit_cost(series);
    const ItemTerms terms{
        .pack_units = options_.pack_units,
        .unit_cost = cost,
        .lost_margin_per_unit = demand_.unit_price[series] - cost,
        .holding_cost_per_unit_day = cost * options_.holding_percent_per_year / 100 / kDaysPerYear,
        .order_cost = options_.order_cost,
        .shelf_life_days = options_.shelf_life_days};
    const ReplayStart start{.on_hand_units = std::llround(today_[0]), .charge_from_day = warm_up_};
    const auto meet = [&](std::span<const double> reorder, std::span<const double> up_to,
                          PolicyOutcome& out) {
        const ReplayOutcome outcome = replay(terms,
                                             {.demand_units = wanted_,
                                              .lead_time_days = lead_,
                                              .reorder_point_units = reorder,
                                              .order_up_to_units = up_to},
                                             start);
        out.units += outcome;
        out.cost += cost_of(outcome, terms);
    };
    meet(today_reorder_, today_, answer.today);
    meet(what_if_reorder_, what_if_, answer.what_if);
}

}  // namespace

Status check_options(const WhatIfOptions& options) {
    const auto number = [](std::size_t value) { return static_cast<double>(value); };
    const std::array<Bound, 11> bounds = {{
        {"days", number(options.days), 1, 100'000},
        {"demand_percent", options.demand_percent, 0, 1000},
        {"cover_days", options.cover_days, 0, 365},
        {"lead_time_days", number(options.lead_time_days), 0, kMaxLeadTimeDays},
        {"review_period_days", number(options.review_period_days), 1, 365},
        {"shelf_life_days", number(options.shelf_life_days), 0, 100'000},
        {"pack_units", static_cast<double>(options.pack_units), 1, 1'000'000},
        {"margin_percent", options.margin_percent, 0, 100},
        {"holding_percent_per_year", options.holding_percent_per_year, 0, 1000},
        {"order_cost", options.order_cost, 0, 1e9},
        {"budget", options.budget, 0, 1e15},
    }};
    for (const Bound& bound : bounds) {
        if (!(bound.value >= bound.least && bound.value <= bound.most)) {  // Nor is NaN.
            return fail(ErrorKind::kInvalidInput, "{} {}: {} to {}", bound.name, bound.value,
                        bound.least, bound.most);
        }
    }
    if (!(options.service_percent > 0 && options.service_percent < 100)) {
        return fail(ErrorKind::kInvalidInput, "service_percent {}: above 0, below 100",
                    options.service_percent);
    }
    return {};
}

Result<WhatIfAnswer> what_if(const DemandColumns& demand, const WhatIfOptions& options) {
    SHELFCAST_CHECK(demand.units.size() == demand.series * demand.days &&
                    demand.unit_price.size() == demand.series);
    SHELFCAST_TRY(check_options(options));
    SHELFCAST_TRY(check_days(demand, options));
    WhatIfAnswer answer;
    answer.today.days = options.days;
    answer.what_if.days = options.days;
    Replays replays(demand, options);
    answer.warm_up_days = replays.warm_up_days();
    if (options.budget > 0) {
        replays.keep_budget(answer.cut_mornings);
    }
    for (std::size_t series = 0; series < demand.series; ++series) {
        replays.add(series, answer);
    }
    return answer;
}

}  // namespace shelfcast::replenishment
