/// Rows a second that trained trees answer, on both cores: all heads of a forecaster, as forecasts
/// take them, and one ensemble alone.

#include <benchmark/benchmark.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "adapters/lightgbm/lightgbm_learner.h"
#include "base/check.h"
#include "demand/model_features.h"
#include "pipelines/forecast/tree_heads.h"

namespace {

using namespace shelfcast;

constexpr std::size_t kTrainingRows = 60'000;
constexpr std::size_t kRows = 1'000'000;
constexpr unsigned kThreads = 2;

struct Trained {
    std::vector<std::string> names =
        demand::model_feature_names({.known = {true, true, true}, .stock_outs = true});
    std::unique_ptr<adapters::LightGbmLearner> learner;
    forecast::TreeHeads heads;
    std::vector<float> features;
    std::vector<double> levels = std::vector<double>(kRows, 1.0);

    Trained() {
        auto opened = adapters::LightGbmLearner::open(std::getenv("SHELFCAST_LIGHTGBM"));
        SHELFCAST_CHECK(opened.has_value());
        learner = std::move(*opened);
        std::mt19937 random(1);
        std::normal_distribution<float> normal;
        demand::TrainingRows rows;
        rows.columns = names.size();
        for (std::size_t i = 0; i < kTrainingRows; ++i) {
            const std::size_t first = rows.features.size();
            for (std::size_t column = 0; column < rows.columns; ++column) {
                rows.features.push_back(normal(random));
            }
            std::poisson_distribution<int> sales(std::exp(
                0.5 * static_cast<double>(rows.features[first] + rows.features[first + 9])));
            rows.units.push_back(sales(random));
            rows.level.push_back(1);
            rows.weight.push_back(1);
        }
        auto made = forecast::TreeHeads::train(*learner, rows, names, {}, 1, kThreads, {});
        SHELFCAST_CHECK(made.has_value());
        heads = std::move(*made);
        for (std::size_t i = 0; i < kRows * names.size(); ++i) {
            features.push_back(rows.features[i % rows.features.size()]);
        }
    }
};

Trained& trained() {
    static Trained all;
    return all;
}

void all_heads(benchmark::State& state) {
    const Trained& all = trained();
    demand::HeadForecasts out;
    for (auto _ : state) {
        SHELFCAST_CHECK(
            all.heads.predict({all.features, all.names.size()}, all.levels, kThreads, out)
                .has_value());
        benchmark::DoNotOptimize(out.mean.data());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRows));
}

void one_ensemble(benchmark::State& state) {
    const Trained& all = trained();
    const auto model = all.learner->load(all.heads.texts().front());
    SHELFCAST_CHECK(model.has_value());
    const std::array<const ports::TreeModel*, 1> models = {model->get()};
    const auto predictor = all.learner->predictor(models);
    SHELFCAST_CHECK(predictor.has_value());
    std::vector<double> out(kRows);
    const std::array<std::span<double>, 1> answers = {out};
    for (auto _ : state) {
        SHELFCAST_CHECK(
            (*predictor)->predict({all.features, all.names.size()}, answers, kThreads).has_value());
        benchmark::DoNotOptimize(out.data());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRows));
}

// Long enough for several turns: the first one asks the system for the memory of its answers.
constexpr double kSeconds = 3;
BENCHMARK(all_heads)->Unit(benchmark::kMillisecond)->UseRealTime()->MinTime(kSeconds);
BENCHMARK(one_ensemble)->Unit(benchmark::kMillisecond)->UseRealTime()->MinTime(kSeconds);

}  // namespace

BENCHMARK_MAIN();
