#pragma once

/// \file ports/warehouse.h
/// The serving store: the operator's tables in two layers, and one manifest row that switches
/// views.
///
/// Adapters: clickhouse (real), memory (simulation). Each passes
/// tests/contract/warehouse_contract.h. Thread safe: calls may run at the same time; the pipelines
/// never write one partition twice at once.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "retail/column_block.h"
#include "retail/store_catalog.h"
#include "retail/tables.h"

namespace shelfcast::ports {

/// One row of `retail_core.manifest`: the copy that the views read.
struct ManifestRow {
    GenerationId generation;
    EpochId closed_epoch;
    std::uint64_t lake_version = 0;
    std::map<std::string, std::uint64_t> rows_per_table;
    std::map<std::string, std::string> hash_per_table;
    std::int64_t closed_at_us = 0;  ///< UTC; when the epoch was closed, not when this was copied.
    bool operator==(const ManifestRow&) const = default;
};

/// A key at which the layers differ.
struct Difference {
    std::string table;
    EpochId epoch;
    std::string key;    ///< "business_date=2026-11-22 store_id=3 category=Coffee"
    std::string speed;  ///< The measures or payload of the speed layer; empty: no such row.
    std::string batch;
};

struct Reconciliation {
    std::uint64_t speed_rows = 0;  ///< Keys (roll-ups) or rows seen in the speed layer.
    std::uint64_t batch_rows = 0;
    std::uint64_t differing = 0;          ///< Keys that differ, all of them.
    std::vector<Difference> differences;  ///< The first of them, up to the limit asked for.
    std::string batch_hash;               ///< Order-free hash of the batch side.
};

/// What the batch rows of an epoch add up to.
struct BatchTotals {
    std::uint64_t events = 0;
    retail::Int128 revenue = 0;  ///< Net, ten-millionths, over all currencies; 0 for rejections.
    bool operator==(const BatchTotals&) const = default;
};

/// A share of a batch table.
struct BatchPartition {
    GenerationId generation;
    EpochId epoch;
    auto operator<=>(const BatchPartition&) const = default;
};

/// In the place of a generation: the speed layer.
inline constexpr GenerationId kSpeedLayer{0};

class Warehouse {
public:
    virtual ~Warehouse() = default;

    /// Inserts the rows of one flush into NAME_speed as one block, under a token that makes a
    /// repeat against the same living engine harmless. Errors: kUnavailable (repeat), kStorageFull.
    [[nodiscard]] virtual Status insert_speed(const retail::OperatorTable& table, EpochId epoch,
                                              FlushId flush, std::uint32_t attempt,
                                              const retail::ColumnBlock& rows) = 0;

    /// Once this returns, no insert that was sent before can take effect any more (one that timed
    /// out here may still run there: it is ended and waited for). Call before verifying.
    [[nodiscard]] virtual Status settle() = 0;

    /// When the server process started, UTC seconds to within a second or two. Another value than
    /// before means that it ended meanwhile: verify.
    [[nodiscard]] virtual Result<std::int64_t> started_at_s() = 0;

    /// Whether every stored byte of NAME_speed of an epoch is as it was written (row tables only).
    /// Reads them all: an engine on a full disk may merge parts into one that has not all it says.
    [[nodiscard]] virtual Result<bool> speed_is_intact(const retail::OperatorTable& table,
                                                       EpochId epoch) = 0;

    /// Rows per flush in NAME_speed of an epoch (row tables only).
    [[nodiscard]] virtual Result<std::map<FlushId, std::uint64_t>> speed_rows_by_flush(
        const retail::OperatorTable& table, EpochId epoch) = 0;

    /// Removes the rows of one flush from NAME_speed, durably before it returns.
    [[nodiscard]] virtual Status delete_flush(const retail::OperatorTable& table, EpochId epoch,
                                              FlushId flush) = 0;

    /// Recomputes a roll-up's speed rows of an epoch from that epoch's speed events and puts them
    /// in place in one step.
    [[nodiscard]] virtual Status rebuild_speed_rollup(const retail::OperatorTable& table,
                                                      EpochId epoch) = 0;

    /// Drops NAME_speed rows of an epoch (after it is closed and readers have moved on).
    [[nodiscard]] virtual Status drop_speed(const retail::OperatorTable& table, EpochId epoch) = 0;

    /// Epochs that NAME_speed has rows of.
    [[nodiscard]] virtual Result<std::vector<EpochId>> speed_epochs(
        const retail::OperatorTable& table) = 0;

    /// Drops NAME_batch rows of (generation, epoch); none there is no error.
    [[nodiscard]] virtual Status drop_batch(const retail::OperatorTable& table,
                                            GenerationId generation, EpochId epoch) = 0;

    /// Inserts rows into NAME_batch, durably. `part` numbers the blocks of one attempt: the same
    /// part again is harmless until drop_batch begins the next attempt.
    [[nodiscard]] virtual Status insert_batch(const retail::OperatorTable& table,
                                              GenerationId generation, EpochId epoch,
                                              std::uint32_t part,
                                              const retail::ColumnBlock& rows) = 0;

    /// Events per epoch in NAME_batch of a generation: rows of a row table, the sum of measure
    /// `events` of a roll-up (merges may join its rows).
    [[nodiscard]] virtual Result<std::map<EpochId, std::uint64_t>> batch_rows_by_epoch(
        const retail::OperatorTable& table, GenerationId generation) = 0;

    /// What the batch rows of (generation, epoch) add up to.
    [[nodiscard]] virtual Result<BatchTotals> batch_totals(const retail::OperatorTable& table,
                                                           GenerationId generation,
                                                           EpochId epoch) = 0;

    /// The partitions that NAME_batch has rows of, in order.
    [[nodiscard]] virtual Result<std::vector<BatchPartition>> batch_partitions(
        const retail::OperatorTable& table) = 0;

    /// Compares the batch rows of one epoch, key by key, with the speed layer's or with those of
    /// another generation, which then stand in the place of the speed rows.
    [[nodiscard]] virtual Result<Reconciliation> reconcile(const retail::OperatorTable& table,
                                                           GenerationId generation, EpochId epoch,
                                                           GenerationId against,
                                                           std::size_t max_differences) = 0;

    /// Switches every view: inserts the row, durably. The same row again changes nothing.
    [[nodiscard]] virtual Status insert_manifest(const ManifestRow& row) = 0;

    /// The row that the views go by now.
    [[nodiscard]] virtual Result<std::optional<ManifestRow>> manifest() = 0;

    /// Copies the stores for the views, durably. Rows of a greater version win; repeating is
    /// harmless.
    [[nodiscard]] virtual Status put_stores(const retail::StoreCatalog& catalog) = 0;

    /// Replaces the findings of (generation, epoch) that BI users see. `found_at_us`: UTC
    /// microseconds.
    [[nodiscard]] virtual Status store_differences(GenerationId generation, EpochId epoch,
                                                   std::int64_t found_at_us,
                                                   const std::vector<Difference>& found) = 0;
};

}  // namespace shelfcast::ports
