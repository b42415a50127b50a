#include "pipelines/replenish/impact_job.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "retail/float_columns.h"
#include "sql_text.h"

namespace shelfcast::replenish {
namespace {

using retail::ColumnBlock;
using retail::TextColumn;
using Numbers = std::vector<std::int64_t>;

constexpr std::int32_t kFirstDate = 20'521;

/// One store that sells 10 of tea a day, of a ledger that begins 60 days before the first date; two
/// dates are due. A store 2 has no stock at all.
class Warehouse final : public ports::QueryRunner, public ports::DerivedTables {
public:
    Result<ColumnBlock> read_rows(std::string_view sql, std::span<const retail::ColumnSpec> columns,
                                  const ports::QueryValues& values) override {
        ColumnBlock rows = retail::make_block(columns);
        const bool is_first = values.contains("store_id") && values.at("store_id") == "1";
        if (sql == sql_text("queries/replenishment/impact_dates.sql")) {
            rows.data<std::vector<std::uint16_t>>("business_date") = {kFirstDate, kFirstDate + 1};
        } else if (sql == sql_text("queries/replenishment/stores.sql")) {
            for (const std::uint32_t store : {1U, 2U}) {
                rows.data<std::vector<std::uint32_t>>("store_id").push_back(store);
                for (const char* column :
                     {"store_code", "store_type", "time_zone", "failed_checks"}) {
                    rows.data<TextColumn>(column).push_back("UTC");
                }
                rows.data<Numbers>("last_sale_date").push_back(0);
                rows.data<Numbers>("difference_epoch").push_back(0);
            }
        } else if (sql == sql_text("queries/replenishment/history.sql") && is_first) {
            add_history(rows);
        } else if (sql == sql_text("queries/replenishment/items.sql") && is_first) {
            add_item(rows);
        }
        return rows;
    }
    Status compute(std::string_view, const ports::QueryValues&) override {
        return fail(ErrorKind::kInvalidInput, "not asked for here");
    }
    Result<std::string> read_parquet(std::string_view, const ports::QueryValues&) override {
        return fail(ErrorKind::kInvalidInput, "not asked for here");
    }
    Status put_derived(std::string_view table, const ColumnBlock& rows) override {
        EXPECT_EQ(table, "business_impact_daily");
        written.push_back(rows);
        return {};
    }
    [[nodiscard]] double figure(std::size_t insert, const std::string& column) const {
        return retail::decimal_to_float(written.at(insert).data<Numbers>(column)[0]);
    }

    std::vector<ColumnBlock> written;

private:
    static void add_history(ColumnBlock& rows) {
        for (std::int64_t day = 24; day <= 84; ++day) {
            if (day == 40) {
                continue;  // Has no snapshot.
            }
            const bool is_out = day == 84;
            rows.data<TextColumn>("product_id").push_back("tea");
            rows.data<Numbers>("day").push_back(day);
            rows.data<Numbers>("on_hand").push_back(is_out ? 0 : 20'000);
            rows.data<Numbers>("out_share").push_back(is_out ? 5'000 : 0);
            rows.data<Numbers>("out_hours").push_back(is_out ? 5'000 : 0);
            rows.data<Numbers>("sold").push_back(is_out ? 5'000 : 10'000);
            rows.data<Numbers>("wasted").push_back(0);
            rows.data<Numbers>("received").push_back(10'000);
        }
    }
    static void add_item(ColumnBlock& rows) {
        rows.data<TextColumn>("product_id").push_back("tea");
        rows.data<TextColumn>("supplier").push_back("");
        for (const char* column : {"lead_time_days", "shelf_life_days"}) {
            rows.data<std::vector<std::uint32_t>>(column).push_back(0);
        }
        rows.data<std::vector<std::uint32_t>>("pack_size").push_back(1);
        rows.data<Numbers>("unit_cost").push_back(20'000);
        rows.data<Numbers>("unit_price").push_back(50'000);
        rows.data<Numbers>("newest_forecast_date").push_back(0);
        rows.data<Numbers>("written_ms").push_back(0);
    }
};

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
    [[nodiscard]] std::int64_t now_us() const override { return 1'773'000'000'000'000; }
    [[nodiscard]] std::int64_t steady_us() const override { return 0; }
};

TEST(ImpactJob, MeasuresEachDueDateOfEachStoreWithStock) {
    Warehouse warehouse;
    NoTerms reference;
    const Noon clock;
    const auto report = measure_impact({warehouse, warehouse, reference, clock, {}}, {}, 7, {});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->dates, 2U);
    EXPECT_EQ(report->rows, 2U);
    ASSERT_EQ(warehouse.written.size(), 2U);
    EXPECT_EQ(warehouse.written[0].rows(), 1U);
    EXPECT_EQ(warehouse.figure(0, "stock_out_hours"), 5);
    EXPECT_NEAR(warehouse.figure(0, "lost_sales_units"), 5, 0.1);
    EXPECT_EQ(warehouse.figure(0, "baseline_lost_sales_units"), 0);
    // Half a day's margin of 3 a unit was lost; the baseline pays a little for what it holds.
    EXPECT_GT(warehouse.figure(0, "saving"), -15.2);
    EXPECT_LT(warehouse.figure(0, "saving"), -14);
    EXPECT_EQ(warehouse.figure(0, "saving_lower"), warehouse.figure(0, "saving"));  // One product.
    EXPECT_EQ(warehouse.written[0].data<TextColumn>("baseline_policy")[0], "7 days of sales");
}

TEST(ImpactJob, StopsBetweenStores) {
    Warehouse warehouse;
    NoTerms reference;
    const Noon clock;
    std::stop_source stop;
    stop.request_stop();
    const auto report =
        measure_impact({warehouse, warehouse, reference, clock, {}}, {}, 7, stop.get_token());
    EXPECT_EQ(report.error().message, "stopped after 0 of 2 dates");
    EXPECT_TRUE(warehouse.written.empty());
}

}  // namespace
}  // namespace shelfcast::replenish
