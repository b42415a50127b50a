#include "adapters/lake_local/manifest_text.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace shelfcast::adapters::lake_local {
namespace {

ports::LakeManifest full_manifest() {
    ports::LakeManifest manifest;
    manifest.version = 12;
    manifest.generation = GenerationId{3};
    ports::ClosedEpoch epoch;
    epoch.epoch = EpochId{7};
    epoch.cuts = {{"retail_events", PartitionId{0}, std::numeric_limits<std::int64_t>::max()},
                  {"dead-letters", PartitionId{15}, 0}};
    epoch.rows_per_table = {{"events", std::numeric_limits<std::uint64_t>::max()},
                            {"rejections", 0}};
    epoch.hash_per_table = {{"events", "00ff"}};
    epoch.differences = 2;
    epoch.closed_at_us = -1;
    manifest.epochs = {epoch};
    manifest.files = {{"retail_events/business_date=2026-11-22/part-00000007-0000.parquet",
                       "retail_events", "events", EpochId{7}, EpochId{9}, 10, 1234,
                       "ab\"\\\n\u00e4"}};
    manifest.snapshots = {{20'779,
                           std::numeric_limits<std::uint64_t>::max(),
                           {"inventory/business_date=2026-11-22/snapshot-00000012-0000.parquet",
                            "inventory", "inventory_daily", EpochId{}, EpochId{}, 3, 99, "cd"}}};
    return manifest;
}

TEST(ManifestText, ComesBackAsItWas) {
    for (const auto& manifest : {full_manifest(), ports::LakeManifest{}}) {
        const auto text = format_manifest(manifest);
        ASSERT_TRUE(text) << text.error().message;
        const auto parsed = parse_manifest(*text);
        ASSERT_TRUE(parsed) << parsed.error().message;
        EXPECT_EQ(*parsed, manifest);
    }
}

TEST(ManifestText, IsJsonThatOtherToolsRead) {
    const auto text = format_manifest(full_manifest());
    ASSERT_TRUE(text);
    const auto object = nlohmann::json::parse(*text);
    EXPECT_EQ(object.at("checksum").get<std::string>().size(), 32U);
    EXPECT_EQ(object.at("manifest").at("version"), 12);
    EXPECT_EQ(object.at("manifest").at("files").at(0).at("rows"), 10);
    EXPECT_EQ(object.at("manifest").at("epochs").at(0).at("cuts").at(1).at("partition"), 15);
    EXPECT_EQ(object.at("manifest").at("snapshots").at(0).at("business_date"), "2026-11-22");
}

TEST(ManifestText, EveryCutOffTextIsCorrupted) {
    const std::string text = format_manifest(full_manifest()).value();
    for (std::size_t size = 0; size < text.size(); ++size) {
        const auto parsed = parse_manifest(std::string_view(text).substr(0, size));
        ASSERT_FALSE(parsed) << size;
        ASSERT_EQ(parsed.error().kind, ErrorKind::kCorrupted);
    }
    EXPECT_FALSE(parse_manifest(text + "x"));
    EXPECT_FALSE(parse_manifest(std::string(text.size(), '\0')));
}

TEST(ManifestText, EveryFlippedBitIsCorrupted) {
    const std::string text = format_manifest(full_manifest()).value();
    for (std::size_t at = 0; at < text.size(); ++at) {
        std::string damaged = text;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at % 8)));
        const auto parsed = parse_manifest(damaged);
        ASSERT_FALSE(parsed) << at;
        ASSERT_EQ(parsed.error().kind, ErrorKind::kCorrupted);
    }
}

TEST(ManifestText, AWholeTextWithoutItsFieldsIsCorrupted) {
    for (const std::string body :
         {"{}", "[]", "1", "{\"format_version\":1}", "{\"format_version\":2}", "not json"}) {
        const auto parsed = parse_manifest("{\"checksum\":\"" + hash_of(body) +
                                           "\",\n\"manifest\":" + body + "}\n");
        ASSERT_FALSE(parsed) << body;
        EXPECT_EQ(parsed.error().kind, ErrorKind::kCorrupted);
    }
}

TEST(ManifestText, ATextThatIsNoUtf8IsRefused) {
    auto manifest = full_manifest();
    manifest.files[0].topic = "\xff";
    const auto text = format_manifest(manifest);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().kind, ErrorKind::kInvalidInput);
}

TEST(ManifestText, HashesAreXxh3) {
    // The published value for no bytes at all.
    EXPECT_EQ(hash_of(""), "99aa06d3014798d86001c324468d497f");
    EXPECT_NE(hash_of("a"), hash_of("b"));
}

}  // namespace
}  // namespace shelfcast::adapters::lake_local
