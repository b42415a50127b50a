#pragma once

/// \file pipelines/predict/batch_prediction.h
/// The champion's forecast of every series that still sells, at every level, into the table
/// forecasts. A second run for the same date and model replaces the first. Means add up exactly:
/// those of products in stores are whole multiples of 1/1024 unit, the others their sums.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "pipelines/models/champion.h"
#include "pipelines/panel/warehouse_panel.h"
#include "ports/clock.h"
#include "ports/derived_tables.h"

namespace shelfcast::predict {

struct BatchPredictionPorts {
    panel::PanelPorts sales;
    ports::DerivedTables& tables;
    models::Champion& champion;
    const ports::Clock& clock;
};

struct BatchPredictionOptions {
    std::optional<std::int32_t> cutoff{};       ///< Last date known; nothing: the newest.
    std::optional<std::size_t> horizon_days{};  ///< Nothing: all that the model forecasts.
    std::size_t history_days = 730;
    std::size_t sold_within_days = 91;  ///< What did not sell for longer is not forecast.
    std::uint32_t seed = 1;             ///< Of the joint samples.
};

struct BatchPredictionReport {
    std::string model_version;
    std::int32_t cutoff = 0;
    std::size_t horizon_days = 0;
    std::size_t series = 0;
    std::size_t rows = 0;
};

/// Errors: kInvalidInput (no sales; no model in use; a horizon longer than the model's; nothing
/// sold lately), kCorrupted (no model that can be read), those of the ports; kUnavailable when
/// stopped.
[[nodiscard]] Result<BatchPredictionReport> predict_all(const BatchPredictionPorts& ports,
                                                        const BatchPredictionOptions& options,
                                                        const std::stop_token& stop);

}  // namespace shelfcast::predict
