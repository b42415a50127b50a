// The OrderStore part of SqliteStore: decisions about proposals, orders, and what was done.

#include <algorithm>
#include <limits>

#include "adapters/sqlite_store/database.h"
#include "adapters/sqlite_store/sqlite_store.h"

namespace shelfcast::adapters {
namespace {

using ports::OrderChange;
using retail::OrderEvent;
using retail::OrderId;
using retail::OrderLine;
using retail::ProposalDecision;
using retail::ProposalKey;
using retail::PurchaseOrder;
using retail::Quantity;
using sqlite_store::Database;
using sqlite_store::Query;

constexpr std::int64_t kUnknownCost = -1;

constexpr std::string_view kSelectDecision =
    "select store_id, review_date, product_id, revision, state, quantity, order_id, decided_by, "
    "role, decided_at_us, note, seen from proposal_decisions where store_id = ?1 and "
    "review_date = ?2 and product_id = ?3";
constexpr std::string_view kSelectDecisions =
    "select store_id, review_date, product_id, revision, state, quantity, order_id, decided_by, "
    "role, decided_at_us, note, seen from proposal_decisions where store_id = ?1 and "
    "review_date = ?2 order by product_id";
constexpr std::string_view kSelectOrder =
    "select order_id, revision, store_id, supplier, review_date, state, expected_date, "
    "created_at_us, approved_at_us, sent_at_us, confirmed_at_us, closed_at_us, approved_by "
    "from purchase_orders where order_id = ?1";
constexpr std::string_view kSelectDraft =
    "select order_id, revision, store_id, supplier, review_date, state, expected_date, "
    "created_at_us, approved_at_us, sent_at_us, confirmed_at_us, closed_at_us, approved_by "
    "from purchase_orders where store_id = ?1 and supplier = ?2 and review_date = ?3 and state = 1";
constexpr std::string_view kSelectOrders =
    "select order_id, revision, store_id, supplier, review_date, state, expected_date, "
    "created_at_us, approved_at_us, sent_at_us, confirmed_at_us, closed_at_us, approved_by "
    "from purchase_orders where (?1 = 0 or store_id = ?1) and (?2 = 0 or ?2 & (1 << state) <> 0) "
    "and (?3 = 0 or order_id < ?3) order by order_id desc limit ?4";
constexpr std::string_view kSelectUnmirrored =
    "select order_id, revision, store_id, supplier, review_date, state, expected_date, "
    "created_at_us, approved_at_us, sent_at_us, confirmed_at_us, closed_at_us, approved_by "
    "from purchase_orders where mirrored = 0 order by order_id limit ?1";
constexpr std::string_view kSelectLines =
    "select product_id, ordered, received, announced, arrived, fell_short, unit_cost "
    "from purchase_order_lines where order_id = ?1 order by product_id";
constexpr std::string_view kSelectOrderEvents =
    "select order_id, store_id, review_date, product_id, action, actor, role, at_us, request_id, "
    "note, seen from order_events where order_id = ?1 and order_id > 0 order by event_id";
constexpr std::string_view kSelectProposalEvents =
    "select order_id, store_id, review_date, product_id, action, actor, role, at_us, request_id, "
    "note, seen from order_events where store_id = ?1 and store_id > 0 and review_date = ?2 and "
    "product_id = ?3 order by event_id";
constexpr std::string_view kSelectRequest =
    "select order_id, store_id, review_date, product_id, action, actor, role, at_us, request_id, "
    "note, seen from order_events where request_id = ?1 and request_id <> ''";

ProposalDecision read_decision(const Query& row) {
    ProposalDecision decision;
    decision.key = {StoreId{row.number<std::uint32_t>(0)}, row.text(2),
                    static_cast<std::int32_t>(row.integer(1))};
    decision.revision = row.number<std::uint64_t>(3);
    decision.state = static_cast<retail::ProposalState>(row.integer(4));
    decision.quantity = {row.integer(5)};
    decision.order = OrderId{row.number<std::uint64_t>(6)};
    decision.decided_by = row.text(7);
    decision.role = row.text(8);
    decision.decided_at_us = row.integer(9);
    decision.note = row.text(10);
    decision.seen = row.text(11);
    return decision;
}

PurchaseOrder read_order(const Query& row) {
    PurchaseOrder order;
    order.id = OrderId{row.number<std::uint64_t>(0)};
    order.revision = row.number<std::uint64_t>(1);
    order.store = StoreId{row.number<std::uint32_t>(2)};
    order.supplier = row.text(3);
    order.review_date = static_cast<std::int32_t>(row.integer(4));
    order.state = static_cast<retail::OrderState>(row.integer(5));
    if (row.integer(6) != 0) {
        order.expected_date = static_cast<std::int32_t>(row.integer(6));
    }
    order.created_at_us = row.integer(7);
    order.approved_at_us = row.integer(8);
    order.sent_at_us = row.integer(9);
    order.confirmed_at_us = row.integer(10);
    order.closed_at_us = row.integer(11);
    order.approved_by = row.text(12);
    return order;
}

OrderLine read_line(const Query& row) {
    OrderLine line{row.text(0),
                   Quantity{row.integer(1)},
                   Quantity{row.integer(2)},
                   Quantity{row.integer(3)},
                   Quantity{row.integer(4)},
                   Quantity{row.integer(5)},
                   std::nullopt};
    if (row.integer(6) != kUnknownCost) {
        line.unit_cost = retail::UnitPrice{row.integer(6)};
    }
    return line;
}

OrderEvent read_event(const Query& row) {
    return {OrderId{row.number<std::uint64_t>(0)},
            {StoreId{row.number<std::uint32_t>(1)}, row.text(3),
             static_cast<std::int32_t>(row.integer(2))},
            row.text(4),
            row.text(5),
            row.text(6),
            row.integer(7),
            row.text(8),
            row.text(9),
            row.text(10)};
}

template <typename Row, typename Read>
Result<std::vector<Row>> collect(Query& query, const Read& read) {
    std::vector<Row> rows;
    for (;;) {  // ends with the rows
        SHELFCAST_ASSIGN(const bool row, query.next());
        if (!row) {
            return rows;
        }
        rows.push_back(read(query));
    }
}

template <typename Row>
std::optional<Row> first_of(std::vector<Row> rows) {
    return rows.empty() ? std::nullopt : std::optional<Row>(std::move(rows.front()));
}

/// The orders of a query, with their lines.
template <typename... Values>
Result<std::vector<PurchaseOrder>> read_orders(Database& database, std::string_view sql,
                                               const Values&... values) {
    std::vector<PurchaseOrder> orders;
    {
        Query query = database.query(sql, values...);
        SHELFCAST_ASSIGN(orders, collect<PurchaseOrder>(query, read_order));
    }
    for (PurchaseOrder& order : orders) {
        Query query = database.query(kSelectLines, order.id.value);
        SHELFCAST_ASSIGN(order.lines, collect<OrderLine>(query, read_line));
    }
    return orders;
}

Status one_changed(const Database& database, std::string_view what) {
    if (database.changes() != 1) {
        return fail(ErrorKind::kConflict, "{} was changed meanwhile", what);
    }
    return {};
}

Result<OrderId> insert_order(Database& database, const PurchaseOrder& order) {
    SHELFCAST_TRY(
        database
            .query("insert into purchase_orders (revision, mirrored, store_id, supplier, "
                   "review_date, state, expected_date, created_at_us, approved_at_us, sent_at_us, "
                   "confirmed_at_us, closed_at_us, approved_by) "
                   "values (1, 0, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                   order.store.value, order.supplier, order.review_date,
                   static_cast<std::int64_t>(order.state), order.expected_date.value_or(0),
                   order.created_at_us, order.approved_at_us, order.sent_at_us,
                   order.confirmed_at_us, order.closed_at_us, order.approved_by)
            .run());
    return OrderId{static_cast<std::uint64_t>(database.last_key())};
}

Status update_order(Database& database, const PurchaseOrder& order) {
    SHELFCAST_TRY(
        database
            .query("update purchase_orders set revision = revision + 1, mirrored = 0, state = ?3, "
                   "expected_date = ?4, approved_at_us = ?5, sent_at_us = ?6, "
                   "confirmed_at_us = ?7, closed_at_us = ?8, approved_by = ?9 "
                   "where order_id = ?1 and revision = ?2",
                   order.id.value, order.revision, static_cast<std::int64_t>(order.state),
                   order.expected_date.value_or(0), order.approved_at_us, order.sent_at_us,
                   order.confirmed_at_us, order.closed_at_us, order.approved_by)
            .run());
    return one_changed(database, "order " + retail::order_number(order.id));
}

Result<OrderId> put_order(Database& database, const PurchaseOrder& order) {
    OrderId id = order.id;
    if (order.revision == 0) {
        SHELFCAST_ASSIGN(id, insert_order(database, order));
    } else {
        SHELFCAST_TRY(update_order(database, order));
    }
    SHELFCAST_TRY(
        database.query("delete from purchase_order_lines where order_id = ?1", id.value).run());
    for (const OrderLine& line : order.lines) {
        SHELFCAST_TRY(
            database
                .query("insert into purchase_order_lines (order_id, product_id, ordered, received, "
                       "announced, arrived, fell_short, unit_cost) "
                       "values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                       id.value, line.product_id, line.ordered.thousandths,
                       line.received.thousandths, line.announced.thousandths,
                       line.arrived.thousandths, line.fell_short.thousandths,
                       line.unit_cost ? line.unit_cost->ten_thousandths : kUnknownCost)
                .run());
    }
    return id;
}

Status put_decision(Database& database, const ProposalDecision& decision, OrderId order) {
    const ProposalKey& key = decision.key;
    const auto state = static_cast<std::int64_t>(decision.state);
    if (decision.revision == 0) {
        return database
            .query(
                "insert into proposal_decisions (store_id, review_date, product_id, revision, "
                "state, quantity, order_id, decided_by, role, decided_at_us, note, seen) "
                "values (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                key.store.value, key.review_date, key.product_id, state,
                decision.quantity.thousandths, order.value, decision.decided_by, decision.role,
                decision.decided_at_us, decision.note, decision.seen)
            .run();
    }
    SHELFCAST_TRY(
        database
            .query("update proposal_decisions set revision = revision + 1, state = ?5, "
                   "quantity = ?6, order_id = ?7, decided_by = ?8, role = ?9, decided_at_us = ?10, "
                   "note = ?11, seen = ?12 where store_id = ?1 and review_date = ?2 and "
                   "product_id = ?3 and revision = ?4",
                   key.store.value, key.review_date, key.product_id, decision.revision, state,
                   decision.quantity.thousandths, order.value, decision.decided_by, decision.role,
                   decision.decided_at_us, decision.note, decision.seen)
            .run());
    return one_changed(database, "the proposal of product " + key.product_id);
}

Status insert_event(Database& database, const OrderEvent& event, OrderId order) {
    return database
        .query(
            "insert into order_events (order_id, store_id, review_date, product_id, action, "
            "actor, role, at_us, request_id, note, seen) "
            "values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            order.value, event.proposal.store.value, event.proposal.review_date,
            event.proposal.product_id, event.action, event.actor, event.role, event.at_us,
            event.request_id, event.note, event.seen)
        .run();
}

}  // namespace

Result<OrderId> SqliteStore::put_order_change(const OrderChange& change) {
    const std::lock_guard lock(database_->mutex());
    return database_->transaction([&]() -> Result<OrderId> {
        OrderId id;
        if (change.order) {
            SHELFCAST_ASSIGN(id, put_order(*database_, *change.order));
        }
        const auto or_this = [&](OrderId other) { return other.value == 0 ? id : other; };
        if (change.decision) {
            SHELFCAST_TRY(
                put_decision(*database_, *change.decision, or_this(change.decision->order)));
        }
        SHELFCAST_TRY(insert_event(*database_, change.event, or_this(change.event.order)));
        return id;
    });
}

Result<std::optional<ProposalDecision>> SqliteStore::find_decision(const ProposalKey& key) {
    const std::lock_guard lock(database_->mutex());
    Query query =
        database_->query(kSelectDecision, key.store.value, key.review_date, key.product_id);
    return collect<ProposalDecision>(query, read_decision).map(first_of<ProposalDecision>);
}

Result<std::vector<ProposalDecision>> SqliteStore::decisions(StoreId store,
                                                             std::int32_t review_date) {
    const std::lock_guard lock(database_->mutex());
    Query query = database_->query(kSelectDecisions, store.value, review_date);
    return collect<ProposalDecision>(query, read_decision);
}

Result<std::optional<PurchaseOrder>> SqliteStore::find_order(OrderId id) {
    const std::lock_guard lock(database_->mutex());
    return read_orders(*database_, kSelectOrder, id.value).map(first_of<PurchaseOrder>);
}

Result<std::optional<PurchaseOrder>> SqliteStore::find_draft(StoreId store,
                                                             std::string_view supplier,
                                                             std::int32_t review_date) {
    const std::lock_guard lock(database_->mutex());
    return read_orders(*database_, kSelectDraft, store.value, supplier, review_date)
        .map(first_of<PurchaseOrder>);
}

Result<std::vector<PurchaseOrder>> SqliteStore::orders(const ports::OrderFilter& filter) {
    std::int64_t states = 0;
    for (const retail::OrderState state : filter.states) {
        states |= std::int64_t{1} << static_cast<unsigned>(state);
    }
    constexpr std::size_t kMost = std::numeric_limits<std::int64_t>::max();
    const std::lock_guard lock(database_->mutex());
    return read_orders(*database_, kSelectOrders, filter.store.value_or(StoreId{}).value, states,
                       filter.before.value, std::min(filter.limit, kMost));
}

Result<std::vector<OrderEvent>> SqliteStore::order_events(OrderId id) {
    const std::lock_guard lock(database_->mutex());
    Query query = database_->query(kSelectOrderEvents, id.value);
    return collect<OrderEvent>(query, read_event);
}

Result<std::vector<OrderEvent>> SqliteStore::proposal_events(const ProposalKey& key) {
    const std::lock_guard lock(database_->mutex());
    Query query =
        database_->query(kSelectProposalEvents, key.store.value, key.review_date, key.product_id);
    return collect<OrderEvent>(query, read_event);
}

Result<std::optional<OrderEvent>> SqliteStore::find_request(std::string_view request_id) {
    const std::lock_guard lock(database_->mutex());
    Query query = database_->query(kSelectRequest, request_id);
    return collect<OrderEvent>(query, read_event).map(first_of<OrderEvent>);
}

Result<std::vector<PurchaseOrder>> SqliteStore::unmirrored_orders(std::size_t limit) {
    constexpr std::size_t kMost = std::numeric_limits<std::int64_t>::max();
    const std::lock_guard lock(database_->mutex());
    return read_orders(*database_, kSelectUnmirrored, std::min(limit, kMost));
}

Status SqliteStore::mark_mirrored(const std::vector<std::pair<OrderId, std::uint64_t>>& revisions) {
    const std::lock_guard lock(database_->mutex());
    return database_->transaction([&]() -> Status {
        for (const auto& [id, revision] : revisions) {
            SHELFCAST_TRY(database_
                              ->query("update purchase_orders set mirrored = 1 "
                                      "where order_id = ?1 and revision = ?2",
                                      id.value, revision)
                              .run());
        }
        return {};
    });
}

Status SqliteStore::forget_mirrored() {
    const std::lock_guard lock(database_->mutex());
    return database_->query("update purchase_orders set mirrored = 0 where mirrored = 1").run();
}

}  // namespace shelfcast::adapters
