#pragma once

/// \file pipelines/forecast/hold_out.h
/// The last weeks of the training data, forecast from before them by trees that have not seen them.

#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "base/result.h"
#include "demand/feature_rows.h"
#include "demand/held_back.h"
#include "pipelines/forecast/tree_heads.h"

namespace shelfcast::forecast {

/// Makes heads of training rows.
using HeadTrainer =
    std::function<Result<TreeHeads>(const demand::TrainingRows&, const std::stop_token&)>;

struct HoldOutOptions {
    std::size_t horizon_days = 7;
    std::size_t most_rows = 50'000;
    std::uint32_t seed = 1;
    unsigned threads = 2;
};

/// How many days are held back of a history of so many: one week to four.
[[nodiscard]] std::int32_t held_back_days(std::int32_t history_days);

/// Forecasts of the held back days of the series at `places`, from origins a week apart. Empty when
/// there is nothing to learn from before them. Errors: those of the learner; kUnavailable
/// (stopped).
[[nodiscard]] Result<demand::HeldBack> hold_out(demand::FeatureRows& rows,
                                                std::span<const std::size_t> places,
                                                const HeadTrainer& train,
                                                const HoldOutOptions& options,
                                                const std::stop_token& stop);

}  // namespace shelfcast::forecast
