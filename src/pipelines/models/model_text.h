#pragma once

/// \file pipelines/models/model_text.h
/// Entries and promotions of the registry as JSON text. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipelines/models/model_entry.h"
#include "pipelines/models/model_registry.h"

namespace shelfcast::models {

[[nodiscard]] std::string to_text(const ModelEntry& entry);
/// Error: kCorrupted (no such text, or of a newer format: says which).
[[nodiscard]] Result<ModelEntry> entry_from(std::string_view text);

[[nodiscard]] std::string to_text(const std::vector<Promotion>& promotions);
/// Error: kCorrupted.
[[nodiscard]] Result<std::vector<Promotion>> promotions_from(std::string_view text);

}  // namespace shelfcast::models
