#include "pipelines/models/champion.h"

#include <gtest/gtest.h>

#include <optional>

#include "pipelines/models/test_models.h"

namespace shelfcast::models {
namespace {

struct ChampionTest : ::testing::Test {
    MemoryFiles files;
    TestDigest digest;
    ModelRegistry registry{files, digest};
    std::optional<Champion> started;
    Champion& champion = restart();

    /// As after a restart of the program: nothing is loaded.
    Champion& restart() { return started.emplace(registry, &MeanForecaster::load); }

    void put_in_use(const std::string& version, const std::string& artefact) {
        ModelEntry entry;
        entry.version = version;
        entry.horizon_days = 2;
        ASSERT_TRUE(registry.add(entry, artefact));
        ASSERT_TRUE(registry.promote(version, "", 0));
    }
    std::string in_use() {
        const auto model = champion.get();
        return !model ? model.error().message : *model ? (*model)->entry().version : "none";
    }
};

TEST_F(ChampionTest, NoneYet) { EXPECT_EQ(in_use(), "none"); }

TEST_F(ChampionTest, IsLoadedOnceAndFollowsPromotions) {
    put_in_use("m-1", "mean 1 2");
    EXPECT_EQ(in_use(), "m-1");
    const auto first = champion.get().value();
    EXPECT_EQ(champion.get().value(), first);
    put_in_use("m-2", "mean 2 2");
    EXPECT_EQ(in_use(), "m-2");
    // Who still forecasts with it may go on.
    EXPECT_EQ(first->entry().version, "m-1");
    ASSERT_TRUE(registry.roll_back("", 0));
    EXPECT_EQ(in_use(), "m-1");
}

TEST_F(ChampionTest, TheLastGoodOneGoesOnWhenTheNewestIsDamaged) {
    put_in_use("m-1", "mean 1 2");
    put_in_use("m-2", "mean 2 2");
    put_in_use("m-3", "written by a newer program");
    EXPECT_EQ(in_use(), "m-2");
    files.files["_models/m-2/artefact.bin"][0] ^= 1;
    restart();
    EXPECT_EQ(in_use(), "m-1");
    files.files.erase("_models/m-1/model.json");
    restart();
    EXPECT_EQ(in_use(), "model m-3: no artefact of this program: written by a newer program");
}

TEST_F(ChampionTest, ADamagedPointerLeavesTheOneThatIsLoaded) {
    put_in_use("m-1", "mean 1 2");
    EXPECT_EQ(in_use(), "m-1");
    files.files["_models/champion.json"] = "{";
    EXPECT_EQ(in_use(), "m-1");
    restart();
    EXPECT_EQ(champion.get().error().kind, ErrorKind::kCorrupted);
}

}  // namespace
}  // namespace shelfcast::models
