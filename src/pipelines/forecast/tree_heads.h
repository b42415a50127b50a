#pragma once

/// \file pipelines/forecast/tree_heads.h
/// The trees of one forecaster: several ensembles for the mean and one for each quantile, all of
/// units over the series' level. One thread at a time; inside, training has one ensemble per
/// thread, and forecasting a share of the rows.

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
#include "pipelines/forecast/tree_shape.h"
#include "ports/tree_learner.h"

namespace shelfcast::forecast {

/// Ensembles of the mean, which differ in their seed: their mean has less noise than each.
inline constexpr std::size_t kMeanHeads = 6;
/// The means, then the quantiles in the order of demand::kHeadLevels.
inline constexpr std::size_t kTreeHeads = kMeanHeads + demand::kHeadLevels.size();

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
    /// What each column gained over all splits, as a share of an ensemble's gain, on average over
    /// the ensembles: their gains are of different losses. None gained anything: all 0.
    [[nodiscard]] std::vector<double> gain_shares() const;

private:
    /// With all heads there.
    [[nodiscard]] Status join(ports::TreeLearner& learner);
    /// Brings the sum of the means on the training rows to that of the units.
    [[nodiscard]] Status scale_mean(const demand::TrainingRows& rows, unsigned threads);

    std::vector<std::unique_ptr<ports::TreeModel>> heads_;
    std::unique_ptr<ports::TreePredictor> predictor_;  ///< Of the heads.
    double mean_scale_ = 1;
};

}  // namespace shelfcast::forecast
