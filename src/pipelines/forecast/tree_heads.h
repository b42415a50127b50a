#pragma once

/// \file pipelines/forecast/tree_heads.h
/// The trees of one forecaster: one ensemble for the mean and one for each quantile, all of units
/// over the series' level. One thread at a time; inside, one ensemble per thread.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "demand/feature_rows.h"
#include "demand/held_back.h"
#include "ports/tree_learner.h"

namespace shelfcast::forecast {

/// The mean, then the quantiles in the order of demand::kHeadLevels.
inline constexpr std::size_t kTreeHeads = 1 + demand::kHeadLevels.size();

/// What the search of hyper-parameters may change.
struct TreeShape {
    std::size_t trees = 150;
    double learning_rate = 0.06;
    std::size_t leaves = 31;
    std::size_t min_rows_in_leaf = 60;
    double lambda_l2 = 1;
    double tweedie_power = 1.1;
    bool random_forest = false;  ///< The simple baseline: its mean is of squares, not Tweedie's.
};

class TreeHeads {
public:
    /// Errors: those of the learner; kUnavailable (stopped).
    [[nodiscard]] static Result<TreeHeads> train(ports::TreeLearner& learner,
                                                 const demand::TrainingRows& rows,
                                                 std::span<const std::string> columns,
                                                 const TreeShape& shape, std::uint32_t seed,
                                                 unsigned threads, const std::stop_token& stop);

    /// From what mean_scale() and texts() gave. Errors: those of the learner.
    [[nodiscard]] static Result<TreeHeads> load(ports::TreeLearner& learner, double mean_scale,
                                                std::span<const std::string> texts);

    /// Units: row by row, `features` for the level of each row; the quantiles straightened.
    [[nodiscard]] Status predict(const ports::TreeRows& features, std::span<const double> levels,
                                 unsigned threads, demand::HeadForecasts& out) const;

    [[nodiscard]] double mean_scale() const noexcept { return mean_scale_; }
    [[nodiscard]] std::vector<std::string> texts() const;
    /// What each column gained in the ensemble of the mean.
    [[nodiscard]] std::vector<double> gains() const { return heads_.front()->gains(); }

private:
    /// Brings the sum of the means on the training rows to that of the units.
    [[nodiscard]] Status scale_mean(const demand::TrainingRows& rows, unsigned threads);

    std::vector<std::unique_ptr<ports::TreeModel>> heads_;
    double mean_scale_ = 1;
};

}  // namespace shelfcast::forecast
