#include "pipelines/stock/live_stock.h"

#include <algorithm>
#include <vector>

#include "base/log.h"
#include "queries/stock.h"
#include "retail/tables.h"

namespace shelfcast::stock {
namespace {

// More late counts in one flush than this, and all positions are read anew.
constexpr std::size_t kMostReadByKey = 2'000;

}  // namespace

Result<std::optional<LivePosition>> LiveStock::position(StoreId store,
                                                        std::string_view product_id) {
    const std::scoped_lock lock(mutex_);
    if (!ready_) {
        return fail(ErrorKind::kUnavailable, "stock is being read");
    }
    if (board_.is_unsure(store, product_id)) {
        return fail(ErrorKind::kUnavailable, "that stock is being read after a late count");
    }
    const retail::StockPosition* const found = board_.find(store, product_id);
    return found == nullptr ? std::nullopt : std::optional(LivePosition{*found, as_of_us_});
}

bool LiveStock::ready() {
    const std::scoped_lock lock(mutex_);
    return ready_;
}

Status LiveStock::restart() {
    {
        const std::scoped_lock lock(mutex_);
        ready_ = false;
    }
    SHELFCAST_ASSIGN(const auto positions, queries::stock_positions(warehouse_));
    const std::scoped_lock lock(mutex_);
    board_.clear();
    for (const queries::StockRow& row : positions) {
        board_.put(row.key.store, row.key.product_id, row.position);
    }
    ready_ = true;
    log::info("stock", "positions read products={}", board_.size());
    return {};
}

Status LiveStock::delivered(const operators::FlushOutput& rows, std::int64_t log_time_us) {
    std::vector<retail::StockKey> unsure;
    {
        const std::scoped_lock lock(mutex_);
        // Counts before the sales of the same flush: most of them were made before those.
        board_.apply(retail::kInventoryUpdatesTable, rows.block(retail::kInventoryUpdatesTable));
        for (const retail::OperatorTable& table : retail::operator_tables()) {
            if (table.kind == retail::TableKind::kRows &&
                table.name != retail::kInventoryUpdatesTable) {
                board_.apply(table.name, rows.block(table.name));
            }
        }
        as_of_us_ = std::max(as_of_us_, log_time_us);
        unsure = board_.take_unsure();
    }
    if (unsure.empty()) {
        return {};
    }
    const Status known = unsure.size() > kMostReadByKey ? restart() : read_anew(unsure);
    if (!known) {
        const std::scoped_lock lock(mutex_);
        ready_ = false;
    }
    return known;
}

Status LiveStock::read_anew(const std::vector<retail::StockKey>& keys) {
    // The warehouse has this flush and not yet the next: what it says is what the board must say.
    SHELFCAST_ASSIGN(const auto positions, queries::stock_positions(warehouse_, keys));
    if (positions.size() != keys.size()) {
        return fail(ErrorKind::kCorrupted,
                    "of {} positions that were counted the warehouse knows {}", keys.size(),
                    positions.size());
    }
    const std::scoped_lock lock(mutex_);
    for (const queries::StockRow& row : positions) {
        board_.put(row.key.store, row.key.product_id, row.position);
    }
    return {};
}

}  // namespace shelfcast::stock
