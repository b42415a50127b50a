#pragma once

/// \file synthetic/chain_stock.h
/// What lies on a chain's shelves, to be kept between a backfill and the live producer, and between
/// runs of that. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "synthetic/chain.h"

namespace shelfcast::synthetic {

/// Thousandths on the shelf, by store and product; see StoreSimulation::stock. Empty: not known.
using ChainStock = std::vector<std::vector<std::int64_t>>;

/// The setting of a data directory that holds format_chain_stock() of its synthetic chain.
inline constexpr std::string_view kChainStockSetting = "synthetic_chain_stock";
/// The chain's options, then a line of numbers per store.
[[nodiscard]] std::string format_chain_stock(const ChainOptions& options, const ChainStock& stock);
/// Reads that text; empty where it is empty or of another chain than `options`. Error:
/// kInvalidInput for a text that is neither.
[[nodiscard]] Result<ChainStock> parse_chain_stock(const ChainOptions& options,
                                                   std::string_view text);

}  // namespace shelfcast::synthetic
