#include "pipelines/ingest/reference_import.h"

#include <gtest/gtest.h>

#include "pipelines/ingest/test_ports.h"
#include "ports/test_hand_clock.h"
#include "ports/test_store_days.h"

namespace shelfcast::ingest {
namespace {

using retail::ItemTerm;
using retail::ItemTerms;
using retail::Product;
using retail::SalesTarget;

/// Keeps what it is given; the real one's promises are in tests/contract.
class MemoryReference final : public ports::ReferenceBook {
public:
    Result<std::uint64_t> put_products(const std::vector<Product>& products) override {
        for (const Product& product : products) {
            products_[product.product_id] = product;
        }
        return products.size();
    }
    Result<Products> products() override {
        Products list{1, {}};
        for (const auto& [id, product] : products_) {
            list.products.push_back(product);
        }
        return list;
    }
    Result<std::uint64_t> put_sales_targets(const std::vector<SalesTarget>& targets) override {
        targets_.insert(targets_.end(), targets.begin(), targets.end());
        return targets.size();
    }
    Result<SalesTargets> sales_targets() override { return SalesTargets{1, targets_}; }
    Result<std::uint64_t> put_item_terms(const std::vector<ItemTerms>& terms) override {
        for (const ItemTerms& one : terms) {
            std::erase_if(terms_, [&](const ItemTerms& known) {
                return std::tie(known.store, known.product_id, known.supplier) ==
                       std::tie(one.store, one.product_id, one.supplier);
            });
            terms_.push_back(one);
        }
        return terms.size();
    }
    Result<TermsList> item_terms() override { return TermsList{1, terms_}; }

private:
    std::map<std::string, Product> products_;
    std::vector<SalesTarget> targets_;
    std::vector<ItemTerms> terms_;
};

class ReferenceImportTest : public ::testing::Test {
protected:
    Result<ReferenceReport> import(ReferenceTable table, const std::string& path) {
        return import_reference(table, path, {}, ports(), {});
    }
    ReferencePorts ports() { return {reference_, stores_, store_days_, tables_, clock_}; }
    ReferenceReport import_ok(ReferenceTable table, const std::string& path) {
        const auto report = import(table, path);
        EXPECT_TRUE(report) << report.error().message;
        return report ? *report : ReferenceReport{};
    }
    // The message, without the path in front of it.
    std::string refused(ReferenceTable table, const std::string& text) {
        const std::string path = folder_.write("bad.csv", text);
        const auto report = import(table, path);
        if (report) {
            return "imported";
        }
        EXPECT_EQ(report.error().kind, ErrorKind::kInvalidInput);
        EXPECT_EQ(report.error().message.find(path), 0U) << report.error().message;
        return report.error().message.substr(path.size() + 2);
    }

    TemporaryFolder folder_;
    MemoryReference reference_;
    MemoryStores stores_;
    ports::MemoryStoreDays store_days_;
    MemoryTables tables_;
    ports::HandClock clock_{1'000};
};

TEST_F(ReferenceImportTest, ProductsComeFromCsvAndKeepWhatAFileDoesNotSay) {
    auto report = import_ok(
        ReferenceTable::kProducts,
        folder_.write("p.csv",
                      "product_id,product_name,unit_cost,pack_size,shelf_life_days,colour\n"
                      "tea,\"Tea, green\",1.25,12,365,green\n"
                      "jam,Jam,,,,\n"));
    EXPECT_EQ(report.rows, 2U);
    EXPECT_EQ(report.ignored_columns, std::vector<std::string>{"colour"});
    import_ok(ReferenceTable::kProducts,
              folder_.write("q.ndjson",
                            "{\"product_id\":\"tea\",\"brand\":\"L\\u00e9af\"}\n\n"
                            "{\"unit_cost\": 0.5 , \"product_id\":\"nut\",\"brand\":null}\n"));
    const auto products = reference_.products()->products;
    ASSERT_EQ(products.size(), 3U);
    EXPECT_EQ(products[0].product_id, "jam");
    EXPECT_EQ(products[0].unit_cost, 0);
    EXPECT_EQ(products[0].pack_size, 1U);
    EXPECT_EQ(products[1].unit_cost, 5'000);
    EXPECT_EQ(products[2].name, "Tea, green");
    EXPECT_EQ(products[2].unit_cost, 12'500);
    EXPECT_EQ(products[2].pack_size, 12U);
    EXPECT_EQ(products[2].brand,
              "L\xC3\xA9"
              "af");
}

TEST_F(ReferenceImportTest, EveryWrongRowIsNamedAndNothingIsKept) {
    EXPECT_EQ(refused(ReferenceTable::kProducts,
                      "product_id,unit_cost,pack_size,shelf_life_days\n"
                      "tea,1.25,12,365\n"
                      "jam,abc,0,1.5\n"
                      "nut,1.00001,12\n"
                      ",-1,1,1\n"
                      "tea,1,1,1\n"),
              "4 rows are wrong, nothing was imported:\n"
              "  row 2: unit_cost \"abc\": no decimal number\n"
              "  row 2: shelf_life_days \"1.5\": no whole number\n"
              "  row 2: pack_size \"0\": less than 1\n"
              "  row 3: the row has 3 fields, the header 4\n"
              "  row 4: product_id \"\": must not be empty\n"
              "  row 4: unit_cost \"-1\": less than 0\n"
              "  row 5: product_id \"tea\": already in row 1");
    EXPECT_TRUE(reference_.products()->products.empty());
    EXPECT_EQ(refused(ReferenceTable::kProducts, "sku,brand\na,b\n"),
              "there is no column product_id, only sku, brand");
    EXPECT_EQ(refused(ReferenceTable::kProducts, "product_id,product_id\na,b\n"),
              "column product_id is there twice");
}

TEST_F(ReferenceImportTest, TargetsNameStoresByIdOrCode) {
    stores_.add(7, "LDN1");
    tables_.tables["t.parquet"] = {
        {"store", "business_date", "revenue"},
        {{"7", "2026-03-02", "1000"}, {"LDN1", "2026-03-03", "99.5"}, {"7", "2026-03-04", "0"}}};
    const auto report = import_reference(ReferenceTable::kSalesTargets, "t.parquet",
                                         FileFormat::kParquet, ports(), {});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->rows, 3U);
    const auto targets = reference_.sales_targets()->targets;
    ASSERT_EQ(targets.size(), 3U);
    EXPECT_EQ(targets[1], (SalesTarget{StoreId{7}, 20'515, 995'000}));
    EXPECT_EQ(refused(ReferenceTable::kSalesTargets,
                      "store_code,business_date,revenue\n"
                      "XXX,2026-02-30,\n"
                      "LDN1,2026-03-05,1\n"
                      "7,2026-03-05,2\n"),
              "2 rows are wrong, nothing was imported:\n"
              "  row 1: store_code \"XXX\": no store has this id or code\n"
              "  row 1: business_date \"2026-02-30\": no date YYYY-MM-DD from 2000 to 2099\n"
              "  row 1: revenue \"\": must not be empty\n"
              "  row 3: business_date \"2026-03-05\": already in row 2");
    EXPECT_EQ(reference_.sales_targets()->targets.size(), 3U);
}

TEST_F(ReferenceImportTest, StoresKeepTheirIdsAndNewCodesGetFreeOnes) {
    stores_.add(1001, "LDN1");
    const std::string path = folder_.write(
        "s.csv",
        "store_id,store_code,store_name,country,time_zone,currency,square_footage,latitude\n"
        ",LDN1,Camden,GB,Europe/London,GBP,12000,51.5\n"
        ",BER1,Mitte,DE,Europe/Berlin,EUR,,\n"
        "1002,PAR1,Marais,FR,Europe/Paris,EUR,900,48.86\n");
    EXPECT_EQ(import_ok(ReferenceTable::kStores, path).changed, 3U);
    EXPECT_EQ(import_ok(ReferenceTable::kStores, path).changed, 0U);
    const auto catalog = stores_.catalog({});
    ASSERT_TRUE(catalog);
    ASSERT_EQ(catalog->stores().size(), 3U);
    EXPECT_EQ(catalog->id_of("LDN1"), StoreId{1001});
    EXPECT_EQ(catalog->id_of("BER1"), StoreId{1003});
    EXPECT_EQ(catalog->stores()[0].name, "Camden");
    EXPECT_EQ(catalog->stores()[0].latitude, 51.5);
    EXPECT_EQ(refused(ReferenceTable::kStores,
                      "store_id,store_code,time_zone,currency,latitude\n"
                      "0,A,Europe/Leeds,gbp,91\n"
                      "5,B,Europe/London,GBP,\n"
                      "6,B,Europe/London,GBP,\n"),
              "2 rows are wrong, nothing was imported:\n"
              "  row 1: store_id \"0\": less than 1\n"
              "  row 1: latitude \"91\": no number from -90 to 90\n"
              "  row 1: time_zone \"Europe/Leeds\": no IANA time zone\n"
              "  row 1: currency \"gbp\": no ISO 4217 code\n"
              "  row 3: store_code \"B\": already in row 2");
}

TEST_F(ReferenceImportTest, TermsAreAboutAsMuchAsTheyName) {
    import_ok(ReferenceTable::kStores,
              folder_.write("s.csv", "store_code,time_zone,currency\nBER1,Europe/Berlin,EUR\n"));
    import_ok(ReferenceTable::kItemTerms,
              folder_.write("t.csv",
                            "store,product_id,supplier,lead_time_days,service_level\n"
                            ",,,3,\n,,Mill,1.5,0.975\nBER1,bread,Mill,,0.9\n"));
    import_ok(ReferenceTable::kItemTerms,
              folder_.write("u.csv", "supplier,lead_time_days,fill_rate\nMill,,\n"));
    const auto terms = reference_.item_terms()->terms;
    ASSERT_EQ(terms.size(), 3U);
    EXPECT_EQ(terms[0][ItemTerm::kLeadTimeDays], 3'000);
    EXPECT_EQ(terms[0].store, StoreId{0});
    EXPECT_EQ(terms[1].store, StoreId{1001});
    EXPECT_EQ(terms[1].supplier, "");
    EXPECT_EQ(terms[1].delivered_by, "Mill");
    EXPECT_EQ(terms[1][ItemTerm::kServiceLevel], 9'000);
    EXPECT_EQ(terms[2].supplier, "Mill");
    EXPECT_EQ(terms[2][ItemTerm::kLeadTimeDays], std::nullopt);  // An empty cell takes it back.
    EXPECT_EQ(terms[2][ItemTerm::kServiceLevel], 9'750);         // No column leaves it.

    EXPECT_EQ(
        refused(ReferenceTable::kItemTerms,
                "store,pack_size,service_level,fill_rate\nX,,,\n,0,,\n,1.5,,\n,,1,\n,,0.9,0.9\n"
                ",,,\n,,,\n"),
        "6 rows are wrong, nothing was imported:\n"
        "  row 1: store \"X\": no store has this id or code\n"
        "  row 2: pack_size \"0\": less than 1\n"
        "  row 3: pack_size \"1.5\": no whole number\n"
        "  row 4: service_level \"1\": out of range\n"
        "  row 5: fill_rate \"0.9\": there is service_level already: one of them\n"
        "  row 7: store \"\": already in row 6");
    EXPECT_EQ(refused(ReferenceTable::kItemTerms, "store,colour\n,red\n").substr(0, 18),
              "there is no column");
}

TEST_F(ReferenceImportTest, EventsAreOfAStoreOrOfEveryOne) {
    stores_.add(7, "LDN1");
    const std::string path = folder_.write("e.csv",
                                           "store,date,name,colour\n"
                                           "LDN1,2026-03-02,\"Match, final\",red\n"
                                           ",2026-03-02,Fair,\n7,2026-03-03,,\n");
    const ReferenceReport report = import_ok(ReferenceTable::kLocalEvents, path);
    EXPECT_EQ(report.changed, 3U);
    EXPECT_EQ(report.ignored_columns, std::vector<std::string>{"colour"});
    EXPECT_EQ(import_ok(ReferenceTable::kLocalEvents, path).changed, 0U);
    const std::vector<retail::LocalEvent> kept = {{StoreId{0}, 20'514, "Fair"},
                                                  {StoreId{7}, 20'514, "Match, final"},
                                                  {StoreId{7}, 20'515, ""}};
    EXPECT_EQ(store_days_.local_events(), kept);
    // Without a column for stores it is of every one.
    import_ok(ReferenceTable::kLocalEvents, folder_.write("f.csv", "date,name\n2026-03-09,Rain\n"));
    EXPECT_EQ(store_days_.local_events()->at(1), (retail::LocalEvent{StoreId{0}, 20'521, "Rain"}));
    EXPECT_EQ(refused(ReferenceTable::kLocalEvents,
                      "store,date,name\nXXX,2026-02-30,A\n7,2026-03-02,A\nLDN1,2026-03-02,B\n"),
              "2 rows are wrong, nothing was imported:\n"
              "  row 1: store \"XXX\": no store has this id or code\n"
              "  row 1: date \"2026-02-30\": no date YYYY-MM-DD from 2000 to 2099\n"
              "  row 3: date \"2026-03-02\": already in row 2");
    EXPECT_EQ(refused(ReferenceTable::kLocalEvents, "store,date\n7,2026-03-02\n"),
              "there is no column name, only store, date");
    EXPECT_EQ(store_days_.local_events()->size(), 4U);
}

TEST_F(ReferenceImportTest, WeatherIsOfOneStoreAndKnowsWhenItWasGiven) {
    stores_.add(7, "LDN1");
    const std::string header = "store,date,temperature_celsius,precipitation_mm\n";
    const std::string path =
        folder_.write("w.csv", header + "LDN1,2026-03-02,-4.127,0\n7,2026-03-03,,1.5\n");
    EXPECT_EQ(import_ok(ReferenceTable::kWeather, path).changed, 2U);
    clock_.at_us = 2'000;
    EXPECT_EQ(import_ok(ReferenceTable::kWeather, path).changed, 0U);
    import_ok(ReferenceTable::kWeather,
              folder_.write("x.csv", header + "LDN1,2026-03-02,-4.13,0.0\n7,2026-03-03,8,\n"));
    const std::vector<retail::DayWeather> kept = {{StoreId{7}, 20'514, -413, 0, 1'000},
                                                  {StoreId{7}, 20'515, 800, std::nullopt, 2'000}};
    EXPECT_EQ(store_days_.weather({20'514, 20'515}), kept);
    EXPECT_EQ(refused(ReferenceTable::kWeather, header + "LDN1,2026-03-04,mild,-0.1\n"
                                                         ",2026-03-04,nan,2000.5\n"
                                                         "9,03/04/2026,-100.5,1e9\n"
                                                         "7,2026-03-04,1,1\n7,2026-03-04,2,2\n"),
              "4 rows are wrong, nothing was imported:\n"
              "  row 1: temperature_celsius \"mild\": no number from -100 to 70\n"
              "  row 1: precipitation_mm \"-0.1\": no number from 0 to 2000\n"
              "  row 2: store \"\": a store must be named\n"
              "  row 2: temperature_celsius \"nan\": no number from -100 to 70\n"
              "  row 2: precipitation_mm \"2000.5\": no number from 0 to 2000\n"
              "  row 3: store \"9\": no store has this id or code\n"
              "  row 3: date \"03/04/2026\": no date YYYY-MM-DD from 2000 to 2099\n"
              "  row 3: temperature_celsius \"-100.5\": no number from -100 to 70\n"
              "  row 3: precipitation_mm \"1e9\": no number from 0 to 2000\n"
              "  row 5: date \"2026-03-04\": already in row 4");
    EXPECT_EQ(refused(ReferenceTable::kWeather, "store,date,temperature_celsius\n7,2026-03-02,1\n"),
              "there is no column precipitation_mm, only store, date, temperature_celsius");
    EXPECT_EQ(refused(ReferenceTable::kWeather, "date,temperature_celsius\n2026-03-02,1\n"),
              "there is no column store or store_id or store_code, only date, temperature_celsius");
}

TEST_F(ReferenceImportTest, BrokenLinesAreRowsToo) {
    EXPECT_EQ(refused(ReferenceTable::kProducts, "product_id,brand\n\"tea,x\njam,\xff\n"),
              "2 rows are wrong, nothing was imported:\n"
              "  row 1: a quoted field is not closed, or text follows its closing quote\n"
              "  row 2: byte 4 of the row is not UTF-8");
    const std::string path =
        folder_.write("bad.ndjson", "{\"product_id\":\"a\"}\n{\"product_id\":[1]}\n17\n{\"a");
    const auto report = import(ReferenceTable::kProducts, path);
    ASSERT_FALSE(report);
    EXPECT_NE(report.error().message.find("3 rows are wrong"), std::string::npos)
        << report.error().message;
}

}  // namespace
}  // namespace shelfcast::ingest
