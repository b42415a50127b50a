#pragma once

/// \file pipelines/forecast/panel_file.h
/// A daily panel from a file: CSV or Parquet, one row per date, store and product.
///
/// Columns, in any order; others are ignored with a remark:
///   date, store_id, product_id, units   needed; a date is YYYY-MM-DD, at most with a midnight
///                                       behind it; units 0 or more, empty: not known
///   category, brand, city               texts
///   price, promo, holiday               numbers; empty: not known; true and false are 1 and 0
///   stockout_mask                       bit h: out of stock in hour h of the store's clock
///   stockout_hours                      not used: the mask says more
/// Units below 0 (more came back than was sold) count as 0, with a remark. A day inside a series
/// that has no row is not known; but in a file without any row of zero units, whose rows are thus
/// the days with sales, it is a day without sales, and so is each day up to the file's last one.

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "demand/daily_panel.h"
#include "ports/table_file_reader.h"

namespace shelfcast::forecast {

struct PanelFile {
    demand::DailyPanel panel;
    std::int32_t first_date = 0;  ///< Days since 1970-01-01.
    std::int32_t last_date = 0;
    /// What a person should know: ignored columns, gaps, units below 0.
    std::vector<std::string> remarks;
};

/// The longest series; more is a mistake in a date.
inline constexpr std::int32_t kMaxSeriesDays = 20'000;

/// Errors: those of the file; kInvalidInput naming row, column and value (a column that is missing
/// or there twice, a value that is none, a date and series that are there twice, no row at all);
/// kUnavailable (stopped).
[[nodiscard]] Result<PanelFile> read_panel(const std::string& path, ports::TableFileReader& tables,
                                           const std::stop_token& stop);

/// Indexes of the series of `panel` that a file names: columns store_id and product_id, others are
/// ignored. Errors: those of the file; kInvalidInput naming row and ids (not in the panel, there
/// twice, none at all).
[[nodiscard]] Result<std::vector<std::size_t>> read_series(const std::string& path,
                                                           ports::TableFileReader& tables,
                                                           const demand::DailyPanel& panel,
                                                           const std::stop_token& stop);

}  // namespace shelfcast::forecast
