#include "pipelines/ingest/replay.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/failpoint.h"
#include "pipelines/ingest/import.h"
#include "pipelines/ingest/test_ports.h"

namespace shelfcast::ingest {
namespace {

using ports::LetterPosition;
using retail::RejectReason;

class MemoryReplays final : public ports::ReplayLedger {
public:
    Result<bool> is_replayed(const LetterPosition& letter) override {
        return letters_.contains(letter);
    }
    Status begin_replays(const std::vector<LetterPosition>& letters) override {
        for (const LetterPosition& letter : letters) {
            EXPECT_FALSE(letters_.contains(letter));
            letters_[letter] = false;
        }
        return {};
    }
    Result<std::vector<LetterPosition>> replays_under_way() override {
        std::vector<LetterPosition> under_way;
        for (const auto& [letter, settled] : letters_) {
            if (!settled) {
                under_way.push_back(letter);
            }
        }
        return under_way;
    }
    Status settle_replays(const std::vector<LetterPosition>& in_log) override {
        for (const LetterPosition& letter : in_log) {
            letters_[letter] = true;
        }
        std::erase_if(letters_, [](const auto& entry) { return !entry.second; });
        return {};
    }

private:
    std::map<LetterPosition, bool> letters_;
};

struct Killed {};

class ReplayTest : public ::testing::Test {
protected:
    void SetUp() override { stores_.add(1, "LON-1"); }
    void TearDown() override { failpoint::set_handler({}); }

    void add_letter(std::string raw, std::string source = "http") {
        letters_.push_back(
            {{"dead-letters", PartitionId{0}, next_offset_++}, std::move(source), std::move(raw)});
    }
    /// Replays all letters, two at a time.
    Result<ReplayReport> replay_all() {
        std::size_t given = 0;
        const NextLetters next = [&]() -> Result<std::vector<ReplayLetter>> {
            std::vector<ReplayLetter> page;
            while (page.size() < 2 && given < letters_.size()) {
                page.push_back(letters_[given++]);
            }
            return page;
        };
        return replay(options_, {log_, ledger_, stores_, clock_}, next, {});
    }
    ReplayReport replay_well() {
        const auto report = replay_all();
        EXPECT_TRUE(report) << report.error().message;
        return report.value_or(ReplayReport{});
    }
    static std::uint64_t refused(const ReplayReport& report, RejectReason reason) {
        return report.tally.rejected_by_reason[static_cast<std::size_t>(reason)];
    }

    CountingClock clock_;
    FaultyLog log_{clock_};
    MemoryStores stores_;
    MemoryReplays ledger_;
    ReplayOptions options_;
    std::vector<ReplayLetter> letters_;
    std::int64_t next_offset_ = 0;
};

TEST_F(ReplayTest, WhatIsRightByNowIsAcceptedOnce) {
    for (int number = 0; number < 5; ++number) {
        add_letter(good_message(7, number));
    }
    add_letter("no JSON");
    ReplayReport report = replay_well();
    EXPECT_EQ(report.tally.accepted, 0U);
    EXPECT_EQ(refused(report, RejectReason::kUnknownStore), 5U);
    EXPECT_EQ(refused(report, RejectReason::kBrokenJson), 1U);
    EXPECT_FALSE(report.detail.empty());
    EXPECT_TRUE(log_.events().empty());

    stores_.add(7, "LON-7");
    options_.dry_run = true;
    EXPECT_EQ(replay_well().tally.accepted, 5U);
    EXPECT_TRUE(log_.events().empty());
    options_.dry_run = false;
    EXPECT_EQ(replay_well().tally.accepted, 5U);
    report = replay_well();
    EXPECT_EQ(report.tally.accepted, 0U);
    EXPECT_EQ(report.earlier, 5U);
    EXPECT_EQ(refused(report, RejectReason::kBrokenJson), 1U);
    EXPECT_EQ(log_.events().size(), 5U);
    // What is refused again makes no new dead letter.
    EXPECT_TRUE(log_.dead_letters().empty());
}

TEST_F(ReplayTest, TheFutureBeginsWhereItDoesForTheDoor) {
    std::string message = good_message(1, 0);
    message.replace(message.find("2026-11-21"), 10, "2026-11-22");  // 10:00; it is 08:00.
    add_letter(std::move(message));
    options_.codec.max_ahead_ms = 3'600'000;
    EXPECT_EQ(refused(replay_well(), RejectReason::kTimeInFuture), 1U);
    options_.codec.max_ahead_ms = 3 * 3'600'000;
    EXPECT_EQ(replay_well().tally.accepted, 1U);
}

TEST_F(ReplayTest, RefusedRowsOfFilesAreReplayedWithoutTheirFile) {
    const TemporaryFolder folder;
    MemoryLedger imports;
    MemoryTables tables;
    const std::string header =
        "unit_price,quantity,event_time,store_id,product_id,category,transaction_type\n";
    const std::string csv = folder.write(
        "a.csv", header + "450.00,2,2026-11-21 10:00:00,NEW,\"Lap\"\"top\",Electronics,SALE\n" +
                     "450.00,nothing,2026-11-21 10:00:00,NEW,Laptop,Electronics,SALE\n");
    const std::string lines = folder.write(
        "b.ndjson",
        R"({"event_time":"2026-11-21 10:00:00","store_id":"NEW","product_id":"Laptop",)"
        R"("category":"Electronics","transaction_type":"SALE","quantity":3,"unit_price":1.00})"
        "\n");
    ImportOptions import;
    import.files = {csv, lines};
    ASSERT_TRUE(run(import, {log_, imports, stores_, clock_, tables, nullptr, {}}, {}));
    ASSERT_TRUE(log_.events().empty());
    for (const retail::DeadLetter& letter : log_.dead_letters()) {
        add_letter(letter.raw, letter.source);
    }
    ASSERT_EQ(letters_.size(), 3U);

    options_.new_stores.wanted = true;
    ASSERT_FALSE(replay_all());
    options_.new_stores.time_zone = "Europe/London";
    options_.new_stores.currency = "GBP";
    const ReplayReport report = replay_well();
    EXPECT_EQ(report.stores_created, 1U);
    EXPECT_EQ(report.tally.accepted, 2U);
    EXPECT_EQ(refused(report, RejectReason::kBadNumber), 1U);
    std::vector<std::string> events = log_.events();
    ASSERT_EQ(events.size(), 2U);
    std::ranges::sort(events);
    EXPECT_NE(events[0].find(R"("store_id":1001)"), std::string::npos) << events[0];
    EXPECT_NE(events[0].find(R"("product_id":"Lap\"top")"), std::string::npos) << events[0];
    EXPECT_NE(events[0].find(R"("quantity":2)"), std::string::npos) << events[0];
    EXPECT_NE(events[1].find(R"("quantity":3)"), std::string::npos) << events[1];
}

TEST_F(ReplayTest, AKillAnywhereDoublesNothing) {
    for (const std::string_view where : {"replay.begun", "replay.appended"}) {
        for (int passage = 1; passage <= 3; ++passage) {
            add_letter(good_message(1, passage));
            add_letter(good_message(1, 10 + passage));
            add_letter(good_message(1, 20 + passage));
            int left = 1;
            failpoint::set_handler([&](std::string_view reached) {
                if (reached == where && left-- == 1) {
                    throw Killed{};
                }
            });
            EXPECT_THROW(static_cast<void>(replay_all()), Killed);
            failpoint::set_handler({});
            ASSERT_TRUE(settle_replays(log_, ledger_));
            EXPECT_TRUE(ledger_.replays_under_way().value().empty());
            replay_well();
            EXPECT_EQ(log_.events().size(), letters_.size());
            EXPECT_EQ(replay_well().earlier, letters_.size());
        }
    }
}

TEST_F(ReplayTest, AFailedAppendIsRepeated) {
    add_letter(good_message(1, 1));
    options_.append_attempts = 1;
    log_.before_append = [](int, const auto&) -> Status {
        return fail(ErrorKind::kStorageFull, "the disk is full");
    };
    const auto report = replay_all();
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().kind, ErrorKind::kStorageFull);
    log_.before_append = {};
    EXPECT_EQ(replay_well().tally.accepted, 1U);
    EXPECT_EQ(log_.events().size(), 1U);
}

}  // namespace
}  // namespace shelfcast::ingest
