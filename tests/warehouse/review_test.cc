// A review of stock over a real engine: what is written re-adds in SQL, and runs replace each
// other.

#include "pipelines/replenish/review.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "pipelines/replenish/impact_job.h"
#include "tests/warehouse/engine_site.h"

namespace shelfcast::contract {
namespace {

class NoTerms final : public ports::ReferenceBook {
public:
    Result<std::uint64_t> put_products(const std::vector<retail::Product>&) override { return 0; }
    Result<Products> products() override { return Products{}; }
    Result<std::uint64_t> put_sales_targets(const std::vector<retail::SalesTarget>&) override {
        return 0;
    }
    Result<SalesTargets> sales_targets() override { return SalesTargets{}; }
    Result<std::uint64_t> put_item_terms(const std::vector<retail::ItemTerms>&) override {
        return 0;
    }
    Result<TermsList> item_terms() override { return TermsList{}; }
};

class Noon final : public ports::Clock {
public:
    [[nodiscard]] std::int64_t now_us() const override { return now; }
    [[nodiscard]] std::int64_t steady_us() const override { return now; }
    std::int64_t now = 1'773'057'600'000'000;  // 2026-03-09 12:00 UTC
};

// Two products were received and sold on the day before; both are forecast, one of them by
// quantiles.
constexpr std::array<std::string_view, 7> kPlanted = {
    "insert into retail_core.stores values (1, 'A', '', '', '', '', 'express', 0, 'UTC', 'GBP', 0, "
    "0, 1)",
    "insert into retail_core.product_sales_speed (epoch, business_date, store_id, product_id, "
    "category, events, sales, restocks, units_sold, units_restocked, gross_revenue, "
    "last_event_time) values (1, '2026-03-08', 1, 'tea', 'X', 2, 1, 1, 1, 6, 2.5, '2026-03-08 "
    "12:00:00'), (1, '2026-03-08', 1, 'jam', 'X', 2, 1, 1, 1.5, 8, 6, '2026-03-08 12:00:00')",
    "insert into retail_core.product_months_speed (epoch, month, store_id, product_id, category, "
    "events, sales, restocks, units_sold, units_restocked, gross_revenue, last_event_time) select "
    "epoch, toStartOfMonth(business_date), store_id, product_id, category, events, sales, "
    "restocks, "
    "units_sold, units_restocked, gross_revenue, last_event_time from "
    "retail_core.product_sales_speed",
    "insert into retail_core.daily_sales_speed (epoch, business_date, store_id, category, events, "
    "sales, units_sold, last_event_time) values (1, '2026-03-08', 1, 'X', 4, 2, 2.5, '2026-03-08 "
    "12:00:00')",
    "insert into retail_core.forecasts (level, store_id, product_id, prediction_date, "
    "forecast_date, model_version, is_champion, predicted_demand, lower_80, upper_80, "
    "quantile_levels, quantiles, generated_at) select 'product_store', 1, 'tea', "
    "toDate('2026-03-09') + number, '2026-03-08', 'v1', 1, 4.5, 1, 8, [0.1, 0.5, 0.9], [1, 4, 8], "
    "'2026-03-09 10:00:00' from numbers(7)",
    "insert into retail_core.forecasts (level, store_id, product_id, prediction_date, "
    "forecast_date, model_version, is_champion, predicted_demand, lower_80, upper_80, "
    "generated_at) select 'product_store', 1, 'jam', toDate('2026-03-09') + number, '2026-03-08', "
    "'v1', 1, 2.25, 1, 4, '2026-03-09 10:00:00' from numbers(7)",
    "insert into retail_core.inventory_daily (business_date, store_id, product_id, on_hand_units, "
    "on_order_units, stock_out_hours, version) values ('2026-03-08', 1, 'tea', 5, 0, 0, "
    "7090502500)"};

constexpr std::string_view kBroken =
    "select count() from retail.reorder_predictions where order_quantity != order_up_to_units - "
    "on_hand_units - on_order_units - in_transit_units + reserved_units + not_due_adjustment_units "
    "+ pack_adjustment_units + min_order_adjustment_units + capacity_adjustment_units + "
    "shelf_life_adjustment_units + supplier_minimum_adjustment_units + "
    "allocation_adjustment_units + budget_adjustment_units + data_adjustment_units or "
    "reorder_point_units != protection_demand_units + safety_stock_units";

class ReviewOnAnEngine : public ::testing::Test {
protected:
    void SetUp() override {
        site_ = EngineSite::make();
        ASSERT_NE(site_, nullptr);
        for (const std::string_view statement : kPlanted) {
            const auto done = site_->warehouse().run_on(0, std::string(statement));
            ASSERT_TRUE(done) << done.error().message;
        }
    }
    [[nodiscard]] std::string ask(std::string_view sql) {
        const auto answer = site_->warehouse().query_text(std::string(sql), {}, {}, "TabSeparated");
        EXPECT_TRUE(answer) << answer.error().message;
        return answer.value_or("");
    }
    [[nodiscard]] replenish::ReviewPorts ports() {
        return {site_->warehouse(), site_->warehouse(), reference_, clock_, {}};
    }
    replenish::ReviewReport review(std::int32_t date = 20'521) {
        replenish::ReviewOptions options;
        options.date = date;
        const auto report = replenish::review_stock(ports(), options, {});
        EXPECT_TRUE(report) << report.error().message;
        return report.value_or(replenish::ReviewReport{});
    }

    std::unique_ptr<EngineSite> site_;
    NoTerms reference_;
    Noon clock_;
};

TEST_F(ReviewOnAnEngine, WhatIsWrittenAddsUpAndIsReplaced) {
    EXPECT_EQ(replenish::to_string(review()), "2 products in 1 stores: 2 to order, 0 withheld");
    EXPECT_EQ(ask(kBroken), "0\n");
    EXPECT_EQ(
        ask("select product_id, on_hand_units, protection_demand_units, order_by_date, "
            "expected_delivery_date, model_version, target_kind, limited_by, "
            "stock_out_probability > 0.5 from retail.reorder_predictions order by product_id"),
        "jam\t6.5\t9\t2026-03-09\t2026-03-12\tv1\tservice_level\t\t1\n"
        "tea\t5\t18\t2026-03-09\t2026-03-12\tv1\tservice_level\t\t1\n");
    const std::string first =
        ask("select * except (generated_at) from retail.reorder_predictions "
            "order by product_id");
    clock_.now -= 60'000'000;  // Somebody set the clock back.
    review();
    EXPECT_EQ(ask("select * except (generated_at) from retail.reorder_predictions "
                  "order by product_id"),
              first);
    EXPECT_EQ(ask("select count() from retail.reorder_predictions"), "2\n");
    EXPECT_EQ(ask(kBroken), "0\n");
    // Two days later nothing was heard, and the forecast is old.
    clock_.now += 2 * 86'400'000'000;
    EXPECT_EQ(review(20'523).withheld, 2U);
    EXPECT_EQ(ask("select distinct order_quantity, limited_by, order_by_date, reason from "
                  "retail.reorder_predictions where review_date = '2026-03-11'"),
              "0\tdata\t\\N\tNothing is proposed. The store has sent no sale since 2026-03-08.\n");
    EXPECT_EQ(ask(kBroken), "0\n");
    EXPECT_EQ(ask("select count() from retail.reorder_predictions"), "4\n");
}

TEST_F(ReviewOnAnEngine, WhatOrderingEarnedIsWrittenOnceForADay) {
    review();
    const auto report = replenish::measure_impact(ports(), {}, 7, {});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->dates, 1U);
    EXPECT_EQ(report->rows, 1U);
    EXPECT_EQ(ask("select business_date, store_id, baseline_policy, saving_lower <= saving_upper "
                  "from retail.business_impact_daily"),
              "2026-03-08\t1\t7 days of sales\t1\n");
    const auto again = replenish::measure_impact(ports(), {}, 7, {});
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->dates, 0U);
}

}  // namespace
}  // namespace shelfcast::contract
