#pragma once

/// \file pipelines/train/feature_rows.h
/// The feature store: what a forecaster may know before the day after the last one that is over, a
/// row per series that still sells; and samples of the same figures, for drift.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>

#include "base/result.h"
#include "pipelines/panel/warehouse_panel.h"
#include "pipelines/train/train.h"
#include "ports/clock.h"
#include "ports/derived_tables.h"

namespace shelfcast::train {

struct FeaturePorts {
    panel::PanelPorts sales;
    ports::DerivedTables& tables;
    const ports::Clock& clock;
};

struct FeatureOptions {
    std::optional<std::int32_t> cutoff{};  ///< Last business date known; nothing: the newest.
    std::size_t history_days = 730;
    std::size_t sold_within_days = 91;  ///< What did not sell for longer has no row.
};

struct FeatureReport {
    std::int32_t feature_date = 0;
    std::size_t rows = 0;
};

/// Again for the same date replaces what it wrote. available_at is now: late sales that came until
/// then are in it, and so are local events. Weather of the date itself is there only if somebody
/// gave it before that date was over. Errors: those of settle_cutoff() and of the ports;
/// kUnavailable when stopped.
[[nodiscard]] Result<FeatureReport> write_features(const FeaturePorts& ports,
                                                   const FeatureOptions& options,
                                                   const std::stop_token& stop);

/// Figures of each of the last so many days, of some thousand series at most, evenly drawn; those
/// that move with the date are left out.
[[nodiscard]] Result<std::vector<FeatureSample>> sample_features(const demand::DailyPanel& panel,
                                                                 std::int32_t cutoff,
                                                                 std::size_t days);

}  // namespace shelfcast::train
