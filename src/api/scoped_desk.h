#pragma once

/// \file api/scoped_desk.h
/// The order desk as somebody sees it who sees some stores only. Made for one request. Not thread
/// safe beyond the desk's own promises.

#include "ports/order_desk.h"
#include "ports/store_scope.h"

namespace shelfcast::api {

/// Stores outside of the scope: kForbidden where the caller names one, and orders of theirs are not
/// known. The desk must outlive it.
class ScopedDesk final : public ports::OrderDesk {
public:
    ScopedDesk(ports::OrderDesk& desk, ports::StoreScope scope)
        : desk_(desk), scope_(std::move(scope)) {}

    Result<std::vector<retail::Proposal>> proposals(StoreId store,
                                                    std::int32_t review_date) override;
    Result<ports::ProposalAnswer> edit(const ports::OrderActor& actor,
                                       const retail::ProposalKey& key, retail::Quantity quantity,
                                       const ports::ActNote& note) override;
    Result<ports::ProposalAnswer> approve(const ports::OrderActor& actor,
                                          const retail::ProposalKey& key,
                                          const ports::SeenProposal& seen,
                                          const ports::ActNote& note) override;
    Result<ports::ProposalAnswer> reject(const ports::OrderActor& actor,
                                         const retail::ProposalKey& key,
                                         const ports::ActNote& note) override;
    Result<std::vector<retail::PurchaseOrder>> orders(const ports::OrderFilter& filter) override;
    Result<ports::OrderStory> order(retail::OrderId id) override;
    Result<ports::OrderAnswer> act(const ports::OrderActor& actor, retail::OrderId id,
                                   const ports::OrderAct& act) override;

private:
    ports::OrderDesk& desk_;
    const ports::StoreScope scope_;
};

/// Error: kForbidden, a store outside of the scope.
[[nodiscard]] Status check_seen(const ports::StoreScope& scope, StoreId store);

}  // namespace shelfcast::api
