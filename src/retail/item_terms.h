#pragma once

/// \file retail/item_terms.h
/// On which terms an item is supplied and kept: reference data, as specific or as general as
/// somebody wrote it down. Plain data and its text form; pure.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace shelfcast::retail {

enum class ItemTerm : std::uint8_t {
    kLeadTimeDays,
    kLeadTimeStdDevDays,
    kReviewPeriodDays,
    kMinOrderUnits,
    kPackSize,
    kSupplierMinimumValue,
    kCapacityUnits,
    kShelfLifeDays,
    kUnitCost,
    kHoldingCostPercent,  ///< Of unit cost, a year.
    kOrderCost,           ///< Of one order line.
    kServiceLevel,        ///< These three exclude each other.
    kFillRate,
    kCostRatio,
};
inline constexpr std::size_t kItemTerms = 14;

struct ItemTermSpec {
    ItemTerm term;
    std::string_view name;  ///< Column in a file and in the warehouse.
    int scale;              ///< Digits after the point that it holds.
    std::int64_t least;     ///< At that scale.
    std::int64_t most;
};
/// All of them, in the order of ItemTerm.
[[nodiscard]] const std::array<ItemTermSpec, kItemTerms>& item_term_specs() noexcept;

struct ItemTerms {
    StoreId store{0};          ///< 0: every store.
    std::string product_id;    ///< Empty: every product.
    std::string supplier;      ///< Empty: every supplier. Only without a product.
    std::string delivered_by;  ///< Who delivers the product; empty: not said.
    std::array<std::optional<std::int64_t>, kItemTerms> values;  ///< At the term's scale.

    [[nodiscard]] std::optional<std::int64_t>& operator[](ItemTerm term) {
        return values[static_cast<std::size_t>(term)];
    }
    [[nodiscard]] const std::optional<std::int64_t>& operator[](ItemTerm term) const {
        return values[static_cast<std::size_t>(term)];
    }
    bool operator==(const ItemTerms&) const = default;
};

/// "lead_time_days=2.5 pack_size=6 delivered_by=Mill & Sons", in the order of ItemTerm: how an
/// operational store keeps them, so that a term more needs no other table.
[[nodiscard]] std::string format_terms(const ItemTerms& terms);
/// Reads such a text into `terms.values` and `terms.delivered_by`; words that it does not know are
/// left out (a newer program's).
void parse_terms(std::string_view text, ItemTerms& terms);

}  // namespace shelfcast::retail
