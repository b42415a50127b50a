#pragma once

/// \file pipelines/stock/live_stock.h
/// The position of each product of each store, from memory: as fresh as the delivered flushes.
///
/// `position` may be called from any thread; the rest belongs to the speed layer.

#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "operator/flush_observer.h"
#include "ports/query_runner.h"
#include "retail/stock_board.h"

namespace shelfcast::stock {

struct LivePosition {
    retail::StockPosition position;
    std::int64_t as_of_us = 0;  ///< UTC log time of the newest record that is counted; 0: none yet.
};

class LiveStock final : public operators::FlushObserver {
public:
    LiveStock(ports::QueryRunner& warehouse, retail::LedgerRules rules)
        : warehouse_(warehouse), board_(rules) {}

    /// Nothing: nothing was ever booked, counted, ordered or sold of that product there. Error:
    /// kUnavailable while the positions of that store, or that one after a late count, are being
    /// read.
    [[nodiscard]] Result<std::optional<LivePosition>> position(StoreId store,
                                                               std::string_view product_id);

    /// Whether the positions of every store are there.
    [[nodiscard]] bool ready();

    [[nodiscard]] Status restart() override;
    [[nodiscard]] Status delivered(const operators::FlushOutput& rows,
                                   std::int64_t log_time_us) override;

private:
    [[nodiscard]] Status read_all();
    [[nodiscard]] Status read_anew(const std::vector<retail::StockKey>& keys);

    ports::QueryRunner& warehouse_;
    std::mutex mutex_;
    retail::StockBoard board_;  ///< Guarded by mutex_, as the next two.
    /// Positions are there of stores up to this id; kEveryStore: of all.
    std::uint32_t read_up_to_ = 0;
    std::int64_t as_of_us_ = 0;
};

}  // namespace shelfcast::stock
