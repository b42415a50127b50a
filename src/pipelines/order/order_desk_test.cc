#include "pipelines/order/order_desk.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "adapters/memory/memory_order_store.h"
#include "ports/test_hand_clock.h"

namespace shelfcast::order {
namespace {

using ports::OrderAct;
using ports::OrderActor;
using retail::OrderAction;
using retail::OrderId;
using retail::OrderState;
using retail::ProposalKey;
using retail::ProposalState;
using retail::Quantity;

/// 2026-11-22T08:00:00Z.
constexpr std::int64_t kNowUs = 1'795'334'400'000'000;
constexpr std::int32_t kToday = 20'779;

const OrderActor kAnn{"ann", "administrator"};
const OrderActor kBob{"bob", "store_manager"};
const OrderActor kCarl{"carl", "analyst"};

/// Proposals and shipments as the warehouse's queries give them; keeps the copy of the orders.
class Warehouse final : public ports::QueryRunner, public ports::DerivedTables {
public:
    struct Row {
        std::string supplier = "Tea & Co";
        std::int64_t quantity = 24'000;
        std::optional<std::int64_t> unit_cost = 10'000;
        std::int64_t generated_ms = 1'000;
        std::string terms = R"({"order_up_to":60})";
    };
    struct Shipment {
        std::int64_t announced = 0;
        std::int64_t arrived = 0;
        std::int64_t fell_short = 0;
    };

    Result<retail::ColumnBlock> read_rows(std::string_view sql,
                                          std::span<const retail::ColumnSpec> columns,
                                          const ports::QueryValues& values) override {
        if (is_away) {
            return fail(ErrorKind::kUnavailable, "the warehouse is away");
        }
        retail::ColumnBlock rows = retail::make_block(columns);
        const auto number = [&](std::string_view column, std::int64_t value) {
            rows.data<std::vector<std::int64_t>>(column).push_back(value);
        };
        const auto date = [&](std::string_view column, std::int32_t days) {
            rows.data<std::vector<std::uint16_t>>(column).push_back(
                static_cast<std::uint16_t>(days));
        };
        const auto stock_key = [&](std::uint32_t store, const std::string& product) {
            rows.data<std::vector<std::uint32_t>>("store_id").push_back(store);
            rows.data<retail::TextColumn>("product_id").push_back(product);
        };
        if (columns.back().name == "terms") {
            for (const auto& [product, row] : proposals) {
                const std::string& asked = values.at("product_id");
                if (!asked.empty() && asked != product) {
                    continue;
                }
                stock_key(1, product);
                date("review_date", kToday);
                rows.data<retail::TextColumn>("supplier_name").push_back(row.supplier);
                number("quantity", row.quantity);
                number("least", 0);
                rows.data<std::vector<std::uint32_t>>("pack_size").push_back(12);
                auto& costs = rows.data<retail::NullableInt64>("unit_cost");
                row.unit_cost ? costs.push_back(*row.unit_cost) : costs.push_null();
                date("expected_date", kToday + 3);
                number("generated_ms", row.generated_ms);
                rows.data<retail::TextColumn>("terms").push_back(row.terms);
            }
        } else if (sql.find("order_quantity > 0") != std::string_view::npos) {
            for (const auto& [product, row] : proposals) {
                if (row.quantity > 0) {
                    stock_key(1, product);
                    date("review_date", kToday);
                }
            }
        } else if (columns.back().name == "fell_short") {
            for (const auto& [line, shipment] : shipments) {
                rows.data<retail::TextColumn>("order_number").push_back(line.first);
                stock_key(1, line.second);
                number("announced", shipment.announced);
                number("arrived", shipment.arrived);
                number("fell_short", shipment.fell_short);
            }
        } else {
            EXPECT_EQ(columns.back().name, "uncounted");
            stock_key(1, "tea");
            number("uncounted", 24'000);
        }
        return rows;
    }
    Status compute(std::string_view, const ports::QueryValues&) override {
        return fail(ErrorKind::kInvalidInput, "not asked for");
    }
    Result<std::string> read_parquet(std::string_view, const ports::QueryValues&) override {
        return fail(ErrorKind::kInvalidInput, "not asked for");
    }
    Status put_derived(std::string_view table, const retail::ColumnBlock& rows) override {
        if (is_away) {
            return fail(ErrorKind::kUnavailable, "the warehouse is away");
        }
        for (std::size_t row = 0; row < rows.rows(); ++row) {
            if (table == retail::kPurchaseOrdersTable) {
                copied[std::string(rows.data<retail::TextColumn>("order_number")[row])] =
                    std::string(rows.data<retail::TextColumn>("state")[row]);
            } else {
                EXPECT_EQ(table, retail::kPurchaseOrderLinesTable);
            }
        }
        return {};
    }

    std::map<std::string, Row> proposals = {{"bread", {"Mill"}}, {"milk", {}}, {"tea", {}}};
    std::map<std::pair<std::string, std::string>, Shipment> shipments;
    std::map<std::string, std::string> copied;
    std::atomic<bool> is_away = false;
};

class OrderDeskTest : public testing::Test {
protected:
    void SetUp() override { remake(); }
    void remake(std::int64_t automatic_limit = 0) {
        DeskOptions options;
        options.limits = {{"administrator", std::nullopt},
                          {"store_manager", retail::Revenue{500'000'000}},  // 50
                          {"analyst", retail::Revenue{}}};
        options.automatic_limit = retail::Revenue{automatic_limit};
        desk_ = std::make_unique<OrderDesk>(DeskPorts{store_, warehouse_, warehouse_, clock_},
                                            std::move(options));
    }
    static ProposalKey key(std::string product) { return {StoreId{1}, std::move(product), kToday}; }
    template <typename T>
    static T value(Result<T> result) {
        EXPECT_TRUE(result) << result.error().message;
        return result ? std::move(*result) : T{};
    }
    template <typename T>
    static void expect_error(const Result<T>& result, ErrorKind kind, std::string_view named) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().kind, kind) << result.error().message;
        EXPECT_NE(result.error().message.find(named), std::string::npos) << result.error().message;
    }
    ports::ProposalAnswer approve(const std::string& product, const OrderActor& actor = kAnn) {
        return value(desk_->approve(actor, key(product), {}, {}));
    }
    Result<ports::OrderAnswer> act(OrderId id, OrderAction action, const OrderActor& by = kAnn) {
        OrderAct wanted;
        wanted.action = action;
        return desk_->act(by, id, wanted);
    }
    OrderId sent_order() {
        const OrderId id = approve("tea").proposal.order;
        value(act(id, OrderAction::kApprove));
        value(act(id, OrderAction::kSend));
        return id;
    }

    adapters::MemoryOrderStore store_;
    Warehouse warehouse_;
    ports::HandClock clock_{kNowUs};
    std::unique_ptr<OrderDesk> desk_;
};

TEST_F(OrderDeskTest, ApprovedLinesOfAStoreSupplierAndDateMakeOneDraft) {
    const auto tea = approve("tea");
    EXPECT_TRUE(tea.changed);
    EXPECT_EQ(tea.proposal.state, ProposalState::kApproved);
    const auto milk = approve("milk");
    const auto bread = approve("bread");
    EXPECT_EQ(tea.proposal.order, milk.proposal.order);
    EXPECT_NE(tea.proposal.order, bread.proposal.order);
    const auto story = value(desk_->order(tea.proposal.order));
    EXPECT_EQ(story.order.state, OrderState::kDraft);
    EXPECT_EQ(story.order.supplier, "Tea & Co");
    EXPECT_EQ(story.order.expected_date, kToday + 3);
    ASSERT_EQ(story.order.lines.size(), 2U);
    EXPECT_EQ(story.order.lines[0].product_id, "milk");
    EXPECT_EQ(story.events.size(), 2U);
    EXPECT_EQ(warehouse_.copied.size(), 2U);
    EXPECT_EQ(value(desk_->uncounted(StoreId{1}, "tea")), 24'000);
    EXPECT_EQ(value(desk_->uncounted(StoreId{2}, "tea")), 0);
}

TEST_F(OrderDeskTest, ApprovingTwiceMakesOneOrderAndTellsWhoDid) {
    const auto first = approve("tea");
    clock_.at_us += 1'000'000;
    const auto second = approve("tea", kBob);
    EXPECT_FALSE(second.changed);
    EXPECT_EQ(second.proposal.order, first.proposal.order);
    EXPECT_EQ(second.proposal.decided_by, "ann");
    EXPECT_EQ(value(desk_->orders({})).size(), 1U);
    EXPECT_EQ(value(desk_->order(first.proposal.order)).events.size(), 1U);
    expect_error(desk_->approve(kBob, key("tea"), {Quantity{12'000}, {}}, {}), ErrorKind::kConflict,
                 "12 were seen");
    expect_error(desk_->reject(kBob, key("tea"), {}), ErrorKind::kConflict, "approved by ann");
}

TEST_F(OrderDeskTest, AnApprovalKeepsWhatTheApproverSawWhateverIsComputedLater) {
    value(desk_->edit(kBob, key("tea"), {36'000}, {"a fair", "r1"}));
    const auto shown = value(desk_->proposals(StoreId{1}, kToday)).at(2);
    EXPECT_EQ(shown.state, ProposalState::kEdited);
    EXPECT_EQ(shown.quantity, (Quantity{36'000}));
    EXPECT_EQ(shown.proposed, (Quantity{24'000}));
    EXPECT_TRUE(approve("tea").changed);
    warehouse_.proposals["tea"] = {"Tea & Co", 48'000, 20'000, 9'000, R"({"order_up_to":99})"};
    const auto kept = value(desk_->proposals(StoreId{1}, kToday)).at(2);
    EXPECT_EQ(kept.quantity, (Quantity{36'000}));
    EXPECT_NE(kept.seen.find(R"("quantity":36,)"), std::string::npos) << kept.seen;
    EXPECT_NE(kept.seen.find(R"("state":"edited")"), std::string::npos) << kept.seen;
    EXPECT_NE(kept.seen.find(R"("decided_by":"bob","role":"store_manager")"), std::string::npos);
    EXPECT_NE(kept.seen.find(R"("terms":{"order_up_to":60})"), std::string::npos) << kept.seen;
    const auto story = value(desk_->order(kept.order));
    EXPECT_EQ(story.order.lines[0].ordered, (Quantity{36'000}));
    EXPECT_EQ(story.order.lines[0].unit_cost, retail::UnitPrice{10'000});
    EXPECT_EQ(story.events.at(0).seen, kept.seen);
    EXPECT_EQ(story.events[0].actor, "ann");
    EXPECT_EQ(story.events[0].role, "administrator");
    EXPECT_EQ(story.events[0].at_us, kNowUs);
}

TEST_F(OrderDeskTest, WhatChangedSinceItWasSeenIsNotApproved) {
    warehouse_.proposals["tea"].generated_ms = 2'000;
    expect_error(desk_->approve(kAnn, key("tea"), {{}, 1'000}, {}), ErrorKind::kConflict,
                 "computed anew");
    expect_error(desk_->approve(kAnn, key("tea"), {Quantity{12'000}, {}}, {}), ErrorKind::kConflict,
                 "24 units, and 12 were seen");
    EXPECT_TRUE(value(desk_->approve(kAnn, key("tea"), {Quantity{24'000}, 2'000}, {})).changed);
}

TEST_F(OrderDeskTest, ALateRepetitionOfAnEditDoesNotTakeTheNextOneBack) {
    EXPECT_TRUE(value(desk_->edit(kAnn, key("tea"), {36'000}, {"", "r1"})).changed);
    EXPECT_TRUE(value(desk_->edit(kAnn, key("tea"), {48'000}, {"", "r2"})).changed);
    const auto late = value(desk_->edit(kAnn, key("tea"), {36'000}, {"", "r1"}));
    EXPECT_FALSE(late.changed);
    EXPECT_EQ(late.proposal.quantity, (Quantity{48'000}));
    EXPECT_FALSE(value(desk_->edit(kAnn, key("tea"), {48'000}, {})).changed);
    expect_error(desk_->edit(kAnn, key("milk"), {12'000}, {"", "r1"}), ErrorKind::kConflict, "r1");
    expect_error(desk_->reject(kAnn, key("tea"), {"", "r2"}), ErrorKind::kConflict, "edit by ann");
}

TEST_F(OrderDeskTest, WhatCannotBeDecidedIsRefusedByName) {
    expect_error(desk_->approve(kAnn, key("novel"), {}, {}), ErrorKind::kNotFound, "novel");
    expect_error(desk_->approve(kAnn, key(""), {}, {}), ErrorKind::kNotFound, "nothing");
    expect_error(desk_->edit(kAnn, key("tea"), {13'000}, {}), ErrorKind::kInvalidInput,
                 "packs of 12");
    value(desk_->edit(kAnn, key("tea"), {0}, {}));
    expect_error(desk_->approve(kAnn, key("tea"), {}, {}), ErrorKind::kConflict, "no units");
    EXPECT_TRUE(value(desk_->reject(kAnn, key("milk"), {"too much", ""})).changed);
    EXPECT_FALSE(value(desk_->reject(kBob, key("milk"), {})).changed);
    expect_error(desk_->approve(kAnn, key("milk"), {}, {}), ErrorKind::kConflict,
                 "rejected by ann");
    expect_error(desk_->edit(kAnn, key("milk"), {24'000}, {}), ErrorKind::kConflict, "rejected");
    EXPECT_TRUE(value(desk_->orders({})).empty());
    expect_error(desk_->order(OrderId{9}), ErrorKind::kNotFound, "PO-000009");
}

TEST_F(OrderDeskTest, ALimitHoldsForTheWholeOrder) {
    approve("tea", kBob);  // 24 of 50
    approve("milk", kBob);
    warehouse_.proposals["ham"] = {};
    expect_error(desk_->approve(kBob, key("ham"), {}, {}), ErrorKind::kForbidden, "comes to 72");
    const OrderId id = approve("ham").proposal.order;
    expect_error(act(id, OrderAction::kApprove, kBob), ErrorKind::kForbidden, "up to 50");
    value(act(id, OrderAction::kApprove));
    EXPECT_TRUE(value(act(id, OrderAction::kSend, kBob)).changed);
    warehouse_.proposals["bread"].unit_cost = std::nullopt;
    expect_error(desk_->approve(kBob, key("bread"), {}, {}), ErrorKind::kForbidden, "cost");
    for (const auto& done :
         {desk_->approve(kCarl, key("bread"), {}, {}),
          desk_->edit(kCarl, key("bread"), {12'000}, {}), desk_->reject(kCarl, key("bread"), {})}) {
        expect_error(done, ErrorKind::kForbidden, "analyst");
    }
    expect_error(act(id, OrderAction::kConfirm, kCarl), ErrorKind::kForbidden, "analyst");
    expect_error(act(id, OrderAction::kCancel, {"eve", "stranger"}), ErrorKind::kForbidden,
                 "stranger");
}

TEST_F(OrderDeskTest, AnOrderGoesThroughItsStatesAndEveryStepTwiceIsOne) {
    const OrderId id = approve("tea").proposal.order;
    expect_error(act(id, OrderAction::kSend), ErrorKind::kConflict, "is a");
    for (const OrderAction action : {OrderAction::kApprove, OrderAction::kSend,
                                     OrderAction::kConfirm, OrderAction::kReceive}) {
        const auto first = value(act(id, action));
        EXPECT_TRUE(first.changed) << retail::to_string(action);
        EXPECT_EQ(value(desk_->order(id)).order, first.order);
        const auto second = value(act(id, action, kBob));
        EXPECT_FALSE(second.changed) << retail::to_string(action);
        EXPECT_EQ(second.order, first.order);
    }
    const auto story = value(desk_->order(id));
    EXPECT_EQ(story.order.state, OrderState::kReceived);
    ASSERT_EQ(story.events.size(), 5U);
    EXPECT_NE(story.events[4].seen.find(R"("state":"confirmed")"), std::string::npos);
    EXPECT_EQ(warehouse_.copied.at(retail::order_number(id)), "received");
    expect_error(act(id, OrderAction::kCancel), ErrorKind::kConflict, "received");
}

TEST_F(OrderDeskTest, AnApprovedOrderTakesNoMoreLinesAndTheNextMakesAnother) {
    const OrderId first = sent_order();
    const OrderId second = approve("milk").proposal.order;
    EXPECT_NE(first, second);
    EXPECT_EQ(value(desk_->order(first)).order.lines.size(), 1U);
}

TEST_F(OrderDeskTest, ASupplierMayMoveTheDate) {
    const OrderId id = sent_order();
    OrderAct confirm;
    confirm.action = OrderAction::kConfirm;
    confirm.expected_date = kToday + 7;
    EXPECT_TRUE(value(desk_->act(kAnn, id, confirm)).changed);
    EXPECT_FALSE(value(desk_->act(kAnn, id, confirm)).changed);
    confirm.expected_date = kToday + 9;
    EXPECT_TRUE(value(desk_->act(kAnn, id, confirm)).changed);
    EXPECT_EQ(value(desk_->order(id)).order.expected_date, kToday + 9);
}

TEST_F(OrderDeskTest, MessagesOfItsShipmentsCloseAnOrder) {
    const OrderId id = sent_order();
    const std::string number = retail::order_number(id);
    warehouse_.shipments[{number, "tea"}] = {24'000, 12'000, 0};
    ASSERT_TRUE(desk_->look(kNowUs, {}));
    EXPECT_EQ(warehouse_.copied.at(number), "partly_received");
    ASSERT_TRUE(desk_->look(kNowUs, {}));
    EXPECT_EQ(value(desk_->order(id)).events.size(), 4U);
    warehouse_.shipments[{number, "tea"}] = {24'000, 22'000, 2'000};
    const auto story = value(desk_->order(id));  // Whoever looks at it hears at once.
    EXPECT_EQ(story.order.state, OrderState::kReceived);
    EXPECT_EQ(story.events.back().actor, "supplier-shipments");
}

TEST_F(OrderDeskTest, APersonAndAMessageReportTheSameGoods) {
    const OrderId id = sent_order();
    warehouse_.shipments[{retail::order_number(id), "tea"}] = {24'000, 12'000, 0};
    OrderAct receive;
    receive.action = OrderAction::kReceive;
    receive.receipts = {{"tea", {12'000}}};
    EXPECT_TRUE(value(desk_->act(kAnn, id, receive)).changed);
    EXPECT_EQ(value(desk_->order(id)).order.state, OrderState::kPartlyReceived);
    receive.receipts = {};
    const auto rest = value(desk_->act(kAnn, id, receive));
    EXPECT_EQ(rest.order.lines[0].received, (Quantity{24'000}));
    EXPECT_EQ(rest.order.state, OrderState::kReceived);
}

TEST_F(OrderDeskTest, TheCopyCatchesUpWhenTheWarehouseWasAway) {
    const OrderId id = approve("tea").proposal.order;
    warehouse_.is_away = true;
    EXPECT_TRUE(value(act(id, OrderAction::kApprove)).changed);
    EXPECT_EQ(warehouse_.copied.at(retail::order_number(id)), "draft");
    EXPECT_FALSE(desk_->look(kNowUs, {}));
    warehouse_.is_away = false;
    ASSERT_TRUE(desk_->look(kNowUs, {}));
    EXPECT_EQ(warehouse_.copied.at(retail::order_number(id)), "approved");
    // Another process begins with an empty warehouse.
    warehouse_.copied.clear();
    remake();
    ASSERT_TRUE(desk_->look(kNowUs, {}));
    EXPECT_EQ(warehouse_.copied.size(), 1U);
}

TEST_F(OrderDeskTest, NothingIsApprovedWithoutAPersonUnlessAskedFor) {
    ASSERT_TRUE(desk_->look(kNowUs, {}));
    EXPECT_TRUE(value(desk_->orders({})).empty());
}

TEST_F(OrderDeskTest, SmallProposalsAreApprovedWithoutAPersonUpToTheLimit) {
    warehouse_.proposals["free"].unit_cost = std::nullopt;
    warehouse_.proposals["none"].quantity = 0;
    value(desk_->edit(kAnn, key("bread"), {12'000}, {}));
    remake(300'000'000);  // 30: one line of 24 of a supplier.
    ASSERT_TRUE(desk_->look(kNowUs, {}));
    const auto orders = value(desk_->orders({}));
    ASSERT_EQ(orders.size(), 1U);
    EXPECT_EQ(orders[0].state, OrderState::kDraft);  // A person completes and sends it.
    ASSERT_EQ(orders[0].lines.size(), 1U);
    EXPECT_EQ(orders[0].lines[0].product_id, "milk");
    EXPECT_EQ(value(desk_->order(orders[0].id)).events.at(0).role, "automatic");
    ASSERT_TRUE(desk_->look(kNowUs, {}));
    EXPECT_EQ(value(desk_->orders({})), orders);
}

TEST_F(OrderDeskTest, OfConcurrentApprovalsOneWinsAndTheOthersAreTold) {
    constexpr int kThreads = 8;
    for (int product = 0; product < 6; ++product) {
        const std::string name = "p" + std::to_string(product);
        warehouse_.proposals[name] = {};
    }
    for (int product = 0; product < 6; ++product) {
        const std::string name = "p" + std::to_string(product);
        std::atomic<int> won = 0;
        std::atomic<int> told = 0;
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < kThreads; ++i) {
                threads.emplace_back([&, i] {
                    const auto done = desk_->approve({"user " + std::to_string(i), "administrator"},
                                                     key(name), {}, {});
                    ASSERT_TRUE(done) << done.error().message;
                    (done->changed ? won : told) += 1;
                });
            }
        }
        EXPECT_EQ(won, 1);
        EXPECT_EQ(told, kThreads - 1);
    }
    const auto orders = value(desk_->orders({}));
    ASSERT_EQ(orders.size(), 1U);
    EXPECT_EQ(orders[0].lines.size(), 6U);
}

TEST_F(OrderDeskTest, ConcurrentApprovalsOfOneSupplierLoseNoLine) {
    for (int i = 0; i < 8; ++i) {
        warehouse_.proposals["p" + std::to_string(i)] = {};
    }
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&, i] {
                const auto done = desk_->approve(kAnn, key("p" + std::to_string(i)), {}, {});
                EXPECT_TRUE(done && done->changed) << (done ? "" : done.error().message);
            });
        }
    }
    const auto orders = value(desk_->orders({}));
    ASSERT_EQ(orders.size(), 1U);
    EXPECT_EQ(orders[0].lines.size(), 8U);
}

}  // namespace
}  // namespace shelfcast::order
