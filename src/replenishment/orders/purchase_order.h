#pragma once

/// \file replenishment/orders/purchase_order.h
/// The rules of proposals and purchase orders: what may follow what, who may approve how much, what
/// an order comes to and what is still to come of it. Pure, exact, no clock: instants come in.
///
/// Every rule is idempotent: asked for what is so already, it changes nothing and says so.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "retail/purchase_order.h"

namespace shelfcast::replenishment {

using retail::OrderAction;
using retail::Receipt;

/// Where an action leads from a state; the state itself when that was done before. kReceive gives
/// kPartlyReceived: what the quantities make of it is apply_receipt()'s. Error: kConflict, naming
/// the state and what has to come first.
[[nodiscard]] Result<retail::OrderState> next_state(retail::OrderState from, OrderAction action);

/// Received or cancelled.
[[nodiscard]] bool is_closed(retail::OrderState state) noexcept;
/// The supplier has it, and units of it are still to come.
[[nodiscard]] bool is_on_order(retail::OrderState state) noexcept;

/// The most that an order may come to that a role approves, in the store's currency; nothing: any
/// value, also one that is not known. Zero: it approves nothing.
using ApprovalLimit = std::optional<retail::Revenue>;

/// What an order comes to at the costs that are known.
struct OrderValue {
    retail::Revenue known;
    std::uint64_t unpriced_lines = 0;  ///< Whose cost is not known.
    bool operator==(const OrderValue&) const = default;
};
[[nodiscard]] OrderValue value_of(const retail::PurchaseOrder& order);

/// Error: kForbidden, naming role, limit and value. The whole order counts, so that nobody gets
/// past a limit in small steps.
[[nodiscard]] Status check_limit(const OrderValue& value, const ApprovalLimit& limit,
                                 std::string_view role);

/// Whether a quantity can be ordered: none, or whole packs (0: any) and the supplier's least.
/// Error: kInvalidInput, naming quantity and rule.
[[nodiscard]] Status check_quantity(retail::Quantity quantity, std::uint32_t pack_size,
                                    retail::Quantity least);

/// What has come in of a line. A person's statement and the messages of a shipment are two reports
/// of the same goods, so the greater one holds.
[[nodiscard]] retail::Quantity came_in(const retail::OrderLine& line) noexcept;
/// Units still to come: ordered less what came in and what fell short, 0 or more.
[[nodiscard]] retail::Quantity to_come(const retail::OrderLine& line) noexcept;

/// Puts a line into a draft; the later of the two expected dates holds for all. Errors: kConflict:
/// no draft any more, or another line has that product.
[[nodiscard]] Status add_line(retail::PurchaseOrder& order, retail::OrderLine line,
                              std::optional<std::int32_t> expected_date);

/// Does an action but kReceive. True: something changed. Errors: those of next_state().
[[nodiscard]] Result<bool> apply_action(retail::PurchaseOrder& order, OrderAction action,
                                        std::string_view actor, std::int64_t now_us);

/// Books what a person states. True: something changed. Errors: those of next_state(); kNotFound: a
/// product that is not in the order; kConflict: fewer than were stated before.
[[nodiscard]] Result<bool> apply_receipt(retail::PurchaseOrder& order,
                                         const std::vector<Receipt>& receipts, std::int64_t now_us);

/// That everything came in which is still to come.
[[nodiscard]] std::vector<Receipt> everything_of(const retail::PurchaseOrder& order);

/// Totals of the messages of supplier-shipments that carry the order's number.
struct ShipmentTotals {
    std::string product_id;
    retail::Quantity announced;
    retail::Quantity arrived;
    retail::Quantity fell_short;
    bool operator==(const ShipmentTotals&) const = default;
};
/// Books what messages say of an order that was sent; of products that it does not have, and of
/// orders that were not sent, nothing. True: something changed.
[[nodiscard]] bool apply_shipments(retail::PurchaseOrder& order,
                                   const std::vector<ShipmentTotals>& totals, std::int64_t now_us);

}  // namespace shelfcast::replenishment
