#pragma once

/// \file pipelines/policy/policy_template.h
/// For which items and cut-offs a policy is wanted, and what each costs: the file that a replay
/// gives out (columns below). Plain values.

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "demand/daily_panel.h"
#include "ports/table_file_reader.h"
#include "replenishment/policies/stock_replay.h"

namespace shelfcast::policy {

struct TemplateItem {
    std::size_t series = 0;  ///< Index in the panel.
    replenishment::ItemTerms terms;
};

struct PolicyTemplate {
    std::vector<std::int32_t> cutoffs;  ///< Ascending; days since 1970-01-01.
    std::vector<TemplateItem> items;    ///< Every one at every cut-off.
    double lead_time_days = 0;
    double lead_time_sd_days = 0;
};

/// Columns cutoff, store_id, product_id, pack_size_units, minimum_order_units, unit_cost,
/// lost_margin_per_unit, holding_cost_per_unit_day, order_cost, shelf_life_days, lead_time_days,
/// lead_time_sd_days; others are ignored. Errors: those of the file; kInvalidInput naming row,
/// column and value (missing columns, a value out of range, a series that the panel has not, terms
/// or lead times that differ between rows, a cut-off without some series, no row at all).
[[nodiscard]] Result<PolicyTemplate> read_template(const std::string& path,
                                                   ports::TableFileReader& tables,
                                                   const demand::DailyPanel& panel,
                                                   const std::stop_token& stop);

}  // namespace shelfcast::policy
