#include "pipelines/ingest/door.h"

#include <gtest/gtest.h>

#include <latch>
#include <set>
#include <thread>

#include "pipelines/ingest/partitioning.h"
#include "pipelines/ingest/test_ports.h"

namespace shelfcast::ingest {
namespace {

using ports::BodyFormat;
using retail::RejectReason;

class IngestDoorTest : public ::testing::Test {
protected:
    void SetUp() override {
        stores_.add(1, "LON-1");
        stores_.add(2, "LON-2");
        stores_.add(3, "BER-1", "Europe/Berlin");
        open({});
    }

    void open(DoorLimits limits) {
        auto opened = IngestDoor::open(log_, stores_, clock_, nullptr, limits);
        ASSERT_TRUE(opened) << opened.error().message;
        door_ = std::move(*opened);
    }

    Result<ports::DoorReceipt> accept(std::string body, BodyFormat format = BodyFormat::kAuto,
                                      std::string_view key = {},
                                      std::string_view topic = retail::kRetailEventsTopic) {
        const std::size_t bytes = body.size();
        body.append(retail::EventDecoder::kPadding, '}');
        return door_->accept({.topic = topic,
                              .format = format,
                              .body = std::string_view(body).substr(0, bytes),
                              .source = "http",
                              .idempotency_key = key,
                              .fingerprint = {}});
    }

    /// What one line is refused for; kNone if it is not.
    RejectReason reason_of(const std::string& line) {
        const std::size_t before = log_.dead_letters().size();
        const auto receipt = accept(line + "\n", BodyFormat::kNdjson);
        EXPECT_TRUE(receipt) << receipt.error().message;
        if (!receipt || receipt->tally.accepted == 1) {
            return RejectReason::kNone;
        }
        EXPECT_EQ(receipt->tally.rejected(), 1U);
        const auto letters = log_.dead_letters();
        EXPECT_EQ(letters.size(), before + 1);
        for (const retail::DeadLetter& letter : letters) {
            if (letter.raw == line.substr(0, retail::DeadLetter::kMaxRawBytes)) {
                EXPECT_EQ(letter.source, "http");
                EXPECT_FALSE(letter.detail.empty());
                EXPECT_EQ(letter.true_bytes(), line.size());
                return letter.reason;
            }
        }
        ADD_FAILURE() << "no dead letter holds " << line.substr(0, 200);
        return RejectReason::kNone;
    }

    CountingClock clock_;
    FaultyLog log_{clock_};
    MemoryStores stores_;
    std::unique_ptr<IngestDoor> door_;
};

TEST_F(IngestDoorTest, AcceptedMessagesKeepTheirBytesInTheirStoresPartition) {
    // An odd but right spelling must come out as it came in.
    const std::string odd =
        R"(  {"quantity" : 1.50,"store_id":2, "unit_price":1e2,)"
        R"("event_time":"2026-11-21T10:00:00Z",)"
        R"("product_id":"B\u00fccher","category":"Books","transaction_type":"RETURN"}  )";
    const auto receipt = accept(good_message(1, 1) + "\r\n\n" + odd + "\n" + good_message(3, 2));
    ASSERT_TRUE(receipt) << receipt.error().message;
    EXPECT_EQ(receipt->tally.accepted, 3U);
    EXPECT_EQ(receipt->tally.rejected(), 0U);
    EXPECT_FALSE(receipt->duplicate_request);
    std::set<std::string> seen;
    for (const ports::DoorPosition& position : receipt->positions) {
        EXPECT_EQ(position.topic, retail::kRetailEventsTopic);
        const std::vector<ports::PartitionOffset> from{{position.partition, position.base_offset}};
        const auto batches = log_.read(position.topic, from, {});
        ASSERT_TRUE(batches);
        EXPECT_EQ(batches->front().records.size(), position.records);
        for (std::size_t i = 0; i < batches->front().records.size(); ++i) {
            seen.emplace(batches->front().records[i]);
        }
        const std::string_view first = batches->front().records[0];
        const std::uint32_t store = first.find("\"store_id\":1") != std::string_view::npos   ? 1
                                    : first.find("\"store_id\":2") != std::string_view::npos ? 2
                                                                                             : 3;
        EXPECT_EQ(position.partition, partition_of(StoreId{store}, 16));
    }
    EXPECT_EQ(seen, (std::set<std::string>{good_message(1, 1), odd, good_message(3, 2)}));
}

TEST_F(IngestDoorTest, ArrayAndConcatenatedObjectsAreMessagesToo) {
    const std::string two = good_message(1, 1) + " , " + good_message(2, 2);
    EXPECT_EQ(accept("\n[" + two + "]\n")->tally.accepted, 2U);
    EXPECT_EQ(accept("[" + two + "]", BodyFormat::kJson)->tally.accepted, 2U);
    EXPECT_EQ(
        accept(good_message(1, 1) + "\n\n" + good_message(1, 2), BodyFormat::kJson)->tally.accepted,
        2U);
    const std::string pretty =
        "{\n\"event_time\":\"2026-11-21 10:00:00\",\n\"store_id\":1,\n"
        "\"product_id\":\"a\",\n\"category\":\"b\",\n"
        "\"transaction_type\":\"SALE\",\n\"quantity\":1,\n"
        "\"unit_price\":1\n}\n";
    EXPECT_EQ(accept(pretty, BodyFormat::kJson)->tally.accepted, 1U);
}

TEST_F(IngestDoorTest, BrokenElementIsADeadLetterAndTheOthersPass) {
    const auto receipt =
        accept("[" + good_message(1, 1) + ",{\"a\":nul},17," + good_message(1, 2) + "]");
    ASSERT_TRUE(receipt) << receipt.error().message;
    EXPECT_EQ(receipt->tally.accepted, 2U);
    EXPECT_EQ(receipt->tally.rejected(), 2U);
    EXPECT_EQ(log_.dead_letters().size(), 2U);
}

TEST_F(IngestDoorTest, UnusableBodiesLogNothing) {
    open({.codec = {}, .max_messages = 3});
    const std::string many = good_message(1, 1) + "\n" + good_message(1, 2) + "\n{}\n{}\n";
    for (const std::string& body :
         {std::string(), std::string(" \r\n\n"), "[" + good_message(1, 1),
          "[" + good_message(1, 1) + "] x", "[" + good_message(1, 1) + ",]", std::string("[]"),
          "\xEF\xBB\xBF[" + good_message(1, 1) + "]", many}) {
        const auto receipt = accept(body);
        ASSERT_FALSE(receipt) << body;
        EXPECT_EQ(receipt.error().kind, ErrorKind::kInvalidInput) << body;
    }
    EXPECT_EQ(log_.appends, 0);
}

TEST_F(IngestDoorTest, EachBadMessageHasItsReason) {
    const std::string good = good_message(1, 1);
    const auto with = [&](std::string_view from, std::string_view to) {
        std::string changed = good;
        const std::size_t at = changed.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        changed.replace(at, from.size(), to);
        return changed;
    };
    const auto quantity = [&](const std::string& text) {
        return with("\"quantity\":1,", "\"quantity\":" + text + ",");
    };
    const auto time = [&](const std::string& text) { return with("2026-11-21 10:00:00", text); };
    EXPECT_EQ(reason_of("{"), RejectReason::kBrokenJson);
    EXPECT_EQ(reason_of("not json"), RejectReason::kBrokenJson);
    EXPECT_EQ(reason_of(good + "}"), RejectReason::kBrokenJson);
    EXPECT_EQ(reason_of("\xEF\xBB\xBF" + good), RejectReason::kBrokenJson);
    EXPECT_EQ(reason_of(with("Laptop", "Lap\xFFtop")), RejectReason::kBadUtf8);
    EXPECT_NE(reason_of(with("Laptop", std::string("Lap\0top", 7))), RejectReason::kNone);
    EXPECT_EQ(reason_of(with("Laptop", "Lap\\u0000top")), RejectReason::kBadText);
    EXPECT_EQ(reason_of(with("\"category\":\"Electronics\",", "")), RejectReason::kMissingField);
    EXPECT_EQ(reason_of(with("basket_id", "basket_nr")), RejectReason::kUnknownField);
    EXPECT_EQ(reason_of(with("\"basket_id\":\"b1\"", "\"category\":\"x\"")),
              RejectReason::kRepeatedField);
    EXPECT_EQ(reason_of(with("\"Laptop\"", "7")), RejectReason::kWrongType);
    EXPECT_EQ(reason_of(quantity("true")), RejectReason::kWrongType);
    EXPECT_EQ(reason_of(quantity("-1")), RejectReason::kOutOfRange);
    EXPECT_EQ(reason_of(quantity("0")), RejectReason::kOutOfRange);
    EXPECT_EQ(reason_of(quantity("1.0001")), RejectReason::kTooManyDigits);
    EXPECT_EQ(reason_of(quantity("1e400")), RejectReason::kOutOfRange);
    EXPECT_NE(reason_of(quantity("NaN")), RejectReason::kNone);
    EXPECT_NE(reason_of(quantity("\"NaN\"")), RejectReason::kNone);
    EXPECT_EQ(reason_of(with("SALE", "GIFT")), RejectReason::kUnknownTransactionType);
    EXPECT_EQ(reason_of(with("\"store_id\":1", "\"store_id\":77")), RejectReason::kUnknownStore);
    EXPECT_EQ(reason_of(with("\"store_id\":1", "\"store_id\":0")), RejectReason::kBadStore);
    EXPECT_EQ(reason_of(time("2026-02-30 10:00:00")), RejectReason::kBadTime);
    EXPECT_EQ(reason_of(time("1999-12-31 23:59:59")), RejectReason::kTimeTooOld);
    EXPECT_EQ(reason_of(time("2026-11-24 10:00:00")), RejectReason::kTimeInFuture);
    EXPECT_EQ(reason_of(time("2026-03-29 01:30:00")), RejectReason::kTimeInDstGap);
    EXPECT_EQ(reason_of(with("Laptop", std::string(70'000, 'x'))), RejectReason::kTooLong);
    EXPECT_EQ(reason_of(std::string(2'000'000, 'x')), RejectReason::kTooLong);
    EXPECT_EQ(reason_of(good), RejectReason::kNone);
}

TEST_F(IngestDoorTest, RepeatedKeyAppendsNothingAndAnswersTheSame) {
    const std::string body = good_message(1, 1) + "\n" + good_message(3, 2) + "\nbroken\n";
    const auto first = accept(body, BodyFormat::kAuto, "upload 1");
    clock_.advance_us(3600LL * 1'000'000);
    const auto second = accept(body, BodyFormat::kAuto, "upload 1");
    ASSERT_TRUE(first && second);
    EXPECT_FALSE(first->duplicate_request);
    EXPECT_TRUE(second->duplicate_request);
    EXPECT_EQ(first->tally, second->tally);
    EXPECT_EQ(first->positions.size(), second->positions.size());
    EXPECT_EQ(log_.events().size(), 2U);
    EXPECT_EQ(log_.dead_letters().size(), 1U);
}

TEST_F(IngestDoorTest, RepeatIsJudgedAsOfItsFirstTime) {
    // Too far ahead at first; a day later it would not be.
    std::string ahead = good_message(1, 1);
    ahead.replace(ahead.find("2026-11-21"), 10, "2026-11-23");
    const auto first = accept(ahead, BodyFormat::kAuto, "k");
    clock_.advance_us(24LL * 3600 * 1'000'000);
    const auto second = accept(ahead, BodyFormat::kAuto, "k");
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->tally.rejected(), 1U);
    EXPECT_EQ(first->tally, second->tally);
    EXPECT_TRUE(log_.events().empty());
}

TEST_F(IngestDoorTest, KeyWithAnotherBodyIsAConflictWhicheverPartitionItTouches) {
    ASSERT_TRUE(accept(good_message(1, 1), BodyFormat::kAuto, "k"));
    for (const std::string& other : {good_message(1, 2), good_message(3, 1), std::string("bad")}) {
        const auto receipt = accept(other, BodyFormat::kAuto, "k");
        ASSERT_FALSE(receipt) << other;
        EXPECT_EQ(receipt.error().kind, ErrorKind::kConflict);
    }
    EXPECT_EQ(log_.events().size(), 1U);
    EXPECT_TRUE(log_.dead_letters().empty());
}

TEST_F(IngestDoorTest, AKeyThatNamesATopicIsNotThatTopicsKey) {
    ASSERT_TRUE(accept("bad", BodyFormat::kAuto, "inventory-updates/k"));
    const auto receipt = accept("worse", BodyFormat::kAuto, "k", retail::kInventoryUpdatesTopic);
    ASSERT_TRUE(receipt) << receipt.error().message;
    EXPECT_EQ(log_.dead_letters().size(), 2U);
    EXPECT_EQ(accept("other", BodyFormat::kAuto, "k", retail::kInventoryUpdatesTopic).error().kind,
              ErrorKind::kConflict);
}

TEST_F(IngestDoorTest, RepeatFinishesWhatACrashLeftUndone) {
    const std::string body = good_message(1, 1) + "\n" + good_message(3, 2) + "\nbroken\n";
    // Only a part of the batches gets in, as with a log that ends between two topics.
    log_.before_append = [this](int number, const FaultyLog::Batches& batches) -> Status {
        if (number > 1) {
            return {};
        }
        SHELFCAST_TRY(log_.sound().append({batches.front()}));
        return fail(ErrorKind::kUnavailable, "gone");
    };
    EXPECT_FALSE(accept(body, BodyFormat::kAuto, "k"));
    EXPECT_EQ(log_.events().size() + log_.dead_letters().size(), 1U);
    const auto receipt = accept(body, BodyFormat::kAuto, "k");
    ASSERT_TRUE(receipt) << receipt.error().message;
    EXPECT_TRUE(receipt->duplicate_request);
    EXPECT_EQ(log_.events().size(), 2U);
    EXPECT_EQ(log_.dead_letters().size(), 1U);
}

TEST_F(IngestDoorTest, FullLogIsBusyAndNothingIsLost) {
    log_.before_append = [](int number, const FaultyLog::Batches&) -> Status {
        return number == 1 ? Status(fail(ErrorKind::kBusy, "queue full")) : Status{};
    };
    const auto busy = accept(good_message(1, 1));
    ASSERT_FALSE(busy);
    EXPECT_EQ(busy.error().kind, ErrorKind::kBusy);
    EXPECT_TRUE(accept(good_message(1, 1)));
    EXPECT_EQ(log_.events().size(), 1U);
}

TEST_F(IngestDoorTest, StoreAddedAMomentAgoIsKnown) {
    EXPECT_EQ(reason_of(good_message(9, 1)), RejectReason::kUnknownStore);
    stores_.add(9, "NEW-9");
    clock_.advance_us(CatalogCache::kMinAgeUs);
    EXPECT_EQ(reason_of(good_message(9, 1)), RejectReason::kNone);
}

TEST_F(IngestDoorTest, DoorStaysOpenWhileTheStoreDirectoryIsAway) {
    ASSERT_TRUE(accept(good_message(1, 1)));
    stores_.away = true;
    clock_.advance_us(10 * CatalogCache::kMaxAgeUs);
    EXPECT_TRUE(accept(good_message(1, 2)));
    open({});
    EXPECT_EQ(accept(good_message(1, 2)).error().kind, ErrorKind::kUnavailable);
}

TEST_F(IngestDoorTest, FloodOfUnknownStoresIsNoFloodOfReads) {
    std::string body;
    for (int i = 0; i < 5000; ++i) {
        body += good_message(500, i) + "\n";
    }
    ASSERT_TRUE(accept(body));
    // The clock moves on 10 ms a question, so every third is old enough.
    EXPECT_LE(stores_.looks, 5000 / 2);
}

TEST_F(IngestDoorTest, ManyWorkersLoseAndDoubleNothing) {
    constexpr int kWorkers = 8;
    constexpr int kRequests = 25;
    std::latch start(kWorkers);
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < kWorkers; ++worker) {
        workers.emplace_back([&, worker] {
            start.arrive_and_wait();
            for (int request = 0; request < kRequests; ++request) {
                const int number = worker * kRequests + request;
                const std::string body = good_message(1, number) + "\n" + good_message(2, number) +
                                         "\nbad\n" + good_message(3, number);
                const auto receipt =
                    accept(body, BodyFormat::kAuto, request % 2 == 0 ? std::to_string(number) : "");
                ASSERT_TRUE(receipt) << receipt.error().message;
                EXPECT_EQ(receipt->tally.accepted, 3U);
                EXPECT_EQ(receipt->tally.rejected(), 1U);
            }
        });
    }
    workers.clear();
    const auto events = log_.events();
    EXPECT_EQ(events.size(), 3U * kWorkers * kRequests);
    EXPECT_EQ(std::set<std::string>(events.begin(), events.end()).size(), events.size());
    EXPECT_EQ(log_.dead_letters().size(), std::size_t{kWorkers * kRequests});
}

TEST_F(IngestDoorTest, OneKeyAtATime) {
    // While the first is in the log's hands, the second is told to come back.
    log_.before_append = [this](int number, const FaultyLog::Batches&) -> Status {
        if (number == 1) {
            const auto second = accept(good_message(3, 5), BodyFormat::kAuto, "k");
            EXPECT_FALSE(second);
            EXPECT_EQ(second.error().kind, ErrorKind::kBusy);
        }
        return {};
    };
    EXPECT_TRUE(accept(good_message(1, 1), BodyFormat::kAuto, "k"));
    EXPECT_EQ(log_.appends, 1);
}

TEST(PartitionOf, IsFixedForEverAndSpreads) {
    EXPECT_EQ(partition_of(StoreId{1}, 16).value, 1U);
    std::set<std::uint32_t> used;
    for (std::uint32_t store = 1; store <= 100; ++store) {
        used.insert(partition_of(StoreId{store}, 16).value);
    }
    EXPECT_EQ(used.size(), 16U);
    static_assert(partition_of(StoreId{1001}, 1).value == 0);
}

TEST(OpenDoor, WantsItsTopics) {
    CountingClock clock;
    adapters::MemoryLog log(clock);
    MemoryStores stores;
    const auto door = IngestDoor::open(log, stores, clock, nullptr);
    ASSERT_FALSE(door);
    EXPECT_EQ(door.error().kind, ErrorKind::kNotFound);
}

}  // namespace
}  // namespace shelfcast::ingest
