#include "retail/purchase_order.h"

#include <gtest/gtest.h>

namespace shelfcast::retail {
namespace {

TEST(PurchaseOrderText, NumbersAreReadBackAndNothingElseIs) {
    for (const std::uint64_t id : {1UL, 42UL, 999'999UL, 1'000'000UL, ~0UL}) {
        EXPECT_EQ(parse_order_number(order_number(OrderId{id})), OrderId{id});
    }
    EXPECT_EQ(order_number(OrderId{42}), "PO-000042");
    for (const char* const text : {"", "PO-", "PO-0", "PO-42", "PO-000000", "po-000042",
                                   "PO-000042 ", "PO-+00042", "PO-99999999999999999999999"}) {
        EXPECT_EQ(parse_order_number(text), std::nullopt) << text;
    }
}

TEST(PurchaseOrderText, WordsAreReadBack) {
    for (std::uint8_t number = 1; number <= 7; ++number) {
        const auto state = static_cast<OrderState>(number);
        EXPECT_EQ(parse_order_state(to_string(state)), state);
    }
    EXPECT_EQ(to_string(OrderState::kPartlyReceived), "partly_received");
    EXPECT_EQ(to_string(ProposalState::kRejected), "rejected");
    EXPECT_EQ(parse_order_state("lost"), std::nullopt);
    for (std::uint8_t number = 0; number < 6; ++number) {
        const auto action = static_cast<OrderAction>(number);
        EXPECT_EQ(parse_order_action(to_string(action)), action);
    }
    EXPECT_EQ(parse_order_action("Send"), std::nullopt);
}

TEST(PurchaseOrderRows, HaveEveryLineOfEveryOrder) {
    PurchaseOrder order;
    order.id = OrderId{7};
    order.revision = 3;
    order.store = StoreId{2};
    order.supplier = "Mill";
    order.review_date = 20'776;
    order.state = OrderState::kSent;
    order.lines.resize(2);
    order.lines[0].product_id = "bread";
    order.lines[0].ordered = {6'000};
    order.lines[1].product_id = "tea";
    order.lines[1].unit_cost = UnitPrice{11'000};
    PurchaseOrder empty;
    empty.id = OrderId{8};
    empty.expected_date = 20'780;
    const std::vector orders = {order, empty};
    const ColumnBlock heads = purchase_order_rows(orders);
    ASSERT_EQ(heads.rows(), 2U);
    EXPECT_EQ(heads.data<TextColumn>("order_number")[0], "PO-000007");
    EXPECT_EQ(heads.data<TextColumn>("state")[0], "sent");
    EXPECT_EQ(heads.data<std::vector<std::uint16_t>>("expected_date"),
              (std::vector<std::uint16_t>{0, 20'780}));
    const ColumnBlock lines = purchase_order_line_rows(orders);
    ASSERT_EQ(lines.rows(), 2U);
    EXPECT_EQ(lines.data<TextColumn>("product_id")[1], "tea");
    EXPECT_EQ(lines.data<std::vector<std::int64_t>>("ordered_units")[0], 6'000);
    EXPECT_EQ(lines.data<NullableInt64>("unit_cost").nulls, (std::vector<std::uint8_t>{1, 0}));
    EXPECT_EQ(lines.data<std::vector<std::uint64_t>>("version")[0], 3U);
    EXPECT_EQ(lines.data<std::vector<std::uint32_t>>("store_id")[0], 2U);
}

}  // namespace
}  // namespace shelfcast::retail
