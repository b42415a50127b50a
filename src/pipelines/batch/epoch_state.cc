#include "pipelines/batch/epoch_state.h"

#include <algorithm>
#include <vector>

#include "base/log.h"
#include "pipelines/batch/table_loader.h"
#include "retail/tables.h"

namespace shelfcast::batch {
namespace {

// Longer than any duplicate horizon in use, so that an epoch left out cannot matter.
constexpr std::int64_t kRebuildReachUs = std::int64_t{72} * 3'600'000'000;

Status rebuild_from_lake(operators::Operator& target, EpochId epoch, ports::Lake& lake) {
    SHELFCAST_ASSIGN(const ports::LakeManifest manifest, lake.manifest());
    const auto closed = std::ranges::find(manifest.epochs, epoch, &ports::ClosedEpoch::epoch);
    if (closed == manifest.epochs.end()) {
        return fail(ErrorKind::kCorrupted, "epoch {} has neither operator state nor lake files",
                    epoch.value);
    }
    const std::int64_t oldest_us = closed->closed_at_us - kRebuildReachUs;
    for (const ports::ClosedEpoch& one : manifest.epochs) {
        // What came past the log takes no part in telling duplicates in it.
        if (one.epoch > epoch || one.closed_at_us < oldest_us || one.contribution != 0) {
            continue;
        }
        for (const ports::LakeFile& file : files_of(manifest, one.epoch)) {
            if (file.table == retail::kEventsTable) {
                SHELFCAST_ASSIGN(const retail::ColumnBlock rows,
                                 read_epoch_rows(lake, file, one.epoch));
                SHELFCAST_TRY(target.admit(rows));
            }
        }
    }
    return {};
}

}  // namespace

std::string epoch_state_name(EpochId epoch) { return fmt::format("epoch-{:08}", epoch.value); }

Status load_epoch_state(operators::Operator& target, EpochId epoch, ports::StateStore& state,
                        ports::Lake& lake) {
    if (epoch.value == 0) {
        return {};
    }
    const Result<std::string> stored =
        target.load(state, fmt::format("batch/{}", epoch_state_name(epoch)));
    if (stored) {
        return {};
    }
    if (stored.error().kind != ErrorKind::kNotFound &&
        stored.error().kind != ErrorKind::kCorrupted) {
        return tl::unexpected(stored.error());
    }
    log::warning("batch", "operator state is made anew from the lake epoch={} reason=\"{}\"",
                 epoch.value, stored.error().message);
    return rebuild_from_lake(target, epoch, lake);
}

}  // namespace shelfcast::batch
