// What the ClickHouse adapter promises beyond the port: errors, free statements, lost answers,
// restarts, and one truth for readers while epochs close.

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

#include "tests/contract/warehouse_rows.h"
#include "tests/warehouse/engine_site.h"

namespace shelfcast::contract {
namespace {

using adapters::clickhouse::ClickHouseOptions;
using adapters::clickhouse::ClickHouseWarehouse;
using namespace std::chrono_literals;

constexpr auto kPatience = 60s;
constexpr EpochId kEpoch{3};

class ClickHouseTest : public ::testing::Test {
protected:
    void SetUp() override {
        site_ = EngineSite::make();
        ASSERT_NE(site_, nullptr);
    }

    [[nodiscard]] ClickHouseWarehouse& warehouse() { return site_->warehouse(); }

    static void expect_ok(const Status& status) {
        EXPECT_TRUE(status) << (status ? "" : status.error().message);
    }
    // The answer of tests/warehouse/queries/NAME.sql, without the last line end.
    std::string ask(const std::string& name,
                    const adapters::clickhouse::QueryParameters& parameters = {}) {
        auto answer = warehouse().query_text(query(name), parameters);
        EXPECT_TRUE(answer) << (answer ? "" : answer.error().message);
        std::string text = answer ? *answer : std::string();
        if (text.ends_with('\n')) {
            text.pop_back();
        }
        return text;
    }
    static std::string query(const std::string& name) {
        return read_test_file("tests/warehouse/queries/" + name + ".sql");
    }
    std::uint64_t rows_of_epoch(EpochId epoch) {
        auto counts = warehouse().speed_rows_by_flush(events_, epoch);
        EXPECT_TRUE(counts) << (counts ? "" : counts.error().message);
        std::uint64_t rows = 0;
        for (const auto& [flush, count] : counts ? *counts : std::map<FlushId, std::uint64_t>{}) {
            rows += count;
        }
        return rows;
    }

    const retail::OperatorTable& events_ = retail::operator_table(retail::kEventsTable);
    std::unique_ptr<EngineSite> site_;
};

TEST_F(ClickHouseTest, ABadUrlIsInvalidInput) {
    for (const char* url : {"", "127.0.0.1:8123", "ftp://127.0.0.1", "http://", "http://a/b",
                            "http://user:pass@127.0.0.1:1", "http://a?b=c"}) {
        ClickHouseOptions options = test_options();
        options.url = url;
        const auto connected = ClickHouseWarehouse::connect(options);
        ASSERT_FALSE(connected) << url;
        EXPECT_EQ(connected.error().kind, ErrorKind::kInvalidInput) << url;
    }
}

TEST_F(ClickHouseTest, NobodyThereIsUnavailableAndNamed) {
    ClickHouseOptions options = test_options();
    options.url = "http://127.0.0.1:1";
    const auto connected = ClickHouseWarehouse::connect(options);
    ASSERT_FALSE(connected);
    EXPECT_EQ(connected.error().kind, ErrorKind::kUnavailable);
    EXPECT_NE(connected.error().message.find("127.0.0.1:1"), std::string::npos);
}

TEST_F(ClickHouseTest, AWrongPasswordIsUnauthenticated) {
    ClickHouseOptions options = test_options();
    options.password += "x";
    const auto connected = ClickHouseWarehouse::connect(options);
    ASSERT_FALSE(connected);
    EXPECT_EQ(connected.error().kind, ErrorKind::kUnauthenticated) << connected.error().message;
}

TEST_F(ClickHouseTest, ErrorsOfStatementsCarryTheServersWordsInOneLine) {
    const auto unknown = warehouse().query_text(query("unknown_table"));
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().kind, ErrorKind::kNotFound) << unknown.error().message;
    EXPECT_NE(unknown.error().message.find("no_such_table"), std::string::npos);
    const auto broken = warehouse().query_text("selekt\n1");
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().kind, ErrorKind::kInvalidInput);
    EXPECT_EQ(broken.error().message.find('\n'), std::string::npos);
}

TEST_F(ClickHouseTest, BoundValuesArriveUnchanged) {
    for (const std::string& value :
         {std::string("plain"), std::string("it's \"quoted\" `x` \\ \\n"),
          std::string("tab\there\nline\rreturn"), std::string("a&b=c%20+d;--"), std::string(),
          std::string("caf\xC3\xA9 \xF0\x9F\x8D\xB5"), std::string("nul\0byte", 8)}) {
        const auto answer =
            warehouse().query_text(query("echo"), {{"value", value}}, {}, "RawBLOB");
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_EQ(*answer, value);
    }
}

TEST_F(ClickHouseTest, SettingsAndFormatApply) {
    const auto json = warehouse().query_text(query("echo"), {{"value", "x"}}, {}, "JSONEachRow");
    ASSERT_TRUE(json) << json.error().message;
    EXPECT_EQ(*json, "{\"value\":\"x\"}\n");
    const auto limited =
        warehouse().query_text(query("numbers"), {{"count", "10"}}, {{"limit", "3"}});
    ASSERT_TRUE(limited) << limited.error().message;
    EXPECT_EQ(*limited, "0\n1\n2\n");
}

TEST_F(ClickHouseTest, AStreamedAnswerComesWholeAndInPieces) {
    std::size_t bytes = 0;
    std::size_t pieces = 0;
    expect_ok(warehouse().query_stream(query("numbers"), {{"count", "1000000"}}, {}, "RowBinary",
                                       [&](std::string_view piece) {
                                           bytes += piece.size();
                                           ++pieces;
                                           return true;
                                       }));
    EXPECT_EQ(bytes, 8'000'000U);
    EXPECT_GT(pieces, 1U);
}

TEST_F(ClickHouseTest, AReaderMayStopAStream) {
    const Status stopped =
        warehouse().query_stream(query("numbers"), {{"count", "100000000"}}, {}, "RowBinary",
                                 [](std::string_view) { return false; });
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().kind, ErrorKind::kUnavailable);
    EXPECT_EQ(ask("echo", {{"value", "still here"}}), "still here");
}

TEST_F(ClickHouseTest, AnAnswerThatBreaksOffIsAnError) {
    const auto whole = warehouse().query_text(query("fails_late"), {}, {}, "RowBinary");
    ASSERT_FALSE(whole);
    EXPECT_NE(whole.error().message.find("too late"), std::string::npos) << whole.error().message;
    std::size_t bytes = 0;
    const Status streamed = warehouse().query_stream(query("fails_late"), {}, {}, "RowBinary",
                                                     [&](std::string_view piece) {
                                                         bytes += piece.size();
                                                         return true;
                                                     });
    ASSERT_FALSE(streamed);
    EXPECT_GT(bytes, 0U);
    EXPECT_NE(streamed.error().message.find("too late"), std::string::npos)
        << streamed.error().message;
}

TEST_F(ClickHouseTest, NobodyWaitsForAnAnswerThatIsWantedNoMore) {
    constexpr std::array kColumns = {retail::ColumnSpec{"rows", retail::ColumnType::kUInt64}};
    Status asked;
    Status computed;
    {
        // Without a word from us these would take days.
        const std::jthread asking([&] {
            asked = warehouse().read_rows(query("endless"), kColumns, {}).map([](const auto&) {});
        });
        const std::jthread computing([&] { computed = warehouse().compute(query("endless"), {}); });
        const auto deadline = std::chrono::steady_clock::now() + kPatience;
        while (ask("running", {{"text", "endless"}}) != "2") {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline);
            std::this_thread::yield();
        }
        expect_ok(warehouse().stop_asking());
    }
    // The server leaves off, too, or it could not end in order.
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (ask("running", {{"text", "endless"}}) != "0") {
        ASSERT_LT(std::chrono::steady_clock::now(), deadline);
        std::this_thread::yield();
    }
    for (const Status& ended : {asked, computed}) {
        ASSERT_FALSE(ended);
        EXPECT_EQ(ended.error().kind, ErrorKind::kUnavailable);
    }
    EXPECT_EQ(warehouse().read_rows(query("numbers"), kColumns, {{"count", "1"}}).error().kind,
              ErrorKind::kUnavailable);
    // The layers still write.
    expect_ok(
        warehouse().insert_speed(events_, kEpoch, FlushId{1}, 1, event_rows(sample_events(3))));
    EXPECT_EQ(rows_of_epoch(kEpoch), 3U);
}

TEST_F(ClickHouseTest, AParquetFileComesWholeOrNotAtAll) {
    const auto bytes = warehouse().read_parquet(query("numbers"), {{"count", "300000"}});
    ASSERT_TRUE(bytes) << bytes.error().message;
    constexpr std::array kColumns = {retail::ColumnSpec{"number", retail::ColumnType::kUInt64}};
    const auto rows = warehouse().decode(*bytes, kColumns);
    ASSERT_TRUE(rows) << rows.error().message;
    EXPECT_EQ(rows->rows(), 300'000U);
    const auto broken = warehouse().read_parquet(query("fails_late"), {});
    ASSERT_FALSE(broken);
    EXPECT_NE(broken.error().message.find("too late"), std::string::npos) << broken.error().message;
}

TEST_F(ClickHouseTest, OneInsertIsOnePart) {
    expect_ok(warehouse().query_text(query("stop_merges")).map([](const std::string&) {}));
    const auto rows = event_rows(sample_events(100'000));
    expect_ok(warehouse().insert_speed(events_, kEpoch, FlushId{1}, 1, rows));
    EXPECT_EQ(ask("parts", {{"table", "events_speed"}}), "1");
    expect_ok(warehouse().insert_batch(events_, GenerationId{1}, kEpoch, 1, rows));
    EXPECT_EQ(ask("parts", {{"table", "events_batch"}}), "1");
    expect_ok(warehouse().query_text(query("start_merges")).map([](const std::string&) {}));
}

TEST_F(ClickHouseTest, OneConnectionServesManyThreads) {
    ClickHouseOptions options = test_options();
    options.max_connections = 1;
    const auto narrow = ClickHouseWarehouse::connect(options);
    ASSERT_TRUE(narrow) << narrow.error().message;
    const std::string echo = query("echo");
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            for (int call = 0; call < 20; ++call) {
                const std::string value = fmt::format("{}-{}", thread, call);
                const auto answer = (*narrow)->query_text(echo, {{"value", value}}, {}, "RawBLOB");
                EXPECT_TRUE(answer && *answer == value);
            }
        });
    }
}

// The client gives up early; whether the insert runs on is the server's affair until settle().
TEST_F(ClickHouseTest, AnInsertWhoseAnswerWasLostCountsOnceWhenRepeated) {
    ClickHouseOptions options = test_options();
    const auto rows = event_rows(sample_events(200'000));
    for (const long timeout_ms : {20L, 60L, 180L}) {
        const EpochId epoch{static_cast<std::uint32_t>(timeout_ms)};
        options.request_timeout_ms = timeout_ms;
        const auto impatient = ClickHouseWarehouse::connect(options);
        const Status given_up =
            impatient ? (*impatient)->insert_speed(events_, epoch, FlushId{1}, 1, rows)
                      : Status(tl::unexpected(impatient.error()));
        if (!given_up) {
            EXPECT_EQ(given_up.error().kind, ErrorKind::kUnavailable) << given_up.error().message;
        }
        expect_ok(warehouse().settle());
        const std::uint64_t settled = rows_of_epoch(epoch);
        EXPECT_TRUE(settled == 0 || settled == rows.rows()) << settled;
        EXPECT_EQ(rows_of_epoch(epoch), settled);
        expect_ok(warehouse().insert_speed(events_, epoch, FlushId{1}, 1, rows));
        EXPECT_EQ(rows_of_epoch(epoch), rows.rows());
    }
}

TEST_F(ClickHouseTest, DamagedSpeedRowsAreFoundThoughTheyStillCount) {
    if (test_engine() == nullptr) {
        return;  // The files of a server that was named in the environment are not ours.
    }
    for (const EpochId epoch : {kEpoch, EpochId{kEpoch.value + 1}}) {
        expect_ok(warehouse().insert_speed(events_, epoch, FlushId{1}, 1,
                                           event_rows(sample_events(1'000))));
    }
    EXPECT_TRUE(warehouse().speed_is_intact(events_, kEpoch).value());
    const std::filesystem::path part =
        ask("part_path", {{"table", "events_speed"}, {"partition", "3"}});
    ASSERT_TRUE(std::filesystem::exists(part / "data.bin")) << part;
    std::filesystem::resize_file(part / "data.bin", 0);  // As a merge on a full disk leaves it.
    EXPECT_EQ(rows_of_epoch(EpochId{kEpoch.value + 1}), 1'000U);
    EXPECT_FALSE(warehouse().speed_is_intact(events_, kEpoch).value());
    EXPECT_TRUE(warehouse().speed_is_intact(events_, EpochId{kEpoch.value + 1}).value());
    expect_ok(warehouse().drop_speed(events_, kEpoch));
    EXPECT_TRUE(warehouse().speed_is_intact(events_, kEpoch).value());
    expect_ok(
        warehouse().insert_speed(events_, kEpoch, FlushId{1}, 2, event_rows(sample_events(1'000))));
    EXPECT_EQ(rows_of_epoch(kEpoch), 1'000U);
}

TEST_F(ClickHouseTest, AKilledEngineIsUnavailableAndKeepsWhatItAcknowledged) {
    adapters::Engine* const engine = test_engine();
    if (engine == nullptr) {
        return;  // A server that was named in the environment is not ours to kill.
    }
    const auto rows = event_rows(sample_events(1'000));
    expect_ok(warehouse().insert_speed(events_, kEpoch, FlushId{1}, 1, rows));
    const auto started = warehouse().started_at_s();
    ASSERT_TRUE(started);
    const std::uint64_t incarnation = engine->incarnation();
    ASSERT_EQ(::kill(engine->child_pid(), SIGKILL), 0);
    while (engine->incarnation() == incarnation) {
        const Status during = warehouse().insert_speed(events_, kEpoch, FlushId{2}, 1, rows);
        if (!during) {
            EXPECT_EQ(during.error().kind, ErrorKind::kUnavailable) << during.error().message;
        }
    }
    expect_ok(engine->wait_until_up(kPatience));
    expect_ok(warehouse().insert_speed(events_, kEpoch, FlushId{2}, 2, rows));
    auto counts = warehouse().speed_rows_by_flush(events_, kEpoch);
    ASSERT_TRUE(counts) << counts.error().message;
    EXPECT_EQ((*counts)[FlushId{1}], rows.rows());
    EXPECT_GE((*counts)[FlushId{2}], rows.rows());
}

// Speed rows come, epochs close and old speed rows go; each reader's one statement sees every total
// at the same number of whole flushes.
TEST_F(ClickHouseTest, ReadersSeeNeitherAGapNorADoubleWhileEpochsClose) {
    constexpr std::uint32_t kEpochs = 12;
    constexpr std::uint32_t kFlushesPerEpoch = 3;
    const auto& daily = retail::operator_table(retail::kDailySalesTable);
    const auto sample = sample_events(20);
    const auto rows = event_rows(sample);
    const auto sums = rollup_rows(daily, sample);
    std::atomic<std::uint64_t> begun = 0;
    std::atomic<std::uint64_t> done = 0;
    std::atomic<std::uint64_t> looks = 0;
    const std::string look = query("both_totals");
    std::vector<std::jthread> readers;
    for (int reader = 0; reader < 8; ++reader) {
        readers.emplace_back([&](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                const std::uint64_t at_least = done.load() * sample.size();
                const auto answer = warehouse().query_text(look);
                const std::uint64_t at_most = begun.load() * sample.size();
                ASSERT_TRUE(answer) << answer.error().message;
                std::uint64_t events = 0;
                std::uint64_t daily_events = 0;
                ASSERT_EQ(std::sscanf(answer->c_str(), "%lu\t%lu", &events, &daily_events), 2);
                for (const std::uint64_t seen : {events, daily_events}) {
                    EXPECT_GE(seen, at_least);
                    EXPECT_LE(seen, at_most);
                    EXPECT_EQ(seen % sample.size(), 0U);
                }
                ++looks;
            }
        });
    }
    for (std::uint32_t number = 1; number <= kEpochs; ++number) {
        const EpochId epoch{number};
        for (std::uint32_t flush = 0; flush < kFlushesPerEpoch; ++flush) {
            ++begun;
            const FlushId id{number * 100 + flush};
            expect_ok(warehouse().insert_speed(events_, epoch, id, 1, rows));
            expect_ok(warehouse().insert_speed(daily, epoch, id, 1, sums));
            ++done;
        }
        for (std::uint32_t part = 0; part < kFlushesPerEpoch; ++part) {
            expect_ok(warehouse().insert_batch(events_, GenerationId{1}, epoch, part, rows));
            expect_ok(warehouse().insert_batch(daily, GenerationId{1}, epoch, part, sums));
        }
        expect_ok(warehouse().insert_manifest({GenerationId{1}, epoch, number, {}, {}}));
        if (number > 4) {
            expect_ok(warehouse().drop_speed(events_, EpochId{number - 4}));
            expect_ok(warehouse().drop_speed(daily, EpochId{number - 4}));
        }
    }
    for (std::jthread& reader : readers) {
        reader.request_stop();
    }
    readers.clear();
    EXPECT_GT(looks.load(), 0U);
}

}  // namespace
}  // namespace shelfcast::contract
