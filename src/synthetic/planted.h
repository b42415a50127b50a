#pragma once

/// \file synthetic/planted.h
/// Chooses what goes wrong on purpose in a chain. Pure.

#include <vector>

#include "synthetic/chain.h"

namespace shelfcast::synthetic {

/// The planted events of the chain's days, by store and first date. Stores, profiles and products
/// must be set; no two events concern the same product of a store at the same time.
[[nodiscard]] std::vector<PlantedEvent> plant_events(const Chain& chain);

}  // namespace shelfcast::synthetic
