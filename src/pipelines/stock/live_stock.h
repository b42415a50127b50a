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

/// Where positions are followed from.
enum class Source : std::uint8_t {
    kFlushes,    ///< Every flush passes through this process, and is told.
    kWarehouse,  ///< Others deliver too: what was read is old, and is read again.
};

class LiveStock final : public operators::FlushObserver {
public:
    LiveStock(ports::QueryRunner& warehouse, retail::LedgerRules rules,
              Source source = Source::kFlushes)
        : warehouse_(warehouse), source_(source), board_(rules) {}

    /// The same as `position`, as fresh as it can be had; `as_of_us` is 0 where the warehouse was
    /// asked. Errors: those of a query besides.
    [[nodiscard]] Result<std::optional<LivePosition>> position_now(StoreId store,
                                                                   std::string_view product_id);

    /// Before all positions are looked at: reads them, unless they are followed.
    [[nodiscard]] Status prepare();

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
    const Source source_;
    std::mutex mutex_;
    retail::StockBoard board_;  ///< Guarded by mutex_, as the next two.
    /// Positions are there of stores up to this id; kEveryStore: of all.
    std::uint32_t read_up_to_ = 0;
    std::int64_t as_of_us_ = 0;
};

}  // namespace shelfcast::stock
