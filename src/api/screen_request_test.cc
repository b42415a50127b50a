#include "api/screen_request.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "retail/time_zone.h"

namespace shelfcast::api {
namespace {

constexpr std::int32_t kToday = 20'000;  // 2024-10-04
constexpr std::int64_t kNowUs = (std::int64_t{20'100} * 86'400 + 3'600) * 1'000'000;

class PlainDigest final : public ports::Digest {
public:
    std::string sha256_hex(std::string_view bytes) const override {
        return fmt::format("{:016x}{:048}", std::hash<std::string_view>()(bytes), 0);
    }
    ports::KeyedDigest keyed(std::string_view, std::string_view) const override { return {}; }
};

const queries::ScreenQuery& query(std::string_view name) {
    const auto all = queries::screen_queries();
    return *std::ranges::find(all, name, &queries::ScreenQuery::name);
}

retail::StoreCatalog catalog() {
    std::vector<retail::Store> stores;
    for (const auto& [id, region] : {std::pair{1U, "North"}, {2U, "South"}, {3U, "North"}}) {
        retail::Store store;
        store.id = StoreId{id};
        store.code = fmt::format("S{}", id);
        store.region = region;
        store.time_zone = "UTC";
        stores.push_back(store);
    }
    return *retail::StoreCatalog::build(CatalogVersion{1}, stores);
}

Result<ScreenRequest> read(std::string_view name, std::vector<ports::HttpField> parameters) {
    const PlainDigest digest;
    ports::HttpRequest request;
    request.query_parameters = std::move(parameters);
    return read_screen_request(query(name), request, ports::StoreScope::everything(), kToday,
                               kNowUs, digest);
}

std::string fault(std::string_view name, std::vector<ports::HttpField> parameters) {
    const auto asked = read(name, std::move(parameters));
    return asked ? "" : asked.error().message;
}

Result<ports::StoreScope> stores(std::vector<ports::HttpField> parameters,
                                 const ports::StoreScope& scope) {
    ports::HttpRequest request;
    request.query_parameters = std::move(parameters);
    return wanted_stores(request, scope, catalog());
}

TEST(ScreenQueries, EveryFileTakesTheCallersStores) {
    ASSERT_GT(queries::screen_queries().size(), 40U);
    std::vector<queries::ScreenQuery> all(queries::screen_queries().begin(),
                                          queries::screen_queries().end());
    all.push_back(queries::search_query());
    for (const queries::ScreenQuery& one : all) {
        EXPECT_NE(one.sql.find("{all_stores:UInt8}"), std::string_view::npos) << one.name;
        EXPECT_NE(one.sql.find("{stores:Array(UInt32)}"), std::string_view::npos) << one.name;
        EXPECT_NE(one.sql.find("limit {row_limit:UInt64} offset {row_offset:UInt64}"),
                  std::string_view::npos)
            << one.name;
        EXPECT_EQ(one.sql.find("retail_core."), std::string_view::npos) << one.name;
    }
}

TEST(ScreenQueries, EveryPlaceOfAFileHasAValueAndNoOtherIsSent) {
    for (const queries::ScreenQuery& one : queries::screen_queries()) {
        std::set<std::string> places;
        for (std::size_t at = one.sql.find('{'); at != std::string_view::npos;
             at = one.sql.find('{', at + 1)) {
            places.emplace(one.sql.substr(at + 1, one.sql.find(':', at) - at - 1));
        }
        std::set<std::string> values;
        for (const auto& [name, text] : queries::screen_values(one, {})) {
            values.insert(name);
        }
        EXPECT_EQ(values, places) << one.name;
    }
}

TEST(ScreenQueries, AHeaderThatSaysTooLittleIsRefused) {
    for (const char* const text :
         {"select 1", "-- What?\n-- Columns:\n--   a String: b\nselect", "-- Filters: none\nselect",
          "-- Columns:\n--   a Text: b\n-- Filters: none\n",
          "-- Columns:\n--   a String: b\n-- Filters: colour\n"}) {
        EXPECT_FALSE(queries::parse_screen_query({"queries/screens/x.sql", text, ""})) << text;
    }
}

TEST(ScreenRequest, DatesEndWithTheNewestBusinessDate) {
    const auto asked = read("history_days", {});
    ASSERT_TRUE(asked) << asked.error().message;
    EXPECT_EQ(asked->ask.to_date, kToday);
    EXPECT_EQ(asked->ask.from_date, kToday - 27);
    EXPECT_EQ(asked->ask.limit, 1'000U);
    const auto ahead = read("forecast_demand", {});
    EXPECT_EQ(ahead->ask.to_date, kToday + 56);
    EXPECT_EQ(ahead->ask.from_date, kToday - 27);
    // What arrived is dated by arrival.
    const auto letters = read("anomalies_dead_letters", {});
    EXPECT_EQ(letters->ask.log_to, 20'100);
    EXPECT_EQ(letters->ask.log_from, 20'073);
    EXPECT_EQ(read("anomalies_dead_letters", {{"to", "2024-01-31"}})->ask.log_from,
              *retail::parse_date("2024-01-04"));
}

TEST(ScreenRequest, WhatIsWrongIsNamedWithItsValue) {
    EXPECT_NE(fault("home_kpis", {{"colour", "red"}}).find("'colour'"), std::string::npos);
    EXPECT_NE(fault("home_kpis", {{"from", "2024-01-01"}}).find("'from'"), std::string::npos);
    EXPECT_NE(fault("history_days", {{"from", "yesterday"}}).find("from: 'yesterday'"),
              std::string::npos);
    EXPECT_NE(fault("history_days", {{"from", "2024-02-30"}}), "");
    EXPECT_NE(fault("history_days", {{"from", "1999-12-31"}}), "");
    EXPECT_NE(fault("history_days", {{"from", "2024-02-02"}, {"to", "2024-02-01"}}), "");
    EXPECT_NE(fault("history_days", {{"from", "2010-01-01"}, {"to", "2024-02-01"}}), "");
    EXPECT_NE(fault("history_days", {{"to", "2024-01-01"}, {"to", "2024-01-01"}}).find("twice"),
              std::string::npos);
    EXPECT_NE(fault("history_days", {{"category", "\xff"}}).find("UTF-8"), std::string::npos);
    for (const char* const limit : {"0", "-1", "10001", "x", "", "1.5"}) {
        EXPECT_NE(fault("home_kpis", {{"limit", limit}}).find("limit"), std::string::npos) << limit;
    }
    EXPECT_EQ(fault("home_kpis", {{"limit", "1000000"}, {"format", "csv"}}), "");
    EXPECT_NE(fault("home_kpis", {{"format", "xls"}}).find("'xls'"), std::string::npos);
    EXPECT_NE(fault("product_days", {}).find("product is missing"), std::string::npos);
    EXPECT_NE(fault("inventory_items", {{"risk", "some"}}).find("'some'"), std::string::npos);
}

TEST(ScreenRequest, ACursorIsForTheSameParametersOnly) {
    const auto first = read("history_days", {{"category", "Tea"}, {"limit", "10"}});
    const std::string cursor = cursor_text(*first, 10);
    const auto second =
        read("history_days", {{"category", "Tea"}, {"limit", "20"}, {"cursor", cursor}});
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ(second->ask.offset, 10U);
    EXPECT_NE(fault("history_days", {{"category", "Milk"}, {"cursor", cursor}}), "");
    EXPECT_NE(fault("history_days", {{"category", "Tea"}, {"cursor", "11"}}), "");
    EXPECT_NE(fault("history_days", {{"category", "Tea"}, {"cursor", "-1-" + cursor}}), "");
}

TEST(WantedStores, AreTheCallersAndNoOthers) {
    const auto all = ports::StoreScope::everything();
    const auto mine = ports::StoreScope::of({StoreId{1}, StoreId{2}});
    EXPECT_EQ(*stores({}, all), all);
    EXPECT_EQ(*stores({}, mine), mine);
    EXPECT_EQ(*stores({{"store", "3"}, {"store", "1"}}, all),
              ports::StoreScope::of({StoreId{1}, StoreId{3}}));
    EXPECT_EQ(*stores({{"region", "North"}}, mine), ports::StoreScope::of({StoreId{1}}));
    EXPECT_EQ(*stores({{"region", "North"}, {"store", "2"}}, all), ports::StoreScope());
    EXPECT_EQ(stores({{"store", "3"}}, mine).error().kind, ErrorKind::kForbidden);
    EXPECT_EQ(stores({{"store", "1"}, {"store", "3"}}, mine).error().kind, ErrorKind::kForbidden);
    EXPECT_EQ(stores({{"store", "x"}}, all).error().kind, ErrorKind::kInvalidInput);
    EXPECT_EQ(stores({{"store", "0"}}, all).error().kind, ErrorKind::kInvalidInput);
    EXPECT_EQ(stores({{"region", "West"}}, all).error().kind, ErrorKind::kInvalidInput);
    EXPECT_EQ(stores({{"region", "North"}}, ports::StoreScope::of({StoreId{2}})).error().kind,
              ErrorKind::kInvalidInput)
        << "where there are stores that one may not see is not told";
}

}  // namespace
}  // namespace shelfcast::api
