#include "replenishment/orders/order_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace shelfcast::replenishment {
namespace {

using nlohmann::json;

TEST(OrderText, AProposalCarriesItsTermsByteForByte) {
    retail::Proposal proposal;
    proposal.key = {StoreId{1}, "green \"tea\"\n", 20'520};
    proposal.proposed = {36'000};
    proposal.quantity = {24'500};
    proposal.unit_cost = retail::UnitPrice{11'000};
    proposal.generated_ms = 1'772'964'000'123;
    proposal.terms = R"({"on_hand_units":36.500,"order_up_to":60})";
    const std::string text = to_json(proposal);
    EXPECT_NE(text.find(R"("terms":{"on_hand_units":36.500,"order_up_to":60})"), std::string::npos);
    EXPECT_NE(text.find(R"("value":26.95,)"), std::string::npos) << text;
    const json read = json::parse(text);
    EXPECT_EQ(read["product_id"], "green \"tea\"\n");
    EXPECT_EQ(read["state"], "open");
    EXPECT_EQ(read["review_date"], "2026-03-08");
    EXPECT_EQ(read["generated_at"], "2026-03-08T10:00:00.123Z");
    EXPECT_EQ(read["order_quantity"], 36);
    EXPECT_EQ(read["quantity"], 24.5);
    EXPECT_TRUE(read["order_number"].is_null());
    EXPECT_TRUE(read["decided_by"].is_null());
    proposal.terms = "";
    EXPECT_TRUE(json::parse(to_json(proposal))["terms"].is_null());
}

TEST(OrderText, AnOrderSaysWhatItComesToAndWhatIsToCome) {
    retail::PurchaseOrder order;
    order.id = retail::OrderId{7};
    order.store = StoreId{2};
    order.supplier = "Tea & Co";
    order.state = retail::OrderState::kPartlyReceived;
    order.expected_date = 20'524;
    order.lines.push_back(
        {"tea", {24'000}, {12'000}, {24'000}, {13'000}, {1'000}, retail::UnitPrice{11'000}});
    json read = json::parse(to_json(order));
    EXPECT_EQ(read["order_number"], "PO-000007");
    EXPECT_EQ(read["state"], "partly_received");
    EXPECT_EQ(read["order_value"], 26.4);
    EXPECT_EQ(read["expected_date"], "2026-03-12");
    EXPECT_EQ(read["lines"][0]["came_in_units"], 13);
    EXPECT_EQ(read["lines"][0]["open_units"], 10);
    order.lines[0].unit_cost = std::nullopt;
    order.state = retail::OrderState::kCancelled;
    read = json::parse(to_json(order));
    EXPECT_TRUE(read["order_value"].is_null());
    EXPECT_EQ(read["unpriced_lines"], 1);
    EXPECT_EQ(read["lines"][0]["open_units"], 0);  // Nobody waits for it any more.
}

TEST(OrderText, AnEventCarriesWhatWasSeen) {
    retail::OrderEvent event;
    event.action = "approve";
    event.actor = "ann";
    event.at_us = 1'772'964'000'000'000;
    event.seen = R"({"quantity":24.500})";
    EXPECT_NE(to_json(event).find(R"("seen":{"quantity":24.500})"), std::string::npos);
    EXPECT_EQ(json::parse(to_json(event))["at"], "2026-03-08T10:00:00.000Z");
}

}  // namespace
}  // namespace shelfcast::replenishment
