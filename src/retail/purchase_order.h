#pragma once

/// \file retail/purchase_order.h
/// What people decide about order proposals, and the purchase orders that come of it: plain data,
/// the words of its states, and orders as rows of the warehouse's tables. The rules are
/// replenishment/orders/purchase_order.h's. Pure.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "retail/column_block.h"
#include "retail/decimal.h"

namespace shelfcast::retail {

inline constexpr std::string_view kPurchaseOrdersTable = "purchase_orders";
inline constexpr std::string_view kPurchaseOrderLinesTable = "purchase_order_lines";

/// Grows by one with each order of a chain, with gaps; 0: none.
using OrderId = StrongId<struct OrderTag, std::uint64_t>;

/// "PO-000042": what people and suppliers call the order, also on shipments.
[[nodiscard]] std::string order_number(OrderId id);
/// The order of such a number; nothing for any other text.
[[nodiscard]] std::optional<OrderId> parse_order_number(std::string_view text);

/// A proposal of retail.reorder_predictions.
struct ProposalKey {
    StoreId store;
    std::string product_id;
    std::int32_t review_date = 0;  ///< Days since 1970-01-01, of the store.
    auto operator<=>(const ProposalKey&) const = default;
};

/// What became of a proposal. The numbers are stored.
enum class ProposalState : std::uint8_t {
    kOpen = 0,  ///< Nobody has touched it: it is in no book.
    kEdited = 1,
    kApproved = 2,
    kRejected = 3,
};

/// The states of a purchase order. The numbers are stored.
enum class OrderState : std::uint8_t {
    kDraft = 1,           ///< Takes more lines of its store, supplier and review date.
    kApproved = 2,        ///< Complete, and may be sent.
    kSent = 3,            ///< The supplier has it: its units are on order.
    kConfirmed = 4,       ///< The supplier said yes.
    kPartlyReceived = 5,  ///< Some came in.
    kReceived = 6,        ///< Nothing more is to come.
    kCancelled = 7,       ///< What has not come is not wanted any more.
};

/// What people do with an order as a whole.
enum class OrderAction : std::uint8_t { kApprove, kReject, kSend, kConfirm, kReceive, kCancel };

/// "open", "edited" …
[[nodiscard]] std::string_view to_string(ProposalState state) noexcept;
/// "draft", "partly_received" …
[[nodiscard]] std::string_view to_string(OrderState state) noexcept;
[[nodiscard]] std::optional<OrderState> parse_order_state(std::string_view word) noexcept;
/// "approve", "send" …
[[nodiscard]] std::string_view to_string(OrderAction action) noexcept;
[[nodiscard]] std::optional<OrderAction> parse_order_action(std::string_view word) noexcept;

/// A proposal as somebody sees it who is to decide: what was computed, and what became of it.
struct Proposal {
    ProposalKey key;
    std::string supplier;                       ///< Empty: not known.
    Quantity proposed;                          ///< As computed.
    Quantity quantity;                          ///< To order as it stands: edited, or as computed.
    Quantity least;                             ///< That the supplier delivers.
    std::uint32_t pack_size = 0;                ///< Units of a pack; 0: any.
    std::optional<UnitPrice> unit_cost;         ///< Nothing: not known.
    std::optional<std::int32_t> expected_date;  ///< Days since 1970-01-01.
    std::int64_t generated_ms = 0;              ///< UTC: when it was computed.
    std::string terms;                          ///< Of the arithmetic: the row, a JSON object.
    ProposalState state = ProposalState::kOpen;
    OrderId order;
    std::string decided_by;
    std::string role;
    std::int64_t decided_at_us = 0;
    std::string note;
    std::string seen;  ///< What who decided had before them; a JSON object.
    bool operator==(const Proposal&) const = default;
};

/// What a proposal's reader decided. `revision` counts the changes; 0: nothing is kept yet.
struct ProposalDecision {
    ProposalKey key;
    std::uint64_t revision = 0;
    ProposalState state = ProposalState::kOpen;
    Quantity quantity;  ///< To order; of a rejected one, what it was.
    OrderId order;      ///< That took the approved line.
    std::string decided_by;
    std::string role;
    std::int64_t decided_at_us = 0;  ///< UTC.
    std::string note;
    std::string seen;  ///< The proposal as it was shown to who decided: a JSON object.
    bool operator==(const ProposalDecision&) const = default;
};

/// A product of an order. All quantities are totals so far.
struct OrderLine {
    std::string product_id;
    Quantity ordered;
    Quantity received;   ///< As people stated it.
    Quantity announced;  ///< The rest as messages of supplier-shipments with the order's number
    Quantity arrived;    ///< say it.
    Quantity fell_short;
    std::optional<UnitPrice> unit_cost;  ///< Nothing: not known.
    bool operator==(const OrderLine&) const = default;
};

/// Units of a product that came in so far, in total, as a person states it.
struct Receipt {
    std::string product_id;
    Quantity received;
    bool operator==(const Receipt&) const = default;
};

/// A purchase order: one store, one supplier, the proposals of one review date. Instants are UTC
/// microseconds, 0: not yet. `revision` counts the changes; 0: not kept yet.
struct PurchaseOrder {
    OrderId id;
    std::uint64_t revision = 0;
    StoreId store;
    std::string supplier;          ///< Empty: not known.
    std::int32_t review_date = 0;  ///< Days since 1970-01-01.
    OrderState state = OrderState::kDraft;
    std::optional<std::int32_t> expected_date;  ///< Days since 1970-01-01.
    std::int64_t created_at_us = 0;
    std::int64_t approved_at_us = 0;
    std::int64_t sent_at_us = 0;
    std::int64_t confirmed_at_us = 0;
    std::int64_t closed_at_us = 0;  ///< Received or cancelled.
    std::string approved_by;        ///< Of the whole order.
    std::vector<OrderLine> lines;   ///< By product_id, each once.
    bool operator==(const PurchaseOrder&) const = default;
};

/// Something that was done to a proposal or an order; kept for ever as it was written.
struct OrderEvent {
    OrderId order;         ///< 0: of a proposal that is in no order.
    ProposalKey proposal;  ///< Store 0: of the order as a whole.
    std::string action;    ///< "edit", "approve", "send" …
    std::string actor;
    std::string role;
    std::int64_t at_us = 0;
    std::string request_id;  ///< Of the caller, to tell a repetition; empty: none.
    std::string note;
    std::string seen;  ///< What the actor had before them: a JSON object; empty: nothing.
    bool operator==(const OrderEvent&) const = default;
};

[[nodiscard]] ColumnBlock purchase_order_rows(std::span<const PurchaseOrder> orders);
/// Every line of every order.
[[nodiscard]] ColumnBlock purchase_order_line_rows(std::span<const PurchaseOrder> orders);

}  // namespace shelfcast::retail
