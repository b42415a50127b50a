#include "adapters/lightgbm/tree_scorer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "adapters/lightgbm/lightgbm_api.h"
#include "adapters/lightgbm/lightgbm_learner.h"
#include "adapters/lightgbm/small_trees.h"
#include "adapters/lightgbm/test_library_path.h"

namespace shelfcast::adapters {
namespace {

using ports::TreeObjective;
using ports::TreeOptions;

constexpr std::size_t kColumns = 6;
constexpr std::uint32_t kSeed = 5;

/// Rows with ties at thresholds and, from column 3 on, with values that are missing.
std::vector<float> values_of(std::size_t rows, std::uint32_t seed, bool with_missing) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> out;
    for (std::size_t i = 0; i < rows * kColumns; ++i) {
        const bool is_missing = with_missing && i % kColumns >= 3 && random() % 10 == 0;
        const float value = i % 2 == 0 ? normal(random) : static_cast<float>(random() % 9) - 4;
        out.push_back(is_missing ? std::numeric_limits<float>::quiet_NaN() : value);
    }
    return out;
}

class TreeScorerTest : public testing::Test {
protected:
    void SetUp() override {
        auto learner = LightGbmLearner::open(library_path());
        auto api = load_lightgbm(library_path());
        ASSERT_TRUE(learner && api);
        learner_ = std::move(*learner);
        api_ = *api;
    }

    std::string trained(const TreeOptions& options, bool missing_in_training) {
        constexpr std::size_t kRows = 3'000;
        const std::vector<float> values = values_of(kRows, kSeed, missing_in_training);
        std::vector<float> labels;
        for (std::size_t row = 0; row < kRows; ++row) {
            const float* const x = values.data() + row * kColumns;
            const float signal = x[0] + (x[1] > 1 ? 2.0F : 0.0F) + (std::isnan(x[4]) ? 3 : x[4]);
            labels.push_back(options.objective == TreeObjective::kBinary
                                 ? (signal > 1 ? 1.0F : 0.0F)
                                 : std::abs(signal));
        }
        std::vector<std::string> names;
        for (std::size_t column = 0; column < kColumns; ++column) {
            names.push_back("x" + std::to_string(column));
        }
        auto data =
            learner_->bin({values, kColumns}, {.names = names, .categorical = {}, .threads = 1});
        EXPECT_TRUE(data) << data.error().message;
        auto model = learner_->train(**data, labels, {}, options, {});
        EXPECT_TRUE(model) << model.error().message;
        return (*model)->text();
    }

    std::vector<double> library_answers(const std::string& text, std::vector<float> values) {
        void* booster = nullptr;
        int iterations = 0;
        EXPECT_EQ(api_.booster_load_model_from_string(text.c_str(), &iterations, &booster), 0);
        std::vector<double> out(values.size() / kColumns);
        std::int64_t count = 0;
        EXPECT_EQ(api_.booster_predict_for_mat(booster, values.data(), LightGbmApi::kFloat32,
                                               static_cast<std::int32_t>(out.size()), kColumns,
                                               LightGbmApi::kRowMajor, LightGbmApi::kPredictNormal,
                                               0, -1, "num_threads=1", &count, out.data()),
                  0);
        api_.booster_free(booster);
        return out;
    }

    std::unique_ptr<LightGbmLearner> learner_;
    LightGbmApi api_;
};

std::vector<std::vector<double>> scored(std::span<const SmallTrees> ensembles, std::size_t columns,
                                        const std::vector<float>& values) {
    std::vector<const SmallTrees*> all;
    for (const SmallTrees& ensemble : ensembles) {
        all.push_back(&ensemble);
    }
    const auto scorer = TreeScorer::of(all, columns);
    EXPECT_TRUE(scorer);
    std::vector<std::vector<double>> out(all.size(), std::vector<double>(values.size() / columns));
    const std::vector<std::span<double>> outs(out.begin(), out.end());
    if (scorer) {
        scorer->score(values, outs);
    }
    return out;
}

/// Appends rows that have one value at a threshold, or next to it, and else random ones. Not at the
/// thresholds beside 0: the library reads -1e-35 from a model's text as the next smaller number.
void add_rows_at_thresholds(const SmallTrees& ensemble, std::vector<float>& values) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    for (std::size_t tree = 0; tree < std::min<std::size_t>(5, ensemble.trees.size()); ++tree) {
        for (const SmallTrees::Split& split : ensemble.trees[tree].splits) {
            if (std::abs(split.threshold) < 1e-30F) {
                continue;
            }
            for (const float value :
                 {split.threshold, std::nextafter(split.threshold, kInfinity),
                  std::nextafter(split.threshold, -kInfinity), kInfinity, -kInfinity, -0.0F}) {
                const std::vector<float> row = values_of(1, kSeed + split.column, true);
                values.insert(values.end(), row.begin(), row.end());
                values[values.size() - kColumns + split.column] = value;
            }
        }
    }
}

TEST_F(TreeScorerTest, AnswersAreThoseOfTheLibraryToTheLastBit) {
    std::vector<TreeOptions> kinds;
    for (const std::size_t leaves : {2U, 12U, 16U, 17U, 31U, 32U}) {
        kinds.push_back({.objective = TreeObjective::kTweedie,
                         .tweedie_power = 1.2,
                         .trees = 60,
                         .leaves = leaves});
        kinds.push_back(
            {.objective = TreeObjective::kQuantile, .alpha = 0.9, .trees = 43, .leaves = leaves});
        kinds.push_back({.objective = TreeObjective::kSquaredError,
                         .random_forest = true,
                         .trees = 20,
                         .leaves = leaves,
                         .row_share = 0.6});
    }
    kinds.push_back({.objective = TreeObjective::kBinary, .trees = 1, .leaves = 9});
    kinds.push_back({.objective = TreeObjective::kPoisson, .trees = 5, .leaves = 8});
    for (const bool missing_in_training : {false, true}) {
        std::vector<std::string> texts;
        std::vector<SmallTrees> ensembles;
        // Training may not have seen that values are missing.
        std::vector<float> values = values_of(1'000, kSeed + 1, true);
        for (const TreeOptions& options : kinds) {
            texts.push_back(trained(options, missing_in_training));
            auto ensemble = SmallTrees::parse(texts.back(), kColumns);
            ASSERT_TRUE(ensemble) << options.leaves << " leaves";
            ASSERT_EQ(ensemble->trees.size(), options.trees);
            ASSERT_TRUE(std::ranges::any_of(ensemble->trees,
                                            [&](const SmallTrees::Tree& tree) {
                                                return tree.leaf_values.size() == options.leaves;
                                            }))
                << options.leaves << " leaves";
            add_rows_at_thresholds(*ensemble, values);
            ensembles.push_back(std::move(*ensemble));
        }
        const auto answers = scored(ensembles, kColumns, values);
        for (std::size_t i = 0; i < kinds.size(); ++i) {
            ASSERT_EQ(answers[i], library_answers(texts[i], values))
                << kinds[i].leaves << " leaves, ensemble " << i
                << ", missing in training: " << missing_in_training << ", seed " << kSeed;
        }
    }
}

TEST_F(TreeScorerTest, ARowsAnswerDoesNotDependOnHowManyThereAre) {
    const auto ensemble = SmallTrees::parse(trained({.trees = 12, .leaves = 20}, true), kColumns);
    ASSERT_TRUE(ensemble);
    const std::vector<float> values = values_of(700, kSeed + 2, true);
    const std::vector<double> all = scored({&*ensemble, 1}, kColumns, values).front();
    for (const std::size_t rows : {0U, 1U, 2U, 255U, 256U, 257U, 512U}) {
        const std::vector<float> some(values.begin(),
                                      values.begin() + static_cast<long>(rows * kColumns));
        const std::vector<double> answers = scored({&*ensemble, 1}, kColumns, some).front();
        EXPECT_TRUE(std::ranges::equal(answers, std::span(all).first(rows))) << rows << " rows";
    }
}

TEST(TreeScorer, AColumnHasAsManyThresholdsAsAByteCanTell) {
    constexpr int kMost = 255;
    SmallTrees stumps;
    SmallTrees to_the_left;
    for (int at = 0; at < kMost; ++at) {
        const SmallTrees::Split split{.column = 0,
                                      .threshold = static_cast<float>(at),
                                      .nan = SmallTrees::Nan::kGoesRight,
                                      .under_left = 1};
        stumps.trees.push_back({.splits = {split}, .leaf_values = {0, 1}});
        to_the_left.trees.push_back(stumps.trees.back());
        to_the_left.trees.back().splits.front().nan = SmallTrees::Nan::kGoesLeft;
    }
    std::vector<float> values;
    std::vector<double> expected;
    for (int at = 0; at < kMost; ++at) {
        values.insert(values.end(), {static_cast<float>(at), static_cast<float>(at) + 0.5F});
        expected.insert(expected.end(), {static_cast<double>(at), at + 1.0});
    }
    values.push_back(std::numeric_limits<float>::quiet_NaN());
    expected.push_back(kMost);
    const std::vector<SmallTrees> both = {stumps, to_the_left};
    EXPECT_EQ(scored(both, 1, values)[0], expected);
    expected.back() = 0;
    EXPECT_EQ(scored(both, 1, values)[1], expected);

    stumps.trees.front().splits.front().threshold = -1;
    const std::vector<const SmallTrees*> one_more = {&stumps, &to_the_left};
    EXPECT_FALSE(TreeScorer::of(one_more, 1));
}

TEST_F(TreeScorerTest, WhatItCannotDoIsLeftToTheLibrary) {
    EXPECT_FALSE(SmallTrees::parse(
        trained({.trees = 5, .leaves = 64, .min_rows_in_leaf = 5}, false), kColumns));
    const std::string text = trained({.trees = 5, .leaves = 8}, false);
    EXPECT_TRUE(SmallTrees::parse(text, kColumns));
    EXPECT_FALSE(SmallTrees::parse(text, 1));  // Splits of columns that the rows do not have.
    EXPECT_FALSE(SmallTrees::parse("tree\nend of trees\n", kColumns));
    const auto with_first_value = [&](const std::string& name, const std::string& value) {
        const std::size_t from = text.find("\n" + name + "=") + name.size() + 2;
        const std::size_t end = text.find_first_of(" \n", from);
        return text.substr(0, from) + value + text.substr(end);
    };
    EXPECT_FALSE(
        SmallTrees::parse(with_first_value("decision_type", "1"), kColumns));  // Categories.
    EXPECT_FALSE(
        SmallTrees::parse(with_first_value("decision_type", "4"), kColumns));  // Zero: missing.
    EXPECT_FALSE(SmallTrees::parse(with_first_value("is_linear", "1"), kColumns));
    EXPECT_FALSE(SmallTrees::parse(with_first_value("left_child", "99"), kColumns));
    EXPECT_FALSE(SmallTrees::parse(with_first_value("left_child", "0"), kColumns));  // A circle.
    EXPECT_FALSE(SmallTrees::parse(with_first_value("leaf_value", "x"), kColumns));
    EXPECT_FALSE(SmallTrees::parse(with_first_value("threshold", "nan"), kColumns));
    EXPECT_FALSE(SmallTrees::parse(with_first_value("objective", "lambdarank"), kColumns));
}

}  // namespace
}  // namespace shelfcast::adapters
