#include "pipelines/simulate/chain_history.h"

#include <gtest/gtest.h>

#include "pipelines/panel/test_sales.h"
#include "ports/test_hand_clock.h"
#include "ports/test_one_store.h"

namespace shelfcast::simulate {
namespace {

constexpr std::int32_t kDate = 20'500;

class ChainHistoryTest : public testing::Test {
protected:
    ChainHistoryTest() {
        sales_.sell_daily("tea", kDate - 90, kDate, 3);
        sales_.sell_daily("jam", kDate - 90, kDate, 1, 2);
        sales_.sell_daily("old", kDate - 100, kDate - 80, 9);
    }
    std::shared_ptr<const ChainHistory> history() {
        const auto found = keeper_.history({});
        EXPECT_TRUE(found) << found.error().message;
        return found ? *found : nullptr;
    }

    panel::TestSales sales_;
    ports::OneStore stores_;
    ports::HandClock clock_;
    EpochId epoch_{1};
    HistoryKeeper keeper_{{.sales = {sales_, stores_},
                           .open_epoch = [this]() -> Result<EpochId> { return epoch_; },
                           .clock = clock_}};
};

TEST_F(ChainHistoryTest, KeepsWhatSoldOfLateByStore) {
    const auto read = history();
    ASSERT_TRUE(read);
    EXPECT_EQ(read->columns.last_date, kDate);
    EXPECT_EQ(read->columns.demand.series, 2U);  // Nobody bought the old one for months.
    EXPECT_EQ(read->columns.demand.units.back(), 1);
    const auto second = read->of_store(StoreId{2});
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ(second->series, 1U);
    EXPECT_EQ(second->units.back(), 1);
    EXPECT_EQ(second->unit_price, std::vector<double>{2});
    const auto none = read->of_store(StoreId{3});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().kind, ErrorKind::kNotFound);
    EXPECT_NE(none.error().message.find("store 3"), std::string::npos);
}

TEST_F(ChainHistoryTest, IsReadAgainWhenDateOrEpochMovesAndNotBefore) {
    const auto first = history();
    ASSERT_TRUE(keeper_.refresh({}));
    EXPECT_EQ(history(), first);
    ++epoch_.value;
    EXPECT_EQ(history(), first);  // A question does not wait for the warehouse.
    ASSERT_TRUE(keeper_.refresh({}));
    const auto second = history();
    EXPECT_NE(second, first);
    sales_.sell_daily("tea", kDate + 1, kDate + 1, 5);
    ASSERT_TRUE(keeper_.refresh({}));
    EXPECT_EQ(history()->columns.last_date, kDate + 1);
    const auto third = history();
    clock_.at_us += 16LL * 60 * 1'000'000;  // What came late since is read now and then.
    ASSERT_TRUE(keeper_.refresh({}));
    EXPECT_NE(history(), third);
}

TEST_F(ChainHistoryTest, AnswersGoOnWhileTheWarehouseIsAway) {
    const auto first = history();
    sales_.away = true;
    ++epoch_.value;
    EXPECT_FALSE(keeper_.refresh({}));
    EXPECT_EQ(history(), first);
}

TEST_F(ChainHistoryTest, WithoutSalesThereIsNothingToAskAbout) {
    sales_.sales.clear();
    const auto none = keeper_.history({});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().kind, ErrorKind::kInvalidInput);
    EXPECT_NE(none.error().message.find("no sales"), std::string::npos);
    sales_.sell_daily("tea", kDate - 90, kDate, 3);
    EXPECT_EQ(history()->columns.demand.series, 1U);
}

}  // namespace
}  // namespace shelfcast::simulate
