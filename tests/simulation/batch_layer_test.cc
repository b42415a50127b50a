#include "pipelines/batch/batch_layer.h"

#include <gtest/gtest.h>

#include "tests/simulation/batch_fixture.h"

namespace shelfcast::simulation {
namespace {

using adapters::memory::LostAnswer;

class BatchLayerTest : public BatchFixture {};

TEST_F(BatchLayerTest, ViewsThatARebuildCouldNotSwitchAreSwitchedBeforeAnythingGoes) {
    contribute(1, {kDay, kDay});
    ASSERT_TRUE(batch().close_epochs({}));
    failpoint::set_handler([&](std::string_view reached) {
        if (reached == "rebuild.manifest_written") {
            warehouse_.lose_next_answer(LostAnswer::kNotDone);
        }
    });
    ASSERT_FALSE(rebuild());
    clock_.advance(kGraceUs + 1);
    const auto dropped = batch().drop_superseded_generations();
    ASSERT_TRUE(dropped) << dropped.error().message;
    EXPECT_FALSE(*dropped) << "queries that began before the switch still read the old rows";
    EXPECT_EQ(events_seen(), 2U);
    EXPECT_EQ(warehouse_.batch_partitions(events_table())->size(), 2U);
    clock_.advance(kGraceUs + 1);
    EXPECT_TRUE(*batch().drop_superseded_generations());
    EXPECT_EQ(events_seen(), 2U);
    EXPECT_EQ(warehouse_.batch_partitions(events_table())->size(), 1U);
}

TEST_F(BatchLayerTest, AnInsertThatLandsLateDoesNotGetIntoTheNextAttempt) {
    contribute(1, {kDay, kDay});
    const auto lose_an_insert = [&] {
        failpoint::set_handler([&](std::string_view reached) {
            if (reached == "batch.events_loaded") {
                warehouse_.lose_next_answer(LostAnswer::kDoneLater);
                failpoint::set_handler({});
            }
        });
    };
    lose_an_insert();
    ASSERT_FALSE(batch().close_epochs({}));
    const auto reports = batch().close_epochs({});
    ASSERT_TRUE(reports) << reports.error().message;
    ASSERT_EQ(reports->size(), 1U);
    EXPECT_EQ(reports->front().differing_keys, 0U);

    lose_an_insert();
    ASSERT_FALSE(rebuild());
    const auto rebuilt = rebuild();
    ASSERT_TRUE(rebuilt) << rebuilt.error().message;
    EXPECT_EQ(rebuilt->differing_keys, 0U);
}

TEST_F(BatchLayerTest, DifferencesOfAnEpochAreReportedWhateverBreaksOffAfterwards) {
    const auto expect_reported = [&](std::uint32_t epoch, std::size_t epochs) {
        const auto reports = batch().close_epochs({});
        ASSERT_TRUE(reports) << reports.error().message;
        ASSERT_EQ(reports->size(), epochs);
        EXPECT_EQ(reports->front().epoch, EpochId{epoch});
        EXPECT_EQ(reports->front().accepted, 3U);
        EXPECT_GT(reports->front().differing_keys, 0U);
        EXPECT_EQ(reports->front().differences.size(), reports->front().differing_keys);
    };
    const auto fail_after = [&](std::string_view step, int times) {
        failpoint::set_handler([this, step, times](std::string_view reached) mutable {
            if (reached == step && --times == 0) {
                warehouse_.lose_next_answer(LostAnswer::kNotDone);
            }
        });
    };
    // The next epoch breaks off.
    contribute(1, {kDay, kDay}, 1);
    contribute(2, {kDay});
    fail_after("batch.events_loaded", 2);
    ASSERT_FALSE(batch().close_epochs({}));
    expect_reported(1, 2);

    // The switch of the views does.
    contribute(3, {kDay, kDay}, 1);
    fail_after("batch.lake_manifest_written", 1);
    ASSERT_FALSE(batch().close_epochs({}));
    expect_reported(3, 1);

    // The process does, after the switch; the next one says what the lake and the store know.
    contribute(4, {kDay, kDay, kDay}, 1);
    failpoint::set_handler([](std::string_view reached) {
        if (reached == "batch.switched") {
            throw Crash{};
        }
    });
    EXPECT_THROW(static_cast<void>(batch().close_epochs({})), Crash);
    failpoint::set_handler({});
    make_batch();
    ASSERT_TRUE(batch().restore({}));
    expect_reported(4, 1);
    EXPECT_TRUE(batch().close_epochs({})->empty());
}

TEST_F(BatchLayerTest, StateThatCannotBeTidiedDoesNotFailTheClose) {
    state_.fail_removals();
    for (std::uint64_t id = 1; id <= 3; ++id) {
        contribute(id, {kDay});
    }
    const auto reports = batch().close_epochs({});
    ASSERT_TRUE(reports) << reports.error().message;
    EXPECT_EQ(events_seen(), 3U);
}

TEST_F(BatchLayerTest, ARebuildTakesBackWhatARefusedOneFound) {
    contribute(1, {kDay});
    ASSERT_TRUE(batch().close_epochs({}));
    const auto plant = [&](retail::Int128 units) {
        return warehouse_.plant(retail::operator_table("daily_sales"),
                                adapters::memory::Layer::kBatch, EpochId{1},
                                [&](retail::ColumnBlock& rows) {
                                    rows.data<std::vector<retail::Int128>>("units_sold")[0] = units;
                                    return true;
                                });
    };
    ASSERT_TRUE(plant(2'000));
    const auto refused = rebuild();
    ASSERT_TRUE(refused) << refused.error().message;
    EXPECT_FALSE(refused->switched);
    EXPECT_FALSE(warehouse_.stored_differences().empty());
    EXPECT_FALSE(store_->differences(10)->empty());
    ASSERT_TRUE(plant(1'000));
    const auto rebuilt = rebuild();
    ASSERT_TRUE(rebuilt) << rebuilt.error().message;
    EXPECT_TRUE(rebuilt->switched);
    EXPECT_TRUE(warehouse_.stored_differences().empty());
    EXPECT_TRUE(store_->differences(10)->empty());
}

}  // namespace
}  // namespace shelfcast::simulation
