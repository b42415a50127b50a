#pragma once

/// \file pipelines/train/model_drift.h
/// Whether the model in use still fits: how its features are spread lately against its training,
/// and how its forecasts of the last four weeks did against its held-back days. Into the tables
/// model_drift, model_metrics (segment live) and, as one check, data_quality_results.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "pipelines/models/champion.h"
#include "pipelines/panel/warehouse_panel.h"
#include "pipelines/train/train.h"
#include "ports/clock.h"
#include "ports/derived_tables.h"

namespace shelfcast::train {

struct DriftPorts {
    panel::PanelPorts sales;
    ports::DerivedTables& tables;
    models::Champion& champion;
    const ports::Clock& clock;
    SampleFeatures sample;
};

struct DriftOptions {
    std::optional<std::int32_t> cutoff{};  ///< Last business date; nothing: the newest.
    std::size_t history_days = 730;
};

struct DriftReport {
    std::string model_version;  ///< Empty: no model is in use, nothing was looked at.
    std::int32_t date = 0;
    std::size_t features = 0;
    std::size_t noticeable = 0;  ///< Features from detection::kNoticeableDrift on.
    std::size_t strong = 0;      ///< Features from detection::kStrongDrift on.
};

/// Again for the same date replaces what it said. Errors: those of the ports; kUnavailable when
/// stopped.
[[nodiscard]] Result<DriftReport> check_drift(const DriftPorts& ports, const DriftOptions& options,
                                              const std::stop_token& stop);

}  // namespace shelfcast::train
