#pragma once

/// \file demand/features.h
/// Features of a date as demand/feature_definitions.h defines them. Pure.
///
/// Point-in-time correct: a feature of a date reads the days before it, and of the date and later
/// ones only the calendar, its holidays, and events and weather that were given ahead.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "demand/daily_panel.h"
#include "demand/feature_definitions.h"
#include "demand/group_figures.h"

namespace shelfcast::demand {

/// The features of one date, days since 1970-01-01. The panel and the definitions must outlive it.
class DateFeatures {
public:
    /// Reads every series once per feature of a group.
    DateFeatures(const DailyPanel& panel, std::int32_t date,
                 std::span<const FeatureDefinition> definitions);

    /// Of a series of the panel, in the order of the definitions; kUnknown for null and for words.
    /// A series without days, from the date on, is a product that its store never sold: what is
    /// known of others stands for it.
    [[nodiscard]] std::vector<float> of(const PanelSeries& series) const;

private:
    [[nodiscard]] double value_of(std::size_t definition, const PanelSeries& series) const;

    const DailyPanel& panel_;
    std::int32_t date_;
    std::span<const FeatureDefinition> definitions_;
    std::vector<std::optional<GroupFigures>> groups_;  ///< Per definition, where it is of a group.
};

}  // namespace shelfcast::demand
