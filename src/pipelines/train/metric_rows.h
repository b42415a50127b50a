#pragma once

/// \file pipelines/train/metric_rows.h
/// Models of the registry as rows of model_metrics. Pure.

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipelines/models/model_registry.h"
#include "ports/derived_tables.h"
#include "retail/column_block.h"

namespace shelfcast::train {

inline constexpr std::string_view kModelMetricsTable = "model_metrics";

/// One row per model that can be read, over all series and the whole horizon.
[[nodiscard]] retail::ColumnBlock metric_rows(const std::vector<models::ListedModel>& models);

/// Writes down what the registry knows of every model, and which one is in use now.
[[nodiscard]] Status tell_metrics(models::ModelRegistry& registry, ports::DerivedTables& tables);

}  // namespace shelfcast::train
