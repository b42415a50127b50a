#include "queries/screens.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "ports/user_directory.h"
#include "queries/array_text.h"
#include "queries/row_reader.h"
#include "retail/time_zone.h"

namespace shelfcast::queries {
namespace {

constexpr std::string_view kFolder = "queries/screens/";
constexpr std::string_view kSearchFile = "queries/search/products_and_stores.sql";
constexpr std::string_view kColumnsMark = "-- Columns:";
constexpr std::string_view kColumnMark = "--   ";
constexpr std::string_view kKeptMark = "-- An answer that took long may be kept.";
constexpr std::string_view kBrieflyMark = "-- An answer may be shared for half a second.";
constexpr std::string_view kFiltersMark = "-- Filters: ";
constexpr std::array<std::string_view, 9> kTypes = {
    "String", "UInt8", "UInt32", "UInt64", "Int64", "Float64", "Decimal", "Date", "DateTime"};
constexpr std::array<std::string_view, 8> kFilters = {"from", "to",    "category", "product",
                                                      "risk", "state", "reason",   "q"};

/// The next piece of `text` up to `mark`, which goes with it.
std::string_view take(std::string_view& text, char mark) {
    const std::size_t end = std::min(text.find(mark), text.size());
    const std::string_view piece = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return piece;
}

/// "store_id UInt32?: the store"
Result<ScreenColumn> column_of(const SqlFile& file, std::string_view line) {
    ScreenColumn column;
    column.name = take(line, ' ');
    column.type = take(line, ':');
    column.is_nullable = column.type.ends_with('?');
    column.type = column.type.substr(0, column.type.size() - (column.is_nullable ? 1 : 0));
    if (std::ranges::find(kTypes, column.type) == kTypes.end() || line.empty()) {
        return fail(ErrorKind::kInvalidInput, "{}: column {}: '{}' is no type, or says nothing",
                    file.path, column.name, column.type);
    }
    return column;
}

/// "from to* product!"
Result<std::vector<ScreenFilter>> filters_of(const SqlFile& file, std::string_view words) {
    std::vector<ScreenFilter> filters;
    while (!words.empty() && words != "none") {
        std::string_view word = take(words, ' ');
        ScreenFilter filter;
        filter.is_needed = word.ends_with('!');
        filter.looks_ahead = word.ends_with('*');
        filter.name = word.substr(0, word.find_last_not_of("!*") + 1);
        if (std::ranges::find(kFilters, filter.name) == kFilters.end()) {
            return fail(ErrorKind::kInvalidInput, "{}: '{}' is no filter", file.path, word);
        }
        filters.push_back(filter);
    }
    return filters;
}

std::string_view name_of(std::string_view path) {
    path.remove_prefix(path.rfind('/') + 1);
    return path.substr(0, path.size() - std::string_view(".sql").size());
}

std::vector<ScreenQuery> read_all() {
    std::vector<ScreenQuery> all;
    for (const SqlFile& file : sql_files()) {
        if (file.path.starts_with(kFolder)) {
            auto query = parse_screen_query(file);
            SHELFCAST_CHECK(query.has_value());
            all.push_back(*std::move(query));
        }
    }
    return all;
}

std::string time_text(std::int64_t utc_ms) {
    // As the warehouse reads it: without a letter.
    std::string text = retail::format_utc_ms(utc_ms);
    std::ranges::replace(text, 'T', ' ');
    std::erase(text, 'Z');
    return text;
}

std::string stores_text(const ports::StoreScope& scope) {
    return fmt::format("[{}]", ports::stores_text(scope.stores()));
}

}  // namespace

const ScreenFilter* ScreenQuery::filter(std::string_view filter_name) const {
    const auto found = std::ranges::find(filters, filter_name, &ScreenFilter::name);
    return found == filters.end() ? nullptr : &*found;
}

Result<ScreenQuery> parse_screen_query(const SqlFile& file) {
    ScreenQuery query;
    query.name = name_of(file.path);
    query.sql = file.text;
    std::string_view rest = file.text;
    bool in_columns = false;
    while (rest.starts_with("--")) {
        std::string_view line = take(rest, '\n');
        if (line == kColumnsMark) {
            in_columns = true;
        } else if (line == kKeptMark) {
            query.keeping = Keeping::kByCost;
        } else if (line == kBrieflyMark) {
            query.keeping = Keeping::kBriefly;
        } else if (line.starts_with(kFiltersMark)) {
            line.remove_prefix(kFiltersMark.size());
            SHELFCAST_ASSIGN(query.filters, filters_of(file, line));
            if (query.columns.empty()) {
                break;
            }
            return query;
        } else if (in_columns && line.starts_with(kColumnMark)) {
            line.remove_prefix(kColumnMark.size());
            SHELFCAST_ASSIGN(const ScreenColumn column, column_of(file, line));
            query.columns.push_back(column);
        }
    }
    return fail(ErrorKind::kInvalidInput, "{}: the header names no columns, or no filters",
                file.path);
}

std::span<const ScreenQuery> screen_queries() {
    static const std::vector<ScreenQuery> kAll = read_all();
    return kAll;
}

const ScreenQuery& search_query() {
    static const ScreenQuery kQuery = [] {
        const auto files = sql_files();
        const auto file = std::ranges::find(files, kSearchFile, &SqlFile::path);
        SHELFCAST_CHECK(file != files.end());
        auto query = parse_screen_query(*file);
        SHELFCAST_CHECK(query.has_value());
        return *std::move(query);
    }();
    return kQuery;
}

ports::QueryValues screen_values(const ScreenQuery& query, const ScreenAsk& ask) {
    const std::array<std::pair<std::string_view, std::string>, 17> known = {{
        {"all_stores", ask.stores.is_everything() ? "1" : "0"},
        {"stores", stores_text(ask.stores)},
        {"categories", texts(ask.categories)},
        {"product", ask.product},
        {"risk", ask.risk},
        {"state", ask.state},
        {"reason", ask.reason},
        {"text", ask.text},
        {"from_date", retail::format_date(ask.from_date)},
        {"to_date", retail::format_date(ask.to_date)},
        {"log_from", retail::format_date(ask.log_from)},
        {"log_to", retail::format_date(ask.log_to)},
        {"today", retail::format_date(ask.today)},
        {"as_of", time_text(ask.as_of_ms)},
        {"now", time_text(ask.now_ms)},
        {"row_limit", std::to_string(ask.limit)},
        {"row_offset", std::to_string(ask.offset)},
    }};
    ports::QueryValues values;
    for (const auto& [name, text] : known) {
        if (query.sql.find(fmt::format("{{{}:", name)) != std::string_view::npos) {
            values.emplace(name, text);
        }
    }
    return values;
}

Result<std::vector<StoreWatermark>> store_watermarks(ports::QueryRunner& runner) {
    using retail::ColumnSpec;
    using retail::ColumnType;
    constexpr std::array kColumns = {ColumnSpec{"store_id", ColumnType::kUInt32},
                                     ColumnSpec{"last_event_ms", ColumnType::kInt64},
                                     ColumnSpec{"newest_date", ColumnType::kDate}};
    SHELFCAST_ASSIGN(
        const retail::ColumnBlock rows,
        runner.read_rows(sql_text("queries/operations/store_watermarks.sql"), kColumns, {}));
    const RowReader reader(rows);
    std::vector<StoreWatermark> found;
    found.reserve(reader.size());
    for (std::size_t row = 0; row < reader.size(); ++row) {
        found.push_back({reader.store(row).value, reader.number("last_event_ms", row),
                         reader.date("newest_date", row)});
    }
    return found;
}

}  // namespace shelfcast::queries
