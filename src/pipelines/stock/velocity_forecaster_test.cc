#include "pipelines/stock/velocity_forecaster.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ports/test_hand_clock.h"
#include "ports/test_one_store.h"

namespace shelfcast::stock {
namespace {

/// 2026-11-22T17:30:00Z, a Sunday; half past six in Berlin.
constexpr std::int64_t kNowUs = 1'795'368'600'000'000;
constexpr std::int32_t kToday = 20'779;

/// Each question takes a millisecond. Two weeks: the store sells from 9 to 10 and from 18 to 19, on
/// Sundays half as much, on Mondays nothing. 120 units of tea on its 12 open days.
class TwoWeeks final : public ports::QueryRunner {
public:
    Result<retail::ColumnBlock> read_rows(std::string_view sql,
                                          std::span<const retail::ColumnSpec> columns,
                                          const ports::QueryValues& /*values*/) override {
        ++asked;
        clock.at_us += 1'000;
        retail::ColumnBlock rows = retail::make_block(columns);
        const auto number = [&](std::string_view column, std::int64_t value) {
            rows.data<std::vector<std::int64_t>>(column).push_back(value);
        };
        if (sql.find("as weekday") != std::string_view::npos) {
            for (std::uint8_t weekday = 2; weekday <= 7; ++weekday) {
                for (const std::uint8_t hour : {std::uint8_t{9}, std::uint8_t{18}}) {
                    rows.data<std::vector<std::uint32_t>>("store_id").push_back(1);
                    rows.data<std::vector<std::uint8_t>>("weekday").push_back(weekday);
                    rows.data<std::vector<std::uint8_t>>("hour").push_back(hour);
                    number("sales", weekday == 7 ? 10 : 20);
                    number("open_days", 12);
                    number("first_date", kToday - 14);
                }
            }
        } else {
            for (const std::uint32_t store : {1U, 9U}) {  // No catalogue knows the second.
                rows.data<std::vector<std::uint32_t>>("store_id").push_back(store);
                rows.data<retail::TextColumn>("product_id").push_back("tea");
                rows.data<std::vector<std::uint32_t>>("open_days").push_back(12);
                number("lost_day_thousandths", 0);
                number("units", 120'000);
                number("squares", 1'420'000);
            }
        }
        return rows;
    }
    int asked = 0;
    ports::HandClock clock;
};

TEST(VelocityForecaster, SpreadsTheOpenDaysOverWeekAndDay) {
    TwoWeeks warehouse;
    ports::OneStore stores;
    VelocityForecaster forecaster(warehouse, stores, warehouse.clock);
    int taken = 0;
    ASSERT_TRUE(forecaster.forecast(kNowUs, 3, [&](const ports::SeriesForecast& tea) {
        ++taken;
        EXPECT_EQ(tea.product_id, "tea");
        EXPECT_EQ(tea.first_date, kToday);
        EXPECT_DOUBLE_EQ(tea.units_per_day, 10);
        // 220 sales on 12 open days; a Sunday brings 10, of which a quarter is still to come.
        const double sunday = 10.0 / (220.0 / 12);
        EXPECT_NEAR(tea.days[0].mean, 10 * sunday / 4, 1e-9);
        EXPECT_EQ(tea.days[1].mean, 0);  // Monday: shut.
        EXPECT_NEAR(tea.days[2].mean, 10 * 2 * sunday, 1e-9);
        EXPECT_NEAR(tea.days[2].variance / tea.days[2].mean, 220.0 / 11 / 10, 1e-9);
        EXPECT_NEAR(tea.level_error, 220.0 / 11 / 12 / 100, 1e-9);
        EXPECT_DOUBLE_EQ(tea.share_of_hour[9], 0.5);
    }));
    EXPECT_EQ(taken, 1);
    EXPECT_EQ(warehouse.asked, 2);
    warehouse.clock.at_us += 99'999;
    ASSERT_TRUE(forecaster.forecast(kNowUs, 3, [](const auto&) {}));
    EXPECT_EQ(warehouse.asked, 2) << "reading took 2 ms";
    warehouse.clock.at_us += 1;
    ASSERT_TRUE(forecaster.forecast(kNowUs, 3, [](const auto&) {}));
    EXPECT_EQ(warehouse.asked, 4);

    int alone = 0;
    for (const std::string_view product : {"tea", "coffee"}) {
        for (const StoreId store : {StoreId{1}, StoreId{2}, StoreId{9}}) {
            ASSERT_TRUE(forecaster.forecast_one(store, product, kNowUs, 3,
                                                [&](const ports::SeriesForecast& tea) {
                                                    ++alone;
                                                    EXPECT_EQ(tea.store, StoreId{1});
                                                    EXPECT_EQ(tea.product_id, "tea");
                                                }));
        }
    }
    EXPECT_EQ(alone, 1);
}

TEST(VelocityForecaster, DaysWithoutStockAreNotDaysWithoutDemand) {
    const queries::Velocity past{StoreId{1}, "tea", 12, 2, 120, 1'600};
    EXPECT_DOUBLE_EQ(daily_sales_of(past).mean, 12);
    // A product of two days is no base for a variance of its own.
    EXPECT_DOUBLE_EQ(daily_sales_of({StoreId{1}, "new", 2, 0, 8, 64}).variance, 4);
    EXPECT_DOUBLE_EQ(daily_sales_of({StoreId{1}, "gone", 3, 3, 8, 64}).mean, 8);
}

}  // namespace
}  // namespace shelfcast::stock
