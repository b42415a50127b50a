#pragma once

/// \file pipelines/derive/stock_snapshot.h
/// Where each product stood at the end of each business date, and in which hours there was none of
/// it: the tables inventory_daily and stock_out_days. Thread safe; two at once do the same work
/// twice, without harm.

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "ports/derived_tables.h"
#include "ports/query_runner.h"

namespace shelfcast::derive {

struct SnapshotReport {
    std::size_t dates = 0;
    std::int32_t first_date = 0;  ///< Days since 1970.
    std::int32_t last_date = 0;
};

/// "3 dates, 2026-11-20 to 2026-11-22", or "no dates".
[[nodiscard]] std::string to_string(const SnapshotReport& report);

/// Makes the snapshot of each date that needs one, oldest first: a date stands on the one before
/// it. Errors: those of the ports; kUnavailable when stopped before the last. What was made holds,
/// and another call goes on from there.
[[nodiscard]] Result<SnapshotReport> snapshot_stock(ports::QueryRunner& runner,
                                                    ports::DerivedTables& tables,
                                                    std::int64_t now_us,
                                                    const std::stop_token& stop);

/// Derives the hours without stock of each date whose snapshot was made since they last were: the
/// table stock_out_days. Returns how many dates that were. Errors as above.
[[nodiscard]] Result<std::size_t> derive_stock_outs(ports::QueryRunner& runner,
                                                    ports::DerivedTables& tables,
                                                    const std::stop_token& stop);

}  // namespace shelfcast::derive
