#pragma once

/// \file benchmarks/detection_play.h
/// Plays a synthetic chain before the detectors and compares what they say with what was planted.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "synthetic/chain.h"

namespace shelfcast::benchmarks {

/// Of one kind, over all chains played.
struct Outcome {
    std::uint64_t planted = 0;  ///< Within the days that are judged.
    std::uint64_t found = 0;
    /// Of those planted: what tills could show. A product that sells 12 lines in that time (the
    /// limits ask for as many), a spike that the shelf could serve by half, a wrong price that
    /// somebody paid, a till that would have had 12 baskets; every store.
    std::uint64_t visible = 0;
    std::uint64_t visible_found = 0;
    std::uint64_t right_alarms = 0;
    std::uint64_t false_alarms = 0;
    std::uint64_t true_besides = 0;  ///< The shelf was empty without anybody having planned it.
    std::vector<double> hours;       ///< From the beginning to the alarm, of those found.
};

/// Adds to `outcomes`; returns the weeks judged, times stores. The first weeks are for learning.
double play_chain(const synthetic::ChainOptions& options, bool tell,
                  std::map<std::string, Outcome>& outcomes);

}  // namespace shelfcast::benchmarks
