#pragma once

/// \file pipelines/forecast/forecaster_artefact.h
/// Everything a trained forecaster is, as bytes with a format version and a checksum. Stateless.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "demand/interval_calibration.h"
#include "demand/model_features.h"
#include "demand/point_blend.h"
#include "pipelines/forecast/panel_forecaster.h"

namespace shelfcast::forecast {

struct ForecasterState {
    std::size_t horizon_days = 7;
    demand::ForecastTarget target = demand::ForecastTarget::kSales;
    demand::FeatureChoice features;
    unsigned threads = 2;
    demand::PointBlend blend;
    demand::IntervalCalibration calibration;
    double mean_scale = 1;
    std::vector<std::string> head_texts;  ///< None: only the statistical model.
    TrainingReport report;
};

[[nodiscard]] std::string write_artefact(const ForecasterState& state);

/// Error: kCorrupted (no artefact, another checksum, a newer format: says which).
[[nodiscard]] Result<ForecasterState> read_artefact(std::string_view bytes);

}  // namespace shelfcast::forecast
