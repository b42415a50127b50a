#include "adapters/postgres_store/postgres_store.h"

#include <gtest/gtest.h>

#include <array>
#include <latch>
#include <thread>

#include "adapters/postgres_store/test_schema.h"
#include "tests/contract/job_ledger_contract.h"
#include "tests/contract/operational_store_contract.h"
#include "tests/contract/order_store_contract.h"
#include "tests/contract/session_contract.h"
#include "tests/contract/user_contract.h"

namespace shelfcast::adapters {
namespace {

using postgres_store::Connection;
using postgres_store::TestSchema;

class PostgresHarness final : public contract::OperationalStoreHarness,
                              public contract::JobLedgerHarness,
                              public contract::OrderStoreHarness {
public:
    PostgresHarness() { reopen(); }
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
        store_ = schema_.open();
    }

private:
    TestSchema schema_;
    std::unique_ptr<PostgresStore> store_;
};

std::unique_ptr<contract::OperationalStoreHarness> make_harness() {
    return std::make_unique<PostgresHarness>();
}

std::unique_ptr<contract::JobLedgerHarness> make_job_harness() {
    return std::make_unique<PostgresHarness>();
}

std::unique_ptr<contract::OrderStoreHarness> make_order_harness() {
    return std::make_unique<PostgresHarness>();
}

ports::FlushDraft flush_of(std::uint32_t partition, std::int64_t from, std::int64_t to,
                           std::uint64_t hash = 0) {
    return {{{"retail_events", PartitionId{partition}, from, to}},
            CatalogVersion{1},
            {{"events", 1}},
            {hash, 0}};
}

template <typename T>
void expect_error(const Result<T>& result, ErrorKind kind, std::string_view named) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, kind) << result.error().message;
    EXPECT_NE(result.error().message.find(named), std::string::npos) << result.error().message;
    EXPECT_EQ(result.error().message.find('\n'), std::string::npos) << result.error().message;
}

// The URL with one part of it replaced.
std::string with(std::string url, std::string_view part, std::string_view other) {
    url.replace(url.find(part), part.size(), other);
    return url;
}

struct UrlParts {
    explicit UrlParts(const std::string& url) {
        const auto colon = url.find(':', url.find("://") + 3);
        const auto at = url.find('@');
        const auto slash = url.rfind('/');
        const auto port_colon = url.rfind(':');
        password = url.substr(colon + 1, at - colon - 1);
        host = url.substr(at + 1, port_colon - at - 1);
        port = url.substr(port_colon + 1, slash - port_colon - 1);
        database = url.substr(slash + 1, url.find('?') - slash - 1);
    }
    std::string password;
    std::string host;
    std::string port;
    std::string database;
};

// --- wrong options and servers -----------------------------------------------------------------

TEST(PostgresStore, WhatIsWrongWithTheServerIsNamed) {
    const TestSchema schema;
    const std::string& url = schema.options().url;
    const UrlParts parts(url);
    const auto open = [&](const std::string& wrong) {
        PostgresStoreOptions options = schema.options();
        options.url = wrong;
        return PostgresStore::open(options);
    };
    const std::string place = fmt::format("@{}:{}/", parts.host, parts.port);
    expect_error(open(with(url, ":" + parts.password, ":secret-word")), ErrorKind::kUnauthenticated,
                 place);
    EXPECT_EQ(
        open(with(url, ":" + parts.password, ":secret-word")).error().message.find("secret-word"),
        std::string::npos);
    expect_error(open(with(url, "//shelfcast:", "//nobody:")), ErrorKind::kUnauthenticated,
                 "nobody@");
    expect_error(open(with(url, "@" + parts.host, "@no-such-host.invalid")),
                 ErrorKind::kUnavailable, "no-such-host.invalid");
    // Port 1 is nobody's.
    expect_error(open(with(url, ":" + parts.port, ":1")), ErrorKind::kUnavailable, ":1/");
    expect_error(open(with(url, "/" + parts.database + "?", "/no_such_database?")),
                 ErrorKind::kNotFound, "no_such_database");
}

TEST(PostgresStore, OverTlsOnlyAServerOfAKnownAuthorityIsSpokenTo) {
    const TestSchema schema;
    PostgresStoreOptions options = schema.options();
    const std::string url = options.url + "&sslmode=verify-full&sslrootcert=";
    options.url = url + tests::engine_setting("SHELFCAST_TEST_POSTGRES_CA");
    const auto opened = PostgresStore::open(options);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_TRUE((*opened)->open_epoch());
    options.url = url + "/no/such/file.pem";
    expect_error(PostgresStore::open(options), ErrorKind::kUnavailable, "/no/such/file.pem");
    // For another name than the one that is asked for.
    options.url =
        with(url + tests::engine_setting("SHELFCAST_TEST_POSTGRES_CA"), "127.0.0.1", "localhost");
    expect_error(PostgresStore::open(options), ErrorKind::kUnavailable, "localhost");
}

TEST(PostgresStore, AUrlThatCannotBeReadIsNotShown) {
    for (const char* url :
         {"postgresql://user:se/cret@127.0.0.1:5432/database", "postgresql://u:secret@[::1/db",
          "postgresql://user:secret@127.0.0.1:port/database", "http://user:secret@127.0.0.1/",
          "postgresql://user:secret@127.0.0.1/database?no_such=1", "secret",
          "postgresql://user:sec%ret@127.0.0.1/database"}) {
        PostgresStoreOptions options;
        options.url = url;
        const auto opened = PostgresStore::open(options);
        expect_error(opened, ErrorKind::kInvalidInput, "URL");
        for (const char* part : {"se", "cret"}) {
            EXPECT_EQ(opened.error().message.find(fmt::format("{}@", part)), std::string::npos)
                << opened.error().message;
        }
        EXPECT_EQ(opened.error().message.find("secret"), std::string::npos)
            << opened.error().message;
    }
}

TEST(PostgresStore, WrongOptionsAreNamed) {
    const TestSchema schema;
    for (const char* name : {"", "Capital", "a-b", "a\"b"}) {
        PostgresStoreOptions options = schema.options();
        options.schema = name;
        expect_error(PostgresStore::open(options), ErrorKind::kInvalidInput, name);
    }
    PostgresStoreOptions none = schema.options();
    none.connections = 0;
    expect_error(PostgresStore::open(none), ErrorKind::kInvalidInput, "connection");
}

TEST(PostgresStore, AnOldServerIsRefused) {
    EXPECT_TRUE(postgres_store::check_server_version(150'018));
    expect_error(postgres_store::check_server_version(90'624), ErrorKind::kInvalidInput, "9");
}

TEST(PostgresStore, ADatabaseOfAnotherEncodingIsRefused) {
    const TestSchema schema;
    const std::string name = schema.options().schema;
    ASSERT_TRUE(schema.run(fmt::format(
        "create database \"{}\" encoding 'LATIN1' template template0 locale 'C'", name)));
    PostgresStoreOptions options = schema.options();
    options.url = with(options.url, "/" + UrlParts(options.url).database + "?", "/" + name + "?");
    expect_error(PostgresStore::open(options), ErrorKind::kInvalidInput, "LATIN1");
    ASSERT_TRUE(schema.run(fmt::format("drop database \"{}\"", name)));
}

// --- migrations --------------------------------------------------------------------------------

TEST(PostgresStore, ManyWhoOpenAnEmptySchemaMakeItOnce) {
    const TestSchema schema;
    constexpr int kThreads = 4;
    std::latch start(kThreads);
    {
        std::vector<std::jthread> threads;
        threads.reserve(kThreads);
        for (int thread = 0; thread < kThreads; ++thread) {
            threads.emplace_back([&] {
                start.arrive_and_wait();
                const auto store = PostgresStore::open(schema.options());
                ASSERT_TRUE(store) << store.error().message;
                EXPECT_EQ((*store)->open_epoch().value(), EpochId{1});
            });
        }
    }
    auto connection = Connection::open(schema.options());
    ASSERT_TRUE(connection) << connection.error().message;
    const auto rows = (*connection)->query("select count(*), max(number) from migrations");
    ASSERT_TRUE(rows) << rows.error().message;
    EXPECT_EQ(rows->integer(0, 0), rows->integer(0, 1));
}

TEST(PostgresStore, ASchemaOfANewerProgramIsRefused) {
    const TestSchema schema;
    static_cast<void>(schema.open());
    ASSERT_TRUE(schema.run("insert into migrations (number) values (900)"));
    expect_error(PostgresStore::open(schema.options()), ErrorKind::kInvalidInput, "900");
}

TEST(PostgresStore, ASchemaOfAnotherProgramIsLeftAlone) {
    const TestSchema schema;
    ASSERT_TRUE(schema.run(fmt::format("create schema \"{0}\"; create table \"{0}\".orders (a int)",
                                       schema.options().schema)));
    expect_error(PostgresStore::open(schema.options()), ErrorKind::kCorrupted,
                 schema.options().schema);
}

TEST(PostgresStore, AnOpenSchemaNeedsNoRightToMakeOne) {
    const TestSchema schema;
    const std::string& name = schema.options().schema;
    static_cast<void>(schema.open());
    ASSERT_TRUE(schema.run(fmt::format(
        "create role \"{0}\" login password 'word'; grant usage on schema \"{0}\" to \"{0}\"; "
        "grant all on all tables in schema \"{0}\" to \"{0}\"",
        name)));
    PostgresStoreOptions options = schema.options();
    options.url = with(options.url, "//shelfcast:" + UrlParts(options.url).password,
                       fmt::format("//{}:word", name));
    {
        const auto store = PostgresStore::open(options);
        ASSERT_TRUE(store) << store.error().message;
        EXPECT_TRUE((*store)->write_down(flush_of(0, 0, 1), SessionId{}));
    }
    options.schema += "_other";
    expect_error(PostgresStore::open(options), ErrorKind::kForbidden, "permission");
    ASSERT_TRUE(schema.run(fmt::format("drop owned by \"{0}\"; drop role \"{0}\"", name)));
}

// --- values ------------------------------------------------------------------------------------

TEST(PostgresStore, ATextThatIsNoneIsRefusedAndNothingBreaks) {
    const TestSchema schema;
    const auto store = schema.open();
    const std::string zero("a\0b", 3);
    for (const std::string& wrong : {zero, std::string("\xff")}) {
        expect_error(store->put_user({wrong, "hash", ports::Role::kAdministrator}),
                     ErrorKind::kInvalidInput, "");
        retail::Product product;
        product.product_id = wrong;
        expect_error(store->put_products({product}), ErrorKind::kInvalidInput, "");
    }
    retail::Product odd;
    odd.product_id = R"({a"b\c,NULL})";
    odd.name = "null";
    ASSERT_TRUE(store->put_products({odd}));
    EXPECT_EQ(store->products().value().products, std::vector{odd});
}

TEST(PostgresStore, MoreProductsThanOneStatementTakesAreOneVersion) {
    const TestSchema schema;
    const auto store = schema.open();
    std::vector<retail::Product> products(25'000);
    for (std::size_t i = 0; i < products.size(); ++i) {
        products[i].product_id = fmt::format("product {:06}", i);
    }
    EXPECT_EQ(store->put_products(products).value(), products.size());
    const auto kept = store->products().value();
    EXPECT_EQ(kept.version, 1U);
    EXPECT_EQ(kept.products, products);
}

// --- several processes -------------------------------------------------------------------------

// Two stores, two threads each, all want the same ranges while the epoch rises: each range is
// written down once, and the epochs cut the offsets without a gap.
TEST(PostgresStore, StoresThatRaceForRangesWriteEachOnce) {
    const TestSchema schema;
    constexpr std::int64_t kFlushes = 60;
    constexpr std::uint64_t kWriters = 4;
    const std::array stores{schema.open(), schema.open()};
    std::array<std::atomic<int>, kFlushes> written{};
    {
        std::vector<std::jthread> threads;
        threads.reserve(kWriters);
        for (std::uint64_t writer = 0; writer < kWriters; ++writer) {
            threads.emplace_back([&, writer] {
                auto& store = *stores[writer % stores.size()];
                for (std::int64_t i = 0; i < kFlushes; ++i) {
                    auto draft = flush_of(0, i, i + 1, writer);
                    // In another order than the others.
                    draft.ranges.insert(writer < 2 ? draft.ranges.begin() : draft.ranges.end(),
                                        {"retail_events", PartitionId{1}, i, i + 1});
                    const auto flush = store.write_down(draft, SessionId{});
                    if (flush) {
                        ++written[static_cast<std::size_t>(i)];
                    } else {
                        ASSERT_EQ(flush.error().kind, ErrorKind::kConflict)
                            << flush.error().message;
                    }
                    // Nobody runs ahead of what is written.
                    if (store.written_ends().value().at(0).end_offset <= i) {
                        --i;
                    }
                }
            });
        }
        for (int i = 0; i < 10; ++i) {
            ASSERT_TRUE(stores[0]->raise_epoch(0));
        }
    }
    for (const auto& count : written) {
        EXPECT_EQ(count, 1);
    }
    std::int64_t position = 0;
    const EpochId open = stores[1]->open_epoch().value();
    EXPECT_EQ(open, EpochId{11});
    for (EpochId epoch{1}; epoch <= open; ++epoch.value) {
        const auto flushes = stores[1]->flushes(epoch).value();
        for (const auto& flush : flushes) {
            EXPECT_EQ(flush.draft.ranges.at(0).from, position);
            ++position;
        }
        if (epoch < open) {
            const auto cuts = stores[1]->cuts(epoch).value();
            EXPECT_EQ(cuts.empty() ? 0 : cuts.at(0).end_offset, position);
        }
    }
    EXPECT_EQ(position, kFlushes);
}

TEST(PostgresStore, OnlyItsWriterMayRepeatAFlush) {
    const TestSchema schema;
    const auto one = schema.open();
    const auto two = schema.open();
    const auto first = one->write_down(flush_of(0, 0, 5, 7), SessionId{});
    ASSERT_TRUE(first) << first.error().message;
    const auto again = one->write_down(flush_of(0, 0, 5, 7), SessionId{});
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, *first);
    expect_error(two->write_down(flush_of(0, 0, 5, 7), SessionId{}), ErrorKind::kConflict, "5");
    expect_error(one->write_down(flush_of(0, 0, 5, 8), SessionId{}), ErrorKind::kConflict, "5");
    EXPECT_EQ(one->flushes(EpochId{1}).value(), std::vector{*first});
}

TEST(PostgresStore, ASessionThatBeginsInOneStoreEndsTheOtherOnes) {
    const TestSchema schema;
    const auto one = schema.open();
    const auto two = schema.open();
    std::atomic<std::int64_t> written = 0;
    std::jthread writing([&] {
        for (;;) {  // until the session is over
            const auto flush = one->write_down(flush_of(0, written, written + 1), SessionId{});
            if (!flush) {
                EXPECT_EQ(flush.error().kind, ErrorKind::kUnavailable) << flush.error().message;
                return;
            }
            ++written;
        }
    });
    while (written < 5) {
        std::this_thread::yield();
    }
    ASSERT_TRUE(two->begin_session(SessionId{}));
    const auto ends = two->written_ends().value();
    writing.join();
    EXPECT_EQ(ends.at(0).end_offset, written);
    EXPECT_EQ(two->written_ends().value(), ends);
}

TEST(PostgresStore, ALockIsTheSchemasAndGoesWithItsConnection) {
    const TestSchema schema;
    const TestSchema other;
    const auto one = schema.open();
    const auto two = schema.open();
    auto held = one->try_lock("verification");
    ASSERT_TRUE(held) << held.error().message;
    expect_error(two->try_lock("verification"), ErrorKind::kBusy, "verification");
    EXPECT_TRUE(other.open()->try_lock("verification"));
    ASSERT_TRUE(schema.end_connections());
    EXPECT_EQ((*held)->check().error().kind, ErrorKind::kUnavailable);
    EXPECT_EQ((*held)->check().error().kind, ErrorKind::kUnavailable);
    EXPECT_TRUE(two->try_lock("verification"));
}

// --- servers that misbehave --------------------------------------------------------------------

TEST(PostgresStore, ConnectionsThatTheServerClosedAreMadeAnew) {
    const TestSchema schema;
    const auto store = schema.open();
    ASSERT_TRUE(schema.end_connections());
    ASSERT_TRUE(store->open_epoch());
    ASSERT_TRUE(store->write_down(flush_of(0, 0, 1), SessionId{}));
    ASSERT_TRUE(schema.end_connections());
    const auto flush = store->write_down(flush_of(0, 1, 2), SessionId{});
    EXPECT_TRUE(flush) << flush.error().message;
}

TEST(PostgresStore, WritersWaitForWhoHasTheEpochsAloneNotForEver) {
    const TestSchema schema;
    PostgresStoreOptions options = schema.options();
    options.statement_timeout_ms = 200;
    options.connections = 1;
    const auto store = PostgresStore::open(options).value();
    const auto flush = store->write_down(flush_of(0, 0, 1), SessionId{}).value();
    auto other = Connection::open(schema.options()).value();
    ASSERT_TRUE(other->script("begin; lock table epochs in exclusive mode"));
    expect_error(store->write_down(flush_of(0, 1, 2), SessionId{}), ErrorKind::kUnavailable,
                 "statement timeout");
    expect_error(store->mark_done(flush.id, SessionId{}), ErrorKind::kUnavailable,
                 "statement timeout");
    ASSERT_TRUE(other->script("rollback"));
    EXPECT_TRUE(store->write_down(flush_of(0, 1, 2), SessionId{}));
    EXPECT_TRUE(store->mark_done(flush.id, SessionId{}));
}

TEST(PostgresStore, EpochsAndSessionsWaitForWriters) {
    const TestSchema schema;
    PostgresStoreOptions options = schema.options();
    options.statement_timeout_ms = 200;
    const auto store = PostgresStore::open(options).value();
    auto writer = Connection::open(schema.options()).value();
    // As who writes a flush down.
    ASSERT_TRUE(writer->script("begin; lock table epochs in row share mode"));
    expect_error(store->raise_epoch(0), ErrorKind::kUnavailable, "statement timeout");
    expect_error(store->begin_session(SessionId{}), ErrorKind::kUnavailable, "statement timeout");
    EXPECT_TRUE(store->write_down(flush_of(0, 0, 1), SessionId{}));
    ASSERT_TRUE(writer->script("commit"));
    EXPECT_TRUE(store->raise_epoch(0));
    EXPECT_TRUE(store->begin_session(SessionId{}));
}

// A process that stops in the middle of a transaction.
TEST(PostgresStore, WhoStopsInATransactionLosesIt) {
    const TestSchema schema;
    const auto store = schema.open();
    PostgresStoreOptions stopped = schema.options();
    stopped.statement_timeout_ms = 200;
    auto other = Connection::open(stopped).value();
    ASSERT_TRUE(other->script("begin; lock table epochs in exclusive mode"));
    const auto flush = store->write_down(flush_of(0, 0, 1), SessionId{});
    EXPECT_TRUE(flush) << flush.error().message;
    EXPECT_EQ(other->script("commit").error().kind, ErrorKind::kUnavailable);
    EXPECT_TRUE(other->is_lost());
}

TEST(PostgresStore, WhoFindsEveryConnectionInUseIsToldSo) {
    const TestSchema schema;
    PostgresStoreOptions options = schema.options();
    options.connections = 1;
    options.statement_timeout_ms = 400;
    const auto store = PostgresStore::open(options).value();
    auto other = Connection::open(schema.options()).value();
    ASSERT_TRUE(other->script("begin; lock table epochs"));
    // One connection, which waits for the lock as long as the others wait for it.
    std::array<Status, 4> outcomes;
    {
        std::vector<std::jthread> threads;
        threads.reserve(outcomes.size());
        for (auto& outcome : outcomes) {
            threads.emplace_back([&] {
                const auto epoch = store->open_epoch();
                outcome = epoch ? Status() : Status(tl::unexpected(epoch.error()));
            });
        }
    }
    int busy = 0;
    for (const Status& outcome : outcomes) {
        ASSERT_FALSE(outcome);
        busy += outcome.error().kind == ErrorKind::kBusy ? 1 : 0;
    }
    EXPECT_GE(busy, 1);
}

}  // namespace
}  // namespace shelfcast::adapters

namespace shelfcast::contract {
INSTANTIATE_TEST_SUITE_P(Postgres, OperationalStoreContract,
                         testing::Values(&adapters::make_harness));
INSTANTIATE_TEST_SUITE_P(Postgres, JobLedgerContract, testing::Values(&adapters::make_job_harness));
INSTANTIATE_TEST_SUITE_P(Postgres, OrderStoreContract,
                         testing::Values(&adapters::make_order_harness));
}  // namespace shelfcast::contract
