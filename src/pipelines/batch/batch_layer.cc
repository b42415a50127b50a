#include "pipelines/batch/batch_layer.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <set>
#include <utility>

#include "base/failpoint.h"
#include "base/log.h"
#include "pipelines/batch/date_buffers.h"
#include "pipelines/batch/epoch_state.h"
#include "pipelines/batch/ordered_stage.h"
#include "pipelines/batch/rebuild.h"
#include "pipelines/batch/table_loader.h"
#include "retail/tables.h"

namespace shelfcast::batch {
namespace {

using retail::OperatorTable;
using retail::TableKind;

constexpr std::string_view kGroup = "batch";
constexpr std::size_t kFoldRows = 100'000;

/// Flushes that follow one another and were decoded with the same stores, as one range per
/// partition.
struct Stretch {
    CatalogVersion catalog;
    std::map<std::pair<std::string, PartitionId>, ports::LogRange> ranges;
};

std::vector<Stretch> stretches_of(const std::vector<ports::FlushRecord>& flushes) {
    std::vector<Stretch> stretches;
    for (const ports::FlushRecord& flush : flushes) {
        if (stretches.empty() || stretches.back().catalog != flush.draft.catalog) {
            stretches.push_back({flush.draft.catalog, {}});
        }
        for (const ports::LogRange& range : flush.draft.ranges) {
            const auto [at, added] =
                stretches.back().ranges.try_emplace({range.topic, range.partition}, range);
            if (!added) {
                at->second.to = range.to;
            }
        }
    }
    return stretches;
}

std::uint64_t records_of(const std::vector<ports::FlushRecord>& flushes) {
    std::uint64_t records = 0;
    for (const ports::FlushRecord& flush : flushes) {
        for (const ports::LogRange& range : flush.draft.ranges) {
            records += static_cast<std::uint64_t>(range.to - range.from);
        }
    }
    return records;
}

}  // namespace

BatchLayer::BatchLayer(BatchPorts ports, BatchOptions options)
    : ports_(std::move(ports)), options_(std::move(options)) {}

Result<std::vector<EpochReport>> BatchLayer::close_epochs(const std::stop_token& stop,
                                                          const ReportProgress& progress) {
    // What an attempt that broke off has sent must not land among the rows of this one.
    if (std::exchange(broke_off_, true)) {
        SHELFCAST_TRY(ports_.warehouse.settle());
    }
    const auto close_all = [&]() -> Status {
        SHELFCAST_ASSIGN(const std::vector<EpochId> closing, ports_.ledger.closing_epochs());
        for (const EpochId epoch : closing) {
            SHELFCAST_TRY(close(epoch, progress, stop));
        }
        return {};
    };
    SHELFCAST_TRY(close_all());
    SHELFCAST_ASSIGN(const EpochId open, ports_.ledger.open_epoch());
    SHELFCAST_ASSIGN(const bool pending, ports_.ledger.has_flushes(open));
    SHELFCAST_ASSIGN(const ports::LakeManifest manifest, ports_.lake.manifest());
    const auto waiting = static_cast<std::uint32_t>(manifest.waiting.size());
    if (pending || waiting > 0) {
        // Each contribution gets an epoch of its own, after that of the log's new stretch. A flush
        // that comes in between takes the place of one: the next batch has it.
        SHELFCAST_TRY(ports_.ledger.raise_epoch(pending ? waiting : waiting - 1));
        failpoint::reach("batch.epoch_raised");
        SHELFCAST_TRY(close_all());
    }
    SHELFCAST_TRY(drop_old_speed_rows());
    broke_off_ = false;
    std::vector<EpochReport> reports;
    for (auto& [epoch, report] : std::exchange(unreported_, {})) {
        reports.push_back(std::move(report));
    }
    return reports;
}

Status BatchLayer::close(EpochId epoch, const ReportProgress& progress,
                         const std::stop_token& stop) {
    const std::int64_t started_us = ports_.clock.steady_us();
    SHELFCAST_TRY(ports_.wait_delivered(epoch, stop));
    SHELFCAST_ASSIGN(ports::LakeManifest manifest, ports_.lake.manifest());
    if (manifest.closed_epoch() < epoch) {
        EpochReport report{.epoch = epoch};
        // An epoch without flushes was cut for a contribution, and takes the oldest that waits.
        SHELFCAST_ASSIGN(const std::vector<ports::FlushRecord> flushes,
                         ports_.ledger.flushes(epoch));
        std::optional<ports::Contribution> contribution;
        if (flushes.empty() && !manifest.waiting.empty()) {
            contribution = std::move(manifest.waiting.front());
            manifest.waiting.erase(manifest.waiting.begin());
        }
        operators::Operator folding(options_.operator_options, &ports_.state);
        SHELFCAST_TRY(
            load_epoch_state(folding, EpochId{epoch.value - 1}, ports_.state, ports_.lake));
        BatchProgress at{.epoch = epoch, .steps = 2 * records_of(flushes)};
        const LoadProgress count_rows = [&](std::uint64_t rows) {
            at.done_steps += rows;
            if (progress) {
                progress(at);
            }
        };
        LakeWrite written;
        if (contribution) {
            written.files = contribution->files;
            for (ports::LakeFile& file : written.files) {
                file.epoch = file.last_epoch = epoch;
            }
            written.counts.accepted = contribution->events;
            written.counts.rejected = contribution->rejections;
        } else {
            SHELFCAST_ASSIGN(written, write_lake(epoch, flushes, folding, count_rows, stop));
            failpoint::reach("batch.lake_written");
        }
        report.accepted = written.counts.accepted;
        report.rejected = written.counts.rejected;
        report.duplicates = written.counts.duplicates;
        report.lake_files = written.files.size();
        for (const ports::LakeFile& file : written.files) {
            report.lake_bytes += file.bytes;
            at.steps += contribution ? file.rows : 0;
        }

        SHELFCAST_TRY(load_tables(ports_.warehouse, ports_.lake, manifest.generation, epoch,
                                  written.files, options_.load, count_rows, stop));
        failpoint::reach("batch.tables_loaded");
        SHELFCAST_TRY(folding.save(ports_.state, epoch_state_name(epoch), {}));
        failpoint::reach("batch.state_stored");

        ports::ClosedEpoch closed{.epoch = epoch,
                                  .contribution = contribution ? contribution->id : 0,
                                  .identity = contribution ? contribution->identity : ""};
        SHELFCAST_ASSIGN(closed.cuts, ports_.ledger.cuts(epoch));
        SHELFCAST_TRY(contribution ? check_sums(manifest.generation, *contribution, closed, report)
                                   : reconcile(manifest.generation, closed, report));
        SHELFCAST_TRY(note_differences(manifest.generation, closed, report));
        failpoint::reach("batch.reconciled");

        closed.closed_at_us = ports_.clock.now_us();
        manifest.version += 1;
        manifest.epochs.push_back(std::move(closed));
        std::ranges::move(written.files, std::back_inserter(manifest.files));
        if (ports_.still_alone) {
            SHELFCAST_TRY(ports_.still_alone());
        }
        SHELFCAST_TRY(ports_.lake.commit(manifest));
        unreported_[epoch] = std::move(report);
        failpoint::reach("batch.lake_manifest_written");

        const std::vector<std::string> keep{epoch_state_name(epoch),
                                            epoch_state_name(EpochId{epoch.value - 1})};
        if (const Status removed = folding.remove_stale(ports_.state, keep); !removed) {
            log::warning("batch", "old operator state stays until the next close error=\"{}\"",
                         removed.error().message);
        }
    } else {
        SHELFCAST_TRY(report_again(manifest, epoch));
    }
    SHELFCAST_TRY(switch_views(ports_.warehouse, manifest));
    failpoint::reach("batch.switched");
    SHELFCAST_TRY(finish(epoch));
    EpochReport& report = unreported_[epoch];
    report.elapsed_us = ports_.clock.steady_us() - started_us;
    ports_.metrics.add(ports::Counter::kEpochsClosed, 1);
    ports_.metrics.set(ports::Gauge::kClosedEpoch, epoch.value);
    ports_.metrics.observe(ports::Histogram::kBatchSeconds,
                           static_cast<double>(report.elapsed_us) / 1e6);
    log::info("batch", "closed epoch={} accepted={} rejected={} duplicates={} differing_keys={}",
              epoch.value, report.accepted, report.rejected, report.duplicates,
              report.differing_keys);
    return {};
}

Status BatchLayer::report_again(const ports::LakeManifest& manifest, EpochId epoch) {
    const auto closed = std::ranges::find(manifest.epochs, epoch, &ports::ClosedEpoch::epoch);
    if (unreported_.contains(epoch) || closed == manifest.epochs.end()) {
        return {};
    }
    const auto rows_of = [&](std::string_view table) {
        const auto found = closed->rows_per_table.find(std::string(table));
        return found == closed->rows_per_table.end() ? 0 : found->second;
    };
    EpochReport report{.epoch = epoch,
                       .accepted = rows_of(retail::kEventsTable),
                       .rejected = rows_of(retail::kRejectionsTable),
                       .differing_keys = closed->differences};
    for (const ports::LakeFile& file : files_of(manifest, epoch)) {
        report.lake_files += 1;
        report.lake_bytes += file.bytes;
    }
    if (closed->differences > 0) {
        SHELFCAST_ASSIGN(std::vector<ports::StoredDifference> stored,
                         ports_.differences.differences(options_.max_differences));
        for (ports::StoredDifference& one : stored) {
            if (one.generation == manifest.generation && one.difference.epoch == epoch) {
                report.differences.push_back(std::move(one.difference));
            }
        }
    }
    unreported_.emplace(epoch, std::move(report));
    return {};
}

Status BatchLayer::fold_ranges(operators::Operator& folding,
                               const std::vector<ports::FlushRecord>& flushes,
                               const std::stop_token& stop,
                               const std::function<Status(operators::FlushOutput)>& sink) {
    operators::FlushRows rows(operators::Rollups::kLeftOut);
    for (const Stretch& stretch : stretches_of(flushes)) {
        SHELFCAST_ASSIGN(const retail::StoreCatalog stores, ports_.stores.catalog(stretch.catalog));
        for (const auto& [key, range] : stretch.ranges) {
            std::int64_t next = range.from;
            while (next < range.to) {
                if (stop.stop_requested()) {
                    return fail(ErrorKind::kUnavailable, "stopped while writing the lake");
                }
                const ports::PartitionOffset from{range.partition, next};
                SHELFCAST_ASSIGN(
                    std::vector<ports::FetchedBatch> batches,
                    ports_.log.read(range.topic, {&from, 1}, {.max_records = kFoldRows}));
                if (batches.empty()) {
                    return fail(ErrorKind::kCorrupted,
                                "topic {} partition {}: the log ends at {}, before the cut at {}",
                                range.topic, range.partition.value, next, range.to);
                }
                for (ports::FetchedBatch& batch : batches) {
                    const auto keep = static_cast<std::size_t>(
                        std::min<std::int64_t>(range.to - batch.base_offset,
                                               static_cast<std::int64_t>(batch.records.size())));
                    batch.records.ends.resize(keep);
                    folding.fold(range.topic, batch, stores, rows);
                    next = batch.base_offset + static_cast<std::int64_t>(keep);
                    if (next >= range.to) {
                        break;
                    }
                }
                if (rows.rows() >= kFoldRows) {
                    SHELFCAST_TRY(sink(rows.take()));
                }
            }
        }
    }
    return sink(rows.take());
}

Result<BatchLayer::LakeWrite> BatchLayer::write_lake(EpochId epoch,
                                                     const std::vector<ports::FlushRecord>& flushes,
                                                     operators::Operator& folding,
                                                     const LoadProgress& progress,
                                                     const std::stop_token& stop) {
    SHELFCAST_TRY(ports_.lake.remove_orphans(ports::FileWriter::kEpoch));
    LakeWrite written;
    std::map<std::pair<std::string, std::string>, std::uint32_t> parts;
    OrderedStage<FolderRows> writing(options_.overlap, 2, [&](FolderRows rows) -> Status {
        const std::string folder = fmt::format("{}/{}", rows.folder.topic, rows.folder.date);
        const std::uint32_t part = parts[{rows.table, folder}]++;
        add_epoch_column(rows.rows, epoch);
        SHELFCAST_ASSIGN(
            ports::LakeFile file,
            ports_.lake.write_file({.folder = rows.folder,
                                    .name = {ports::FileWriter::kEpoch, epoch.value, part},
                                    .table = rows.table,
                                    .epoch = epoch,
                                    .last_epoch = epoch},
                                   rows.rows));
        written.files.push_back(std::move(file));
        return {};
    });
    DateBuffers buffers;
    SHELFCAST_TRY(fold_ranges(folding, flushes, stop, [&](operators::FlushOutput output) -> Status {
        written.counts += output.counts;
        progress(output.counts.total());
        buffers.add(output);
        while (buffers.rows() > options_.max_buffered_rows) {
            SHELFCAST_TRY(writing.push(*buffers.take_largest()));
        }
        return {};
    }));
    while (std::optional<FolderRows> rest = buffers.take_first()) {
        SHELFCAST_TRY(writing.push(std::move(*rest)));
    }
    SHELFCAST_TRY(writing.finish());
    return written;
}

Status BatchLayer::reconcile(GenerationId generation, ports::ClosedEpoch& closed,
                             EpochReport& report) {
    for (const OperatorTable& table : retail::operator_tables()) {
        SHELFCAST_ASSIGN(ports::Reconciliation found,
                         ports_.warehouse.reconcile(table, generation, closed.epoch,
                                                    ports::kSpeedLayer, options_.max_differences));
        SHELFCAST_ASSIGN(const ports::BatchTotals totals,
                         ports_.warehouse.batch_totals(table, generation, closed.epoch));
        closed.rows_per_table[std::string(table.name)] = totals.events;
        closed.hash_per_table[std::string(table.name)] = found.batch_hash;
        report.differing_keys += found.differing;
        ports_.metrics.set(ports::Gauge::kReconciliationDifference,
                           static_cast<double>(found.differing), {{"table", table.name}});
        ports_.metrics.add(ports::Counter::kReconciliationDifferences, found.differing);
        for (ports::Difference& difference : found.differences) {
            log::error("batch", "speed and batch differ table={} epoch={} key=\"{}\"",
                       difference.table, difference.epoch.value, difference.key);
            report.differences.push_back(std::move(difference));
        }
    }
    return {};
}

Status BatchLayer::check_sums(GenerationId generation, const ports::Contribution& contribution,
                              ports::ClosedEpoch& closed, EpochReport& report) {
    report.contributed = true;
    for (const OperatorTable& table : retail::operator_tables()) {
        // No speed rows to compare with: against itself, for the hash alone.
        SHELFCAST_ASSIGN(
            const ports::Reconciliation own,
            ports_.warehouse.reconcile(table, generation, closed.epoch, generation, 0));
        SHELFCAST_ASSIGN(const ports::BatchTotals found,
                         ports_.warehouse.batch_totals(table, generation, closed.epoch));
        closed.rows_per_table[std::string(table.name)] = found.events;
        closed.hash_per_table[std::string(table.name)] = own.batch_hash;
        // A contribution holds events and rejections, and no messages of other topics.
        ports::BatchTotals stated;
        if (table.counts(retail::kEventsTable)) {
            stated = {contribution.events, contribution.revenue};
        } else if (table.name == retail::kRejectionsTable) {
            stated.events = contribution.rejections;
        }
        if (found == stated) {
            continue;
        }
        const auto text_of = [](const ports::BatchTotals& totals) {
            return fmt::format("events={} revenue={}", totals.events,
                               retail::format_decimal(totals.revenue, retail::Revenue::kScale));
        };
        log::error("batch", "contribution {} does not add up table={} stated=\"{}\" found=\"{}\"",
                   contribution.id, table.name, text_of(stated), text_of(found));
        ++report.differing_keys;
        ports_.metrics.add(ports::Counter::kReconciliationDifferences, 1);
        report.differences.push_back({std::string(table.name), closed.epoch,
                                      fmt::format("contribution={}", contribution.id),
                                      text_of(stated), text_of(found)});
    }
    return {};
}

Status BatchLayer::note_differences(GenerationId generation, ports::ClosedEpoch& closed,
                                    const EpochReport& report) {
    closed.differences = report.differing_keys;
    const std::int64_t found_at_us = ports_.clock.now_us();
    SHELFCAST_TRY(ports_.differences.store_differences(generation, closed.epoch, found_at_us,
                                                       report.differences));
    return ports_.warehouse.store_differences(generation, closed.epoch, found_at_us,
                                              report.differences);
}

Status BatchLayer::finish(EpochId epoch) {
    SHELFCAST_TRY(ports_.ledger.mark_closed(epoch, ports_.clock.now_us()));
    failpoint::reach("batch.closed");
    SHELFCAST_ASSIGN(const std::vector<ports::EpochCut> cuts, ports_.ledger.cuts(epoch));
    std::map<std::string, std::vector<ports::PartitionOffset>> ends;
    for (const ports::EpochCut& cut : cuts) {
        ends[cut.topic].push_back({cut.partition, cut.end_offset});
    }
    for (const auto& [topic, offsets] : ends) {
        SHELFCAST_TRY(ports_.log.commit_offsets(kGroup, topic, offsets));
        SHELFCAST_TRY(ports_.log.prune(topic, offsets));
    }
    return ports_.ledger.forget_flushes(epoch);
}

Status BatchLayer::drop_old_speed_rows() {
    const std::int64_t now_us = ports_.clock.now_us();
    for (const OperatorTable& table : retail::operator_tables()) {
        const std::int64_t keep_ms = table.kind == TableKind::kRollup
                                         ? options_.speed_grace_ms
                                         : options_.realtime_retention_ms;
        SHELFCAST_ASSIGN(const std::vector<EpochId> old,
                         ports_.ledger.closed_before(now_us - keep_ms * 1000));
        const std::set<EpochId> droppable(old.begin(), old.end());
        SHELFCAST_ASSIGN(const std::vector<EpochId> present, ports_.warehouse.speed_epochs(table));
        for (const EpochId epoch : present) {
            if (droppable.contains(epoch)) {
                SHELFCAST_TRY(ports_.warehouse.drop_speed(table, epoch));
                failpoint::reach("batch.speed_dropped");
            }
        }
    }
    return {};
}

Result<bool> BatchLayer::drop_superseded_generations() {
    SHELFCAST_ASSIGN(const ports::LakeManifest manifest, ports_.lake.manifest());
    SHELFCAST_ASSIGN(const std::optional<ports::ManifestRow> row, ports_.warehouse.manifest());
    const std::int64_t now_us = ports_.clock.now_us();
    if (!manifest.epochs.empty() && (!row || row->generation < manifest.generation)) {
        log::warning("batch", "views are behind the lake, switching them generation={}",
                     manifest.generation.value);
        SHELFCAST_TRY(switch_views_anew(ports_.warehouse, manifest));
        switched_late_at_us_ = now_us;
    }
    const std::int64_t before_us = now_us - options_.speed_grace_ms * 1000;
    if (std::max(manifest.switched_at_us, switched_late_at_us_) >= before_us) {
        return false;
    }
    SHELFCAST_TRY(drop_other_generations(ports_.warehouse, manifest, before_us));
    return true;
}

Result<RestoreReport> BatchLayer::restore(const std::stop_token& stop) {
    RestoreReport report;
    SHELFCAST_TRY(ports_.warehouse.settle());
    SHELFCAST_TRY(ports_.lake.remove_orphans(ports::FileWriter::kEpoch));
    SHELFCAST_ASSIGN(const ports::LakeManifest manifest, ports_.lake.manifest());
    SHELFCAST_ASSIGN(const std::optional<ports::ManifestRow> row, ports_.warehouse.manifest());
    if (row && row->lake_version > manifest.version) {
        return fail(ErrorKind::kCorrupted,
                    "the warehouse knows lake version {}, the lake has only {}: they do not belong "
                    "together",
                    row->lake_version, manifest.version);
    }
    SHELFCAST_TRY(drop_other_generations(ports_.warehouse, manifest, 0));
    std::map<std::string_view, std::map<EpochId, std::uint64_t>> counts;
    for (const OperatorTable& table : retail::operator_tables()) {
        SHELFCAST_ASSIGN(counts[table.name],
                         ports_.warehouse.batch_rows_by_epoch(table, manifest.generation));
    }
    for (const ports::ClosedEpoch& closed : manifest.epochs) {
        const auto rows_in = [&](std::string_view table) -> std::uint64_t {
            const auto found = closed.rows_per_table.find(std::string(table));
            return found == closed.rows_per_table.end() ? 0 : found->second;
        };
        const auto stated = [&](const OperatorTable& table) {
            if (closed.rows_per_table.contains(std::string(table.name))) {
                return rows_in(table.name);
            }
            // Closed before there was this roll-up of its rows.
            return std::accumulate(
                table.of.begin(), table.of.end(), std::uint64_t{0},
                [&](std::uint64_t sum, std::string_view of) { return sum + rows_in(of); });
        };
        const bool whole =
            std::ranges::all_of(retail::operator_tables(), [&](const OperatorTable& table) {
                const auto& of_table = counts[table.name];
                const auto found = of_table.find(closed.epoch);
                return (found == of_table.end() ? 0 : found->second) == stated(table);
            });
        if (whole) {
            continue;
        }
        log::warning("batch", "batch tables differ from the manifest, loading again epoch={}",
                     closed.epoch.value);
        SHELFCAST_TRY(load_tables(ports_.warehouse, ports_.lake, manifest.generation, closed.epoch,
                                  files_of(manifest, closed.epoch), options_.load, {}, stop));
        ++report.reloaded_epochs;
    }
    if (!manifest.epochs.empty() && (!row || row->lake_version < manifest.version)) {
        SHELFCAST_TRY(switch_views_anew(ports_.warehouse, manifest));
        report.switched = true;
    }
    SHELFCAST_ASSIGN(const std::vector<EpochId> closing, ports_.ledger.closing_epochs());
    for (const EpochId epoch : closing) {
        if (epoch <= manifest.closed_epoch()) {
            SHELFCAST_TRY(report_again(manifest, epoch));
            SHELFCAST_TRY(finish(epoch));
        }
    }
    return report;
}

}  // namespace shelfcast::batch
