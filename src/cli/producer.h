#pragma once

/// \file cli/producer.h
/// The live producer of `up --demo`, `demo` and `produce`: the synthetic chain's receipts at a
/// door.

#include <cstdint>
#include <stop_token>

#include "base/result.h"
#include "pipelines/produce/produce.h"
#include "ports/operational_store.h"

namespace CLI {
class App;
}

namespace shelfcast::cli {

struct ProduceFlags {
    double rate = 2;           ///< Events per second; 0: as fast as it goes.
    std::uint64_t events = 0;  ///< 0: until stopped.
    std::uint64_t seed = 1;
};

void add_produce_flags(CLI::App& command, ProduceFlags& flags);

/// Adds the synthetic chain's stores that the directory lacks.
[[nodiscard]] Status add_demo_stores(ports::StoreDirectory& stores);

/// Produces into the door until `events` are sent or a stop is requested.
[[nodiscard]] Result<produce::ProduceReport> produce_into(ports::EventDoor& door,
                                                          const ports::Clock& clock,
                                                          const ProduceFlags& flags,
                                                          const std::stop_token& stop);

}  // namespace shelfcast::cli
