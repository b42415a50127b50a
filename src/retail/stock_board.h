#pragma once

/// \file retail/stock_board.h
/// Where each product of each store stands, kept in memory as rows come in: the same positions as
/// the view retail_core.stock, which it begins with. Stock is the last count and what was booked
/// after it.
///
/// A count that is older than movements already seen cannot be placed by what is kept here; the
/// board then says which keys it must be told anew. One owner, not thread safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "retail/column_block.h"

namespace shelfcast::retail {

/// Units are thousandths.
struct StockPosition {
    std::int64_t on_hand = 0;
    std::int64_t on_order = 0;
    std::int64_t reserved = 0;
    std::int64_t last_count_ms = 0;  ///< UTC; 0: never counted.
    std::int64_t last_count = 0;     ///< What that found.
    std::int64_t last_event_ms = 0;  ///< UTC; when the newest message about it happened.
    bool is_known = false;           ///< It was counted or received; else on_hand counts from 0.
    auto operator<=>(const StockPosition&) const = default;
};

/// Which topic books sales and returns, and which receipts.
struct LedgerRules {
    bool sales_by_basket = false;       ///< sales-transactions instead of retail_events.
    bool receipts_by_shipment = false;  ///< supplier-shipments instead of retail_events.
};

struct StockKey {
    StoreId store;
    std::string product_id;
    auto operator<=>(const StockKey&) const = default;
};

class StockBoard {
public:
    explicit StockBoard(LedgerRules rules) : rules_(rules) {}

    /// Adds the rows of an operator table; those that move no stock are looked over.
    void apply(std::string_view table, const ColumnBlock& rows);

    /// Keys that became unsure since the last call. They stay so until they are `put`.
    [[nodiscard]] std::vector<StockKey> take_unsure();

    void put(StoreId store, std::string_view product_id, const StockPosition& position);
    [[nodiscard]] const StockPosition* find(StoreId store, std::string_view product_id) const;
    [[nodiscard]] bool is_unsure(StoreId store, std::string_view product_id) const;
    [[nodiscard]] std::size_t size() const noexcept { return positions_.size(); }
    void clear();

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>{}(text);
        }
    };
    struct Slot {
        StockPosition position;
        bool unsure = false;
    };

    [[nodiscard]] Slot& slot_of(StoreId store, std::string_view product_id);
    [[nodiscard]] const Slot* find_slot(StoreId store, std::string_view product_id) const;
    void apply_receipt_lines(const ColumnBlock& rows, bool of_baskets);
    void apply_inventory_updates(const ColumnBlock& rows);
    void apply_shipments(const ColumnBlock& rows);
    static void move(Slot& slot, std::int64_t time_ms, std::int64_t units);
    void count(Slot& slot, const StockKey& key, std::int64_t time_ms, std::int64_t units);

    LedgerRules rules_;
    std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> products_;
    std::unordered_map<std::uint64_t, Slot> positions_;  ///< By store << 32 | product.
    std::vector<StockKey> unsure_;
};

}  // namespace shelfcast::retail
