#include "adapters/memory/table_rows.h"

#include <algorithm>

#include "adapters/memory/cells.h"
#include "retail/time_zone.h"

namespace shelfcast::adapters::memory {

using retail::ColumnBlock;
using retail::ColumnRole;
using retail::Int128;
using retail::OperatorTable;
using retail::TableColumn;

// "business_date=20414 store_id=3"
std::string text_of_columns(const OperatorTable& table, const ColumnBlock& rows, std::size_t row,
                            bool keys) {
    std::string text;
    for (const TableColumn& column : table.columns) {
        if ((column.role == ColumnRole::kKey) == keys) {
            text += fmt::format("{}{}={}", text.empty() ? "" : " ", column.name,
                                cell_text(rows.column(column.name), row));
        }
    }
    return text;
}

std::uint64_t hash_text(std::string_view text) {
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (const char byte : text) {
        hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3ULL;
    }
    return hash;
}

void Sums::add(const ColumnBlock& rows) {
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        auto& entry = entries_[text_of_columns(*table_, rows, row, true)];
        if (entry.keys.columns.empty()) {
            entry.keys = retail::make_table_block(*table_);
            for (std::size_t column = 0; column < table_->columns.size(); ++column) {
                if (table_->columns[column].role == ColumnRole::kKey) {
                    append_cell(entry.keys.columns[column], rows.columns[column], row);
                }
            }
            entry.measures.assign(table_->columns.size(), 0);
        }
        for (std::size_t column = 0; column < table_->columns.size(); ++column) {
            const ColumnRole role = table_->columns[column].role;
            if (role == ColumnRole::kSum) {
                entry.measures[column] += cell_number(rows.columns[column], row);
            } else if (role == ColumnRole::kMax) {
                entry.measures[column] =
                    std::max(entry.measures[column], cell_number(rows.columns[column], row));
            } else if (role == ColumnRole::kBits) {
                entry.measures[column] |= cell_number(rows.columns[column], row);
            }
        }
    }
}

ColumnBlock Sums::block() const {
    ColumnBlock out = retail::make_table_block(*table_);
    for (const auto& [key, entry] : entries_) {
        for (std::size_t column = 0; column < table_->columns.size(); ++column) {
            if (table_->columns[column].role == ColumnRole::kKey) {
                append_cell(out.columns[column], entry.keys.columns[column], 0);
            } else {
                append_number(out.columns[column], entry.measures[column]);
            }
        }
    }
    return out;
}

Contents contents_of(const OperatorTable& table, const ColumnBlock& rows) {
    Contents contents;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        contents[text_of_columns(table, rows, row, true)].push_back(
            text_of_columns(table, rows, row, false));
    }
    for (auto& [key, texts] : contents) {
        std::ranges::sort(texts);
    }
    return contents;
}

std::string difference_text(const Contents& contents, const std::string& key) {
    const auto found = contents.find(key);
    if (found == contents.end()) {
        return {};
    }
    return found->second.size() == 1
               ? found->second.front()
               : fmt::format("rows={} {}", found->second.size(), found->second.front());
}

ColumnBlock in_key_order(const OperatorTable& table, const ColumnBlock& rows) {
    std::vector<std::pair<std::string, std::size_t>> order;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        order.emplace_back(text_of_columns(table, rows, row, true), row);
    }
    std::ranges::sort(order);
    ColumnBlock sorted = retail::make_table_block(table);
    for (const auto& [key, row] : order) {
        retail::append_row(sorted, rows, row);
    }
    return sorted;
}

namespace {

using Measures = std::map<std::string_view, Int128>;

/// What a row of `events` adds.
Measures of_event(const ColumnBlock& events, std::size_t row, const retail::CivilDate& day) {
    const Int128 type = cell_number(events.column("transaction_type"), row);
    const Int128 quantity = cell_number(events.column("quantity"), row);
    const Int128 revenue = cell_number(events.column("revenue"), row);
    return {
        {"events", 1},
        {"sales", type == 1 ? 1 : 0},
        {"returns", type == 2 ? 1 : 0},
        {"restocks", type == 3 ? 1 : 0},
        {"units_sold", type == 1 ? quantity : 0},
        {"units_returned", type == 2 ? quantity : 0},
        {"units_restocked", type == 3 ? quantity : 0},
        {"gross_revenue", type == 1 ? revenue : 0},
        {"returned_revenue", type == 2 ? -revenue : 0},
        {"last_event_time", cell_number(events.column("event_time"), row)},
        {"sale_days", type == 1 ? Int128{1} << (day.day - 1) : 0},
    };
}

/// What a row of a table of movements adds.
Measures of_movement(const OperatorTable& source, const ColumnBlock& rows, std::size_t row) {
    const auto name = [&]() -> std::string {
        if (source.name == retail::kInventoryUpdatesTable) {
            return cell_text(rows.column("update_type"), row);
        }
        if (source.name == retail::kSupplierShipmentsTable) {
            return cell_text(rows.column("status"), row);
        }
        return cell_number(rows.column("transaction_type"), row) == 1 ? "SALE" : "RETURN";
    }();
    const Int128 quantity = cell_number(rows.column("quantity"), row);
    const Int128 time = cell_number(rows.column("event_time"), row);
    const auto if_named = [&](std::string_view wanted) { return name == wanted ? quantity : 0; };
    return {
        {"events", 1},
        {"counts", name == "COUNT" ? 1 : 0},
        {"units_sold", if_named("SALE")},
        {"units_returned", if_named("RETURN")},
        {"units_corrected", if_named("CORRECTION")},
        {"units_wasted", if_named("WASTE")},
        {"units_reserved", if_named("RESERVE") - if_named("RELEASE")},
        {"units_announced", if_named("ANNOUNCED")},
        {"units_arrived", if_named("ARRIVED")},
        {"units_short", if_named("SHORT")},
        {"first_count",
         name == "COUNT" ? (10'000'000'000'000 - time) * 1'000'000'000'000 + quantity : 0},
        {"last_count", name == "COUNT" ? time * 1'000'000'000'000 + quantity : 0},
        {"last_event_time", time},
    };
}

}  // namespace

// What the roll-up of these rows is, by its definition.
ColumnBlock rollup_of(const OperatorTable& table, const OperatorTable& source,
                      const ColumnBlock& rows) {
    Sums sums(table);
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        const auto date = static_cast<std::int32_t>(cell_number(rows.column("business_date"), row));
        const retail::CivilDate day = retail::civil_from_days(date);
        const Measures measures = source.name == retail::kEventsTable
                                      ? of_event(rows, row, day)
                                      : of_movement(source, rows, row);
        ColumnBlock delta = retail::make_table_block(table);
        for (std::size_t column = 0; column < table.columns.size(); ++column) {
            if (table.columns[column].name == "month") {
                append_number(delta.columns[column],
                              retail::days_from_civil(day.year, day.month, 1));
            } else if (table.columns[column].role == ColumnRole::kKey) {
                append_cell(delta.columns[column], rows.column(table.columns[column].name), row);
            } else {
                append_number(delta.columns[column], measures.at(table.columns[column].name));
            }
        }
        sums.add(delta);
    }
    return sums.block();
}

void append_rows(ColumnBlock& to, const ColumnBlock& from) {
    for (std::size_t row = 0; row < from.rows(); ++row) {
        retail::append_row(to, from, row);
    }
}

}  // namespace shelfcast::adapters::memory
