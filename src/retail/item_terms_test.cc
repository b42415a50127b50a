#include "retail/item_terms.h"

#include <gtest/gtest.h>

namespace shelfcast::retail {
namespace {

TEST(ItemTerms, AreReadAsTheyWereWritten) {
    ItemTerms terms{.store = StoreId{3}, .product_id = "tea", .delivered_by = "Leaf & Co"};
    terms[ItemTerm::kLeadTimeDays] = 2'500;
    terms[ItemTerm::kPackSize] = 6;
    terms[ItemTerm::kServiceLevel] = 9'750;
    const std::string text = format_terms(terms);
    EXPECT_EQ(text, "lead_time_days=2.5 pack_size=6 service_level=0.975 delivered_by=Leaf & Co");
    ItemTerms read{.store = StoreId{3}, .product_id = "tea"};
    parse_terms(text, read);
    EXPECT_EQ(read, terms);
}

TEST(ItemTerms, WhatANewerProgramWroteIsLeftOut) {
    ItemTerms read;
    parse_terms("moon_phase=3 pack_size=6 lead_time_days=x =1 fill_rate", read);
    ItemTerms wanted;
    wanted[ItemTerm::kPackSize] = 6;
    EXPECT_EQ(read, wanted);
}

TEST(ItemTerms, SpecsAreInTheOrderOfTheTerms) {
    for (std::size_t i = 0; i < kItemTerms; ++i) {
        EXPECT_EQ(static_cast<std::size_t>(item_term_specs()[i].term), i);
    }
}

}  // namespace
}  // namespace shelfcast::retail
