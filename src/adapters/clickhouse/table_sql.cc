#include "adapters/clickhouse/table_sql.h"

#include <fmt/format.h>

#include <vector>

#include "base/check.h"
#include "sql_text.h"

namespace shelfcast::adapters::clickhouse {
namespace {

using retail::ColumnRole;
using retail::ColumnType;
using retail::OperatorTable;
using retail::TableColumn;

// Log offsets per stretch of the first reconciliation pass.
constexpr int kBucketOffsets = 8'192;
// Bytes of a payload text in a reported difference.
constexpr int kMaxTextBytes = 200;

std::string joined(const std::vector<std::string>& pieces, std::string_view separator) {
    return fmt::format("{}", fmt::join(pieces, separator));
}

template <typename Wanted, typename Text>
std::vector<std::string> each_column(const OperatorTable& table, Wanted wanted, Text text) {
    std::vector<std::string> pieces;
    for (const TableColumn& column : table.columns) {
        if (wanted(column)) {
            pieces.push_back(text(column));
        }
    }
    return pieces;
}

bool is_key(const TableColumn& column) { return column.role == ColumnRole::kKey; }
bool is_payload(const TableColumn& column) { return column.role == ColumnRole::kPayload; }
bool is_measure(const TableColumn& column) { return retail::is_measure(column.role); }
bool is_any(const TableColumn& /*column*/) { return true; }

bool is_nullable(const TableColumn& column) {
    return column.type == ColumnType::kNullableDecimal14s4;
}

// "business_date=2026-11-22 store_id=3", as an expression over columns with `prefix` before the
// name.
std::string text_of(const OperatorTable& table, bool (*wanted)(const TableColumn&),
                    std::string_view prefix) {
    std::vector<std::string> pieces = each_column(table, wanted, [&](const TableColumn& column) {
        std::string value = fmt::format("toString({}{})", prefix, column.name);
        if (is_nullable(column)) {
            value = fmt::format("ifNull({}, 'null')", value);
        } else if (column.type == ColumnType::kText) {
            value = fmt::format("substring(toValidUTF8({}{}), 1, {})", prefix, column.name,
                                kMaxTextBytes);
        }
        return fmt::format("'{}=', {}", column.name, value);
    });
    return fmt::format("concat({}, '')", joined(pieces, ", ' ', "));
}

// Nulls are hashed as a flag and a zero: a hash of a null would be null.
std::string row_hash(const OperatorTable& table) {
    return fmt::format(
        "cityHash64({})",
        joined(each_column(table, is_any,
                           [](const TableColumn& column) {
                               return is_nullable(column)
                                          ? fmt::format("isNull({0}), ifNull({0}, 0)", column.name)
                                          : std::string(column.name);
                           }),
               ", "));
}

std::string bucket(const OperatorTable& table) {
    return fmt::format("cityHash64({})",
                       joined(each_column(table, is_key,
                                          [](const TableColumn& column) {
                                              return column.name == "log_offset"
                                                         ? fmt::format("intDiv(log_offset, {})",
                                                                       kBucketOffsets)
                                                         : std::string(column.name);
                                          }),
                              ", "));
}

std::string_view aggregate_of(ColumnRole role) {
    SHELFCAST_CHECK(retail::is_measure(role));
    return role == ColumnRole::kSum ? "sum" : role == ColumnRole::kMax ? "max" : "groupBitOr";
}

bool sums_events(const OperatorTable& table) { return table.counts(retail::kEventsTable); }

// The speed rows that a roll-up sums, as the expressions of of_rows() read them.
std::string speed_rows(const OperatorTable& table) {
    if (sums_events(table)) {
        return "retail_core.events_speed";
    }
    return fmt::format("(\n{})", core_statement("speed_movements"));
}

// How movements in `source` give a column of a roll-up.
std::string of_movements(const TableColumn& column) {
    static const std::map<std::string_view, std::string_view> expressions = {
        {"events", "count()"},
        {"counts", "countIf(source.word = 'COUNT')"},
        {"units_sold", "sumIf(source.quantity, source.word = 'SALE')"},
        {"units_returned", "sumIf(source.quantity, source.word = 'RETURN')"},
        {"units_corrected", "sumIf(source.quantity, source.word = 'CORRECTION')"},
        {"units_wasted", "sumIf(source.quantity, source.word = 'WASTE')"},
        {"units_reserved",
         "sumIf(source.quantity, source.word = 'RESERVE') - "
         "sumIf(source.quantity, source.word = 'RELEASE')"},
        {"units_announced", "sumIf(source.quantity, source.word = 'ANNOUNCED')"},
        {"units_arrived", "sumIf(source.quantity, source.word = 'ARRIVED')"},
        {"units_short", "sumIf(source.quantity, source.word = 'SHORT')"},
        {"first_count",
         "maxIf((10000000000000 - toDecimal128(toUnixTimestamp64Milli(source.event_time), 3)) * "
         "1000000000 + source.quantity, source.word = 'COUNT')"},
        {"last_count",
         "maxIf(toDecimal128(toUnixTimestamp64Milli(source.event_time), 3) * 1000000000 + "
         "source.quantity, source.word = 'COUNT')"},
        {"last_event_time", "max(source.event_time)"},
    };
    const auto found = expressions.find(column.name);
    return found == expressions.end() ? fmt::format("source.{}", column.name)
                                      : std::string(found->second);
}

// How the rows of `events` in `source` give a column of a roll-up.
std::string of_events(const TableColumn& column) {
    static const std::map<std::string_view, std::string_view> expressions = {
        {"month", "toStartOfMonth(source.business_date)"},
        {"events", "count()"},
        {"sales", "countIf(source.transaction_type = 'SALE')"},
        {"returns", "countIf(source.transaction_type = 'RETURN')"},
        {"restocks", "countIf(source.transaction_type = 'RESTOCK')"},
        {"units_sold", "sumIf(source.quantity, source.transaction_type = 'SALE')"},
        {"units_returned", "sumIf(source.quantity, source.transaction_type = 'RETURN')"},
        {"units_restocked", "sumIf(source.quantity, source.transaction_type = 'RESTOCK')"},
        {"gross_revenue", "sumIf(source.revenue, source.transaction_type = 'SALE')"},
        {"returned_revenue", "-sumIf(source.revenue, source.transaction_type = 'RETURN')"},
        {"last_event_time", "max(source.event_time)"},
        {"sale_days",
         "groupBitOrIf(bitShiftLeft(toUInt32(1), toDayOfMonth(source.business_date) - 1), "
         "source.transaction_type = 'SALE')"},
    };
    const auto found = expressions.find(column.name);
    return found == expressions.end() ? fmt::format("source.{}", column.name)
                                      : std::string(found->second);
}

std::string layer_measures(const OperatorTable& table, std::string_view layer,
                           std::string_view condition) {
    return joined(each_column(table, is_measure,
                              [&](const TableColumn& column) {
                                  return fmt::format("{}If({}, {}) as {}_{}",
                                                     aggregate_of(column.role), column.name,
                                                     condition, layer, column.name);
                              }),
                  ", ");
}

std::string prefixed(const OperatorTable& table, bool (*wanted)(const TableColumn&),
                     std::string_view prefix) {
    return joined(each_column(table, wanted,
                              [&](const TableColumn& column) {
                                  return fmt::format("{}{}", prefix, column.name);
                              }),
                  ", ");
}

}  // namespace

std::string quoted(std::string_view text) {
    std::string out = "'";
    for (const char byte : text) {
        if (byte == '\'' || byte == '\\') {
            out.push_back('\\');
        }
        out.push_back(byte);
    }
    out.push_back('\'');
    return out;
}

std::string expand(std::string_view text, const Places& places) {
    std::string out;
    out.reserve(text.size() * 2);
    while (true) {
        const std::size_t begin = text.find("{{");
        out.append(text.substr(0, begin));
        if (begin == std::string_view::npos) {
            return out;
        }
        const std::size_t end = text.find("}}", begin);
        SHELFCAST_CHECK(end != std::string_view::npos);
        const auto place = places.find(text.substr(begin + 2, end - begin - 2));
        SHELFCAST_CHECK(place != places.end());
        out.append(place->second);
        text.remove_prefix(end + 2);
    }
}

Places places_of(const OperatorTable& table) {
    Places places;
    places["table"] = std::string(table.name);
    places["columns"] = prefixed(table, is_any, "");
    places["keys"] = prefixed(table, is_key, "");
    places["key_text"] = text_of(table, is_key, "");
    places["speed_side"] = fmt::format("retail_core.{}_speed", table.name);
    places["speed_share"] = "true";
    if (table.kind == retail::TableKind::kRows) {
        places["bucket"] = bucket(table);
        places["row_hash"] = row_hash(table);
        places["payload_text"] = text_of(table, is_payload, "");
        places["event_count"] = "count()";
        places["revenue_sum"] =
            table.name == retail::kEventsTable ? "sum(revenue)" : "cast(0, 'Decimal(38, 7)')";
    } else {
        places["measures"] = prefixed(table, is_measure, "");
        const auto of_rows = sums_events(table) ? of_events : of_movements;
        places["speed_rows"] = speed_rows(table);
        places["keys_of_rows"] = joined(each_column(table, is_key, of_rows), ", ");
        places["columns_of_rows"] = joined(each_column(table, is_any, of_rows), ", ");
        places["speed_measures"] = layer_measures(table, "speed", "is_speed");
        places["batch_measures"] = layer_measures(table, "batch", "not is_speed");
        places["speed_tuple"] = fmt::format("({})", prefixed(table, is_measure, "speed_"));
        places["batch_tuple"] = fmt::format("({})", prefixed(table, is_measure, "batch_"));
        places["batch_names"] = prefixed(table, is_measure, "batch_");
        places["speed_text"] = text_of(table, is_measure, "speed_");
        places["batch_text"] = text_of(table, is_measure, "batch_");
        places["event_count"] = "sum(events)";
        places["revenue_sum"] = sums_events(table) ? "sum(gross_revenue) - sum(returned_revenue)"
                                                   : "cast(0, 'Decimal(38, 7)')";
    }
    return places;
}

std::string core_statement(std::string_view name, const OperatorTable& table) {
    return expand(core_statement(name), places_of(table));
}

std::string_view core_statement(std::string_view name) {
    return sql_text(fmt::format("core/{}.sql", name));
}

ParquetColumn parquet_column(std::string_view name, ColumnType type) {
    const std::string_view engine_type = retail::clickhouse_name(type);
    if (type == ColumnType::kTransactionType) {
        return {std::string(name), "String", fmt::format("toString({0}) as {0}", name),
                fmt::format("cast({}, {}) as {}", name, quoted(engine_type), name)};
    }
    if (type == ColumnType::kText && name == "raw") {
        return {"raw_base64", "String", "base64Encode(raw) as raw_base64",
                "base64Decode(raw_base64) as raw"};
    }
    return {std::string(name), engine_type, std::string(name), std::string(name)};
}

}  // namespace shelfcast::adapters::clickhouse
