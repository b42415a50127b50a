#pragma once

/// \file replenishment/proposals/term_book.h
/// Which terms hold for a product in a store: what was written down about just it, else about the
/// product, else about the store, else about its supplier, else what deliveries taught, else the
/// chain's defaults; term by term. Immutable once made, thread safe.

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/ids.h"
#include "replenishment/proposals/lead_time.h"
#include "replenishment/proposals/proposal.h"
#include "retail/item_terms.h"

namespace shelfcast::replenishment {

/// What holds where nobody said otherwise.
struct TermDefaults {
    double review_period_days = 1;
    double lead_time_days = 3;
    double lead_time_std_dev_days = 0.5;
    double service_level = 0.95;
    double holding_cost_per_year = 0.2;  ///< Share of unit cost.
};

/// What the catalogue says of a product, and what it sells for.
struct ItemFacts {
    StoreId store;
    std::string_view product_id;
    std::string_view supplier;         ///< Empty: not known.
    std::uint32_t lead_time_days = 0;  ///< 0: not known.
    std::uint32_t pack_size = 1;
    std::uint32_t shelf_life_days = 0;
    std::optional<UnitPrice> unit_cost{};
    std::optional<UnitPrice> unit_price{};
    int weekday = 1;  ///< Of the review date, 1: Monday.
};

struct ItemChoice {
    Terms terms;
    std::string supplier;
    retail::Revenue supplier_minimum{};  ///< 0: none.
    bool lead_time_is_learned = false;
    std::vector<std::string_view> defaults;  ///< Words for the terms that nobody said.
};

class TermBook {
public:
    TermBook(std::vector<retail::ItemTerms> written, TermDefaults defaults,
             std::map<std::string, LeadTimeModel, std::less<>> lead_times);

    [[nodiscard]] ItemChoice choose(const ItemFacts& item) const;

private:
    using Key = std::tuple<StoreId, std::string, std::string>;
    /// The rows about an item, the most specific first.
    [[nodiscard]] std::vector<const retail::ItemTerms*> about(const ItemFacts& item,
                                                              const std::string& supplier) const;
    [[nodiscard]] std::string supplier_of(const ItemFacts& item) const;

    std::map<Key, retail::ItemTerms> written_;
    TermDefaults defaults_;
    std::map<std::string, LeadTimeModel, std::less<>> lead_times_;
};

}  // namespace shelfcast::replenishment
