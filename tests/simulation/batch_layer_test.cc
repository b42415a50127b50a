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

}  // namespace
}  // namespace shelfcast::simulation
