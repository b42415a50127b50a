#include "pipelines/stock/live_stock.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "base/log.h"
#include "queries/stock.h"
#include "retail/tables.h"

namespace shelfcast::stock {
namespace {

// More late counts in one flush than this, and all positions are read anew.
constexpr std::size_t kMostReadByKey = 2'000;
// Product days that one query adds up, some 150 MB of the warehouse's memory.
constexpr std::uint64_t kEntriesAtOnce = 500'000;
constexpr std::uint32_t kEveryStore = std::numeric_limits<std::uint32_t>::max();

}  // namespace

Result<std::optional<LivePosition>> LiveStock::position(StoreId store,
                                                        std::string_view product_id) {
    const std::scoped_lock lock(mutex_);
    if (store.value > read_up_to_) {
        return fail(ErrorKind::kUnavailable, "stock of store {} is being read", store.value);
    }
    if (board_.is_unsure(store, product_id)) {
        return fail(ErrorKind::kUnavailable, "that stock is being read after a late count");
    }
    const retail::StockPosition* const found = board_.find(store, product_id);
    return found == nullptr ? std::nullopt : std::optional(LivePosition{*found, as_of_us_});
}

Result<std::optional<LivePosition>> LiveStock::position_now(StoreId store,
                                                            std::string_view product_id) {
    if (source_ == Source::kFlushes) {
        return position(store, product_id);
    }
    const retail::StockKey key{store, std::string(product_id)};
    SHELFCAST_ASSIGN(const auto found, queries::stock_positions(warehouse_, {&key, 1}));
    return found.empty() ? std::nullopt : std::optional(LivePosition{found.front().position, 0});
}

Status LiveStock::prepare() { return source_ == Source::kFlushes ? Status() : restart(); }

bool LiveStock::ready() {
    const std::scoped_lock lock(mutex_);
    return read_up_to_ == kEveryStore;
}

Status LiveStock::restart() {
    {
        const std::scoped_lock lock(mutex_);
        read_up_to_ = 0;
        board_.clear();
    }
    Status done = read_all();
    const std::scoped_lock lock(mutex_);
    read_up_to_ = done ? kEveryStore : 0;
    if (done) {
        log::info("stock", "positions read products={}", board_.size());
    }
    return done;
}

/// Nothing is delivered meanwhile: what was read first is as fresh as what is read last.
Status LiveStock::read_all() {
    SHELFCAST_ASSIGN(const auto ranges, queries::stock_stores(warehouse_, kEntriesAtOnce));
    for (const queries::StoreRange& stores : ranges) {
        SHELFCAST_ASSIGN(const auto positions, queries::stock_positions(warehouse_, stores));
        const std::scoped_lock lock(mutex_);
        for (const queries::StockRow& row : positions) {
            board_.put(row.key.store, row.key.product_id, row.position);
        }
        read_up_to_ = stores.last.value;
    }
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
        read_up_to_ = 0;
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
