#pragma once

/// \file queries/stock.h
/// What the warehouse says of stock: the queries of `sql/queries/stock`. Errors are the runner's.
/// Thread safe.

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "ports/query_runner.h"
#include "retail/restock_alert.h"
#include "retail/stock_board.h"

namespace shelfcast::queries {

struct StockRow {
    retail::StockKey key;
    retail::StockPosition position;
};

/// Stores with neighbouring ids, both ends included.
struct StoreRange {
    StoreId first;
    StoreId last;
    bool operator==(const StoreRange&) const = default;
};

/// Every store that anything is known of, in ranges in order. One has at most so many entries (sums
/// of one product and day) to add up, unless it is a single store.
[[nodiscard]] Result<std::vector<StoreRange>> stock_stores(ports::QueryRunner& runner,
                                                           std::uint64_t max_entries);

/// Of every product that anything is known of in these stores.
[[nodiscard]] Result<std::vector<StockRow>> stock_positions(ports::QueryRunner& runner,
                                                            const StoreRange& stores);

/// Of these, in one query; those that nothing is known of are left out.
[[nodiscard]] Result<std::vector<StockRow>> stock_positions(ports::QueryRunner& runner,
                                                            std::span<const retail::StockKey> keys);

/// Open alerts, and those that were raised or over since then (UTC).
[[nodiscard]] Result<std::vector<retail::RestockAlert>> restock_alerts(ports::QueryRunner& runner,
                                                                       std::int64_t since_us);

/// Those with a probability.
[[nodiscard]] Result<std::vector<retail::StockRiskRow>> stock_risks(ports::QueryRunner& runner);

/// A business date whose snapshot of stock is to be made, and the version that it gets.
struct SnapshotDate {
    std::int32_t business_date = 0;  ///< Days since 1970.
    std::int32_t previous_date = 0;  ///< Of the snapshot that it stands on, if there is one.
    std::uint64_t version = 0;
};

/// The dates that are over in every store and have no snapshot that knows all of their movements,
/// oldest first. Each stands on the one before it. `now_us`: UTC, since 1970.
[[nodiscard]] Result<std::vector<SnapshotDate>> snapshot_dates(ports::QueryRunner& runner,
                                                               std::int64_t now_us);

struct SnapshotVersion {
    std::int32_t business_date = 0;  ///< Days since 1970.
    std::uint64_t version = 0;
};

/// The snapshots that there are, oldest first.
[[nodiscard]] Result<std::vector<SnapshotVersion>> snapshot_versions(ports::QueryRunner& runner);

/// The dates whose hours without stock are to be told from their snapshots, oldest first; `version`
/// is the snapshot's.
[[nodiscard]] Result<std::vector<SnapshotVersion>> stock_out_dates(ports::QueryRunner& runner);

}  // namespace shelfcast::queries
