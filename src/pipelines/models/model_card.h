#pragma once

/// \file pipelines/models/model_card.h
/// What a person should know of a model before trusting it, as Markdown (after Mitchell et al.,
/// Model Cards for Model Reporting, 2019). Pure.

#include <string>

#include "pipelines/models/model_entry.h"

namespace shelfcast::models {

[[nodiscard]] std::string model_card(const ModelEntry& entry);

/// "0.412", or "-" where it cannot be said.
[[nodiscard]] std::string measure_text(const std::optional<double>& measure);

}  // namespace shelfcast::models
