#pragma once

/// \file adapters/clickhouse/schema_steps.h
/// The files that make a warehouse's schema, in the order of application. Pure, thread safe.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql_text.h"

namespace shelfcast::adapters::clickhouse {

/// A file that is to be applied.
struct SchemaStep {
    std::uint32_t number = 0;  ///< 0: a view, or a Distributed table.
    std::string name;          ///< "schema/0004_events.sql"
    std::string checksum;
    std::string text;  ///< With the definer filled in; on shards, with the tables of a shard.
    bool operator==(const SchemaStep&) const = default;
};

/// What the texts depend on.
struct SchemaForm {
    std::string definer;     ///< The engine account that the views run as.
    std::size_t shards = 1;  ///< More than one: operator tables are split.
    std::string cluster;     ///< Its name in `remote_servers`; not looked at for one shard.
};

/// Letters, digits and underscores, a letter first.
[[nodiscard]] bool is_identifier(std::string_view text);

/// kInvalidInput unless the definer is an identifier. `files` as sql_files(): schema/, layers/,
/// ledger/ and views/ count, the rest is ignored.
[[nodiscard]] Result<std::vector<SchemaStep>> schema_steps(
    const SchemaForm& form, std::span<const SqlFile> files = sql_files());

/// The statements of a file, without their last semicolons. A statement ends with a line that ends
/// in a semicolon; a comment may, too, and ends nothing.
[[nodiscard]] std::vector<std::string_view> statements_in(std::string_view text);

}  // namespace shelfcast::adapters::clickhouse
