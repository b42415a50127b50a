#include "queries/orders.h"

#include <fmt/format.h>

#include <array>

#include "queries/row_reader.h"
#include "retail/time_zone.h"
#include "sql_text.h"

namespace shelfcast::queries {
namespace {

using retail::ColumnSpec;
using retail::ColumnType;
using retail::Quantity;

retail::ProposalKey proposal_key(const RowReader& reader, std::size_t row) {
    return {reader.store(row), reader.text("product_id", row), reader.date("review_date", row)};
}

}  // namespace

Result<std::vector<ProposalRow>> proposals(ports::QueryRunner& runner, StoreId store,
                                           std::int32_t review_date, std::string_view product_id) {
    constexpr std::array kColumns = {ColumnSpec{"store_id", ColumnType::kUInt32},
                                     ColumnSpec{"product_id", ColumnType::kText},
                                     ColumnSpec{"review_date", ColumnType::kDate},
                                     ColumnSpec{"supplier_name", ColumnType::kText},
                                     ColumnSpec{"quantity", ColumnType::kInt64},
                                     ColumnSpec{"least", ColumnType::kInt64},
                                     ColumnSpec{"pack_size", ColumnType::kUInt32},
                                     ColumnSpec{"unit_cost", ColumnType::kNullableDecimal14s4},
                                     ColumnSpec{"expected_date", ColumnType::kDate},
                                     ColumnSpec{"generated_ms", ColumnType::kInt64},
                                     ColumnSpec{"terms", ColumnType::kText}};
    SHELFCAST_ASSIGN(const retail::ColumnBlock rows,
                     runner.read_rows(sql_text("queries/orders/proposals.sql"), kColumns,
                                      {{"store_id", std::to_string(store.value)},
                                       {"review_date", retail::format_date(review_date)},
                                       {"product_id", std::string(product_id)}}));
    const RowReader reader(rows);
    const auto& costs = rows.data<retail::NullableInt64>("unit_cost");
    std::vector<ProposalRow> found;
    for (std::size_t row = 0; row < reader.size(); ++row) {
        ProposalRow one;
        one.key = proposal_key(reader, row);
        one.supplier = reader.text("supplier_name", row);
        one.quantity = Quantity{reader.number("quantity", row)};
        one.least = Quantity{reader.number("least", row)};
        one.pack_size = reader.cell<std::uint32_t>("pack_size", row);
        if (costs.nulls[row] == 0) {
            one.unit_cost = retail::UnitPrice{costs.values[row]};
        }
        if (const std::int32_t date = reader.date("expected_date", row); date != 0) {
            one.expected_date = date;
        }
        one.generated_ms = reader.number("generated_ms", row);
        one.terms = reader.text("terms", row);
        found.push_back(std::move(one));
    }
    return found;
}

Result<std::vector<retail::ProposalKey>> proposed_since(ports::QueryRunner& runner,
                                                        std::int32_t review_date) {
    constexpr std::array kColumns = {ColumnSpec{"store_id", ColumnType::kUInt32},
                                     ColumnSpec{"product_id", ColumnType::kText},
                                     ColumnSpec{"review_date", ColumnType::kDate}};
    SHELFCAST_ASSIGN(const retail::ColumnBlock rows,
                     runner.read_rows(sql_text("queries/orders/proposed.sql"), kColumns,
                                      {{"from", retail::format_date(review_date)}}));
    const RowReader reader(rows);
    std::vector<retail::ProposalKey> found;
    for (std::size_t row = 0; row < reader.size(); ++row) {
        found.push_back(proposal_key(reader, row));
    }
    return found;
}

Result<std::vector<OrderShipment>> order_shipments(ports::QueryRunner& runner,
                                                   std::span<const retail::OrderId> orders,
                                                   std::int64_t since_ms) {
    constexpr std::array kColumns = {ColumnSpec{"order_number", ColumnType::kText},
                                     ColumnSpec{"store_id", ColumnType::kUInt32},
                                     ColumnSpec{"product_id", ColumnType::kText},
                                     ColumnSpec{"announced", ColumnType::kInt64},
                                     ColumnSpec{"arrived", ColumnType::kInt64},
                                     ColumnSpec{"fell_short", ColumnType::kInt64}};
    std::string numbers = "[";
    for (const retail::OrderId order : orders) {
        numbers +=
            fmt::format("{}'{}'", numbers.size() > 1 ? "," : "", retail::order_number(order));
    }
    SHELFCAST_ASSIGN(const retail::ColumnBlock rows,
                     runner.read_rows(sql_text("queries/orders/shipments.sql"), kColumns,
                                      {{"order_numbers", numbers + "]"},
                                       {"since_ms", std::to_string(since_ms)}}));
    const RowReader reader(rows);
    std::vector<OrderShipment> found;
    for (std::size_t row = 0; row < reader.size(); ++row) {
        if (const auto order = retail::parse_order_number(reader.text("order_number", row))) {
            found.push_back({*order, reader.key(row), Quantity{reader.number("announced", row)},
                             Quantity{reader.number("arrived", row)},
                             Quantity{reader.number("fell_short", row)}});
        }
    }
    return found;
}

Result<std::vector<UncountedUnits>> uncounted_units(ports::QueryRunner& runner) {
    constexpr std::array kColumns = {ColumnSpec{"store_id", ColumnType::kUInt32},
                                     ColumnSpec{"product_id", ColumnType::kText},
                                     ColumnSpec{"uncounted", ColumnType::kInt64}};
    SHELFCAST_ASSIGN(const retail::ColumnBlock rows,
                     runner.read_rows(sql_text("queries/orders/uncounted.sql"), kColumns, {}));
    const RowReader reader(rows);
    std::vector<UncountedUnits> found;
    for (std::size_t row = 0; row < reader.size(); ++row) {
        found.push_back({reader.key(row), reader.number("uncounted", row)});
    }
    return found;
}

}  // namespace shelfcast::queries
