// The OrderStore part of PostgresStore: decisions about proposals, orders, and what was done.

#include <algorithm>
#include <limits>
#include <map>

#include "adapters/postgres_store/database.h"
#include "adapters/postgres_store/postgres_store.h"

namespace shelfcast::adapters {
namespace {

using ports::OrderChange;
using postgres_store::Connection;
using postgres_store::Rows;
using postgres_store::Values;
using retail::OrderEvent;
using retail::OrderId;
using retail::OrderLine;
using retail::ProposalDecision;
using retail::ProposalKey;
using retail::PurchaseOrder;
using retail::Quantity;

constexpr std::int64_t kUnknownCost = -1;
constexpr const char* kReadOnly = "begin isolation level repeatable read read only";

constexpr const char* kSelectDecision =
    "select store_id, review_date, product_id, revision, state, quantity, order_id, decided_by, "
    "role, decided_at_us, note, seen from proposal_decisions where store_id = $1 and "
    "review_date = $2 and product_id = $3";
constexpr const char* kSelectDecisions =
    "select store_id, review_date, product_id, revision, state, quantity, order_id, decided_by, "
    "role, decided_at_us, note, seen from proposal_decisions where store_id = $1 and "
    "review_date = $2 order by product_id";
constexpr const char* kSelectOrder =
    "select order_id, revision, store_id, supplier, review_date, state, expected_date, "
    "created_at_us, approved_at_us, sent_at_us, confirmed_at_us, closed_at_us, approved_by "
    "from purchase_orders where order_id = $1";
constexpr const char* kSelectDraft =
    "select order_id, revision, store_id, supplier, review_date, state, expected_date, "
    "created_at_us, approved_at_us, sent_at_us, confirmed_at_us, closed_at_us, approved_by "
    "from purchase_orders where store_id = $1 and supplier = $2 and review_date = $3 and state = 1";
constexpr const char* kSelectOrders =
    "select order_id, revision, store_id, supplier, review_date, state, expected_date, "
    "created_at_us, approved_at_us, sent_at_us, confirmed_at_us, closed_at_us, approved_by "
    "from purchase_orders where ($1::bigint = 0 or store_id = $1::bigint) and "
    "(cardinality($2::smallint[]) = 0 or state = any($2::smallint[])) and "
    "($3::bigint = 0 or order_id < $3::bigint) order by order_id desc limit $4::bigint";
constexpr const char* kSelectUnmirrored =
    "select order_id, revision, store_id, supplier, review_date, state, expected_date, "
    "created_at_us, approved_at_us, sent_at_us, confirmed_at_us, closed_at_us, approved_by "
    "from purchase_orders where not mirrored order by order_id limit $1::bigint";
constexpr const char* kSelectLines =
    "select order_id, product_id, ordered, received, announced, arrived, fell_short, unit_cost "
    "from purchase_order_lines where order_id = any($1::bigint[]) order by order_id, product_id";
constexpr const char* kSelectOrderEvents =
    "select order_id, store_id, review_date, product_id, action, actor, role, at_us, request_id, "
    "note, seen from order_events where order_id = $1 and order_id > 0 order by event_id";
constexpr const char* kSelectProposalEvents =
    "select order_id, store_id, review_date, product_id, action, actor, role, at_us, request_id, "
    "note, seen from order_events where store_id = $1 and store_id > 0 and review_date = $2 and "
    "product_id = $3 order by event_id";
constexpr const char* kSelectRequest =
    "select order_id, store_id, review_date, product_id, action, actor, role, at_us, request_id, "
    "note, seen from order_events where request_id = $1 and request_id <> ''";

std::int64_t bounded(std::size_t limit) {
    constexpr std::size_t kMost = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::int64_t>(std::min(limit, kMost));
}

ProposalDecision read_decision(const Rows& rows, int row) {
    ProposalDecision decision;
    decision.key = {StoreId{rows.number<std::uint32_t>(row, 0)}, rows.text(row, 2),
                    static_cast<std::int32_t>(rows.integer(row, 1))};
    decision.revision = rows.number<std::uint64_t>(row, 3);
    decision.state = static_cast<retail::ProposalState>(rows.integer(row, 4));
    decision.quantity = {rows.integer(row, 5)};
    decision.order = OrderId{rows.number<std::uint64_t>(row, 6)};
    decision.decided_by = rows.text(row, 7);
    decision.role = rows.text(row, 8);
    decision.decided_at_us = rows.integer(row, 9);
    decision.note = rows.text(row, 10);
    decision.seen = rows.text(row, 11);
    return decision;
}

PurchaseOrder read_order(const Rows& rows, int row) {
    PurchaseOrder order;
    order.id = OrderId{rows.number<std::uint64_t>(row, 0)};
    order.revision = rows.number<std::uint64_t>(row, 1);
    order.store = StoreId{rows.number<std::uint32_t>(row, 2)};
    order.supplier = rows.text(row, 3);
    order.review_date = static_cast<std::int32_t>(rows.integer(row, 4));
    order.state = static_cast<retail::OrderState>(rows.integer(row, 5));
    if (rows.integer(row, 6) != 0) {
        order.expected_date = static_cast<std::int32_t>(rows.integer(row, 6));
    }
    order.created_at_us = rows.integer(row, 7);
    order.approved_at_us = rows.integer(row, 8);
    order.sent_at_us = rows.integer(row, 9);
    order.confirmed_at_us = rows.integer(row, 10);
    order.closed_at_us = rows.integer(row, 11);
    order.approved_by = rows.text(row, 12);
    return order;
}

OrderLine read_line(const Rows& rows, int row) {
    OrderLine line{rows.text(row, 1),
                   Quantity{rows.integer(row, 2)},
                   Quantity{rows.integer(row, 3)},
                   Quantity{rows.integer(row, 4)},
                   Quantity{rows.integer(row, 5)},
                   Quantity{rows.integer(row, 6)},
                   std::nullopt};
    if (rows.integer(row, 7) != kUnknownCost) {
        line.unit_cost = retail::UnitPrice{rows.integer(row, 7)};
    }
    return line;
}

OrderEvent read_event(const Rows& rows, int row) {
    return {OrderId{rows.number<std::uint64_t>(row, 0)},
            {StoreId{rows.number<std::uint32_t>(row, 1)}, rows.text(row, 3),
             static_cast<std::int32_t>(rows.integer(row, 2))},
            rows.text(row, 4),
            rows.text(row, 5),
            rows.text(row, 6),
            rows.integer(row, 7),
            rows.text(row, 8),
            rows.text(row, 9),
            rows.text(row, 10)};
}

template <typename Row>
std::vector<Row> collect(const Rows& rows, Row (*read)(const Rows&, int)) {
    std::vector<Row> found;
    found.reserve(static_cast<std::size_t>(rows.count()));
    for (int row = 0; row < rows.count(); ++row) {
        found.push_back(read(rows, row));
    }
    return found;
}

template <typename Row>
std::optional<Row> first_of(std::vector<Row> rows) {
    return rows.empty() ? std::nullopt : std::optional<Row>(std::move(rows.front()));
}

/// The orders of a query, with their lines.
Result<std::vector<PurchaseOrder>> read_orders(Connection& connection, const char* sql,
                                               const Values& values) {
    SHELFCAST_ASSIGN(const Rows rows, connection.query(sql, values));
    std::vector<PurchaseOrder> orders = collect(rows, &read_order);
    std::vector<std::uint64_t> ids;
    std::map<OrderId, PurchaseOrder*> by_id;
    for (PurchaseOrder& order : orders) {
        ids.push_back(order.id.value);
        by_id[order.id] = &order;
    }
    SHELFCAST_ASSIGN(const Rows lines, connection.query(kSelectLines, ids));
    for (int row = 0; row < lines.count(); ++row) {
        by_id[OrderId{lines.number<std::uint64_t>(row, 0)}]->lines.push_back(read_line(lines, row));
    }
    return orders;
}

Status one_changed(const Rows& rows, std::string_view what) {
    if (rows.changed() != 1) {
        return fail(ErrorKind::kConflict, "{} was changed meanwhile", what);
    }
    return {};
}

Result<OrderId> insert_order(Connection& connection, const PurchaseOrder& order) {
    SHELFCAST_ASSIGN(
        const Rows made,
        connection.query("insert into purchase_orders (revision, mirrored, store_id, supplier, "
                         "review_date, state, expected_date, created_at_us, approved_at_us, "
                         "sent_at_us, confirmed_at_us, closed_at_us, approved_by) values "
                         "(1, false, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
                         "returning order_id",
                         order.store.value, order.supplier, order.review_date,
                         static_cast<int>(order.state), order.expected_date.value_or(0),
                         order.created_at_us, order.approved_at_us, order.sent_at_us,
                         order.confirmed_at_us, order.closed_at_us, order.approved_by));
    return OrderId{made.number<std::uint64_t>(0, 0)};
}

Status update_order(Connection& connection, const PurchaseOrder& order) {
    SHELFCAST_ASSIGN(
        const Rows rows,
        connection.query("update purchase_orders set revision = revision + 1, mirrored = false, "
                         "state = $3, expected_date = $4, approved_at_us = $5, sent_at_us = $6, "
                         "confirmed_at_us = $7, closed_at_us = $8, approved_by = $9 "
                         "where order_id = $1 and revision = $2",
                         order.id.value, order.revision, static_cast<int>(order.state),
                         order.expected_date.value_or(0), order.approved_at_us, order.sent_at_us,
                         order.confirmed_at_us, order.closed_at_us, order.approved_by));
    return one_changed(rows, "order " + retail::order_number(order.id));
}

Result<OrderId> put_order(Connection& connection, const PurchaseOrder& order) {
    OrderId id = order.id;
    if (order.revision == 0) {
        SHELFCAST_ASSIGN(id, insert_order(connection, order));
    } else {
        SHELFCAST_TRY(update_order(connection, order));
    }
    SHELFCAST_TRY(
        connection.query("delete from purchase_order_lines where order_id = $1", id.value));
    std::vector<std::string> products;
    std::vector<std::int64_t> ordered;
    std::vector<std::int64_t> received;
    std::vector<std::int64_t> announced;
    std::vector<std::int64_t> arrived;
    std::vector<std::int64_t> fell_short;
    std::vector<std::int64_t> costs;
    for (const OrderLine& line : order.lines) {
        products.push_back(line.product_id);
        ordered.push_back(line.ordered.thousandths);
        received.push_back(line.received.thousandths);
        announced.push_back(line.announced.thousandths);
        arrived.push_back(line.arrived.thousandths);
        fell_short.push_back(line.fell_short.thousandths);
        costs.push_back(line.unit_cost ? line.unit_cost->ten_thousandths : kUnknownCost);
    }
    SHELFCAST_TRY(connection.query(
        "insert into purchase_order_lines (order_id, product_id, ordered, received, announced, "
        "arrived, fell_short, unit_cost) select $1::bigint, line.* from unnest($2::text[], "
        "$3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[]) "
        "as line",
        id.value, products, ordered, received, announced, arrived, fell_short, costs));
    return id;
}

Status put_decision(Connection& connection, const ProposalDecision& decision, OrderId order) {
    const ProposalKey& key = decision.key;
    const int state = static_cast<int>(decision.state);
    if (decision.revision == 0) {
        SHELFCAST_TRY(connection.query(
            "insert into proposal_decisions (store_id, review_date, product_id, revision, state, "
            "quantity, order_id, decided_by, role, decided_at_us, note, seen) "
            "values ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9, $10, $11)",
            key.store.value, key.review_date, key.product_id, state, decision.quantity.thousandths,
            order.value, decision.decided_by, decision.role, decision.decided_at_us, decision.note,
            decision.seen));
        return {};
    }
    SHELFCAST_ASSIGN(
        const Rows rows,
        connection.query("update proposal_decisions set revision = revision + 1, state = $5, "
                         "quantity = $6, order_id = $7, decided_by = $8, role = $9, "
                         "decided_at_us = $10, note = $11, seen = $12 where store_id = $1 and "
                         "review_date = $2 and product_id = $3 and revision = $4",
                         key.store.value, key.review_date, key.product_id, decision.revision, state,
                         decision.quantity.thousandths, order.value, decision.decided_by,
                         decision.role, decision.decided_at_us, decision.note, decision.seen));
    return one_changed(rows, "the proposal of product " + key.product_id);
}

Status insert_event(Connection& connection, const OrderEvent& event, OrderId order) {
    SHELFCAST_TRY(connection.query(
        "insert into order_events (order_id, store_id, review_date, product_id, action, actor, "
        "role, at_us, request_id, note, seen) "
        "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        order.value, event.proposal.store.value, event.proposal.review_date,
        event.proposal.product_id, event.action, event.actor, event.role, event.at_us,
        event.request_id, event.note, event.seen));
    return {};
}

}  // namespace

Result<OrderId> PostgresStore::put_order_change(const OrderChange& change) {
    return database_->transaction("begin", [&](Connection& connection) -> Result<OrderId> {
        OrderId id;
        if (change.order) {
            SHELFCAST_ASSIGN(id, put_order(connection, *change.order));
        }
        const auto or_this = [&](OrderId other) { return other.value == 0 ? id : other; };
        if (change.decision) {
            SHELFCAST_TRY(
                put_decision(connection, *change.decision, or_this(change.decision->order)));
        }
        SHELFCAST_TRY(insert_event(connection, change.event, or_this(change.event.order)));
        return id;
    });
}

Result<std::optional<ProposalDecision>> PostgresStore::find_decision(const ProposalKey& key) {
    SHELFCAST_ASSIGN(const Rows rows, database_->query(kSelectDecision, key.store.value,
                                                       key.review_date, key.product_id));
    return first_of(collect(rows, &read_decision));
}

Result<std::vector<ProposalDecision>> PostgresStore::decisions(StoreId store,
                                                               std::int32_t review_date) {
    SHELFCAST_ASSIGN(const Rows rows, database_->query(kSelectDecisions, store.value, review_date));
    return collect(rows, &read_decision);
}

Result<std::optional<PurchaseOrder>> PostgresStore::find_order(OrderId id) {
    return database_
        ->transaction(kReadOnly,
                      [&](Connection& connection) {
                          return read_orders(connection, kSelectOrder, Values(id.value));
                      })
        .map(first_of<PurchaseOrder>);
}

Result<std::optional<PurchaseOrder>> PostgresStore::find_draft(StoreId store,
                                                               std::string_view supplier,
                                                               std::int32_t review_date) {
    return database_
        ->transaction(kReadOnly,
                      [&](Connection& connection) {
                          return read_orders(connection, kSelectDraft,
                                             Values(store.value, supplier, review_date));
                      })
        .map(first_of<PurchaseOrder>);
}

Result<std::vector<PurchaseOrder>> PostgresStore::orders(const ports::OrderFilter& filter) {
    std::vector<int> states;
    for (const retail::OrderState state : filter.states) {
        states.push_back(static_cast<int>(state));
    }
    return database_->transaction(kReadOnly, [&](Connection& connection) {
        return read_orders(connection, kSelectOrders,
                           Values(filter.store.value_or(StoreId{}).value, states,
                                  filter.before.value, bounded(filter.limit)));
    });
}

Result<std::vector<OrderEvent>> PostgresStore::order_events(OrderId id) {
    SHELFCAST_ASSIGN(const Rows rows, database_->query(kSelectOrderEvents, id.value));
    return collect(rows, &read_event);
}

Result<std::vector<OrderEvent>> PostgresStore::proposal_events(const ProposalKey& key) {
    SHELFCAST_ASSIGN(const Rows rows, database_->query(kSelectProposalEvents, key.store.value,
                                                       key.review_date, key.product_id));
    return collect(rows, &read_event);
}

Result<std::optional<OrderEvent>> PostgresStore::find_request(std::string_view request_id) {
    SHELFCAST_ASSIGN(const Rows rows, database_->query(kSelectRequest, request_id));
    return first_of(collect(rows, &read_event));
}

Result<std::vector<PurchaseOrder>> PostgresStore::unmirrored_orders(std::size_t limit) {
    return database_->transaction(kReadOnly, [&](Connection& connection) {
        return read_orders(connection, kSelectUnmirrored, Values(bounded(limit)));
    });
}

Status PostgresStore::mark_mirrored(
    const std::vector<std::pair<OrderId, std::uint64_t>>& revisions) {
    std::vector<std::uint64_t> ids;
    std::vector<std::uint64_t> numbers;
    for (const auto& [id, revision] : revisions) {
        ids.push_back(id.value);
        numbers.push_back(revision);
    }
    SHELFCAST_TRY(database_->query(
        "update purchase_orders o set mirrored = true from unnest($1::bigint[], $2::bigint[]) "
        "as seen (order_id, revision) where o.order_id = seen.order_id and "
        "o.revision = seen.revision",
        ids, numbers));
    return {};
}

Status PostgresStore::forget_mirrored() {
    SHELFCAST_TRY(database_->query("update purchase_orders set mirrored = false where mirrored"));
    return {};
}

}  // namespace shelfcast::adapters
