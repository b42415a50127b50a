#include "pipelines/stock/live_stock.h"

#include <algorithm>
#include <vector>

#include "base/log.h"
#include "queries/stock.h"
#include "retail/tables.h"

namespace shelfcast::stock {
namespace {

// More late counts in one flush than this, and all positions are read anew.
constexpr std::size_t kMostReadOneByOne = 200;

}  // namespace

Result<std::optional<LivePosition>> LiveStock::position(StoreId store,
                                                        std::string_view product_id) {
    const std::scoped_lock lock(mutex_);
    if (!ready_) {
        return fail(ErrorKind::kUnavailable, "stock is being read");
    }
    const retail::StockPosition* const found = board_.find(store, product_id);
    return found == nullptr ? std::nullopt : std::optional(LivePosition{*found, as_of_us_});
}

Status LiveStock::restart(const std::stop_token& /*stop*/) {
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
    // Held to the end: who asks meanwhile waits for what the warehouse says of late counts.
    std::unique_lock lock(mutex_);
    // Counts before the sales of the same flush: most of them were made before those.
    board_.apply(retail::kInventoryUpdatesTable, rows.block(retail::kInventoryUpdatesTable));
    for (const retail::OperatorTable& table : retail::operator_tables()) {
        if (table.kind == retail::TableKind::kRows &&
            table.name != retail::kInventoryUpdatesTable) {
            board_.apply(table.name, rows.block(table.name));
        }
    }
    as_of_us_ = std::max(as_of_us_, log_time_us);
    const std::vector<retail::StockKey> unsure = board_.take_unsure();
    if (unsure.size() > kMostReadOneByOne) {
        lock.unlock();
        return restart({});
    }
    // It has this flush and not yet the next: what it says is what the board must say.
    for (const retail::StockKey& key : unsure) {
        auto row = queries::stock_position(warehouse_, key);
        if (!row) {
            ready_ = false;
            return forward_error(row);
        }
        if (*row) {
            board_.put(key.store, key.product_id, (*row)->position);
        }
    }
    return {};
}

}  // namespace shelfcast::stock
