#include "operator/operator.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "operator/test_state_store.h"
#include "retail/dead_letter.h"
#include "retail/tables.h"
#include "retail/topics.h"

namespace shelfcast::operators {
namespace {

using retail::Int128;

constexpr std::int64_t kNoonUs = 1'764'244'800'000'000;  // 2025-11-27 12:00:00 UTC
constexpr std::int64_t kHourUs = 3'600'000'000;

retail::Store store(std::uint32_t id, std::string code, std::string time_zone) {
    retail::Store made;
    made.id = StoreId{id};
    made.code = std::move(code);
    made.time_zone = std::move(time_zone);
    made.currency = "EUR";
    return made;
}

retail::StoreCatalog two_stores() {
    return retail::StoreCatalog::build(CatalogVersion{1}, {store(1, "LON", "Europe/London"),
                                                           store(2, "NYC", "America/New_York")})
        .value();
}

struct Line {
    std::string time = "2025-11-27T11:00:00Z";
    std::uint32_t store = 1;
    std::string product = "Laptop";
    std::string category = "Electronics";
    std::string type = "SALE";
    std::string quantity = "2";
    std::string price = "10.50";
    std::string id;
};

std::string message(const Line& line) {
    std::string text;
    retail::append_message(text, {.event_time = line.time,
                                  .store_id = line.store,
                                  .product_id = line.product,
                                  .category = line.category,
                                  .transaction_type = line.type,
                                  .quantity = line.quantity,
                                  .unit_price = line.price,
                                  .event_id = line.id});
    return text;
}

std::string uuid(std::uint64_t number) {
    return retail::format_uuid({0x0190ULL << 48U, number + 1});
}

ports::FetchedBatch batch(const std::vector<std::string>& messages, std::int64_t base_offset = 0,
                          std::int64_t log_time_us = kNoonUs, std::uint32_t partition = 0) {
    ports::FetchedBatch made;
    made.partition = PartitionId{partition};
    made.base_offset = base_offset;
    made.log_time_us = log_time_us;
    for (const std::string& one : messages) {
        made.records.push_back(one);
    }
    made.records.bytes.reserve(made.records.bytes.size() + 64);
    return made;
}

class OperatorTest : public ::testing::Test {
protected:
    FlushOutput fold(const ports::FetchedBatch& one) {
        FlushRows rows;
        operator_.fold(retail::kRetailEventsTopic, one, stores_, rows);
        return rows.take();
    }

    const retail::StoreCatalog stores_ = two_stores();
    Operator operator_{OperatorOptions{.partitions = 2}, nullptr};
};

TEST_F(OperatorTest, ASaleBecomesARowAndOneRowInEachRollup) {
    const FlushOutput out = fold(batch({message({})}, 41));
    EXPECT_EQ(out.counts.accepted, 1U);
    const retail::ColumnBlock& events = out.block(retail::kEventsTable);
    ASSERT_EQ(events.rows(), 1U);
    EXPECT_EQ(events.data<std::vector<std::int64_t>>("log_offset")[0], 41);
    EXPECT_EQ(events.data<std::vector<Int128>>("revenue")[0], Int128{210'000'000});
    EXPECT_EQ(events.data<retail::TextColumn>("product_id")[0], "Laptop");
    for (const std::string_view table :
         {retail::kDailySalesTable, retail::kHourlySalesTable, retail::kProductSalesTable}) {
        const retail::ColumnBlock& block = out.block(table);
        ASSERT_EQ(block.rows(), 1U) << table;
        EXPECT_EQ(block.data<std::vector<std::uint64_t>>("events")[0], 1U);
        EXPECT_EQ(block.data<std::vector<Int128>>("units_sold")[0], Int128{2'000});
        EXPECT_EQ(block.data<std::vector<Int128>>("gross_revenue")[0], Int128{210'000'000});
    }
}

TEST_F(OperatorTest, ASaleAndItsReturnSumToZeroButKeepTheirCount) {
    const FlushOutput out = fold(batch({message({}), message({.type = "RETURN"})}));
    const retail::ColumnBlock& daily = out.block(retail::kDailySalesTable);
    ASSERT_EQ(daily.rows(), 1U);
    EXPECT_EQ(daily.data<std::vector<std::uint64_t>>("events")[0], 2U);
    EXPECT_EQ(daily.data<std::vector<Int128>>("gross_revenue")[0],
              daily.data<std::vector<Int128>>("returned_revenue")[0]);
    const auto& revenue = out.block(retail::kEventsTable).data<std::vector<Int128>>("revenue");
    EXPECT_EQ(revenue[0] + revenue[1], 0);
}

TEST_F(OperatorTest, ARestockHasUnitsAndNoRevenue) {
    const FlushOutput out = fold(batch({message({.type = "RESTOCK", .quantity = "0.125"})}));
    const retail::ColumnBlock& product = out.block(retail::kProductSalesTable);
    EXPECT_EQ(product.data<std::vector<Int128>>("units_restocked")[0], Int128{125});
    EXPECT_EQ(product.data<std::vector<Int128>>("gross_revenue")[0], 0);
    EXPECT_EQ(out.block(retail::kEventsTable).data<std::vector<Int128>>("revenue")[0], 0);
}

TEST_F(OperatorTest, TheBusinessDateIsTheStoresOwn) {
    const std::string late_evening = "2025-11-27T02:30:00Z";  // still the 26th in New York
    const FlushOutput out = fold(batch({message({.time = late_evening, .store = 1}),
                                        message({.time = late_evening, .store = 2})}));
    const auto& dates =
        out.block(retail::kEventsTable).data<std::vector<std::uint16_t>>("business_date");
    EXPECT_EQ(dates[0], retail::days_from_civil(2025, 11, 27));
    EXPECT_EQ(dates[1], retail::days_from_civil(2025, 11, 26));
}

TEST_F(OperatorTest, ARepeatedIdIsADuplicateAndAddsToNoRollup) {
    const std::string once = message({.id = uuid(1)});
    const FlushOutput out = fold(batch({once, once, once}));
    EXPECT_EQ(out.counts.accepted, 1U);
    EXPECT_EQ(out.counts.duplicates, 2U);
    const retail::ColumnBlock& rejections = out.block(retail::kRejectionsTable);
    ASSERT_EQ(rejections.rows(), 2U);
    EXPECT_EQ(rejections.data<retail::TextColumn>("reason")[0], "duplicate");
    EXPECT_EQ(rejections.data<retail::TextColumn>("raw")[0], once);
    EXPECT_EQ(out.block(retail::kDailySalesTable).data<std::vector<std::uint64_t>>("events")[0],
              1U);
}

TEST_F(OperatorTest, IdenticalLinesWithoutAnIdAllCount) {
    const FlushOutput out = fold(batch({message({}), message({}), message({})}));
    EXPECT_EQ(out.counts.accepted, 3U);
    EXPECT_EQ(out.counts.duplicates, 0U);
}

TEST_F(OperatorTest, DuplicatesAreFoundAcrossFoldsUntilTheHorizonHasPassed) {
    const std::string one = message({.id = uuid(7)});
    EXPECT_EQ(fold(batch({one}, 0, kNoonUs)).counts.accepted, 1U);
    EXPECT_EQ(fold(batch({one}, 1, kNoonUs + 48 * kHourUs)).counts.duplicates, 1U);
    EXPECT_EQ(fold(batch({one}, 2, kNoonUs + 49 * kHourUs)).counts.accepted, 1U);
}

TEST_F(OperatorTest, ABrokenMessageIsADeadLetterWithItsBytesAndPosition) {
    const FlushOutput out = fold(batch({message({}), "{\"store_id\":", message({})}, 10));
    EXPECT_EQ(out.counts.accepted, 2U);
    EXPECT_EQ(out.counts.rejected, 1U);
    const retail::ColumnBlock& rejections = out.block(retail::kRejectionsTable);
    ASSERT_EQ(rejections.rows(), 1U);
    EXPECT_EQ(rejections.data<std::vector<std::int64_t>>("log_offset")[0], 11);
    EXPECT_EQ(rejections.data<retail::TextColumn>("reason")[0], "broken_json");
    EXPECT_EQ(rejections.data<retail::TextColumn>("raw")[0], "{\"store_id\":");
}

TEST_F(OperatorTest, TheTimeLimitIsTheLogTimeAndNeverTheClock) {
    const std::string ahead = message({.time = "2025-11-28T11:59:59Z"});
    EXPECT_EQ(fold(batch({ahead}, 0, kNoonUs)).counts.accepted, 1U);
    const FlushOutput out = fold(batch({message({.time = "2025-11-28T12:00:01Z"})}, 1, kNoonUs));
    EXPECT_EQ(out.counts.reasons.at(retail::RejectReason::kTimeInFuture), 1U);
}

TEST_F(OperatorTest, TheWatermarkIsCappedByTheLogTimeAndLateEventsStillCount) {
    static_cast<void>(fold(batch({message({.time = "2025-11-28T11:00:00Z"})})));
    EXPECT_EQ(operator_.watermark_ms(PartitionId{0}), kNoonUs / 1000);
    const FlushOutput out = fold(batch({message({.time = "2025-11-27T10:59:59Z"})}, 1));
    EXPECT_EQ(out.counts.late, 1U);
    EXPECT_EQ(out.counts.accepted, 1U);
}

TEST_F(OperatorTest, DeadLettersOfTheDoorKeepTheirReasonAndRawBytes) {
    std::string envelope;
    retail::append_dead_letter(envelope, {.reason = retail::RejectReason::kBadUtf8,
                                          .detail = "byte 3",
                                          .source = "http",
                                          .raw = std::string("\xff\0x", 3)});
    FlushRows rows;
    operator_.fold(retail::kDeadLettersTopic, batch({envelope, "no envelope"}), stores_, rows);
    const FlushOutput out = rows.take();
    EXPECT_EQ(out.counts.rejected, 2U);
    const retail::ColumnBlock& rejections = out.block(retail::kRejectionsTable);
    EXPECT_EQ(rejections.data<retail::TextColumn>("reason")[0], "bad_utf8");
    EXPECT_EQ(rejections.data<retail::TextColumn>("raw")[0], std::string_view("\xff\0x", 3));
    EXPECT_EQ(rejections.data<retail::TextColumn>("log_topic")[0], retail::kDeadLettersTopic);
    EXPECT_EQ(rejections.data<retail::TextColumn>("reason")[1],
              retail::to_string(retail::RejectReason::kBadDeadLetter));
}

std::vector<std::string> random_messages(std::uint64_t seed, int count) {
    std::mt19937_64 random(seed);
    std::vector<std::string> messages;
    for (int i = 0; i < count; ++i) {
        if (random() % 20 == 0) {
            messages.push_back("broken");
            continue;
        }
        messages.push_back(message(
            {.time = fmt::format("2025-11-{:02}T{:02}:15:00Z", 20 + random() % 7, random() % 24),
             .store = static_cast<std::uint32_t>(1 + random() % 2),
             .product = fmt::format("P{}", random() % 9),
             .category = fmt::format("C{}", random() % 3),
             .type = random() % 10 == 0 ? "RETURN" : "SALE",
             .quantity = fmt::format("{}.{}", 1 + random() % 5, random() % 10),
             .id = random() % 2 == 0 ? uuid(random() % 400) : ""}));
    }
    return messages;
}

TEST_F(OperatorTest, TheSameStretchFoldsToTheSameRowsHoweverItIsCut) {
    constexpr std::uint64_t kSeed = 11;
    SCOPED_TRACE(kSeed);
    const std::vector<std::string> messages = random_messages(kSeed, 1'000);
    FlushRows whole;
    operator_.fold(retail::kRetailEventsTopic, batch(messages), stores_, whole);

    Operator other(OperatorOptions{.partitions = 2}, nullptr);
    FlushRows pieces;
    for (std::size_t at = 0; at < messages.size(); at += 37) {
        const std::size_t end = std::min(at + 37, messages.size());
        const std::vector<std::string> piece(messages.begin() + static_cast<std::ptrdiff_t>(at),
                                             messages.begin() + static_cast<std::ptrdiff_t>(end));
        other.fold(retail::kRetailEventsTopic, batch(piece, static_cast<std::int64_t>(at)), stores_,
                   pieces);
    }
    const FlushOutput one = whole.take();
    const FlushOutput two = pieces.take();
    EXPECT_EQ(one.content_hash(), two.content_hash());
    EXPECT_EQ(one.blocks, two.blocks);
}

TEST_F(OperatorTest, AcceptedRowsFoldedAgainGiveTheSameRollupsAndState) {
    const std::vector<std::string> messages = random_messages(12, 1'000);
    const FlushOutput out = fold(batch(messages));

    Operator batch_side(OperatorOptions{.partitions = 2, .state_prefix = "batch"}, nullptr);
    RollupSums sums;
    ASSERT_TRUE(batch_side.admit(*retail::find_topic(retail::kRetailEventsTopic),
                                 out.block(retail::kEventsTable)));
    sums.add_rows(retail::kEventsTable, out.block(retail::kEventsTable));
    retail::ColumnBlock product =
        retail::make_table_block(retail::operator_table(retail::kProductSalesTable));
    sums.append_to(retail::kProductSalesTable, product);
    EXPECT_EQ(product, out.block(retail::kProductSalesTable));
    EXPECT_EQ(batch_side.remembered_ids(), operator_.remembered_ids());
    EXPECT_EQ(batch_side.watermark_ms(PartitionId{0}), operator_.watermark_ms(PartitionId{0}));
}

TEST_F(OperatorTest, AnIdAcceptedTwiceInTheLakeIsCorruption) {
    const FlushOutput out = fold(batch({message({.id = uuid(5)})}));
    Operator batch_side(OperatorOptions{.partitions = 2}, nullptr);
    ASSERT_TRUE(batch_side.admit(*retail::find_topic(retail::kRetailEventsTopic),
                                 out.block(retail::kEventsTable)));
    const Status again = batch_side.admit(*retail::find_topic(retail::kRetailEventsTopic),
                                          out.block(retail::kEventsTable));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().kind, ErrorKind::kCorrupted);
    EXPECT_NE(again.error().message.find(uuid(5)), std::string::npos);
}

TEST_F(OperatorTest, AStoredStateGoesOnAsIfNothingHadHappened) {
    MemoryStateStore store;
    const std::vector<std::string> messages = random_messages(13, 2'000);
    const std::vector<std::string> first(messages.begin(), messages.begin() + 1'000);
    const std::vector<std::string> second(messages.begin() + 1'000, messages.end());
    static_cast<void>(fold(batch(first)));
    ASSERT_TRUE(operator_.save(store, "snapshot", "the note"));

    Operator again(OperatorOptions{.partitions = 2}, nullptr);
    EXPECT_EQ(again.load(store, "speed/snapshot").value(), "the note");
    FlushRows rows;
    again.fold(retail::kRetailEventsTopic, batch(second, 1'000), stores_, rows);
    EXPECT_EQ(rows.take().blocks, fold(batch(second, 1'000)).blocks);
}

TEST_F(OperatorTest, ADamagedStateIsRefusedAndLeavesTheOperatorAsItWas) {
    MemoryStateStore store;
    static_cast<void>(fold(batch(random_messages(14, 50))));
    ASSERT_TRUE(operator_.save(store, "snapshot", ""));
    std::string& bytes = *store.blobs.at("speed/snapshot");
    for (std::size_t at = 0; at < bytes.size(); at += 11) {
        bytes[at] = static_cast<char>(bytes[at] ^ 1);
        Operator again(OperatorOptions{.partitions = 2}, nullptr);
        const auto loaded = again.load(store, "speed/snapshot");
        ASSERT_FALSE(loaded) << at;
        EXPECT_EQ(loaded.error().kind, ErrorKind::kCorrupted);
        EXPECT_EQ(again.remembered_ids(), 0U);
        bytes[at] = static_cast<char>(bytes[at] ^ 1);
    }
    EXPECT_EQ(operator_.load(store, "speed/none").error().kind, ErrorKind::kNotFound);
}

TEST_F(OperatorTest, StaleBlobsAreRemovedAndNeededOnesKept) {
    MemoryStateStore store;
    std::vector<std::string> messages;
    for (std::uint64_t i = 0; i < 3'000; ++i) {
        messages.push_back(message({.id = uuid(i)}));
    }
    static_cast<void>(fold(batch(messages)));
    ASSERT_TRUE(operator_.save(store, "epoch-1", ""));
    store.blobs["speed/run-left-by-a-crash"] = std::make_shared<std::string>("x");
    store.blobs["batch/other"] = std::make_shared<std::string>("y");
    const std::string keep = "epoch-1";
    ASSERT_TRUE(operator_.remove_stale(store, {&keep, 1}));
    EXPECT_FALSE(store.blobs.contains("speed/run-left-by-a-crash"));
    EXPECT_TRUE(store.blobs.contains("batch/other"));
    Operator again(OperatorOptions{.partitions = 2}, nullptr);
    ASSERT_TRUE(again.load(store, "speed/epoch-1"));
    EXPECT_EQ(again.remembered_ids(), 3'000U);
}

}  // namespace
}  // namespace shelfcast::operators
