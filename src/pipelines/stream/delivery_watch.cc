#include "pipelines/stream/delivery_watch.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "retail/topics.h"

namespace shelfcast::stream {
namespace {

constexpr auto kAskAgain = std::chrono::milliseconds(50);

}  // namespace

Result<bool> DeliveryWatch::verified() {
    SHELFCAST_ASSIGN(const ports::SpeedSession session, ledger_.session());
    return session.server_started_s.has_value();
}

Status DeliveryWatch::wait(const std::function<Result<std::string>()>& missing,
                           std::chrono::milliseconds deadline, const std::stop_token& stop) {
    const auto until = std::chrono::steady_clock::now() + deadline;
    std::mutex mutex;
    std::condition_variable_any wake;
    while (true) {
        SHELFCAST_ASSIGN(const std::string still_missing, missing());
        if (still_missing.empty()) {
            return {};
        }
        if (stop.stop_requested() || std::chrono::steady_clock::now() >= until) {
            return fail(ErrorKind::kUnavailable, "{}; is a worker (shelfcast stream) at work?",
                        still_missing);
        }
        std::unique_lock lock(mutex);
        wake.wait_for(lock, stop, kAskAgain, [] { return false; });
    }
}

Status DeliveryWatch::wait_delivered(EpochId epoch, std::chrono::milliseconds deadline,
                                     const std::stop_token& stop) {
    return wait(
        [&]() -> Result<std::string> {
            // While it is verified, flushes that are marked done may be absent.
            SHELFCAST_ASSIGN(const bool sure, verified());
            if (!sure) {
                return fmt::format("epoch {}: its speed rows are being verified", epoch.value);
            }
            SHELFCAST_ASSIGN(const auto undone, ledger_.undone_flushes(epoch));
            return undone.empty() ? std::string()
                                  : fmt::format("epoch {}: {} flushes are not in the warehouse yet",
                                                epoch.value, undone.size());
        },
        deadline, stop);
}

Status DeliveryWatch::wait_caught_up(std::chrono::milliseconds deadline,
                                     const std::stop_token& stop) {
    std::map<std::pair<std::string, PartitionId>, std::int64_t> goals;
    for (const std::string_view topic : retail::input_topics()) {
        SHELFCAST_ASSIGN(const auto begins, log_.begin_offsets(topic));
        SHELFCAST_ASSIGN(const auto ends, log_.end_offsets(topic));
        for (std::size_t at = 0; at < ends.size(); ++at) {
            if (ends[at].offset > begins[at].offset) {
                goals[{std::string(topic), ends[at].partition}] = ends[at].offset;
            }
        }
    }
    // Flushes that were undone when the last of the goals was written down.
    std::optional<std::vector<ports::FlushRecord>> waited_for;
    return wait(
        [&]() -> Result<std::string> {
            SHELFCAST_ASSIGN(const auto written, ledger_.written_ends());
            std::int64_t behind = 0;
            for (const auto& [place, goal] : goals) {
                const auto end = std::ranges::find_if(written, [&](const ports::EpochCut& one) {
                    return one.topic == place.first && one.partition == place.second;
                });
                behind +=
                    std::max<std::int64_t>(0, goal - (end == written.end() ? 0 : end->end_offset));
            }
            if (behind > 0) {
                return fmt::format("{} records of the log are not in the warehouse yet", behind);
            }
            SHELFCAST_ASSIGN(const bool sure, verified());
            if (!sure) {
                return std::string("the speed rows are being verified");
            }
            SHELFCAST_ASSIGN(std::vector<EpochId> epochs, ledger_.closing_epochs());
            SHELFCAST_ASSIGN(const EpochId open, ledger_.open_epoch());
            epochs.push_back(open);
            std::vector<ports::FlushRecord> undone;
            for (const EpochId epoch : epochs) {
                SHELFCAST_ASSIGN(const auto some, ledger_.undone_flushes(epoch));
                undone.insert(undone.end(), some.begin(), some.end());
            }
            if (waited_for) {
                std::erase_if(undone, [&](const ports::FlushRecord& flush) {
                    return std::ranges::find(*waited_for, flush.id, &ports::FlushRecord::id) ==
                           waited_for->end();
                });
            }
            waited_for = undone;
            return undone.empty()
                       ? std::string()
                       : fmt::format("{} flushes are not in the warehouse yet", undone.size());
        },
        deadline, stop);
}

}  // namespace shelfcast::stream
