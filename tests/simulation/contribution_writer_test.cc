#include "pipelines/backfill/contribution_writer.h"

#include <gtest/gtest.h>

#include <set>

#include "adapters/lake_local/lake_local.h"
#include "adapters/memory/memory_codec.h"
#include "pipelines/batch/table_loader.h"
#include "tests/simulation/sim_disk.h"

namespace shelfcast::simulation {
namespace {

using backfill::ContributionWriter;

constexpr std::uint16_t kDay = 20'779;

class ContributionWriterTest : public testing::Test {
protected:
    /// Rows of one unit at 1.25 each on the given dates, and some rejections.
    static operators::FlushOutput rows(const std::vector<std::uint16_t>& dates,
                                       std::size_t rejections = 0) {
        operators::FlushRows made(operators::Rollups::kLeftOut);
        for (const std::uint16_t date : dates) {
            retail::Event event;
            event.store_id = StoreId{1};
            event.product_id = "tea";
            event.category = "Drinks";
            event.type = retail::TransactionType::kSale;
            event.quantity = {1000};
            event.unit_price = {12'500};
            event.business_date = date;
            event.event_time_ms = std::int64_t{date} * 86'400'000;
            made.add_event({retail::kRetailEventsTopic, PartitionId{0}, 7, 9}, event, false);
        }
        for (std::size_t i = 0; i < rejections; ++i) {
            made.add_rejection({retail::kRetailEventsTopic, PartitionId{0}, 7,
                                std::int64_t{kDay} * 86'400'000'000},
                               retail::RejectReason::kBadTime, "", "test", {}, "{");
        }
        return made.take();
    }
    static ports::Contribution draft(std::uint64_t id) {
        ports::Contribution made;
        made.id = id;
        made.origin = "test";
        made.identity = fmt::format("test {}", id);
        return made;
    }

    SimDisk disk_{1};
    adapters::memory::MemoryCodec codec_;
    adapters::LakeLocal lake_on_disk_{disk_, codec_};
    adapters::LakeLocal* lake_ = &lake_on_disk_;
};

TEST_F(ContributionWriterTest, SaysWhatItsFilesAddUpTo) {
    ContributionWriter writer(*lake_, draft(3), 5'000'000, {.max_buffered_rows = 4});
    ASSERT_TRUE(writer.add(rows({kDay, kDay, kDay + 1}, 2)));
    ASSERT_TRUE(writer.add(rows({kDay + 1, kDay + 1, kDay})));
    const auto made = writer.finish();
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->events, 6U);
    EXPECT_EQ(made->rejections, 2U);
    EXPECT_EQ(made->revenue, retail::Int128{6} * 12'500'000);
    ASSERT_TRUE(backfill::commit(*lake_, *made));

    std::set<std::int64_t> offsets;
    std::uint64_t rows_found = 0;
    for (const ports::LakeFile& file : made->files) {
        const auto block = batch::read_epoch_rows(*lake_, file, EpochId{0});
        ASSERT_TRUE(block) << block.error().message;
        rows_found += block->rows();
        for (const auto partition : block->data<std::vector<std::uint32_t>>("log_partition")) {
            EXPECT_EQ(partition, ports::kContributedPartition);
        }
        for (const auto offset : block->data<std::vector<std::int64_t>>("log_offset")) {
            EXPECT_TRUE(offsets.insert(offset).second) << offset;
            EXPECT_GE(offset, 3 * ports::kContributionOffsets);
        }
    }
    EXPECT_EQ(rows_found, 8U);
}

TEST_F(ContributionWriterTest, TheSameOneComesInOnce) {
    const auto make = [&](std::uint64_t id) {
        ContributionWriter writer(*lake_, draft(id), 5, {.overlap = false});
        EXPECT_TRUE(writer.add(rows({kDay})));
        return std::move(*writer.finish());
    };
    EXPECT_EQ(backfill::next_contribution(*lake_->manifest()), 1U);
    ASSERT_TRUE(backfill::commit(*lake_, make(1)));
    EXPECT_EQ(backfill::next_contribution(*lake_->manifest()), 2U);
    auto again = make(2);
    again.identity = "test 1";
    const Status refused = backfill::commit(*lake_, again);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::kConflict);

    // Closed by now, and still known.
    auto manifest = *lake_->manifest();
    manifest.version += 1;
    manifest.epochs.push_back({.epoch = EpochId{1}, .contribution = 1, .identity = "test 1"});
    for (auto& file : manifest.waiting.front().files) {
        manifest.files.push_back(file);
    }
    manifest.waiting.clear();
    ASSERT_TRUE(lake_->commit(manifest));
    EXPECT_FALSE(backfill::commit(*lake_, again));
    EXPECT_EQ(backfill::next_contribution(*lake_->manifest()), 2U);
}

}  // namespace
}  // namespace shelfcast::simulation
