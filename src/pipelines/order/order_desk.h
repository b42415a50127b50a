#pragma once

/// \file pipelines/order/order_desk.h
/// Order proposals and purchase orders: reads what is proposed from the warehouse, keeps what is
/// decided in the order store, and the warehouse's copy of the orders up to it.
///
/// The store decides: a change is written over the revision that it was made from, and made anew
/// when somebody was first. The copy follows at once, or at the next look. Thread safe; `look` has
/// one caller at a time.

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "ports/clock.h"
#include "ports/derived_tables.h"
#include "ports/order_desk.h"
#include "ports/order_store.h"
#include "ports/query_runner.h"
#include "replenishment/orders/purchase_order.h"
#include "retail/stock_board.h"

namespace shelfcast::order {

struct DeskPorts {
    ports::OrderStore& store;
    ports::QueryRunner& warehouse;
    ports::DerivedTables& tables;
    const ports::Clock& clock;
};

struct DeskOptions {
    /// By role; one that is not named approves nothing.
    std::map<std::string, replenishment::ApprovalLimit, std::less<>> limits;
    /// Proposals that lift no order above it are approved without a person; zero: none are.
    retail::Revenue automatic_limit;
};

class OrderDesk final : public ports::OrderDesk {
public:
    OrderDesk(DeskPorts ports, DeskOptions options) : ports_(ports), options_(std::move(options)) {}

    [[nodiscard]] Result<std::vector<retail::Proposal>> proposals(
        StoreId store, std::int32_t review_date) override;
    [[nodiscard]] Result<ports::ProposalAnswer> edit(const ports::OrderActor& actor,
                                                     const retail::ProposalKey& key,
                                                     retail::Quantity quantity,
                                                     const ports::ActNote& note) override;
    [[nodiscard]] Result<ports::ProposalAnswer> approve(const ports::OrderActor& actor,
                                                        const retail::ProposalKey& key,
                                                        const ports::SeenProposal& seen,
                                                        const ports::ActNote& note) override;
    [[nodiscard]] Result<ports::ProposalAnswer> reject(const ports::OrderActor& actor,
                                                       const retail::ProposalKey& key,
                                                       const ports::ActNote& note) override;
    [[nodiscard]] Result<std::vector<retail::PurchaseOrder>> orders(
        const ports::OrderFilter& filter) override;
    [[nodiscard]] Result<ports::OrderStory> order(retail::OrderId id) override;
    [[nodiscard]] Result<ports::OrderAnswer> act(const ports::OrderActor& actor, retail::OrderId id,
                                                 const ports::OrderAct& act) override;

    /// Hears of receipts, approves what may be approved without a person, brings the warehouse's
    /// copy up to the store and learns what orders add to the ledger's units on order.
    [[nodiscard]] Status look(std::int64_t now_us, const std::stop_token& stop);

    /// Units in thousandths that orders add to what the ledger counts as on order, as of the last
    /// look or act of this process.
    [[nodiscard]] Result<std::int64_t> uncounted(StoreId store, std::string_view product_id);

private:
    /// Nothing: somebody was first, and all has to be looked at anew.
    template <typename Answer>
    using Attempt = Result<std::optional<Answer>>;
    template <typename Answer, typename Body>
    [[nodiscard]] Result<Answer> until_written(const Body& body);
    /// The order of the change, if there is one; nothing: somebody was first.
    [[nodiscard]] Result<std::optional<retail::OrderId>> put(const ports::OrderChange& change);

    /// What a role may approve. Error: kForbidden when that is nothing.
    [[nodiscard]] Result<replenishment::ApprovalLimit> limit_of(const ports::OrderActor& actor);
    /// Whether the very same act was done before. Error: kConflict when that request was another.
    [[nodiscard]] Result<bool> was_done(const ports::ActNote& note, retail::OrderId order,
                                        const retail::ProposalKey& key, std::string_view action);
    /// A proposal, and the revision of the decision about it.
    struct Known {
        retail::Proposal proposal;
        std::uint64_t revision = 0;
    };
    [[nodiscard]] Result<Known> proposal(const retail::ProposalKey& key);
    /// Writes down what `known` becomes, with `known` as what was seen.
    [[nodiscard]] Attempt<ports::ProposalAnswer> decide(const ports::OrderActor& actor,
                                                        const Known& known, retail::Proposal now,
                                                        const ports::ActNote& note,
                                                        std::string_view action,
                                                        std::optional<retail::PurchaseOrder> into);
    [[nodiscard]] Attempt<ports::ProposalAnswer> try_approve(const ports::OrderActor& actor,
                                                             const retail::ProposalKey& key,
                                                             const ports::SeenProposal& seen,
                                                             const ports::ActNote& note);
    [[nodiscard]] Attempt<ports::OrderAnswer> try_act(const ports::OrderActor& actor,
                                                      retail::OrderId id,
                                                      const ports::OrderAct& act);
    [[nodiscard]] Result<retail::PurchaseOrder> find(retail::OrderId id);

    /// Books what messages say of these orders.
    [[nodiscard]] Status hear(const std::vector<retail::PurchaseOrder>& orders);
    [[nodiscard]] Status hear_of_open_and_lately_closed(std::int64_t now_us,
                                                        const std::stop_token& stop);
    [[nodiscard]] Status approve_automatically(std::int64_t now_us, const std::stop_token& stop);
    [[nodiscard]] Status mirror(const std::stop_token& stop);
    [[nodiscard]] Status read_uncounted();
    /// After an act: the next look does what fails here.
    void show();

    DeskPorts ports_;
    const DeskOptions options_;
    bool begun_ = false;  ///< Of `look`.
    std::mutex mirror_mutex_;
    std::mutex uncounted_mutex_;
    std::optional<std::map<retail::StockKey, std::int64_t>> uncounted_;  ///< Nothing: not read.
};

}  // namespace shelfcast::order
