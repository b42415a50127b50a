#include "replenishment/proposals/term_book.h"

#include <gtest/gtest.h>

#include "replenishment/proposals/reason.h"

namespace shelfcast::replenishment {
namespace {

using retail::ItemTerm;
using retail::ItemTerms;

ItemTerms row(std::uint32_t store, std::string product, std::string supplier,
              std::initializer_list<std::pair<ItemTerm, std::int64_t>> values) {
    ItemTerms made{.store = StoreId{store}, .product_id = std::move(product)};
    (made.product_id.empty() ? made.supplier : made.delivered_by) = std::move(supplier);
    for (const auto& [term, value] : values) {
        made[term] = value;
    }
    return made;
}

TEST(TermBook, TheMostSpecificWordHolds) {
    const TermBook book(
        {row(0, "", "", {{ItemTerm::kLeadTimeDays, 9'000}}),
         row(0, "", "Mill",
             {{ItemTerm::kLeadTimeDays, 5'000},
              {ItemTerm::kSupplierMinimumValue, 100'000},
              {ItemTerm::kFillRate, 9'800}}),
         row(0, "bread", "Mill", {{ItemTerm::kPackSize, 6}}),
         row(2, "bread", "", {{ItemTerm::kLeadTimeDays, 1'500}, {ItemTerm::kServiceLevel, 9'000}})},
        {}, {});
    const ItemChoice there = book.choose({.store = StoreId{2}, .product_id = "bread"});
    EXPECT_EQ(there.supplier, "Mill");
    EXPECT_EQ(there.terms.lead_time_days, 1.5);
    EXPECT_EQ(there.terms.pack_size, 6U);
    EXPECT_EQ(there.terms.target.kind, TargetKind::kCycleService);
    EXPECT_EQ(there.terms.target.value, 0.9);
    EXPECT_EQ(there.supplier_minimum.ten_millionths, 100'000'000);
    const ItemChoice elsewhere = book.choose({.store = StoreId{1}, .product_id = "bread"});
    EXPECT_EQ(elsewhere.terms.lead_time_days, 5);
    EXPECT_EQ(elsewhere.terms.target.kind, TargetKind::kFillRate);
    const ItemChoice other = book.choose({.store = StoreId{1}, .product_id = "tea"});
    EXPECT_EQ(other.terms.lead_time_days, 9);
    EXPECT_EQ(other.supplier, "");
}

TEST(TermBook, WithoutAWordTheDefaultsHoldAndAreNamed) {
    const TermBook book({}, {}, {});
    const ItemChoice bare = book.choose({.store = StoreId{1}, .product_id = "tea"});
    EXPECT_EQ(bare.terms.lead_time_days, 3);
    EXPECT_EQ(bare.defaults,
              (std::vector<std::string_view>{"review period", "lead time",
                                             "spread of the lead time", "service level"}));
    const ItemChoice listed = book.choose({.store = StoreId{1},
                                           .product_id = "tea",
                                           .supplier = "Leaf",
                                           .lead_time_days = 8,
                                           .pack_size = 12});
    EXPECT_EQ(listed.terms.lead_time_days, 8);
    EXPECT_EQ(listed.terms.pack_size, 12U);
    EXPECT_EQ(listed.supplier, "Leaf");
    EXPECT_EQ(listed.defaults.size(), 3U);
}

TEST(TermBook, WhatDeliveriesTaughtHoldsBeforeWhatWasPromised) {
    std::vector<PastDelivery> past(30, {2, 10, 4});
    std::map<std::string, LeadTimeModel, std::less<>> models;
    models.emplace("Leaf", *LeadTimeModel::fit(past));
    const TermBook book({row(0, "", "Leaf", {{ItemTerm::kLeadTimeDays, 2'000}})}, {},
                        std::move(models));
    const ItemChoice taught =
        book.choose({.store = StoreId{1}, .product_id = "tea", .supplier = "Leaf", .weekday = 2});
    EXPECT_NEAR(taught.terms.lead_time_days, 4, 0.01);
    EXPECT_TRUE(taught.lead_time_is_learned);
}

TEST(Reason, SaysWhatAStoreManagerAsks) {
    const TermBook book(
        {row(0, "tea", "Leaf", {{ItemTerm::kLeadTimeDays, 3'000}, {ItemTerm::kPackSize, 12}})}, {},
        {});
    const ItemChoice item = book.choose({.store = StoreId{1}, .product_id = "tea"});
    const std::vector<CountDemand> days(7, {7, 7});
    const Proposal order = propose(item.terms, {days}, {.on_hand = {12'000}});
    EXPECT_EQ(
        reason_of(order, item, {days}, 0),
        "Sells about 7 a day. 3 days until delivery and 1 until the next review: 28 expected, "
        "11 for safety (service level 95 %). 12 on hand. Order 36, in packs of 12. By "
        "default: review period, spread of the lead time, service level.");
    const Proposal none = propose(item.terms, {days}, {.on_hand = {60'500}, .in_transit = {1'000}});
    EXPECT_EQ(
        reason_of(none, item, {days}, 4),
        "Sells about 7 a day. 3 days until delivery and 1 until the next review: 28 expected, "
        "11 for safety (service level 95 %). 60 on hand, 1 on the way. Enough for now: to be "
        "ordered in about 4 days. By default: review period, spread of the lead time, "
        "service level.");
}

}  // namespace
}  // namespace shelfcast::replenishment
