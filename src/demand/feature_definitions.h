#pragma once

/// \file demand/feature_definitions.h
/// What the features are, as data/features/definitions.csv says: the one definition that this
/// program, the table retail_core.features and other engines share. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace shelfcast::demand {

struct FeatureDefinition {
    std::string name;       ///< As the table's column.
    std::string kind;       ///< What is done: "lag", "mean", …
    std::string source;     ///< What with: "units", "price", …
    std::int32_t days = 0;  ///< How far it looks.
    /// What stands for no value: "null", "zero" or "empty" (of a word); "never": there is one.
    std::string missing;
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

/// Whether it is of the date alone: weekday, month, ….
[[nodiscard]] bool is_of_calendar(const FeatureDefinition& definition);
/// Whether it is of all series of a store, a product or a category together.
[[nodiscard]] bool is_of_group(const FeatureDefinition& definition);
/// Whether it is a name and no number: the table has it, a model may number it.
[[nodiscard]] bool is_word(const FeatureDefinition& definition);

}  // namespace shelfcast::demand
