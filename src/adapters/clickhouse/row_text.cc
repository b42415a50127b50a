#include "adapters/clickhouse/row_text.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace shelfcast::adapters::clickhouse {
namespace {

using ports::ManifestRow;
using retail::ColumnBlock;
using retail::TextColumn;

std::vector<std::string> split_on_commas(std::string_view text) {
    std::vector<std::string> pieces;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        pieces.emplace_back(text.substr(0, comma));
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    }
    return pieces;
}

// {'events':3,'rejections':0}
template <typename Value>
Result<std::string> map_text(const std::map<std::string, Value>& entries, std::string_view quote) {
    std::string out = "{";
    for (const auto& [name, value] : entries) {
        const std::string text = fmt::format("{}", value);
        if (!is_plain_word(name) || !is_plain_word(text)) {
            return fail(ErrorKind::kInvalidInput, "manifest row: {} = {} is no plain word", name,
                        text);
        }
        out += fmt::format("{}'{}':{}{}{}", out.size() > 1 ? "," : "", name, quote, text, quote);
    }
    return out + "}";
}

void append_tsv(std::string& out, std::string_view text, char end) {
    for (const char byte : text) {
        if (byte == '\\' || byte == '\t' || byte == '\n') {
            out.push_back('\\');
        }
        out.push_back(byte == '\t' ? 't' : byte == '\n' ? 'n' : byte);
    }
    out.push_back(end);
}

std::string store_line(const retail::Store& store, CatalogVersion version) {
    std::string line = fmt::format("{}\t", store.id.value);
    for (const std::string* text : {&store.code, &store.name, &store.city, &store.region,
                                    &store.country, &store.store_type}) {
        append_tsv(line, *text, '\t');
    }
    line += fmt::format("{}\t", store.square_footage);
    append_tsv(line, store.time_zone, '\t');
    append_tsv(line, store.currency, '\t');
    line += fmt::format("{}\t{}\t{}\n", store.latitude, store.longitude, version.value);
    return line;
}

}  // namespace

bool is_plain_word(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char byte) {
        return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
               (byte >= '0' && byte <= '9') || byte == '_' || byte == '-' || byte == '.';
    });
}

Result<QueryParameters> manifest_values(const ManifestRow& row) {
    SHELFCAST_ASSIGN(std::string rows, map_text(row.rows_per_table, ""));
    SHELFCAST_ASSIGN(std::string hashes, map_text(row.hash_per_table, "'"));
    return QueryParameters{{"generation", text_of(row.generation)},
                           {"closed_epoch", text_of(row.closed_epoch)},
                           {"lake_version", std::to_string(row.lake_version)},
                           {"rows_per_table", std::move(rows)},
                           {"hash_per_table", std::move(hashes)},
                           {"closed_at_us", std::to_string(row.closed_at_us)}};
}

Result<ManifestRow> manifest_row(const ColumnBlock& rows, const std::string& address) {
    const auto number = [&](std::string_view name) {
        return rows.data<std::vector<std::uint32_t>>(name)[0];
    };
    const auto words = [&](std::string_view name) {
        return split_on_commas(rows.data<TextColumn>(name)[0]);
    };
    ManifestRow row;
    row.generation = GenerationId{number("generation")};
    row.closed_epoch = EpochId{number("closed_epoch")};
    row.lake_version = rows.data<std::vector<std::uint64_t>>("lake_version")[0];
    const auto row_tables = words("row_tables");
    const auto row_counts = words("row_counts");
    const auto hash_tables = words("hash_tables");
    const auto hashes = words("hashes");
    if (row_tables.size() != row_counts.size() || hash_tables.size() != hashes.size()) {
        return fail(ErrorKind::kCorrupted, "clickhouse {}: manifest row {}/{} is no list of words",
                    address, row.generation.value, row.closed_epoch.value);
    }
    row.closed_at_us = rows.data<std::vector<std::int64_t>>("closed_at")[0];
    for (std::size_t index = 0; index < row_tables.size(); ++index) {
        const std::string& digits = row_counts[index];
        std::from_chars(digits.data(), digits.data() + digits.size(),
                        row.rows_per_table[row_tables[index]]);
    }
    for (std::size_t index = 0; index < hash_tables.size(); ++index) {
        row.hash_per_table[hash_tables[index]] = hashes[index];
    }
    return row;
}

std::string store_lines(const retail::StoreCatalog& catalog) {
    std::string lines;
    for (const retail::Store& store : catalog.stores()) {
        lines += store_line(store, catalog.version());
    }
    return lines;
}

}  // namespace shelfcast::adapters::clickhouse
