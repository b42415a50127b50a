#include "replenishment/proposals/lead_time.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace shelfcast::replenishment {
namespace {

TEST(LeadTimeModel, FindsWeekdayAndSizeAndWhatIsLeft) {
    constexpr unsigned kSeed = 7;
    std::mt19937 random(kSeed);
    std::normal_distribution<double> noise(0, 0.5);
    std::uniform_real_distribution<double> size(10, 210);
    std::vector<PastDelivery> past;
    for (int i = 0; i < 2'000; ++i) {
        PastDelivery one{.weekday = 1 + i % 5, .units = size(random), .days = 0};
        one.days = 3 + (one.weekday == 5 ? 2 : 0) + 0.01 * one.units + noise(random);
        past.push_back(one);
    }
    const auto model = LeadTimeModel::fit(past);
    ASSERT_TRUE(model);
    EXPECT_EQ(model->deliveries(), 2'000U);
    EXPECT_NEAR(model->predict(2, 100).days, 4, 0.1);
    EXPECT_NEAR(model->predict(5, 100).days, 6, 0.1);
    EXPECT_NEAR(model->predict(2, 200).days - model->predict(2, 100).days, 1, 0.1);
    EXPECT_NEAR(model->predict(2, 100).std_dev_days, 0.5, 0.02);
    // No further than was seen, and a weekday that never was is an average one.
    EXPECT_EQ(model->predict(2, 1e9).days, model->predict(2, 1e6).days);
    EXPECT_NEAR(model->predict(7, 100).days, 4.4, 0.5);
}

TEST(LeadTimeModel, TooLittleTeachesNothing) {
    std::vector<PastDelivery> past(LeadTimeModel::kFewestDeliveries - 1, {1, 5, 2});
    EXPECT_FALSE(LeadTimeModel::fit(past));
    past.push_back({1, 5, 2});
    const auto model = LeadTimeModel::fit(past);
    ASSERT_TRUE(model);
    EXPECT_NEAR(model->predict(1, 5).days, 2, 1e-6);  // All alike: no size, one weekday.
    EXPECT_NEAR(model->predict(4, 9).days, 2, 0.1);
    EXPECT_NEAR(model->predict(1, 5).std_dev_days, 0, 1e-6);
}

}  // namespace
}  // namespace shelfcast::replenishment
