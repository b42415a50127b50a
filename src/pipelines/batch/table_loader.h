#pragma once

/// \file pipelines/batch/table_loader.h
/// Fills the batch tables of an epoch from lake files: rows as they are, roll-ups summed from them.
/// What closing an epoch, mending one and rebuilding them all have in common.

#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "base/result.h"
#include "ports/lake.h"
#include "ports/warehouse.h"
#include "retail/tables.h"

namespace shelfcast::batch {

struct LoadOptions {
    std::size_t max_insert_rows = 250'000;    ///< Rows of one insert into a batch table.
    std::size_t max_rollup_keys = 2'000'000;  ///< Roll-up keys held before they are inserted.
    /// Overlaps reading, summing and inserting. The simulation keeps them in order.
    bool overlap = true;
};

/// Called with the rows of each file that was loaded.
using LoadProgress = std::function<void(std::uint64_t rows)>;

/// Replaces the batch rows of (generation, epoch) by those that the files have of that epoch.
[[nodiscard]] Status load_tables(ports::Warehouse& warehouse, ports::Lake& lake,
                                 GenerationId generation, EpochId epoch,
                                 std::span<const ports::LakeFile> files, const LoadOptions& options,
                                 const LoadProgress& progress, const std::stop_token& stop);

/// The rows that a file has of an epoch, as columns of its table.
[[nodiscard]] Result<retail::ColumnBlock> read_epoch_rows(ports::Lake& lake,
                                                          const ports::LakeFile& file,
                                                          EpochId epoch);

/// The files with rows of an epoch.
[[nodiscard]] std::vector<ports::LakeFile> files_of(const ports::LakeManifest& manifest,
                                                    EpochId epoch);

/// Column `epoch`, which lake files carry beside those of their table.
inline constexpr retail::ColumnSpec kEpochColumn{"epoch", retail::ColumnType::kUInt32};

/// Appends it to the rows of one epoch; 0 for a contribution, whose epoch the manifest says.
void add_epoch_column(retail::ColumnBlock& rows, EpochId epoch);

}  // namespace shelfcast::batch
