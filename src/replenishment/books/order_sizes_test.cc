#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "replenishment/books/economic_order.h"
#include "replenishment/books/lot_sizing.h"
#include "replenishment/books/order_rounding.h"
#include "replenishment/books/safety_stock.h"
#include "replenishment/books/test_sums.h"

namespace shelfcast::replenishment {
namespace {

/// The least of a function with one valley, by the golden section.
template <typename F>
double golden_minimum(double low, double high, const F& f) {
    const double share = (std::sqrt(5.0) - 1) / 2;
    for (int step = 0; step < 200; ++step) {
        const double left = high - share * (high - low);
        const double right = low + share * (high - low);
        (f(left) < f(right) ? high : low) = f(left) < f(right) ? right : left;
    }
    return (low + high) / 2;
}

RC_GTEST_PROP(EconomicOrder, IsTheBottomOfItsCost, ()) {
    const double mean = *rc::gen::inRange(1, 20'000) / 10.0;
    const OrderingCosts costs{.per_order = *rc::gen::inRange(1, 5000) / 10.0,
                              .daily = {.holding_per_unit = *rc::gen::inRange(1, 2000) / 1000.0,
                                        .stockout_per_unit = *rc::gen::inRange(1, 5000) / 1000.0}};
    const double h = costs.daily.holding_per_unit;
    const double p = costs.daily.stockout_per_unit;
    const EconomicOrder plain = economic_order(mean, costs.per_order, h);
    const auto cost = [&](double q) { return costs.per_order * mean / q + h * q / 2; };
    RC_ASSERT(std::abs(golden_minimum(1e-3, 1e7, cost) / plain.order_quantity_units - 1) < 1e-5);
    RC_ASSERT(std::abs(cost(plain.order_quantity_units) / plain.expected_cost_per_day - 1) < 1e-12);

    const EconomicOrder waiting = economic_order_with_backorders(mean, costs);
    const auto cost_of_share = [&](double q, double x) {
        return costs.per_order * mean / q + h * q * (1 - x) * (1 - x) / 2 + p * q * x * x / 2;
    };
    const double q = waiting.order_quantity_units;
    RC_ASSERT(std::abs(cost_of_share(q, waiting.backordered_share) / waiting.expected_cost_per_day -
                       1) < 1e-12);
    const double best_share = golden_minimum(0, 1, [&](double x) { return cost_of_share(q, x); });
    RC_ASSERT(std::abs(best_share - waiting.backordered_share) < 1e-5);
    const double best_quantity = golden_minimum(
        1e-3, 1e8, [&](double units) { return cost_of_share(units, waiting.backordered_share); });
    RC_ASSERT(std::abs(best_quantity / q - 1) < 1e-5);
}

RC_GTEST_PROP(EconomicOrder, NoOtherSizeUnderADiscountIsCheaper, ()) {
    DiscountProblem problem{.mean_per_day = *rc::gen::inRange(1, 5000) / 10.0,
                            .order_cost = *rc::gen::inRange(1, 2000) / 10.0,
                            .holding_cost_rate_per_value_day = *rc::gen::inRange(1, 400) / 2000.0,
                            .bands = {{.from_units = 0, .unit_cost = 9}}};
    for (int more = *rc::gen::inRange(0, 6); more > 0; --more) {
        const PriceBand last = problem.bands.back();
        problem.bands.push_back({.from_units = last.from_units + *rc::gen::inRange(10, 600),
                                 .unit_cost = last.unit_cost * *rc::gen::inRange(85, 100) / 100.0});
    }
    RC_ASSERT(check_bands(problem.bands).has_value());
    const auto purchase = [&](double q, bool incremental) {
        double cost = 0;
        for (std::size_t band = 0; band < problem.bands.size(); ++band) {
            const PriceBand& price = problem.bands[band];
            const double end = band + 1 < problem.bands.size()
                                   ? problem.bands[band + 1].from_units
                                   : std::numeric_limits<double>::infinity();
            if (incremental) {
                cost +=
                    price.unit_cost * std::clamp(q - price.from_units, 0.0, end - price.from_units);
            } else if (q >= price.from_units) {
                cost = price.unit_cost * q;
            }
        }
        return cost;
    };
    const auto cost_by_hand = [&](double q, bool incremental) {
        const double value = purchase(q, incremental);
        return (problem.order_cost + value) * problem.mean_per_day / q +
               problem.holding_cost_rate_per_value_day * value / 2;
    };
    for (const bool incremental : {false, true}) {
        const DiscountedOrder best = incremental ? best_with_incremental_discount(problem)
                                                 : best_with_all_units_discount(problem);
        const double cost = cost_by_hand(best.order_quantity_units, incremental);
        RC_ASSERT(std::abs(best.expected_cost_per_day / cost - 1) < 1e-10);
        RC_ASSERT(best.order_quantity_units >= problem.bands[best.price_band].from_units);
        for (double q = 0.5; q < 20'000; q *= 1.003) {
            RC_ASSERT(cost_by_hand(q, incremental) >= cost * (1 - 1e-12));
        }
        for (const PriceBand& band : problem.bands) {
            RC_ASSERT(band.from_units == 0 ||
                      cost_by_hand(band.from_units, incremental) >= cost * (1 - 1e-12));
        }
    }
}

TEST(EconomicOrder, BandsThatAreNoDiscountAreRefused) {
    EXPECT_FALSE(check_bands({}).has_value());
    EXPECT_FALSE(check_bands(std::vector<PriceBand>{{5, 2}}).has_value());
    EXPECT_FALSE(check_bands(std::vector<PriceBand>{{0, 2}, {10, 2}}).has_value());
    EXPECT_FALSE(check_bands(std::vector<PriceBand>{{0, 2}, {0, 1}}).has_value());
    EXPECT_FALSE(check_bands(std::vector<PriceBand>{{0, 2}, {10, 0}}).has_value());
    EXPECT_TRUE(check_bands(std::vector<PriceBand>{{0, 2}, {10, 1.9}}).has_value());
}

RC_GTEST_PROP(LotSizing, NoOtherChoiceOfOrderDaysIsCheaper, ()) {
    const auto count = *rc::gen::inRange<std::size_t>(1, 11);
    std::vector<LotSizingDay> days;
    for (std::size_t day = 0; day < count; ++day) {
        days.push_back({.demand_units = std::max(*rc::gen::inRange(-15, 60), 0) * 1.0,
                        .order_cost = *rc::gen::inRange(0, 60) / 2.0,
                        .holding_cost_per_unit = *rc::gen::inRange(0, 20) / 20.0});
    }
    const auto cost_of = [&](const std::vector<double>& quantities) {
        double cost = 0;
        double stock = 0;
        for (std::size_t day = 0; day < count; ++day) {
            cost += quantities[day] > 0 ? days[day].order_cost : 0;
            stock += quantities[day] - days[day].demand_units;
            if (stock < -1e-9) {
                return std::numeric_limits<double>::infinity();
            }
            cost += stock * days[day].holding_cost_per_unit;
        }
        return cost;
    };
    double least = std::numeric_limits<double>::infinity();
    for (std::uint32_t choice = 0; choice < (1U << count); ++choice) {
        std::vector<double> quantities(count, 0);
        std::size_t order_day = count;  // Before the first one nothing can be met.
        for (std::size_t day = 0; day < count; ++day) {
            order_day = ((choice >> day) & 1U) != 0 ? day : order_day;
            if (order_day < count) {
                quantities[order_day] += days[day].demand_units;
            }
        }
        least = std::min(least, cost_of(quantities));
    }
    const LotPlan plan = best_lot_plan(days);
    RC_ASSERT(std::abs(plan.total_cost - least) < 1e-9 * (1 + least));
    RC_ASSERT(std::abs(cost_of(plan.order_quantities_units) - least) < 1e-9 * (1 + least));
}

TEST(LotSizing, ALongHorizonIsPlanned) {
    std::vector<LotSizingDay> days(
        5000, {.demand_units = 10, .order_cost = 45, .holding_cost_per_unit = 1});
    // Three days an order: (45 + 10 + 20) / 3 a day, the least of any whole number of days.
    EXPECT_NEAR(best_lot_plan(days).total_cost, 5000 * 25, 30);
    EXPECT_EQ(best_lot_plan({}).total_cost, 0);
}

RC_GTEST_PROP(SafetyStock, FillsWhatItIsFor, ()) {
    const ContinuousDemand demand{.mean = *rc::gen::inRange(1, 5000) / 10.0,
                                  .sd = *rc::gen::inRange(1, 2000) / 10.0};
    const double quantity = demand.sd * *rc::gen::inRange(1, 400) / 50.0;
    const double target = *rc::gen::inRange(200, 9999) / 10'000.0;
    const auto short_at = [&](double r) {
        return naive_normal_shortage(r, demand.mean, demand.sd);
    };
    const double one =
        safety_stock_for_fill_rate_one_term(demand, quantity, target).reorder_point_units;
    RC_ASSERT(std::abs(1 - short_at(one) / quantity - target) < 1e-6);
    const double both = safety_stock_for_fill_rate(demand, quantity, target).reorder_point_units;
    RC_ASSERT(std::abs(1 - (short_at(both) - short_at(both + quantity)) / quantity - target) <
              1e-6);
    const SafetyStock cycle = safety_stock_for_cycle_service(demand, chance(target));
    RC_ASSERT(std::abs(demand.at_most(cycle.reorder_point_units) - target) < 1e-9);
    RC_ASSERT(std::abs(cycle.cycle_service_level - target) < 1e-9);
}

RC_GTEST_PROP(OrderRounding, IsTheFirstNumberOfPacksThatWillDo, ()) {
    const int pack = *rc::gen::inRange(1, 30);
    const int minimum = *rc::gen::inRange(0, 100);
    const int need = *rc::gen::inRange(-20, 400);
    const int maximum = *rc::gen::inRange(0, 500);
    const bool has_maximum = *rc::gen::inRange(0, 2) == 1;
    int packs = 0;
    while (need > 0 && (packs * pack < need || packs * pack < minimum)) {
        ++packs;
    }
    while (has_maximum && packs * pack > maximum) {
        --packs;
    }
    const OrderRules rules{
        .pack_size_units = pack * 1.0,
        .minimum_order_units = minimum * 1.0,
        .maximum_order_units = has_maximum ? std::optional(maximum * 1.0) : std::nullopt};
    RC_ASSERT(rounded_order(need, rules) == packs * pack);
    const StockPosition position{.inventory_position_units = 40.0 - need,
                                 .reorder_point_units = 30,
                                 .order_up_to_units = 40};
    RC_ASSERT(order_quantity(position, rules) == (need >= 10 ? packs * pack : 0));
}

TEST(OrderRounding, PacksOfAPartOfAUnitAreCountedWhole) {
    EXPECT_NEAR(rounded_order(0.3, {.pack_size_units = 0.1}), 0.3, 1e-12);
    EXPECT_NEAR(rounded_order(0.31, {.pack_size_units = 0.1}), 0.4, 1e-12);
    EXPECT_NEAR(rounded_order(5, {.pack_size_units = 0.1, .maximum_order_units = 0.7}), 0.7, 1e-12);
    EXPECT_EQ(rounded_order(5, {.pack_size_units = 12, .maximum_order_units = 11}), 0);
}

}  // namespace
}  // namespace shelfcast::replenishment
