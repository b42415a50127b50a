#pragma once

/// \file cli/producer.h
/// The live producer of `up --demo`, `demo` and `produce`: receipts of the data directory's
/// synthetic chain, or of a replayed file, at its own door.

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "api/jobs_handler.h"
#include "base/result.h"
#include "pipelines/produce/produce.h"
#include "retail/store_catalog.h"
#include "synthetic/chain.h"

namespace CLI {
class App;
}

namespace shelfcast::cli {

class App;

struct ProduceFlags {
    double rate = 2;           ///< Events per second; 0: as fast as it goes.
    std::uint64_t events = 0;  ///< 0: until stopped.
    std::uint64_t seed = 1;
    std::string replay;          ///< Path of a file; empty: the synthetic chain.
    double speed = 1;            ///< Of the replay.
    bool keep_hours = false;     ///< Of the replay.
    bool receipts_only = false;  ///< Without the messages of the other topics.
};

void add_produce_flags(CLI::App& command, ProduceFlags& flags);

/// Error: kConflict when the directory has a store that is another one than the chain's of the same
/// number: its receipts would get the prices of a shop they do not come from.
[[nodiscard]] Status check_chain_fits(const retail::StoreCatalog& known,
                                      const synthetic::Chain& chain);

/// Adds the stores of the data directory's synthetic chain (the setting `synthetic_chain`; without
/// it the small chain of the demonstration) that its store directory lacks. Error: kConflict, as
/// check_chain_fits.
[[nodiscard]] Status add_chain_stores(App& app);

/// Called at least twice a second.
using ProduceProgressed = std::function<void(const produce::ProduceProgress&)>;

/// Sells for that chain until `events` are sent or a stop is requested, beginning with the stock
/// that the last one left. `progressed` may be empty.
[[nodiscard]] Result<produce::ProduceReport> produce_into(App& app, const ProduceFlags& flags,
                                                          const ProduceProgressed& progressed,
                                                          const std::stop_token& stop);

/// {"rate":r,"events":n,"seed":n,"replay":"PATH","speed":r,"keep_hours":bool,
/// "receipts_only":bool} to
/// {"sent":n,"accepted":n,"rejected":n,"skipped":n,"left_out":n,"others":n,
/// "seconds":s}; waits until what was
/// sent can be queried. Progress: {"sent":n,"accepted":n,"total":n}.
[[nodiscard]] api::Job produce_job(App& app);
[[nodiscard]] std::string produce_request(const ProduceFlags& flags);

}  // namespace shelfcast::cli
