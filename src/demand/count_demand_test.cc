#include "demand/count_demand.h"

#include <gtest/gtest.h>

#include <cmath>

namespace shelfcast::demand {
namespace {

/// P(X >= n) by adding the probabilities of fewer, from the definition.
double by_sum(int n, const CountDemand& demand) {
    const double r = demand.mean * demand.mean / (demand.variance - demand.mean);
    const double p = r / (r + demand.mean);
    double fewer = 0;
    for (int k = 0; k < n; ++k) {
        fewer += std::exp(std::lgamma(k + r) - std::lgamma(r) - std::lgamma(k + 1.0) +
                          r * std::log(p) + k * std::log1p(-p));
    }
    return 1 - fewer;
}

TEST(CountDemand, TailOfTheNegativeBinomialIsWhatItsDefinitionAddsUpTo) {
    for (const CountDemand demand : {CountDemand{0.3, 0.5}, {4, 9}, {25, 400}}) {
        for (const int n : {1, 2, 5, 20, 60}) {
            EXPECT_NEAR(chance_of_at_least(n, demand), by_sum(n, demand), 1e-9)
                << n << " of " << demand.mean;
        }
    }
}

TEST(CountDemand, WithoutMoreVarianceThanChanceItIsPoisson) {
    EXPECT_NEAR(chance_of_at_least(1, {2, 2}), 1 - std::exp(-2), 1e-12);
    EXPECT_NEAR(chance_of_at_least(3, {2, 0.5}), 1 - std::exp(-2) * (1 + 2 + 2), 1e-12);
    // The two agree where they meet.
    EXPECT_NEAR(chance_of_at_least(4, {3, 3.0003}), chance_of_at_least(4, {3, 3.00031}), 1e-4);
}

TEST(CountDemand, AQuantileIsTheLeastNumberThatIsEnough) {
    for (const CountDemand demand : {CountDemand{0.3, 0.5}, {4, 9}, {25, 400}, {900, 900}}) {
        for (const double probability : {0.1, 0.5, 0.9, 0.999}) {
            const double units = quantile(probability, demand);
            EXPECT_GE(1 - chance_of_at_least(units + 1, demand), probability);
            EXPECT_LT(1 - chance_of_at_least(units, demand), probability) << units;
        }
    }
    EXPECT_EQ(quantile(0.9, {0, 0}), 0);
}

TEST(CountDemand, Ends) {
    EXPECT_EQ(chance_of_at_least(0, {5, 8}), 1);
    EXPECT_EQ(chance_of_at_least(-3, {0, 0}), 1);
    EXPECT_EQ(chance_of_at_least(1, {0, 0}), 0);
    EXPECT_NEAR(chance_of_at_least(1e6, {5, 8}), 0, 1e-12);
    EXPECT_GT(chance_of_at_least(2.2, {3, 5}), chance_of_at_least(2.3, {3, 5}));
}

}  // namespace
}  // namespace shelfcast::demand
