#pragma once

/// \file tests/contract/order_store_contract.h
/// What every adapter of ports/order_store.h keeps. An adapter's test makes the factory and says
/// INSTANTIATE_TEST_SUITE_P(Name, OrderStoreContract, testing::Values(factory)).

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ports/order_store.h"

namespace shelfcast::contract {

/// An empty store of its own; its storage goes with it.
class OrderStoreHarness {
public:
    virtual ~OrderStoreHarness() = default;
    virtual ports::OrderStore& orders() = 0;
    /// Ends the store and opens it again on the same storage.
    virtual void reopen() = 0;
};

using OrderStoreFactory = std::function<std::unique_ptr<OrderStoreHarness>()>;

class OrderStoreContract : public testing::TestWithParam<OrderStoreFactory> {
protected:
    void SetUp() override {
        harness_ = GetParam()();
        ASSERT_NE(harness_, nullptr);
    }

    template <typename T>
    static T value(Result<T> result) {
        EXPECT_TRUE(result) << result.error().message;
        return result ? std::move(*result) : T{};
    }
    static void ok(const Status& status) { EXPECT_TRUE(status) << status.error().message; }
    template <typename T>
    static void expect_conflict(const Result<T>& result) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().kind, ErrorKind::kConflict) << result.error().message;
    }

    static constexpr std::int64_t kNow = 1'795'000'000'000'000;
    static constexpr std::int32_t kDate = 20'776;

    static retail::ProposalKey key(std::string product = "tea", std::uint32_t store = 1) {
        return {StoreId{store}, std::move(product), kDate};
    }
    static retail::OrderLine line(std::string product = "tea") {
        return {std::move(product),       retail::Quantity{12'000}, retail::Quantity{1},
                retail::Quantity{2},      retail::Quantity{3},      retail::Quantity{4},
                retail::UnitPrice{11'000}};
    }
    static retail::PurchaseOrder draft(std::uint32_t store = 1, std::string supplier = "Tea & Co") {
        retail::PurchaseOrder order;
        order.store = StoreId{store};
        order.supplier = std::move(supplier);
        order.review_date = kDate;
        order.created_at_us = kNow;
        order.lines = {line()};
        return order;
    }
    static retail::OrderEvent event(std::string action = "approve", std::string request_id = "") {
        retail::OrderEvent made;
        made.action = std::move(action);
        made.actor = "ann";
        made.role = "store_manager";
        made.at_us = kNow;
        made.request_id = std::move(request_id);
        return made;
    }
    static retail::ProposalDecision decision(const retail::ProposalKey& of) {
        retail::ProposalDecision made;
        made.key = of;
        made.state = retail::ProposalState::kApproved;
        made.quantity = {12'000};
        made.decided_by = "ann";
        made.role = "store_manager";
        made.decided_at_us = kNow;
        made.note = "a school's \"fair\"";
        made.seen = R"({"order_quantity":12.000})";
        return made;
    }

    ports::OrderStore& orders() { return harness_->orders(); }
    retail::OrderId put(const retail::PurchaseOrder& order) {
        return value(orders().put_order_change({std::nullopt, order, event()}));
    }
    retail::PurchaseOrder kept(retail::OrderId id) {
        const auto found = value(orders().find_order(id));
        EXPECT_TRUE(found) << "order " << id.value;
        return found.value_or(retail::PurchaseOrder{});
    }

    std::unique_ptr<OrderStoreHarness> harness_;
};

TEST_P(OrderStoreContract, NothingIsKnownAtFirst) {
    EXPECT_EQ(value(orders().find_order(retail::OrderId{1})), std::nullopt);
    EXPECT_EQ(value(orders().find_draft(StoreId{1}, "Tea & Co", kDate)), std::nullopt);
    EXPECT_EQ(value(orders().find_decision(key())), std::nullopt);
    EXPECT_TRUE(value(orders().orders({})).empty());
    EXPECT_TRUE(value(orders().unmirrored_orders(10)).empty());
    EXPECT_EQ(value(orders().find_request("")), std::nullopt);
    EXPECT_EQ(value(orders().find_request("r1")), std::nullopt);
}

TEST_P(OrderStoreContract, AnApprovalIsKeptWholeWithWhatWasSeen) {
    retail::OrderEvent done = event("approve", "r1");
    done.proposal = key();
    done.note = "line\nbreak";
    done.seen = R"({"on_hand_units":36.500,"reason":"caf\u00e9"})";
    const retail::OrderId id = value(orders().put_order_change({decision(key()), draft(), done}));
    EXPECT_GT(id.value, 0U);
    harness_->reopen();
    retail::PurchaseOrder order = draft();
    order.id = id;
    order.revision = 1;
    EXPECT_EQ(value(orders().find_order(id)), order);
    EXPECT_EQ(value(orders().find_draft(StoreId{1}, "Tea & Co", kDate)), order);
    retail::ProposalDecision decided = decision(key());
    decided.revision = 1;
    decided.order = id;  // The event's and the decision's order is the new one.
    EXPECT_EQ(value(orders().find_decision(key())), decided);
    done.order = id;
    EXPECT_EQ(value(orders().order_events(id)), (std::vector<retail::OrderEvent>{done}));
    EXPECT_EQ(value(orders().proposal_events(key())), (std::vector<retail::OrderEvent>{done}));
    EXPECT_EQ(value(orders().find_request("r1")), done);
    EXPECT_TRUE(value(orders().proposal_events(key("coffee"))).empty());
}

TEST_P(OrderStoreContract, EveryFieldOfAnOrderComesBack) {
    retail::PurchaseOrder order = draft(4'000'000'000U, "");
    order.id = put(order);
    order.revision = 1;
    order.state = retail::OrderState::kPartlyReceived;
    order.expected_date = kDate + 5;
    order.approved_at_us = kNow + 1;
    order.sent_at_us = kNow + 2;
    order.confirmed_at_us = kNow + 3;
    order.closed_at_us = kNow + 4;
    order.approved_by = "bob";
    order.lines = {line("a"), line("tea")};
    order.lines[0].unit_cost = std::nullopt;
    order.lines[1].ordered = {retail::Quantity::kMax};
    order.lines[1].unit_cost = retail::UnitPrice{retail::UnitPrice::kMax};
    EXPECT_EQ(put(order), order.id);
    order.revision = 2;
    harness_->reopen();
    EXPECT_EQ(kept(order.id), order);
}

TEST_P(OrderStoreContract, AnOldRevisionIsRefusedAndChangesNothing) {
    retail::PurchaseOrder order = draft();
    order.id = put(order);
    order.revision = 1;
    order.state = retail::OrderState::kApproved;
    put(order);
    const retail::PurchaseOrder before = kept(order.id);
    order.state = retail::OrderState::kCancelled;
    order.lines.clear();
    expect_conflict(orders().put_order_change({decision(key()), order, event("cancel", "late")}));
    EXPECT_EQ(kept(order.id), before);
    EXPECT_EQ(value(orders().find_decision(key())), std::nullopt);
    EXPECT_EQ(value(orders().find_request("late")), std::nullopt);
    EXPECT_EQ(value(orders().order_events(order.id)).size(), 2U);
    // The same of a decision.
    value(orders().put_order_change({decision(key()), std::nullopt, event("edit")}));
    expect_conflict(orders().put_order_change({decision(key()), std::nullopt, event("edit")}));
    retail::ProposalDecision again = decision(key());
    again.revision = 1;
    again.state = retail::ProposalState::kRejected;
    value(orders().put_order_change({again, std::nullopt, event("reject")}));
    expect_conflict(orders().put_order_change({again, std::nullopt, event("reject")}));
    EXPECT_EQ(value(orders().find_decision(key()))->state, retail::ProposalState::kRejected);
    EXPECT_EQ(value(orders().find_decision(key()))->revision, 2U);
}

TEST_P(OrderStoreContract, OneDraftTakesTheLinesOfAStoreSupplierAndDate) {
    retail::PurchaseOrder first = draft();
    first.id = put(first);
    expect_conflict(orders().put_order_change({std::nullopt, draft(), event()}));
    put(draft(2));
    put(draft(1, "Mill"));
    first.revision = 1;
    first.state = retail::OrderState::kApproved;
    put(first);
    EXPECT_EQ(value(orders().find_draft(StoreId{1}, "Tea & Co", kDate)), std::nullopt);
    const retail::OrderId second = put(draft());
    EXPECT_GT(second, first.id);
    EXPECT_EQ(value(orders().find_draft(StoreId{1}, "Tea & Co", kDate))->id, second);
}

TEST_P(OrderStoreContract, ARequestIsWrittenDownOnce) {
    value(orders().put_order_change({std::nullopt, draft(), event("approve", "r1")}));
    expect_conflict(orders().put_order_change({std::nullopt, draft(2), event("approve", "r1")}));
    EXPECT_EQ(value(orders().orders({})).size(), 1U);
    // Without an id there is nothing to tell repetitions by.
    value(orders().put_order_change({std::nullopt, draft(2), event("approve")}));
    value(orders().put_order_change({std::nullopt, draft(3), event("approve")}));
    EXPECT_EQ(value(orders().orders({})).size(), 3U);
}

TEST_P(OrderStoreContract, OrdersAreListedNewestFirstByStoreStateAndPage) {
    std::vector<retail::OrderId> ids;
    for (const std::uint32_t store : {1U, 2U, 3U}) {
        ids.push_back(put(draft(store)));
    }
    retail::PurchaseOrder sent = kept(ids[1]);
    sent.state = retail::OrderState::kSent;
    put(sent);
    const auto listed = [&](const ports::OrderFilter& filter) {
        std::vector<retail::OrderId> found;
        for (const retail::PurchaseOrder& order : value(orders().orders(filter))) {
            EXPECT_EQ(order.lines.size(), 1U);
            found.push_back(order.id);
        }
        return found;
    };
    using Ids = std::vector<retail::OrderId>;
    using enum retail::OrderState;
    constexpr auto kAll = std::numeric_limits<std::size_t>::max();
    EXPECT_EQ(listed({{}, {}, {}, kAll}), (Ids{ids[2], ids[1], ids[0]}));
    EXPECT_EQ(listed({StoreId{2}, {}, {}, 10}), (Ids{ids[1]}));
    EXPECT_EQ(listed({{}, {kDraft}, {}, 10}), (Ids{ids[2], ids[0]}));
    EXPECT_EQ(listed({{}, {kSent, kDraft}, {}, 2}), (Ids{ids[2], ids[1]}));
    EXPECT_EQ(listed({{}, {kSent, kDraft}, ids[1], 2}), (Ids{ids[0]}));
    EXPECT_EQ(listed({StoreId{1}, {kSent}, {}, 10}), Ids{});
    EXPECT_EQ(listed({{}, {}, {}, 0}), Ids{});
}

TEST_P(OrderStoreContract, DecisionsOfAStoreAndDateAreListedByProduct) {
    for (const char* const product : {"tea", "Coffee", "apple"}) {
        value(orders().put_order_change({decision(key(product)), std::nullopt, event("reject")}));
    }
    value(orders().put_order_change({decision(key("tea", 2)), std::nullopt, event("reject")}));
    std::vector<std::string> products;
    for (const retail::ProposalDecision& one : value(orders().decisions(StoreId{1}, kDate))) {
        products.push_back(one.key.product_id);
        EXPECT_EQ(one.order, retail::OrderId{});
    }
    EXPECT_EQ(products, (std::vector<std::string>{"Coffee", "apple", "tea"}));
    EXPECT_TRUE(value(orders().decisions(StoreId{1}, kDate + 1)).empty());
}

TEST_P(OrderStoreContract, WhatTheWarehouseLacksIsKnownThroughChangesAndRestarts) {
    const auto lacking = [&](std::size_t limit) {
        std::vector<std::pair<retail::OrderId, std::uint64_t>> found;
        for (const retail::PurchaseOrder& order : value(orders().unmirrored_orders(limit))) {
            found.emplace_back(order.id, order.revision);
        }
        return found;
    };
    using Revisions = std::vector<std::pair<retail::OrderId, std::uint64_t>>;
    const retail::OrderId first = put(draft(1));
    const retail::OrderId second = put(draft(2));
    EXPECT_EQ(lacking(10), (Revisions{{first, 1}, {second, 1}}));
    EXPECT_EQ(lacking(1), (Revisions{{first, 1}}));
    put(kept(first));  // Changed before the copy of revision 1 was made.
    ok(orders().mark_mirrored({{first, 1}, {second, 1}}));
    harness_->reopen();
    EXPECT_EQ(lacking(10), (Revisions{{first, 2}}));
    ok(orders().mark_mirrored({{first, 2}}));
    EXPECT_EQ(lacking(10), Revisions{});
    ok(orders().mark_mirrored({}));
    put(kept(second));
    EXPECT_EQ(lacking(10), (Revisions{{second, 2}}));
    ok(orders().forget_mirrored());
    EXPECT_EQ(lacking(10), (Revisions{{first, 2}, {second, 2}}));
}

TEST_P(OrderStoreContract, OfConcurrentChangesOneWins) {
    constexpr int kThreads = 6;
    constexpr int kRounds = 15;
    const retail::OrderId id = put(draft());
    for (int round = 0; round < kRounds; ++round) {
        const retail::PurchaseOrder before = kept(id);
        std::atomic<int> won = 0;
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < kThreads; ++i) {
                threads.emplace_back([&, i] {
                    retail::PurchaseOrder mine = before;
                    mine.approved_by = std::to_string(i);
                    const auto done = orders().put_order_change({std::nullopt, mine, event()});
                    won += done ? 1 : 0;
                    EXPECT_TRUE(done || done.error().kind == ErrorKind::kConflict)
                        << done.error().message;
                });
            }
        }
        EXPECT_EQ(won, 1);
        EXPECT_EQ(kept(id).revision, before.revision + 1);
    }
    EXPECT_EQ(value(orders().order_events(id)).size(), std::size_t{kRounds} + 1);
}

}  // namespace shelfcast::contract
