#pragma once

/// \file demand/features.h
/// Features as data/features/definitions.csv defines them: the one definition that this program,
/// the table retail_core.features and other engines share. Pure.
///
/// A feature of a date reads days before it; of the date itself only the calendar and what the
/// panel says ahead (price, promotion, holiday). Columns of the table that no panel knows (local
/// events, weather, names) are not defined there.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "demand/daily_panel.h"

namespace shelfcast::demand {

struct FeatureDefinition {
    std::string name;       ///< As the table's column.
    std::string kind;       ///< What is done: "lag", "mean", …
    std::string source;     ///< What with: "units", "price", …
    std::int32_t days = 0;  ///< How far back.
    std::string missing;    ///< "null", "zero", "last", "never".
    bool operator==(const FeatureDefinition&) const = default;
};

/// The lines of a definition file. Error: kInvalidInput naming line and word.
[[nodiscard]] Result<std::vector<FeatureDefinition>> parse_feature_definitions(
    std::string_view csv);

/// Those that are compiled in.
[[nodiscard]] const std::vector<FeatureDefinition>& feature_definitions();

/// Values of one series and date, in the order of `definitions`; kUnknown for null. `date` is one
/// of the series' days or the one behind its last. Means over groups read every series.
[[nodiscard]] std::vector<float> features_of(const DailyPanel& panel, std::size_t series,
                                             std::int32_t date,
                                             std::span<const FeatureDefinition> definitions);

}  // namespace shelfcast::demand
