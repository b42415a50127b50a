#pragma once

/// \file queries/array_text.h
/// Arrays as the text form of a bound value. Pure, thread safe.

#include <span>
#include <string>

#include "retail/stock_board.h"

namespace shelfcast::queries {

/// The stores of the keys, "[1,2]".
[[nodiscard]] std::string store_ids(std::span<const retail::StockKey> keys);
/// The products of the keys, "['a','b']".
[[nodiscard]] std::string product_ids(std::span<const retail::StockKey> keys);
/// "['a','b']", in the order given.
[[nodiscard]] std::string texts(std::span<const std::string> values);

}  // namespace shelfcast::queries
