#pragma once

/// \file tests/contract/operational_store_contract.h
/// What every adapter of ports/operational_store.h keeps. An adapter's test makes the factory and
/// says INSTANTIATE_TEST_SUITE_P(Name, OperationalStoreContract, testing::Values(factory)).

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ports/operational_store.h"
#include "ports/process_locks.h"

namespace shelfcast::contract {

/// An empty store of its own; its storage goes with it.
class OperationalStoreHarness {
public:
    virtual ~OperationalStoreHarness() = default;
    virtual ports::EpochLedger& epochs() = 0;
    virtual ports::DifferenceBook& differences() = 0;
    virtual ports::StoreDirectory& stores() = 0;
    virtual ports::ReferenceBook& reference() = 0;
    virtual ports::UserDirectory& users() = 0;
    virtual ports::WebSessionBook& sessions() = 0;
    virtual ports::ImportLedger& imports() = 0;
    virtual ports::ReplayLedger& replays() = 0;
    virtual ports::SettingsBook& settings() = 0;
    virtual ports::ProcessLocks& locks() = 0;
    /// Ends the store and opens it again on the same storage.
    virtual void reopen() = 0;
};

using OperationalStoreFactory = std::function<std::unique_ptr<OperationalStoreHarness>()>;

class OperationalStoreContract : public testing::TestWithParam<OperationalStoreFactory> {
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
    static void expect_error(const Result<T>& result, ErrorKind kind, std::string_view named) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().kind, kind) << result.error().message;
        EXPECT_NE(result.error().message.find(named), std::string::npos) << result.error().message;
    }
    static ports::FlushDraft draft(std::vector<ports::LogRange> ranges) {
        return {std::move(ranges), CatalogVersion{1}, {}, {}};
    }
    static ports::LogRange range(std::uint32_t partition, std::int64_t from, std::int64_t to,
                                 std::string topic = "retail_events") {
        return {std::move(topic), PartitionId{partition}, from, to};
    }
    static ports::EpochCut cut(std::uint32_t partition, std::int64_t end,
                               std::string topic = "retail_events") {
        return {std::move(topic), PartitionId{partition}, end};
    }
    static retail::Store store(std::uint32_t id, std::string code,
                               std::string zone = "Europe/London") {
        retail::Store made;
        made.id = StoreId{id};
        made.name = "Store " + code;
        made.code = std::move(code);
        made.city = "Leeds";
        made.region = "North";
        made.country = "GB";
        made.store_type = "city";
        made.square_footage = 12'000;
        made.time_zone = std::move(zone);
        made.currency = "GBP";
        made.latitude = 53.8008;
        made.longitude = -1.5491;
        return made;
    }

    ports::EpochLedger& epochs() { return harness_->epochs(); }
    ports::StoreDirectory& stores() { return harness_->stores(); }
    ports::ReferenceBook& reference() { return harness_->reference(); }

    std::unique_ptr<OperationalStoreHarness> harness_;
};

// --- flushes -----------------------------------------------------------------------------------

TEST_P(OperationalStoreContract, AFlushIsKeptAsItWasWrittenDown) {
    ports::FlushDraft wanted;
    wanted.ranges = {range(3, 7, 12), range(0, 0, 1), range(0, 5, 6, "dead-letters"),
                     range(3, 12, 13)};
    wanted.catalog = CatalogVersion{std::numeric_limits<std::uint64_t>::max()};
    wanted.rows_per_table = {{"events", 6}, {"rejections", 0}};
    wanted.content_hash = {std::numeric_limits<std::uint64_t>::max(), 1};
    const auto written = value(epochs().write_down(wanted, SessionId{}));
    EXPECT_EQ(written.epoch, EpochId{1});
    EXPECT_EQ(written.attempt, 1U);
    EXPECT_FALSE(written.done);
    EXPECT_EQ(written.draft, wanted);
    harness_->reopen();
    EXPECT_EQ(value(epochs().flushes(EpochId{1})), (std::vector<ports::FlushRecord>{written}));
}

TEST_P(OperationalStoreContract, FlushNumbersGrowAndFlushesAreListedInOrder) {
    std::vector<ports::FlushRecord> written;
    for (std::int64_t i = 0; i < 5; ++i) {
        written.push_back(value(epochs().write_down(draft({range(0, i, i + 1)}), SessionId{})));
        if (i > 0) {
            EXPECT_GT(written.back().id, written[written.size() - 2].id);
        }
    }
    EXPECT_EQ(value(epochs().flushes(EpochId{1})), written);
    EXPECT_TRUE(value(epochs().flushes(EpochId{2})).empty());
}

TEST_P(OperationalStoreContract, ARangeMustBeginWhereTheLastOneEnded) {
    ok(Status{});
    value(epochs().write_down(draft({range(0, 100, 200), range(1, 0, 10)}), SessionId{}));
    for (const auto& wrong : {range(0, 199, 210), range(0, 201, 210), range(0, 0, 200)}) {
        expect_error(epochs().write_down(draft({wrong}), SessionId{}), ErrorKind::kConflict,
                     "topic retail_events partition 0");
    }
    // One wrong range and nothing of the flush is kept.
    expect_error(epochs().write_down(draft({range(1, 10, 20), range(0, 1, 2)}), SessionId{}),
                 ErrorKind::kConflict, "200");
    EXPECT_EQ(value(epochs().written_ends()),
              (std::vector<ports::EpochCut>{cut(0, 200), cut(1, 10)}));
    EXPECT_EQ(value(epochs().flushes(EpochId{1})).size(), 1U);
    // The same partition number of another topic is another partition.
    value(epochs().write_down(draft({range(0, 3, 4, "dead-letters"), range(0, 200, 201)}),
                              SessionId{}));
    EXPECT_EQ(value(epochs().written_ends()),
              (std::vector<ports::EpochCut>{cut(0, 4, "dead-letters"), cut(0, 201), cut(1, 10)}));
}

TEST_P(OperationalStoreContract, ADraftThatIsNoFlushIsRefused) {
    expect_error(epochs().write_down(draft({}), SessionId{}), ErrorKind::kInvalidInput, "range");
    for (const auto& wrong : {range(0, 5, 5), range(0, 5, 4), range(0, -1, 4)}) {
        expect_error(epochs().write_down(draft({wrong}), SessionId{}), ErrorKind::kInvalidInput,
                     "topic retail_events partition 0");
    }
    expect_error(epochs().write_down(draft({range(0, 0, 1, "two words")}), SessionId{}),
                 ErrorKind::kInvalidInput, "two words");
    auto table = draft({range(0, 0, 1)});
    table.rows_per_table = {{"a=b", 1}};
    expect_error(epochs().write_down(table, SessionId{}), ErrorKind::kInvalidInput, "a=b");
    EXPECT_TRUE(value(epochs().written_ends()).empty());
}

TEST_P(OperationalStoreContract, DoneAndAttemptsAreKeptPerFlush) {
    const auto first = value(epochs().write_down(draft({range(0, 0, 1)}), SessionId{}));
    const auto second = value(epochs().write_down(draft({range(0, 1, 2)}), SessionId{}));
    EXPECT_EQ(value(epochs().undone_flushes(EpochId{1})).size(), 2U);
    ok(epochs().mark_done(first.id, SessionId{}));
    ok(epochs().mark_done(first.id, SessionId{}));
    EXPECT_EQ(value(epochs().undone_flushes(EpochId{1})), std::vector{second});
    EXPECT_EQ(value(epochs().undone_flushes(EpochId{2})).size(), 0U);
    EXPECT_TRUE(value(epochs().has_flushes(EpochId{1})));
    EXPECT_FALSE(value(epochs().has_flushes(EpochId{2})));
    EXPECT_EQ(value(epochs().next_attempt(second.id)), 2U);
    EXPECT_EQ(value(epochs().next_attempt(second.id)), 3U);
    harness_->reopen();
    const auto flushes = value(epochs().flushes(EpochId{1}));
    ASSERT_EQ(flushes.size(), 2U);
    EXPECT_TRUE(flushes[0].done);
    EXPECT_EQ(flushes[0].attempt, 1U);
    EXPECT_FALSE(flushes[1].done);
    EXPECT_EQ(flushes[1].attempt, 3U);
    expect_error(epochs().mark_done(FlushId{77}, SessionId{}), ErrorKind::kNotFound, "77");
    expect_error(epochs().next_attempt(FlushId{77}), ErrorKind::kNotFound, "77");
}

// --- epochs ------------------------------------------------------------------------------------

TEST_P(OperationalStoreContract, TheFirstEpochIsOneAndOpen) {
    EXPECT_EQ(value(epochs().open_epoch()), EpochId{1});
    EXPECT_TRUE(value(epochs().closing_epochs()).empty());
    expect_error(epochs().cuts(EpochId{1}), ErrorKind::kNotFound, "epoch 1");
    expect_error(epochs().cuts(EpochId{9}), ErrorKind::kNotFound, "epoch 9");
}

TEST_P(OperationalStoreContract, RaisingCutsAtTheWrittenEndsAndOpensTheNext) {
    value(
        epochs().write_down(draft({range(0, 0, 10), range(2, 5, 6, "dead-letters")}), SessionId{}));
    EXPECT_EQ(value(epochs().raise_epoch(0)), EpochId{1});
    EXPECT_EQ(value(epochs().open_epoch()), EpochId{2});
    const auto later =
        value(epochs().write_down(draft({range(0, 10, 20), range(1, 0, 4)}), SessionId{}));
    EXPECT_EQ(later.epoch, EpochId{2});
    harness_->reopen();
    EXPECT_EQ(value(epochs().closing_epochs()), (std::vector<EpochId>{EpochId{1}}));
    EXPECT_EQ(value(epochs().cuts(EpochId{1})),
              (std::vector<ports::EpochCut>{cut(2, 6, "dead-letters"), cut(0, 10)}));
    EXPECT_EQ(value(epochs().raise_epoch(0)), EpochId{2});
    EXPECT_EQ(value(epochs().cuts(EpochId{2})),
              (std::vector<ports::EpochCut>{cut(2, 6, "dead-letters"), cut(0, 20), cut(1, 4)}));
    EXPECT_EQ(value(epochs().flushes(EpochId{1})).size(), 1U);
    EXPECT_EQ(value(epochs().flushes(EpochId{2})).size(), 1U);
}

TEST_P(OperationalStoreContract, AnEmptyEpochCarriesTheCutOver) {
    EXPECT_EQ(value(epochs().raise_epoch(0)), EpochId{1});
    EXPECT_TRUE(value(epochs().cuts(EpochId{1})).empty());
    value(epochs().write_down(draft({range(0, 0, 10)}), SessionId{}));
    value(epochs().raise_epoch(0));
    value(epochs().raise_epoch(0));
    EXPECT_EQ(value(epochs().cuts(EpochId{3})), value(epochs().cuts(EpochId{2})));
    EXPECT_EQ(value(epochs().closing_epochs()),
              (std::vector<EpochId>{EpochId{1}, EpochId{2}, EpochId{3}}));
}

TEST_P(OperationalStoreContract, EmptyEpochsAreCutTogetherWithTheOpenOne) {
    value(epochs().write_down(draft({range(0, 0, 10)}), SessionId{}));
    EXPECT_EQ(value(epochs().raise_epoch(2)), EpochId{1});
    EXPECT_EQ(value(epochs().open_epoch()), EpochId{4});
    EXPECT_EQ(value(epochs().closing_epochs()),
              (std::vector<EpochId>{EpochId{1}, EpochId{2}, EpochId{3}}));
    EXPECT_EQ(value(epochs().cuts(EpochId{3})), value(epochs().cuts(EpochId{1})));
    EXPECT_TRUE(value(epochs().flushes(EpochId{2})).empty());
    EXPECT_EQ(value(epochs().write_down(draft({range(0, 10, 11)}), SessionId{})).epoch, EpochId{4});
}

TEST_P(OperationalStoreContract, ClosingIsRepeatableAndKeepsTheFirstTime) {
    value(epochs().raise_epoch(0));
    value(epochs().raise_epoch(0));
    expect_error(epochs().mark_closed(EpochId{3}, 5), ErrorKind::kConflict, "epoch 3");
    expect_error(epochs().mark_closed(EpochId{4}, 5), ErrorKind::kNotFound, "epoch 4");
    ok(epochs().mark_closed(EpochId{1}, 1000));
    ok(epochs().mark_closed(EpochId{1}, 9000));
    EXPECT_EQ(value(epochs().closing_epochs()), (std::vector<EpochId>{EpochId{2}}));
    ok(epochs().mark_closed(EpochId{2}, 2000));
    EXPECT_TRUE(value(epochs().closed_before(1000)).empty());
    EXPECT_EQ(value(epochs().closed_before(1001)), (std::vector<EpochId>{EpochId{1}}));
    EXPECT_EQ(value(epochs().closed_before(2001)), (std::vector<EpochId>{EpochId{1}, EpochId{2}}));
}

TEST_P(OperationalStoreContract, ForgettingFlushesKeepsEndsCutsAndNumbers) {
    FlushId last;
    for (std::int64_t i = 0; i < 3; ++i) {
        last = value(epochs().write_down(draft({range(0, 10 * i, 10 * i + 10)}), SessionId{})).id;
        value(epochs().raise_epoch(0));
    }
    const auto ends = value(epochs().written_ends());
    ok(epochs().mark_closed(EpochId{1}, 1));
    ok(epochs().mark_closed(EpochId{2}, 2));
    ok(epochs().forget_flushes(EpochId{1}));
    EXPECT_TRUE(value(epochs().flushes(EpochId{1})).empty());
    EXPECT_EQ(value(epochs().flushes(EpochId{2})).size(), 1U);
    // Epoch 3 is cut, not closed: its flushes are still needed.
    ok(epochs().forget_flushes(EpochId{3}));
    ok(epochs().forget_flushes(EpochId{3}));
    EXPECT_TRUE(value(epochs().flushes(EpochId{2})).empty());
    EXPECT_EQ(value(epochs().flushes(EpochId{3})).size(), 1U);
    ok(epochs().mark_closed(EpochId{3}, 3));
    ok(epochs().forget_flushes(EpochId{3}));
    harness_->reopen();
    EXPECT_EQ(value(epochs().written_ends()), ends);
    EXPECT_EQ(value(epochs().cuts(EpochId{2})), (std::vector<ports::EpochCut>{cut(0, 20)}));
    expect_error(epochs().write_down(draft({range(0, 0, 10)}), SessionId{}), ErrorKind::kConflict,
                 "30");
    const auto next = value(epochs().write_down(draft({range(0, 30, 31)}), SessionId{}));
    EXPECT_GT(next.id, last);
    EXPECT_EQ(next.epoch, EpochId{4});
}

// Random histories: every offset of every partition belongs to exactly one epoch, the one whose
// cuts surround it, and no flush straddles a cut.
TEST_P(OperationalStoreContract, EveryOffsetBelongsToExactlyOneEpoch) {
    using Partition = std::pair<std::string, std::uint32_t>;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        SCOPED_TRACE(testing::Message() << "seed " << seed);
        harness_ = GetParam()();
        std::mt19937_64 random(seed);
        const auto below = [&random](std::uint64_t bound) { return random() % bound; };
        std::map<Partition, std::int64_t> begins;
        std::map<Partition, std::int64_t> ends;
        EpochId open{1};
        for (int step = 0; step < 60; ++step) {
            if (below(8) == 0) {
                ASSERT_EQ(value(epochs().raise_epoch(0)), open);
                ++open.value;
                continue;
            }
            if (below(20) == 0) {
                harness_->reopen();
            }
            std::vector<ports::LogRange> ranges;
            std::map<Partition, std::int64_t> after = ends;
            std::map<Partition, std::int64_t> fresh = begins;
            for (std::uint64_t left = 1 + below(4); left > 0; --left) {
                const Partition at{below(4) == 0 ? "dead-letters" : "retail_events",
                                   static_cast<std::uint32_t>(below(5))};
                const bool known = after.contains(at);
                const auto from = known ? after.at(at) : static_cast<std::int64_t>(below(1000));
                const auto to = from + 1 + static_cast<std::int64_t>(below(100));
                ranges.push_back(range(at.second, from, to, at.first));
                after[at] = to;
                fresh.emplace(at, from);
            }
            const bool broken =
                below(6) == 0 && ends.contains({ranges[0].topic, ranges[0].partition.value});
            if (broken) {
                ranges[0].from += below(2) == 0 ? 1 : -1;
                ranges[0].to += 1;
                ASSERT_FALSE(epochs().write_down(draft(ranges), SessionId{}));
            } else {
                ASSERT_EQ(value(epochs().write_down(draft(ranges), SessionId{})).epoch, open);
                ends = std::move(after);
                begins = std::move(fresh);
            }
        }
        ASSERT_EQ(value(epochs().open_epoch()), open);
        // Walk the epochs: within each, the flushes of a partition run from cut to cut.
        std::map<Partition, std::int64_t> position;
        for (EpochId epoch{1}; epoch <= open; ++epoch.value) {
            for (const auto& flush : value(epochs().flushes(epoch))) {
                ASSERT_EQ(flush.epoch, epoch);
                for (const auto& part : flush.draft.ranges) {
                    const Partition at{part.topic, part.partition.value};
                    const auto [known, added] = position.emplace(at, begins.at(at));
                    ASSERT_EQ(part.from, known->second);
                    known->second = part.to;
                }
            }
            std::map<Partition, std::int64_t> cuts;
            for (const auto& at :
                 epoch < open ? value(epochs().cuts(epoch)) : value(epochs().written_ends())) {
                cuts[{at.topic, at.partition.value}] = at.end_offset;
            }
            ASSERT_EQ(cuts, position);
        }
        ASSERT_EQ(position, ends);
    }
}

TEST_P(OperationalStoreContract, ThreadsWriteDownWhileEpochsRise) {
    constexpr std::uint32_t kThreads = 3;
    constexpr std::int64_t kFlushes = 40;
    {
        std::vector<std::jthread> threads;
        for (std::uint32_t partition = 0; partition < kThreads; ++partition) {
            threads.emplace_back([this, partition] {
                for (std::int64_t i = 0; i < kFlushes; ++i) {
                    const auto flush = value(
                        epochs().write_down(draft({range(partition, i, i + 1)}), SessionId{}));
                    ok(epochs().mark_done(flush.id, SessionId{}));
                }
            });
        }
        for (int i = 0; i < 10; ++i) {
            value(epochs().raise_epoch(0));
        }
    }
    std::map<std::uint32_t, std::int64_t> position;
    for (EpochId epoch{1}; epoch <= value(epochs().open_epoch()); ++epoch.value) {
        for (const auto& flush : value(epochs().flushes(epoch))) {
            EXPECT_TRUE(flush.done);
            const auto& part = flush.draft.ranges.at(0);
            EXPECT_EQ(part.from, position[part.partition.value]);
            position[part.partition.value] = part.to;
        }
    }
    EXPECT_EQ(position,
              (std::map<std::uint32_t, std::int64_t>{{0, kFlushes}, {1, kFlushes}, {2, kFlushes}}));
}

// --- differences -------------------------------------------------------------------------------

TEST_P(OperationalStoreContract, DifferencesAreReplacedPerGenerationAndEpoch) {
    auto& book = harness_->differences();
    const auto difference = [](std::uint32_t epoch, std::string key) {
        return ports::Difference{"daily_sales", EpochId{epoch}, std::move(key), "quantity=1", ""};
    };
    const auto keys = [&](std::size_t limit) {
        std::vector<std::string> found;
        for (const auto& stored : value(harness_->differences().differences(limit))) {
            found.push_back(stored.difference.key);
        }
        return found;
    };
    ok(book.store_differences(GenerationId{1}, EpochId{1}, 10, {difference(1, "a")}));
    ok(book.store_differences(GenerationId{1}, EpochId{2}, 20,
                              {difference(2, "z"), difference(2, "b")}));
    ok(book.store_differences(GenerationId{1}, EpochId{2}, 30,
                              {difference(2, "y"), difference(2, "c")}));
    harness_->reopen();
    EXPECT_EQ(keys(10), (std::vector<std::string>{"y", "c", "a"}));
    EXPECT_EQ(keys(2), (std::vector<std::string>{"y", "c"}));
    EXPECT_EQ(keys(0), (std::vector<std::string>{}));
    const auto newest = value(harness_->differences().differences(1)).at(0);
    EXPECT_EQ(newest.generation, GenerationId{1});
    EXPECT_EQ(newest.found_at_us, 30);
    EXPECT_EQ(newest.difference.table, "daily_sales");
    EXPECT_EQ(newest.difference.epoch, EpochId{2});
    EXPECT_EQ(newest.difference.speed, "quantity=1");
    EXPECT_EQ(newest.difference.batch, "");
    ok(harness_->differences().store_differences(GenerationId{2}, EpochId{2}, 40,
                                                 {difference(2, "g2")}));
    ok(harness_->differences().store_differences(GenerationId{1}, EpochId{2}, 50, {}));
    EXPECT_EQ(keys(std::numeric_limits<std::size_t>::max()), (std::vector<std::string>{"g2", "a"}));
    expect_error(harness_->differences().store_differences(GenerationId{1}, EpochId{1}, 60,
                                                           {difference(2, "foreign")}),
                 ErrorKind::kInvalidInput, "foreign");
    EXPECT_EQ(keys(10), (std::vector<std::string>{"g2", "a"}));
}

// --- stores ------------------------------------------------------------------------------------

TEST_P(OperationalStoreContract, TheFirstCatalogueIsEmptyAtVersionZero) {
    const auto catalog = value(stores().catalog(std::nullopt));
    EXPECT_EQ(catalog.version(), CatalogVersion{0});
    EXPECT_TRUE(catalog.stores().empty());
    EXPECT_EQ(value(stores().latest_version()), CatalogVersion{0});
    expect_error(stores().catalog(CatalogVersion{1}), ErrorKind::kNotFound, "version 1");
}

TEST_P(OperationalStoreContract, OldCatalogueVersionsCanBeReadForEver) {
    EXPECT_EQ(value(stores().put_stores({store(1, "LDS"), store(2, "LON")})), CatalogVersion{1});
    EXPECT_EQ(value(stores().put_stores({store(2, "LON", "Asia/Shanghai")})), CatalogVersion{2});
    EXPECT_EQ(value(stores().put_stores({store(7, "YRK")})), CatalogVersion{3});
    harness_->reopen();
    EXPECT_EQ(value(stores().latest_version()), CatalogVersion{3});
    const auto first = value(stores().catalog(CatalogVersion{1}));
    EXPECT_EQ(first.version(), CatalogVersion{1});
    EXPECT_EQ(first.stores().size(), 2U);
    ASSERT_NE(first.time_zone(StoreId{2}), nullptr);
    EXPECT_EQ(first.time_zone(StoreId{2})->name(), "Europe/London");
    const auto newest = value(stores().catalog(std::nullopt));
    EXPECT_EQ(newest.version(), CatalogVersion{3});
    EXPECT_EQ(newest.time_zone(StoreId{2})->name(), "Asia/Shanghai");
    EXPECT_EQ(newest.id_of("YRK"), StoreId{7});
    EXPECT_EQ(value(stores().catalog(CatalogVersion{2})).id_of("YRK"), std::nullopt);
    ASSERT_EQ(newest.stores().size(), 3U);
    const retail::Store& kept = newest.stores().front();
    const retail::Store wanted = store(1, "LDS");
    EXPECT_EQ(kept.id, wanted.id);
    EXPECT_EQ(kept.code, wanted.code);
    EXPECT_EQ(kept.name, wanted.name);
    EXPECT_EQ(kept.city, wanted.city);
    EXPECT_EQ(kept.region, wanted.region);
    EXPECT_EQ(kept.country, wanted.country);
    EXPECT_EQ(kept.store_type, wanted.store_type);
    EXPECT_EQ(kept.square_footage, wanted.square_footage);
    EXPECT_EQ(kept.time_zone, wanted.time_zone);
    EXPECT_EQ(kept.currency, wanted.currency);
    EXPECT_EQ(kept.latitude, wanted.latitude);
    EXPECT_EQ(kept.longitude, wanted.longitude);
}

TEST_P(OperationalStoreContract, TheSameStoresAgainMakeNoVersion) {
    EXPECT_EQ(value(stores().put_stores({})), CatalogVersion{0});
    EXPECT_EQ(value(stores().put_stores({store(1, "LDS"), store(2, "LON")})), CatalogVersion{1});
    EXPECT_EQ(value(stores().put_stores({store(2, "LON")})), CatalogVersion{1});
    EXPECT_EQ(value(stores().put_stores({})), CatalogVersion{1});
}

TEST_P(OperationalStoreContract, AWrongStoreChangesNothing) {
    value(stores().put_stores({store(1, "LDS"), store(2, "LON")}));
    expect_error(stores().put_stores({store(3, "YRK"), store(4, "LDS")}), ErrorKind::kConflict,
                 "LDS");
    expect_error(stores().put_stores({store(3, "YRK"), store(4, "YRK")}), ErrorKind::kConflict,
                 "YRK");
    expect_error(stores().put_stores({store(3, "YRK"), store(3, "HUL")}), ErrorKind::kInvalidInput,
                 "store 3");
    expect_error(stores().put_stores({store(3, "YRK", "Europe/Leeds")}), ErrorKind::kInvalidInput,
                 "Europe/Leeds");
    EXPECT_FALSE(stores().put_stores({store(0, "NIL")}));
    EXPECT_FALSE(stores().put_stores({store(3, "")}));
    auto nowhere = store(3, "YRK");
    nowhere.latitude = std::numeric_limits<double>::quiet_NaN();
    expect_error(stores().put_stores({nowhere}), ErrorKind::kInvalidInput, "store 3");
    const auto catalog = value(stores().catalog(std::nullopt));
    EXPECT_EQ(catalog.version(), CatalogVersion{1});
    EXPECT_EQ(catalog.stores().size(), 2U);
    // Codes may change hands within one change.
    EXPECT_EQ(value(stores().put_stores({store(1, "LON"), store(2, "LDS")})), CatalogVersion{2});
}

TEST_P(OperationalStoreContract, UnknownCodesGetTheNextFreeIdsFrom1001) {
    value(stores().put_stores({store(1, "LDS"), store(1002, "LON")}));
    using Ids = std::map<std::string, StoreId>;
    EXPECT_EQ(value(stores().create_stores({"X", "LDS", "Y", "X"}, "Asia/Shanghai", "CNY")),
              (Ids{{"X", StoreId{1001}}, {"LDS", StoreId{1}}, {"Y", StoreId{1003}}}));
    harness_->reopen();
    EXPECT_EQ(value(stores().create_stores({"Y", "Z"}, "Europe/London", "GBP")),
              (Ids{{"Y", StoreId{1003}}, {"Z", StoreId{1004}}}));
    EXPECT_EQ(value(stores().create_stores({"Z", "Y"}, "Europe/London", "GBP")),
              (Ids{{"Y", StoreId{1003}}, {"Z", StoreId{1004}}}));
    const auto catalog = value(stores().catalog(std::nullopt));
    EXPECT_EQ(catalog.version(), CatalogVersion{3});
    EXPECT_EQ(catalog.time_zone(StoreId{1003})->name(), "Asia/Shanghai");
    EXPECT_EQ(catalog.time_zone(StoreId{1004})->name(), "Europe/London");
    const auto found = std::ranges::find(catalog.stores(), StoreId{1001}, &retail::Store::id);
    ASSERT_NE(found, catalog.stores().end());
    EXPECT_EQ(found->code, "X");
    EXPECT_EQ(found->currency, "CNY");
    EXPECT_EQ(found->country, "CN");  // For its holidays.
}

TEST_P(OperationalStoreContract, StoresAreNotCreatedInAnUnknownZone) {
    expect_error(stores().create_stores({"A"}, "Europe/Leeds", "GBP"), ErrorKind::kInvalidInput,
                 "Europe/Leeds");
    EXPECT_FALSE(stores().create_stores({""}, "Europe/London", "GBP"));
    EXPECT_EQ(value(stores().catalog(std::nullopt)).version(), CatalogVersion{0});
}

// --- products and sales targets -----------------------------------------------------------------

TEST_P(OperationalStoreContract, ProductsAreReplacedByTheirIdAndKept) {
    const auto nothing = value(reference().products());
    EXPECT_EQ(nothing.version, 0U);
    EXPECT_TRUE(nothing.products.empty());
    retail::Product tea{.product_id = "tea",
                        .name = "Caf\xC3\xA9 tea",
                        .category = "Drinks",
                        .sub_category = "Hot",
                        .brand = "B",
                        .supplier = "S",
                        .unit_cost = 99'999'999'999'999,
                        .shelf_life_days = 365,
                        .pack_size = 12,
                        .lead_time_days = 3};
    retail::Product novel;
    novel.product_id = "novel";
    EXPECT_EQ(value(reference().put_products({tea, novel})), 2U);
    EXPECT_EQ(value(reference().put_products({novel, tea})), 0U);
    EXPECT_EQ(value(reference().products()).version, 1U);
    tea.brand = "C";
    EXPECT_EQ(value(reference().put_products({tea, novel})), 1U);
    harness_->reopen();
    const auto kept = value(reference().products());
    EXPECT_EQ(kept.version, 2U);
    EXPECT_EQ(kept.products, (std::vector{novel, tea}));
}

TEST_P(OperationalStoreContract, AWrongProductStoresNone) {
    retail::Product tea;
    tea.product_id = "tea";
    expect_error(reference().put_products({tea, tea}), ErrorKind::kInvalidInput, "tea");
    expect_error(reference().put_products({tea, {}}), ErrorKind::kInvalidInput, "product_id");
    EXPECT_TRUE(value(reference().products()).products.empty());
    EXPECT_EQ(value(reference().products()).version, 0U);
}

TEST_P(OperationalStoreContract, SalesTargetsAreReplacedByStoreAndDate) {
    using retail::SalesTarget;
    const SalesTarget first{StoreId{1}, 20'000, 1'234'567};
    const SalesTarget other_day{StoreId{1}, 20'001, 0};
    const SalesTarget other_store{StoreId{2}, 20'000, 99'999'999'999'999};
    EXPECT_EQ(value(reference().sales_targets()).version, 0U);
    EXPECT_EQ(value(reference().put_sales_targets({other_store, other_day, first})), 3U);
    EXPECT_EQ(value(reference().put_sales_targets({first})), 0U);
    const SalesTarget raised{StoreId{1}, 20'000, 2'000'000};
    EXPECT_EQ(value(reference().put_sales_targets({raised, other_day})), 1U);
    expect_error(reference().put_sales_targets({first, first}), ErrorKind::kInvalidInput,
                 "store 1");
    harness_->reopen();
    const auto kept = value(reference().sales_targets());
    EXPECT_EQ(kept.version, 2U);
    EXPECT_EQ(kept.targets, (std::vector{raised, other_day, other_store}));
}

TEST_P(OperationalStoreContract, ItemTermsAreReplacedByTheirKeyAndKept) {
    using retail::ItemTerm;
    retail::ItemTerms chain;
    chain[ItemTerm::kServiceLevel] = 9'750;
    retail::ItemTerms mill{.store = StoreId{0}, .supplier = "M\xC3\xBCller"};
    mill[ItemTerm::kLeadTimeDays] = 1'500;
    mill[ItemTerm::kSupplierMinimumValue] = 99'999'999'990'000;
    retail::ItemTerms bread{
        .store = StoreId{7}, .product_id = "bread", .delivered_by = "Mill & Sons"};
    bread[ItemTerm::kPackSize] = 6;
    EXPECT_EQ(value(reference().item_terms()).version, 0U);
    EXPECT_EQ(value(reference().put_item_terms({bread, mill, chain})), 3U);
    EXPECT_EQ(value(reference().put_item_terms({mill, bread})), 0U);
    bread[ItemTerm::kPackSize] = 8;
    mill[ItemTerm::kLeadTimeDays].reset();
    EXPECT_EQ(value(reference().put_item_terms({bread, mill})), 2U);
    expect_error(reference().put_item_terms({bread, bread}), ErrorKind::kInvalidInput, "store 7");
    harness_->reopen();
    const auto kept = value(reference().item_terms());
    EXPECT_EQ(kept.version, 2U);
    EXPECT_EQ(kept.terms, (std::vector{chain, mill, bread}));
}

// --- imports, settings -------------------------------------------------------------------------

TEST_P(OperationalStoreContract, ImportsAreKnownByHashAndSize) {
    const auto import = [](std::string hash, std::uint64_t bytes, ports::ImportState state) {
        return ports::ImportRecord{std::move(hash), bytes, "csv", "till.csv", 3, 90, 80, 10, state};
    };
    auto first = import("aa", 100, ports::ImportState::kRunning);
    const auto second = import("bb", 300, ports::ImportState::kDone);
    const auto third = import("aa", 200, ports::ImportState::kFailed);
    auto parquet = import("cc", 50, ports::ImportState::kRunning);
    parquet.format = "parquet";
    for (const auto& record : {first, second, third, parquet}) {
        ok(harness_->imports().put_import(record));
    }
    using Records = std::vector<ports::ImportRecord>;
    EXPECT_EQ(value(harness_->imports().running_imports()), (Records{first, parquet}));
    first.rows_done = 400;
    first.accepted = 390;
    first.path = "renamed.csv";
    first.state = ports::ImportState::kDone;
    ok(harness_->imports().put_import(first));
    harness_->reopen();
    EXPECT_EQ(value(harness_->imports().find_import("aa", 100)), first);
    EXPECT_EQ(value(harness_->imports().find_import("aa", 200)), third);
    EXPECT_EQ(value(harness_->imports().find_import("bb", 100)), std::nullopt);
    EXPECT_EQ(value(harness_->imports().running_imports()), (Records{parquet}));
    EXPECT_EQ(value(harness_->imports().smaller_imports("csv", 300)), (Records{third, first}));
    EXPECT_EQ(value(harness_->imports().smaller_imports("csv", 100)), (Records{}));
    EXPECT_EQ(value(harness_->imports().smaller_imports("parquet", 100)), (Records{parquet}));
}

TEST_P(OperationalStoreContract, ReplaysAreWrittenDownThenSettledOrForgotten) {
    using Letters = std::vector<ports::LetterPosition>;
    const ports::LetterPosition first{"dead-letters", PartitionId{0}, 7};
    const ports::LetterPosition second{"dead-letters", PartitionId{3}, 7};
    const ports::LetterPosition third{"retail_events", PartitionId{0}, 7};
    EXPECT_FALSE(value(harness_->replays().is_replayed(first)));
    ok(harness_->replays().begin_replays({third, second, first}));
    harness_->reopen();
    EXPECT_TRUE(value(harness_->replays().is_replayed(second)));
    EXPECT_EQ(value(harness_->replays().replays_under_way()), (Letters{first, second, third}));
    ok(harness_->replays().settle_replays({first, third}));
    harness_->reopen();
    EXPECT_EQ(value(harness_->replays().replays_under_way()), Letters{});
    EXPECT_TRUE(value(harness_->replays().is_replayed(first)));
    EXPECT_FALSE(value(harness_->replays().is_replayed(second)));
    // All of them or none.
    EXPECT_EQ(harness_->replays().begin_replays({second, first}).error().kind,
              ErrorKind::kConflict);
    EXPECT_FALSE(value(harness_->replays().is_replayed(second)));
    ok(harness_->replays().begin_replays({second}));
    ok(harness_->replays().settle_replays({}));
    EXPECT_FALSE(value(harness_->replays().is_replayed(second)));
    EXPECT_TRUE(value(harness_->replays().is_replayed(third)));
}

TEST_P(OperationalStoreContract, SettingsHoldAnyText) {
    EXPECT_EQ(value(harness_->settings().setting("boot_id")), std::nullopt);
    const std::string odd("a\0b\n\"'", 6);
    ok(harness_->settings().put_setting("boot_id", "1"));
    ok(harness_->settings().put_setting("boot_id", odd));
    ok(harness_->settings().put_setting("empty", ""));
    harness_->reopen();
    EXPECT_EQ(value(harness_->settings().setting("boot_id")), odd);
    EXPECT_EQ(value(harness_->settings().setting("empty")), "");
    EXPECT_EQ(value(harness_->settings().setting("Boot_id")), std::nullopt);
}

}  // namespace shelfcast::contract
