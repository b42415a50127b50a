#include "pipelines/derive/lake_snapshots.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "adapters/lake_local/lake_local.h"
#include "adapters/memory/memory_codec.h"
#include "base/failpoint.h"
#include "pipelines/batch/compaction.h"
#include "ports/test_hand_clock.h"
#include "retail/time_zone.h"
#include "tests/simulation/sim_disk.h"

namespace shelfcast::simulation {
namespace {

constexpr std::uint64_t kFirstSeed = 20'261'123;
constexpr std::array kRowColumns = {
    retail::ColumnSpec{"store_id", retail::ColumnType::kUInt32},
    retail::ColumnSpec{"product_id", retail::ColumnType::kText},
    retail::ColumnSpec{"version", retail::ColumnType::kUInt64},
};

/// Where stock stood on some dates. Rows say which version they are of.
class Snapshots final : public ports::QueryRunner, public ports::DerivedTables {
public:
    Result<retail::ColumnBlock> read_rows(std::string_view /*sql*/,
                                          std::span<const retail::ColumnSpec> columns,
                                          const ports::QueryValues& /*values*/) override {
        retail::ColumnBlock rows = retail::make_block(columns);
        for (const auto& [date, version] : versions) {
            rows.data<std::vector<std::uint16_t>>("business_date")
                .push_back(static_cast<std::uint16_t>(date));
            rows.data<std::vector<std::uint64_t>>("version").push_back(version);
        }
        return rows;
    }
    Status compute(std::string_view /*sql*/, const ports::QueryValues& /*values*/) override {
        return fail(ErrorKind::kInvalidInput, "not asked for here");
    }
    Result<std::string> read_parquet(std::string_view /*sql*/,
                                     const ports::QueryValues& values) override {
        if (away) {
            return fail(ErrorKind::kUnavailable, "away");
        }
        if (when_read) {
            when_read();
        }
        return codec.encode(rows_of(versions.at(*retail::parse_date(values.at("date")))));
    }
    Status put_derived(std::string_view /*table*/, const retail::ColumnBlock& /*rows*/) override {
        return fail(ErrorKind::kInvalidInput, "not asked for here");
    }
    static retail::ColumnBlock rows_of(std::uint64_t version) {
        retail::ColumnBlock rows = retail::make_block(kRowColumns);
        for (std::uint32_t row = 0; row < 1 + version % 3; ++row) {
            rows.data<std::vector<std::uint32_t>>("store_id").push_back(row);
            rows.data<retail::TextColumn>("product_id").push_back("tea");
            rows.data<std::vector<std::uint64_t>>("version").push_back(version);
        }
        return rows;
    }

    adapters::memory::MemoryCodec codec;
    std::map<std::int32_t, std::uint64_t> versions;
    bool away = false;
    std::function<void()> when_read;
};

class LakeSnapshotsTest : public testing::Test {
protected:
    ~LakeSnapshotsTest() override { failpoint::set_handler({}); }

    Result<derive::LakeSnapshotReport> put(std::size_t max_dates = 3,
                                           const std::stop_token& stop = {}) {
        return derive::put_snapshots({snapshots_, snapshots_, *lake_, clock_}, max_dates, stop);
    }
    /// What the newest manifest names, each date's rows being those of the version it says.
    std::map<std::int32_t, std::uint64_t> listed() {
        std::map<std::int32_t, std::uint64_t> found;
        const auto manifest = lake_->manifest();
        EXPECT_TRUE(manifest) << manifest.error().message;
        for (const ports::LakeSnapshot& one : manifest->snapshots) {
            const auto rows = lake_->read_rows(one.file, kRowColumns);
            EXPECT_TRUE(rows) << rows.error().message;
            EXPECT_EQ(*rows, Snapshots::rows_of(one.version)) << one.file.path;
            EXPECT_TRUE(found.emplace(one.business_date, one.version).second);
        }
        return found;
    }
    std::set<std::string> data_files() {
        std::set<std::string> found;
        const auto paths = disk_.list_files("");
        for (const std::string& path : *paths) {
            if (path.find("_manifest") == std::string::npos) {
                found.insert(path);
            }
        }
        return found;
    }

    std::unique_ptr<adapters::LakeLocal> open() {
        return std::make_unique<adapters::LakeLocal>(disk_, codec_);
    }

    SimDisk disk_{kFirstSeed};
    Snapshots snapshots_;
    adapters::memory::MemoryCodec codec_;
    std::unique_ptr<adapters::LakeLocal> lake_ = open();
    ports::HandClock clock_;
};

TEST_F(LakeSnapshotsTest, WritesWhatTheLakeLacksAndReplacesWhatIsOlder) {
    snapshots_.versions = {{20'514, 4}, {20'515, 4}, {20'516, 4}, {20'517, 4}};
    auto report = put();
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->written, 3U);
    EXPECT_EQ(report->left, 1U);
    EXPECT_EQ(put()->written, 1U);
    EXPECT_EQ(listed(), snapshots_.versions);
    const std::uint64_t version = lake_->manifest()->version;
    EXPECT_EQ(put()->written, 0U);
    EXPECT_EQ(lake_->manifest()->version, version);
    EXPECT_TRUE(
        data_files().contains("inventory/business_date=2026-03-02/snapshot-00000001-0000.parquet"));

    const auto before = data_files();
    snapshots_.versions[20'515] = 5;
    EXPECT_EQ(put()->written, 1U);
    EXPECT_EQ(listed(), snapshots_.versions);
    const auto manifest = *lake_->manifest();
    ASSERT_EQ(manifest.retired.size(), 1U);
    // Readers of the older manifest have their file until compaction takes it.
    EXPECT_EQ(data_files().size(), before.size() + 1);
    const batch::CompactionOptions options{.keep_retired_us = 1'000};
    clock_.at_us += 1'001;
    ASSERT_TRUE(batch::compact(*lake_, clock_, options, {}));
    EXPECT_FALSE(data_files().contains(manifest.retired[0].path));
    EXPECT_EQ(listed(), snapshots_.versions);
}

TEST_F(LakeSnapshotsTest, AFailureCommitsNothingAndAStopWhatIsDone) {
    snapshots_.versions = {{20'514, 4}, {20'515, 4}};
    snapshots_.away = true;
    EXPECT_EQ(put().error().kind, ErrorKind::kUnavailable);
    EXPECT_EQ(lake_->manifest()->version, 0U);
    snapshots_.away = false;
    std::stop_source stop;
    snapshots_.when_read = [&] { stop.request_stop(); };
    const auto report = put(3, stop.get_token());
    ASSERT_TRUE(report);
    EXPECT_EQ(report->written, 1U);
    EXPECT_EQ(report->left, 1U);
    EXPECT_EQ(listed(), (std::map<std::int32_t, std::uint64_t>{{20'514, 4}}));
}

TEST_F(LakeSnapshotsTest, NoHalfSnapshotIsListedWhereverARunEnds) {
    std::map<std::string, int> passed;
    for (std::uint64_t seed = kFirstSeed; seed < kFirstSeed + 300; ++seed) {
        std::mt19937_64 random(seed);
        const auto dice = [&](std::uint64_t sides) { return random() % sides; };
        SCOPED_TRACE(fmt::format("seed {}", seed));
        const std::map<std::int32_t, std::uint64_t> older = listed();
        for (std::uint64_t count = 1 + dice(5); count > 0; --count) {
            snapshots_.versions[20'514 + static_cast<std::int32_t>(dice(9))] = seed;
        }
        std::uint64_t left = 1 + dice(8);
        const bool at_failpoint = dice(2) == 0;
        failpoint::set_handler([&](std::string_view name) {
            if (at_failpoint && --left == 0) {
                ++passed[std::string(name)];
                throw Crash{};
            }
        });
        disk_.crash_after(at_failpoint ? 0 : 1 + dice(40));
        try {
            (void)put();
        } catch (const Crash&) {
            disk_.kill();
        }
        failpoint::set_handler({});
        disk_.crash_after(0);
        if (disk_.dead()) {
            disk_.reboot(dice(2) == 0);
            lake_ = open();
        }
        for (const auto& [date, version] : listed()) {
            // As before, or as it is now, and nothing in between.
            const auto old = older.find(date);
            ASSERT_TRUE(version == snapshots_.versions.at(date) ||
                        (old != older.end() && version == old->second));
        }
        if (dice(3) == 0) {
            while (put()->left > 0) {
            }
            ASSERT_EQ(listed(), snapshots_.versions);
        }
    }
    for (const char* name : {"file.written", "lake.file_placed", "snapshot.file_written",
                             "snapshot.manifest_written"}) {
        EXPECT_GT(passed[name], 0) << name;
    }
    // Nothing lies about that no manifest knows.
    ASSERT_TRUE(put());
    const auto manifest = *lake_->manifest();
    std::set<std::string> known;
    for (const ports::LakeFile* const file : manifest.counted_files()) {
        known.insert(file->path);
    }
    for (const ports::RetiredFile& file : manifest.retired) {
        known.insert(file.path);
    }
    EXPECT_EQ(data_files(), known);
}

}  // namespace
}  // namespace shelfcast::simulation
