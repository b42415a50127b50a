#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "replenishment/books/classification.h"
#include "replenishment/books/stock_measures.h"

namespace shelfcast::replenishment {
namespace {

RC_GTEST_PROP(Classification, IsWhatCountingUpSays, ()) {
    const auto revenues =
        *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 50)));
    std::vector<ItemSales> items;
    double all = 0;
    for (std::size_t item = 0; item < revenues.size(); ++item) {
        const double wide = *rc::gen::inRange(0, 30) / 10.0;
        items.push_back(
            {.id = std::string(1, static_cast<char>('a' + item % 26)) + std::to_string(item),
             .revenue = revenues[item] * 1.0,
             .demand_by_period_units = {10, 10 + 10 * wide}});
        all += revenues[item];
    }
    const auto classes =
        *classify(items, {.first = 0.8, .second = 0.95}, {.first = 0.25, .second = 0.5});
    RC_ASSERT(classes.size() == items.size());
    for (const ItemClass& one : classes) {
        const ItemSales& item = *std::ranges::find(items, one.id, &ItemSales::id);
        // Whole money: nothing is rounded.
        double before = 0;
        for (const ItemSales& other : items) {
            before += other.revenue > item.revenue ||
                              (other.revenue == item.revenue && other.id < item.id)
                          ? other.revenue
                          : 0;
        }
        RC_ASSERT(std::abs(one.cumulative_share - (before + item.revenue) / all) < 1e-12);
        RC_ASSERT(one.abc == (before * 100 < 80 * all ? 'A' : before * 100 < 95 * all ? 'B' : 'C'));
        const double a = item.demand_by_period_units[0];
        const double b = item.demand_by_period_units[1];
        // Of two numbers: half their difference over their mean.
        RC_ASSERT(std::abs(*one.coefficient_of_variation - (b - a) / (a + b)) < 1e-12);
    }
}

TEST(Classification, LimitsBelongToTheBetterClassAndNoSalesAreZ) {
    const std::vector<ItemSales> items{
        {.id = "b", .revenue = 80, .demand_by_period_units = {5, 15}},
        {.id = "a", .revenue = 15, .demand_by_period_units = {0, 8}},
        {.id = "c", .revenue = 5, .demand_by_period_units = {0, 0}}};
    const auto classes =
        *classify(items, {.first = 0.8, .second = 0.95}, {.first = 0.5, .second = 1});
    EXPECT_EQ(classes[0].abc, 'A');
    EXPECT_EQ(classes[0].xyz, 'X');  // Exactly 0.5.
    EXPECT_EQ(classes[1].abc, 'B');
    EXPECT_EQ(classes[1].xyz, 'Y');  // Exactly 1.
    EXPECT_EQ(classes[2].abc, 'C');
    EXPECT_EQ(classes[2].xyz, 'Z');
    EXPECT_FALSE(classes[2].coefficient_of_variation.has_value());
}

TEST(Classification, NoRevenueHasNoShares) {
    const std::vector<ItemSales> items{{.id = "a", .revenue = 0, .demand_by_period_units = {1}}};
    EXPECT_FALSE(
        classify(items, {.first = 0.8, .second = 0.95}, {.first = 0.5, .second = 1}).has_value());
    EXPECT_FALSE(
        classify({}, {.first = 0.8, .second = 0.95}, {.first = 0.5, .second = 1}).has_value());
}

TEST(StockMeasures, DivisionsByZeroAreNoNumbers) {
    const StockMeasures nothing = measure({.stock_on_hand_units = 10, .period_days = 30});
    EXPECT_FALSE(nothing.days_of_cover.has_value());
    EXPECT_FALSE(nothing.turnover_per_year.has_value());
    EXPECT_FALSE(nothing.days_inventory_outstanding.has_value());
    EXPECT_FALSE(nothing.gross_margin_share.has_value());
    EXPECT_FALSE(nothing.gmroi_per_year.has_value());
    EXPECT_FALSE(age({}, std::vector<double>{30}).mean_age_days.has_value());
}

TEST(StockMeasures, HoldTogether) {
    const StockMeasures measures = measure({.stock_on_hand_units = 60,
                                            .stock_on_order_units = 30,
                                            .demand_mean_per_day = 3,
                                            .cost_of_goods_sold = 700,
                                            .revenue = 1000,
                                            .average_stock_value_at_cost = 200,
                                            .period_days = 73});
    EXPECT_DOUBLE_EQ(*measures.days_of_cover, 20);
    EXPECT_DOUBLE_EQ(*measures.days_of_cover_incl_on_order, 30);
    EXPECT_DOUBLE_EQ(*measures.turnover_per_year, 17.5);
    EXPECT_DOUBLE_EQ(*measures.turnover_per_year * *measures.days_inventory_outstanding, 365);
    EXPECT_DOUBLE_EQ(*measures.gross_margin_share, 0.3);
    EXPECT_DOUBLE_EQ(*measures.gmroi_in_period, 1.5);
    EXPECT_DOUBLE_EQ(*measures.gmroi_per_year, 7.5);
}

TEST(StockMeasures, ALimitBelongsToTheYoungerAge) {
    const StockAgeing ageing = age(std::vector<StockBatch>{{30, 1}, {31, 2}, {60, 3}, {61, 4}},
                                   std::vector<double>{30, 60});
    EXPECT_EQ(ageing.shares, (std::vector<double>{0.1, 0.5, 0.4}));
    EXPECT_DOUBLE_EQ(*ageing.mean_age_days, 51.6);
}

}  // namespace
}  // namespace shelfcast::replenishment
