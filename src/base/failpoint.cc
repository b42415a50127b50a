#include "base/failpoint.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <string>

#include "base/check.h"

namespace shelfcast::failpoint {
namespace {

// One line per place between two durable steps, in the order an event passes them.
constexpr std::array kNames = {
    std::string_view{"import.chunk_appended"},   // in the log, not yet in the import ledger
    std::string_view{"stream.folded"},           // folded, nothing written down
    std::string_view{"stream.written_down"},     // range in the operational store, no row inserted
    std::string_view{"stream.events_inserted"},  // event rows in, roll-ups not
    std::string_view{"stream.inserted"},         // every table in, not marked done
    std::string_view{"stream.marked_done"},      // done, log offsets not committed
    std::string_view{
        "recover.flush_reinserted"},  // an absent flush is back, roll-ups not recomputed
    std::string_view{"recover.rollup_replaced"},  // some roll-ups recomputed
    std::string_view{"batch.epoch_raised"},       // new epoch open, the old one not yet in the lake
    std::string_view{"file.written"},             // temporary file complete, not renamed
    std::string_view{"lake.file_placed"},         // file in place, not in a manifest
    std::string_view{"batch.lake_written"},       // every file of the epoch in place
    std::string_view{"batch.events_loaded"},      // batch event rows in, roll-ups not
    std::string_view{"batch.tables_loaded"},      // batch tables complete, not reconciled
    std::string_view{"batch.state_stored"},       // operator state of the epoch stored
    std::string_view{"batch.reconciled"},         // reconciled, lake manifest not yet written
    std::string_view{"batch.lake_manifest_written"},  // lake closed, warehouse not switched
    std::string_view{"batch.switched"},               // views switched, operational store not told
    std::string_view{"batch.closed"},                 // epoch closed, log not pruned
    std::string_view{"batch.speed_dropped"},          // old speed partitions gone, log not pruned
    std::string_view{"backfill.file_written"},        // some files of a contribution in place
    std::string_view{"backfill.written"},             // all of them, not in a manifest
    std::string_view{"backfill.committed"},           // in the manifest, waiting for an epoch
    std::string_view{"rebuild.epoch_loaded"},         // an epoch of the new generation in
    std::string_view{"rebuild.compared"},             // all of them, the old generation serves
    std::string_view{"rebuild.manifest_written"},     // lake says the new one, warehouse the old
    std::string_view{"rebuild.switched"},             // views switched, the old rows still there
    std::string_view{"rebuild.generation_dropped"},   // some rows of another generation gone
    std::string_view{"compaction.file_written"},      // a merged file in place, not in a manifest
    std::string_view{"compaction.manifest_written"},  // merged, the old files retired
    std::string_view{"compaction.file_removed"},      // a retired file gone, still named retired
    std::string_view{"snapshot.made"},  // a date's stock in the warehouse, not in the lake
    std::string_view{"snapshot.stock_outs_made"},   // a date's hours without stock in the warehouse
    std::string_view{"snapshot.file_written"},      // its file in place, not in a manifest
    std::string_view{"snapshot.manifest_written"},  // in the lake, the run not known as done
    std::string_view{"review.written"},             // proposals of one store, not of the next
    std::string_view{
        "models.artefact_written"},        // a model's artefact in place, which counts not yet
    std::string_view{"train.registered"},  // the model counts, its measures are not told
    std::string_view{"train.measured"},    // measures in the warehouse, champion as before
    std::string_view{"predict.products_written"},  // forecasts of products in, those above not
    std::string_view{"order.written"},  // a decision in the operational store, not in the warehouse
    std::string_view{"replay.begun"},   // written down, not in the log
    std::string_view{"replay.appended"},      // in the log, not settled
    std::string_view{"backup.store_copied"},  // operational store in the backup, log not
    std::string_view{"backup.log_copied"},    // log in the backup, state and lake not
    std::string_view{"backup.lake_copied"},   // every file in the backup, not listed
    std::string_view{"backup.listed"},        // the backup counts, still marked as under way
    std::string_view{"restore.verified"},     // backup read through, nothing copied
    std::string_view{"restore.file_copied"},  // some files in the new data directory
    std::string_view{"restore.copied"},       // all files there, still marked as under way
};

std::atomic<bool> armed{false};
std::function<void(std::string_view)> current_handler;

}  // namespace

std::span<const std::string_view> all_names() { return kNames; }

void reach(std::string_view name) {
    if (!armed.load(std::memory_order_relaxed)) {
        return;
    }
    SHELFCAST_CHECK(std::ranges::find(kNames, name) != kNames.end());
    current_handler(name);
}

void set_handler(std::function<void(std::string_view)> handler) {
    armed = false;
    current_handler = std::move(handler);
    armed = static_cast<bool>(current_handler);
}

bool arm_from_environment() {
    const char* const setting = std::getenv("SHELFCAST_FAILPOINT");
    if (setting == nullptr || *setting == '\0') {
        return true;
    }
    const std::string_view text(setting);
    const std::size_t colon = text.find(':');
    const std::string name(text.substr(0, colon));
    const bool stops = colon != std::string_view::npos && text.substr(colon) == ":stop";
    int passages = 1;
    if (colon != std::string_view::npos && !stops) {
        const auto [end, code] =
            std::from_chars(text.data() + colon + 1, text.data() + text.size(), passages);
        if (code != std::errc{} || end != text.data() + text.size() || passages < 1) {
            return false;
        }
    }
    if (std::ranges::find(kNames, name) == kNames.end()) {
        return false;
    }
    if (stops) {
        set_handler([name](std::string_view reached) {
            if (reached == name) {
                ::raise(SIGSTOP);  // To this thread, so that it goes no further.
            }
        });
        return true;
    }
    // Shared by every thread that passes; counts down to the passage that kills.
    static std::atomic<int> left;
    left = passages;
    set_handler([name](std::string_view reached) {
        if (reached == name && left.fetch_sub(1) == 1) {
            ::kill(::getpid(), SIGKILL);
        }
    });
    return true;
}

}  // namespace shelfcast::failpoint
