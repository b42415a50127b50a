#pragma once

/// \file queries/orders.h
/// What the warehouse says of order proposals and of deliveries against orders: the queries of
/// `sql/queries/orders`. Errors are the runner's. Thread safe.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/query_runner.h"
#include "retail/purchase_order.h"
#include "retail/stock_board.h"

namespace shelfcast::queries {

/// A proposal as the warehouse has it.
struct ProposalRow {
    retail::ProposalKey key;
    std::string supplier;  ///< Empty: unknown.
    retail::Quantity quantity;
    retail::Quantity least;  ///< That the supplier delivers.
    std::uint32_t pack_size = 0;
    std::optional<retail::UnitPrice> unit_cost;
    std::optional<std::int32_t> expected_date;  ///< Days since 1970-01-01.
    std::int64_t generated_ms = 0;              ///< UTC.
    std::string terms;                          ///< The whole row, a JSON object.
};
/// By product. An empty product: all of them.
[[nodiscard]] Result<std::vector<ProposalRow>> proposals(ports::QueryRunner& runner, StoreId store,
                                                         std::int32_t review_date,
                                                         std::string_view product_id);

/// Proposals for units, of that review date and later; by store, date and product.
[[nodiscard]] Result<std::vector<retail::ProposalKey>> proposed_since(ports::QueryRunner& runner,
                                                                      std::int32_t review_date);

/// What messages say of a line of an order so far.
struct OrderShipment {
    retail::OrderId order;
    retail::StockKey key;
    retail::Quantity announced;
    retail::Quantity arrived;
    retail::Quantity fell_short;
};
/// Of messages about these orders since then (UTC).
[[nodiscard]] Result<std::vector<OrderShipment>> order_shipments(
    ports::QueryRunner& runner, std::span<const retail::OrderId> orders, std::int64_t since_ms);

/// Units that orders add to what the ledger counts as on order; below 0: it counts too many.
struct UncountedUnits {
    retail::StockKey key;
    std::int64_t thousandths = 0;
};
[[nodiscard]] Result<std::vector<UncountedUnits>> uncounted_units(ports::QueryRunner& runner);

}  // namespace shelfcast::queries
