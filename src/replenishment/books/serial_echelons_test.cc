#include "replenishment/books/serial_echelons.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <limits>
#include <random>

#include "replenishment/books/test_sums.h"

namespace shelfcast::replenishment {
namespace {

/// A store and its warehouse, customers one by one, run event by event. Costs a day.
double simulated_cost(double mean, const std::vector<Stage>& stages, double stockout_cost,
                      const SerialEchelons::Levels& levels, double days, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::exponential_distribution<double> gap(mean);
    std::deque<double> to_store;
    std::deque<double> to_warehouse;
    // Every customer passes an order for one up the line.
    std::int64_t store_net = levels[0];
    std::int64_t warehouse = levels[1] - levels[0];  // Below 0: the store's orders wait.
    const auto send = [&](double now) { to_store.push_back(now + stages[0].lead_time_days); };
    double cost = 0;
    double now = 0;
    const auto pass_until = [&](double then) {
        const auto net = static_cast<double>(store_net);
        const double on_way = static_cast<double>(to_store.size());
        const double echelon =
            net + on_way + static_cast<double>(std::max<std::int64_t>(warehouse, 0));
        cost += (then - now) * (stages[1].echelon_holding_cost_per_unit_day * echelon +
                                stages[0].echelon_holding_cost_per_unit_day * net +
                                (stockout_cost + stages[0].echelon_holding_cost_per_unit_day +
                                 stages[1].echelon_holding_cost_per_unit_day) *
                                    std::max(-net, 0.0));
        now = then;
    };
    while (now < days) {
        const double customer = now + gap(random);
        for (;;) {
            const double store_at = to_store.empty() ? customer : to_store.front();
            const double warehouse_at = to_warehouse.empty() ? customer : to_warehouse.front();
            if (std::min(store_at, warehouse_at) >= customer) {
                break;
            }
            pass_until(std::min(store_at, warehouse_at));
            if (store_at <= warehouse_at) {
                to_store.pop_front();
                ++store_net;
            } else {
                to_warehouse.pop_front();
                if (warehouse++ < 0) {  // Somebody's order waited for it.
                    send(now);
                }
            }
        }
        pass_until(customer);
        --store_net;
        if (warehouse-- > 0) {
            send(now);
        }
        to_warehouse.push_back(now + stages[1].lead_time_days);
    }
    return cost / now;
}

TEST(SerialEchelons, ASimulatedLineCostsWhatIsSaid) {
    constexpr std::uint64_t kSeed = 20251127;
    const std::vector<Stage> stages{{1, 1}, {2, 0.5}};
    const SerialEchelons chain = *SerialEchelons::create({5, 5}, stages, 15);
    const SerialEchelons::Policy best = chain.best();
    for (const SerialEchelons::Levels& levels :
         {best.echelon_order_up_to_units, SerialEchelons::Levels{8, 19}}) {
        const double cost = simulated_cost(5, stages, 15, levels, 200'000, kSeed);
        EXPECT_NEAR(cost / chain.cost_per_day(levels), 1, 0.01)
            << "levels " << levels[0] << ", " << levels[1] << ", seed " << kSeed;
    }
}

struct Line {
    double mean;
    std::vector<Stage> stages;
    double stockout_cost;
};

Line any_line() {
    Line line{.mean = *rc::gen::inRange(2, 40) / 10.0,
              .stages = {},
              .stockout_cost = *rc::gen::inRange(10, 400) / 10.0};
    for (int stage = 0; stage < 2; ++stage) {
        line.stages.push_back(
            {.lead_time_days = *rc::gen::inRange(0, 12) / 4.0,
             .echelon_holding_cost_per_unit_day = *rc::gen::inRange(1, 20) / 10.0});
    }
    return line;
}

/// From the definition: what comes of the warehouse's demand limits the store's position.
double cost_by_hand(const Line& line, std::int64_t store, std::int64_t echelon) {
    const std::vector<double> up = naive_poisson(line.mean * line.stages[1].lead_time_days);
    const std::vector<double> down = naive_poisson(line.mean * line.stages[0].lead_time_days);
    const double h1 = line.stages[0].echelon_holding_cost_per_unit_day;
    const double h2 = line.stages[1].echelon_holding_cost_per_unit_day;
    double cost = 0;
    for (std::size_t d = 0; d < up.size(); ++d) {
        const auto left = static_cast<double>(echelon) - static_cast<double>(d);
        const double position = std::min(left, static_cast<double>(store));
        const double mean = line.mean * line.stages[0].lead_time_days;
        cost += up[d] * (h2 * left + h1 * (position - mean) +
                         (line.stockout_cost + h1 + h2) * naive_shortage(down, position));
    }
    return cost;
}

RC_GTEST_PROP(SerialEchelons, NoOtherPairOfLevelsIsCheaper, ()) {
    const Line line = any_line();
    const SerialEchelons chain =
        *SerialEchelons::create({line.mean, line.mean}, line.stages, line.stockout_cost);
    const SerialEchelons::Policy best = chain.best();
    const std::int64_t store = best.echelon_order_up_to_units[0];
    const std::int64_t echelon = best.echelon_order_up_to_units[1];
    const double cost = cost_by_hand(line, store, echelon);
    RC_ASSERT(std::abs(best.expected_cost_per_day - cost) <= 1e-9 * cost);
    for (std::int64_t s = std::max<std::int64_t>(store - 3, 0); s < store + 4; ++s) {
        for (std::int64_t e = std::max<std::int64_t>(echelon - 3, 0); e < echelon + 4; ++e) {
            RC_ASSERT(cost_by_hand(line, s, e) >= cost * (1 - 1e-9));
        }
    }
    for (std::size_t stage = 0; stage < 2; ++stage) {
        RC_ASSERT(chain.lower_levels()[stage] <= best.echelon_order_up_to_units[stage]);
        RC_ASSERT(chain.upper_levels()[stage] >= best.echelon_order_up_to_units[stage]);
    }
}

TEST(SerialEchelons, OneStageIsTheNewsvendorAndStagesWithoutTimeAddWhatIsOnItsWay) {
    const std::vector<Stage> one{{3, 0.4}};
    const SerialEchelons::Policy alone = SerialEchelons::create({6, 6}, one, 9)->best();
    const UnitDemand demand = *UnitDemand::over(3, {6, 6});
    EXPECT_EQ(alone.echelon_order_up_to_units[0], demand.quantile(critical_ratio(9, 0.4)));
    const std::vector<Stage> three{{3, 0.2}, {0, 0.1}, {0, 0.1}};
    const SerialEchelons::Policy line = SerialEchelons::create({6, 6}, three, 9)->best();
    // Echelon stock has what is on its way to the store: 3 days of 6 units at 0.1 + 0.1.
    EXPECT_NEAR(line.expected_cost_per_day, alone.expected_cost_per_day + 3.6, 1e-9);
}

TEST(SerialEchelons, MoreThanIsCountedUnitByUnitIsRefused) {
    const std::vector<Stage> stages{{3, 0.4}, {400, 0.1}};
    EXPECT_FALSE(SerialEchelons::create({600, 600}, stages, 9).has_value());
    EXPECT_FALSE(SerialEchelons::create({6, 6}, {}, 9).has_value());
}

}  // namespace
}  // namespace shelfcast::replenishment
