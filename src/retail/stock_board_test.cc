#include "retail/stock_board.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>

#include "retail/tables.h"

namespace shelfcast::retail {
namespace {

constexpr StoreId kStore{3};

/// What happened: a row of `table`, with one word for it ("SALE", "COUNT" …).
struct Happening {
    std::string_view table;
    std::string_view word;
    std::int64_t time_ms = 0;
    std::int64_t quantity = 0;
    std::string product = "tea";
};

ColumnBlock row_of(const Happening& one) {
    ColumnBlock rows = make_table_block(operator_table(one.table));
    rows.data<std::vector<std::int64_t>>("event_time").push_back(one.time_ms);
    rows.data<std::vector<std::uint32_t>>("store_id").push_back(kStore.value);
    rows.data<TextColumn>("product_id").push_back(one.product);
    rows.data<std::vector<std::int64_t>>("quantity").push_back(one.quantity);
    if (one.table == kInventoryUpdatesTable) {
        rows.data<TextColumn>("update_type").push_back(one.word);
    } else if (one.table == kSupplierShipmentsTable) {
        rows.data<TextColumn>("status").push_back(one.word);
    } else {
        rows.data<std::vector<std::int8_t>>("transaction_type")
            .push_back(one.word == "SALE"     ? 1
                       : one.word == "RETURN" ? 2
                                              : 3);
    }
    // rows() counts by the first column.
    rows.data<std::vector<std::uint32_t>>("log_partition").push_back(0);
    return rows;
}

/// The position after all of these, whatever order they are in: counts last at their instant.
StockPosition ledger(std::vector<Happening> all, const LedgerRules& rules) {
    std::ranges::sort(all, {}, [](const Happening& one) {
        return std::tuple(one.time_ms, one.word == "COUNT", one.quantity);
    });
    StockPosition at;
    for (const Happening& one : all) {
        at.last_event_ms = std::max(at.last_event_ms, one.time_ms);
        const bool till = one.table == kEventsTable;
        const bool basket = one.table == kSalesTransactionsTable;
        if (one.word == "COUNT") {
            at.on_hand = at.last_count = one.quantity;
            at.last_count_ms = one.time_ms;
            at.is_known = true;
        } else if (one.word == "SALE" || one.word == "RETURN") {
            const std::int64_t sign = one.word == "SALE" ? -1 : 1;
            at.on_hand += (rules.sales_by_basket ? basket : till) ? sign * one.quantity : 0;
        } else if (one.word == "RESTOCK") {
            at.on_hand += rules.receipts_by_shipment ? 0 : one.quantity;
            at.is_known |= !rules.receipts_by_shipment;
        } else if (one.word == "CORRECTION") {
            at.on_hand += one.quantity;
        } else if (one.word == "WASTE") {
            at.on_hand -= one.quantity;
        } else if (one.word == "RESERVE") {
            at.reserved += one.quantity;
        } else if (one.word == "RELEASE") {
            at.reserved -= one.quantity;
        } else if (one.word == "ANNOUNCED") {
            at.on_order += one.quantity;
        } else {
            at.on_order -= one.quantity;
            at.on_hand += one.word == "ARRIVED" && rules.receipts_by_shipment ? one.quantity : 0;
            at.is_known |= one.word == "ARRIVED" && rules.receipts_by_shipment;
        }
    }
    return at;
}

void apply(StockBoard& board, const Happening& one) { board.apply(one.table, row_of(one)); }

TEST(StockBoard, ALateCountIsUnsureAndALateSaleBeforeACountIsNot) {
    StockBoard board({});
    apply(board, {kInventoryUpdatesTable, "COUNT", 1'000, 10'000});
    apply(board, {kEventsTable, "SALE", 3'000, 2'000});
    EXPECT_EQ(board.find(kStore, "tea")->on_hand, 8'000);
    apply(board, {kEventsTable, "SALE", 500, 1'000});  // The count has it.
    EXPECT_EQ(board.find(kStore, "tea")->on_hand, 8'000);
    EXPECT_TRUE(board.take_unsure().empty());
    apply(board, {kInventoryUpdatesTable, "COUNT", 2'000, 9'000});
    apply(board, {kInventoryUpdatesTable, "COUNT", 2'500, 9'000});
    EXPECT_EQ(board.take_unsure(), (std::vector<StockKey>{{kStore, "tea"}}));
    EXPECT_TRUE(board.take_unsure().empty());
    EXPECT_TRUE(board.is_unsure(kStore, "tea"));
    board.put(kStore, "tea", {.on_hand = 7'000, .last_count_ms = 2'500, .last_event_ms = 3'000});
    EXPECT_FALSE(board.is_unsure(kStore, "tea"));
    apply(board, {kInventoryUpdatesTable, "COUNT", 1'500, 4'000});  // Older than the last one.
    EXPECT_TRUE(board.take_unsure().empty());
    EXPECT_EQ(board.find(kStore, "coffee"), nullptr);
    EXPECT_EQ(board.find(StoreId{4}, "tea"), nullptr);
}

// Random histories in random order. What the board calls unsure it is told, as the warehouse would.
TEST(StockBoard, EqualsTheLedgerWhateverTheOrder) {
    const char* const wanted = std::getenv("SHELFCAST_SEED");
    const std::uint64_t seed = wanted == nullptr ? 20251122 : std::strtoull(wanted, nullptr, 10);
    std::mt19937_64 random(seed);
    const auto dice = [&](std::uint64_t sides) {
        return static_cast<std::int64_t>(random() % sides);
    };
    struct Kind {
        std::string_view table;
        std::string_view word;
    };
    const std::vector<Kind> kinds = {
        {kEventsTable, "SALE"},
        {kEventsTable, "RETURN"},
        {kEventsTable, "RESTOCK"},
        {kSalesTransactionsTable, "SALE"},
        {kSalesTransactionsTable, "RETURN"},
        {kInventoryUpdatesTable, "COUNT"},
        {kInventoryUpdatesTable, "COUNT"},
        {kInventoryUpdatesTable, "CORRECTION"},
        {kInventoryUpdatesTable, "WASTE"},
        {kInventoryUpdatesTable, "RESERVE"},
        {kInventoryUpdatesTable, "RELEASE"},
        {kSupplierShipmentsTable, "ANNOUNCED"},
        {kSupplierShipmentsTable, "ARRIVED"},
        {kSupplierShipmentsTable, "SHORT"},
    };
    std::size_t told = 0;
    for (int history = 0; history < 500; ++history) {
        const LedgerRules rules{dice(2) == 0, dice(2) == 0};
        StockBoard board(rules);
        std::map<std::string, std::vector<Happening>> so_far;
        for (int step = 0; step < 40; ++step) {
            const Kind& kind = kinds[static_cast<std::size_t>(dice(kinds.size()))];
            // Few instants, so that some meet.
            const Happening one{kind.table, kind.word, 1'000 * (1 + dice(12)),
                                1'000 * (1 + dice(9)), dice(2) == 0 ? "tea" : "novel"};
            so_far[one.product].push_back(one);
            apply(board, one);
            for (const StockKey& key : board.take_unsure()) {
                board.put(key.store, key.product_id, ledger(so_far[key.product_id], rules));
                ++told;
            }
            for (const auto& [product, happenings] : so_far) {
                ASSERT_EQ(*board.find(kStore, product), ledger(happenings, rules))
                    << "seed " << seed << " history " << history << " step " << step;
            }
        }
    }
    EXPECT_GT(told, 100U);
}

}  // namespace
}  // namespace shelfcast::retail
