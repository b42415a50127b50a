#include "adapters/lightgbm/lightgbm_learner.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <random>

#include "adapters/lightgbm/test_library_path.h"

namespace shelfcast::adapters {
namespace {

using ports::TreeObjective;
using ports::TreeOptions;

/// Rows of two columns, a number and a category, whose label is a step of both with noise.
struct Sample {
    std::vector<float> values;
    std::vector<float> labels;
    static constexpr std::size_t kColumns = 2;

    explicit Sample(std::size_t rows, std::uint32_t seed = 7) {
        std::mt19937 random(seed);
        std::uniform_real_distribution<float> uniform(0, 1);
        for (std::size_t row = 0; row < rows; ++row) {
            const float x = uniform(random);
            const auto group = static_cast<float>(random() % 5);
            values.push_back(row % 50 == 0 ? std::numeric_limits<float>::quiet_NaN() : x);
            values.push_back(group);
            labels.push_back((x > 0.5F ? 4.0F : 1.0F) + (group == 3 ? 6.0F : 0.0F) +
                             uniform(random));
        }
    }
    [[nodiscard]] ports::TreeRows rows() const { return {values, kColumns}; }
};

class LightGbmLearnerTest : public testing::Test {
protected:
    void SetUp() override {
        auto opened = LightGbmLearner::open(library_path());
        ASSERT_TRUE(opened) << opened.error().message;
        learner_ = std::move(*opened);
    }

    Result<std::unique_ptr<ports::TreeData>> bin(const Sample& sample, unsigned threads = 1) {
        return learner_->bin(sample.rows(),
                             {.names = names_, .categorical = categorical_, .threads = threads});
    }

    std::unique_ptr<ports::TreeModel> train(const Sample& sample, const TreeOptions& options) {
        auto data = bin(sample, options.threads);
        EXPECT_TRUE(data) << data.error().message;
        auto model = learner_->train(**data, sample.labels, {}, options, {});
        EXPECT_TRUE(model) << model.error().message;
        return model ? std::move(*model) : nullptr;
    }

    std::unique_ptr<ports::TreePredictor> predictor(
        const std::vector<const ports::TreeModel*>& models) {
        auto made = learner_->predictor(models);
        EXPECT_TRUE(made) << made.error().message;
        return made ? std::move(*made) : nullptr;
    }

    std::vector<double> predict(const ports::TreeModel& model, const Sample& sample,
                                unsigned threads = 1) {
        std::vector<double> out(sample.labels.size());
        const std::vector<std::span<double>> outs = {out};
        const Status done = predictor({&model})->predict(sample.rows(), outs, threads);
        EXPECT_TRUE(done) << done.error().message;
        return out;
    }

    std::vector<std::string> names_ = {"price", "group"};
    std::vector<std::size_t> categorical_ = {1};
    std::unique_ptr<LightGbmLearner> learner_;
};

TEST_F(LightGbmLearnerTest, LearnsAStepOfANumberAndOfACategory) {
    const Sample sample(4'000);
    const auto model = train(sample, {.trees = 100, .threads = 1});
    ASSERT_NE(model, nullptr);
    const std::vector<double> answers = predict(*model, sample);
    double error = 0;
    for (std::size_t row = 0; row < answers.size(); ++row) {
        error += std::abs(answers[row] - sample.labels[row]) / static_cast<double>(answers.size());
    }
    EXPECT_LT(error, 0.35);  // The noise alone has 0.25.
    const std::vector<double> gains = model->gains();
    ASSERT_EQ(gains.size(), 2U);
    EXPECT_GT(gains[0], 0);
    EXPECT_GT(gains[1], 0);
}

TEST_F(LightGbmLearnerTest, TheTextIsTheSameForOneAndTwoThreadsAndAnotherForAnotherSeed) {
    const Sample sample(20'000);
    const TreeOptions options{.objective = TreeObjective::kTweedie,
                              .trees = 10,
                              .row_share = 0.7,
                              .column_share = 0.6,
                              .seed = 11,
                              .threads = 1};
    TreeOptions two_threads = options;
    two_threads.threads = 2;
    TreeOptions other_seed = options;
    other_seed.seed = 12;
    const auto text = [&](const TreeOptions& with) { return train(sample, with)->text(); };
    EXPECT_EQ(text(options), text(two_threads));
    EXPECT_NE(text(options), text(other_seed));
}

TEST_F(LightGbmLearnerTest, AQuantileIsExceededAsOftenAsItSays) {
    const Sample sample(20'000);
    const Sample unseen(20'000, 8);
    const auto model = train(
        sample, {.objective = TreeObjective::kQuantile, .alpha = 0.9, .trees = 100, .threads = 1});
    const std::vector<double> answers = predict(*model, unseen);
    std::size_t below = 0;
    for (std::size_t row = 0; row < answers.size(); ++row) {
        below += unseen.labels[row] <= static_cast<float>(answers[row]) ? 1U : 0U;
    }
    EXPECT_NEAR(static_cast<double>(below) / static_cast<double>(answers.size()), 0.9, 0.02);
}

TEST_F(LightGbmLearnerTest, EveryObjectiveAndTheForestTrainFromTheSameData) {
    Sample sample(2'000);
    for (float& label : sample.labels) {
        label = label > 4 ? 1.0F : 0.0F;
    }
    auto data = bin(sample);
    ASSERT_TRUE(data) << data.error().message;
    for (const TreeObjective objective :
         {TreeObjective::kSquaredError, TreeObjective::kAbsoluteError, TreeObjective::kTweedie,
          TreeObjective::kPoisson, TreeObjective::kQuantile, TreeObjective::kBinary}) {
        for (const bool forest : {false, true}) {
            const auto model = learner_->train(**data, sample.labels, {},
                                               {.objective = objective,
                                                .random_forest = forest,
                                                .trees = 10,
                                                .row_share = 0.6,
                                                .threads = 1},
                                               {});
            ASSERT_TRUE(model) << static_cast<int>(objective) << forest << model.error().message;
            for (const double answer : predict(**model, sample)) {
                ASSERT_TRUE(std::isfinite(answer));
            }
        }
    }
}

TEST_F(LightGbmLearnerTest, WeightsCountAndAreForgottenBehindTheCall) {
    const Sample sample(2'000);
    auto data = bin(sample);
    ASSERT_TRUE(data);
    std::vector<float> weights(sample.labels.size(), 1);
    for (std::size_t row = 0; row < weights.size(); ++row) {
        weights[row] = sample.labels[row] > 5 ? 100.0F : 0.01F;
    }
    const TreeOptions stump{.trees = 1, .learning_rate = 1, .leaves = 2, .threads = 1};
    const auto text = [&](std::span<const float> with) {
        return (*learner_->train(**data, sample.labels, with, stump, {}))->text();
    };
    const std::string plain = text({});
    EXPECT_NE(text(weights), plain);
    EXPECT_EQ(text({}), plain);
}

TEST_F(LightGbmLearnerTest, AModelComesBackFromItsTextAndDamageIsSaid) {
    const Sample sample(2'000);
    const auto model = train(sample, {.trees = 30, .threads = 1});
    const auto again = learner_->load(model->text());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ((*again)->text(), model->text());
    EXPECT_EQ(predict(**again, sample), predict(*model, sample));

    for (const std::string& damaged :
         {std::string(), std::string("tree\n"), model->text().substr(0, model->text().size() / 2),
          std::string("no model")}) {
        const auto refused = learner_->load(damaged);
        ASSERT_FALSE(refused) << damaged.size();
        EXPECT_EQ(refused.error().kind, ErrorKind::kCorrupted);
    }
}

TEST_F(LightGbmLearnerTest, WhatDoesNotFitIsRefusedByName) {
    const Sample sample(500);
    auto data = bin(sample);
    ASSERT_TRUE(data);
    const auto said = [&](std::span<const float> labels, std::span<const float> weights,
                          const TreeOptions& options) {
        const auto refused = learner_->train(**data, labels, weights, options, {});
        EXPECT_FALSE(refused);
        return refused ? std::string() : refused.error().message;
    };
    std::vector<float> negative = sample.labels;
    negative[17] = -1;
    EXPECT_EQ(said(negative, {}, {.objective = TreeObjective::kPoisson}),
              "row 17: objective poisson cannot take label -1");
    EXPECT_EQ(said(std::span(negative).first(3), {}, {}), "3 labels and 0 weights for 500 rows");
    EXPECT_EQ(said(sample.labels, {}, {.leaves = 1}), "tree option leaves = 1 is out of range");
    EXPECT_EQ(said(sample.labels, {}, {.random_forest = true}),
              "tree option row_share = 1 is out of range");

    const std::vector<std::string> bad_names = {"price", "two words"};
    const auto unnamed = learner_->bin(sample.rows(), {.names = bad_names, .categorical = {}});
    ASSERT_FALSE(unnamed);
    EXPECT_EQ(unnamed.error().message, "column name 'two words' is no word");
    EXPECT_FALSE(learner_->bin({}, {.names = {}, .categorical = {}}));

    const auto model = train(sample, {.trees = 5, .threads = 1});
    const auto alone = predictor({model.get()});
    std::vector<double> ten(10);
    std::vector<double> nine(9);
    const std::span values(sample.values);
    using Outs = std::vector<std::span<double>>;
    EXPECT_TRUE(alone->predict({values.first(20), 2}, Outs{ten}, 1));
    EXPECT_FALSE(alone->predict({values.first(30), 3}, Outs{ten}, 1));
    EXPECT_FALSE(alone->predict({values.first(20), 2}, Outs{nine}, 1));
    EXPECT_FALSE(alone->predict({values.first(20), 2}, Outs{ten, ten}, 1));
    EXPECT_FALSE(
        predictor({model.get(), model.get()})->predict({values.first(20), 2}, Outs{ten, nine}, 1));
    EXPECT_TRUE(alone->predict({{}, 2}, Outs{{}}, 1));
}

TEST_F(LightGbmLearnerTest, ModelsTogetherSayWhatEachSaysForItselfOnAnyNumberOfThreads) {
    categorical_.clear();
    const Sample sample(1'001);
    const auto small = train(sample, {.trees = 13, .leaves = 12, .threads = 1});
    const auto large =
        train(sample, {.trees = 10, .leaves = 60, .min_rows_in_leaf = 5, .threads = 1});
    const auto median = train(
        sample, {.objective = TreeObjective::kQuantile, .trees = 9, .leaves = 31, .threads = 1});
    const std::vector<const ports::TreeModel*> models = {small.get(), large.get(), median.get()};
    for (const unsigned threads : {1U, 2U, 7U}) {
        std::vector<std::vector<double>> answers(3, std::vector<double>(sample.labels.size()));
        const std::vector<std::span<double>> outs(answers.begin(), answers.end());
        ASSERT_TRUE(predictor(models)->predict(sample.rows(), outs, threads));
        for (std::size_t i = 0; i < models.size(); ++i) {
            EXPECT_EQ(answers[i], predict(*models[i], sample)) << i << " on " << threads;
        }
    }
}

TEST_F(LightGbmLearnerTest, ModelsOfOtherColumnsDoNotAnswerTogether) {
    const Sample sample(500);
    const auto two_columns = train(sample, {.trees = 3, .threads = 1});
    const std::vector<std::string> name = {"x"};
    auto data = learner_->bin({sample.labels, 1}, {.names = name, .categorical = {}});
    ASSERT_TRUE(data) << data.error().message;
    const auto one_column =
        learner_->train(**data, sample.labels, {}, {.trees = 3, .threads = 1}, {});
    ASSERT_TRUE(one_column) << one_column.error().message;
    const std::vector<const ports::TreeModel*> both = {two_columns.get(), one_column->get()};
    const auto refused = learner_->predictor(both);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "model 2 takes 1 columns, the first one 2");
    EXPECT_FALSE(learner_->predictor({}));
}

TEST_F(LightGbmLearnerTest, AStopEndsTheTraining) {
    const Sample sample(500);
    auto data = bin(sample);
    std::stop_source stop;
    stop.request_stop();
    const auto stopped =
        learner_->train(**data, sample.labels, {}, {.trees = 50, .threads = 1}, stop.get_token());
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().kind, ErrorKind::kUnavailable);
}

TEST(LightGbmLibrary, WhatIsNotThereOrNotLightGbmIsNamedWithTheRemedy) {
    const auto absent = LightGbmLearner::open("/nowhere/lib_lightgbm.so");
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().kind, ErrorKind::kUnavailable);
    EXPECT_NE(absent.error().message.find("/nowhere/lib_lightgbm.so"), std::string::npos);
    EXPECT_NE(absent.error().message.find("SHELFCAST_LIGHTGBM"), std::string::npos);

    const auto other = LightGbmLearner::open("libm.so.6");
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().message,
              "libm.so.6 is not LightGBM's C library 4: it has no LGBM_GetLastError");
}

}  // namespace
}  // namespace shelfcast::adapters
