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

}  // namespace
}  // namespace shelfcast::simulation
