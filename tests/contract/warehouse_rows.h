#pragma once

/// \file contract/warehouse_rows.h
/// Rows of every operator table for the warehouse's tests, and small edits of them. The roll-ups
/// are folded here, apart from the product's operator and from SQL.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/check.h"
#include "retail/column_block.h"
#include "retail/tables.h"
#include "retail/time_zone.h"

namespace shelfcast::contract {

struct SampleEvent {
    std::uint32_t log_partition = 0;
    std::int64_t log_offset = 0;
    std::uint16_t business_date = 20'000;  ///< Days since 1970-01-01.
    std::uint32_t hour = 10;               ///< Of the day, UTC.
    std::uint32_t store_id = 1;
    std::string product_id = "tea";
    std::string category = "Drinks";
    std::int8_t type = 1;              ///< 1 SALE, 2 RETURN, 3 RESTOCK.
    std::int64_t quantity = 1'000;     ///< Thousandths.
    std::int64_t unit_price = 25'000;  ///< Ten-thousandths.
    std::string basket_id{};           ///< Empty: every other event has one of its own.

    [[nodiscard]] std::uint32_t hour_start() const {
        return business_date * 86'400U + hour * 3'600U;
    }
    [[nodiscard]] std::int64_t event_time_ms() const {
        return static_cast<std::int64_t>(hour_start()) * 1'000 + 61'500 + log_offset;
    }
    [[nodiscard]] retail::Int128 amount() const {
        return static_cast<retail::Int128>(quantity) * unit_price;
    }
};

/// Two stores, three dates of two months, four products of two categories, sales, returns and
/// restocks; log offsets from `first_offset` in two partitions.
inline std::vector<SampleEvent> sample_events(std::size_t count, std::int64_t first_offset = 0) {
    constexpr std::string_view kProducts[] = {"tea", "coffee", "novel", "atlas"};
    constexpr std::string_view kCategories[] = {"Drinks", "Drinks", "Books", "Books"};
    std::vector<SampleEvent> events;
    for (std::size_t index = 0; index < count; ++index) {
        SampleEvent event;
        event.log_partition = static_cast<std::uint32_t>(index % 2);
        event.log_offset = first_offset + static_cast<std::int64_t>(index / 2);
        event.business_date = static_cast<std::uint16_t>(20'026 + index % 3);
        event.hour = static_cast<std::uint32_t>(8 + index % 5);
        event.store_id = static_cast<std::uint32_t>(1 + index / 2 % 2);
        event.product_id = kProducts[index % 4];
        event.category = kCategories[index % 4];
        event.type = static_cast<std::int8_t>(index % 7 == 3 ? 2 : index % 7 == 5 ? 3 : 1);
        event.quantity = static_cast<std::int64_t>(500 + 250 * (index % 9));
        event.unit_price = static_cast<std::int64_t>(19'999 + 1'234 * (index % 11));
        events.push_back(std::move(event));
    }
    return events;
}

inline retail::ColumnBlock event_rows(const std::vector<SampleEvent>& events) {
    using retail::Int128;
    using retail::TextColumn;
    retail::ColumnBlock rows = retail::make_table_block(retail::operator_table("events"));
    for (const SampleEvent& event : events) {
        const auto offset = static_cast<std::uint64_t>(event.log_offset);
        rows.data<std::vector<std::uint32_t>>("log_partition").push_back(event.log_partition);
        rows.data<std::vector<std::int64_t>>("log_offset").push_back(event.log_offset);
        rows.data<std::vector<std::int64_t>>("log_time")
            .push_back(event.event_time_ms() * 1'000 + 2'000'123);
        rows.data<std::vector<std::int64_t>>("event_time").push_back(event.event_time_ms());
        rows.data<std::vector<std::uint16_t>>("business_date").push_back(event.business_date);
        rows.data<std::vector<std::uint32_t>>("hour_start").push_back(event.hour_start());
        rows.data<std::vector<std::uint32_t>>("store_id").push_back(event.store_id);
        rows.data<TextColumn>("product_id").push_back(event.product_id);
        rows.data<TextColumn>("category").push_back(event.category);
        rows.data<std::vector<std::int8_t>>("transaction_type").push_back(event.type);
        rows.data<std::vector<std::int64_t>>("quantity").push_back(event.quantity);
        rows.data<std::vector<std::int64_t>>("unit_price").push_back(event.unit_price);
        rows.data<std::vector<Int128>>("revenue").push_back(event.type == 1   ? event.amount()
                                                            : event.type == 2 ? -event.amount()
                                                                              : 0);
        rows.data<std::vector<retail::Uuid>>("event_id")
            .push_back({0x0190'A0B0'0000'7000ULL + event.log_partition, offset});
        for (const std::string_view text :
             {"register_id", "customer_id", "basket_id", "promotion_id"}) {
            const bool given = text == "basket_id" && !event.basket_id.empty();
            rows.data<TextColumn>(text).push_back(given ? event.basket_id
                                                  : offset % 2 == 0
                                                      ? std::string()
                                                      : std::string(text) + std::to_string(offset));
        }
        for (const std::string_view money : {"unit_cost", "discount"}) {
            auto& values = rows.data<retail::NullableInt64>(money);
            if (offset % 3 == 0) {
                values.push_null();
            } else {
                values.push_back(event.unit_price / 2);
            }
        }
    }
    return rows;
}

inline retail::ColumnBlock rejection_rows(std::size_t count, std::int64_t first_offset = 0) {
    using retail::TextColumn;
    retail::ColumnBlock rows = retail::make_table_block(retail::operator_table("rejections"));
    for (std::size_t index = 0; index < count; ++index) {
        const bool duplicate = index % 2 == 0;
        const std::int64_t offset = first_offset + static_cast<std::int64_t>(index);
        rows.data<TextColumn>("log_topic").push_back(duplicate ? "retail_events" : "dead-letters");
        rows.data<std::vector<std::uint32_t>>("log_partition").push_back(0);
        rows.data<std::vector<std::int64_t>>("log_offset").push_back(offset);
        rows.data<std::vector<std::int64_t>>("log_time").push_back(1'764'000'000'000'000 + offset);
        rows.data<TextColumn>("reason").push_back(duplicate ? "duplicate" : "bad_utf8");
        rows.data<TextColumn>("detail").push_back(duplicate ? "" : "byte 3: 0xff");
        rows.data<TextColumn>("source").push_back("http");
        rows.data<std::vector<retail::Uuid>>("event_id").push_back({7, index});
        rows.data<TextColumn>("raw").push_back(std::string("{\"a\":\"\xff\0\xfe", 9) +
                                               std::to_string(index));
    }
    return rows;
}

/// The deltas of a roll-up over these events, one row per key.
inline retail::ColumnBlock rollup_rows(const retail::OperatorTable& table,
                                       const std::vector<SampleEvent>& events) {
    using retail::Int128;
    struct Sums {
        SampleEvent first;
        std::uint64_t events = 0;
        std::uint64_t of_type[4] = {};
        Int128 units[4] = {};
        Int128 amount[4] = {};
        std::int64_t last_event_time = 0;
        std::uint32_t sale_days = 0;
    };
    const auto has = [&](std::string_view name) {
        for (const retail::TableColumn& column : table.columns) {
            if (column.name == name) {
                return true;
            }
        }
        return false;
    };
    using Key = std::tuple<std::uint16_t, std::uint32_t, std::uint32_t, std::string, std::string>;
    std::map<Key, Sums> sums;
    for (const SampleEvent& event : events) {
        const retail::CivilDate day = retail::civil_from_days(event.business_date);
        const auto date = static_cast<std::uint16_t>(
            has("month") ? event.business_date - (day.day - 1) : event.business_date);
        const Key key{date, event.store_id, has("hour_start") ? event.hour_start() : 0,
                      has("product_id") ? event.product_id : "",
                      has("category") ? event.category : ""};
        Sums& entry = sums.try_emplace(key, Sums{event}).first->second;
        const auto type = static_cast<std::size_t>(event.type);
        ++entry.events;
        ++entry.of_type[type];
        entry.units[type] += event.quantity;
        entry.amount[type] += event.amount();
        entry.last_event_time = std::max(entry.last_event_time, event.event_time_ms());
        entry.sale_days |= event.type == 1 ? 1U << (day.day - 1) : 0;
    }
    retail::ColumnBlock rows = retail::make_table_block(table);
    using Counts = std::vector<std::uint64_t>;
    using Numbers = std::vector<Int128>;
    for (const auto& [key, entry] : sums) {
        rows.data<std::vector<std::uint16_t>>(has("month") ? "month" : "business_date")
            .push_back(std::get<0>(key));
        rows.data<std::vector<std::uint32_t>>("store_id").push_back(entry.first.store_id);
        if (has("hour_start")) {
            rows.data<std::vector<std::uint32_t>>("hour_start").push_back(entry.first.hour_start());
        }
        if (has("product_id")) {
            rows.data<retail::TextColumn>("product_id").push_back(entry.first.product_id);
        }
        if (has("category")) {
            rows.data<retail::TextColumn>("category").push_back(entry.first.category);
        }
        rows.data<Counts>("events").push_back(entry.events);
        rows.data<Counts>("sales").push_back(entry.of_type[1]);
        rows.data<Counts>("returns").push_back(entry.of_type[2]);
        rows.data<Counts>("restocks").push_back(entry.of_type[3]);
        rows.data<Numbers>("units_sold").push_back(entry.units[1]);
        rows.data<Numbers>("units_returned").push_back(entry.units[2]);
        rows.data<Numbers>("units_restocked").push_back(entry.units[3]);
        rows.data<Numbers>("gross_revenue").push_back(entry.amount[1]);
        rows.data<Numbers>("returned_revenue").push_back(entry.amount[2]);
        rows.data<std::vector<std::int64_t>>("last_event_time").push_back(entry.last_event_time);
        if (has("sale_days")) {
            rows.data<std::vector<std::uint32_t>>("sale_days").push_back(entry.sale_days);
        }
    }
    return rows;
}

/// The words that a topic's table knows, the nth of them in turn.
inline std::string_view sample_word(std::string_view column, std::size_t index) {
    constexpr std::string_view kUpdates[] = {"COUNT", "CORRECTION", "WASTE", "RESERVE", "RELEASE"};
    constexpr std::string_view kStatuses[] = {"ANNOUNCED", "ARRIVED", "SHORT"};
    return column == "update_type" ? kUpdates[index % 5]
           : column == "status"    ? kStatuses[index % 3]
                                   : "WORD";
}

/// Rows of a topic's own table, at the places, times and products of sample_events().
inline retail::ColumnBlock topic_rows(const retail::OperatorTable& table, std::size_t count,
                                      std::int64_t first_offset = 0) {
    using retail::ColumnType;
    const std::vector<SampleEvent> events = sample_events(count, first_offset);
    retail::ColumnBlock rows = retail::make_table_block(table);
    for (std::size_t index = 0; index < count; ++index) {
        const SampleEvent& event = events[index];
        for (retail::Column& column : rows.columns) {
            const auto number = static_cast<std::int64_t>(index);
            if (column.name == "log_partition" || column.name == "store_id") {
                std::get<std::vector<std::uint32_t>>(column.data)
                    .push_back(column.name == "store_id" ? event.store_id : event.log_partition);
            } else if (column.type == ColumnType::kDate) {
                std::get<std::vector<std::uint16_t>>(column.data).push_back(event.business_date);
            } else if (column.type == ColumnType::kUuid) {
                std::get<std::vector<retail::Uuid>>(column.data).push_back({11, index});
            } else if (column.type == ColumnType::kNullableDecimal14s4) {
                auto& values = std::get<retail::NullableInt64>(column.data);
                index % 3 == 0 ? values.push_null() : values.push_back(event.unit_price);
            } else if (column.type == ColumnType::kText) {
                std::get<retail::TextColumn>(column.data)
                    .push_back(column.name == "product_id"
                                   ? event.product_id
                                   : std::string(sample_word(column.name, index)));
            } else {
                std::get<std::vector<std::int64_t>>(column.data)
                    .push_back(column.name == "log_offset"   ? event.log_offset
                               : column.name == "event_time" ? event.event_time_ms()
                               : column.name == "log_time"   ? event.event_time_ms() * 1'000
                               : column.name == "quantity"   ? event.quantity
                                                             : 1'700'000'000'000 + number);
            }
        }
    }
    return rows;
}

/// What moves or promises stock: a row of inventory_updates, supplier_shipments or
/// sales_transactions.
struct SampleMovement {
    std::uint32_t store_id = 1;
    std::uint16_t business_date = 0;
    std::string product_id;
    std::string word;  ///< "COUNT", "ARRIVED" …
    std::int64_t quantity = 0;
    std::int64_t event_time_ms = 0;
};

/// The deltas of stock_days over these movements, one row per key.
inline retail::ColumnBlock stock_day_rows(const std::vector<SampleMovement>& movements) {
    using retail::Int128;
    const std::map<std::string, std::string> measure_of = {{"SALE", "units_sold"},
                                                           {"RETURN", "units_returned"},
                                                           {"CORRECTION", "units_corrected"},
                                                           {"WASTE", "units_wasted"},
                                                           {"RESERVE", "units_reserved"},
                                                           {"ANNOUNCED", "units_announced"},
                                                           {"ARRIVED", "units_arrived"},
                                                           {"SHORT", "units_short"}};
    constexpr Int128 kUnits = 1'000'000'000'000;
    std::map<std::tuple<std::uint32_t, std::uint16_t, std::string>, std::map<std::string, Int128>>
        sums;
    for (const SampleMovement& one : movements) {
        auto& day = sums[{one.store_id, one.business_date, one.product_id}];
        day["events"] += 1;
        day["last_event_time"] = std::max(day["last_event_time"], Int128{one.event_time_ms});
        if (one.word == "COUNT") {
            day["counts"] += 1;
            day["first_count"] =
                std::max(day["first_count"],
                         Int128{10'000'000'000'000 - one.event_time_ms} * kUnits + one.quantity);
            day["last_count"] =
                std::max(day["last_count"], Int128{one.event_time_ms} * kUnits + one.quantity);
        } else if (one.word == "RELEASE") {
            day["units_reserved"] -= one.quantity;
        } else {
            day[measure_of.at(one.word)] += one.quantity;
        }
    }
    const retail::OperatorTable& table = retail::operator_table(retail::kStockDaysTable);
    retail::ColumnBlock rows = retail::make_table_block(table);
    for (auto& [key, day] : sums) {
        rows.data<std::vector<std::uint32_t>>("store_id").push_back(std::get<0>(key));
        rows.data<std::vector<std::uint16_t>>("business_date").push_back(std::get<1>(key));
        rows.data<retail::TextColumn>("product_id").push_back(std::get<2>(key));
        for (const retail::TableColumn& column : table.columns) {
            const Int128 value =
                retail::is_measure(column.role) ? day[std::string(column.name)] : 0;
            if (column.type == retail::ColumnType::kUInt64) {
                rows.data<std::vector<std::uint64_t>>(column.name)
                    .push_back(static_cast<std::uint64_t>(value));
            } else if (column.type == retail::ColumnType::kDecimal38s3) {
                rows.data<std::vector<Int128>>(column.name).push_back(value);
            } else if (column.type == retail::ColumnType::kDateTime64Ms) {
                rows.data<std::vector<std::int64_t>>(column.name)
                    .push_back(static_cast<std::int64_t>(value));
            }
        }
    }
    return rows;
}

/// What topic_rows() of the inventory updates, and of the shipments if wanted, come to.
inline std::vector<SampleMovement> sample_movements(const std::vector<SampleEvent>& events,
                                                    bool with_shipments) {
    std::vector<SampleMovement> movements;
    for (std::size_t index = 0; index < events.size(); ++index) {
        const SampleEvent& event = events[index];
        SampleMovement one{event.store_id,   event.business_date,
                           event.product_id, std::string(sample_word("update_type", index)),
                           event.quantity,   event.event_time_ms()};
        movements.push_back(one);
        if (with_shipments) {
            one.word = sample_word("status", index);
            movements.push_back(std::move(one));
        }
    }
    return movements;
}

/// The rows of a roll-up over sample rows of the tables that it sums.
inline retail::ColumnBlock rollup_of_samples(const retail::OperatorTable& table,
                                             const std::vector<SampleEvent>& events) {
    return table.name == retail::kStockDaysTable ? stock_day_rows(sample_movements(events, true))
                                                 : rollup_rows(table, events);
}

/// Rows of any operator table: `count` events, rejections or messages of another topic, or the
/// roll-up of so many.
inline retail::ColumnBlock sample_rows(const retail::OperatorTable& table, std::size_t count,
                                       std::int64_t first_offset = 0) {
    if (table.name == retail::kEventsTable || table.name == retail::kSalesTransactionsTable) {
        return event_rows(sample_events(count, first_offset));
    }
    if (table.name == retail::kRejectionsTable) {
        return rejection_rows(count, first_offset);
    }
    if (table.kind == retail::TableKind::kRows) {
        return topic_rows(table, count, first_offset);
    }
    const std::vector<SampleEvent> events = sample_events(count, first_offset);
    return table.name == retail::kStockDaysTable ? stock_day_rows(sample_movements(events, false))
                                                 : rollup_rows(table, events);
}

inline std::vector<retail::ColumnSpec> specs_of(const retail::ColumnBlock& rows) {
    std::vector<retail::ColumnSpec> specs;
    for (const retail::Column& column : rows.columns) {
        specs.push_back({column.name, column.type});
    }
    return specs;
}

inline void append_all(retail::ColumnBlock& to, const retail::ColumnBlock& from) {
    for (std::size_t row = 0; row < from.rows(); ++row) {
        retail::append_row(to, from, row);
    }
}

inline retail::ColumnBlock without_row(const retail::ColumnBlock& rows, std::size_t dropped) {
    retail::ColumnBlock kept = retail::make_block(specs_of(rows));
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        if (row != dropped) {
            retail::append_row(kept, rows, row);
        }
    }
    return kept;
}

inline retail::ColumnBlock in_reverse(const retail::ColumnBlock& rows) {
    retail::ColumnBlock reversed = retail::make_block(specs_of(rows));
    for (std::size_t row = rows.rows(); row > 0; --row) {
        retail::append_row(reversed, rows, row - 1);
    }
    return reversed;
}

/// Changes one value by the least that its type allows.
struct ChangeValue {
    std::size_t row;
    bool up;

    template <typename Number>
    void operator()(std::vector<Number>& values) const {
        Number& value = values[row];
        value = static_cast<Number>(up ? value + 1 : value - 1);
    }
    void operator()(std::vector<std::int8_t>& types) const {
        types[row] = static_cast<std::int8_t>(types[row] % 3 + 1);
    }
    void operator()(std::vector<retail::Uuid>& ids) const { ids[row].low ^= 1U; }
    void operator()(retail::TextColumn& texts) const {
        retail::TextColumn changed;
        for (std::size_t index = 0; index < texts.size(); ++index) {
            changed.push_back(index == row ? std::string(texts[index]) + "~"
                                           : std::string(texts[index]));
        }
        texts = std::move(changed);
    }
    void operator()(retail::NullableInt64& values) const {
        if (values.nulls[row] != 0) {
            values.nulls[row] = 0;  // Null and zero differ.
        } else {
            values.values[row] += up ? 1 : -1;
        }
    }
};

inline retail::ColumnBlock with_change(retail::ColumnBlock rows, std::string_view column,
                                       std::size_t row, bool up) {
    std::visit(ChangeValue{row, up}, rows.column(column).data);
    return rows;
}

}  // namespace shelfcast::contract
