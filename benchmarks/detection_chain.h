#pragma once

/// \file benchmarks/detection_chain.h
/// Plays a synthetic chain before the detectors.

#include "benchmarks/detection_faults.h"
#include "synthetic/chain.h"

namespace shelfcast::benchmarks {

/// Adds to `outcomes`; returns the weeks judged, times stores. The first weeks are for learning.
/// Beside what the chain plants, stores fall silent and products come back.
double play_chain(const synthetic::ChainOptions& options, bool tell, Outcomes& outcomes);

}  // namespace shelfcast::benchmarks
