#include "api/scoped_desk.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace shelfcast::api {

Status check_seen(const ports::StoreScope& scope, StoreId store) {
    if (!scope.sees(store)) {
        return fail(ErrorKind::kForbidden, "store {} is not among the stores that you may see",
                    store.value);
    }
    return {};
}

Result<std::vector<retail::Proposal>> ScopedDesk::proposals(StoreId store,
                                                            std::int32_t review_date) {
    SHELFCAST_TRY(check_seen(scope_, store));
    return desk_.proposals(store, review_date);
}

Result<ports::ProposalAnswer> ScopedDesk::edit(const ports::OrderActor& actor,
                                               const retail::ProposalKey& key,
                                               retail::Quantity quantity,
                                               const ports::ActNote& note) {
    SHELFCAST_TRY(check_seen(scope_, key.store));
    return desk_.edit(actor, key, quantity, note);
}

Result<ports::ProposalAnswer> ScopedDesk::approve(const ports::OrderActor& actor,
                                                  const retail::ProposalKey& key,
                                                  const ports::SeenProposal& seen,
                                                  const ports::ActNote& note) {
    SHELFCAST_TRY(check_seen(scope_, key.store));
    return desk_.approve(actor, key, seen, note);
}

Result<ports::ProposalAnswer> ScopedDesk::reject(const ports::OrderActor& actor,
                                                 const retail::ProposalKey& key,
                                                 const ports::ActNote& note) {
    SHELFCAST_TRY(check_seen(scope_, key.store));
    return desk_.reject(actor, key, note);
}

Result<std::vector<retail::PurchaseOrder>> ScopedDesk::orders(const ports::OrderFilter& filter) {
    if (filter.store) {
        SHELFCAST_TRY(check_seen(scope_, *filter.store));
    }
    if (scope_.is_everything() || filter.store) {
        return desk_.orders(filter);
    }
    std::vector<retail::PurchaseOrder> seen;
    for (const StoreId store : scope_.stores()) {
        ports::OrderFilter of_store = filter;
        of_store.store = store;
        SHELFCAST_ASSIGN(std::vector<retail::PurchaseOrder> found, desk_.orders(of_store));
        std::ranges::move(found, std::back_inserter(seen));
    }
    // The newest first, as the desk gives them.
    std::ranges::sort(seen, std::ranges::greater{},
                      [](const retail::PurchaseOrder& order) { return order.id.value; });
    if (seen.size() > filter.limit) {
        seen.erase(seen.begin() + static_cast<std::ptrdiff_t>(filter.limit), seen.end());
    }
    return seen;
}

Result<ports::OrderStory> ScopedDesk::order(retail::OrderId id) {
    SHELFCAST_ASSIGN(ports::OrderStory story, desk_.order(id));
    if (!scope_.sees(story.order.store)) {
        return fail(ErrorKind::kNotFound, "order {} is not known", retail::order_number(id));
    }
    return story;
}

Result<ports::OrderAnswer> ScopedDesk::act(const ports::OrderActor& actor, retail::OrderId id,
                                           const ports::OrderAct& act) {
    if (!scope_.is_everything()) {
        // An order never changes its store.
        SHELFCAST_TRY(order(id));
    }
    return desk_.act(actor, id, act);
}

}  // namespace shelfcast::api
