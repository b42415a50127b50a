#pragma once

/// \file cli/producer.h
/// The live producer of `up --demo`, `demo` and `produce`: the synthetic chain's receipts at a
/// door.

#include <cstdint>
#include <stop_token>

#include "base/result.h"
#include "cli/commands.h"
#include "pipelines/produce/produce.h"
#include "ports/operational_store.h"

namespace shelfcast::cli {

/// Adds the synthetic chain's stores that the directory lacks.
[[nodiscard]] Status add_demo_stores(ports::StoreDirectory& stores);

/// Produces into the door until `events` are sent or a stop is requested.
[[nodiscard]] Result<produce::ProduceReport> produce_into(ports::EventDoor& door,
                                                          const ports::Clock& clock,
                                                          const ProduceFlags& flags,
                                                          const std::stop_token& stop);

}  // namespace shelfcast::cli
