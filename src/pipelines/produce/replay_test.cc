#include "pipelines/produce/replay.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "pipelines/ingest/test_ports.h"

namespace shelfcast::produce {
namespace {

/// Time passes only when somebody waits.
class ManualClock final : public ports::Clock {
public:
    [[nodiscard]] std::int64_t now_us() const override { return kStartUs + passed_us; }
    [[nodiscard]] std::int64_t steady_us() const override { return passed_us; }
    static constexpr std::int64_t kStartUs = 1'795'334'400'000'000;  // 2026-11-22T08:00:00Z
    std::int64_t passed_us = 0;
};

struct Sent {
    std::int64_t at_ms = 0;  ///< Of the clock, when it was handed in.
    std::string time;
    std::string product;
    std::string id;
    std::string message;
};

/// Judges what comes in as the real door does.
class JudgingDoor final : public ports::EventDoor {
public:
    JudgingDoor(const ManualClock& clock, ports::StoreDirectory& stores)
        : clock_(clock), stores_(stores) {}

    Result<ports::DoorReceipt> accept(const ports::DoorRequest& request) override {
        if (refusals > 0) {
            --refusals;
            return fail(ErrorKind::kBusy, "not now");
        }
        EXPECT_EQ(request.source, "replay");
        const auto catalog = stores_.catalog(std::nullopt);
        std::string_view left = request.body;
        ports::DoorReceipt receipt;
        while (!left.empty()) {
            const std::string_view line = left.substr(0, left.find('\n'));
            left.remove_prefix(line.size() + 1);
            std::string message(line);
            message.append(retail::EventDecoder::kPadding, '\0');
            retail::Event event;
            retail::Rejection rejection;
            EXPECT_EQ(decoder_.decode(std::string_view(message).substr(0, line.size()),
                                      clock_.now_us(), *catalog, event, rejection),
                      retail::RejectReason::kNone)
                << rejection.detail << ": " << line;
            sent.push_back({.at_ms = clock_.now_us() / 1000,
                            .time = retail::format_utc_ms(event.event_time_ms),
                            .product = std::string(event.product_id),
                            .id = retail::format_uuid(event.event_id),
                            .message = std::string(line)});
            ++receipt.tally.accepted;
        }
        return receipt;
    }

    int refusals = 0;
    std::vector<Sent> sent;

private:
    const ManualClock& clock_;
    ports::StoreDirectory& stores_;
    retail::EventDecoder decoder_;
};

class ReplayTest : public ::testing::Test {
protected:
    ReplayTest() { stores_.add(7, "PARIS", "Europe/Paris"); }
    ~ReplayTest() override { std::filesystem::remove(path_); }

    /// Rows of a CSV file; the header is added.
    std::string file_of(const std::string& rows) {
        std::ofstream(path_) << "event_time,store_id,product_id,category,transaction_type,quantity,"
                                "unit_price,event_id,customer_id\n"
                             << rows;
        return path_;
    }

    Result<ReplayReport> play(const ReplayOptions& options) {
        return replay(options,
                      {.door = door_,
                       .clock = clock_,
                       .stores = stores_,
                       .tables = tables_,
                       .pause =
                           [this](std::chrono::microseconds wait, const std::stop_token&) {
                               EXPECT_GT(wait.count(), 0);
                               clock_.passed_us += wait.count();
                               if (clock_.passed_us >= stop_after_us_) {
                                   stop_.request_stop();
                               }
                           },
                       .progress = {}},
                      stop_.get_token());
    }

    const std::string path_ =
        (std::filesystem::temp_directory_path() / fmt::format("replay_test_{}.csv", ::getpid()))
            .string();
    ManualClock clock_;
    ingest::MemoryStores stores_;
    ingest::MemoryTables tables_;
    JudgingDoor door_{clock_, stores_};
    std::stop_source stop_;
    std::int64_t stop_after_us_ = INT64_MAX;
};

// Not in the order of time; the third before the second.
constexpr const char* kThreeRows =
    "2011-03-01 10:00:00,PARIS,\"tea, \"\"green\"\"\",Drinks,SALE,2,1.50,"
    "01890a5d-ac96-774b-bcce-b302099a8057,C1\n"
    "2011-03-01 10:00:30,PARIS,cake,Food,SALE,0.725,4,,\n"
    "2011-03-01 10:00:10,7,bread,Food,RETURN,1,2.25,,\n";

TEST_F(ReplayTest, EventsComeInTheOrderAndAtThePaceOfTheirTimes) {
    const auto report = play({.file = file_of(kThreeRows)});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->rows, 3U);
    EXPECT_EQ(report->sent, 3U);
    ASSERT_EQ(door_.sent.size(), 3U);
    EXPECT_EQ(door_.sent[0].product, "tea, \"green\"");
    EXPECT_EQ(door_.sent[1].product, "bread");
    EXPECT_EQ(door_.sent[2].product, "cake");
    EXPECT_EQ(door_.sent[0].time, "2026-11-22T08:00:00.000Z");
    EXPECT_EQ(door_.sent[1].time, "2026-11-22T08:00:10.000Z");
    EXPECT_EQ(door_.sent[2].time, "2026-11-22T08:00:30.000Z");
    EXPECT_NEAR(static_cast<double>(clock_.passed_us), 30e6, 1e4);
    EXPECT_NE(door_.sent[1].message.find(R"("transaction_type":"RETURN","quantity":1,)"
                                         R"("unit_price":2.25)"),
              std::string::npos)
        << door_.sent[1].message;
    EXPECT_NE(door_.sent[0].message.find(R"("customer_id":"C1")"), std::string::npos);
}

TEST_F(ReplayTest, EveryEventGetsAnIdOfItsOwn) {
    const std::string file = file_of(kThreeRows);
    ASSERT_TRUE(play({.file = file}));
    ASSERT_TRUE(play({.file = file}));
    std::set<std::string> ids{"01890a5d-ac96-774b-bcce-b302099a8057"};
    for (const Sent& event : door_.sent) {
        EXPECT_TRUE(ids.insert(event.id).second) << event.id;
    }
}

TEST_F(ReplayTest, SpeedShrinksTheTimesInBetween) {
    ASSERT_TRUE(play({.file = file_of(kThreeRows), .speed = 10}));
    ASSERT_EQ(door_.sent.size(), 3U);
    EXPECT_EQ(door_.sent[1].time, "2026-11-22T08:00:01.000Z");
    EXPECT_EQ(door_.sent[2].time, "2026-11-22T08:00:03.000Z");
    EXPECT_NEAR(static_cast<double>(clock_.passed_us), 3e6, 1e4);
    for (const Sent& event : door_.sent) {
        EXPECT_LE(event.time, retail::format_utc_ms(event.at_ms));
    }
}

TEST_F(ReplayTest, KeptHoursMoveByWholeDaysAndThePastGoesInAtOnce) {
    // 06:00 and 09:00 UTC; it is 08:00.
    const auto report = play({.file = file_of("2011-03-01 07:00:00,7,a,Food,SALE,1,1,,\n"
                                              "2011-03-01 10:00:00,7,b,Food,SALE,1,1,,\n"),
                              .keep_hours = true});
    ASSERT_TRUE(report) << report.error().message;
    ASSERT_EQ(door_.sent.size(), 2U);
    EXPECT_EQ(door_.sent[0].time, "2026-11-22T06:00:00.000Z");
    EXPECT_EQ(door_.sent[0].at_ms, ManualClock::kStartUs / 1000);
    EXPECT_EQ(door_.sent[1].time, "2026-11-22T09:00:00.000Z");
    EXPECT_GE(door_.sent[1].at_ms, ManualClock::kStartUs / 1000 + 3'600'000);
}

TEST_F(ReplayTest, BrokenRowsAreLeftOutAndCounted) {
    const auto report = play(
        {.file = file_of(std::string(kThreeRows) + "2011-03-01 10:00:00,OSLO,a,Food,SALE,1,1,,\n"
                                                   "2011-03-01 10:00:00,7,a,Food,GIFT,1,1,,\n")});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->rows, 5U);
    EXPECT_EQ(report->sent, 3U);
    EXPECT_EQ(report->left_out.rejected(), 2U);
    EXPECT_EQ(report->left_out.accepted, 0U);

    const auto nothing = play({.file = file_of("2011-03-01 10:00:00,OSLO,a,Food,SALE,1,1,,\n")});
    ASSERT_FALSE(nothing);
    EXPECT_EQ(nothing.error().kind, ErrorKind::kInvalidInput);
    EXPECT_NE(nothing.error().message.find("none of its 1 rows can be replayed, 1 unknown_store"),
              std::string::npos)
        << nothing.error().message;
}

TEST_F(ReplayTest, BusyDoorGetsTheSameEventsAgain) {
    door_.refusals = 3;
    const auto report = play({.file = file_of(kThreeRows), .speed = 1000, .batch_events = 1});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->sent, 3U);
    EXPECT_EQ(door_.sent.size(), 3U);
}

TEST_F(ReplayTest, ParquetRowsEndAtTheirNumberOrAtAStop) {
    tables_.tables["receipts.parquet"] = {
        .columns = {"event_time", "store_id", "product_id", "category", "transaction_type",
                    "quantity", "unit_price"},
        .rows = {{"2011-03-01 10:00:00", "7", "a", "Food", "SALE", "1", "1.5"},
                 {"2011-03-01 10:01:00", "7", "b", "Food", "SALE", "1", "1.5"},
                 {"2011-03-01 11:00:00", "7", "c", "Food", "SALE", "1", "1.5"}}};
    const ReplayOptions options{.file = "receipts.parquet", .format = ingest::FileFormat::kParquet};
    ReplayOptions two = options;
    two.events = 2;
    const auto some = play(two);
    ASSERT_TRUE(some) << some.error().message;
    EXPECT_EQ(some->sent, 2U);
    ReplayOptions few = options;
    few.most_rows = 2;
    EXPECT_EQ(play(few).error().kind, ErrorKind::kInvalidInput);
    stop_after_us_ = clock_.passed_us + 120'000'000;
    const auto stopped = play(options);
    ASSERT_TRUE(stopped) << stopped.error().message;
    EXPECT_EQ(stopped->sent, 2U);
}

TEST_F(ReplayTest, SenselessOptionsAreRefused) {
    const std::string file = file_of(kThreeRows);
    for (const ReplayOptions& options :
         {ReplayOptions{.file = file, .speed = 0}, ReplayOptions{.file = file, .speed = -1},
          ReplayOptions{.file = file, .speed = 2, .keep_hours = true},
          ReplayOptions{.file = file, .batch_events = 0},
          ReplayOptions{.file = file, .attempts = 0}}) {
        EXPECT_EQ(play(options).error().kind, ErrorKind::kInvalidInput);
    }
    EXPECT_EQ(play({.file = path_ + ".none"}).error().kind, ErrorKind::kNotFound);
    EXPECT_TRUE(door_.sent.empty());
}

}  // namespace
}  // namespace shelfcast::produce
