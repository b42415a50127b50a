#pragma once

/// \file ports/order_desk.h
/// What people may do with order proposals and purchase orders. Implemented by pipelines/order,
/// asked by every door. Thread safe.
///
/// Whatever is asked for twice is done once: the second answer says `changed` = false and how
/// things stand. Errors of every method: kUnavailable (operational store or warehouse are away:
/// repeat).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ports/order_store.h"
#include "retail/purchase_order.h"

namespace shelfcast::ports {

struct OrderActor {
    std::string name;
    std::string role;  ///< Its word; approval limits go by it.
};

/// What goes with any act.
struct ActNote {
    std::string note{};
    std::string request_id{};  ///< The same again is the same act; empty: told by its effect.
};

/// What an approver had before them, where they say it.
struct SeenProposal {
    std::optional<retail::Quantity> quantity{};
    std::optional<std::int64_t> generated_ms{};  ///< UTC.
};

struct ProposalAnswer {
    retail::Proposal proposal;
    bool changed = false;
};

struct OrderAct {
    retail::OrderAction action = retail::OrderAction::kApprove;
    std::vector<retail::Receipt> receipts{};      ///< Of kReceive; empty: everything came in.
    std::optional<std::int32_t> expected_date{};  ///< Of kSend and kConfirm.
    ActNote note{};
};

struct OrderAnswer {
    retail::PurchaseOrder order;
    bool changed = false;
};

struct OrderStory {
    retail::PurchaseOrder order;
    std::vector<retail::OrderEvent> events;  ///< Oldest first.
};

class OrderDesk {
public:
    virtual ~OrderDesk() = default;

    /// Of a store and review date, by product; also those for nothing.
    [[nodiscard]] virtual Result<std::vector<retail::Proposal>> proposals(
        StoreId store, std::int32_t review_date) = 0;

    // Errors of the next three: kNotFound: no such proposal; kForbidden: the role may not;
    // kConflict: decided otherwise, or not as it was seen; kInvalidInput: a quantity that cannot be
    // ordered.

    [[nodiscard]] virtual Result<ProposalAnswer> edit(const OrderActor& actor,
                                                      const retail::ProposalKey& key,
                                                      retail::Quantity quantity,
                                                      const ActNote& note) = 0;
    /// Puts it into the draft of its store, supplier and review date.
    [[nodiscard]] virtual Result<ProposalAnswer> approve(const OrderActor& actor,
                                                         const retail::ProposalKey& key,
                                                         const SeenProposal& seen,
                                                         const ActNote& note) = 0;
    [[nodiscard]] virtual Result<ProposalAnswer> reject(const OrderActor& actor,
                                                        const retail::ProposalKey& key,
                                                        const ActNote& note) = 0;

    /// Newest first.
    [[nodiscard]] virtual Result<std::vector<retail::PurchaseOrder>> orders(
        const OrderFilter& filter) = 0;
    /// As it stands now, and how it got there. Error: kNotFound.
    [[nodiscard]] virtual Result<OrderStory> order(retail::OrderId id) = 0;
    /// Errors: kNotFound, kForbidden, kConflict (not in this state).
    [[nodiscard]] virtual Result<OrderAnswer> act(const OrderActor& actor, retail::OrderId id,
                                                  const OrderAct& act) = 0;
};

}  // namespace shelfcast::ports
