#pragma once

/// \file adapters/memory/memory_order_store.h
/// Decisions and orders in memory, for tests. Thread safe.

#include <map>
#include <mutex>
#include <set>
#include <vector>

#include "ports/order_store.h"

namespace shelfcast::adapters {

class MemoryOrderStore final : public ports::OrderStore {
public:
    Result<retail::OrderId> put_order_change(const ports::OrderChange& change) override;
    Result<std::optional<retail::ProposalDecision>> find_decision(
        const retail::ProposalKey& key) override;
    Result<std::vector<retail::ProposalDecision>> decisions(StoreId store,
                                                            std::int32_t review_date) override;
    Result<std::optional<retail::PurchaseOrder>> find_order(retail::OrderId id) override;
    Result<std::optional<retail::PurchaseOrder>> find_draft(StoreId store,
                                                            std::string_view supplier,
                                                            std::int32_t review_date) override;
    Result<std::vector<retail::PurchaseOrder>> orders(const ports::OrderFilter& filter) override;
    Result<std::vector<retail::OrderEvent>> order_events(retail::OrderId id) override;
    Result<std::vector<retail::OrderEvent>> proposal_events(
        const retail::ProposalKey& key) override;
    Result<std::optional<retail::OrderEvent>> find_request(std::string_view request_id) override;
    Result<std::vector<retail::PurchaseOrder>> unmirrored_orders(std::size_t limit) override;
    Status mark_mirrored(
        const std::vector<std::pair<retail::OrderId, std::uint64_t>>& revisions) override;
    Status forget_mirrored() override;

private:
    [[nodiscard]] Status check(const ports::OrderChange& change) const;

    std::mutex mutex_;
    std::map<retail::OrderId, retail::PurchaseOrder> orders_;
    std::map<retail::ProposalKey, retail::ProposalDecision> decisions_;
    std::vector<retail::OrderEvent> events_;
    std::set<retail::OrderId> unmirrored_;
};

}  // namespace shelfcast::adapters
