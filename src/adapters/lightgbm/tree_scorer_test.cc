#include "adapters/lightgbm/tree_scorer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

#include "adapters/lightgbm/lightgbm_api.h"
#include "adapters/lightgbm/lightgbm_learner.h"
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

TEST_F(TreeScorerTest, AnswersAreThoseOfTheLibraryToTheLastBit) {
    const std::vector<TreeOptions> kinds = {
        {.objective = TreeObjective::kTweedie, .tweedie_power = 1.2, .trees = 60, .leaves = 12},
        {.objective = TreeObjective::kQuantile, .alpha = 0.9, .trees = 40, .leaves = 32},
        {.objective = TreeObjective::kSquaredError,
         .random_forest = true,
         .trees = 20,
         .leaves = 24,
         .row_share = 0.6},
        {.objective = TreeObjective::kBinary, .trees = 20, .leaves = 2},
        {.objective = TreeObjective::kPoisson, .trees = 5, .leaves = 31},
    };
    for (const TreeOptions& options : kinds) {
        for (const bool missing_in_training : {false, true}) {
            const std::string text = trained(options, missing_in_training);
            const auto scorer = TreeScorer::parse(text, kColumns);
            ASSERT_TRUE(scorer) << options.leaves << " leaves";
            // 1,000 is no multiple of a block; training may not have seen that values are missing.
            const std::vector<float> values = values_of(1'000, kSeed + 1, true);
            std::vector<double> answers(1'000);
            scorer->score(values, kColumns, answers);
            ASSERT_EQ(answers, library_answers(text, values))
                << options.leaves << " leaves, missing in training: " << missing_in_training
                << ", seed " << kSeed;
        }
    }
}

TEST_F(TreeScorerTest, WhatItCannotDoIsLeftToTheLibrary) {
    EXPECT_FALSE(TreeScorer::parse(
        trained({.trees = 5, .leaves = 64, .min_rows_in_leaf = 5}, false), kColumns));
    const std::string text = trained({.trees = 5, .leaves = 8}, false);
    EXPECT_TRUE(TreeScorer::parse(text, kColumns));
    EXPECT_FALSE(TreeScorer::parse(text, 1));  // Splits of columns that the rows do not have.
    EXPECT_FALSE(TreeScorer::parse("tree\nend of trees\n", kColumns));
    const auto with_first_value = [&](const std::string& name, const std::string& value) {
        const std::size_t from = text.find("\n" + name + "=") + name.size() + 2;
        const std::size_t end = text.find_first_of(" \n", from);
        return text.substr(0, from) + value + text.substr(end);
    };
    EXPECT_FALSE(
        TreeScorer::parse(with_first_value("decision_type", "1"), kColumns));  // Categories.
    EXPECT_FALSE(
        TreeScorer::parse(with_first_value("decision_type", "4"), kColumns));  // Zero: missing.
    EXPECT_FALSE(TreeScorer::parse(with_first_value("is_linear", "1"), kColumns));
    EXPECT_FALSE(TreeScorer::parse(with_first_value("left_child", "99"), kColumns));
    EXPECT_FALSE(TreeScorer::parse(with_first_value("left_child", "0"), kColumns));  // A circle.
    EXPECT_FALSE(TreeScorer::parse(with_first_value("leaf_value", "x"), kColumns));
    EXPECT_FALSE(TreeScorer::parse(with_first_value("objective", "lambdarank"), kColumns));
}

}  // namespace
}  // namespace shelfcast::adapters
