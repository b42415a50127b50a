#include "replenishment/books/reorder_quantity.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <limits>
#include <random>

#include "replenishment/books/test_sums.h"

namespace shelfcast::replenishment {
namespace {

RC_GTEST_PROP(ReorderQuantity, NoOtherPairOfWholeUnitsIsCheaper, ()) {
    const double mean = *rc::gen::inRange(1, 60) / 10.0;
    const double lead_time_days = *rc::gen::inRange(0, 24) / 8.0;
    const double holding = *rc::gen::inRange(1, 20) / 10.0;
    const OrderingCosts costs{
        .per_order = *rc::gen::inRange(1, 300) / 10.0,
        .daily = {.holding_per_unit = holding,
                  .stockout_per_unit = holding * *rc::gen::inRange(2, 400) / 10.0}};
    const UnitReorderQuantity best = *best_reorder_quantity(mean, lead_time_days, costs);

    const std::vector<double> demand = naive_poisson(mean * lead_time_days);
    constexpr int kLow = -60;
    constexpr int kHigh = 120;
    std::vector<double> day_costs;
    for (int y = kLow; y <= kHigh; ++y) {
        day_costs.push_back(holding * naive_surplus(demand, y) +
                            costs.daily.stockout_per_unit * naive_shortage(demand, y));
    }
    double least = std::numeric_limits<double>::infinity();
    for (int r = kLow; r < kHigh; ++r) {
        double sum = costs.per_order * mean;
        for (int q = 1; r + q <= kHigh; ++q) {
            sum += day_costs[static_cast<std::size_t>(r + q - kLow)];
            least = std::min(least, sum / q);
        }
    }
    RC_ASSERT(std::abs(best.expected_cost_per_day - least) < 1e-9 * least);
}

TEST(ReorderQuantity, SimulatedCustomersFindWhatIsSaid) {
    constexpr std::uint64_t kSeed = 20251127;
    constexpr double kDays = 300'000;
    constexpr double kMean = 1.7;
    constexpr double kLeadTime = 2.5;
    const OrderingCosts costs{.per_order = 15,
                              .daily = {.holding_per_unit = 1, .stockout_per_unit = 8}};
    const UnitReorderQuantity best = *best_reorder_quantity(kMean, kLeadTime, costs);

    std::mt19937_64 random(kSeed);
    std::exponential_distribution<double> gap(kMean);
    std::deque<double> deliveries;
    std::int64_t net = best.reorder_point_units + best.order_quantity_units;
    std::int64_t position = net;
    double cost = 0;
    double served = 0;
    double customers = 0;
    double now = 0;
    const auto pass_until = [&](double then) {
        cost +=
            (then - now) * (net > 0 ? costs.daily.holding_per_unit * static_cast<double>(net)
                                    : -costs.daily.stockout_per_unit * static_cast<double>(net));
        now = then;
    };
    while (now < kDays) {
        const double next = now + gap(random);
        while (!deliveries.empty() && deliveries.front() <= next) {
            pass_until(deliveries.front());
            deliveries.pop_front();
            net += best.order_quantity_units;
        }
        pass_until(next);
        ++customers;
        served += net > 0 ? 1 : 0;
        --net;
        if (--position == best.reorder_point_units) {
            cost += costs.per_order;
            position += best.order_quantity_units;
            deliveries.push_back(now + kLeadTime);
        }
    }
    EXPECT_NEAR(cost / now / best.expected_cost_per_day, 1, 0.01) << "seed " << kSeed;
    EXPECT_NEAR(served / customers, best.expected_fill_rate, 0.003) << "seed " << kSeed;
}

NormalReorderProblem any_normal_problem() {
    const double holding = *rc::gen::inRange(1, 100) / 100.0;
    const double lead_time_mean = *rc::gen::inRange(10, 5000) / 10.0;
    return {.mean_per_day = *rc::gen::inRange(10, 2000) / 10.0,
            .lead_time_mean_units = lead_time_mean,
            .lead_time_sd_units = lead_time_mean * *rc::gen::inRange(5, 80) / 100.0,
            .costs = {.per_order = *rc::gen::inRange(10, 1000) / 10.0,
                      .daily = {.holding_per_unit = holding,
                                .stockout_per_unit = holding * *rc::gen::inRange(15, 500) / 10.0}}};
}

/// From the definition: for each demand x of the lead time, the days' cost with each position from
/// r to r + Q as often, whose integral over positions is made of squares.
double cost_by_hand(const NormalReorderProblem& problem, double r, double quantity) {
    const auto square = [](double units) { return units > 0 ? units * units / 2 : 0; };
    const double mean = problem.lead_time_mean_units;
    const double sd = problem.lead_time_sd_units;
    const double days = naive_integral(mean - 12 * sd, mean + 12 * sd, [&](double x) {
        const double end = r + quantity;
        const double held = square(end - x) - square(r - x);
        const double missing = square(x - r) - square(x - end);
        return naive_normal_density(x, mean, sd) *
               (problem.costs.daily.holding_per_unit * held +
                problem.costs.daily.stockout_per_unit * missing);
    });
    return (problem.costs.per_order * problem.mean_per_day + days) / quantity;
}

RC_GTEST_PROP(ReorderQuantity, NoOtherPairOfNormalDemandIsCheaper, ()) {
    const NormalReorderProblem problem = any_normal_problem();
    const ReorderQuantity best = best_reorder_quantity(problem);
    const double r = best.reorder_point_units;
    const double quantity = best.order_quantity_units;
    RC_ASSERT(std::abs(cost_by_hand(problem, r, quantity) / best.expected_cost_per_day - 1) < 1e-6);
    const double step = quantity / 20;
    for (const double r_step : {-step, 0.0, step}) {
        for (const double quantity_step : {-step, 0.0, step}) {
            const double cost = cost_per_day(problem, r + r_step, quantity + quantity_step);
            RC_ASSERT(cost >= best.expected_cost_per_day * (1 - 1e-12));
        }
    }
    // Nor are the three short cuts, of which the third is next to it.
    RC_ASSERT(order_with_backorders(problem).expected_cost_per_day >=
              best.expected_cost_per_day * (1 - 1e-12));
    RC_ASSERT(order_plus_safety_stock(problem).expected_cost_per_day >=
              best.expected_cost_per_day * (1 - 1e-12));
    RC_ASSERT(loss_function_approximation(problem)->expected_cost_per_day >=
              best.expected_cost_per_day * (1 - 1e-12));
}

RC_GTEST_PROP(ReorderQuantity, TheLossFunctionPairFulfilsBothItsEquations, ()) {
    const NormalReorderProblem problem = any_normal_problem();
    const ReorderQuantity pair = *loss_function_approximation(problem);
    const DailyStockCosts& costs = problem.costs.daily;
    const double both = costs.holding_per_unit + costs.stockout_per_unit;
    const double mean = problem.lead_time_mean_units;
    const double sd = problem.lead_time_sd_units;
    const double r = pair.reorder_point_units;
    const double shortage = naive_normal_shortage(r, mean, sd);
    const double squares = naive_integral(r, std::max(r, mean) + 12 * sd, [&](double x) {
        return (x - r) * (x - r) / 2 * naive_normal_density(x, mean, sd);
    });
    RC_ASSERT(std::abs(shortage * both / costs.holding_per_unit / pair.order_quantity_units - 1) <
              1e-5);
    const double quantity =
        std::sqrt(2 * (problem.costs.per_order * problem.mean_per_day + both * squares) /
                  costs.holding_per_unit);
    RC_ASSERT(std::abs(quantity / pair.order_quantity_units - 1) < 1e-5);
}

}  // namespace
}  // namespace shelfcast::replenishment
