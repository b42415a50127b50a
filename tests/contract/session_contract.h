#pragma once

/// \file tests/contract/session_contract.h
/// What every operational store keeps of the sessions of the speed layer, and of locks between
/// processes. Include it beside operational_store_contract.h: the tests are of the same suite.

#include <atomic>
#include <latch>
#include <optional>
#include <thread>
#include <vector>

#include "tests/contract/operational_store_contract.h"

namespace shelfcast::contract {

TEST_P(OperationalStoreContract, ASessionIsBegunOnceAndVerified) {
    EXPECT_EQ(value(epochs().session()), ports::SpeedSession{});
    EXPECT_EQ(value(epochs().begin_session(SessionId{0})), SessionId{1});
    EXPECT_EQ(value(epochs().session()), (ports::SpeedSession{SessionId{1}, std::nullopt}));
    expect_error(epochs().begin_session(SessionId{0}), ErrorKind::kConflict, "session 1");
    expect_error(epochs().mark_verified(SessionId{2}, 7), ErrorKind::kConflict, "session 2");
    ok(epochs().mark_verified(SessionId{1}, 1'700'000'000));
    harness_->reopen();
    EXPECT_EQ(value(epochs().session()), (ports::SpeedSession{SessionId{1}, 1'700'000'000}));
    EXPECT_EQ(value(epochs().begin_session(SessionId{1})), SessionId{2});
    EXPECT_EQ(value(epochs().session()), (ports::SpeedSession{SessionId{2}, std::nullopt}));
    expect_error(epochs().mark_verified(SessionId{1}, 7), ErrorKind::kConflict, "session 1");
}

TEST_P(OperationalStoreContract, WhatIsOfAnOlderSessionIsRefused) {
    const auto flush = value(epochs().write_down(draft({range(0, 0, 1)}), SessionId{0}));
    value(epochs().begin_session(SessionId{0}));
    expect_error(epochs().write_down(draft({range(0, 1, 2)}), SessionId{0}),
                 ErrorKind::kUnavailable, "session 1");
    expect_error(epochs().mark_done(flush.id, SessionId{0}), ErrorKind::kUnavailable, "session 1");
    EXPECT_EQ(value(epochs().undone_flushes(EpochId{1})), std::vector{flush});
    EXPECT_EQ(value(epochs().written_ends()), std::vector{cut(0, 1)});
    ok(epochs().mark_done(flush.id, SessionId{1}));
    EXPECT_TRUE(value(epochs().undone_flushes(EpochId{1})).empty());
    value(epochs().write_down(draft({range(0, 1, 2)}), SessionId{1}));
}

TEST_P(OperationalStoreContract, ManyWhoBeginASessionAfterTheSameOneBeginOne) {
    constexpr int kThreads = 4;
    std::atomic<int> begun{0};
    std::latch start(kThreads);
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < kThreads; ++thread) {
            threads.emplace_back([&] {
                start.arrive_and_wait();
                const auto session = epochs().begin_session(SessionId{0});
                begun += session ? 1 : 0;
                if (!session) {
                    EXPECT_EQ(session.error().kind, ErrorKind::kConflict)
                        << session.error().message;
                }
            });
        }
    }
    EXPECT_EQ(begun, 1);
    EXPECT_EQ(value(epochs().session()).id, SessionId{1});
}

TEST_P(OperationalStoreContract, ALockIsOnesUntilItGoes) {
    auto held = harness_->locks().try_lock("verification");
    ASSERT_TRUE(held) << held.error().message;
    ok((*held)->check());
    expect_error(harness_->locks().try_lock("verification"), ErrorKind::kBusy, "verification");
    EXPECT_TRUE(harness_->locks().try_lock("another"));
    held->reset();
    EXPECT_TRUE(harness_->locks().try_lock("verification"));
}

}  // namespace shelfcast::contract
