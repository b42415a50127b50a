#include "pipelines/order/order_desk.h"

#include <algorithm>
#include <utility>

#include "base/failpoint.h"
#include "base/log.h"
#include "queries/orders.h"
#include "replenishment/orders/order_text.h"
#include "retail/time_zone.h"

namespace shelfcast::order {
namespace {

using ports::ActNote;
using ports::OrderActor;
using ports::OrderAnswer;
using ports::OrderChange;
using ports::ProposalAnswer;
using retail::OrderAction;
using retail::OrderId;
using retail::OrderState;
using retail::Proposal;
using retail::ProposalDecision;
using retail::ProposalKey;
using retail::ProposalState;
using retail::PurchaseOrder;
using retail::Quantity;

constexpr int kAttempts = 16;
constexpr std::size_t kPage = 500;
constexpr std::int64_t kDayUs = 86'400'000'000;
constexpr std::int64_t kDayMs = 86'400'000;
/// Messages about a closed order still come for so long.
constexpr std::int64_t kHeardOfClosedUs = 60 * kDayUs;
constexpr std::string_view kAutomatic = "automatic";
constexpr std::string_view kMessages = "supplier-shipments";

std::string units(Quantity quantity) {
    return retail::format_decimal(quantity.thousandths, Quantity::kScale, true);
}

std::string name_of(const ProposalKey& key) {
    return fmt::format("store {} product {} review {}", key.store.value, key.product_id,
                       retail::format_date(key.review_date));
}

Proposal as_computed(queries::ProposalRow row) {
    Proposal shown;
    shown.key = std::move(row.key);
    shown.supplier = std::move(row.supplier);
    shown.proposed = row.quantity;
    shown.quantity = row.quantity;
    shown.least = row.least;
    shown.pack_size = row.pack_size;
    shown.unit_cost = row.unit_cost;
    shown.expected_date = row.expected_date;
    shown.generated_ms = row.generated_ms;
    shown.terms = std::move(row.terms);
    return shown;
}

void put_decision(Proposal& shown, const ProposalDecision& decision) {
    shown.state = decision.state;
    shown.quantity = decision.quantity;
    shown.order = decision.order;
    shown.decided_by = decision.decided_by;
    shown.role = decision.role;
    shown.decided_at_us = decision.decided_at_us;
    shown.note = decision.note;
    shown.seen = decision.seen;
}

/// A proposal as it is kept: without what an earlier decision kept.
std::string as_seen(Proposal proposal) {
    proposal.seen.clear();
    return replenishment::to_json(proposal);
}

bool is_decided(ProposalState state) {
    return state == ProposalState::kApproved || state == ProposalState::kRejected;
}

auto decided_otherwise(const Proposal& proposal) {
    return fail(ErrorKind::kConflict, "{}: was {} by {}", name_of(proposal.key),
                retail::to_string(proposal.state), proposal.decided_by);
}

Status check_seen(const Proposal& now, const ports::SeenProposal& seen) {
    if (seen.quantity && *seen.quantity != now.quantity) {
        return fail(ErrorKind::kConflict, "{}: is {} for {} units, and {} were seen: look again",
                    name_of(now.key), retail::to_string(now.state), units(now.quantity),
                    units(*seen.quantity));
    }
    if (!is_decided(now.state) && seen.generated_ms && *seen.generated_ms != now.generated_ms) {
        return fail(ErrorKind::kConflict, "{}: was computed anew at {}: look again",
                    name_of(now.key), retail::format_utc_ms(now.generated_ms));
    }
    return {};
}

retail::OrderEvent event_of(const OrderActor& actor, const ActNote& note, std::string_view action,
                            std::int64_t now_us) {
    retail::OrderEvent event;
    event.action = action;
    event.actor = actor.name;
    event.role = actor.role;
    event.at_us = now_us;
    event.request_id = note.request_id;
    event.note = note.note;
    return event;
}

}  // namespace

template <typename Answer, typename Body>
Result<Answer> OrderDesk::until_written(const Body& body) {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        SHELFCAST_ASSIGN(std::optional<Answer> answer, body());
        if (answer) {
            if (answer->changed) {
                failpoint::reach("order.written");
                show();
            }
            return std::move(*answer);
        }
    }
    return fail(ErrorKind::kBusy, "others changed it {} times in between", kAttempts);
}

Result<std::optional<OrderId>> OrderDesk::put(const OrderChange& change) {
    const auto written = ports_.store.put_order_change(change);
    if (!written && written.error().kind == ErrorKind::kConflict) {
        return std::nullopt;
    }
    SHELFCAST_ASSIGN(const OrderId order, written);
    return order;
}

Result<replenishment::ApprovalLimit> OrderDesk::limit_of(const OrderActor& actor) {
    replenishment::ApprovalLimit limit{retail::Revenue{}};
    if (actor.role == kAutomatic) {
        limit = options_.automatic_limit;
    } else if (const auto found = options_.limits.find(actor.role);
               found != options_.limits.end()) {
        limit = found->second;
    }
    SHELFCAST_TRY(replenishment::check_limit({}, limit, actor.role));
    return limit;
}

Result<bool> OrderDesk::was_done(const ActNote& note, OrderId order, const ProposalKey& key,
                                 std::string_view action) {
    if (note.request_id.empty()) {
        return false;
    }
    SHELFCAST_ASSIGN(const auto before, ports_.store.find_request(note.request_id));
    if (!before) {
        return false;
    }
    // An approval of a proposal is of an order that was not known before.
    const bool same_object =
        before->proposal == key && (order.value == 0 || order == before->order);
    if (!same_object || before->action != action) {
        return fail(ErrorKind::kConflict, "request {} was another one: {} by {}", note.request_id,
                    before->action, before->actor);
    }
    return true;
}

Result<std::vector<Proposal>> OrderDesk::proposals(StoreId store, std::int32_t review_date) {
    SHELFCAST_ASSIGN(auto rows, queries::proposals(ports_.warehouse, store, review_date, ""));
    SHELFCAST_ASSIGN(const auto decisions, ports_.store.decisions(store, review_date));
    std::vector<Proposal> all;
    all.reserve(rows.size());
    for (queries::ProposalRow& row : rows) {
        all.push_back(as_computed(std::move(row)));
    }
    for (const ProposalDecision& decision : decisions) {
        const auto found = std::ranges::lower_bound(
            all, decision.key.product_id, {},
            [](const Proposal& one) -> const std::string& { return one.key.product_id; });
        if (found != all.end() && found->key == decision.key) {
            put_decision(*found, decision);
        }
    }
    return all;
}

Result<OrderDesk::Known> OrderDesk::proposal(const ProposalKey& key) {
    SHELFCAST_ASSIGN(auto rows, queries::proposals(ports_.warehouse, key.store, key.review_date,
                                                   key.product_id));
    SHELFCAST_ASSIGN(const auto decision, ports_.store.find_decision(key));
    if (rows.empty() || key.product_id.empty()) {
        return fail(ErrorKind::kNotFound, "{}: nothing is proposed", name_of(key));
    }
    Known known{as_computed(std::move(rows.front())), 0};
    if (decision) {
        known.revision = decision->revision;
        put_decision(known.proposal, *decision);
    }
    return known;
}

OrderDesk::Attempt<ProposalAnswer> OrderDesk::decide(const OrderActor& actor, const Known& known,
                                                     Proposal now, const ActNote& note,
                                                     std::string_view action,
                                                     std::optional<PurchaseOrder> into) {
    OrderChange change;
    change.event = event_of(actor, note, action, ports_.clock.now_us());
    change.event.proposal = now.key;
    change.event.seen = as_seen(known.proposal);
    change.decision = ProposalDecision{now.key,   known.revision,   now.state,  now.quantity,
                                       {},        actor.name,       actor.role, change.event.at_us,
                                       note.note, change.event.seen};
    if (into) {
        change.decision->order = into->id;
        change.event.order = into->id;
    }
    change.order = std::move(into);
    SHELFCAST_ASSIGN(const std::optional<OrderId> order, put(change));
    if (!order) {
        return std::nullopt;
    }
    change.decision->order = *order;
    put_decision(now, *change.decision);
    return ProposalAnswer{std::move(now), true};
}

Result<ProposalAnswer> OrderDesk::edit(const OrderActor& actor, const ProposalKey& key,
                                       Quantity quantity, const ActNote& note) {
    SHELFCAST_TRY(limit_of(actor));
    return until_written<ProposalAnswer>([&]() -> Attempt<ProposalAnswer> {
        SHELFCAST_ASSIGN(const Known known, proposal(key));
        Proposal now = known.proposal;
        SHELFCAST_ASSIGN(const bool repeated, was_done(note, {}, key, "edit"));
        if (repeated) {
            return ProposalAnswer{now, false};
        }
        if (is_decided(now.state)) {
            return decided_otherwise(now);
        }
        if (Status right = replenishment::check_quantity(quantity, now.pack_size, now.least);
            !right) {
            return forward_error(right, name_of(key));
        }
        if (now.quantity == quantity) {
            return ProposalAnswer{now, false};
        }
        now.quantity = quantity;
        now.state = ProposalState::kEdited;
        return decide(actor, known, std::move(now), note, "edit", std::nullopt);
    });
}

Result<ProposalAnswer> OrderDesk::reject(const OrderActor& actor, const ProposalKey& key,
                                         const ActNote& note) {
    SHELFCAST_TRY(limit_of(actor));
    return until_written<ProposalAnswer>([&]() -> Attempt<ProposalAnswer> {
        SHELFCAST_ASSIGN(const Known known, proposal(key));
        Proposal now = known.proposal;
        SHELFCAST_ASSIGN(const bool repeated, was_done(note, {}, key, "reject"));
        if (repeated || now.state == ProposalState::kRejected) {
            return ProposalAnswer{now, false};
        }
        if (is_decided(now.state)) {
            return decided_otherwise(now);
        }
        now.state = ProposalState::kRejected;
        return decide(actor, known, std::move(now), note, "reject", std::nullopt);
    });
}

OrderDesk::Attempt<ProposalAnswer> OrderDesk::try_approve(const OrderActor& actor,
                                                          const ProposalKey& key,
                                                          const ports::SeenProposal& seen,
                                                          const ActNote& note) {
    SHELFCAST_ASSIGN(const Known known, proposal(key));
    Proposal now = known.proposal;
    SHELFCAST_ASSIGN(const bool repeated, was_done(note, {}, key, "approve"));
    if (repeated) {
        return ProposalAnswer{now, false};
    }
    if (now.state == ProposalState::kRejected) {
        return decided_otherwise(now);
    }
    SHELFCAST_TRY(check_seen(now, seen));
    if (now.state == ProposalState::kApproved) {
        return ProposalAnswer{now, false};
    }
    if (now.quantity == Quantity{}) {
        return fail(ErrorKind::kConflict, "{}: is for no units: edit it first", name_of(key));
    }
    SHELFCAST_ASSIGN(const replenishment::ApprovalLimit limit, limit_of(actor));
    SHELFCAST_ASSIGN(auto draft, ports_.store.find_draft(key.store, now.supplier, key.review_date));
    if (!draft) {
        draft.emplace();
        draft->store = key.store;
        draft->supplier = now.supplier;
        draft->review_date = key.review_date;
        draft->created_at_us = ports_.clock.now_us();
    }
    retail::OrderLine line;
    line.product_id = key.product_id;
    line.ordered = now.quantity;
    line.unit_cost = now.unit_cost;
    if (!replenishment::add_line(*draft, std::move(line), now.expected_date)) {
        return std::nullopt;  // Somebody has approved it since it was read.
    }
    if (Status allowed =
            replenishment::check_limit(replenishment::value_of(*draft), limit, actor.role);
        !allowed) {
        return forward_error(allowed, name_of(key));
    }
    now.state = ProposalState::kApproved;
    return decide(actor, known, std::move(now), note, "approve", std::move(draft));
}

Result<ProposalAnswer> OrderDesk::approve(const OrderActor& actor, const ProposalKey& key,
                                          const ports::SeenProposal& seen, const ActNote& note) {
    SHELFCAST_TRY(limit_of(actor));
    return until_written<ProposalAnswer>([&] { return try_approve(actor, key, seen, note); });
}

Result<std::vector<PurchaseOrder>> OrderDesk::orders(const ports::OrderFilter& filter) {
    return ports_.store.orders(filter);
}

Result<PurchaseOrder> OrderDesk::find(OrderId id) {
    SHELFCAST_ASSIGN(auto found, ports_.store.find_order(id));
    if (!found) {
        return fail(ErrorKind::kNotFound, "order {} is not known", retail::order_number(id));
    }
    return std::move(*found);
}

Result<ports::OrderStory> OrderDesk::order(OrderId id) {
    SHELFCAST_ASSIGN(const PurchaseOrder before, find(id));
    if (before.sent_at_us != 0) {
        SHELFCAST_TRY(hear({before}));
    }
    ports::OrderStory story;
    SHELFCAST_ASSIGN(story.order, find(id));
    SHELFCAST_ASSIGN(story.events, ports_.store.order_events(id));
    return story;
}

OrderDesk::Attempt<OrderAnswer> OrderDesk::try_act(const OrderActor& actor, OrderId id,
                                                   const ports::OrderAct& act) {
    SHELFCAST_ASSIGN(const PurchaseOrder before, find(id));
    SHELFCAST_ASSIGN(const bool repeated,
                     was_done(act.note, id, {}, retail::to_string(act.action)));
    if (repeated) {
        return OrderAnswer{before, false};
    }
    SHELFCAST_ASSIGN(const replenishment::ApprovalLimit limit, limit_of(actor));
    if (act.action == OrderAction::kApprove && before.state == OrderState::kDraft) {
        SHELFCAST_TRY(
            replenishment::check_limit(replenishment::value_of(before), limit, actor.role));
    }
    const std::int64_t now_us = ports_.clock.now_us();
    PurchaseOrder after = before;
    Result<bool> changed =
        act.action == OrderAction::kReceive
            ? replenishment::apply_receipt(
                  after, act.receipts.empty() ? replenishment::everything_of(before) : act.receipts,
                  now_us)
            : replenishment::apply_action(after, act.action, actor.name, now_us);
    if (!changed) {
        return forward_error(changed, retail::order_number(id));
    }
    // A supplier may move the date again.
    if (act.expected_date && !replenishment::is_closed(after.state)) {
        after.expected_date = act.expected_date;
    }
    if (after == before) {
        return OrderAnswer{before, false};
    }
    OrderChange change;
    change.event = event_of(actor, act.note, retail::to_string(act.action), now_us);
    change.event.order = id;
    change.event.seen = replenishment::to_json(before);
    change.order = after;
    SHELFCAST_ASSIGN(const auto written, put(change));
    if (!written) {
        return std::nullopt;
    }
    ++after.revision;
    return OrderAnswer{std::move(after), true};
}

Result<OrderAnswer> OrderDesk::act(const OrderActor& actor, OrderId id,
                                   const ports::OrderAct& act) {
    if (act.action == OrderAction::kReceive) {
        SHELFCAST_TRY(order(id));  // What messages say comes first: the rest is what is to come.
    }
    return until_written<OrderAnswer>([&] { return try_act(actor, id, act); });
}

Status OrderDesk::hear(const std::vector<PurchaseOrder>& orders) {
    if (orders.empty()) {
        return {};
    }
    std::vector<OrderId> ids;
    std::int64_t since_us = orders.front().created_at_us;
    for (const PurchaseOrder& one : orders) {
        ids.push_back(one.id);
        since_us = std::min(since_us, one.created_at_us);
    }
    // The view retail_core.order_lines_open looks as far back.
    SHELFCAST_ASSIGN(const auto shipments,
                     queries::order_shipments(ports_.warehouse, ids, since_us / 1'000 - kDayMs));
    std::map<OrderId, std::vector<queries::OrderShipment>> by_order;
    for (const queries::OrderShipment& one : shipments) {
        by_order[one.order].push_back(one);
    }
    for (const PurchaseOrder& before : orders) {
        std::vector<replenishment::ShipmentTotals> totals;
        for (const queries::OrderShipment& one : by_order[before.id]) {
            if (one.key.store == before.store) {
                totals.push_back({one.key.product_id, one.announced, one.arrived, one.fell_short});
            }
        }
        const std::int64_t now_us = ports_.clock.now_us();
        PurchaseOrder after = before;
        if (!replenishment::apply_shipments(after, totals, now_us)) {
            continue;
        }
        OrderChange change;
        change.event =
            event_of({std::string(kMessages), std::string(kMessages)}, {}, "shipments", now_us);
        change.event.order = before.id;
        change.event.seen = replenishment::to_json(before);
        change.order = std::move(after);
        // Somebody was first: the next look hears of it again.
        SHELFCAST_TRY(put(change));
    }
    return {};
}

Status OrderDesk::hear_of_open_and_lately_closed(std::int64_t now_us, const std::stop_token& stop) {
    using enum OrderState;
    const std::vector<OrderState> open = {kSent, kConfirmed, kPartlyReceived};
    for (const auto& states : {open, std::vector<OrderState>{kReceived, kCancelled}}) {
        ports::OrderFilter filter{{}, states, {}, kPage};
        while (!stop.stop_requested()) {  // ends with the orders
            SHELFCAST_ASSIGN(const auto page, ports_.store.orders(filter));
            std::vector<PurchaseOrder> wanted;
            std::ranges::copy_if(page, std::back_inserter(wanted), [&](const PurchaseOrder& one) {
                return one.sent_at_us != 0 && (!replenishment::is_closed(one.state) ||
                                               one.created_at_us > now_us - kHeardOfClosedUs);
            });
            SHELFCAST_TRY(hear(wanted));
            if (page.size() < kPage ||
                (states != open && page.back().created_at_us < now_us - kHeardOfClosedUs)) {
                break;
            }
            filter.before = page.back().id;
        }
    }
    return {};
}

Status OrderDesk::approve_automatically(std::int64_t now_us, const std::stop_token& stop) {
    if (options_.automatic_limit.ten_millionths <= 0) {
        return {};
    }
    const auto yesterday = static_cast<std::int32_t>(now_us / kDayUs - 1);
    SHELFCAST_ASSIGN(const auto keys, queries::proposed_since(ports_.warehouse, yesterday));
    std::size_t approved = 0;
    for (std::size_t first = 0; first < keys.size() && !stop.stop_requested();) {
        // The proposals of a store and date at once.
        SHELFCAST_ASSIGN(const auto of_store,
                         proposals(keys[first].store, keys[first].review_date));
        for (const Proposal& one : of_store) {
            // A person who has touched it has it in hand.
            if (one.state != ProposalState::kOpen || one.quantity == Quantity{} || !one.unit_cost ||
                one.quantity * *one.unit_cost > options_.automatic_limit) {
                continue;
            }
            const auto done = until_written<ProposalAnswer>([&] {
                return try_approve({std::string(kAutomatic), std::string(kAutomatic)}, one.key,
                                   {one.quantity, one.generated_ms}, {});
            });
            if (done) {
                approved += done->changed ? 1U : 0U;
            } else if (is_retryable(done.error().kind)) {
                return tl::unexpected(done.error());
            }
        }
        const auto key = keys[first];
        while (first < keys.size() && keys[first].store == key.store &&
               keys[first].review_date == key.review_date) {
            ++first;
        }
    }
    if (approved > 0) {
        log::info("orders", "approved without a person proposals={}", approved);
    }
    return {};
}

Status OrderDesk::mirror(const std::stop_token& stop) {
    const std::scoped_lock lock(mirror_mutex_);
    while (!stop.stop_requested()) {  // ends with what the warehouse lacks
        SHELFCAST_ASSIGN(const auto page, ports_.store.unmirrored_orders(kPage));
        if (page.empty()) {
            return {};
        }
        // Lines first: who finds an order finds its lines.
        SHELFCAST_TRY(ports_.tables.put_derived(retail::kPurchaseOrderLinesTable,
                                                retail::purchase_order_line_rows(page)));
        SHELFCAST_TRY(ports_.tables.put_derived(retail::kPurchaseOrdersTable,
                                                retail::purchase_order_rows(page)));
        std::vector<std::pair<OrderId, std::uint64_t>> revisions;
        for (const PurchaseOrder& one : page) {
            revisions.emplace_back(one.id, one.revision);
        }
        SHELFCAST_TRY(ports_.store.mark_mirrored(revisions));
    }
    return {};
}

Status OrderDesk::read_uncounted() {
    SHELFCAST_ASSIGN(const auto rows, queries::uncounted_units(ports_.warehouse));
    std::map<retail::StockKey, std::int64_t> found;
    for (const queries::UncountedUnits& row : rows) {
        found[row.key] = row.thousandths;
    }
    const std::scoped_lock lock(uncounted_mutex_);
    uncounted_ = std::move(found);
    return {};
}

void OrderDesk::show() {
    Status shown = mirror({});
    if (shown) {
        shown = read_uncounted();
    }
    if (!shown) {
        log::warning("orders", "the warehouse's copy waits for the next look error=\"{}\"",
                     shown.error().message);
    }
}

Status OrderDesk::look(std::int64_t now_us, const std::stop_token& stop) {
    if (!begun_) {
        SHELFCAST_TRY(ports_.store.forget_mirrored());
        begun_ = true;
    }
    SHELFCAST_TRY(hear_of_open_and_lately_closed(now_us, stop));
    SHELFCAST_TRY(approve_automatically(now_us, stop));
    SHELFCAST_TRY(mirror(stop));
    return read_uncounted();
}

Result<std::int64_t> OrderDesk::uncounted(StoreId store, std::string_view product_id) {
    std::unique_lock lock(uncounted_mutex_);
    if (!uncounted_) {
        lock.unlock();
        SHELFCAST_TRY(read_uncounted());
        lock.lock();
    }
    const auto found = uncounted_->find({store, std::string(product_id)});
    return found == uncounted_->end() ? 0 : found->second;
}

}  // namespace shelfcast::order
