#include "adapters/clickhouse/shard_map.h"

#include <algorithm>
#include <array>
#include <type_traits>

#include "retail/tables.h"

namespace shelfcast::adapters::clickhouse {
namespace {

using retail::ColumnBlock;
using Places = std::vector<std::size_t>;

constexpr std::string_view kWholeDatabase = "retail_core.";
constexpr std::string_view kShardDatabase = "retail_shard.";
constexpr std::array<std::string_view, 3> kLayers = {"_speed", "_batch", "_repair"};

// The engine's intHash64: the finaliser of MurmurHash3 (Appleby, 2011), over a key with some bits
// turned.
std::uint64_t int_hash_64(std::uint64_t key) noexcept {
    key ^= 0x4cf2d2baae6da887ULL;
    key ^= key >> 33U;
    key *= 0xff51afd7ed558ccdULL;
    key ^= key >> 33U;
    key *= 0xc4ceb9fe1a85ec53ULL;
    key ^= key >> 33U;
    return key;
}

template <typename Values>
Values taken(const Values& from, const Places& places) {
    Values to;
    if constexpr (std::is_same_v<Values, retail::NullableInt64>) {
        to.values = taken(from.values, places);
        to.nulls = taken(from.nulls, places);
    } else {
        for (const std::size_t place : places) {
            to.push_back(from[place]);
        }
    }
    return to;
}

ColumnBlock rows_at(const ColumnBlock& rows, const Places& places) {
    ColumnBlock block;
    for (const retail::Column& column : rows.columns) {
        block.columns.push_back(
            {column.name, column.type,
             std::visit(
                 [&](const auto& values) { return retail::ColumnData(taken(values, places)); },
                 column.data)});
    }
    return block;
}

template <typename Key>
std::vector<Places> places_by_shard(const std::vector<Key>& keys, std::size_t shards) {
    std::vector<Places> places(shards);
    for (std::size_t row = 0; row < keys.size(); ++row) {
        places[shard_of(static_cast<std::uint64_t>(keys[row]), shards)].push_back(row);
    }
    return places;
}

bool is_word(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_';
}

bool is_split(std::string_view table) {
    return std::ranges::any_of(retail::operator_tables(), [&](const retail::OperatorTable& each) {
        return table.starts_with(each.name) &&
               std::ranges::any_of(kLayers, [&](std::string_view layer) {
                   return table.substr(each.name.size()).starts_with(layer);
               });
    });
}

}  // namespace

std::size_t shard_of(std::uint64_t key, std::size_t shards) noexcept {
    return int_hash_64(key) % shards;
}

std::vector<ColumnBlock> split_by_shard(const ColumnBlock& rows, std::size_t shards) {
    const bool has_store = std::ranges::any_of(
        rows.columns, [](const retail::Column& column) { return column.name == "store_id"; });
    std::vector<ColumnBlock> blocks;
    for (const Places& places :
         has_store ? places_by_shard(rows.data<std::vector<std::uint32_t>>("store_id"), shards)
                   : places_by_shard(rows.data<std::vector<std::int64_t>>("log_offset"), shards)) {
        blocks.push_back(rows_at(rows, places));
    }
    return blocks;
}

std::string on_shard(std::string_view statement) {
    std::string out;
    while (true) {
        const std::size_t at = statement.find(kWholeDatabase);
        out.append(statement.substr(0, at));
        if (at == std::string_view::npos) {
            return out;
        }
        statement.remove_prefix(at + kWholeDatabase.size());
        const auto end = std::ranges::find_if_not(statement, is_word);
        const std::string_view table(statement.begin(), end);
        out.append(is_split(table) ? kShardDatabase : kWholeDatabase).append(table);
        statement.remove_prefix(table.size());
    }
}

InsertSelect split_insert_select(std::string_view statement) {
    constexpr std::string_view kListEnd = "\n)\n";
    std::string_view words = statement;
    while (words.starts_with("--")) {
        words.remove_prefix(std::min(words.find('\n'), words.size() - 1) + 1);
    }
    const std::size_t end = words.find(kListEnd);
    if (!words.starts_with("insert ") || end == std::string_view::npos) {
        return {};
    }
    return {words.substr(0, end + kListEnd.size() - 1), words.substr(end + kListEnd.size())};
}

}  // namespace shelfcast::adapters::clickhouse
