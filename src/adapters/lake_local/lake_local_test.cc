#include "adapters/lake_local/lake_local.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <utility>

#include "base/failpoint.h"
#include "tests/contract/lake_contract.h"

namespace shelfcast::adapters {
namespace {

// Files in a map, and a line for each call that changes something.
class RecordingFiles final : public ports::FileSystem {
public:
    Status write_file(std::string_view path, std::string_view bytes) override {
        SHELFCAST_TRY(note("write", path));
        contents[std::string(path)] = bytes;
        return {};
    }
    Status sync_file(std::string_view path) override { return note("sync", path); }
    Status sync_directory(std::string_view path) override { return note("sync folder", path); }
    Status rename(std::string_view from, std::string_view to) override {
        SHELFCAST_TRY(note("rename", to));
        auto node = contents.extract(std::string(from));
        contents[std::string(to)] = std::move(node.mapped());
        return {};
    }
    Result<std::string> read_file(std::string_view path) override {
        ++reads;
        const auto found = contents.find(std::string(path));
        if (found == contents.end()) {
            return fail(ErrorKind::kNotFound, "file {} not found", path);
        }
        return found->second;
    }
    Status remove_file(std::string_view path) override {
        SHELFCAST_TRY(note("remove", path));
        contents.erase(std::string(path));
        return {};
    }
    Result<std::optional<std::uint64_t>> file_size(std::string_view path) override {
        const auto found = contents.find(std::string(path));
        return found == contents.end() ? std::nullopt : std::optional(found->second.size());
    }
    Status create_durably(std::string_view path, std::string_view bytes) override {
        if (before_create) {
            std::exchange(before_create, {})();
        }
        if (contents.contains(std::string(path))) {
            return fail(ErrorKind::kConflict, "{} is there already", path);
        }
        return write_durably(path, bytes);
    }
    Result<std::vector<std::string>> list_files(std::string_view path) override {
        ++lists;
        std::vector<std::string> found;
        for (const auto& [name, bytes] : contents) {
            if (path.empty() || name.starts_with(std::string(path) + "/")) {
                found.push_back(name);
            }
        }
        return found;
    }

    std::map<std::string, std::string> contents;
    std::vector<std::string> steps;
    std::size_t reads = 0;
    std::size_t lists = 0;
    std::function<void()> before_create;  ///< Called once.
    std::string failing_step;             ///< The step that fails with kStorageFull; empty: none.

private:
    Status note(std::string_view what, std::string_view path) {
        std::string step = fmt::format("{} {}", what, path);
        if (step == failing_step) {
            return fail(ErrorKind::kStorageFull, "cannot {}", step);
        }
        steps.push_back(std::move(step));
        return {};
    }
};

class LakeLocalHarness final : public contract::LakeHarness {
public:
    LakeLocalHarness() { reopen(); }
    ports::Lake& lake() override { return *lake_; }
    void overwrite(const std::string& path, const std::string& bytes) override {
        files_.contents[path] = bytes;
    }
    void remove(const std::string& path) override { files_.contents.erase(path); }
    void reopen() override { lake_ = std::make_unique<LakeLocal>(files_, codec_); }

private:
    RecordingFiles files_;
    contract::BinaryCodec codec_;
    std::unique_ptr<LakeLocal> lake_;
};

std::unique_ptr<contract::LakeHarness> make_lake_local_harness() {
    return std::make_unique<LakeLocalHarness>();
}

class LakeLocalTest : public testing::Test {
protected:
    ~LakeLocalTest() override { failpoint::set_handler({}); }

    static retail::ColumnBlock rows() {
        static constexpr retail::ColumnSpec kColumns[] = {
            {"log_offset", retail::ColumnType::kInt64}};
        retail::ColumnBlock block = retail::make_block(kColumns);
        block.data<std::vector<std::int64_t>>("log_offset") = {1, 2, 3};
        return block;
    }
    Result<ports::LakeFile> write(std::uint32_t epoch, std::uint32_t part = 0) {
        return lake_.write_file({.folder = {"retail_events", false, 20'779},
                                 .name = {ports::FileWriter::kEpoch, epoch, part},
                                 .table = "events",
                                 .epoch = EpochId{epoch},
                                 .last_epoch = EpochId{epoch}},
                                rows());
    }
    Status commit(std::uint64_t version, std::uint32_t epoch, std::vector<ports::LakeFile> files) {
        ports::LakeManifest manifest;
        manifest.version = version;
        manifest.epochs.emplace_back();
        manifest.epochs.back().epoch = EpochId{epoch};
        manifest.files = std::move(files);
        return lake_.commit(manifest);
    }

    const std::string path_ = "retail_events/business_date=2026-11-22/part-00000001-0000.parquet";
    const std::string folder_ = "retail_events/business_date=2026-11-22";
    RecordingFiles files_;
    contract::BinaryCodec codec_;
    LakeLocal lake_{files_, codec_};
};

using Steps = std::vector<std::string>;

TEST_F(LakeLocalTest, AFileIsSyncedBeforeAndAfterItsRename) {
    failpoint::set_handler(
        [this](std::string_view name) { files_.steps.push_back("reached " + std::string(name)); });
    ASSERT_TRUE(write(1));
    EXPECT_EQ(files_.steps,
              (Steps{"write " + path_ + ".tmp", "sync " + path_ + ".tmp", "reached file.written",
                     "rename " + path_, "sync folder " + folder_, "reached lake.file_placed"}));
}

TEST_F(LakeLocalTest, AManifestIsSyncedBeforeAndAfterItsRename) {
    ASSERT_TRUE(commit(1, 1, {}));
    const std::string manifest = "_manifest/v0000000001.json";
    EXPECT_EQ(files_.steps, (Steps{"write " + manifest + ".tmp", "sync " + manifest + ".tmp",
                                   "rename " + manifest, "sync folder _manifest"}));
}

TEST_F(LakeLocalTest, AFaultAtAnyStepIsReturnedAndCommitsNothing) {
    for (const std::string& step : {"write " + path_ + ".tmp", "sync " + path_ + ".tmp",
                                    "rename " + path_, "sync folder " + folder_}) {
        files_.failing_step = step;
        const auto file = write(1);
        ASSERT_FALSE(file) << step;
        EXPECT_EQ(file.error().kind, ErrorKind::kStorageFull);
    }
    files_.failing_step.clear();
    const auto file = write(1);
    ASSERT_TRUE(file) << file.error().message;
    const std::string manifest = "_manifest/v0000000001.json";
    for (const std::string& step :
         {"write " + manifest + ".tmp", "sync " + manifest + ".tmp", "rename " + manifest}) {
        files_.failing_step = step;
        const Status committed = commit(1, 1, {*file});
        ASSERT_FALSE(committed) << step;
        EXPECT_EQ(lake_.manifest().value().version, 0U);
    }
    files_.failing_step.clear();
    EXPECT_TRUE(commit(1, 1, {*file}));
}

TEST_F(LakeLocalTest, ADamagedNewestManifestIsNamedAndNoOlderOneTakesItsPlace) {
    ASSERT_TRUE(commit(1, 1, {}));
    ASSERT_TRUE(commit(2, 2, {}));
    const std::string newest = "_manifest/v0000000002.json";
    const std::string whole = files_.contents.at(newest);
    for (const std::string& damaged :
         {std::string(), whole.substr(0, whole.size() / 2), std::string(whole.size(), '\0'),
          files_.contents.at("_manifest/v0000000001.json")}) {
        files_.contents[newest] = damaged;
        const auto manifest = lake_.manifest();
        ASSERT_FALSE(manifest);
        EXPECT_EQ(manifest.error().kind, ErrorKind::kCorrupted);
        EXPECT_NE(manifest.error().message.find(newest), std::string::npos)
            << manifest.error().message;
        EXPECT_FALSE(commit(3, 3, {}));
        EXPECT_FALSE(write(3));
        EXPECT_FALSE(lake_.remove_orphans(ports::FileWriter::kEpoch));
    }
    files_.contents[newest] = whole;
    EXPECT_EQ(lake_.manifest().value().version, 2U);
}

TEST_F(LakeLocalTest, ALeftOverTemporaryManifestIsNoManifest) {
    ASSERT_TRUE(commit(1, 1, {}));
    files_.contents["_manifest/v0000000002.json.tmp"] = "{\"checksum\":";
    files_.contents["_manifest/notes.txt"] = "by hand";
    EXPECT_EQ(lake_.manifest().value().version, 1U);
    ASSERT_TRUE(lake_.remove_orphans(ports::FileWriter::kEpoch));
    EXPECT_FALSE(files_.contents.contains("_manifest/v0000000002.json.tmp"));
    EXPECT_TRUE(files_.contents.contains("_manifest/notes.txt"));
    EXPECT_TRUE(commit(2, 2, {}));
}

TEST_F(LakeLocalTest, OnlyOurOwnTemporaryAndDataFilesAreRemoved) {
    ASSERT_TRUE(write(1));
    const Steps others = {
        "retail_events/business_date=2026-11-22/part-00000-c000.parquet",
        "retail_events/business_date=2026-11-22/_temporary/part-00000007-0000.parquet",
        "models/forecast.tmp", "README.txt", "retail_events/part-00000007-0000.parquet"};
    for (const std::string& path : others) {
        files_.contents[path] = "somebody's";
    }
    files_.contents[path_ + ".tmp"] = "half";
    files_.contents["_manifest/v0000000001.json.0.tmp"] = "half";
    ASSERT_TRUE(lake_.remove_orphans(ports::FileWriter::kEpoch));
    Steps left;
    for (const auto& [path, bytes] : files_.contents) {
        left.push_back(path);
    }
    Steps wanted = others;
    std::ranges::sort(wanted);
    EXPECT_EQ(left, wanted);
}

TEST_F(LakeLocalTest, OfTwoThatCommitTheSameVersionOneIsToldOfAConflict) {
    ASSERT_TRUE(commit(1, 1, {}));
    LakeLocal other(files_, codec_);
    ASSERT_EQ(other.manifest().value().version, 1U);
    files_.before_create = [&] { ASSERT_TRUE(commit(2, 3, {})); };
    ports::LakeManifest next = other.manifest().value();
    ++next.version;
    const Status second = other.commit(next);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::kConflict);
    EXPECT_EQ(other.manifest().value().closed_epoch(), EpochId{3});
    EXPECT_EQ(other.manifest().value(), lake_.manifest().value());
}

TEST_F(LakeLocalTest, WhatOthersCommitIsSeenWithoutListing) {
    ASSERT_TRUE(commit(1, 1, {}));
    LakeLocal other(files_, codec_);
    ASSERT_EQ(other.manifest().value().version, 1U);
    ASSERT_TRUE(commit(2, 2, {}));
    ASSERT_TRUE(commit(3, 3, {}));
    files_.lists = 0;
    EXPECT_EQ(other.manifest().value().version, 3U);
    EXPECT_TRUE(write(4));
    EXPECT_EQ(files_.lists, 0U);
}

TEST_F(LakeLocalTest, CommittedFilesAreNotReadAgain) {
    const auto first = write(1);
    ASSERT_TRUE(commit(1, 1, {*first}));
    const auto second = write(2);
    files_.reads = 0;
    ports::LakeManifest next = lake_.manifest().value();
    ++next.version;
    next.epochs.emplace_back();
    next.epochs.back().epoch = EpochId{2};
    next.files.push_back(*second);
    ASSERT_TRUE(lake_.commit(next));
    EXPECT_EQ(files_.reads, 3U);  // the manifest twice, the new file once
    // And writing many files reads the manifest once.
    files_.reads = 0;
    for (std::uint32_t part = 0; part < 20; ++part) {
        ASSERT_TRUE(write(3, part));
    }
    EXPECT_EQ(files_.reads, 1U);
}

}  // namespace
}  // namespace shelfcast::adapters

namespace shelfcast::contract {
INSTANTIATE_TEST_SUITE_P(Local, LakeContract, testing::Values(&adapters::make_lake_local_harness));
}  // namespace shelfcast::contract
