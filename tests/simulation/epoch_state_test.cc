#include "pipelines/batch/epoch_state.h"

#include "pipelines/batch/table_loader.h"
#include "tests/simulation/batch_fixture.h"

namespace shelfcast::simulation {
namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;
constexpr std::int64_t kFirstLogUs = 490'000 * kHourUs;

class EpochStateTest : public BatchFixture {
protected:
    /// Commits an epoch of one accepted event, logged and closed so many hours after the first.
    void close(std::uint32_t epoch, std::uint64_t id, std::int64_t logged_h,
               std::int64_t closed_h) {
        operators::FlushRows made(operators::Rollups::kLeftOut);
        retail::Event event;
        event.event_id = {7, id};
        event.store_id = StoreId{1};
        event.type = retail::TransactionType::kSale;
        event.business_date = kDay;
        made.add_event(
            {retail::kRetailEventsTopic, PartitionId{0}, epoch, kFirstLogUs + logged_h * kHourUs},
            event, false);
        retail::ColumnBlock rows = std::move(made.take().blocks.front());
        batch::add_epoch_column(rows, EpochId{epoch});
        auto file =
            lake_.write_file({.folder = {std::string(retail::kRetailEventsTopic), false, kDay},
                              .name = {ports::FileWriter::kEpoch, epoch, 0},
                              .table = retail::kEventsTable,
                              .epoch = EpochId{epoch},
                              .last_epoch = EpochId{epoch}},
                             rows);
        ASSERT_TRUE(file) << file.error().message;
        auto manifest = *lake_.manifest();
        manifest.version += 1;
        manifest.epochs.push_back(
            {.epoch = EpochId{epoch}, .closed_at_us = kFirstLogUs + closed_h * kHourUs});
        manifest.files.push_back(std::move(*file));
        ASSERT_TRUE(lake_.commit(manifest));
    }

    /// Ids that an operator made anew from the lake at the end of an epoch remembers.
    std::uint64_t remembered(std::int64_t horizon_hours, std::uint32_t epoch) {
        operators::Operator made({.duplicate_horizon_hours = horizon_hours}, nullptr);
        const Status loaded = batch::load_epoch_state(made, EpochId{epoch}, state_, lake_);
        EXPECT_TRUE(loaded) << loaded.error().message;
        return made.remembered_ids();
    }
};

TEST_F(EpochStateTest, EveryIdWithinTheHorizonIsRemembered) {
    close(1, 1, 0, 1);
    close(2, 2, 500, 501);
    close(3, 3, 700, 701);
    EXPECT_EQ(remembered(720, 3), 3U);
    EXPECT_EQ(remembered(300, 3), 2U);
    EXPECT_EQ(remembered(48, 3), 1U);
}

TEST_F(EpochStateTest, AnEpochClosedLongAfterItsLastRowForgetsNone) {
    close(1, 1, 0, 1);
    close(2, 2, 10, 500);  // Nobody ran the batch for weeks.
    EXPECT_EQ(remembered(48, 2), 2U);
}

}  // namespace
}  // namespace shelfcast::simulation
