#pragma once

/// \file synthetic/rows.h
/// What a simulated day writes: event rows in the layout of the operator's table, and the truth
/// that no till sees, kept apart.
///
/// Plain data and appenders that write straight into the columns. One owner, not thread safe.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "retail/column_block.h"
#include "retail/event.h"
#include "synthetic/chain.h"

namespace shelfcast::synthetic {

/// One row per store, product and day on which the product was in stock, wanted or moved. Holds
/// opening + receipts + returns - sales - waste - theft = closing. `true_demand`: what would have
/// been bought from a shelf that is never empty. Prices in the store's currency.
[[nodiscard]] std::span<const retail::ColumnSpec> truth_columns() noexcept;
/// One row per delivery: what was ordered when, promised for when, and came when.
[[nodiscard]] std::span<const retail::ColumnSpec> delivery_columns() noexcept;
/// One row per planted event; `product_id` and `register_id` are empty where none is meant.
[[nodiscard]] std::span<const retail::ColumnSpec> planted_columns() noexcept;

[[nodiscard]] retail::ColumnBlock planted_block(const Chain& chain);

struct DayRows {
    retail::ColumnBlock events;  ///< Of retail::operator_table(retail::kEventsTable).
    retail::ColumnBlock truth;
    retail::ColumnBlock deliveries;

    [[nodiscard]] static DayRows empty();
};

/// The log position and time that event rows are given.
struct LogStamp {
    std::uint32_t partition = 0;
    std::int64_t next_offset = 0;  ///< Grows by one per row.
    std::int64_t time_us = 0;      ///< UTC; at most a day before any row's event time.
};

/// Appends events to their columns. The block must stay where it is.
class EventRows {
public:
    explicit EventRows(retail::ColumnBlock& block);
    void append(const retail::Event& event, LogStamp& log);

private:
    std::vector<std::uint32_t>& log_partition_;
    std::vector<std::int64_t>& log_offset_;
    std::vector<std::int64_t>& log_time_;
    std::vector<std::int64_t>& event_time_;
    std::vector<std::uint16_t>& business_date_;
    std::vector<std::uint32_t>& hour_start_;
    std::vector<std::uint32_t>& store_id_;
    retail::TextColumn& product_id_;
    retail::TextColumn& category_;
    std::vector<std::int8_t>& transaction_type_;
    std::vector<std::int64_t>& quantity_;
    std::vector<std::int64_t>& unit_price_;
    std::vector<retail::Int128>& revenue_;
    std::vector<retail::Uuid>& event_id_;
    retail::TextColumn& register_id_;
    retail::TextColumn& customer_id_;
    retail::TextColumn& basket_id_;
    retail::TextColumn& promotion_id_;
    retail::NullableInt64& unit_cost_;
    retail::NullableInt64& discount_;
};

/// A product's day in a store; quantities in thousandths.
struct TruthRow {
    std::int64_t opening = 0;
    std::int64_t receipts = 0;
    std::int64_t returns = 0;
    std::int64_t sales = 0;
    std::int64_t waste = 0;
    std::int64_t theft = 0;
    std::int64_t closing = 0;
    std::int64_t true_demand = 0;
    std::uint32_t stock_out_minutes = 0;  ///< Of the opening hours.
    std::int64_t price = 0;               ///< 0: not on sale.
    bool on_offer = false;
};

/// Appends truth to its columns. The block must stay where it is.
class TruthRows {
public:
    explicit TruthRows(retail::ColumnBlock& block);
    void append(std::int32_t date, StoreId store, std::string_view product_id, const TruthRow& row);

private:
    std::vector<std::uint16_t>& business_date_;
    std::vector<std::uint32_t>& store_id_;
    retail::TextColumn& product_id_;
    std::vector<std::int64_t>& opening_;
    std::vector<std::int64_t>& receipts_;
    std::vector<std::int64_t>& returns_;
    std::vector<std::int64_t>& sales_;
    std::vector<std::int64_t>& waste_;
    std::vector<std::int64_t>& theft_;
    std::vector<std::int64_t>& closing_;
    std::vector<std::int64_t>& true_demand_;
    std::vector<std::uint32_t>& stock_out_minutes_;
    std::vector<std::int64_t>& unit_price_;
    std::vector<std::uint8_t>& on_offer_;
};

}  // namespace shelfcast::synthetic
