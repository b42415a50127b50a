#include "pipelines/stock/live_stock.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>

#include "retail/tables.h"

namespace shelfcast::stock {
namespace {

/// A warehouse with one product in one store or some, counted to what is set.
class OneProduct final : public ports::QueryRunner {
public:
    Result<retail::ColumnBlock> read_rows(std::string_view /*sql*/,
                                          std::span<const retail::ColumnSpec> columns,
                                          const ports::QueryValues& values) override {
        retail::ColumnBlock rows = retail::make_block(columns);
        if (columns.back().name == "entries") {
            rows.data<std::vector<std::uint32_t>>("store_id") = stores;
            rows.data<std::vector<std::uint64_t>>("entries").assign(stores.size(), 300'000);
            return rows;
        }
        const auto range = values.find("first_store");
        ++(range != values.end() ? asked_for_ranges : asked_for_one);
        if (while_asked) {
            while_asked();
        }
        if (away) {
            return fail(ErrorKind::kUnavailable, "away");
        }
        rows.data<std::vector<std::uint32_t>>("store_id")
            .push_back(
                range == values.end() ? 1 : static_cast<std::uint32_t>(std::stoul(range->second)));
        rows.data<retail::TextColumn>("product_id").push_back(product);
        for (const auto& [name, value] :
             std::map<std::string, std::int64_t>{{"on_hand", on_hand},
                                                 {"on_order", 0},
                                                 {"reserved", 0},
                                                 {"last_count_ms", 5'000},
                                                 {"last_count", 9'000},
                                                 {"last_event_ms", 6'000}}) {
            rows.data<std::vector<std::int64_t>>(name).push_back(value);
        }
        rows.data<std::vector<std::uint8_t>>("is_known").push_back(1);
        return rows;
    }

    std::string product = "tea";
    std::int64_t on_hand = 9'000;
    bool away = false;
    std::vector<std::uint32_t> stores{1};
    int asked_for_ranges = 0;
    int asked_for_one = 0;
    std::function<void()> while_asked;
};

operators::FlushOutput flush_of(std::string_view word, std::int64_t time_ms,
                                std::int64_t quantity) {
    operators::FlushOutput flush;
    for (const retail::OperatorTable& table : retail::operator_tables()) {
        retail::ColumnBlock rows = retail::make_table_block(table);
        if (table.name == retail::kInventoryUpdatesTable) {
            rows.data<std::vector<std::uint32_t>>("log_partition").push_back(0);
            rows.data<std::vector<std::int64_t>>("event_time").push_back(time_ms);
            rows.data<std::vector<std::uint32_t>>("store_id").push_back(1);
            rows.data<retail::TextColumn>("product_id").push_back("tea");
            rows.data<retail::TextColumn>("update_type").push_back(word);
            rows.data<std::vector<std::int64_t>>("quantity").push_back(quantity);
        }
        flush.blocks.push_back(std::move(rows));
    }
    return flush;
}

TEST(LiveStock, BeginsWithTheWarehouseAndFollowsTheFlushes) {
    OneProduct warehouse;
    LiveStock stock(warehouse, {});
    EXPECT_EQ(stock.position(StoreId{1}, "tea").error().kind, ErrorKind::kUnavailable);
    ASSERT_TRUE(stock.restart());
    EXPECT_EQ(stock.position(StoreId{1}, "tea")->value().position.on_hand, 9'000);
    EXPECT_EQ(stock.position(StoreId{2}, "tea").value(), std::nullopt);
    ASSERT_TRUE(stock.delivered(flush_of("WASTE", 7'000, 2'000), 123));
    const auto now = stock.position(StoreId{1}, "tea")->value();
    EXPECT_EQ(now.position.on_hand, 7'000);
    EXPECT_EQ(now.as_of_us, 123);
    EXPECT_EQ(warehouse.asked_for_one, 0);
}

TEST(LiveStock, AsksTheWarehouseWhatALateCountCameTo) {
    OneProduct warehouse;
    LiveStock stock(warehouse, {});
    ASSERT_TRUE(stock.restart());
    warehouse.on_hand = 3'500;
    ASSERT_TRUE(stock.delivered(flush_of("COUNT", 5'500, 4'000), 1));
    EXPECT_EQ(stock.position(StoreId{1}, "tea")->value().position.on_hand, 3'500);
    EXPECT_EQ(warehouse.asked_for_one, 1);
    EXPECT_EQ(warehouse.asked_for_ranges, 1);
    warehouse.away = true;
    EXPECT_EQ(stock.delivered(flush_of("COUNT", 5'600, 4'000), 2).error().kind,
              ErrorKind::kUnavailable);
    // Until it begins anew nothing is said that may be wrong.
    EXPECT_EQ(stock.position(StoreId{1}, "tea").error().kind, ErrorKind::kUnavailable);
    warehouse.away = false;
    ASSERT_TRUE(stock.restart());
    EXPECT_TRUE(stock.position(StoreId{1}, "tea"));
}

TEST(LiveStock, AnswersForOthersWhileOneIsReadAfterALateCount) {
    OneProduct warehouse;
    LiveStock stock(warehouse, {});
    ASSERT_TRUE(stock.restart());
    bool asked = false;
    warehouse.while_asked = [&] {
        asked = true;
        EXPECT_EQ(stock.position(StoreId{1}, "tea").error().kind, ErrorKind::kUnavailable);
        EXPECT_EQ(stock.position(StoreId{2}, "tea").value(), std::nullopt);
    };
    ASSERT_TRUE(stock.delivered(flush_of("COUNT", 5'500, 4'000), 1));
    EXPECT_TRUE(asked);
    EXPECT_TRUE(stock.position(StoreId{1}, "tea"));
}

TEST(LiveStock, AnswersForAStoreAsSoonAsItIsRead) {
    OneProduct warehouse;
    warehouse.stores = {1, 2, 5};
    LiveStock stock(warehouse, {});
    warehouse.while_asked = [&] {
        for (const std::uint32_t store : warehouse.stores) {
            const auto position = stock.position(StoreId{store}, "tea");
            if (static_cast<int>(store) < warehouse.asked_for_ranges) {
                EXPECT_TRUE(position->has_value()) << store;
            } else {
                EXPECT_EQ(position.error().kind, ErrorKind::kUnavailable) << store;
            }
        }
        EXPECT_FALSE(stock.ready());
        warehouse.away = warehouse.asked_for_ranges == 2;
    };
    // Breaks off at the second store: the first, which nobody keeps up to date, is unknown again.
    EXPECT_EQ(stock.restart().error().kind, ErrorKind::kUnavailable);
    EXPECT_EQ(stock.position(StoreId{1}, "tea").error().kind, ErrorKind::kUnavailable);
    warehouse.asked_for_ranges = 0;
    warehouse.while_asked = {};
    warehouse.away = false;
    ASSERT_TRUE(stock.restart());
    EXPECT_EQ(warehouse.asked_for_ranges, 3);
    EXPECT_TRUE(stock.position(StoreId{5}, "tea")->has_value());
    EXPECT_EQ(stock.position(StoreId{9}, "tea").value(), std::nullopt);
}

TEST(LiveStock, SaysNothingWhenTheWarehouseKnowsNoSuchCount) {
    OneProduct warehouse;
    LiveStock stock(warehouse, {});
    ASSERT_TRUE(stock.restart());
    warehouse.product = "coffee";
    EXPECT_EQ(stock.delivered(flush_of("COUNT", 5'500, 4'000), 1).error().kind,
              ErrorKind::kCorrupted);
    EXPECT_EQ(stock.position(StoreId{1}, "tea").error().kind, ErrorKind::kUnavailable);
}

}  // namespace
}  // namespace shelfcast::stock
