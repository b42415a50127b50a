#pragma once

/// \file demand/features.h
/// Features as data/features/definitions.csv defines them: the one definition that this program,
/// the table retail_core.features and other engines share. Pure.
///
/// Point-in-time correct: a feature of a date reads the days before it, and of the date and later
/// ones only the calendar and its holidays. Columns of the table that no panel knows (local events,
/// weather, names) are not defined there.

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "demand/daily_panel.h"

namespace shelfcast::demand {

struct FeatureDefinition {
    std::string name;       ///< As the table's column.
    std::string kind;       ///< What is done: "lag", "mean", …
    std::string source;     ///< What with: "units", "price", …
    std::int32_t days = 0;  ///< How far it looks.
    std::string missing;    ///< What stands for no value: "null" or "zero"; "never": there is one.
    bool operator==(const FeatureDefinition&) const = default;
};

struct FeatureDefinitions {
    /// Changes when a figure does: rows of different versions are not compared.
    std::uint32_t version = 0;
    std::vector<FeatureDefinition> features;
    bool operator==(const FeatureDefinitions&) const = default;
};

/// A definition file: its version, the names of its fields, a feature per line. Error:
/// kInvalidInput naming line and word.
[[nodiscard]] Result<FeatureDefinitions> parse_feature_definitions(std::string_view csv);

/// Those that are compiled in.
[[nodiscard]] const FeatureDefinitions& feature_definitions();

/// The features of one date, days since 1970-01-01. The panel and the definitions must outlive it.
class DateFeatures {
public:
    /// Reads every series once, for the means over stores and categories.
    DateFeatures(const DailyPanel& panel, std::int32_t date,
                 std::span<const FeatureDefinition> definitions);

    /// Of a series of the panel, in the order of the definitions; kUnknown for null.
    [[nodiscard]] std::vector<float> of(const PanelSeries& series) const;

private:
    using Group = std::pair<std::uint32_t, std::uint32_t>;  ///< Store and category.

    [[nodiscard]] static Group group_of(const FeatureDefinition& definition,
                                        const PanelSeries& series);
    [[nodiscard]] std::map<Group, double> means_of_groups(
        const FeatureDefinition& definition) const;
    [[nodiscard]] double value_of(std::size_t definition, const PanelSeries& series) const;

    const DailyPanel& panel_;
    std::int32_t date_;
    std::span<const FeatureDefinition> definitions_;
    std::vector<std::map<Group, double>> means_;  ///< Per definition; empty where it has no group.
};

}  // namespace shelfcast::demand
