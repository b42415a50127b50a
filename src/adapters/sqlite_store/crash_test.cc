// kill -9 in the middle of writing down: what was acknowledged is there, in order, and nothing is
// half.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "adapters/sqlite_store/sqlite_store.h"

namespace shelfcast::adapters {
namespace {

constexpr std::uint32_t kPartitions = 4;

// Flush number n covers [10 n, 10 n + 10) of every partition.
ports::FlushDraft draft_number(std::uint64_t number) {
    ports::FlushDraft draft;
    for (std::uint32_t partition = 0; partition < kPartitions; ++partition) {
        const auto from = static_cast<std::int64_t>(10 * number);
        draft.ranges.push_back({"retail_events", PartitionId{partition}, from, from + 10});
    }
    draft.content_hash = {number, ~number};
    draft.rows_per_table = {{"events", 10 * kPartitions}};
    return draft;
}

// The child: writes flushes down from `number` on, raises the epoch after every seventh, and says
// each acknowledged number to the pipe, until it is killed.
[[noreturn]] void write_until_killed(const std::string& path, std::uint64_t number, int pipe) {
    SqliteStoreOptions options;
    options.path = path;
    auto store = SqliteStore::open(options);
    while (store) {
        if (!(*store)->write_down(draft_number(number), SessionId{}) ||
            ::write(pipe, &number, sizeof(number)) != sizeof(number)) {
            break;
        }
        if (++number % 7 == 0 && !(*store)->raise_epoch(0)) {
            break;
        }
    }
    ::_exit(1);
}

class SqliteStoreCrash : public testing::Test {
protected:
    void SetUp() override {
        std::string name =
            (std::filesystem::temp_directory_path() / "sqlite_store_crash.XXXXXX").string();
        directory_ = ::mkdtemp(name.data());
        options_.path = (directory_ / "store.db").string();
    }
    void TearDown() override {
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }

    // Starts a child at flush `number`, kills it after it acknowledged `count`; one past the last
    // number that it acknowledged.
    std::uint64_t run_and_kill(std::uint64_t number, std::uint64_t count) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe(ends.data()), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            ::close(ends[0]);
            write_until_killed(options_.path, number, ends[1]);
        }
        ::close(ends[1]);
        std::uint64_t acknowledged = number;
        std::uint64_t said = 0;
        while (::read(ends[0], &said, sizeof(said)) == sizeof(said)) {
            EXPECT_EQ(said, acknowledged);
            acknowledged = said + 1;
            if (count > 0 && --count == 0) {
                ::kill(child, SIGKILL);
            }
        }
        ::close(ends[0]);
        int status = 0;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFSIGNALED(status)) << "the child failed by itself";
        return acknowledged;
    }

    std::filesystem::path directory_;
    SqliteStoreOptions options_;
};

TEST_F(SqliteStoreCrash, AcknowledgedFlushesSurviveKillInOrder) {
    constexpr std::uint64_t kSeed = 20261122;
    SCOPED_TRACE(testing::Message() << "seed " << kSeed);
    std::mt19937_64 random(kSeed);
    std::uint64_t next = 0;
    for (int round = 0; round < 12 && !HasFailure(); ++round) {
        const std::uint64_t acknowledged = run_and_kill(next, 1 + random() % 60);
        const auto opened = SqliteStore::open(options_);
        ASSERT_TRUE(opened) << opened.error().message;
        const auto& store = *opened;
        std::uint64_t found = 0;
        const EpochId open = store->open_epoch().value();
        for (EpochId epoch{1}; epoch <= open; ++epoch.value) {
            const auto flushes = store->flushes(epoch).value();
            for (const auto& flush : flushes) {
                ASSERT_EQ(flush.draft, draft_number(found));
                ASSERT_EQ(flush.id.value, found + 1);
                ++found;
            }
            if (epoch < open) {
                const auto cuts = store->cuts(epoch).value();
                ASSERT_EQ(cuts.size(), kPartitions);
                for (const auto& cut : cuts) {
                    ASSERT_EQ(cut.end_offset, static_cast<std::int64_t>(10 * found));
                }
            }
        }
        // One more may have been committed than was said.
        ASSERT_GE(found, acknowledged);
        ASSERT_LE(found, acknowledged + 1);
        ASSERT_GT(found, next);
        const auto ends = store->written_ends().value();
        for (const auto& end : ends) {
            ASSERT_EQ(end.end_offset, static_cast<std::int64_t>(10 * found));
        }
        next = found;
    }
}

}  // namespace
}  // namespace shelfcast::adapters
