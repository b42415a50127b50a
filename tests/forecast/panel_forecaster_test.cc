#include "pipelines/forecast/panel_forecaster.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <random>

#include "adapters/lightgbm/lightgbm_learner.h"
#include "pipelines/forecast/evaluation.h"

namespace shelfcast::forecast {
namespace {

using demand::DailyPanel;
using demand::DemandForecast;
using demand::kQuantileLevels;
using demand::kUnknown;

constexpr std::int32_t kFirstDate = 20'000;
constexpr std::uint32_t kSeed = 20'261'130;

std::string library_path() {
    if (const char* const named = std::getenv("SHELFCAST_LIGHTGBM"); named != nullptr) {
        return named;
    }
    const char* const home = std::getenv("HOME");
    return std::string(home == nullptr ? "" : home) +
           "/.cache/shelfcast/lightgbm/4.7.0/lib_lightgbm.so";
}

/// Stores x products, each with a level, weekdays, promotions and stock-outs.
DailyPanel chain(std::size_t stores, std::size_t products, std::size_t days) {
    std::mt19937 random(kSeed);
    DailyPanel panel;
    panel.names.categories = {"", "c1", "c2"};
    panel.names.brands = {""};
    panel.names.regions = {""};
    for (std::size_t store = 0; store < stores; ++store) {
        panel.names.stores.push_back(fmt::format("S{}", store));
    }
    for (std::size_t product = 0; product < products; ++product) {
        panel.names.products.push_back(fmt::format("P{}", product));
    }
    for (std::uint32_t store = 0; store < stores; ++store) {
        for (std::uint32_t product = 0; product < products; ++product) {
            panel.series.push_back({.store = store,
                                    .product = product,
                                    .category = 1 + product % 2,
                                    .first_date = kFirstDate,
                                    .first_day = panel.units.size(),
                                    .days = days});
            const double level = std::uniform_real_distribution(0.5, 20.0)(random);
            for (std::size_t day = 0; day < days; ++day) {
                const bool promo = random() % 10 == 0;
                const double mean = level * (day % 7 < 2 ? 1.6 : 0.8) * (promo ? 1.5 : 1);
                panel.units.push_back(
                    static_cast<float>(std::poisson_distribution<int>(mean)(random)));
                panel.price.push_back(promo ? 0.8F : 1.0F);
                panel.promo.push_back(promo ? 1.0F : 0.0F);
                panel.holiday.push_back(day % 50 == 49 ? 1.0F : 0.0F);
                panel.stock_out_mask.push_back(random() % 12 == 0 ? 0xF00000U : 0U);
            }
        }
    }
    panel.has_stock_outs = true;
    return panel;
}

/// The same days under other names and in another order.
DailyPanel shuffled(const DailyPanel& panel, std::vector<std::size_t>& place_of) {
    std::mt19937 random(kSeed + 1);
    DailyPanel out = panel;
    const auto rename = [&](std::vector<std::string>& names, auto member, std::size_t first) {
        std::vector<std::uint32_t> to(names.size());
        std::iota(to.begin(), to.end(), 0U);
        std::shuffle(to.begin() + static_cast<std::ptrdiff_t>(first), to.end(), random);
        for (demand::PanelSeries& series : out.series) {
            series.*member = to[series.*member];
        }
        for (std::string& name : names) {
            name = "x" + name;
        }
    };
    rename(out.names.stores, &demand::PanelSeries::store, 0);
    rename(out.names.products, &demand::PanelSeries::product, 0);
    rename(out.names.categories, &demand::PanelSeries::category, 1);
    place_of.resize(panel.series.size());
    std::iota(place_of.begin(), place_of.end(), std::size_t{0});
    std::shuffle(place_of.begin(), place_of.end(), random);
    const std::vector<demand::PanelSeries> series = out.series;
    for (std::size_t i = 0; i < place_of.size(); ++i) {
        out.series[place_of[i]] = series[i];
    }
    return out;
}

class PanelForecasterTest : public testing::Test {
protected:
    void SetUp() override {
        auto opened = adapters::LightGbmLearner::open(library_path());
        ASSERT_TRUE(opened) << opened.error().message;
        learner_ = std::move(*opened);
    }

    static DailyPanel seen(const DailyPanel& panel, std::int32_t cutoff, std::size_t horizon = 7) {
        auto out = demand::as_of(panel, cutoff, horizon, {true, true, true});
        EXPECT_TRUE(out) << out.error().message;
        return std::move(*out);
    }
    std::unique_ptr<PanelForecaster> trained(const DailyPanel& as_of, TrainingOptions options) {
        options.known = {true, true, true};
        options.shape.trees = std::min(options.shape.trees, most_trees_);
        auto out = train(*learner_, as_of, options, {});
        EXPECT_TRUE(out) << out.error().message;
        return std::move(*out);
    }
    DemandForecast forecast(const DailyPanel& as_of, const TrainingOptions& options = {}) {
        auto out = trained(as_of, options)->forecast(as_of, {});
        EXPECT_TRUE(out) << out.error().message;
        check(*out, as_of);
        return std::move(*out);
    }
    /// What holds of every forecast.
    static void check(const DemandForecast& of, const DailyPanel& panel) {
        ASSERT_EQ(of.mean.size(), panel.series.size() * of.horizon_days);
        ASSERT_EQ(of.point.size(), of.mean.size());
        for (std::size_t i = 0; i < of.mean.size(); ++i) {
            ASSERT_TRUE(std::isfinite(of.mean[i]) && of.mean[i] >= 0) << of.mean[i];
            ASSERT_TRUE(std::isfinite(of.point[i]) && of.point[i] >= 0) << of.point[i];
            const auto quantiles =
                std::span(of.quantiles).subspan(i * kQuantileLevels.size(), kQuantileLevels.size());
            ASSERT_TRUE(std::ranges::is_sorted(quantiles));
            ASSERT_TRUE(quantiles.front() >= 0 && std::isfinite(quantiles.back()));
        }
    }

    std::unique_ptr<adapters::LightGbmLearner> learner_;
    std::size_t most_trees_ = 8;
};

TEST_F(PanelForecasterTest, OtherNamesAnotherOrderAndMoreThreadsChangeNothing) {
    const DailyPanel panel = chain(3, 5, 80);
    std::vector<std::size_t> place_of;
    const DailyPanel other = shuffled(panel, place_of);
    const DemandForecast first = forecast(seen(panel, kFirstDate + 70), {.threads = 1});
    const DemandForecast second = forecast(seen(other, kFirstDate + 70), {.threads = 2});
    for (std::size_t i = 0; i < panel.series.size(); ++i) {
        for (std::size_t day = 0; day < 7; ++day) {
            ASSERT_EQ(first.means_of(i)[day], second.means_of(place_of[i])[day]) << i;
            ASSERT_EQ(first.points_of(i)[day], second.points_of(place_of[i])[day]) << i;
            ASSERT_TRUE(std::ranges::equal(first.quantiles_of(i, day),
                                           second.quantiles_of(place_of[i], day)));
        }
    }
}

TEST_F(PanelForecasterTest, ForecastsAreNearWhatComesAndCoverIt) {
    most_trees_ = 60;
    const DailyPanel panel = chain(4, 10, 127);
    const DemandForecast found = forecast(seen(panel, kFirstDate + 119));
    double error = 0;
    double sold = 0;
    double inside = 0;
    for (std::size_t i = 0; i < panel.series.size(); ++i) {
        for (std::size_t day = 0; day < 7; ++day) {
            const float units = panel.units[panel.series[i].first_day + 120 + day];
            error += std::abs(found.points_of(i)[day] - units);
            sold += units;
            inside +=
                units >= found.quantiles_of(i, day)[3] && units <= found.quantiles_of(i, day)[11]
                    ? 1.0 / 280
                    : 0;
        }
    }
    EXPECT_LT(error / sold, 0.32);  // Poisson noise alone: about 0.24.
    EXPECT_GT(inside, 0.70);
    EXPECT_LT(inside, 0.92);
}

TEST_F(PanelForecasterTest, AnArtefactForecastsTheSameAndDamageIsSaid) {
    const DailyPanel as_of = seen(chain(3, 6, 100), kFirstDate + 90);
    const auto forecaster = trained(as_of, {});
    const std::string bytes = forecaster->artefact();
    const auto again = load(*learner_, bytes);
    ASSERT_TRUE(again) << again.error().message;
    const auto expected = forecaster->forecast(as_of, {});
    const auto found = (*again)->forecast(as_of, {});
    ASSERT_TRUE(expected && found);
    EXPECT_EQ(found->mean, expected->mean);
    EXPECT_EQ(found->point, expected->point);
    EXPECT_EQ(found->quantiles, expected->quantiles);
    EXPECT_EQ((*again)->artefact(), bytes);
    EXPECT_EQ((*again)->report().rows, forecaster->report().rows);

    const auto message = [&](const std::string& damaged) {
        const auto refused = load(*learner_, damaged);
        EXPECT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::kCorrupted);
        return refused.error().message;
    };
    std::string flipped = bytes;
    flipped[bytes.size() / 2] ^= 1;
    EXPECT_NE(message(flipped).find("checksum"), std::string::npos);
    EXPECT_NE(message(bytes.substr(0, bytes.size() / 2)).find("checksum"), std::string::npos);
    std::string newer = bytes;
    newer.replace(newer.find('\n') - 1, 1, "9");
    EXPECT_EQ(message(newer), "the forecaster has format 9, this release reads format 2");
    EXPECT_NE(message("").find("no forecaster"), std::string::npos);
}

TEST_F(PanelForecasterTest, WhatTheTreesLookAtAddsUp) {
    const auto forecaster = trained(seen(chain(3, 6, 100), kFirstDate + 90), {});
    const std::vector<FeatureImportance>& found = forecaster->report().importance;
    ASSERT_FALSE(found.empty());
    double sum = 0;
    for (const FeatureImportance& one : found) {
        EXPECT_FALSE(one.feature.empty());
        EXPECT_GE(one.gain_share, 0);
        EXPECT_LE(one.gain_share, found.front().gain_share);
        sum += one.gain_share;
    }
    EXPECT_NEAR(sum, 1, 1e-9);
    EXPECT_GT(found.front().gain_share, 1.0 / static_cast<double>(found.size()));
}

TEST_F(PanelForecasterTest, ADayOfHistoryAloneFallsBackWithARemark) {
    const DailyPanel as_of = seen(chain(2, 3, 8), kFirstDate);
    const auto forecaster = trained(as_of, {});
    EXPECT_EQ(forecaster->report().rows, 0U);
    EXPECT_EQ(forecaster->report().remarks.size(), 2U);
    const auto found = forecaster->forecast(as_of, {});
    ASSERT_TRUE(found);
    check(*found, as_of);
    EXPECT_GT(std::accumulate(found->mean.begin(), found->mean.end(), 0.0), 0);
    EXPECT_TRUE(load(*learner_, forecaster->artefact()));
}

TEST_F(PanelForecasterTest, ZerosAHugeValueGapsAndANewSeriesAreForecast) {
    DailyPanel panel = chain(3, 6, 100);
    const auto set = [&](std::size_t series, std::size_t from, std::size_t to, float value) {
        for (std::size_t day = from; day < to; ++day) {
            panel.units[panel.series[series].first_day + day] = value;
        }
    };
    set(0, 0, 100, 0);
    set(1, 40, 41, 1e9F);
    set(2, 20, 80, kUnknown);
    set(3, 0, 90, kUnknown);  // Its first known day is the last one before the cut-off.
    set(4, 0, 100, kUnknown);
    const DemandForecast found = forecast(seen(panel, kFirstDate + 90));
    for (std::size_t day = 0; day < 7; ++day) {
        EXPECT_EQ(found.means_of(0)[day], 0);
        EXPECT_LT(found.means_of(1)[day], 1e6F);  // One bulk sale is not the level.
        EXPECT_GT(found.means_of(2)[day], 0);
        EXPECT_EQ(found.means_of(4)[day], 0);
    }
    DailyPanel zeros = chain(2, 3, 60);
    std::ranges::fill(zeros.units, 0.0F);
    const DemandForecast nothing = forecast(seen(zeros, kFirstDate + 50));
    EXPECT_TRUE(std::ranges::all_of(nothing.mean, [](float mean) { return mean == 0; }));
}

TEST_F(PanelForecasterTest, DemandIsForecastAboveSalesAndTheForestIsABaseline) {
    DailyPanel panel = chain(3, 6, 100);
    for (std::size_t i = 0; i < panel.units.size(); ++i) {
        if (i % 2 == 0) {
            panel.stock_out_mask[i] = 0xFFE000;  // From one o'clock on.
            panel.units[i] = std::floor(panel.units[i] * 0.3F);
        }
    }
    const DailyPanel as_of = seen(panel, kFirstDate + 90);
    const DemandForecast sales = forecast(as_of);
    const DemandForecast wanted = forecast(
        as_of, {.target = demand::ForecastTarget::kDemand, .shape = {.random_forest = true}});
    EXPECT_EQ(wanted.target, demand::ForecastTarget::kDemand);
    EXPECT_GT(std::accumulate(wanted.mean.begin(), wanted.mean.end(), 0.0),
              1.1 * std::accumulate(sales.mean.begin(), sales.mean.end(), 0.0));
}

TEST_F(PanelForecasterTest, WhatCannotBeForecastIsSaid) {
    const DailyPanel as_of = seen(chain(2, 2, 30), kFirstDate + 20);
    const auto message = [&](const DailyPanel& panel, const TrainingOptions& options) {
        const auto refused = train(*learner_, panel, options, {});
        EXPECT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::kInvalidInput);
        return refused.error().message;
    };
    EXPECT_EQ(message(as_of, {.horizon_days = 0}), "horizon of 0 days: 1 to 56 can be forecast");
    EXPECT_EQ(message(as_of, {.horizon_days = 57}), "horizon of 57 days: 1 to 56 can be forecast");
    EXPECT_EQ(message({}, {}), "the panel has no series");
    DailyPanel ragged = as_of;
    ragged.series.front().days -= 1;
    EXPECT_EQ(message(ragged, {}),
              "not every series of the panel has 7 days to come behind the same date");
    EXPECT_EQ(message(as_of, {.judged = {9}}), "series 9 to judge by: the panel has 4");
}

class EvaluationTest : public PanelForecasterTest {
protected:
    Result<std::vector<EvaluatedCutoff>> run(const PanelFile& file,
                                             const std::vector<std::int32_t>& cutoffs) {
        text_.clear();
        const std::vector<std::size_t> series = {5, 1};
        return evaluate(
            *learner_, file, series,
            {.cutoffs = cutoffs, .training = {.known = {true, true, false}, .shape = {.trees = 8}}},
            [&](std::string_view text) -> Status {
                text_ += text;
                return {};
            },
            {});
    }
    static PanelFile file_of(DailyPanel panel) {
        const auto days = static_cast<std::int32_t>(panel.series.front().days);
        return {std::move(panel), kFirstDate, kFirstDate + days - 1, {}};
    }
    std::string text_;
};

TEST_F(EvaluationTest, NothingBehindTheCutoffIsReadButWhatIsKnownAhead) {
    PanelFile file = file_of(chain(3, 4, 100));
    ASSERT_TRUE(run(file, {kFirstDate + 80, kFirstDate + 90}));
    const std::string before = text_;
    EXPECT_EQ(std::ranges::count(before, '\n'), 1 + 2 * 2 * 7);
    EXPECT_TRUE(
        before.starts_with("cutoff,store_id,product_id,date,yhat,lo80,hi80,lo95,hi95\n"
                           "2024-12-23,S1,P1,2024-12-24,"));
    for (const demand::PanelSeries& series : file.panel.series) {
        for (std::size_t day = 91; day < series.days; ++day) {
            file.panel.units[series.first_day + day] = 777;
            file.panel.holiday[series.first_day + day] = 1;
            file.panel.stock_out_mask[series.first_day + day] = 0xFFFFFF;
        }
    }
    ASSERT_TRUE(run(file, {kFirstDate + 80, kFirstDate + 90}));
    EXPECT_EQ(text_, before);
}

TEST_F(EvaluationTest, WrongCutoffsAreNamed) {
    PanelFile file = file_of(chain(3, 4, 40));
    const auto message = [&](const std::vector<std::int32_t>& cutoffs) {
        const auto refused = run(file, cutoffs);
        EXPECT_FALSE(refused);
        return refused ? "" : refused.error().message;
    };
    EXPECT_EQ(message({kFirstDate + 40}),
              "cut-off 2024-11-13 is in the future: the panel's last date is 2024-11-12");
    EXPECT_EQ(
        message({kFirstDate - 1}),
        "the series of store_id 'S1', product_id 'P1' begins on 2024-10-04, after the cut-off "
        "2024-10-03");
    EXPECT_EQ(message({kFirstDate + 9, kFirstDate + 9}),
              "2 cut-offs, 1 of them different: name each once");
    EXPECT_EQ(message({}), "0 cut-offs, 0 of them different: name each once");
    const auto known = parse_known("price,weather");
    ASSERT_FALSE(known);
    EXPECT_EQ(known.error().message, "'weather' cannot be known ahead: price, promo or holiday");
}

}  // namespace
}  // namespace shelfcast::forecast
