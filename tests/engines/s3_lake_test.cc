// The lake on an S3 store: what the lake promises anywhere, two processes that commit, outages.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include "adapters/lake_local/lake_local.h"
#include "adapters/s3/s3_files.h"
#include "tests/contract/lake_contract.h"
#include "tests/engines/minio_server.h"

namespace shelfcast::tests {
namespace {

using adapters::LakeLocal;
using adapters::S3Bucket;
using adapters::S3Files;

/// One process's view of a lake in a bucket.
struct LakeOnS3 {
    explicit LakeOnS3(const adapters::S3Options& options) {
        auto opened = S3Bucket::open(options, real_clock());
        EXPECT_TRUE(opened) << opened.error().message;
        bucket = std::move(*opened);
        files = std::make_unique<S3Files>(*bucket);
        lake = std::make_unique<LakeLocal>(*files, codec);
    }
    contract::BinaryCodec codec;
    std::unique_ptr<S3Bucket> bucket;
    std::unique_ptr<S3Files> files;
    std::unique_ptr<LakeLocal> lake;
};

class S3LakeHarness final : public contract::LakeHarness {
public:
    S3LakeHarness() : options_(shared_s3()) {
        EXPECT_TRUE(make_bucket(options_));
        reopen();
    }
    ports::Lake& lake() override { return *on_s3_->lake; }
    void overwrite(const std::string& path, const std::string& bytes) override {
        EXPECT_TRUE(on_s3_->files->write_file(path, bytes));
    }
    void remove(const std::string& path) override { EXPECT_TRUE(on_s3_->files->remove_file(path)); }
    void reopen() override { on_s3_ = std::make_unique<LakeOnS3>(options_); }

private:
    adapters::S3Options options_;
    std::unique_ptr<LakeOnS3> on_s3_;
};

std::unique_ptr<contract::LakeHarness> make_s3_lake_harness() {
    return std::make_unique<S3LakeHarness>();
}

retail::ColumnBlock rows(std::size_t count) {
    static constexpr retail::ColumnSpec kColumns[] = {{"log_offset", retail::ColumnType::kInt64}};
    retail::ColumnBlock block = retail::make_block(kColumns);
    for (std::size_t i = 0; i < count; ++i) {
        block.data<std::vector<std::int64_t>>("log_offset").push_back(static_cast<std::int64_t>(i));
    }
    return block;
}

Result<ports::LakeFile> write(ports::Lake& lake, std::uint32_t epoch, std::size_t count) {
    return lake.write_file({.folder = {"retail_events", false, 20'779},
                            .name = {ports::FileWriter::kEpoch, epoch, 0},
                            .table = "events",
                            .epoch = EpochId{epoch},
                            .last_epoch = EpochId{epoch}},
                           rows(count));
}

Status close_epoch(ports::Lake& lake, std::uint32_t epoch, const ports::LakeFile& file) {
    SHELFCAST_ASSIGN(ports::LakeManifest next, lake.manifest());
    ++next.version;
    next.epochs.emplace_back();
    next.epochs.back().epoch = EpochId{epoch};
    next.files.push_back(file);
    return lake.commit(next);
}

/// Parts of objects that are not put together, where MinIO keeps them.
std::size_t parts_in(const MinioServer& server) {
    const auto folder = server.folder() / "data/.minio.sys/multipart";
    std::size_t count = 0;
    std::error_code code;
    for (std::filesystem::recursive_directory_iterator at(folder, code), end; !code && at != end;
         at.increment(code)) {
        count += at->path().filename().string().starts_with("part.") ? 1U : 0U;
    }
    return count;
}

TEST(S3LakeTest, OfProcessesThatCommitTheSameVersionOneSucceeds) {
    constexpr int kProcesses = 4;
    constexpr std::uint64_t kVersions = 10;
    const auto options = shared_s3();
    ASSERT_TRUE(make_bucket(options));
    std::vector<std::unique_ptr<LakeOnS3>> lakes;
    for (int i = 0; i < kProcesses; ++i) {
        lakes.push_back(std::make_unique<LakeOnS3>(options));
    }
    for (std::uint64_t version = 1; version <= kVersions; ++version) {
        std::atomic<int> winner{-1};
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < kProcesses; ++i) {
                threads.emplace_back([&, i] {
                    ports::LakeManifest next = lakes[0]->lake->manifest().value();
                    next.version = version;
                    next.switched_at_us = i;  // So that each would commit something else.
                    const Status committed = lakes[static_cast<std::size_t>(i)]->lake->commit(next);
                    if (committed) {
                        EXPECT_EQ(winner.exchange(i), -1) << "two commits of " << version;
                    } else {
                        EXPECT_EQ(committed.error().kind, ErrorKind::kConflict)
                            << committed.error().message;
                    }
                });
            }
        }
        ASSERT_GE(winner, 0);
        for (const auto& each : lakes) {
            const auto manifest = each->lake->manifest();
            ASSERT_TRUE(manifest) << manifest.error().message;
            EXPECT_EQ(manifest->version, version);
            EXPECT_EQ(manifest->switched_at_us, winner);
        }
    }
}

// The store dies, then freezes, while a file of several parts goes up; each time the file is not in
// the lake, and the same write succeeds once the store is back.
TEST(S3LakeTest, AnOutageInMidUploadLeavesNoHalfFileAndARepeatSucceeds) {
    MinioServer server;
    const Status started = server.start();
    ASSERT_TRUE(started) << started.error().message;
    auto options = server.options();
    options.part_bytes = std::size_t{5} << 20U;
    const LakeOnS3 on_s3(options);
    ports::Lake& lake = *on_s3.lake;
    constexpr std::size_t kRows = 8'000'000;  // 64 MB, 13 parts.
    const auto first = write(lake, 1, 10);
    ASSERT_TRUE(first) << first.error().message;
    ASSERT_TRUE(close_epoch(lake, 1, *first));

    for (const bool frozen : {false, true}) {
        SCOPED_TRACE(frozen ? "frozen" : "killed");
        const std::uint32_t epoch = frozen ? 3 : 2;
        // A part more than before means that the upload is under way.
        const std::size_t before = parts_in(server);
        Result<ports::LakeFile> file;
        {
            const std::jthread writer([&] { file = write(lake, epoch, kRows); });
            const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
            bool under_way = false;
            while (!under_way && std::chrono::steady_clock::now() < deadline) {
                under_way = parts_in(server) > before;
            }
            frozen ? server.freeze() : server.kill();
            EXPECT_TRUE(under_way);
        }
        ASSERT_FALSE(file);
        EXPECT_EQ(file.error().kind, ErrorKind::kUnavailable) << file.error().message;
        for (const std::string& named : {options.endpoint, std::string("bucket own"),
                                         fmt::format("part-{:08}-0000.parquet", epoch)}) {
            EXPECT_NE(file.error().message.find(named), std::string::npos) << file.error().message;
        }
        EXPECT_EQ(lake.manifest().error().kind, ErrorKind::kUnavailable);
        frozen ? server.thaw() : static_cast<void>(server.start());
        const auto manifest = lake.manifest();
        ASSERT_TRUE(manifest) << manifest.error().message;
        EXPECT_EQ(manifest->closed_epoch().value, epoch - 1);
        const std::vector<std::string> listed = on_s3.files->list_files("").value();
        for (const std::string& path : listed) {
            EXPECT_EQ(path.find(fmt::format("part-{:08}", epoch)), std::string::npos) << path;
        }
        const auto again = write(lake, epoch, kRows);
        ASSERT_TRUE(again) << again.error().message;
        ASSERT_TRUE(close_epoch(lake, epoch, *again));
        EXPECT_TRUE(lake.read_bytes(*again));
    }
}

/// What goes wrong with the store while a file of several parts goes up, and how it is mended.
struct Refusal {
    const char* name;
    Status (*begin)(MinioServer&);
    Status (*mend)(MinioServer&);
    ErrorKind kind;
    const char* advice;  ///< Of the message: what mends it.
};

// The write fails with one line that says what to do, nothing of it is in the lake, and the same
// process goes on once the store takes it again.
TEST(S3LakeTest, AStoreThatRefusesInMidUploadLeavesNoHalfEpochAndIsGoneOnWithOnceMended) {
    static constexpr std::array kRefusals = {
        Refusal{"key revoked", [](MinioServer& server) { return server.revoke_key(); },
                [](MinioServer& server) { return server.restore_key(); },
                ErrorKind::kUnauthenticated, "check access key id and secret"},
        Refusal{"bucket full",
                [](MinioServer& server) { return server.limit_bucket(std::uint64_t{1} << 20U); },
                [](MinioServer& server) { return server.limit_bucket(0); }, ErrorKind::kStorageFull,
                "raise the bucket's quota or make room"}};
    MinioServer server;
    const Status started = server.start();
    ASSERT_TRUE(started) << started.error().message;
    auto options = server.options();
    options.part_bytes = std::size_t{5} << 20U;
    options.max_attempts = 1'000;  // The store is away for a moment before it refuses.
    const LakeOnS3 on_s3(options);
    ports::Lake& lake = *on_s3.lake;
    constexpr std::size_t kRows = 16'000'000;  // 128 MB, 26 parts.
    std::uint32_t epoch = 1;
    const auto first = write(lake, epoch, 10);
    ASSERT_TRUE(first) << first.error().message;
    ASSERT_TRUE(close_epoch(lake, epoch, *first));

    for (const Refusal& refusal : kRefusals) {
        SCOPED_TRACE(refusal.name);
        ++epoch;
        const std::size_t before = parts_in(server);
        Result<ports::LakeFile> file;
        {
            const std::jthread writer([&] { file = write(lake, epoch, kRows); });
            const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
            bool under_way = false;
            while (!under_way && std::chrono::steady_clock::now() < deadline) {
                under_way = parts_in(server) > before;
            }
            EXPECT_TRUE(under_way);
            const Status begun = refusal.begin(server);
            EXPECT_TRUE(begun) << begun.error().message;
        }
        ASSERT_FALSE(file);
        const std::string& said = file.error().message;
        EXPECT_EQ(file.error().kind, refusal.kind) << said;
        EXPECT_EQ(said.find('\n'), std::string::npos) << said;
        for (const std::string& named :
             {options.endpoint, std::string("bucket own"),
              fmt::format("part-{:08}-0000.parquet", epoch), std::string(refusal.advice)}) {
            EXPECT_NE(said.find(named), std::string::npos) << said;
        }

        const Status mended = refusal.mend(server);
        ASSERT_TRUE(mended) << mended.error().message;
        const auto manifest = lake.manifest();
        ASSERT_TRUE(manifest) << manifest.error().message;
        EXPECT_EQ(manifest->closed_epoch().value, epoch - 1);
        const std::vector<std::string> listed = on_s3.files->list_files("").value();
        for (const std::string& path : listed) {
            EXPECT_EQ(path.find(fmt::format("part-{:08}", epoch)), std::string::npos) << path;
        }
        const auto again = write(lake, epoch, kRows);
        ASSERT_TRUE(again) << again.error().message;
        ASSERT_TRUE(close_epoch(lake, epoch, *again));
        EXPECT_TRUE(lake.read_bytes(*again));
    }
}

}  // namespace
}  // namespace shelfcast::tests

namespace shelfcast::contract {
INSTANTIATE_TEST_SUITE_P(S3, LakeContract, testing::Values(&tests::make_s3_lake_harness));
}  // namespace shelfcast::contract
