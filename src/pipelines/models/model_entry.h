#pragma once

/// \file pipelines/models/model_entry.h
/// What is known of a trained model. Plain values.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "demand/forecast_accuracy.h"
#include "detection/drift.h"
#include "pipelines/forecast/panel_forecaster.h"
#include "pipelines/forecast/tree_shape.h"

namespace shelfcast::models {

/// How the model in use did on the same held-back days.
struct Comparison {
    std::string version;  ///< Of the champion.
    demand::AccuracyMeasures measures;
};

struct ModelEntry {
    std::string version;  ///< Later ones are greater: date, time, start of the checksum.
    std::string model_name;
    std::string code_version;
    std::int64_t trained_at_ms = 0;  ///< UTC, when training ended.
    double training_seconds = 0;

    // How it was trained.
    std::size_t horizon_days = 0;
    std::string target;  ///< "sales" or "demand".
    double search_seconds = 0;
    forecast::TreeShape shape;  ///< Given, or found by the search.
    std::uint32_t seed = 0;

    // On what; dates in days since 1970-01-01.
    std::int32_t data_from = 0;
    std::int32_t data_to = 0;
    std::size_t series = 0;
    std::size_t rows = 0;

    /// Of a model trained the same way without the last days, on those days.
    demand::AccuracyMeasures measures;
    std::int32_t held_back_from = 0;
    std::int32_t held_back_to = 0;
    std::optional<Comparison> champion;  ///< Nothing: there was none to compare with.
    bool is_better = false;              ///< By the margin, or there was no champion.
    std::string verdict;                 ///< The comparison in one sentence.
    std::vector<std::string> remarks;

    /// Shares of the features' values in bins, over the days it was trained on.
    std::vector<detection::Profile> features;
    /// What the trees made of each feature, the greatest first; none: it was not written down.
    std::vector<forecast::FeatureImportance> importance;

    std::string artefact_sha256;
    std::uint64_t artefact_bytes = 0;
};

}  // namespace shelfcast::models
