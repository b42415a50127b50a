#include "demand/point_blend.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace shelfcast::demand {
namespace {

constexpr std::size_t kWeek = 7;
constexpr std::uint32_t kSeed = 11;

/// What the models say of a window, as shares of what will be sold; the others say 0.
struct Said {
    double trees = 1;
    double steady = 1;
    double theta = 0;
};

void add_windows(HeldBack& to, double density, std::size_t windows, const Said& said) {
    std::mt19937 random(kSeed + static_cast<unsigned>(to.units.size()));
    std::poisson_distribution<int> sales(density > 0 ? 20 : 1);
    for (std::size_t window = 0; window < windows; ++window) {
        to.windows.push_back(
            {.begin = to.units.size(), .days = kWeek, .mean_price = 1, .origin = 0});
        for (std::size_t day = 0; day < kWeek; ++day) {
            const double units = sales(random);
            to.units.push_back(units);
            HeadForecasts& out = to.forecasts;
            out.mean.push_back(said.trees * units);
            out.density.push_back(density);
            for (std::size_t model = 0; model < kSeriesModels; ++model) {
                const auto which = static_cast<SeriesModel>(model);
                out.models[model].push_back(which == SeriesModel::kSteadyLevel ? said.steady * units
                                            : which == SeriesModel::kTheta     ? said.theta * units
                                                                               : 0);
            }
            for (std::size_t head = 0; head < kHeadLevels.size(); ++head) {
                out.quantiles[head].push_back(said.trees * units * 2 * kHeadLevels[head]);
            }
        }
    }
}

const SegmentBlend& blend_of(const PointBlend& blend, Segment segment) {
    return blend.segments[static_cast<std::size_t>(segment)];
}

TEST(PointBlend, EachSegmentTakesTheModelThatDidBestOnIt) {
    HeldBack held_back;
    add_windows(held_back, 1, 40, {.trees = 0.5, .steady = 0.5, .theta = 1});
    add_windows(held_back, 0, 40, {.trees = 0.5, .steady = 1, .theta = 0.5});
    const PointBlend blend = choose_point_blend(held_back, true);
    EXPECT_EQ(blend_of(blend, Segment::kRegular).model, SeriesModel::kTheta) << "seed " << kSeed;
    EXPECT_NEAR(blend_of(blend, Segment::kRegular).model_weight, 0.5, 1e-9);
    EXPECT_EQ(blend_of(blend, Segment::kIntermittent).model, SeriesModel::kSteadyLevel);
    EXPECT_NEAR(blend_of(blend, Segment::kIntermittent).model_weight, 0.5, 1e-9);
}

TEST(PointBlend, ModelsThatAreWorseThanTreesGetNoWeight) {
    HeldBack held_back;
    add_windows(held_back, 1, 40, {.trees = 1, .steady = 0.2});
    EXPECT_EQ(blend_of(choose_point_blend(held_back, true), Segment::kRegular).model_weight, 0);
}

TEST(PointBlend, AsGoodAModelDoesNotTakeTheUsualOnesPlace) {
    HeldBack held_back;
    add_windows(held_back, 1, 40, {.trees = 0.9, .steady = 1, .theta = 1});
    EXPECT_EQ(blend_of(choose_point_blend(held_back, true), Segment::kRegular).model,
              SeriesModel::kSteadyLevel);
}

TEST(PointBlend, WithoutSalesOrWeighingItIsTheUsualOneOrTheMean) {
    HeldBack held_back;
    add_windows(held_back, 1, 2, {});
    std::ranges::fill(held_back.units, 0);
    EXPECT_EQ(blend_of(choose_point_blend(held_back, true), Segment::kRegular).model_weight, 0.3);
    const PointBlend mean = choose_point_blend(held_back, false);
    for (std::size_t day = 0; day < held_back.units.size(); ++day) {
        ASSERT_EQ(blended_point(mean, held_back.forecasts, day), held_back.forecasts.mean[day]);
    }
}

TEST(PointBlend, TheQuantilesOfTauSumToTheMeans) {
    HeldBack held_back;
    add_windows(held_back, 1, 10, {.trees = 0.8});
    const PointBlend blend = choose_point_blend(held_back, true);
    double means = 0;
    double quantiles = 0;
    for (std::size_t day = 0; day < held_back.units.size(); ++day) {
        means += held_back.forecasts.mean[day];
        quantiles += quantile_at(held_back.forecasts, day, blend.tau);
    }
    EXPECT_NEAR(quantiles, means, 1e-6 * means);
}

TEST(PointBlend, SparseSeriesDoNotLeanToTheQuantile) {
    HeadForecasts forecasts;
    forecasts.resize(2);
    forecasts.mean = {10, 10};
    forecasts.density = {0, 1};
    for (std::vector<double>& quantile : forecasts.quantiles) {
        quantile = {4, 4};
    }
    PointBlend blend;
    blend.segments.fill(
        {.model = SeriesModel::kSteadyLevel, .model_weight = 0, .quantile_weight = 1});
    EXPECT_EQ(blended_point(blend, forecasts, 0), 10);
    EXPECT_EQ(blended_point(blend, forecasts, 1), 4);
    EXPECT_EQ(blended_mean(blend, forecasts, 1), 10);
}

}  // namespace
}  // namespace shelfcast::demand
