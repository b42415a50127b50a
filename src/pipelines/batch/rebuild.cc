#include "pipelines/batch/rebuild.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "base/failpoint.h"
#include "base/log.h"

namespace shelfcast::batch {
namespace {

/// Compares an epoch of the new generation with the old one's; notes the new one's counts and
/// hashes.
Status compare(const RebuildPorts& ports, const RebuildOptions& options, GenerationId old,
               ports::ClosedEpoch& closed, RebuildReport& report) {
    std::vector<ports::Difference> found_here;
    for (const retail::OperatorTable& table : retail::operator_tables()) {
        SHELFCAST_ASSIGN(ports::Reconciliation found,
                         ports.warehouse.reconcile(table, report.generation, closed.epoch, old,
                                                   options.max_differences));
        SHELFCAST_ASSIGN(const ports::BatchTotals totals,
                         ports.warehouse.batch_totals(table, report.generation, closed.epoch));
        closed.rows_per_table[std::string(table.name)] = totals.events;
        closed.hash_per_table[std::string(table.name)] = found.batch_hash;
        report.differing_keys += found.differing;
        for (ports::Difference& difference : found.differences) {
            log::error("rebuild", "generations differ table={} epoch={} key=\"{}\"",
                       difference.table, difference.epoch.value, difference.key);
            found_here.push_back(std::move(difference));
        }
    }
    // Also where there are none: an earlier rebuild that was refused may have left some.
    const std::int64_t now_us = ports.clock.now_us();
    SHELFCAST_TRY(
        ports.differences.store_differences(report.generation, closed.epoch, now_us, found_here));
    SHELFCAST_TRY(
        ports.warehouse.store_differences(report.generation, closed.epoch, now_us, found_here));
    std::ranges::move(found_here, std::back_inserter(report.differences));
    return {};
}

Status insert_copy(ports::Warehouse& warehouse, const ports::LakeManifest& manifest,
                   const ports::ClosedEpoch& closed) {
    return warehouse.insert_manifest({manifest.generation, closed.epoch, manifest.version,
                                      closed.rows_per_table, closed.hash_per_table,
                                      closed.closed_at_us});
}

}  // namespace

Status switch_views(ports::Warehouse& warehouse, const ports::LakeManifest& manifest) {
    return insert_copy(warehouse, manifest, manifest.epochs.back());
}

Status switch_views_anew(ports::Warehouse& warehouse, const ports::LakeManifest& manifest) {
    SHELFCAST_TRY(switch_views(warehouse, manifest));
    const auto earlier = std::span(manifest.epochs).first(manifest.epochs.size() - 1);
    for (const ports::ClosedEpoch& closed : earlier) {
        SHELFCAST_TRY(insert_copy(warehouse, manifest, closed));
    }
    return {};
}

Status drop_other_generations(ports::Warehouse& warehouse, const ports::LakeManifest& manifest,
                              std::int64_t superseded_before_us) {
    const bool drop_earlier = manifest.switched_at_us < superseded_before_us;
    for (const retail::OperatorTable& table : retail::operator_tables()) {
        SHELFCAST_ASSIGN(const auto partitions, warehouse.batch_partitions(table));
        for (const ports::BatchPartition& one : partitions) {
            if (one.generation > manifest.generation ||
                (drop_earlier && one.generation < manifest.generation)) {
                SHELFCAST_TRY(warehouse.drop_batch(table, one.generation, one.epoch));
                failpoint::reach("rebuild.generation_dropped");
            }
        }
    }
    return {};
}

Result<RebuildReport> rebuild(const RebuildPorts& ports, const RebuildOptions& options,
                              const std::function<void(const RebuildProgress&)>& progress,
                              const std::stop_token& stop) {
    const std::int64_t started_us = ports.clock.steady_us();
    SHELFCAST_ASSIGN(ports::LakeManifest manifest, ports.lake.manifest());
    RebuildReport report;
    if (manifest.epochs.empty()) {
        return report;
    }
    // What a rebuild that broke off has sent must not land among the rows of this one.
    SHELFCAST_TRY(ports.warehouse.settle());
    const GenerationId old = manifest.generation;
    report.generation = GenerationId{old.value + 1};
    SHELFCAST_TRY(drop_other_generations(ports.warehouse, manifest, 0));

    RebuildProgress at;
    for (const ports::LakeFile& file : manifest.files) {
        at.of_rows += file.rows;
    }
    for (ports::ClosedEpoch& closed : manifest.epochs) {
        SHELFCAST_TRY(load_tables(
            ports.warehouse, ports.lake, report.generation, closed.epoch,
            files_of(manifest, closed.epoch), options.load,
            [&](std::uint64_t rows) {
                at.rows += rows;
                if (progress) {
                    progress(at);
                }
            },
            stop));
        failpoint::reach("rebuild.epoch_loaded");
        SHELFCAST_TRY(compare(ports, options, old, closed, report));
        ++report.epochs;
    }
    report.rows = at.rows;
    failpoint::reach("rebuild.compared");
    if (report.differing_keys > 0 && !options.accept_differences) {
        SHELFCAST_ASSIGN(const ports::LakeManifest kept, ports.lake.manifest());
        SHELFCAST_TRY(drop_other_generations(ports.warehouse, kept, 0));
    } else {
        manifest.version += 1;
        manifest.generation = report.generation;
        manifest.switched_at_us = ports.clock.now_us();
        SHELFCAST_TRY(ports.lake.commit(manifest));
        failpoint::reach("rebuild.manifest_written");
        SHELFCAST_TRY(switch_views_anew(ports.warehouse, manifest));
        failpoint::reach("rebuild.switched");
        report.switched = true;
    }
    report.elapsed_us = ports.clock.steady_us() - started_us;
    log::info("rebuild", "generation={} epochs={} rows={} differing_keys={} switched={}",
              report.generation.value, report.epochs, report.rows, report.differing_keys,
              report.switched);
    return report;
}

}  // namespace shelfcast::batch
