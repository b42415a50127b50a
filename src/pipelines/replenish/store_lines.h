#pragma once

/// \file pipelines/replenish/store_lines.h
/// What is known of a store's products on a review date, and what each of them alone would order.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "pipelines/replenish/line.h"
#include "pipelines/replenish/review.h"
#include "retail/stock_board.h"

namespace shelfcast::replenish {

/// Units to come by order number, of each product of a store that is on order.
using OpenOrders = std::map<retail::StockKey, std::map<std::string, retail::Quantity>>;

/// What all stores of a review share.
struct Chain {
    const ReviewPorts& ports;
    const ReviewOptions& options;
    const replenishment::TermBook& book;
    const OpenOrders& open_orders;
    std::int64_t now_ms = 0;
};

/// The store's lines by product, each with its proposal. Errors: those of the queries.
[[nodiscard]] Result<std::vector<Line>> store_lines(const Chain& chain,
                                                    const queries::ReviewStore& store);

/// A distribution centre's lines: it orders what the stores' lines, all of products that it
/// delivers, sell together; what they were given of its stock is promised already.
[[nodiscard]] Result<std::vector<Line>> centre_lines(
    const Chain& chain, const queries::ReviewStore& centre,
    const std::map<std::string, std::vector<Line*>>& stores_by_product);

/// What the centre has for its stores, by product; a product is left out of which that is unknown.
[[nodiscard]] Result<std::map<std::string, retail::Quantity>> centre_stock(
    const Chain& chain, const queries::ReviewStore& centre);

}  // namespace shelfcast::replenish
