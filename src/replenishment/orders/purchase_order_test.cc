#include "replenishment/orders/purchase_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

namespace shelfcast::replenishment {
namespace {

using retail::OrderLine;
using retail::OrderState;
using retail::PurchaseOrder;
using retail::Quantity;
using retail::UnitPrice;
using enum OrderState;

constexpr std::int64_t kNow = 1'795'000'000'000'000;
constexpr std::array kStates = {kDraft,          kApproved, kSent,     kConfirmed,
                                kPartlyReceived, kReceived, kCancelled};
constexpr std::array kActions = {OrderAction::kApprove, OrderAction::kReject,
                                 OrderAction::kSend,    OrderAction::kConfirm,
                                 OrderAction::kReceive, OrderAction::kCancel};

OrderLine line(std::string product, std::int64_t units, std::optional<std::int64_t> cost = 11'000) {
    OrderLine made;
    made.product_id = std::move(product);
    made.ordered = {units * 1'000};
    if (cost) {
        made.unit_cost = UnitPrice{*cost};
    }
    return made;
}

PurchaseOrder sent_order() {
    PurchaseOrder order;
    order.lines = {line("bread", 6), line("tea", 24)};
    EXPECT_TRUE(apply_action(order, OrderAction::kApprove, "ann", kNow).value());
    EXPECT_TRUE(apply_action(order, OrderAction::kSend, "ann", kNow + 1).value());
    return order;
}

TEST(PurchaseOrder, EachActionIsPossibleInItsStatesAlone) {
    // By hand: rows are states in order, columns approve, reject, send, confirm, receive, cancel;
    // '+' leads on, '=' was done before, '-' is refused.
    constexpr std::array<std::string_view, 7> kTable = {"++---+", "=-+--+", "=-=+++", "=-==++",
                                                        "=-===+", "=-===-", "-=---="};
    for (std::size_t row = 0; row < kStates.size(); ++row) {
        for (std::size_t column = 0; column < kActions.size(); ++column) {
            const auto next = next_state(kStates[row], kActions[column]);
            const char found = !next ? '-' : *next == kStates[row] ? '=' : '+';
            EXPECT_EQ(found, kTable[row][column])
                << retail::to_string(kStates[row]) << " " << retail::to_string(kActions[column]);
            if (!next) {
                EXPECT_EQ(next.error().kind, ErrorKind::kConflict);
                EXPECT_NE(next.error().message.find(retail::to_string(kStates[row])),
                          std::string::npos);
            }
        }
    }
}

TEST(PurchaseOrder, ValueIsExactAndCountsWhatHasNoCost) {
    PurchaseOrder order;
    order.lines = {line("tea", 24, 11'000), line("novel", 3, std::nullopt)};
    order.lines.push_back({"ham", Quantity{1'005}, {}, {}, {}, {}, UnitPrice{33'333}});
    EXPECT_EQ(value_of(order).known.ten_millionths, 24'000 * 11'000 + 1'005 * 33'333);
    EXPECT_EQ(value_of(order).unpriced_lines, 1U);
}

TEST(PurchaseOrder, ALimitHoldsForTheWholeOrderToTheLastDigit) {
    const OrderValue value{retail::Revenue{1'000'000'000}, 0};  // 100
    EXPECT_TRUE(check_limit(value, std::nullopt, "administrator"));
    EXPECT_TRUE(check_limit(value, retail::Revenue{1'000'000'000}, "store_manager"));
    const auto beyond = check_limit(value, retail::Revenue{999'999'999}, "store_manager");
    ASSERT_FALSE(beyond);
    EXPECT_EQ(beyond.error().kind, ErrorKind::kForbidden);
    EXPECT_NE(beyond.error().message.find("99.9999999"), std::string::npos);
    EXPECT_NE(beyond.error().message.find("comes to 100"), std::string::npos);
    EXPECT_FALSE(check_limit({}, retail::Revenue{}, "analyst"));
    EXPECT_FALSE(check_limit({retail::Revenue{1}, 1}, retail::Revenue{10}, "store_manager"));
    EXPECT_TRUE(check_limit({retail::Revenue{1}, 1}, std::nullopt, "administrator"));
}

TEST(PurchaseOrder, QuantitiesAreWholePacksAndEnoughForTheSupplier) {
    EXPECT_TRUE(check_quantity({24'000}, 12, {12'000}));
    EXPECT_TRUE(check_quantity({0}, 12, {12'000}));
    EXPECT_TRUE(check_quantity({1'250}, 0, {}));
    EXPECT_FALSE(check_quantity({13'000}, 12, {}));
    EXPECT_FALSE(check_quantity({12'500}, 1, {}));
    EXPECT_FALSE(check_quantity({12'000}, 12, {24'000}));
    EXPECT_FALSE(check_quantity({-12'000}, 12, {}));
    EXPECT_FALSE(check_quantity({Quantity::kMax + 1}, 0, {}));
    EXPECT_TRUE(check_quantity({4'294'967'295'000 % Quantity::kMax}, 0, {}));
}

TEST(PurchaseOrder, ADraftTakesEachProductOnceInOrder) {
    PurchaseOrder order;
    EXPECT_TRUE(add_line(order, line("tea", 24), 20'780));
    EXPECT_TRUE(add_line(order, line("bread", 6), 20'778));
    EXPECT_TRUE(add_line(order, line("ham", 1), std::nullopt));
    EXPECT_EQ(order.expected_date, 20'780);
    ASSERT_EQ(order.lines.size(), 3U);
    EXPECT_EQ(order.lines[0].product_id, "bread");
    EXPECT_EQ(order.lines[2].product_id, "tea");
    EXPECT_FALSE(add_line(order, line("tea", 12), std::nullopt));
    order.state = kApproved;
    const auto late = add_line(order, line("milk", 12), std::nullopt);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().kind, ErrorKind::kConflict);
    EXPECT_EQ(order.lines.size(), 3U);
}

TEST(PurchaseOrder, ReceiptsStateTotalsAndCloseTheOrder) {
    PurchaseOrder order = sent_order();
    EXPECT_TRUE(apply_receipt(order, {{"tea", {12'000}}}, kNow + 2).value());
    EXPECT_EQ(order.state, kPartlyReceived);
    EXPECT_EQ(to_come(order.lines[1]), (Quantity{12'000}));
    EXPECT_FALSE(apply_receipt(order, {{"tea", {12'000}}}, kNow + 3).value());
    EXPECT_EQ(apply_receipt(order, {{"tea", {11'000}}}, kNow).error().kind, ErrorKind::kConflict);
    EXPECT_EQ(apply_receipt(order, {{"milk", {1}}}, kNow).error().kind, ErrorKind::kNotFound);
    EXPECT_TRUE(apply_receipt(order, {{"tea", {25'000}}, {"bread", {6'000}}}, kNow + 4).value());
    EXPECT_EQ(order.state, kReceived);
    EXPECT_EQ(order.closed_at_us, kNow + 4);
    EXPECT_EQ(to_come(order.lines[1]), Quantity{});
    const PurchaseOrder closed = order;
    EXPECT_FALSE(apply_receipt(order, {{"tea", {25'000}}}, kNow + 9).value());
    EXPECT_EQ(order, closed);
}

TEST(PurchaseOrder, EverythingIsWhatIsStillToCome) {
    PurchaseOrder order = sent_order();
    order.lines[1].fell_short = {4'000};
    order.lines[0].arrived = {6'000};
    EXPECT_EQ(everything_of(order), (std::vector<Receipt>{{"tea", {20'000}}}));
    EXPECT_TRUE(apply_receipt(order, everything_of(order), kNow).value());
    EXPECT_EQ(order.state, kReceived);
    EXPECT_TRUE(everything_of(order).empty());
}

TEST(PurchaseOrder, AReceiptWithAMistakeBooksNothing) {
    PurchaseOrder order = sent_order();
    const PurchaseOrder before = order;
    EXPECT_FALSE(apply_receipt(order, {{"tea", {12'000}}, {"milk", {1'000}}}, kNow));
    EXPECT_EQ(order, before);
}

TEST(PurchaseOrder, MessagesAndStatementsAreTwoReportsOfTheSameGoods) {
    PurchaseOrder order = sent_order();
    EXPECT_TRUE(apply_receipt(order, {{"tea", {20'000}}}, kNow).value());
    EXPECT_TRUE(
        apply_shipments(order, {{"tea", {24'000}, {20'000}, {}}, {"milk", {1}, {1}, {1}}}, kNow));
    EXPECT_EQ(came_in(order.lines[1]), (Quantity{20'000}));
    EXPECT_EQ(to_come(order.lines[1]), (Quantity{4'000}));
    EXPECT_FALSE(apply_shipments(order, {{"tea", {24'000}, {20'000}, {}}}, kNow));
    EXPECT_TRUE(apply_shipments(
        order, {{"tea", {24'000}, {20'000}, {4'000}}, {"bread", {}, {6'000}, {}}}, kNow + 1));
    EXPECT_EQ(order.state, kReceived);
    // What is heard later is written down and opens nothing.
    EXPECT_TRUE(apply_shipments(order, {{"tea", {24'000}, {20'000}, {}}}, kNow + 2));
    EXPECT_EQ(order.state, kReceived);
    EXPECT_EQ(order.closed_at_us, kNow + 1);
}

TEST(PurchaseOrder, MessagesBeforeItWasSentAreNotItsOwn) {
    PurchaseOrder order;
    order.lines = {line("tea", 24)};
    EXPECT_FALSE(apply_shipments(order, {{"tea", {24'000}, {24'000}, {}}}, kNow));
    EXPECT_EQ(order.state, kDraft);
}

TEST(PurchaseOrder, ASupplierWhoDeliversNothingCancels) {
    PurchaseOrder order = sent_order();
    EXPECT_TRUE(
        apply_shipments(order, {{"tea", {}, {}, {24'000}}, {"bread", {}, {}, {6'000}}}, kNow));
    EXPECT_EQ(order.state, kCancelled);
}

// Any sequence of actions: what is closed stays closed, a repetition changes nothing, a refusal
// changes nothing, and an order is received exactly when nothing is to come of it.
TEST(PurchaseOrder, NoSequenceOfActionsBreaksTheBooks) {
    constexpr std::uint64_t kSeed = 20'261'129;
    SCOPED_TRACE(testing::Message() << "seed " << kSeed);
    std::mt19937_64 random(kSeed);
    const auto below = [&](std::uint64_t limit) { return random() % limit; };
    std::size_t received = 0;
    for (int round = 0; round < 2'000 && !testing::Test::HasFailure(); ++round) {
        PurchaseOrder order;
        order.lines = {line("bread", 1 + static_cast<std::int64_t>(below(3))),
                       line("tea", 1 + static_cast<std::int64_t>(below(3)))};
        for (int step = 0; step < 12; ++step) {
            const PurchaseOrder before = order;
            const auto act = [&](PurchaseOrder& on, std::uint64_t choice,
                                 std::int64_t units) -> Result<bool> {
                if (choice < kActions.size()) {
                    return kActions[choice] == OrderAction::kReceive
                               ? apply_receipt(on, {{"tea", {units}}, {"bread", {units}}}, kNow)
                               : apply_action(on, kActions[choice], "ann", kNow);
                }
                return apply_shipments(on, {{"tea", {units}, {units}, {units / 2}}}, kNow);
            };
            const std::uint64_t choice = below(kActions.size() + 1);
            const auto units = static_cast<std::int64_t>(below(4)) * 1'000;
            const auto done = act(order, choice, units);
            EXPECT_EQ(order != before, done.value_or(false));
            const PurchaseOrder after = order;
            EXPECT_FALSE(act(order, choice, units).value_or(false)) << "choice " << choice;
            EXPECT_EQ(order, after);
            if (is_closed(before.state)) {
                EXPECT_EQ(order.state, before.state);
            }
            if (order.state == kPartlyReceived || order.state == kReceived) {
                EXPECT_GT(order.sent_at_us, 0);
            }
            if (is_on_order(order.state)) {
                EXPECT_TRUE(std::ranges::any_of(
                    order.lines, [](const auto& one) { return to_come(one) > Quantity{}; }));
            }
        }
        received += order.state == kReceived ? 1U : 0U;
    }
    EXPECT_GT(received, 20U);  // The walk gets there.
}

}  // namespace
}  // namespace shelfcast::replenishment
