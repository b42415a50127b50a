#include "demand/series_models.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace shelfcast::demand {
namespace {

constexpr std::int32_t kDays = 140;

class Shop {
public:
    explicit Shop(const std::function<float(std::int32_t)>& sold) {
        panel_.names = {{"S"}, {"P"}, {""}, {""}, {""}};
        panel_.series = {{.first_date = 0, .first_day = 0, .days = kDays}};
        for (std::int32_t day = 0; day < kDays; ++day) {
            panel_.units.push_back(sold(day));
        }
        panel_.price.assign(kDays, 1);
        panel_.promo.assign(kDays, 0);
        panel_.holiday.assign(kDays, 0);
        panel_.stock_out_mask.assign(kDays, 0);
        history_.load(panel_, panel_.series.front(), 0, kDays - 1);
    }

    [[nodiscard]] double mean(SeriesModel model, std::int32_t ahead,
                              const SteadyLevel& steady = flat()) const {
        return SeriesModels(history_, kDays - 1, steady).mean(model, ahead);
    }
    static SteadyLevel flat() { return {.level = 5, .weekday = {1, 1, 1, 1, 1, 1, 1}}; }

private:
    DailyPanel panel_;
    SeriesHistory history_;
};

TEST(SeriesModels, AConstantIsForecastByEveryModel) {
    const Shop shop([](std::int32_t) { return 5.0F; });
    for (std::size_t model = 0; model < kSeriesModels; ++model) {
        const auto which = static_cast<SeriesModel>(model);
        EXPECT_NEAR(shop.mean(which, 3), 5, 1e-6) << name_of(which);
    }
}

TEST(SeriesModels, AWeekIsRepeatedByThoseThatKnowWeekdays) {
    const Shop shop([](std::int32_t day) { return day % 7 == 0 ? 14.0F : 7.0F; });
    SteadyLevel steady{.level = 8, .weekday = {}};
    // Day kDays is a multiple of 7: the first day ahead is the strong one.
    steady.weekday.fill(7.0 / 8);
    steady.weekday[0] = 14.0 / 8;
    for (const SeriesModel model :
         {SeriesModel::kSteadyLevel, SeriesModel::kSeasonalNaive,
          SeriesModel::kExponentialSmoothing, SeriesModel::kTheta, SeriesModel::kTsb}) {
        EXPECT_NEAR(shop.mean(model, 1, steady), 14, 0.01) << name_of(model);
        EXPECT_NEAR(shop.mean(model, 2, steady), 7, 0.01) << name_of(model);
        EXPECT_NEAR(shop.mean(model, 8, steady), 14, 0.01) << name_of(model);
    }
    EXPECT_NEAR(shop.mean(SeriesModel::kMovingAverage, 1, steady), 8, 1e-9);
}

TEST(SeriesModels, ThetaGoesOnWithHalfTheSlope) {
    const Shop shop([](std::int32_t day) { return 10 + 0.5F * static_cast<float>(day); });
    const double first = shop.mean(SeriesModel::kTheta, 1);
    EXPECT_NEAR(shop.mean(SeriesModel::kTheta, 29) - first, 28 * 0.25, 1e-6);
    // The smoothed level lags by as many days as it is below the line's last value, 79.5, in steps
    // of .5; half of that comes back, and half a step for the day ahead.
    const double smoothed = shop.mean(SeriesModel::kExponentialSmoothing, 1);
    EXPECT_NEAR(first, smoothed + 0.5 * (79.5 - smoothed) + 0.25, 1e-6);
}

TEST(SeriesModels, SmoothingFollowsALevelThatMoved) {
    const Shop shop([](std::int32_t day) { return day < kDays - 42 ? 2.0F : 10.0F; });
    EXPECT_NEAR(shop.mean(SeriesModel::kExponentialSmoothing, 1), 10, 0.1);
}

TEST(SeriesModels, TsbForgetsGoodsThatNoLongerSell) {
    const Shop shop(
        [](std::int32_t day) { return day < kDays - 60 && day % 5 == 0 ? 4.0F : 0.0F; });
    EXPECT_GT(shop.mean(SeriesModel::kTsb, 1), 0);
    EXPECT_LT(shop.mean(SeriesModel::kTsb, 1), 0.1);
}

TEST(SeriesModels, DaysNotKnownAreNoDaysWithoutSales) {
    const Shop shop([](std::int32_t day) { return day % 3 == 0 ? 6.0F : kUnknown; });
    EXPECT_NEAR(shop.mean(SeriesModel::kExponentialSmoothing, 1), 6, 1e-6);
    EXPECT_NEAR(shop.mean(SeriesModel::kTheta, 1), 6, 1e-6);
}

TEST(SeriesModels, NothingKnownIsNothingForecast) {
    const Shop shop([](std::int32_t) { return kUnknown; });
    EXPECT_EQ(shop.mean(SeriesModel::kTheta, 1), 0);
    EXPECT_EQ(shop.mean(SeriesModel::kTsb, 1), 0);
    EXPECT_EQ(shop.mean(SeriesModel::kSeasonalNaive, 1), 0);
}

}  // namespace
}  // namespace shelfcast::demand
