#include "pipelines/replenish/review.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "retail/time_zone.h"
#include "sql_text.h"

namespace shelfcast::replenish {
namespace {

using retail::ColumnBlock;
using retail::Int128;
using retail::ItemTerm;
using retail::TextColumn;
using Numbers = std::vector<std::int64_t>;

constexpr std::int32_t kDate = 20'521;  // 2026-03-09
constexpr std::int64_t kNoonUs = (std::int64_t{kDate} * 24 + 12) * 3'600'000'000;

/// A product of a store as the warehouse knows it.
struct Product {
    std::string id = "tea";
    std::string supplier;
    std::int64_t on_hand = 5'000;
    bool is_known = true;
    double a_day = 4;
    std::int32_t forecast_date = kDate - 1;  ///< 0: there is no forecast.
    std::int64_t announced = 0;
    std::string shipment = "D1";
    std::int32_t expected_date = kDate + 1;
    std::int64_t unit_cost = 10'000;
};

struct Store {
    std::uint32_t id = 1;
    std::string code = "LDN1";
    std::string type = "express";
    std::int32_t last_sale_date = kDate - 1;
    std::string failed_checks;
    std::int64_t difference_epoch = 0;
    std::vector<Product> products;
};

/// A warehouse with these stores; keeps the rows it is given, the newest by key.
class Warehouse final : public ports::QueryRunner, public ports::DerivedTables {
public:
    Result<ColumnBlock> read_rows(std::string_view sql, std::span<const retail::ColumnSpec> columns,
                                  const ports::QueryValues& values) override {
        ColumnBlock rows = retail::make_block(columns);
        if (sql == sql_text("queries/replenishment/stores.sql")) {
            add_stores(rows);
            return rows;
        }
        if (sql == sql_text("queries/replenishment/deliveries.sql")) {
            return rows;
        }
        const bool by_range = values.contains("first_store");
        const std::string store = values.at(by_range ? "first_store" : "store_id");
        for (const Store& one : stores) {
            if (std::to_string(one.id) == store) {
                for (const Product& product : one.products) {
                    add(rows, sql, one, product);
                }
            }
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
        EXPECT_EQ(table, "reorder_predictions");
        if (++inserts > away_after) {
            return fail(ErrorKind::kUnavailable, "away");
        }
        for (std::size_t row = 0; row < rows.rows(); ++row) {
            ColumnBlock& kept = written[{rows.data<std::vector<std::uint32_t>>("store_id")[row],
                                         std::string(rows.data<TextColumn>("product_id")[row])}];
            ColumnBlock one;
            for (const retail::Column& column : rows.columns) {
                one.columns.push_back(
                    {column.name, column.type, retail::make_column_data(column.type)});
            }
            retail::append_row(one, rows, row);
            if (kept.columns.empty() ||
                kept.data<Numbers>("generated_at")[0] < one.data<Numbers>("generated_at")[0]) {
                kept = std::move(one);
            }
        }
        return {};
    }

    [[nodiscard]] double units(std::uint32_t store, const std::string& product,
                               const std::string& column) const {
        return static_cast<double>(
                   written.at({store, product}).data<std::vector<Int128>>(column)[0]) /
               1'000;
    }
    [[nodiscard]] std::string text(std::uint32_t store, const std::string& product,
                                   const std::string& column) const {
        return std::string(written.at({store, product}).data<TextColumn>(column)[0]);
    }

    std::vector<Store> stores{{}};
    std::map<std::pair<std::uint32_t, std::string>, ColumnBlock> written;
    std::size_t inserts = 0;
    std::size_t away_after = 1'000;

private:
    static void text(ColumnBlock& rows, std::string_view column, std::string_view value) {
        rows.data<TextColumn>(column).push_back(value);
    }
    static void number(ColumnBlock& rows, std::string_view column, std::int64_t value) {
        rows.data<Numbers>(column).push_back(value);
    }
    static void count(ColumnBlock& rows, std::string_view column, std::uint32_t value) {
        rows.data<std::vector<std::uint32_t>>(column).push_back(value);
    }

    void add_stores(ColumnBlock& rows) const {
        for (const Store& store : stores) {
            count(rows, "store_id", store.id);
            text(rows, "store_code", store.code);
            text(rows, "store_type", store.type);
            text(rows, "time_zone", "Europe/London");
            number(rows, "last_sale_date", store.last_sale_date);
            text(rows, "failed_checks", store.failed_checks);
            number(rows, "difference_epoch", store.difference_epoch);
        }
    }
    void add(ColumnBlock& rows, std::string_view sql, const Store& store,
             const Product& product) const {
        if (sql == sql_text("queries/replenishment/items.sql")) {
            add_item(rows, store, product);
        } else if (sql == sql_text("queries/replenishment/demand.sql")) {
            add_forecast(rows, product);
        } else if (sql == sql_text("queries/stock/positions.sql")) {
            count(rows, "store_id", store.id);
            text(rows, "product_id", product.id);
            number(rows, "on_hand", product.on_hand);
            for (const std::string_view column :
                 {"on_order", "reserved", "last_count_ms", "last_count", "last_event_ms"}) {
                number(rows, column, 0);
            }
            rows.data<std::vector<std::uint8_t>>("is_known").push_back(product.is_known ? 1 : 0);
        } else if (sql == sql_text("queries/replenishment/past_stock.sql")) {
            text(rows, "product_id", product.id);
            number(rows, "on_hand", product.on_hand - 1'000);
            number(rows, "reserved", 0);
            rows.data<std::vector<std::uint8_t>>("is_known").push_back(1);
        } else if (product.announced > 0) {
            text(rows, "product_id", product.id);
            text(rows, "shipment_id", product.shipment);
            number(rows, "units", product.announced);
            number(rows, "expected_ms", (std::int64_t{product.expected_date} * 24 + 8) * 3'600'000);
        }
    }
    void add_item(ColumnBlock& rows, const Store& store, const Product& product) const {
        text(rows, "product_id", product.id);
        text(rows, "supplier", product.supplier);
        count(rows, "lead_time_days", 0);
        count(rows, "pack_size", 1);
        count(rows, "shelf_life_days", 0);
        number(rows, "unit_cost", product.unit_cost);
        number(rows, "unit_price", 2 * product.unit_cost);
        number(rows, "newest_forecast_date", product.forecast_date);
        const auto before = written.find({store.id, product.id});
        number(rows, "written_ms",
               before == written.end() ? 0 : before->second.data<Numbers>("generated_at")[0]);
    }
    static void add_forecast(ColumnBlock& rows, const Product& product) {
        for (std::int64_t day = 0; day < 7 && product.forecast_date > 0; ++day) {
            text(rows, "product_id", product.id);
            number(rows, "day", day);
            text(rows, "model_version", "v7");
            number(rows, "forecast_day", product.forecast_date);
            number(rows, "mean", static_cast<std::int64_t>(product.a_day * 10'000));
            number(rows, "lower_80", 0);
            number(rows, "upper_80", 0);
            text(rows, "levels", "0.1,0.5,0.9");
            text(rows, "quantiles", "2,4,6");
        }
    }
};

class Reference final : public ports::ReferenceBook {
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
    Result<TermsList> item_terms() override { return TermsList{1, terms}; }

    std::vector<retail::ItemTerms> terms;
};

class HandClock final : public ports::Clock {
public:
    [[nodiscard]] std::int64_t now_us() const override { return now; }
    [[nodiscard]] std::int64_t steady_us() const override { return now; }
    std::int64_t now = kNoonUs;
};

class ReviewTest : public ::testing::Test {
protected:
    ReviewTest() {
        warehouse_.stores[0].products.emplace_back();
        options_.date = kDate;
        options_.error_correlation = 0;
    }
    Result<ReviewReport> review() {
        return review_stock({warehouse_, warehouse_, reference_, clock_,
                             [this] { return Result<std::vector<OpenOrderLine>>(open_orders_); }},
                            options_, stop_.get_token());
    }
    ReviewReport review_ok() {
        const auto report = review();
        EXPECT_TRUE(report) << report.error().message;
        return report.value_or(ReviewReport{});
    }
    [[nodiscard]] Product& tea() { return warehouse_.stores[0].products[0]; }
    void order(const std::string& number, std::int64_t thousandths) {
        open_orders_.push_back({StoreId{1}, "tea", number, {thousandths}});
    }
    [[nodiscard]] double ordered(std::uint32_t store = 1, const std::string& product = "tea") {
        return warehouse_.units(store, product, "order_quantity");
    }
    void expect_withheld(const std::string& reason) {
        review_ok();
        EXPECT_EQ(ordered(), 0);
        EXPECT_EQ(warehouse_.text(1, "tea", "limited_by"), "data");
        EXPECT_EQ(warehouse_.text(1, "tea", "reason"), "Nothing is proposed. " + reason);
        EXPECT_EQ(warehouse_.text(1, "tea", "order_by_date"), "");
    }

    Warehouse warehouse_;
    Reference reference_;
    HandClock clock_;
    ReviewOptions options_;
    std::vector<OpenOrderLine> open_orders_;
    std::stop_source stop_;
};

TEST_F(ReviewTest, ProposesWithTheDefaultsWhereNobodySaidAnything) {
    const ReviewReport report = review_ok();
    EXPECT_EQ(to_string(report), "1 products in 1 stores: 1 to order, 0 withheld");
    // 16 in 4 days; the days' deviation is 2.04, and half a day's of 4 more.
    EXPECT_EQ(warehouse_.units(1, "tea", "protection_demand_units"), 16);
    EXPECT_EQ(ordered(), warehouse_.units(1, "tea", "order_up_to_units") - 5);
    EXPECT_EQ(warehouse_.text(1, "tea", "model_version"), "v7");
    EXPECT_EQ(warehouse_.text(1, "tea", "order_by_date"), "2026-03-09");
    EXPECT_EQ(warehouse_.text(1, "tea", "expected_delivery_date"), "2026-03-12");
    EXPECT_NE(warehouse_.text(1, "tea", "reason").find("By default: review period, lead time"),
              std::string::npos);
}

TEST_F(ReviewTest, WhatIsOrderedCountsOnceAlsoWhenItIsAnnounced) {
    review_ok();
    const double bare = ordered();
    tea().announced = 3'000;
    tea().shipment = "PO-1";
    order("PO-1", 5'000);
    order("PO-2", 1'000);
    review_ok();
    EXPECT_EQ(warehouse_.units(1, "tea", "in_transit_units"), 3);
    EXPECT_EQ(warehouse_.units(1, "tea", "on_order_units"), 3);
    EXPECT_EQ(ordered(), bare - 6);
}

TEST_F(ReviewTest, WhatWasCancelledIsProposedAgain) {
    review_ok();
    const double bare = ordered();
    order("PO-1", 5'000);
    review_ok();
    EXPECT_EQ(ordered(), bare - 5);
    open_orders_.clear();
    review_ok();
    EXPECT_EQ(ordered(), bare);
    EXPECT_EQ(warehouse_.written.size(), 1U);
}

TEST_F(ReviewTest, AShipmentOfNoOrderComesBesidesWhatIsOrdered) {
    tea().announced = 3'000;
    order("PO-1", 4'000);
    review_ok();
    EXPECT_EQ(warehouse_.units(1, "tea", "in_transit_units"), 3);
    EXPECT_EQ(warehouse_.units(1, "tea", "on_order_units"), 4);
}

TEST_F(ReviewTest, WhatAPersonReceivedIsNotUnderWayAnyMore) {
    tea().announced = 3'000;
    tea().shipment = "PO-1";
    order("PO-1", 1'000);
    review_ok();
    EXPECT_EQ(warehouse_.units(1, "tea", "in_transit_units"), 1);
    EXPECT_EQ(warehouse_.units(1, "tea", "on_order_units"), 0);
}

TEST_F(ReviewTest, ADeliveryThatNeverCameIsNotCountedOn) {
    review_ok();
    const double bare = ordered();
    tea().announced = 3'000;
    tea().expected_date = kDate - 8;
    review_ok();
    EXPECT_EQ(ordered(), bare);
    EXPECT_TRUE(warehouse_.text(1, "tea", "reason")
                    .ends_with("3 that should have come since 2026-03-01 are not counted on."));
    // Nor as a part of its order, which has 2 more.
    tea().shipment = "PO-1";
    order("PO-1", 5'000);
    review_ok();
    EXPECT_EQ(warehouse_.units(1, "tea", "on_order_units"), 2);
    EXPECT_EQ(ordered(), bare - 2);
}

TEST_F(ReviewTest, AgainReplacesEvenIfTheClockWentBack) {
    review_ok();
    const double first = ordered();
    tea().on_hand = 9'000;
    clock_.now -= 3'600'000'000;
    review_ok();
    EXPECT_EQ(warehouse_.written.size(), 1U);
    EXPECT_EQ(ordered(), first - 4);
}

TEST_F(ReviewTest, AProposalWhoseReasonIsGoneIsTakenBack) {
    review_ok();
    EXPECT_GT(ordered(), 0);
    tea().forecast_date = 0;
    expect_withheld("There is no forecast of this product.");
    EXPECT_EQ(warehouse_.written.size(), 1U);
}

TEST_F(ReviewTest, NothingIsProposedFromAStaleForecast) {
    tea().forecast_date = kDate - 3;
    expect_withheld("The newest forecast knows sales until 2026-03-06 only.");
    options_.forecast_max_age_days = 3;
    review_ok();
    EXPECT_GT(ordered(), 0);
}

TEST_F(ReviewTest, NothingIsProposedFromStockThatIsNotKnown) {
    tea().on_hand = -2'500;
    expect_withheld("Stock is -2.5 on the books: count it first.");
    tea().is_known = false;
    expect_withheld("Stock is not known: it was never counted nor received.");
}

TEST_F(ReviewTest, NothingIsProposedForAStoreWhoseDataIsBroken) {
    Store& store = warehouse_.stores[0];
    store.failed_checks = "missing_stores, ranges";
    expect_withheld("The store's data fails its checks: missing_stores, ranges.");
    store.last_sale_date = kDate - 3;
    expect_withheld("The store has sent no sale since 2026-03-06.");
    store.difference_epoch = 4;
    expect_withheld(
        "Speed and batch layer differ about this store in epoch 4: see "
        "reconciliation_differences.");
    EXPECT_GT(warehouse_.units(1, "tea", "reorder_point_units"), 0);  // For people to see.
}

TEST_F(ReviewTest, ABudgetIsPerStore) {
    warehouse_.stores.push_back(warehouse_.stores[0]);
    warehouse_.stores[1].id = 2;
    options_.store_budget = 7;  // A unit costs 1.
    review_ok();
    EXPECT_EQ(ordered(1), 7);
    EXPECT_EQ(ordered(2), 7);
    EXPECT_EQ(warehouse_.text(2, "tea", "limited_by"), "budget");
}

TEST_F(ReviewTest, ASuppliersMinimumHoldsForItsLinesTogether) {
    tea().supplier = "Leaf";
    warehouse_.stores[0].products.push_back({.id = "jam", .supplier = "Mill"});
    retail::ItemTerms terms{.store = StoreId{0}, .supplier = "Leaf"};
    terms[ItemTerm::kSupplierMinimumValue] = 10'000 * 10'000;
    reference_.terms.push_back(terms);
    review_ok();
    EXPECT_EQ(ordered(), 0);
    EXPECT_EQ(warehouse_.text(1, "tea", "limited_by"), "supplier_minimum");
    EXPECT_GT(ordered(1, "jam"), 0);
}

TEST_F(ReviewTest, ACentreSharesWhatItHasAndOrdersForItsStores) {
    tea().supplier = "DC";
    tea().on_hand = 0;
    warehouse_.stores.push_back(warehouse_.stores[0]);
    warehouse_.stores[1].id = 2;
    Product stock = tea();
    stock.on_hand = 30'000;
    stock.forecast_date = 0;
    warehouse_.stores.push_back({.id = 9,
                                 .code = "DC",
                                 .type = "distribution_centre",
                                 .last_sale_date = 0,
                                 .products = {stock}});
    const ReviewReport report = review_ok();
    EXPECT_EQ(report.stores, 3U);
    EXPECT_EQ(ordered(1), 15);
    EXPECT_EQ(ordered(2), 15);
    EXPECT_EQ(warehouse_.text(1, "tea", "limited_by"), "allocation");
    EXPECT_EQ(warehouse_.units(9, "tea", "reserved_units"), 30);
    EXPECT_EQ(warehouse_.units(9, "tea", "protection_demand_units"), 32);
    EXPECT_EQ(ordered(9), warehouse_.units(9, "tea", "order_up_to_units"));
    // One store alone gets the same share, and nobody else's rows are touched.
    warehouse_.written.clear();
    options_.store = StoreId{2};
    review_ok();
    EXPECT_EQ(warehouse_.written.size(), 1U);
    EXPECT_EQ(ordered(2), 15);
}

TEST_F(ReviewTest, APastDateIsReviewedByItsSnapshot) {
    options_.date = kDate - 1;
    tea().forecast_date = kDate - 2;
    review_ok();
    EXPECT_EQ(warehouse_.units(1, "tea", "on_hand_units"), 4);
    options_.date = kDate + 2;
    EXPECT_EQ(review().error().message,
              "review date 2026-03-11 is to come: in store 1 it is "
              "2026-03-09");
}

TEST_F(ReviewTest, EndsWithTheFirstFailureAndAnotherRunFinishes) {
    warehouse_.stores.push_back(warehouse_.stores[0]);
    warehouse_.stores[1].id = 2;
    warehouse_.away_after = 1;
    EXPECT_EQ(review().error().kind, ErrorKind::kUnavailable);
    EXPECT_EQ(warehouse_.written.size(), 1U);
    warehouse_.away_after = 1'000;
    review_ok();
    EXPECT_EQ(warehouse_.written.size(), 2U);
    stop_.request_stop();
    EXPECT_EQ(review().error().message, "stopped after 0 of 2 stores");
    stop_ = {};
    options_.store = StoreId{7};
    EXPECT_EQ(review().error().kind, ErrorKind::kNotFound);
}

}  // namespace
}  // namespace shelfcast::replenish
