#include "adapters/clickhouse/schema_planner.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "adapters/clickhouse/native_format.h"
#include "adapters/clickhouse/table_sql.h"

namespace shelfcast::adapters::clickhouse {
namespace {

using retail::ColumnBlock;
using retail::ColumnSpec;
using retail::ColumnType;
using retail::TextColumn;

constexpr std::array kExistColumns = {ColumnSpec{"tables", ColumnType::kUInt64}};
constexpr std::array kAppliedColumns = {ColumnSpec{"name", ColumnType::kText},
                                        ColumnSpec{"newest_checksum", ColumnType::kText}};

// In the order of application.
constexpr std::array<std::string_view, 4> kFolders = {"schema/", "layers/", "ledger/", "views/"};

bool is_identifier(std::string_view text) {
    const auto letter = [](char byte) {
        return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
    };
    return !text.empty() && letter(text.front()) && std::ranges::all_of(text, [&](char byte) {
        return letter(byte) || (byte >= '0' && byte <= '9');
    });
}

// The number in "schema/0004_events.sql".
std::uint32_t number_in(std::string_view name) {
    const std::string_view digits = name.substr(kFolders[0].size());
    std::uint32_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

// A statement ends with a line that ends in a semicolon; a comment may, too, and ends nothing.
std::vector<std::string_view> statements_in(std::string_view text) {
    std::vector<std::string_view> statements;
    const auto add = [&](std::string_view statement) {
        if (statement.find_first_not_of(" \n\t") != std::string_view::npos) {
            statements.push_back(statement);
        }
    };
    std::size_t begin = 0;
    for (std::size_t line = 0; line < text.size();) {
        const std::size_t end = std::min(text.find('\n', line), text.size());
        const std::string_view words = text.substr(line, end - line);
        const std::size_t first = words.find_first_not_of(' ');
        const bool is_comment =
            first != std::string_view::npos && words.substr(first).starts_with("--");
        if (words.ends_with(';') && !is_comment) {
            add(text.substr(begin, end - 1 - begin));
            begin = end;
        }
        line = end + 1;
    }
    add(text.substr(begin));
    return statements;
}

Result<ColumnBlock> read(ClickHouseWarehouse& warehouse, std::string_view statement,
                         std::span<const ColumnSpec> columns) {
    SHELFCAST_ASSIGN(const std::string answer, warehouse.query_text(core_statement(statement)));
    return decode_native(answer, columns);
}

Result<std::map<std::string, std::string>> applied_checksums(ClickHouseWarehouse& warehouse) {
    std::map<std::string, std::string> applied;
    SHELFCAST_ASSIGN(const ColumnBlock exist, read(warehouse, "schema_files_exist", kExistColumns));
    if (exist.data<std::vector<std::uint64_t>>("tables").at(0) == 0) {
        return applied;
    }
    SHELFCAST_ASSIGN(const ColumnBlock rows, read(warehouse, "schema_files_read", kAppliedColumns));
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        applied[std::string(rows.data<TextColumn>("name")[row])] =
            rows.data<TextColumn>("newest_checksum")[row];
    }
    return applied;
}

}  // namespace

Result<SchemaPlanner> SchemaPlanner::create(ClickHouseWarehouse& warehouse, std::string definer,
                                            std::span<const SqlFile> files) {
    if (!is_identifier(definer)) {
        return fail(ErrorKind::kInvalidInput,
                    "warehouse definer {}: expected letters, digits and underscores", definer);
    }
    std::vector<SchemaStep> wanted;
    for (const std::string_view folder : kFolders) {
        for (const SqlFile& file : files) {
            if (!file.path.starts_with(folder)) {
                continue;
            }
            const bool numbered = folder == kFolders[0];
            wanted.push_back({.number = numbered ? number_in(file.path) : 0,
                              .name = std::string(file.path),
                              // A view with another definer is another view.
                              .checksum = numbered ? std::string(file.checksum)
                                                   : fmt::format("{}:{}", file.checksum, definer),
                              .text = expand(file.text, {{"definer", definer}})});
        }
    }
    return SchemaPlanner(warehouse, std::move(wanted));
}

Result<std::vector<SchemaStep>> SchemaPlanner::plan() {
    SHELFCAST_ASSIGN(auto applied, applied_checksums(*warehouse_));
    std::vector<SchemaStep> steps;
    for (const SchemaStep& step : wanted_) {
        const auto found = applied.find(step.name);
        if (found == applied.end()) {
            steps.push_back(step);
            continue;
        }
        if (found->second != step.checksum) {
            if (step.number != 0) {
                return fail(ErrorKind::kCorrupted,
                            "schema file {}: applied with checksum {}, but now has {}; an applied "
                            "file never changes, add a new one",
                            step.name, found->second, step.checksum);
            }
            steps.push_back(step);
        }
        applied.erase(found);
    }
    for (const auto& [name, checksum] : applied) {
        if (name.starts_with(kFolders[0])) {
            return fail(ErrorKind::kCorrupted,
                        "schema file {}: applied with checksum {}, but this program does not have "
                        "it: it is older than the schema",
                        name, checksum);
        }
    }
    return steps;
}

Result<std::vector<SchemaStep>> SchemaPlanner::apply() {
    SHELFCAST_ASSIGN(auto steps, plan());
    for (const SchemaStep& step : steps) {
        for (const std::string_view statement : statements_in(step.text)) {
            if (auto answer = warehouse_->query_text(statement); !answer) {
                return forward_error(answer, step.name);
            }
        }
        SHELFCAST_TRY(warehouse_->query_text(core_statement("schema_files_insert"),
                                             {{"number", std::to_string(step.number)},
                                              {"name", step.name},
                                              {"checksum", step.checksum}},
                                             {{"async_insert", "0"}}));
    }
    return steps;
}

}  // namespace shelfcast::adapters::clickhouse
