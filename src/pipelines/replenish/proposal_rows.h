#pragma once

/// \file pipelines/replenish/proposal_rows.h
/// Reviewed lines as rows of the table reorder_predictions. Pure.

#include <cstdint>
#include <span>
#include <string_view>

#include "pipelines/replenish/line.h"
#include "retail/column_block.h"

namespace shelfcast::replenish {

inline constexpr std::string_view kReorderTable = "reorder_predictions";

/// Every line has its proposal. A row is newer than the one that it replaces even if the clock went
/// back: generated_at is `now_ms`, or a millisecond after that one's.
[[nodiscard]] retail::ColumnBlock proposal_rows(std::span<const Line> lines, std::int32_t date,
                                                std::int64_t now_ms);

}  // namespace shelfcast::replenish
