#include "adapters/clickhouse/reconciliation.h"

#include <algorithm>
#include <array>
#include <map>

#include "adapters/clickhouse/query_client.h"
#include "adapters/clickhouse/shard_map.h"
#include "adapters/clickhouse/table_sql.h"

namespace shelfcast::adapters::clickhouse {
namespace {

using ports::Difference;
using ports::Reconciliation;
using retail::ColumnBlock;
using retail::ColumnSpec;
using retail::ColumnType;
using retail::TextColumn;
using Numbers = std::vector<std::uint64_t>;

// Stretches per statement of the second pass: with payload texts, and when only counting.
constexpr std::size_t kStretchesInFull = 16;
constexpr std::size_t kStretchesCounted = 256;

constexpr std::array kBucketColumns = {
    ColumnSpec{"bucket", ColumnType::kUInt64},     ColumnSpec{"speed_rows", ColumnType::kUInt64},
    ColumnSpec{"batch_rows", ColumnType::kUInt64}, ColumnSpec{"speed_hash", ColumnType::kUInt64},
    ColumnSpec{"batch_hash", ColumnType::kUInt64},
};
constexpr std::array kStoreColumns = {
    ColumnSpec{"store_id", ColumnType::kUInt32},
    ColumnSpec{"row_count", ColumnType::kUInt64},
};
constexpr std::array kTotalColumns = {
    ColumnSpec{"speed_keys", ColumnType::kUInt64},
    ColumnSpec{"batch_keys", ColumnType::kUInt64},
    ColumnSpec{"differing", ColumnType::kUInt64},
    ColumnSpec{"batch_hash", ColumnType::kUInt64},
};
constexpr std::array kDifferenceColumns = {
    ColumnSpec{"key", ColumnType::kText},
    ColumnSpec{"speed", ColumnType::kText},
    ColumnSpec{"batch", ColumnType::kText},
};
constexpr std::array kCountColumns = {ColumnSpec{"differing", ColumnType::kUInt64}};

std::string hash_text(std::uint64_t hash) { return fmt::format("{:016x}", hash); }

struct Comparison {
    std::span<const std::unique_ptr<HttpClient>> shards;
    const retail::OperatorTable& table;
    EpochId epoch;
    Places places;
    QueryParameters values;
    std::size_t max_differences;
    std::uint64_t compared_rows;
    Reconciliation found;
    std::uint64_t hash_of_all = 0;

    void add_differences(const ColumnBlock& rows);
    Status compare_stretches(std::span<const std::uint64_t> stretches);
    Status compare_rows();
    Status compare_rollup(HttpClient& shard);
    Status compare_stores(HttpClient& shard, std::uint32_t first, std::uint32_t last);
    [[nodiscard]] std::string statement(std::string_view name) const {
        return expand(core_statement(name), places);
    }
    // What a shard is asked about its own rows.
    [[nodiscard]] std::string local(std::string_view name) const {
        return shards.size() == 1 ? statement(name) : on_shard(statement(name));
    }
};

void Comparison::add_differences(const ColumnBlock& rows) {
    const auto& keys = rows.data<TextColumn>("key");
    const auto& speed = rows.data<TextColumn>("speed");
    const auto& batch = rows.data<TextColumn>("batch");
    for (std::size_t row = 0; row < keys.size() && found.differences.size() < max_differences;
         ++row) {
        found.differences.push_back(Difference{std::string(table.name), epoch,
                                               std::string(keys[row]), std::string(speed[row]),
                                               std::string(batch[row])});
    }
}

Status Comparison::compare_stretches(std::span<const std::uint64_t> stretches) {
    while (!stretches.empty()) {
        const bool in_full = found.differences.size() < max_differences;
        const auto chunk = stretches.first(
            std::min(stretches.size(), in_full ? kStretchesInFull : kStretchesCounted));
        stretches = stretches.subspan(chunk.size());
        values["buckets"] = fmt::format("[{}]", fmt::join(chunk, ","));
        if (in_full) {
            SHELFCAST_ASSIGN(
                const ColumnBlock rows,
                rows_of(*shards[0], statement("reconcile_rows"), kDifferenceColumns, values));
            found.differing += rows.rows();
            add_differences(rows);
        } else {
            SHELFCAST_ASSIGN(
                const ColumnBlock count,
                rows_of(*shards[0], statement("reconcile_row_count"), kCountColumns, values));
            found.differing += count.data<Numbers>("differing").at(0);
        }
    }
    return {};
}

// A row may stand on one shard in one layer and on another in the other, when its store changed:
// what the shards say of a stretch is added up before it is compared, and a differing one is read
// from all.
Status Comparison::compare_rows() {
    struct Sums {
        std::uint64_t speed_rows = 0;
        std::uint64_t batch_rows = 0;
        std::uint64_t speed_hash = 0;
        std::uint64_t batch_hash = 0;
    };
    std::map<std::uint64_t, Sums> stretches;
    for (const auto& shard : shards) {
        SHELFCAST_ASSIGN(const ColumnBlock rows,
                         rows_of(*shard, local("reconcile_buckets"), kBucketColumns, values));
        const auto number = [&](std::string_view name, std::size_t row) {
            return rows.data<Numbers>(name)[row];
        };
        for (std::size_t row = 0; row < rows.rows(); ++row) {
            Sums& sums = stretches[number("bucket", row)];
            sums.speed_rows += number("speed_rows", row);
            sums.batch_rows += number("batch_rows", row);
            sums.speed_hash += number("speed_hash", row);
            sums.batch_hash += number("batch_hash", row);
        }
    }
    std::vector<std::uint64_t> differing;
    for (const auto& [bucket, sums] : stretches) {
        found.speed_rows += sums.speed_rows;
        found.batch_rows += sums.batch_rows;
        hash_of_all += sums.batch_hash;
        if (sums.speed_rows != sums.batch_rows || sums.speed_hash != sums.batch_hash) {
            differing.push_back(bucket);
        }
    }
    return compare_stretches(differing);
}

Status Comparison::compare_rollup(HttpClient& shard) {
    SHELFCAST_ASSIGN(const ColumnBlock stores,
                     rows_of(shard, local("reconcile_stores"), kStoreColumns, values));
    const auto& ids = stores.data<std::vector<std::uint32_t>>("store_id");
    const auto& row_counts = stores.data<Numbers>("row_count");
    for (std::size_t begin = 0; begin < ids.size();) {
        std::uint64_t rows = row_counts[begin];
        std::size_t end = begin + 1;
        while (end < ids.size() && rows + row_counts[end] <= compared_rows) {
            rows += row_counts[end++];
        }
        SHELFCAST_TRY(compare_stores(shard, ids[begin], ids[end - 1]));
        begin = end;
    }
    return {};
}

Status Comparison::compare_stores(HttpClient& shard, std::uint32_t first, std::uint32_t last) {
    values["first_store"] = std::to_string(first);
    values["last_store"] = std::to_string(last);
    SHELFCAST_ASSIGN(const ColumnBlock totals,
                     rows_of(shard, local("reconcile_rollup_totals"), kTotalColumns, values));
    if (totals.rows() != 1) {
        return fail(ErrorKind::kCorrupted, "clickhouse {}: reconciliation of {} gave {} totals",
                    shard.address(), table.name, totals.rows());
    }
    found.speed_rows += totals.data<Numbers>("speed_keys")[0];
    found.batch_rows += totals.data<Numbers>("batch_keys")[0];
    found.differing += totals.data<Numbers>("differing")[0];
    hash_of_all += totals.data<Numbers>("batch_hash")[0];
    const std::size_t wanted = max_differences - found.differences.size();
    if (totals.data<Numbers>("differing")[0] == 0 || wanted == 0) {
        return {};
    }
    values["max_differences"] = std::to_string(wanted);
    SHELFCAST_ASSIGN(const ColumnBlock rows,
                     rows_of(shard, local("reconcile_rollup"), kDifferenceColumns, values));
    add_differences(rows);
    return {};
}

}  // namespace

Result<Reconciliation> reconcile_layers(std::span<const std::unique_ptr<HttpClient>> shards,
                                        const retail::OperatorTable& table,
                                        const ComparedSides& sides, std::size_t max_differences,
                                        std::uint64_t compared_rows) {
    Places places = places_of(table);
    if (sides.against != ports::kSpeedLayer) {
        places["speed_side"] = fmt::format("retail_core.{}_batch", table.name);
        places["speed_share"] = "generation = {against:UInt32}";
    }
    Comparison comparison{shards,
                          table,
                          sides.epoch,
                          std::move(places),
                          {{"generation", text_of(sides.generation)},
                           {"epoch", text_of(sides.epoch)},
                           {"against", text_of(sides.against)}},
                          max_differences,
                          compared_rows,
                          {}};
    if (table.kind == retail::TableKind::kRows) {
        SHELFCAST_TRY(comparison.compare_rows());
    } else {
        // Its keys name the store: each is on one shard.
        for (const auto& shard : shards) {
            SHELFCAST_TRY(comparison.compare_rollup(*shard));
        }
    }
    comparison.found.batch_hash = hash_text(comparison.hash_of_all);
    return std::move(comparison.found);
}

}  // namespace shelfcast::adapters::clickhouse
