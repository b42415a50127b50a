#pragma once

/// \file ports/order_store.h
/// What was decided about order proposals, and the purchase orders that came of it: the durable
/// truth, of which the warehouse shows a copy. Kept beside the operational store, by the same
/// adapters: sqlite_store, postgres_store; a fake in memory; contract in
/// tests/contract/order_store_contract.h. Thread safe; each method is one durable transaction.
///
/// Nobody changes what another one changed first: a record carries the revision that it was read
/// at, and is written only over that one.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "retail/purchase_order.h"

namespace shelfcast::ports {

/// What is written together or not at all.
struct OrderChange {
    std::optional<retail::ProposalDecision> decision;
    /// Its id is given by the store if it has none. The decision's and the event's order of id 0
    /// become this one.
    std::optional<retail::PurchaseOrder> order;
    retail::OrderEvent event;
};

/// Which orders; what is not said counts for all.
struct OrderFilter {
    std::optional<StoreId> store;
    std::vector<retail::OrderState> states;  ///< Empty: every state.
    retail::OrderId before;                  ///< 0: from the newest on.
    std::size_t limit = 100;
};

class OrderStore {
public:
    virtual ~OrderStore() = default;

    /// Writes a change down. The order's id, if one is in it, else 0. Error: kConflict: a revision
    /// is not the kept one any more, another draft of that store, supplier and review date is
    /// there, or the event's request_id was used before; nothing is changed then.
    [[nodiscard]] virtual Result<retail::OrderId> put_order_change(const OrderChange& change) = 0;

    [[nodiscard]] virtual Result<std::optional<retail::ProposalDecision>> find_decision(
        const retail::ProposalKey& key) = 0;
    /// Of a store and review date, by product.
    [[nodiscard]] virtual Result<std::vector<retail::ProposalDecision>> decisions(
        StoreId store, std::int32_t review_date) = 0;

    [[nodiscard]] virtual Result<std::optional<retail::PurchaseOrder>> find_order(
        retail::OrderId id) = 0;
    /// The one draft that takes more lines.
    [[nodiscard]] virtual Result<std::optional<retail::PurchaseOrder>> find_draft(
        StoreId store, std::string_view supplier, std::int32_t review_date) = 0;
    /// Newest first.
    [[nodiscard]] virtual Result<std::vector<retail::PurchaseOrder>> orders(
        const OrderFilter& filter) = 0;

    /// What was done to an order and to the proposals in it, oldest first.
    [[nodiscard]] virtual Result<std::vector<retail::OrderEvent>> order_events(
        retail::OrderId id) = 0;
    /// What was done to a proposal, oldest first.
    [[nodiscard]] virtual Result<std::vector<retail::OrderEvent>> proposal_events(
        const retail::ProposalKey& key) = 0;
    [[nodiscard]] virtual Result<std::optional<retail::OrderEvent>> find_request(
        std::string_view request_id) = 0;

    /// Orders whose newest revision the warehouse is not known to have, by id.
    [[nodiscard]] virtual Result<std::vector<retail::PurchaseOrder>> unmirrored_orders(
        std::size_t limit) = 0;
    /// The warehouse has these revisions; an order that has changed since stays unmirrored.
    [[nodiscard]] virtual Status mark_mirrored(
        const std::vector<std::pair<retail::OrderId, std::uint64_t>>& revisions) = 0;
    /// The warehouse may have lost its copy: every order is unmirrored.
    [[nodiscard]] virtual Status forget_mirrored() = 0;
};

}  // namespace shelfcast::ports
