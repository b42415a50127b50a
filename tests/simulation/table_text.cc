#include "tests/simulation/table_text.h"

#include <type_traits>
#include <variant>

namespace shelfcast::simulation {
namespace {

std::string cell(const retail::Column& column, std::size_t row) {
    return std::visit(
        [&](const auto& data) -> std::string {
            using Data = std::decay_t<decltype(data)>;
            if constexpr (std::is_same_v<Data, retail::TextColumn>) {
                return std::string(data[row]);
            } else if constexpr (std::is_same_v<Data, std::vector<retail::Int128>>) {
                return retail::format_decimal(data[row], 0);
            } else if constexpr (std::is_same_v<Data, retail::NullableInt64>) {
                return data.nulls[row] != 0 ? "null" : std::to_string(data.values[row]);
            } else if constexpr (std::is_same_v<Data, std::vector<retail::Uuid>>) {
                return fmt::format("{:x}-{:x}", data[row].high, data[row].low);
            } else {
                return std::to_string(data[row]);
            }
        },
        column.data);
}

std::string cells(const retail::ColumnBlock& block, std::size_t row,
                  std::initializer_list<std::string_view> names, char between) {
    std::string text;
    for (const std::string_view name : names) {
        if (!text.empty()) {
            text += between;
        }
        text += cell(block.column(name), row);
    }
    return text;
}

/// The columns of a topic's own table that say what happened, and how much of it.
std::pair<std::string_view, std::string_view> word_and_number(const retail::OperatorTable& table) {
    if (table.name == retail::kPriceChangesTable) {
        return {"price_type", "unit_price"};
    }
    return {table.name == retail::kInventoryUpdatesTable ? "update_type"
            : table.name == retail::kCustomerEventsTable ? "event_type"
                                                         : "status",
            "quantity"};
}

}  // namespace

std::map<std::string, std::string> table_text(const retail::OperatorTable& table,
                                              const retail::ColumnBlock& block) {
    std::map<std::string, std::string> rows;
    for (std::size_t row = 0; row < block.rows(); ++row) {
        if (table.name == retail::kEventsTable || table.name == retail::kSalesTransactionsTable) {
            rows[cells(block, row, {"log_partition", "log_offset"}, '/')] = cells(
                block, row,
                {"log_time", "event_time", "business_date", "hour_start", "store_id", "product_id",
                 "category", "transaction_type", "quantity", "unit_price", "revenue"},
                ' ');
        } else if (table.name == retail::kRejectionsTable) {
            const bool duplicate = cell(block.column("reason"), row) == "duplicate";
            rows[cells(block, row, {"log_topic", "log_partition", "log_offset"}, '/')] =
                duplicate ? "duplicate" : "dead letter";
        } else if (table.kind == retail::TableKind::kRows) {
            const auto [word, number] = word_and_number(table);
            rows[cells(block, row, {"log_partition", "log_offset"}, '/')] = cells(
                block, row,
                {"log_time", "event_time", "business_date", "store_id", "product_id", word, number},
                ' ');
        } else {
            std::string key;
            std::string measures;
            for (const retail::TableColumn& column : table.columns) {
                std::string& text = column.role == retail::ColumnRole::kKey ? key : measures;
                text += (text.empty() ? "" : " ") + cell(block.column(column.name), row);
            }
            rows[key] = measures;
        }
    }
    return rows;
}

std::optional<std::string> first_difference(const std::map<std::string, std::string>& expected,
                                            const std::map<std::string, std::string>& found) {
    for (const auto& [key, row] : expected) {
        const auto other = found.find(key);
        if (other == found.end()) {
            return fmt::format("[{}] is missing: {}", key, row);
        }
        if (other->second != row) {
            return fmt::format("[{}] is {}, not {}", key, other->second, row);
        }
    }
    for (const auto& [key, row] : found) {
        if (!expected.contains(key)) {
            return fmt::format("[{}] should not be there: {}", key, row);
        }
    }
    return std::nullopt;
}

}  // namespace shelfcast::simulation
