#include "adapters/sqlite_store/sqlite_store.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/contract/job_ledger_contract.h"
#include "tests/contract/operational_store_contract.h"
#include "tests/contract/order_store_contract.h"
#include "tests/contract/session_contract.h"
#include "tests/contract/user_contract.h"

namespace shelfcast::adapters {
namespace {

namespace fs = std::filesystem;

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string name = (fs::temp_directory_path() / "sqlite_store_test.XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    [[nodiscard]] std::string file(std::string_view name) const { return path_ / name; }

private:
    fs::path path_;
};

SqliteStoreOptions at(std::string path) {
    SqliteStoreOptions options;
    options.path = std::move(path);
    return options;
}

class SqliteHarness final : public contract::OperationalStoreHarness,
                            public contract::JobLedgerHarness,
                            public contract::OrderStoreHarness {
public:
    SqliteHarness() { reopen(); }
    ports::EpochLedger& epochs() override { return *store_; }
    ports::DifferenceBook& differences() override { return *store_; }
    ports::StoreDirectory& stores() override { return *store_; }
    ports::ReferenceBook& reference() override { return *store_; }
    ports::UserDirectory& users() override { return *store_; }
    ports::WebSessionBook& sessions() override { return *store_; }
    ports::ImportLedger& imports() override { return *store_; }
    ports::ReplayLedger& replays() override { return *store_; }
    ports::SettingsBook& settings() override { return *store_; }
    ports::JobLedger& jobs() override { return *store_; }
    ports::ProcessLocks& locks() override { return *store_; }
    ports::OrderStore& orders() override { return *store_; }
    void reopen() override {
        store_.reset();
        store_ = SqliteStore::open(at(directory_.file("store.db"))).value();
    }

private:
    TemporaryDirectory directory_;
    std::unique_ptr<SqliteStore> store_;
};

std::unique_ptr<contract::OperationalStoreHarness> make_sqlite_harness() {
    return std::make_unique<SqliteHarness>();
}

std::unique_ptr<contract::JobLedgerHarness> make_sqlite_job_harness() {
    return std::make_unique<SqliteHarness>();
}

std::unique_ptr<contract::OrderStoreHarness> make_sqlite_order_harness() {
    return std::make_unique<SqliteHarness>();
}

ports::FlushDraft flush_of(std::int64_t from, std::int64_t to) {
    return {{{"retail_events", PartitionId{0}, from, to}}, CatalogVersion{1}, {}, {}};
}

template <typename T>
void expect_error(const Result<T>& result, ErrorKind kind, std::string_view named) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, kind) << result.error().message;
    EXPECT_NE(result.error().message.find(named), std::string::npos) << result.error().message;
}

TEST(SqliteStore, ACopyBesideWritersIsOneMomentOfTheStore) {
    const TemporaryDirectory directory;
    const auto store = SqliteStore::open(at(directory.file("store.db")));
    ASSERT_TRUE(store) << store.error().message;
    // Enough pages for many turns of the writer while they are copied.
    ASSERT_TRUE((*store)->put_setting("large", std::string(20'000'000, 'x')));
    std::atomic<std::int64_t> written = 0;
    std::jthread writing([&](const std::stop_token& stop) {
        for (std::int64_t from = 0; !stop.stop_requested(); ++from) {
            ASSERT_TRUE((*store)->write_down(flush_of(from, from + 1), SessionId{}));
            written = from + 1;
        }
    });
    while (written < 10) {
        std::this_thread::yield();
    }
    const std::int64_t before = written;
    const Status copied = (*store)->copy_to(directory.file("copy.db"));
    writing.request_stop();
    writing.join();
    ASSERT_TRUE(copied) << copied.error().message;

    const auto copy = SqliteStore::open(at(directory.file("copy.db")));
    ASSERT_TRUE(copy) << copy.error().message;
    const auto flushes = (*copy)->flushes(EpochId{1}).value();
    EXPECT_GE(static_cast<std::int64_t>(flushes.size()), before);
    EXPECT_LE(static_cast<std::int64_t>(flushes.size()), written);
    EXPECT_EQ((*copy)->written_ends().value().front().end_offset,
              static_cast<std::int64_t>(flushes.size()));
    EXPECT_EQ((*copy)->setting("large").value()->size(), 20'000'000U);
}

TEST(SqliteStore, ACopyThatDoesNotFitNamesItsFile) {
    const TemporaryDirectory directory;
    const auto store = SqliteStore::open(at(directory.file("store.db")));
    ASSERT_TRUE(store) << store.error().message;
    expect_error((*store)->copy_to(directory.file("missing/copy.db")), ErrorKind::kUnavailable,
                 "missing/copy.db");
    EXPECT_TRUE((*store)->put_setting("still", "there"));
}

TEST(SqliteStore, AFileThatIsNoDatabaseIsCorruptedByName) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("store.db");
    std::ofstream(path) << std::string(10'000, 'x');
    expect_error(SqliteStore::open(at(path)), ErrorKind::kCorrupted, path);
}

TEST(SqliteStore, ADamagedDatabaseIsCorruptedByName) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("store.db");
    {
        const auto store = SqliteStore::open(at(path));
        ASSERT_TRUE(store) << store.error().message;
        ASSERT_TRUE((*store)->put_setting("a", "b"));
    }
    // The header stays, every page after it is lost.
    fs::resize_file(path, 4096 + 10);
    auto store = SqliteStore::open(at(path));
    if (store) {
        expect_error((*store)->setting("a"), ErrorKind::kCorrupted, path);
    } else {
        expect_error(store, ErrorKind::kCorrupted, path);
    }
}

TEST(SqliteStore, AFolderThatIsNotThereIsNamed) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("no/such/store.db");
    expect_error(SqliteStore::open(at(path)), ErrorKind::kUnavailable, path);
}

TEST(SqliteStore, AnUnknownVfsIsRefused) {
    const TemporaryDirectory directory;
    SqliteStoreOptions options = at(directory.file("store.db"));
    options.vfs = "no-such-vfs";
    expect_error(SqliteStore::open(options), ErrorKind::kInvalidInput, "no-such-vfs");
}

TEST(SqliteStore, ASecondOwnerIsRefused) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("store.db");
    const auto first = SqliteStore::open(at(path));
    ASSERT_TRUE(first) << first.error().message;
    expect_error(SqliteStore::open(at(path)), ErrorKind::kBusy, path);
    EXPECT_TRUE((*first)->put_setting("still", "working"));
}

TEST(SqliteStore, NormalDurabilityKeepsTheSameTables) {
    const TemporaryDirectory directory;
    SqliteStoreOptions options = at(directory.file("store.db"));
    options.durability = SqliteStoreOptions::Durability::kNormal;
    {
        const auto store = SqliteStore::open(options);
        ASSERT_TRUE(store) << store.error().message;
        ASSERT_TRUE((*store)->write_down(flush_of(0, 5), SessionId{}));
    }
    const auto store = SqliteStore::open(at(options.path));
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ((*store)->flushes(EpochId{1}).value().size(), 1U);
}

// Lets no file of this process grow past a size, as a full disk would, until it goes.
class FullDisk {
public:
    explicit FullDisk(std::uint64_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        previous_ = std::signal(SIGXFSZ, SIG_IGN);
        rlimit limited = before_;
        limited.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &limited);
    }
    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, previous_);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

private:
    rlimit before_{};
    void (*previous_)(int) = nullptr;
};

TEST(SqliteStore, AFullDiskIsSaidAsSuchAndLosesNothing) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("store.db");
    auto store = SqliteStore::open(at(path)).value();
    ASSERT_TRUE(store->write_down(flush_of(0, 1), SessionId{}));
    std::int64_t written = 1;
    {
        const FullDisk full(fs::file_size(path + "-wal") + 40'000);
        Result<ports::FlushRecord> last =
            store->write_down(flush_of(written, written + 1), SessionId{});
        // Bounded: each flush takes some of the 40,000 bytes.
        while (last && written < 1000) {
            ++written;
            last = store->write_down(flush_of(written, written + 1), SessionId{});
        }
        expect_error(last, ErrorKind::kStorageFull, path);
        expect_error(store->write_down(flush_of(written, written + 1), SessionId{}),
                     ErrorKind::kStorageFull, path);
    }
    ASSERT_GT(written, 1);
    // With space again the same flush is written down, and the numbers have no gap in their ranges.
    const auto again = store->write_down(flush_of(written, written + 1), SessionId{});
    ASSERT_TRUE(again) << again.error().message;
    ASSERT_TRUE(store->mark_done(FlushId{1}, SessionId{}));
    store.reset();
    store = SqliteStore::open(at(path)).value();
    const auto flushes = store->flushes(EpochId{1}).value();
    ASSERT_EQ(flushes.size(), static_cast<std::size_t>(written + 1));
    for (std::size_t i = 0; i < flushes.size(); ++i) {
        EXPECT_EQ(flushes[i].draft,
                  flush_of(static_cast<std::int64_t>(i), static_cast<std::int64_t>(i) + 1));
    }
}

TEST(SqliteStore, ForgetsMoreFlushesThanOneStepTakes) {
    const TemporaryDirectory directory;
    SqliteStoreOptions options = at(directory.file("store.db"));
    options.durability = SqliteStoreOptions::Durability::kNormal;  // thousands of flushes
    const auto store = SqliteStore::open(options).value();
    constexpr std::int64_t kFlushes = 4500;
    for (std::int64_t i = 0; i < kFlushes; ++i) {
        ASSERT_TRUE(store->write_down(flush_of(i, i + 1), SessionId{}));
    }
    ASSERT_TRUE(store->raise_epoch(0));
    ASSERT_TRUE(store->mark_closed(EpochId{1}, 1));
    ASSERT_TRUE(store->forget_flushes(EpochId{1}));
    EXPECT_TRUE(store->flushes(EpochId{1}).value().empty());
    EXPECT_EQ(store->written_ends().value().at(0).end_offset, kFlushes);
}

}  // namespace
}  // namespace shelfcast::adapters

namespace shelfcast::contract {
INSTANTIATE_TEST_SUITE_P(Sqlite, OperationalStoreContract,
                         testing::Values(&adapters::make_sqlite_harness));
INSTANTIATE_TEST_SUITE_P(Sqlite, JobLedgerContract,
                         testing::Values(&adapters::make_sqlite_job_harness));
INSTANTIATE_TEST_SUITE_P(Sqlite, OrderStoreContract,
                         testing::Values(&adapters::make_sqlite_order_harness));
}  // namespace shelfcast::contract
