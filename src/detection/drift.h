#pragma once

/// \file detection/drift.h
/// Whether values are spread as they were: the population stability index (Siddiqi, Credit Risk
/// Scorecards, 2006, chapter 9). Plain values.

#include <span>
#include <string>
#include <vector>

namespace shelfcast::detection {

/// How the values of one figure are spread: shares of bins, 1 in all.
struct Profile {
    std::string name;
    std::vector<double> edges;  ///< Ascending; bin i holds what is above edge i-1 up to edge i.
    /// edges.size() + 1 bins, then the share of what is missing (NaN).
    std::vector<double> shares;
};

/// Bins of about equal shares, fewer where values repeat; at most so many.
[[nodiscard]] Profile profile_of(std::string name, std::span<const float> values,
                                 std::size_t max_bins = 10);
/// Other values in the same bins.
[[nodiscard]] std::vector<double> shares_in(const Profile& bins, std::span<const float> values);

/// Sum over bins of (now - then) x ln(now / then); an empty share counts as 0.0001. Usual reading:
/// below 0.1 none, from 0.25 on a change that asks for a look. Both have the same bins.
[[nodiscard]] double stability_index(std::span<const double> then, std::span<const double> now);

inline constexpr double kNoticeableDrift = 0.1;
inline constexpr double kStrongDrift = 0.25;

}  // namespace shelfcast::detection
