#include "pipelines/stock/stock_watch.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "adapters/memory_log/memory_log.h"
#include "ports/test_hand_clock.h"
#include "ports/test_one_store.h"
#include "retail/tables.h"
#include "retail/topics.h"

namespace shelfcast::stock {
namespace {

/// 2026-11-22T08:00:00Z, a Sunday.
constexpr std::int64_t kNowUs = 1'795'334'400'000'000;

/// Keeps what is put into it, and gives it back as the warehouse's queries would.
class Warehouse final : public ports::QueryRunner, public ports::DerivedTables {
public:
    Result<retail::ColumnBlock> read_rows(std::string_view sql,
                                          std::span<const retail::ColumnSpec> columns,
                                          const ports::QueryValues& /*values*/) override {
        retail::ColumnBlock rows = retail::make_block(columns);
        const auto number = [&](std::string_view column, std::int64_t value) {
            rows.data<std::vector<std::int64_t>>(column).push_back(value);
        };
        const auto key = [&](const std::string& product) {
            rows.data<std::vector<std::uint32_t>>("store_id").push_back(1);
            rows.data<retail::TextColumn>("product_id").push_back(product);
        };
        if (columns.back().name == "entries") {
            rows.data<std::vector<std::uint32_t>>("store_id").push_back(1);
            rows.data<std::vector<std::uint64_t>>("entries").push_back(on_hand.size());
        } else if (sql.find("from retail_core.stock\n") != std::string_view::npos) {
            for (const auto& [product, units] : on_hand) {
                key(product);
                number("on_hand", units);
                for (const auto* const column :
                     {"on_order", "reserved", "last_count_ms", "last_count", "last_event_ms"}) {
                    number(column, 0);
                }
                rows.data<std::vector<std::uint8_t>>("is_known")
                    .push_back(product == "unknown" ? 0 : 1);
            }
        } else if (sql.find("from retail_core.supplier_shipments") != std::string_view::npos) {
            for (const auto& [product, expected_ms] : shipments) {
                key(product);
                number("units", 50'000);
                number("expected_ms", expected_ms);
            }
        } else if (sql.find("from retail_core.restock_alerts") != std::string_view::npos) {
            for (const auto& [id, alert] : alerts) {
                rows.data<std::vector<retail::Uuid>>("alert_id").push_back(id);
                key(alert.product);
                number("raised_ms", alert.raised_ms);
                number("recovered_ms", alert.recovered_ms);
                for (const auto* const column :
                     {"probability", "horizon", "ends_ms", "on_hand", "on_order", "velocity"}) {
                    number(column, 1);
                }
                rows.data<retail::TextColumn>("reason").push_back("because");
            }
        } else if (sql.find("from retail_core.stock_risks") != std::string_view::npos) {
            for (const auto& [product, probability] : risks) {
                if (probability >= 0) {
                    key(product);
                    number("velocity", 50'000);
                    number("probability", probability);
                }
            }
        } else {
            ADD_FAILURE() << "an unknown question: " << sql;
        }
        return rows;
    }

    Status compute(std::string_view /*sql*/, const ports::QueryValues& /*values*/) override {
        return fail(ErrorKind::kInvalidInput, "not asked for");
    }

    Result<std::string> read_parquet(std::string_view /*sql*/,
                                     const ports::QueryValues& /*values*/) override {
        return fail(ErrorKind::kInvalidInput, "not asked for here");
    }
    Status put_derived(std::string_view table, const retail::ColumnBlock& rows) override {
        for (std::size_t row = 0; row < rows.rows(); ++row) {
            const std::string product(rows.data<retail::TextColumn>("product_id")[row]);
            if (table == retail::kStockRisksTable) {
                const auto& chance = rows.data<retail::NullableInt64>("stock_out_probability");
                risks[product] = chance.nulls[row] != 0 ? -1 : chance.values[row];
                ++risk_rows;
            } else {
                EXPECT_EQ(table, retail::kRestockAlertsTable);
                const auto& over = rows.data<retail::NullableInt64>("recovered_at");
                alerts[rows.data<std::vector<retail::Uuid>>("alert_id")[row]] = {
                    product, rows.data<std::vector<std::int64_t>>("raised_at")[row],
                    over.values[row] / 10};
            }
        }
        return {};
    }

    struct Alert {
        std::string product;
        std::int64_t raised_ms = 0;
        std::int64_t recovered_ms = 0;
    };
    std::map<std::string, std::int64_t> on_hand;    ///< Thousandths.
    std::map<std::string, std::int64_t> shipments;  ///< Of 50 units each: when expected.
    std::map<retail::Uuid, Alert> alerts;
    std::map<std::string, std::int64_t> risks;  ///< Ten-thousandths; -1: null.
    int risk_rows = 0;
};

/// Five of each product a day, with variance 8; a third of a day is left of today.
class FiveADay final : public ports::Forecaster {
public:
    Status forecast(std::int64_t /*now_us*/, std::size_t days,
                    const std::function<void(const ports::SeriesForecast&)>& take) override {
        std::vector<ports::DayDemand> demand(days, {5, 8});
        demand[0] = {5.0 / 3, 8.0 / 3};
        std::array<double, 24> hours{};
        hours[9] = hours[18] = 0.5;
        for (const std::string& product : products) {
            take({.store = StoreId{1},
                  .product_id = product,
                  .units_per_day = 5,
                  .first_date = 20'779,
                  .days = demand,
                  .level_error = 0,
                  .share_of_hour = hours});
        }
        return {};
    }
    Status forecast_one(
        StoreId /*store*/, std::string_view /*product_id*/, std::int64_t /*now_us*/,
        std::size_t /*days*/,
        const std::function<void(const ports::SeriesForecast&)>& /*take*/) override {
        return fail(ErrorKind::kInvalidInput, "not asked for");
    }
    std::set<std::string> products = {"coffee", "tea", "unknown"};
};

class StockWatchTest : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(log_.create_topic(retail::kRestockAlertsTopic, 1));
        warehouse_.on_hand = {{"tea", 4'000}, {"coffee", 90'000}, {"unknown", -90'000}};
        begin();
    }

    /// Another life of the program.
    void begin() {
        stock_ = std::make_unique<LiveStock>(warehouse_, retail::LedgerRules{});
        watch_ = std::make_unique<StockWatch>(
            WatchPorts{warehouse_, warehouse_, log_, stores_, forecaster_, *stock_},
            WatchOptions{});
        ASSERT_TRUE(stock_->restart());
    }

    void look(std::int64_t after_s = 0) {
        const Status looked = watch_->look(kNowUs + after_s * 1'000'000, {});
        ASSERT_TRUE(looked) << looked.error().message;
    }

    /// product and state of every message.
    std::vector<std::string> told() {
        std::vector<std::string> all;
        const std::array from = {ports::PartitionOffset{PartitionId{0}, 0}};
        const auto batches = log_.read(retail::kRestockAlertsTopic, from, {});
        EXPECT_TRUE(batches);
        for (const ports::FetchedBatch& batch : *batches) {
            for (std::size_t i = 0; i < batch.records.size(); ++i) {
                const std::string_view text = batch.records[i];
                const std::size_t product = text.find("\"product_id\":\"") + 14;
                all.push_back(std::string(text.substr(product, text.find('"', product) - product)) +
                              (text.find("\"state\":\"open\"") != std::string_view::npos
                                   ? " open"
                                   : " over"));
            }
        }
        return all;
    }

    ports::HandClock clock_{kNowUs};
    adapters::MemoryLog log_{clock_};
    ports::OneStore stores_;
    Warehouse warehouse_;
    FiveADay forecaster_;
    std::unique_ptr<LiveStock> stock_;
    std::unique_ptr<StockWatch> watch_;
};

TEST_F(StockWatchTest, TellsOnceWhoIsAboutToRunOut) {
    look();
    look(60);
    EXPECT_EQ(told(), std::vector<std::string>{"tea open"});
    ASSERT_EQ(warehouse_.alerts.size(), 1U);
    EXPECT_GT(warehouse_.risks.at("tea"), 8'000);
    EXPECT_LT(warehouse_.risks.at("coffee"), 10);
    EXPECT_FALSE(warehouse_.risks.contains("unknown"));
    EXPECT_EQ(warehouse_.risk_rows, 2) << "what did not change is not written again";

    warehouse_.on_hand["tea"] = 90'000;
    begin();
    look(120);
    EXPECT_EQ(told(), (std::vector<std::string>{"tea open", "tea over"}));
    ASSERT_EQ(warehouse_.alerts.size(), 1U);
    EXPECT_EQ(warehouse_.alerts.begin()->second.recovered_ms, kNowUs / 1000 + 120'000);
    begin();
    look(180);
    EXPECT_EQ(told().size(), 2U);
}

TEST_F(StockWatchTest, TellsAfterACrashWhatItHadWrittenDownOnly) {
    warehouse_.alerts[{7, 8}] = {"tea", kNowUs / 1000 - 1'000, 0};
    look();
    EXPECT_EQ(told(), std::vector<std::string>{"tea open"});
    EXPECT_EQ(warehouse_.alerts.size(), 1U);
}

TEST_F(StockWatchTest, ADeliveryThatIsOverdueOrHasNoDateIsNotCountedOn) {
    constexpr std::int64_t kDayMs = 86'400'000;
    for (const std::int64_t expected_ms : {std::int64_t{0}, kNowUs / 1000 - kDayMs}) {
        warehouse_.shipments["tea"] = expected_ms;
        begin();
        look();
        EXPECT_EQ(told(), std::vector<std::string>{"tea open"});
    }
    warehouse_.shipments["tea"] = kNowUs / 1000;
    begin();
    look();
    EXPECT_EQ(told(), (std::vector<std::string>{"tea open", "tea over"}));
}

TEST_F(StockWatchTest, WhatNobodyBuysAnyMoreCarriesNoRisk) {
    look();
    forecaster_.products = {"coffee"};
    look(60);
    EXPECT_EQ(told(), (std::vector<std::string>{"tea open", "tea over"}));
    EXPECT_EQ(warehouse_.risks.at("tea"), -1);
    EXPECT_NE(warehouse_.risks.at("coffee"), -1);
}

TEST_F(StockWatchTest, WaitsForStock) {
    stock_ = std::make_unique<LiveStock>(warehouse_, retail::LedgerRules{});
    watch_ = std::make_unique<StockWatch>(
        WatchPorts{warehouse_, warehouse_, log_, stores_, forecaster_, *stock_}, WatchOptions{});
    look();
    EXPECT_TRUE(warehouse_.risks.empty());
}

}  // namespace
}  // namespace shelfcast::stock
