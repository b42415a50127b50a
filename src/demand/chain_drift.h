#pragma once

/// \file demand/chain_drift.h
/// What all series together may be expected to grow by over a horizon. Pure.

#include <cstddef>
#include <span>

namespace shelfcast::demand {

/// `total_units`: of each day up to the cut-off. The mean log ratio of a horizon to the four weeks
/// before it, over past origins a week apart, as a factor; shrunk by how few independent windows
/// there are, at most a tenth either way. 1 for less than three of them.
[[nodiscard]] double chain_drift(std::span<const double> total_units, std::size_t horizon_days);

}  // namespace shelfcast::demand
