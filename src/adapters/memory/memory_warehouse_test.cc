#include "adapters/memory/memory_warehouse.h"

#include "adapters/memory/memory_codec.h"
#include "tests/contract/warehouse_contract.h"

namespace shelfcast::contract {
namespace {

class MemorySite final : public WarehouseSite {
public:
    ports::Warehouse& warehouse() override { return warehouse_; }
    ports::ParquetCodec& codec() override { return codec_; }

private:
    adapters::memory::MemoryWarehouse warehouse_;
    adapters::memory::MemoryCodec codec_;
};

INSTANTIATE_TEST_SUITE_P(Memory, WarehouseContract,
                         ::testing::Values(WarehouseBackend{
                             "memory", [] { return std::make_unique<MemorySite>(); }}),
                         warehouse_backend_name);

using adapters::memory::CrashKind;
using adapters::memory::Layer;
using adapters::memory::LostAnswer;
using adapters::memory::MemoryWarehouse;

constexpr EpochId kEpoch{1};
constexpr std::uint64_t kSeeds = 200;

// The ways in which the real engine was seen to fail must come up, each with some seed.
class MemoryWarehouseTest : public ::testing::Test {
protected:
    Status insert(MemoryWarehouse& warehouse, std::uint64_t flush, std::uint32_t attempt = 1) {
        return warehouse.insert_speed(events_, kEpoch, FlushId{flush}, attempt, rows_);
    }
    std::uint64_t rows_of(MemoryWarehouse& warehouse) {
        return warehouse.rows(events_, Layer::kSpeed, kEpoch).rows();
    }

    const retail::OperatorTable& events_ = retail::operator_table(retail::kEventsTable);
    const retail::ColumnBlock rows_ = sample_rows(events_, 10);
};

TEST_F(MemoryWarehouseTest, ACrashInAWriteDoesItOrNotOrLeavesItsTokenAlone) {
    bool done = false;
    bool not_done = false;
    bool token_only = false;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        MemoryWarehouse warehouse;
        warehouse.crash_in_next_write(CrashKind::kProcessKilled, seed);
        const Status crashed = insert(warehouse, 1);
        ASSERT_FALSE(crashed);
        EXPECT_EQ(crashed.error().kind, ErrorKind::kUnavailable);
        EXPECT_TRUE(warehouse.is_down());
        EXPECT_FALSE(warehouse.speed_epochs(events_));
        warehouse.restart();
        const bool was_done = rows_of(warehouse) == rows_.rows();
        ASSERT_TRUE(insert(warehouse, 1));
        const bool is_there = rows_of(warehouse) == rows_.rows();
        done |= was_done;
        not_done |= !was_done && is_there;
        token_only |= !is_there;
        // A fresh attempt always goes in.
        const std::uint64_t before = rows_of(warehouse);
        ASSERT_TRUE(insert(warehouse, 1, 2));
        EXPECT_EQ(rows_of(warehouse), before + rows_.rows());
    }
    EXPECT_TRUE(done && not_done && token_only);
}

TEST_F(MemoryWarehouseTest, AKilledProcessKeepsWhatWasAcknowledged) {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        MemoryWarehouse warehouse;
        ASSERT_TRUE(insert(warehouse, 1));
        warehouse.crash(CrashKind::kProcessKilled, seed);
        warehouse.restart();
        EXPECT_EQ(rows_of(warehouse), rows_.rows());
    }
}

TEST_F(MemoryWarehouseTest, APowerLossMayTakeSpeedRowsOfOneTableAndNeverBatchRows) {
    const auto& daily = retail::operator_table(retail::kDailySalesTable);
    bool lost_some = false;
    bool apart = false;
    bool replay_dropped = false;
    bool replay_doubled = false;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        MemoryWarehouse warehouse;
        const ports::ManifestRow row{GenerationId{1}, kEpoch, 1, {}, {}};
        for (std::uint64_t flush = 1; flush <= 4; ++flush) {
            ASSERT_TRUE(insert(warehouse, flush));
            ASSERT_TRUE(
                warehouse.insert_speed(daily, kEpoch, FlushId{flush}, 1, sample_rows(daily, 10)));
        }
        ASSERT_TRUE(warehouse.insert_batch(events_, GenerationId{1}, kEpoch, 1, rows_));
        ASSERT_TRUE(warehouse.insert_manifest(row));
        warehouse.crash(CrashKind::kPowerLost, seed);
        warehouse.restart();
        EXPECT_EQ(warehouse.rows(events_, Layer::kBatch, kEpoch).rows(), rows_.rows());
        EXPECT_EQ(*warehouse.manifest(), row);
        const std::uint64_t left = rows_of(warehouse) / rows_.rows();
        lost_some |= left < 4;
        apart |= left * sample_rows(daily, 10).rows() !=
                 warehouse.rows(daily, Layer::kSpeed, kEpoch).rows();
        for (std::uint64_t flush = 1; flush <= 4; ++flush) {
            ASSERT_TRUE(insert(warehouse, flush));
        }
        replay_dropped |= rows_of(warehouse) < 4 * rows_.rows();
        replay_doubled |= rows_of(warehouse) > 4 * rows_.rows();
    }
    EXPECT_TRUE(lost_some && apart && replay_dropped && replay_doubled);
}

TEST_F(MemoryWarehouseTest, AWriteWhoseAnswerWasLostMayRunOnUntilSettled) {
    MemoryWarehouse running;
    running.lose_next_answer(LostAnswer::kDoneLater);
    EXPECT_FALSE(insert(running, 1));
    EXPECT_TRUE(running.speed_rows_by_flush(events_, kEpoch)->empty());
    EXPECT_EQ(rows_of(running), rows_.rows());

    MemoryWarehouse settled;
    settled.lose_next_answer(LostAnswer::kDoneLater);
    EXPECT_FALSE(insert(settled, 1));
    ASSERT_TRUE(settled.settle());
    EXPECT_TRUE(settled.speed_rows_by_flush(events_, kEpoch)->empty());
    EXPECT_EQ(rows_of(settled), 0U);

    MemoryWarehouse done;
    done.lose_next_answer(LostAnswer::kDone);
    EXPECT_FALSE(insert(done, 1));
    ASSERT_TRUE(insert(done, 1));
    EXPECT_EQ(rows_of(done), rows_.rows());
}

TEST_F(MemoryWarehouseTest, ARestartIsAnotherStart) {
    MemoryWarehouse warehouse;
    const std::int64_t before = *warehouse.started_at_s();
    warehouse.crash(CrashKind::kProcessKilled, 1);
    warehouse.restart();
    EXPECT_GT(*warehouse.started_at_s(), before + 2);
}

TEST_F(MemoryWarehouseTest, APlantedDifferenceIsFound) {
    MemoryWarehouse warehouse;
    ASSERT_TRUE(insert(warehouse, 1));
    ASSERT_TRUE(warehouse.insert_batch(events_, GenerationId{1}, kEpoch, 1, rows_));
    for (const Layer layer : {Layer::kSpeed, Layer::kBatch}) {
        EXPECT_TRUE(warehouse.plant(events_, layer, kEpoch, [](retail::ColumnBlock& rows) {
            ++rows.data<std::vector<std::int64_t>>("quantity")[3];
            return true;
        }));
        const bool first = layer == Layer::kSpeed;
        EXPECT_EQ(
            warehouse.reconcile(events_, GenerationId{1}, kEpoch, ports::kSpeedLayer, 5)->differing,
            first ? 1U : 0U);
    }
    EXPECT_FALSE(warehouse.plant(events_, Layer::kSpeed, EpochId{9},
                                 [](retail::ColumnBlock&) { return true; }));
}

TEST_F(MemoryWarehouseTest, TheUnifiedViewFollowsTheManifest) {
    const auto& daily = retail::operator_table(retail::kDailySalesTable);
    MemoryWarehouse warehouse;
    for (const EpochId epoch : {EpochId{1}, EpochId{2}}) {
        ASSERT_TRUE(warehouse.insert_speed(events_, epoch, FlushId{1}, 1, rows_));
        ASSERT_TRUE(warehouse.insert_speed(daily, epoch, FlushId{1}, 1, sample_rows(daily, 10)));
        ASSERT_TRUE(warehouse.insert_batch(events_, GenerationId{1}, epoch, 1, rows_));
        ASSERT_TRUE(
            warehouse.insert_batch(daily, GenerationId{1}, epoch, 1, sample_rows(daily, 10)));
    }
    const auto before = warehouse.unified(daily);
    EXPECT_EQ(warehouse.unified(events_).rows(), 20U);
    EXPECT_EQ(before.rows(), sample_rows(daily, 10).rows());
    ASSERT_TRUE(warehouse.insert_manifest({GenerationId{1}, EpochId{1}, 1, {}, {}}));
    EXPECT_EQ(warehouse.unified(events_).rows(), 20U);
    EXPECT_TRUE(warehouse.unified(daily) == before);
    ASSERT_TRUE(warehouse.drop_speed(events_, EpochId{1}));
    EXPECT_EQ(warehouse.unified(events_).rows(), 20U);
}

}  // namespace
}  // namespace shelfcast::contract
