#include "pipelines/derive/stock_snapshot.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace shelfcast::derive {
namespace {

/// Needs the snapshots of 2026-03-02 and of the day after; remembers those that were made.
class TwoDates final : public ports::QueryRunner, public ports::DerivedTables {
public:
    Result<retail::ColumnBlock> read_rows(std::string_view /*sql*/,
                                          std::span<const retail::ColumnSpec> columns,
                                          const ports::QueryValues& values) override {
        asked_at_s = values.contains("now_s") ? values.at("now_s") : "";
        retail::ColumnBlock rows = retail::make_block(columns);
        if (!nothing_due) {
            rows.data<std::vector<std::uint16_t>>("business_date") = {20'514, 20'515};
            if (std::ranges::find(columns, "previous_date", &retail::ColumnSpec::name) !=
                columns.end()) {
                rows.data<std::vector<std::uint16_t>>("previous_date") = {20'480, 20'514};
            }
            rows.data<std::vector<std::uint64_t>>("version") = {7, 7};
        }
        return rows;
    }
    Status compute(std::string_view /*sql*/, const ports::QueryValues& values) override {
        if (away) {
            return fail(ErrorKind::kUnavailable, "away");
        }
        const auto before = values.find("previous_date");
        made.push_back(values.at("date") + (before == values.end() ? "" : " on " + before->second) +
                       " " + values.at("version"));
        if (when_made) {
            when_made();
        }
        return {};
    }
    Result<std::string> read_parquet(std::string_view /*sql*/,
                                     const ports::QueryValues& /*values*/) override {
        return fail(ErrorKind::kInvalidInput, "not asked for here");
    }
    Status put_derived(std::string_view /*table*/, const retail::ColumnBlock& /*rows*/) override {
        return fail(ErrorKind::kInvalidInput, "not asked for here");
    }

    bool nothing_due = false;
    bool away = false;
    std::string asked_at_s;
    std::vector<std::string> made;
    std::function<void()> when_made;
};

TEST(StockSnapshot, MakesEachDateInOrder) {
    TwoDates warehouse;
    const auto report = snapshot_stock(warehouse, warehouse, 5'999'999, {});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(warehouse.asked_at_s, "5");
    EXPECT_EQ(warehouse.made, (std::vector<std::string>{"2026-03-02 on 2026-01-27 7",
                                                        "2026-03-03 on 2026-03-02 7"}));
    EXPECT_EQ(to_string(*report), "2 dates, 2026-03-02 to 2026-03-03");
}

TEST(StockSnapshot, NothingIsDue) {
    TwoDates warehouse;
    warehouse.nothing_due = true;
    EXPECT_EQ(to_string(snapshot_stock(warehouse, warehouse, 0, {}).value()), "no dates");
    EXPECT_TRUE(warehouse.made.empty());
}

TEST(StockSnapshot, StopsBetweenDates) {
    TwoDates warehouse;
    std::stop_source stop;
    warehouse.when_made = [&] { stop.request_stop(); };
    const auto report = snapshot_stock(warehouse, warehouse, 0, stop.get_token());
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().message, "stopped after 1 of 2 dates");
    EXPECT_EQ(warehouse.made.size(), 1U);
}

TEST(StockSnapshot, DerivesTheStockOutsOfEachDate) {
    TwoDates warehouse;
    EXPECT_EQ(derive_stock_outs(warehouse, warehouse, {}).value(), 2U);
    EXPECT_EQ(warehouse.made, (std::vector<std::string>{"2026-03-02 7", "2026-03-03 7"}));
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(derive_stock_outs(warehouse, warehouse, stop.get_token()).error().message,
              "stopped with stock-outs of 0 of 2 dates");
}

TEST(StockSnapshot, AFailureIsHandedOn) {
    TwoDates warehouse;
    warehouse.away = true;
    EXPECT_EQ(snapshot_stock(warehouse, warehouse, 0, {}).error().kind, ErrorKind::kUnavailable);
    EXPECT_EQ(derive_stock_outs(warehouse, warehouse, {}).error().kind, ErrorKind::kUnavailable);
}

}  // namespace
}  // namespace shelfcast::derive
