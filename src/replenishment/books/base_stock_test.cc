#include "replenishment/books/base_stock.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <random>

#include "replenishment/books/test_sums.h"

namespace shelfcast::replenishment {
namespace {

ProtectionProblem any_problem() {
    const double mean = *rc::gen::inRange(5, 1500) / 10.0;
    return {.mean_per_day = mean,
            .sd_per_day = mean * *rc::gen::inRange(1, 100) / 100.0,
            .lead_time_days = *rc::gen::inRange(0, 40) / 4.0,
            .lead_time_sd_days = *rc::gen::inRange(0, 8) / 4.0,
            .review_period_days = *rc::gen::inRange(1, 28) / 2.0};
}

/// What a cycle leaves unmet: short at its end less short at its start.
double short_by_hand(const ProtectionProblem& problem, double level, bool second_term) {
    const auto shortage = [&](double days) {
        const double mean = problem.mean_per_day * days;
        const double sd = std::sqrt(days * problem.sd_per_day * problem.sd_per_day +
                                    std::pow(problem.mean_per_day * problem.lead_time_sd_days, 2));
        return sd == 0 ? std::max(mean - level, 0.0) : naive_normal_shortage(level, mean, sd);
    };
    return shortage(problem.lead_time_days + problem.review_period_days) -
           (second_term ? shortage(problem.lead_time_days) : 0);
}

RC_GTEST_PROP(BaseStock, LevelsOfNormalDemandServeWhatTheyAreFor, ()) {
    ProtectionProblem problem = any_problem();
    if (problem.lead_time_days == 0) {  // Then there is none to vary.
        problem.lead_time_sd_days = 0;
    }
    const double target = *rc::gen::inRange(200, 9999) / 10'000.0;
    const double cycle_demand = problem.mean_per_day * problem.review_period_days;
    const double both = level_for_fill_rate(problem, target);
    RC_ASSERT(std::abs(1 - short_by_hand(problem, both, true) / cycle_demand - target) < 1e-6);
    RC_ASSERT(std::abs(fill_rate(problem, both) - target) < 1e-9);
    const double one = level_for_fill_rate_one_term(problem, target);
    RC_ASSERT(std::abs(1 - short_by_hand(problem, one, false) / cycle_demand - target) < 1e-6);
    RC_ASSERT(one >= both - 1e-9 * std::abs(both));
    const double cycle = level_for_cycle_service(problem, chance(target));
    RC_ASSERT(std::abs(protection_demand(problem).at_most(cycle) - target) < 1e-9);
}

RC_GTEST_PROP(BaseStock, WholeUnitsServeAndCostWhatTheirSumsSay, ()) {
    const double mean = *rc::gen::inRange(2, 100) / 10.0;
    const double lead_time_days = *rc::gen::inRange(0, 20) / 4.0;
    const auto review_days = *rc::gen::inRange<std::int64_t>(1, 8);
    const double target = *rc::gen::inRange(300, 9990) / 10'000.0;
    const DailyStockCosts costs{.holding_per_unit = *rc::gen::inRange(1, 50) / 50.0,
                                .stockout_per_unit = *rc::gen::inRange(50, 500) / 50.0};
    const UnitBaseStock stock = *UnitBaseStock::create({mean, mean}, lead_time_days, review_days);

    // A cycle's unmet demand from the lead time's demand and the cycle's own, each on its own.
    const std::vector<double> before = naive_poisson(mean * lead_time_days);
    const std::vector<double> cycle = naive_poisson(mean * static_cast<double>(review_days));
    const auto fill_by_hand = [&](std::int64_t level) {
        double met = 0;
        for (std::size_t b = 0; b < before.size(); ++b) {
            const double left = std::max(static_cast<double>(level) - static_cast<double>(b), 0.0);
            for (std::size_t c = 0; c < cycle.size(); ++c) {
                met += before[b] * cycle[c] * std::min(left, static_cast<double>(c));
            }
        }
        return met / (mean * static_cast<double>(review_days));
    };
    const std::int64_t by_fill = stock.level_for_fill_rate(target);
    RC_ASSERT(std::abs(stock.fill_rate(by_fill) - fill_by_hand(by_fill)) < 1e-9);
    RC_ASSERT(fill_by_hand(by_fill) >= target - 1e-9);
    RC_ASSERT(by_fill == 0 || fill_by_hand(by_fill - 1) < target + 1e-9);

    const auto cost_by_hand = [&](std::int64_t level) {
        double sum = 0;
        for (std::int64_t day = 1; day <= review_days; ++day) {
            const auto demand = naive_poisson(mean * (lead_time_days + static_cast<double>(day)));
            sum += costs.holding_per_unit * naive_surplus(demand, static_cast<double>(level)) +
                   costs.stockout_per_unit * naive_shortage(demand, static_cast<double>(level));
        }
        return sum / static_cast<double>(review_days);
    };
    const std::int64_t cheapest = stock.cheapest_level(costs);
    const double cost = cost_by_hand(cheapest);
    RC_ASSERT(std::abs(stock.cost_per_day(cheapest, costs) - cost) < 1e-8 * cost);
    for (std::int64_t level = std::max<std::int64_t>(0, cheapest - 4); level < cheapest + 5;
         ++level) {
        RC_ASSERT(cost_by_hand(level) >= cost * (1 - 1e-9));
    }
}

RC_GTEST_PROP(BaseStock, RandomLeadTimesAreWeighed, ()) {
    const double mean = *rc::gen::inRange(2, 100) / 10.0;
    const double first = *rc::gen::inRange(5, 95) / 100.0;
    const std::vector<LeadTimeChance> lead_times{
        {.days = *rc::gen::inRange(0, 12) / 4.0, .probability = first},
        {.days = *rc::gen::inRange(12, 60) / 4.0, .probability = 1 - first}};
    const double target = *rc::gen::inRange(300, 9990) / 10'000.0;
    const auto stock = *RandomLeadTimeBaseStock::create({mean, mean}, lead_times, 1);
    const auto by_hand = [&](std::int64_t level) {
        double sum = 0;
        for (const LeadTimeChance& one : lead_times) {
            sum += one.probability * naive_at_most(naive_poisson(mean * (one.days + 1)), level);
        }
        return sum;
    };
    const std::int64_t level = stock.level_for_cycle_service(chance(target));
    RC_ASSERT(std::abs(stock.cycle_service_level(level) - by_hand(level)) < 1e-10);
    RC_ASSERT(by_hand(level) >= target - 1e-10);
    RC_ASSERT(level == 0 || by_hand(level - 1) < target + 1e-10);
}

TEST(BaseStock, SimulatedReviewsFillWhatIsSaid) {
    constexpr std::uint64_t kSeed = 20251127;
    constexpr int kCycles = 60'000;
    constexpr int kReviewDays = 3;
    constexpr int kLeadDays = 2;  // Of a review cycle's three: a delivery comes before the next.
    const UnitBaseStock stock = *UnitBaseStock::create({4, 4}, kLeadDays, kReviewDays);
    const std::int64_t level = stock.level_for_fill_rate(0.93);
    std::mt19937_64 random(kSeed);
    std::poisson_distribution<std::int64_t> draw(4);
    std::int64_t net = level;
    std::int64_t ordered = 0;
    double met = 0;
    double wanted = 0;
    for (int day = 0; day < kCycles * kReviewDays; ++day) {
        if (day % kReviewDays == kLeadDays) {
            net += ordered;
        }
        if (day % kReviewDays == 0) {
            ordered = level - net;
        }
        const std::int64_t demand = draw(random);
        met += static_cast<double>(std::clamp<std::int64_t>(net, 0, demand));
        wanted += static_cast<double>(demand);
        net -= demand;
    }
    EXPECT_NEAR(met / wanted, stock.fill_rate(level), 0.003) << "seed " << kSeed;
}

TEST(BaseStock, ReviewPeriodsThatAreNotCountedAreRefused) {
    EXPECT_FALSE(UnitBaseStock::create({4, 4}, 1, 0).has_value());
    EXPECT_FALSE(UnitBaseStock::create({4, 4}, 1, 20'000).has_value());
    EXPECT_FALSE(UnitBaseStock::create({4e6, 4e6}, 100, 1).has_value());
    EXPECT_FALSE(RandomLeadTimeBaseStock::create({4, 4}, {}, 1).has_value());
}

}  // namespace
}  // namespace shelfcast::replenishment
