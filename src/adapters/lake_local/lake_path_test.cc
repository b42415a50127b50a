#include "adapters/lake_local/lake_path.h"

#include <gtest/gtest.h>

#include <limits>

namespace shelfcast::adapters::lake_local {
namespace {

constexpr std::int32_t kNovember22 = 20'779;  // 2026-11-22

TEST(LakePath, SaysTopicDateWriterAndPart) {
    EXPECT_EQ(
        data_path({"retail_events", false, kNovember22}, {ports::FileWriter::kEpoch, 7, 1}).value(),
        "retail_events/business_date=2026-11-22/part-00000007-0001.parquet");
    EXPECT_EQ(
        data_path({"retail_events", true, 0}, {ports::FileWriter::kMerge, 123'456'789, 12'345})
            .value(),
        "_rejected/retail_events/log_date=1970-01-01/merged-123456789-12345.parquet");
}

TEST(LakePath, ATopicThatIsNoFolderIsRefused) {
    for (const char* topic : {"", "..", ".hidden", "_rejected", "a/b", "a b", "ä"}) {
        const auto path = data_path({topic, false, 0}, {});
        ASSERT_FALSE(path) << topic;
        EXPECT_EQ(path.error().kind, ErrorKind::kInvalidInput);
    }
    EXPECT_FALSE(data_path({"retail_events", false, -1}, {}));
    EXPECT_FALSE(data_path({"retail_events", false, 65'536}, {}));
    EXPECT_TRUE(data_path({"retail_events", false, 65'535}, {}));
}

TEST(LakePath, TheNameComesBackFromEveryPathWeMake) {
    for (const std::uint32_t number :
         {0U, 7U, 99'999'999U, 100'000'000U, std::numeric_limits<std::uint32_t>::max()}) {
        for (const auto writer : {ports::FileWriter::kEpoch, ports::FileWriter::kContribution,
                                  ports::FileWriter::kMerge, ports::FileWriter::kSnapshot}) {
            for (const bool rejected : {false, true}) {
                const ports::LakeFileName name{writer, number, number};
                const auto path = data_path({"dead-letters", rejected, kNovember22}, name);
                ASSERT_TRUE(path);
                EXPECT_EQ(name_of(*path), name) << *path;
            }
        }
    }
}

TEST(LakePath, OtherPathsHaveNoName) {
    for (const char* path :
         {"", "retail_events", "retail_events/part-00000007-0001.parquet",
          "retail_events/business_date=2026-11-22/part-00000007-0001.parquet.tmp",
          "retail_events/business_date=2026-11-22/part-7-1.parquet",
          "retail_events/business_date=2026-11-22/part-000000007-0001.parquet",
          "retail_events/business_date=2026-11-2x/part-00000007-0001.parquet",
          "retail_events/business_date=2026-11-22/part-00000001-99999999999.parquet",
          "retail_events/business_date=2026-11-22/other-00000001-0001.parquet",
          "retail_events/business_date=2026-11-22/part-00000-1b2c.parquet",
          "retail_events/business_date=2026-11-22/x/part-00000007-0001.parquet",
          "retail_events/log_date=2026-11-22/part-00000007-0001.parquet",
          "_rejected/retail_events/business_date=2026-11-22/part-00000007-0001.parquet",
          "_manifest/v0000000001.json", "models/forecast/7/model.txt",
          "_state/business_date=2026-11-22/part-00000007-0001.parquet"}) {
        EXPECT_EQ(name_of(path), std::nullopt) << path;
    }
}

TEST(LakePath, ManifestVersionsComeBack) {
    EXPECT_EQ(manifest_path(12), "_manifest/v0000000012.json");
    for (const std::uint64_t version :
         {std::uint64_t{1}, std::uint64_t{9'999'999'999}, std::uint64_t{10'000'000'000},
          std::numeric_limits<std::uint64_t>::max()}) {
        EXPECT_EQ(manifest_version(manifest_path(version)), version);
    }
    for (const char* path :
         {"_manifest/v0000000012.json.tmp", "_manifest/v12.json", "_manifest/0000000012.json",
          "v0000000012.json", "_manifest/x/v0000000012.json",
          "_manifest/v99999999999999999999.json"}) {
        EXPECT_EQ(manifest_version(path), std::nullopt) << path;
    }
}

}  // namespace
}  // namespace shelfcast::adapters::lake_local
