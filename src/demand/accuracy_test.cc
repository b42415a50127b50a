#include "demand/accuracy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>

namespace shelfcast::demand {
namespace {

/// Three series of 40 days, two cut-offs, seven days: the case that the public scoring program of
/// the evaluation protocol was run on for the numbers below.
struct Case {
    std::deque<std::vector<float>> values;  ///< Does not move what spans look at.
    std::vector<ForecastWindow> windows;

    static float units(std::size_t series, std::size_t day) {
        switch (series) {
            case 0:
                return static_cast<float>((day * 7 + 3) % 5);
            case 1:
                return day < 6 ? 0.0F : 0.5F * static_cast<float>((day * day) % 11);
            default:
                return day % 4 == 0 ? 3.0F : 0.0F;
        }
    }
    Case() {
        constexpr double kPrices[] = {2.0, 1.5, 4.0};
        for (std::size_t cutoff = 0; cutoff < 2; ++cutoff) {
            const std::size_t known = cutoff == 0 ? 29 : 33;
            for (std::size_t series = 0; series < 3; ++series) {
                ForecastWindow window;
                window.cutoff = cutoff;
                auto& history = values.emplace_back();
                for (std::size_t day = 0; day < known; ++day) {
                    history.push_back(units(series, day));
                    window.weight += day + 28 >= known ? kPrices[series] * history.back() : 0;
                }
                window.history = history;
                std::vector<float>* columns[6];
                for (auto& column : columns) {
                    column = &values.emplace_back();
                }
                for (std::size_t h = 1; h <= 7; ++h) {
                    const float f = 1.5F + 0.25F * static_cast<float>(series) +
                                    0.1F * static_cast<float>(h) +
                                    0.3F * static_cast<float>(cutoff);
                    columns[0]->push_back(units(series, known - 1 + h));
                    columns[1]->push_back(f);
                    columns[2]->push_back(std::max(0.0F, f - 1.4F));
                    columns[3]->push_back(f - 1.2F);
                    columns[4]->push_back(f + 1.1F);
                    columns[5]->push_back(f + 2.3F);
                }
                window.sold = *columns[0];
                window.forecast = *columns[1];
                window.lower_95 = *columns[2];
                window.lower_80 = *columns[3];
                window.upper_80 = *columns[4];
                window.upper_95 = *columns[5];
                windows.push_back(window);
            }
        }
    }
};

TEST(Accuracy, AgreesWithTheProtocolsProgram) {
    const Case scored;
    const Accuracy found = measure_accuracy(scored.windows);
    constexpr double kClose = 1e-5;
    EXPECT_EQ(found.days, 42U);
    EXPECT_NEAR(found.mean_absolute_error, 1.5952381, kClose);
    EXPECT_NEAR(found.rmse, 1.8234909, kClose);
    EXPECT_NEAR(found.wmape, 1.12605042, kClose);
    EXPECT_NEAR(found.bias, 0.62352941, kClose);
    EXPECT_NEAR(found.rmsse, 0.88241608, kClose);
    EXPECT_NEAR(found.wrmsse, 0.84586117, kClose);
    EXPECT_NEAR(found.wmape_total, 0.64705882, kClose);
    EXPECT_NEAR(found.wql, 0.49029412, kClose);
    EXPECT_NEAR(found.coverage_80, 0.35714286, kClose);
    EXPECT_NEAR(found.coverage_95, 0.5, kClose);
}

TEST(Accuracy, R2AndMapeOfAHandfulOfDays) {
    const std::vector<float> sold = {1, 2, 0, 5};
    const std::vector<float> forecast = {2, 2, 1, 4};
    const ForecastWindow window{.sold = sold, .forecast = forecast};
    const Accuracy found = measure_accuracy(std::span(&window, 1));
    EXPECT_NEAR(found.r2, 1 - 3.0 / 14, 1e-9);  // Squares about the mean 2: 1 + 0 + 4 + 9.
    EXPECT_NEAR(found.mape, (1.0 + 0 + 0.2) / 3, 1e-6);
    EXPECT_TRUE(std::isnan(found.wrmsse));
    EXPECT_TRUE(std::isnan(found.coverage_80));
}

TEST(Accuracy, WithoutSalesNothingIsDividedByZero) {
    const std::vector<float> zeros(7, 0);
    const ForecastWindow window{.history = zeros, .sold = zeros, .forecast = zeros};
    const Accuracy found = measure_accuracy(std::span(&window, 1));
    EXPECT_TRUE(std::isnan(found.wmape));
    EXPECT_TRUE(std::isnan(found.bias));
    EXPECT_EQ(found.rmse, 0);
    EXPECT_TRUE(std::isnan(measure_accuracy({}).rmse));
    EXPECT_TRUE(std::isnan(naive_scale({})));
}

}  // namespace
}  // namespace shelfcast::demand
