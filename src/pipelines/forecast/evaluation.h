#pragma once

/// \file pipelines/forecast/evaluation.h
/// Forecasts of a panel's own past: as production would have made them at each cut-off, from the
/// days up to it alone.

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "demand/daily_panel.h"
#include "pipelines/forecast/panel_file.h"
#include "pipelines/forecast/panel_forecaster.h"
#include "ports/tree_learner.h"

namespace shelfcast::forecast {

struct EvaluationOptions {
    std::vector<std::int32_t> cutoffs;  ///< Days since 1970-01-01.
    TrainingOptions training;
};

/// What one cut-off came to.
struct EvaluatedCutoff {
    std::int32_t cutoff = 0;
    TrainingReport report;
};

/// Receives lines of CSV.
using TextSink = std::function<Status(std::string_view)>;

/// "price,promo" to flags; empty: none. Error: kInvalidInput naming the word.
[[nodiscard]] Result<demand::KnownAhead> parse_known(std::string_view text);

/// Writes `cutoff,store_id,product_id,date,yhat,lo80,hi80,lo95,hi95` and one line per cut-off,
/// series and day. Errors: kInvalidInput (a cut-off behind the panel's last date, a series without
/// a day up to a cut-off, options), those of training and of the sink.
[[nodiscard]] Result<std::vector<EvaluatedCutoff>> evaluate(
    ports::TreeLearner& learner, const PanelFile& file, std::span<const std::size_t> series,
    const EvaluationOptions& options, const TextSink& write, const std::stop_token& stop);

}  // namespace shelfcast::forecast
