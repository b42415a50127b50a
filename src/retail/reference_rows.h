#pragma once

/// \file retail/reference_rows.h
/// Reference data as rows of the warehouse's tables of the same names. Pure.

#include <cstdint>
#include <string_view>
#include <vector>

#include "retail/column_block.h"
#include "retail/holidays.h"
#include "retail/item_terms.h"
#include "retail/product.h"

namespace shelfcast::retail {

inline constexpr std::string_view kProductsTable = "products";
inline constexpr std::string_view kSalesTargetsTable = "sales_targets";
inline constexpr std::string_view kItemTermsTable = "item_terms";
inline constexpr std::string_view kHolidaysTable = "holidays";
inline constexpr std::string_view kLedgerRulesTable = "ledger_rules";

/// `version`: of the whole list; rows of a greater one win.
[[nodiscard]] ColumnBlock product_rows(const std::vector<Product>& products, std::uint64_t version);
[[nodiscard]] ColumnBlock sales_target_rows(const std::vector<SalesTarget>& targets,
                                            std::uint64_t version);
[[nodiscard]] ColumnBlock item_terms_rows(const std::vector<ItemTerms>& terms,
                                          std::uint64_t version);
[[nodiscard]] ColumnBlock holiday_rows(const std::vector<Holiday>& holidays);
/// The topics that the stock ledger books sales and receipts from.
[[nodiscard]] ColumnBlock ledger_rule_rows(std::string_view sales_from,
                                           std::string_view receipts_from, std::uint64_t version);

}  // namespace shelfcast::retail
