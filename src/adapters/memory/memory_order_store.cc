#include "adapters/memory/memory_order_store.h"

#include <algorithm>
#include <ranges>

namespace shelfcast::adapters {
namespace {

using ports::OrderChange;
using retail::OrderEvent;
using retail::OrderId;
using retail::OrderState;
using retail::ProposalDecision;
using retail::ProposalKey;
using retail::PurchaseOrder;

bool same_slot(const PurchaseOrder& one, const PurchaseOrder& other) {
    return one.store == other.store && one.supplier == other.supplier &&
           one.review_date == other.review_date;
}

template <typename Map, typename Key>
std::uint64_t revision_of(const Map& map, const Key& key) {
    const auto found = map.find(key);
    return found == map.end() ? 0 : found->second.revision;
}

}  // namespace

Status MemoryOrderStore::check(const OrderChange& change) const {
    if (change.order) {
        const PurchaseOrder& order = *change.order;
        if (revision_of(orders_, order.id) != order.revision) {
            return fail(ErrorKind::kConflict, "order {} was changed meanwhile", order.id.value);
        }
        const bool taken = std::ranges::any_of(orders_, [&](const auto& entry) {
            return entry.first != order.id && entry.second.state == OrderState::kDraft &&
                   order.state == OrderState::kDraft && same_slot(entry.second, order);
        });
        if (taken) {
            return fail(ErrorKind::kConflict, "there is another draft");
        }
    }
    if (change.decision &&
        revision_of(decisions_, change.decision->key) != change.decision->revision) {
        return fail(ErrorKind::kConflict, "the decision was changed meanwhile");
    }
    const std::string& request = change.event.request_id;
    if (!request.empty() &&
        std::ranges::find(events_, request, &OrderEvent::request_id) != events_.end()) {
        return fail(ErrorKind::kConflict, "request {} was written down before", request);
    }
    return {};
}

Result<OrderId> MemoryOrderStore::put_order_change(const OrderChange& change) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(check(change));
    OrderId id;
    if (change.order) {
        PurchaseOrder order = *change.order;
        if (order.revision == 0) {
            order.id.value = orders_.empty() ? 1 : orders_.rbegin()->first.value + 1;
        }
        id = order.id;
        ++order.revision;
        unmirrored_.insert(id);
        orders_[id] = std::move(order);
    }
    const auto or_this = [&](OrderId other) { return other.value == 0 ? id : other; };
    if (change.decision) {
        ProposalDecision decision = *change.decision;
        ++decision.revision;
        decision.order = or_this(decision.order);
        decisions_[decision.key] = std::move(decision);
    }
    events_.push_back(change.event);
    events_.back().order = or_this(change.event.order);
    return id;
}

Result<std::optional<ProposalDecision>> MemoryOrderStore::find_decision(const ProposalKey& key) {
    const std::scoped_lock lock(mutex_);
    const auto found = decisions_.find(key);
    return found == decisions_.end() ? std::nullopt : std::optional(found->second);
}

Result<std::vector<ProposalDecision>> MemoryOrderStore::decisions(StoreId store,
                                                                  std::int32_t review_date) {
    const std::scoped_lock lock(mutex_);
    std::vector<ProposalDecision> found;
    for (const ProposalDecision& one : decisions_ | std::views::values) {
        if (one.key.store == store && one.key.review_date == review_date) {
            found.push_back(one);
        }
    }
    return found;
}

Result<std::optional<PurchaseOrder>> MemoryOrderStore::find_order(OrderId id) {
    const std::scoped_lock lock(mutex_);
    const auto found = orders_.find(id);
    return found == orders_.end() ? std::nullopt : std::optional(found->second);
}

Result<std::optional<PurchaseOrder>> MemoryOrderStore::find_draft(StoreId store,
                                                                  std::string_view supplier,
                                                                  std::int32_t review_date) {
    const std::scoped_lock lock(mutex_);
    for (const PurchaseOrder& one : orders_ | std::views::values) {
        if (one.state == OrderState::kDraft && one.store == store && one.supplier == supplier &&
            one.review_date == review_date) {
            return std::optional(one);
        }
    }
    return std::nullopt;
}

Result<std::vector<PurchaseOrder>> MemoryOrderStore::orders(const ports::OrderFilter& filter) {
    const std::scoped_lock lock(mutex_);
    std::vector<PurchaseOrder> found;
    for (const auto& [id, order] : orders_ | std::views::reverse) {
        const bool wanted =
            (!filter.store || order.store == *filter.store) &&
            (filter.states.empty() ||
             std::ranges::find(filter.states, order.state) != filter.states.end()) &&
            (filter.before.value == 0 || id < filter.before);
        if (wanted && found.size() < filter.limit) {
            found.push_back(order);
        }
    }
    return found;
}

Result<std::vector<OrderEvent>> MemoryOrderStore::order_events(OrderId id) {
    const std::scoped_lock lock(mutex_);
    std::vector<OrderEvent> found;
    std::ranges::copy_if(events_, std::back_inserter(found),
                         [&](const OrderEvent& one) { return id.value > 0 && one.order == id; });
    return found;
}

Result<std::vector<OrderEvent>> MemoryOrderStore::proposal_events(const ProposalKey& key) {
    const std::scoped_lock lock(mutex_);
    std::vector<OrderEvent> found;
    std::ranges::copy_if(events_, std::back_inserter(found), [&](const OrderEvent& one) {
        return key.store.value > 0 && one.proposal == key;
    });
    return found;
}

Result<std::optional<OrderEvent>> MemoryOrderStore::find_request(std::string_view request_id) {
    const std::scoped_lock lock(mutex_);
    const auto found = std::ranges::find(events_, request_id, &OrderEvent::request_id);
    return request_id.empty() || found == events_.end() ? std::nullopt : std::optional(*found);
}

Result<std::vector<PurchaseOrder>> MemoryOrderStore::unmirrored_orders(std::size_t limit) {
    const std::scoped_lock lock(mutex_);
    std::vector<PurchaseOrder> found;
    for (const OrderId id : unmirrored_ | std::views::take(limit)) {
        found.push_back(orders_.at(id));
    }
    return found;
}

Status MemoryOrderStore::mark_mirrored(
    const std::vector<std::pair<OrderId, std::uint64_t>>& revisions) {
    const std::scoped_lock lock(mutex_);
    for (const auto& [id, revision] : revisions) {
        if (revision_of(orders_, id) == revision) {
            unmirrored_.erase(id);
        }
    }
    return {};
}

Status MemoryOrderStore::forget_mirrored() {
    const std::scoped_lock lock(mutex_);
    for (const OrderId id : orders_ | std::views::keys) {
        unmirrored_.insert(id);
    }
    return {};
}

}  // namespace shelfcast::adapters
