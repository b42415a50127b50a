#include "replenishment/proposals/proposal.h"

#include <algorithm>
#include <cmath>

namespace shelfcast::replenishment {
namespace {

constexpr double kThousandths = 1'000;
constexpr double kDaysPerYear = 365;
/// Units; what no store holds of anything. Keeps every sum within Decimal(18, 3).
constexpr double kMostUnits = 900'000'000;

double units_of(Quantity quantity) {
    return static_cast<double>(quantity.thousandths) / kThousandths;
}

Quantity quantity_of(double units) {
    return {std::llround(std::clamp(units, -kMostUnits, kMostUnits) * kThousandths)};
}

double price_of(UnitPrice price) {
    constexpr double kTenThousandths = 10'000;
    return static_cast<double>(price.ten_thousandths) / kTenThousandths;
}

const CountDemand& day_at(std::span<const CountDemand> days, std::size_t day) {
    constexpr std::size_t kWeek = 7;
    if (day < days.size()) {
        return days[day];
    }
    const std::size_t repeated = std::min(kWeek, days.size());
    return days[days.size() - repeated + (day - days.size()) % repeated];
}

CountDemand with_lead_time(const Terms& terms, const DemandPath& path, double span_days) {
    CountDemand demand = demand_over(path, span_days);
    if (span_days > 0) {
        // The demand of a random number of days: E[T] Var[d] + E[d]^2 Var[T].
        const double a_day = demand.mean / span_days;
        demand.variance +=
            a_day * a_day * terms.lead_time_std_dev_days * terms.lead_time_std_dev_days;
    }
    return demand;
}

CountDemand over_protection(const Terms& terms, const DemandPath& path) {
    return with_lead_time(terms, path, terms.review_period_days + terms.lead_time_days);
}

/// The least whole stock for which is_enough holds; is_enough is monotone.
template <typename IsEnough>
double least_stock(const IsEnough& is_enough) {
    if (is_enough(0.0)) {
        return 0;
    }
    double high = 1;
    while (high < kMostUnits && !is_enough(high)) {
        high *= 2;
    }
    double low = std::floor(high / 2);
    if (high == 1) {
        return 1;
    }
    while (high - low > 1) {
        const double middle = std::floor((low + high) / 2);
        (is_enough(middle) ? high : low) = middle;
    }
    return high;
}

double reorder_point_units(const Terms& terms, const DemandPath& path) {
    const CountDemand protection = over_protection(terms, path);
    if (terms.target.kind != TargetKind::kFillRate) {
        return least_stock([&](double units) {
            return 1 - demand::chance_of_at_least(units + 1, protection) >= terms.target.value;
        });
    }
    // Short at the end of a protection period, less what was short at its beginning already.
    const CountDemand lead = with_lead_time(terms, path, terms.lead_time_days);
    const double allowed = (1 - terms.target.value) * (protection.mean - lead.mean);
    return least_stock([&](double units) {
        return expected_shortage(units, protection) - expected_shortage(units, lead) <=
               allowed + 1e-9;
    });
}

/// What is ordered beyond one period's demand, so that an order's cost pays (Harris 1913).
double several_periods_units(const Terms& terms, const DemandPath& path) {
    if (terms.order_cost <= 0 || terms.holding_cost_per_year <= 0 || !terms.unit_cost ||
        terms.unit_cost->ten_thousandths <= 0) {
        return 0;
    }
    constexpr double kWeek = 7;
    const double a_day = demand_over(path, kWeek).mean / kWeek;
    const double economic = std::sqrt(2 * terms.order_cost * a_day * kDaysPerYear /
                                      (terms.holding_cost_per_year * price_of(*terms.unit_cost)));
    return std::max(0.0, std::floor(economic - a_day * terms.review_period_days));
}

}  // namespace

CountDemand day_demand(double mean, std::span<const double> levels,
                       std::span<const double> quantiles) {
    const std::size_t points = std::min(levels.size(), quantiles.size());
    if (points < 2) {
        return {mean, mean};
    }
    double first = 0;
    double second = 0;
    const auto add = [&](double width, double from, double to) {
        first += width * (from + to) / 2;
        second += width * (from * from + from * to + to * to) / 3;
    };
    const auto slope = [&](std::size_t i) {
        const double width = levels[i + 1] - levels[i];
        return width > 0 ? (quantiles[i + 1] - quantiles[i]) / width : 0.0;
    };
    add(levels[0], std::max(0.0, quantiles[0] - slope(0) * levels[0]), quantiles[0]);
    for (std::size_t i = 0; i + 1 < points; ++i) {
        add(levels[i + 1] - levels[i], quantiles[i], quantiles[i + 1]);
    }
    const double rest = 1 - levels[points - 1];
    add(rest, quantiles[points - 1], quantiles[points - 1] + slope(points - 2) * rest);
    return {mean, std::max(0.0, second - first * first)};
}

CountDemand demand_over(const DemandPath& path, double span_days) {
    CountDemand sum;
    double deviations = 0;
    if (path.days.empty()) {
        return sum;
    }
    for (std::size_t day = 0; static_cast<double>(day) < span_days; ++day) {
        const double part = std::min(1.0, span_days - static_cast<double>(day));
        const CountDemand& demand = day_at(path.days, day);
        sum.mean += part * demand.mean;
        sum.variance += part * demand.variance;
        deviations += part * std::sqrt(demand.variance);
    }
    sum.variance = (1 - path.error_correlation) * sum.variance +
                   path.error_correlation * std::max(sum.variance, deviations * deviations);
    return sum;
}

double expected_shortage(double stock_units, const CountDemand& demand) {
    if (demand.mean <= 0) {
        return std::max(0.0, -stock_units);
    }
    if (stock_units < 0) {
        return demand.mean - stock_units;
    }
    // n P(D = n) is the mean times the chance of n - 1 of the same family with one success more
    // (negative binomial) or as many (Poisson), so that the sum of the tail is two chances.
    const double excess = std::max(0.0, demand.variance - demand.mean);
    const double next_mean = demand.mean + excess / demand.mean;
    const CountDemand next{next_mean, next_mean * (1 + excess / demand.mean)};
    const double whole = std::floor(stock_units);
    const double short_of_it = demand::chance_of_at_least(whole + 1, demand);
    const double shortage =
        demand.mean * demand::chance_of_at_least(whole, next) - whole * short_of_it;
    return std::max(0.0, shortage - (stock_units - whole) * short_of_it);
}

std::string_view to_string(TargetKind kind) noexcept {
    switch (kind) {
        case TargetKind::kCycleService:
            return "service_level";
        case TargetKind::kFillRate:
            return "fill_rate";
        case TargetKind::kCostRatio:
            return "cost_ratio";
    }
    return "";
}

StockLevels stock_levels(const Terms& terms, const DemandPath& path) {
    StockLevels levels;
    const double reorder_point = reorder_point_units(terms, path);
    levels.protection_demand = quantity_of(over_protection(terms, path).mean);
    levels.reorder_point = quantity_of(reorder_point);
    levels.safety_stock = {levels.reorder_point.thousandths - levels.protection_demand.thousandths};
    levels.order_up_to = quantity_of(reorder_point + several_periods_units(terms, path));
    return levels;
}

std::string_view to_string(Adjustment adjustment) noexcept {
    constexpr std::array<std::string_view, kAdjustments> kNames = {
        "not_due",          "pack",       "min_order", "capacity", "shelf_life",
        "supplier_minimum", "allocation", "budget",    "data"};
    return kNames[static_cast<std::size_t>(adjustment)];
}

Room room_for(const Terms& terms, const DemandPath& path, const StockPosition& position) {
    Room room;
    const double available = units_of(position.available());
    if (terms.capacity) {
        const double sold_before = std::floor(demand_over(path, terms.lead_time_days).mean);
        const double left = std::max(0.0, available - sold_before);
        room.capacity = quantity_of(std::max(0.0, units_of(*terms.capacity) - left));
    }
    if (terms.shelf_life_days > 0) {
        // The last unit pays if the chance that it sells is at least cost over price.
        constexpr double kEven = 0.5;
        constexpr double kLeast = 0.05;
        constexpr std::uint32_t kYear = 365;  // What lives longer is not held back by it.
        double chance = kEven;
        if (terms.unit_cost && terms.unit_price && terms.unit_price->ten_thousandths > 0) {
            chance = std::clamp(price_of(*terms.unit_cost) / price_of(*terms.unit_price), kLeast,
                                1 - kLeast);
        }
        const CountDemand within_life =
            demand_over(path, terms.lead_time_days + std::min(terms.shelf_life_days, kYear));
        const double sells = least_stock([&](double units) {
            return demand::chance_of_at_least(units + 1, within_life) < chance;
        });
        room.shelf_life = quantity_of(std::max(0.0, sells - available));
    }
    return room;
}

void Proposal::set(Adjustment why, Quantity quantity) {
    if (why == Adjustment::kData || (quantity < quantity_ && why != Adjustment::kNotDue)) {
        limited_by_ = why;
    }
    adjustments_[static_cast<std::size_t>(why)].thousandths +=
        quantity.thousandths - quantity_.thousandths;
    quantity_ = quantity;
}

Quantity whole_packs_within(Quantity most, std::uint32_t pack_size) {
    const std::int64_t pack = std::int64_t{1'000} * std::max(1U, pack_size);
    return {std::max<std::int64_t>(0, most.thousandths) / pack * pack};
}

Quantity whole_packs_for(Quantity least, std::uint32_t pack_size) {
    const std::int64_t pack = std::int64_t{1'000} * std::max(1U, pack_size);
    return {(std::max<std::int64_t>(0, least.thousandths) + pack - 1) / pack * pack};
}

Proposal propose(const Terms& terms, const DemandPath& path, const StockPosition& position) {
    Proposal proposal(stock_levels(terms, path), position);
    if (position.available() >= proposal.levels().reorder_point) {
        proposal.set(Adjustment::kNotDue, {});
        return proposal;
    }
    proposal.set(Adjustment::kPack, whole_packs_for(proposal.quantity(), terms.pack_size));
    const Quantity least = whole_packs_for(terms.min_order, terms.pack_size);
    if (proposal.quantity() < least) {
        proposal.set(Adjustment::kMinOrder, least);
    }
    const Room room = room_for(terms, path, position);
    const auto keep_to = [&](Adjustment why, const std::optional<Quantity>& most) {
        if (!most || proposal.quantity() <= *most) {
            return;
        }
        const Quantity packs = whole_packs_within(*most, terms.pack_size);
        proposal.set(why, packs < least ? Quantity{} : packs);
    };
    keep_to(Adjustment::kCapacity, room.capacity);
    keep_to(Adjustment::kShelfLife, room.shelf_life);
    return proposal;
}

Proposal withhold(const StockLevels& levels, const StockPosition& position) {
    Proposal proposal(levels, position);
    proposal.set(Adjustment::kData, {});
    return proposal;
}

double stock_out_probability(const Terms& terms, const DemandPath& path,
                             const StockPosition& position) {
    const double available = units_of(position.available());
    if (available < 0) {
        return 1;
    }
    return demand::chance_of_at_least(std::floor(available) + 1, over_protection(terms, path));
}

std::optional<std::int32_t> days_until_due(const Proposal& proposal, const DemandPath& path,
                                           std::int32_t limit_days) {
    const double spare =
        units_of(proposal.position().available()) - units_of(proposal.levels().reorder_point);
    if (spare < 0) {
        return 0;
    }
    double expected = 0;
    for (std::int32_t day = 0; day < limit_days && !path.days.empty(); ++day) {
        expected += day_at(path.days, static_cast<std::size_t>(day)).mean;
        if (expected > spare) {
            return day + 1;
        }
    }
    return std::nullopt;
}

}  // namespace shelfcast::replenishment
