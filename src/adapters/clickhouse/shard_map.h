#pragma once

/// \file adapters/clickhouse/shard_map.h
/// Which rows and which tables a shard of a cluster has. Pure, thread safe.
///
/// The operator's tables are split by store and live in `retail_shard`; in `retail_core` stand
/// Distributed tables of the same names over them. All other tables are whole on every shard.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "retail/column_block.h"

namespace shelfcast::adapters::clickhouse {

/// The shard of a key, 0-based: `intHash64(key) % shards` in the engine's words. The key is the
/// store id; of tables without one the log offset.
[[nodiscard]] std::size_t shard_of(std::uint64_t key, std::size_t shards) noexcept;

/// The rows of each shard, in their order. The block has a column `store_id` or `log_offset`.
[[nodiscard]] std::vector<retail::ColumnBlock> split_by_shard(const retail::ColumnBlock& rows,
                                                              std::size_t shards);

/// The statement with every `retail_core.NAME_speed`, `_batch` and `_repair` of an operator table
/// in `retail_shard`: what a shard runs on its own rows.
[[nodiscard]] std::string on_shard(std::string_view statement);

/// `insert into T (…) select …` in two halves.
struct InsertSelect {
    std::string_view insert;  ///< Up to the column list; empty: the statement is none of these.
    std::string_view select;
};

/// The column list ends with a line of its own, ")", as in sql/derived.
[[nodiscard]] InsertSelect split_insert_select(std::string_view statement);

}  // namespace shelfcast::adapters::clickhouse
