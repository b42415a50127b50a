#include "pipelines/models/model_registry.h"

#include <gtest/gtest.h>

#include "pipelines/models/model_card.h"
#include "pipelines/models/model_text.h"
#include "pipelines/models/test_models.h"

namespace shelfcast::models {
namespace {

constexpr std::int64_t kNowMs = 1'764'381'600'000;  // 2025-11-29T02:00:00Z

ModelEntry entry(const std::string& version) {
    ModelEntry made;
    made.version = version;
    made.model_name = "blend";
    made.code_version = "0.1.0";
    made.trained_at_ms = kNowMs;
    made.training_seconds = 12.5;
    made.horizon_days = 7;
    made.target = "demand";
    made.seed = 3;
    made.data_from = 20'000;
    made.data_to = 20'400;
    made.series = 12;
    made.rows = 4'800;
    made.measures.rows = 84;
    made.measures.wql = 0.25;
    made.held_back_from = 20'394;
    made.held_back_to = 20'400;
    made.champion = Comparison{"20251122-020000-0", {}};
    made.champion->measures.wql = 0.5;
    made.is_better = true;
    made.verdict = "better by half";
    made.remarks = {"two series are too short"};
    made.features = {{"units_lag_1", {0, 1.5}, {0.5, 0.25, 0.25, 0}}};
    made.importance = {{"units_lag_1", 0.75}, {"day_of_week", 0.25}};
    return made;
}

struct RegistryTest : ::testing::Test {
    MemoryFiles files;
    TestDigest digest;
    ModelRegistry registry{files, digest};

    void add(const std::string& version, const std::string& artefact = "bytes") {
        const Status added = registry.add(entry(version), artefact);
        ASSERT_TRUE(added) << added.error().message;
    }
    std::string champion() { return registry.champion().value()->version; }
};

TEST_F(RegistryTest, AModelIsFoundAsItWasAdded) {
    add("m-1");
    const auto found = registry.find("m-1");
    ASSERT_TRUE(found) << found.error().message;
    ModelEntry wanted = entry("m-1");
    wanted.artefact_bytes = 5;
    wanted.artefact_sha256 = digest.sha256_hex("bytes");
    EXPECT_EQ(to_text(*found), to_text(wanted));
    EXPECT_EQ(found->champion->measures.wql, 0.5);
    EXPECT_FALSE(found->measures.mape);
    EXPECT_EQ(found->features[0].shares, wanted.features[0].shares);
    EXPECT_EQ(found->importance, wanted.importance);
    EXPECT_NE(registry.card("m-1")->find("| units_lag_1 | 75.0 % |"), std::string::npos);
    EXPECT_EQ(registry.artefact(*found).value(), "bytes");
    EXPECT_EQ(registry.card("m-1").value(), model_card(wanted));
    EXPECT_NE(registry.card("m-1")->find("| wQL (weighted quantile loss) | 0.25 | 0.5 |"),
              std::string::npos);
}

TEST_F(RegistryTest, VersionsAreTimesAndChecksums) {
    EXPECT_EQ(registry.version_of(kNowMs, "bytes"),
              "20251129-020000-" + digest.sha256_hex("bytes").substr(0, 8));
}

TEST_F(RegistryTest, TheSameModelOnceMoreChangesNothing) {
    add("m-1");
    const auto before = files.files;
    add("m-1");
    EXPECT_EQ(files.files, before);
    EXPECT_EQ(registry.add(entry("m-1"), "others").error().kind, ErrorKind::kConflict);
    EXPECT_EQ(files.files, before);
}

TEST_F(RegistryTest, AModelCountsOnceItsEntryIsWritten) {
    files.files["_models/m-0/artefact.bin"] = "cut short by a crash";
    EXPECT_TRUE(registry.list()->empty());
    EXPECT_EQ(registry.find("m-0").error().kind, ErrorKind::kNotFound);
    add("m-0");
    EXPECT_EQ(registry.list()->size(), 1U);
}

TEST_F(RegistryTest, PromotionAndRollback) {
    EXPECT_FALSE(registry.champion().value());
    EXPECT_EQ(registry.roll_back("", 0).error().kind, ErrorKind::kConflict);
    for (const char* version : {"m-1", "m-2", "m-3"}) {
        add(version);
        ASSERT_TRUE(registry.promote(version, "trained", kNowMs));
    }
    EXPECT_EQ(champion(), "m-3");
    ASSERT_TRUE(registry.promote("m-3", "again", kNowMs));
    EXPECT_EQ(registry.promotions()->size(), 3U);
    EXPECT_EQ(registry.roll_back("worse", kNowMs)->version, "m-2");
    EXPECT_EQ(registry.roll_back("worse", kNowMs)->version, "m-1");
    EXPECT_EQ(registry.roll_back("worse", kNowMs).error().message,
              "there is no champion before m-1 to go back to");
    ASSERT_TRUE(registry.promote("m-3", "after all", kNowMs));
    EXPECT_EQ(registry.roll_back("worse", kNowMs)->version, "m-1");
    EXPECT_EQ(registry.promotions()->size(), 7U);
    const auto models = registry.list();
    ASSERT_EQ(models->size(), 3U);
    EXPECT_TRUE((*models)[0].is_champion);
    EXPECT_FALSE((*models)[2].is_champion);
}

TEST_F(RegistryTest, DamageIsNamed) {
    add("m-1");
    ASSERT_TRUE(registry.promote("m-1", "trained", kNowMs));
    add("m-2");
    files.files["_models/m-2/artefact.bin"] = "bytez";
    const auto refused = registry.promote("m-2", "trained", kNowMs);
    EXPECT_EQ(refused.error().kind, ErrorKind::kCorrupted);
    EXPECT_NE(refused.error().message.find("model m-2: its artefact is damaged"),
              std::string::npos);
    EXPECT_EQ(champion(), "m-1");
    files.files["_models/m-2/model.json"] = "{\"format\":1,\"model\":{\"version\":7}}";
    EXPECT_EQ(registry.find("m-2").error().kind, ErrorKind::kCorrupted);
    files.files["_models/m-2/model.json"] = "no JSON";
    EXPECT_EQ(registry.find("m-2").error().kind, ErrorKind::kCorrupted);
    const auto models = registry.list();
    EXPECT_FALSE((*models)[1].entry);
    EXPECT_EQ((*models)[1].fault, "model m-2: its description: is no JSON object");
}

TEST_F(RegistryTest, ANewerFormatIsSaidSo) {
    files.files["_models/m-9/model.json"] = R"({"format":2,"model":{}})";
    EXPECT_EQ(registry.find("m-9").error().message,
              "model m-9: its description: has format 2, which a newer program wrote: this one "
              "reads format 1");
    files.files["_models/champion.json"] = R"({"format":2,"promotions":[]})";
    EXPECT_EQ(registry.champion().error().kind, ErrorKind::kCorrupted);
    // A way back that is no way back.
    files.files["_models/champion.json"] =
        R"({"format":1,"promotions":[{"version":"a","at_ms":0,"why":"","back_to":0}]})";
    EXPECT_EQ(registry.champion().error().kind, ErrorKind::kCorrupted);
}

TEST_F(RegistryTest, NamesThatAreNoVersionsTouchNoFile) {
    for (const char* name : {"", "..", "a/b", "A"}) {
        EXPECT_EQ(registry.find(name).error().kind, ErrorKind::kInvalidInput) << name;
        EXPECT_EQ(registry.promote(name, "", 0).error().kind, ErrorKind::kInvalidInput) << name;
    }
}

TEST_F(RegistryTest, AFullDiskLeavesTheChampion) {
    add("m-1");
    ASSERT_TRUE(registry.promote("m-1", "trained", kNowMs));
    add("m-2");
    files.full = true;
    EXPECT_EQ(registry.promote("m-2", "trained", kNowMs).error().kind, ErrorKind::kStorageFull);
    EXPECT_EQ(champion(), "m-1");
}

}  // namespace
}  // namespace shelfcast::models
