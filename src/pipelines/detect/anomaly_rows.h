#pragma once

/// \file pipelines/detect/anomaly_rows.h
/// Incidents from and to rows of the table `anomalies`. Pure.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "detection/incidents.h"
#include "retail/column_block.h"

namespace shelfcast::detect {

inline constexpr std::string_view kAnomaliesTable = "anomalies";

/// From rows of `queries::open_incidents`; of a kind that detectors do not know, none.
[[nodiscard]] std::vector<detection::Incident> incidents_of(const retail::ColumnBlock& rows);
/// Of several rows of one incident the greatest version holds.
[[nodiscard]] retail::ColumnBlock anomaly_rows(std::span<const detection::Incident> incidents,
                                               std::uint64_t version);

}  // namespace shelfcast::detect
