// A server that is killed, frozen, or breaks a connection at the worst moment: what was
// acknowledged is there, what was repeated is there once.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <random>
#include <thread>

#include "adapters/postgres_store/connection.h"
#include "adapters/postgres_store/postgres_store.h"
#include "tests/engines/own_engine.h"

namespace shelfcast::adapters {
namespace {

using postgres_store::Connection;

class PostgresStoreCrash : public testing::Test {
protected:
    static void SetUpTestSuite() {
        engine = std::make_unique<tests::OwnEngine>("postgres");
        engine->start();
    }
    static void TearDownTestSuite() { engine.reset(); }
    void SetUp() override {
        static int number = 0;
        options_.schema = fmt::format("test_{}", ++number);
        options_.url = engine->setting("SHELFCAST_TEST_POSTGRES");
        options_.connect_timeout_ms = 500;
        options_.statement_timeout_ms = 2'000;
        store_ = PostgresStore::open(options_).value();
    }
    // Flush number n covers [10 n, 10 n + 10) of a partition.
    static ports::FlushDraft draft_number(std::uint32_t partition, std::uint64_t number) {
        const auto from = static_cast<std::int64_t>(10 * number);
        return {{{"retail_events", PartitionId{partition}, from, from + 10}},
                CatalogVersion{1},
                {{"events", 10}},
                {number, ~number}};
    }
    [[nodiscard]] Status run(const std::string& sql) const {
        SHELFCAST_ASSIGN(const auto connection, Connection::open(options_));
        return connection->script(sql);
    }

    static inline std::unique_ptr<tests::OwnEngine> engine;
    PostgresStoreOptions options_;
    std::unique_ptr<PostgresStore> store_;
};

TEST_F(PostgresStoreCrash, AcknowledgedFlushesSurviveKillsAndRepeatsAreOne) {
    constexpr std::uint64_t kSeed = 20261123;
    SCOPED_TRACE(testing::Message() << "seed " << kSeed);
    constexpr std::uint32_t kWriters = 3;
    std::mt19937_64 random(kSeed);
    std::array<std::atomic<std::uint64_t>, kWriters> acknowledged{};
    std::atomic<std::uint64_t> failures = 0;
    {
        std::vector<std::jthread> threads;
        threads.reserve(kWriters);
        for (std::uint32_t writer = 0; writer < kWriters; ++writer) {
            threads.emplace_back([&, writer](const std::stop_token& stop) {
                std::atomic<std::uint64_t>& number = acknowledged[writer];
                while (!stop.stop_requested()) {
                    const auto flush =
                        store_->write_down(draft_number(writer, number), SessionId{});
                    if (flush) {
                        ++number;
                        continue;
                    }
                    ++failures;
                    // Simply repeated, whatever became of it.
                    ASSERT_EQ(flush.error().kind, ErrorKind::kUnavailable) << flush.error().message;
                }
            });
        }
        for (int round = 0; round < 5; ++round) {
            const std::uint64_t enough = acknowledged[0] + 1 + random() % 60;
            while (acknowledged[0] < enough && !HasFailure()) {
                std::this_thread::yield();
            }
            engine->kill();
            engine->start();
            static_cast<void>(store_->raise_epoch(0));
        }
    }
    EXPECT_GT(failures, 0U);
    const EpochId open = store_->open_epoch().value();
    std::array<std::uint64_t, kWriters> found{};
    for (EpochId epoch{1}; epoch <= open; ++epoch.value) {
        const auto flushes = store_->flushes(epoch).value();
        for (const auto& flush : flushes) {
            const std::uint32_t partition = flush.draft.ranges.at(0).partition.value;
            ASSERT_EQ(flush.draft, draft_number(partition, found.at(partition)));
            ++found.at(partition);
        }
    }
    for (std::uint32_t writer = 0; writer < kWriters; ++writer) {
        // One more may have been stored than was said.
        EXPECT_GE(found.at(writer), acknowledged.at(writer));
        EXPECT_LE(found.at(writer), acknowledged.at(writer) + 1);
    }
}

TEST_F(PostgresStoreCrash, ACommitWhoseAnswerIsLostIsFoundOut) {
    // With a standby that never comes, a commit is stored and its answer waits.
    ASSERT_TRUE(run("alter system set synchronous_standby_names = 'nobody'"));
    ASSERT_TRUE(run("select pg_reload_conf()"));
    Result<ports::FlushRecord> written;
    {
        std::jthread writing(
            [&] { written = store_->write_down(draft_number(0, 0), SessionId{}); });
        auto watching = Connection::open(options_).value();
        bool ended = false;
        while (!ended && !HasFailure()) {  // the write waits until it is ended
            const auto rows = watching->query(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
                "where wait_event = 'SyncRep' limit 1");
            ASSERT_TRUE(rows) << rows.error().message;
            ended = !rows->empty();
        }
    }
    ASSERT_TRUE(run("alter system reset synchronous_standby_names"));
    ASSERT_TRUE(run("select pg_reload_conf()"));
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_EQ(store_->flushes(EpochId{1}).value(), std::vector{*written});
}

TEST_F(PostgresStoreCrash, ACommitThatBreaksIsSaidNotToBeStored) {
    ASSERT_TRUE(
        run("create function break() returns trigger language plpgsql as "
            "'begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(10); "
            "return null; end'; "
            "create constraint trigger breaking after insert on flushes "
            "deferrable initially deferred for each row execute function break()"));
    const auto broken = store_->write_down(draft_number(0, 0), SessionId{});
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().kind, ErrorKind::kUnavailable);
    EXPECT_NE(broken.error().message.find("was not stored"), std::string::npos)
        << broken.error().message;
    ASSERT_TRUE(run("drop trigger breaking on flushes"));
    EXPECT_TRUE(store_->written_ends().value().empty());
    EXPECT_TRUE(store_->write_down(draft_number(0, 0), SessionId{}));
}

TEST_F(PostgresStoreCrash, AServerThatHangsIsUnavailableUntilItGoesOn) {
    ASSERT_TRUE(store_->write_down(draft_number(0, 0), SessionId{}));
    const auto lock = store_->try_lock("verification").value();
    engine->freeze();
    const auto hung = store_->write_down(draft_number(0, 1), SessionId{});
    ASSERT_FALSE(hung);
    EXPECT_EQ(hung.error().kind, ErrorKind::kUnavailable);
    EXPECT_NE(hung.error().message.find("no answer within"), std::string::npos)
        << hung.error().message;
    const auto fresh = PostgresStore::open(options_);
    ASSERT_FALSE(fresh);
    EXPECT_EQ(fresh.error().kind, ErrorKind::kUnavailable) << fresh.error().message;
    EXPECT_EQ(lock->check().error().kind, ErrorKind::kUnavailable);
    engine->thaw();
    const auto again = store_->write_down(draft_number(0, 1), SessionId{});
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(store_->flushes(EpochId{1}).value().size(), 2U);
}

TEST_F(PostgresStoreCrash, AServerThatIsAwayIsNamedAndComesBack) {
    engine->kill();
    const auto away = store_->open_epoch();
    ASSERT_FALSE(away);
    EXPECT_EQ(away.error().kind, ErrorKind::kUnavailable);
    EXPECT_NE(away.error().message.find("shelfcast@127.0.0.1:"), std::string::npos)
        << away.error().message;
    engine->start();
    EXPECT_EQ(store_->open_epoch().value(), EpochId{1});
}

}  // namespace
}  // namespace shelfcast::adapters
