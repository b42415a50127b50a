#pragma once

/// \file demand/group_figures.h
/// One feature of a date that is of many series together: of a store, of a category in it, of a
/// product over the stores. Borrows panel and definition. Pure.

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "demand/daily_panel.h"
#include "demand/feature_definitions.h"

namespace shelfcast::demand {

class GroupFigures {
public:
    /// Reads every series once, and of it the days before the date alone.
    GroupFigures(const DailyPanel& panel, std::int32_t date, const FeatureDefinition& definition);

    /// Of a series, which may be none of the panel's: without days. kUnknown: there is no figure.
    [[nodiscard]] double of(const PanelSeries& series) const;

private:
    /// Store, product or category, brand; what does not matter is kAny.
    using Key = std::array<std::uint32_t, 3>;
    struct Tally {
        double sum = 0;               ///< Of the known days of all its series.
        double weekday_sum = 0;       ///< The same, of the date's weekday alone.
        std::size_t series_days = 0;  ///< How many days those are.
        std::vector<bool> is_known;   ///< By days back, 1 first: whether any series is.
        std::size_t sellers = 0;      ///< Series with more than 0 in them.
        double last_sum = 0;          ///< Of the last known day of each.
        std::size_t last_count = 0;   ///< How many have one.
        double age_days = kUnknown;   ///< Since the first known day of all.

        [[nodiscard]] double mean_of_days() const;
    };

    [[nodiscard]] Key key_of(const PanelSeries& series) const;
    void add(const PanelSeries& series, Tally& tally) const;
    /// Without the series itself.
    [[nodiscard]] double mean_of_others(const PanelSeries& series, const Tally& tally) const;
    [[nodiscard]] double weekday_share(const Tally& tally) const;

    const DailyPanel& panel_;
    std::int32_t date_;
    const FeatureDefinition& definition_;
    std::map<Key, Tally> tallies_;
    double mean_of_groups_ = kUnknown;  ///< Of their means.
};

}  // namespace shelfcast::demand
