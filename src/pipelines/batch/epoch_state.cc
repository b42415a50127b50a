#include "pipelines/batch/epoch_state.h"

#include <algorithm>
#include <ranges>
#include <vector>

#include "base/log.h"
#include "pipelines/batch/table_loader.h"
#include "retail/topics.h"

namespace shelfcast::batch {
namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;
// Past the horizon: as far as a clock may have been set back while the log was written.
constexpr std::int64_t kSlackHours = 24;

Status rebuild_from_lake(operators::Operator& target, EpochId epoch, ports::Lake& lake) {
    SHELFCAST_ASSIGN(const ports::LakeManifest manifest, lake.manifest());
    if (std::ranges::find(manifest.epochs, epoch, &ports::ClosedEpoch::epoch) ==
        manifest.epochs.end()) {
        return fail(ErrorKind::kCorrupted, "epoch {} has neither operator state nor lake files",
                    epoch.value);
    }
    const std::int64_t reach_us = (target.duplicate_horizon_hours() + kSlackHours) * kHourUs;
    // From the newest on, whose rows say where log time stands: an epoch may be closed long after
    // its last row was logged. One that was closed before the horizon has no row within it.
    std::int64_t newest_log_us = 0;
    for (const ports::ClosedEpoch& one : std::views::reverse(manifest.epochs)) {
        // What came past the log takes no part in telling duplicates in it.
        if (one.epoch > epoch || one.contribution != 0) {
            continue;
        }
        if (one.closed_at_us < newest_log_us - reach_us) {
            break;
        }
        for (const ports::LakeFile& file : files_of(manifest, one.epoch)) {
            if (const retail::Topic* const topic = retail::topic_of_table(file.table)) {
                SHELFCAST_ASSIGN(const retail::ColumnBlock rows,
                                 read_epoch_rows(lake, file, one.epoch));
                SHELFCAST_TRY(target.admit(*topic, rows));
                for (const auto log_time : rows.data<std::vector<std::int64_t>>("log_time")) {
                    newest_log_us = std::max(newest_log_us, log_time);
                }
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
