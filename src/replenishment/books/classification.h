#pragma once

/// \file replenishment/books/classification.h
/// ABC by revenue and XYZ by how evenly items sell. Pure.
///
/// Source: Silver, Pyke and Thomas, Inventory and Production Management in Supply Chains, 4th ed.
/// (2017), chapter 2 (ABC); XYZ by the coefficient of variation is common practice.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace shelfcast::replenishment {

struct ItemSales {
    std::string id;
    double revenue = 0;                          ///< 0 or more.
    std::vector<double> demand_by_period_units;  ///< 0 or more each, at least one.
};

/// Two shares or ratios, ascending.
struct ClassLimits {
    double first = 0;
    double second = 0;
};

struct ItemClass {
    std::string id;
    double cumulative_share = 0;  ///< Of revenue, down to and with this item.
    char abc = 'C';
    /// Population deviation / mean; none for an item that sold nothing, which is Z.
    std::optional<double> coefficient_of_variation{};
    char xyz = 'Z';
};

/// In falling order of revenue, then by id. A: the share of the items before is below the first
/// limit, so the item that crosses it is still A. X: a coefficient up to the first limit. Error:
/// kInvalidInput when there is no revenue at all.
[[nodiscard]] Result<std::vector<ItemClass>> classify(std::span<const ItemSales> items,
                                                      const ClassLimits& abc_limits,
                                                      const ClassLimits& xyz_limits);

}  // namespace shelfcast::replenishment
