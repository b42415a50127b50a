#include "pipelines/batch/table_loader.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/failpoint.h"
#include "operator/flush_rows.h"
#include "pipelines/batch/date_buffers.h"
#include "pipelines/batch/ordered_stage.h"

namespace shelfcast::batch {
namespace {

using retail::OperatorTable;
using retail::TableKind;

/// Rows on their way into a batch table, gathered into inserts of a sensible size.
struct TableInsert {
    const OperatorTable* table;
    std::uint32_t part;
    retail::ColumnBlock rows;
};

}  // namespace

void add_epoch_column(retail::ColumnBlock& rows, EpochId epoch) {
    rows.columns.push_back({std::string(kEpochColumn.name), kEpochColumn.type,
                            std::vector<std::uint32_t>(rows.rows(), epoch.value)});
}

Result<retail::ColumnBlock> read_epoch_rows(ports::Lake& lake, const ports::LakeFile& file,
                                            EpochId epoch) {
    const OperatorTable& table = retail::operator_table(file.table);
    std::vector<retail::ColumnSpec> columns = retail::columns_of(table);
    // A file of one epoch need not say so in its rows: the first release wrote none that did.
    if (file.epoch == file.last_epoch) {
        return lake.read_rows(file, columns);
    }
    columns.push_back(kEpochColumn);
    SHELFCAST_ASSIGN(retail::ColumnBlock all, lake.read_rows(file, columns));
    const auto epochs = std::get<std::vector<std::uint32_t>>(std::move(all.columns.back().data));
    all.columns.pop_back();
    std::vector<RowStretch> stretches;
    for (std::size_t row = 0; row < epochs.size();) {
        const std::size_t begin = row;
        for (; row < epochs.size() && epochs[row] == epochs[begin]; ++row) {
        }
        if (epochs[begin] == epoch.value) {
            stretches.push_back({begin, row});
        }
    }
    retail::ColumnBlock rows = retail::make_table_block(table);
    append_rows(rows, all, stretches);
    return rows;
}

std::vector<ports::LakeFile> files_of(const ports::LakeManifest& manifest, EpochId epoch) {
    std::vector<ports::LakeFile> files;
    std::ranges::copy_if(manifest.files, std::back_inserter(files),
                         [&](const ports::LakeFile& file) { return file.holds(epoch); });
    return files;
}

Status load_tables(ports::Warehouse& warehouse, ports::Lake& lake, GenerationId generation,
                   EpochId epoch, std::span<const ports::LakeFile> files,
                   const LoadOptions& options, const LoadProgress& progress,
                   const std::stop_token& stop) {
    for (const OperatorTable& table : retail::operator_tables()) {
        SHELFCAST_TRY(warehouse.drop_batch(table, generation, epoch));
    }
    std::map<std::string_view, std::uint32_t> parts;
    OrderedStage<TableInsert> inserting(options.overlap, 1, [&](TableInsert one) -> Status {
        return warehouse.insert_batch(*one.table, generation, epoch, one.part, one.rows);
    });
    const auto insert = [&](const OperatorTable& table, retail::ColumnBlock rows) -> Status {
        if (rows.empty()) {
            return {};
        }
        return inserting.push({&table, parts[table.name]++, std::move(rows)});
    };
    // A file that was merged may have many times the rows of a sensible insert.
    const auto insert_in_pieces = [&](const OperatorTable& table,
                                      const retail::ColumnBlock& rows) -> Status {
        for (std::size_t begin = 0; begin < rows.rows(); begin += options.max_insert_rows) {
            const std::array piece{
                RowStretch{begin, std::min(begin + options.max_insert_rows, rows.rows())}};
            retail::ColumnBlock some = retail::make_table_block(table);
            append_rows(some, rows, piece);
            SHELFCAST_TRY(insert(table, std::move(some)));
        }
        return {};
    };

    operators::RollupSums sums;
    const auto insert_rollups = [&]() -> Status {
        for (const OperatorTable& table : retail::operator_tables()) {
            if (table.kind == TableKind::kRollup) {
                retail::ColumnBlock block = retail::make_table_block(table);
                sums.append_to(table.name, block);
                SHELFCAST_TRY(insert(table, std::move(block)));
            }
        }
        sums.clear();
        return {};
    };

    std::map<std::string_view, retail::ColumnBlock> gathered;
    OrderedStage<std::pair<const OperatorTable*, retail::ColumnBlock>> summing(
        options.overlap, 1,
        [&](std::pair<const OperatorTable*, retail::ColumnBlock> item) -> Status {
            auto& [table, rows] = item;
            sums.add_rows(table->name, rows);
            if (sums.keys() > options.max_rollup_keys) {
                SHELFCAST_TRY(insert_rollups());
            }
            retail::ColumnBlock& block = gathered[table->name];
            append_block(block, std::move(rows));
            if (block.rows() >= options.max_insert_rows) {
                retail::ColumnBlock full = std::exchange(block, retail::make_table_block(*table));
                return full.rows() < 2 * options.max_insert_rows ? insert(*table, std::move(full))
                                                                 : insert_in_pieces(*table, full);
            }
            return {};
        });
    for (const ports::LakeFile& file : files) {
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "stopped while loading epoch {}", epoch.value);
        }
        SHELFCAST_ASSIGN(retail::ColumnBlock rows, read_epoch_rows(lake, file, epoch));
        if (progress) {
            progress(rows.rows());
        }
        SHELFCAST_TRY(summing.push({&retail::operator_table(file.table), std::move(rows)}));
    }
    SHELFCAST_TRY(summing.finish());
    for (auto& [name, block] : gathered) {
        SHELFCAST_TRY(insert(retail::operator_table(name), std::move(block)));
    }
    failpoint::reach("batch.events_loaded");
    SHELFCAST_TRY(insert_rollups());
    return inserting.finish();
}

}  // namespace shelfcast::batch
