#include "adapters/posix_files/posix_files.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/contract/file_system_contract.h"

namespace shelfcast::adapters {
namespace {

namespace fs = std::filesystem;

// A directory of its own that goes with it.
class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string name = (fs::temp_directory_path() / "posix_files_test.XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    [[nodiscard]] const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

// Owns its directory, so that the contract's tests each begin empty.
class OwnedPosixFiles final : public ports::FileSystem {
public:
    OwnedPosixFiles() : files_(PosixFiles::open(directory_.path().string()).value()) {}
    Status write_file(std::string_view path, std::string_view bytes) override {
        return files_->write_file(path, bytes);
    }
    Status sync_file(std::string_view path) override { return files_->sync_file(path); }
    Status sync_directory(std::string_view path) override { return files_->sync_directory(path); }
    Status rename(std::string_view from, std::string_view to) override {
        return files_->rename(from, to);
    }
    Result<std::string> read_file(std::string_view path) override {
        return files_->read_file(path);
    }
    Status remove_file(std::string_view path) override { return files_->remove_file(path); }
    Result<std::optional<std::uint64_t>> file_size(std::string_view path) override {
        return files_->file_size(path);
    }
    Result<std::vector<std::string>> list_files(std::string_view path) override {
        return files_->list_files(path);
    }
    Status create_durably(std::string_view path, std::string_view bytes) override {
        return files_->create_durably(path, bytes);
    }

private:
    TemporaryDirectory directory_;
    std::unique_ptr<PosixFiles> files_;
};

std::unique_ptr<ports::FileSystem> make_owned_files() {
    return std::make_unique<OwnedPosixFiles>();
}

class PosixFilesTest : public testing::Test {
protected:
    void SetUp() override {
        auto opened = PosixFiles::open(directory_.path().string());
        ASSERT_TRUE(opened) << opened.error().message;
        files_ = std::move(*opened);
    }
    TemporaryDirectory directory_;
    std::unique_ptr<PosixFiles> files_;
};

TEST_F(PosixFilesTest, WhatIsTheOwnersAloneNobodyElseMayRead) {
    const fs::path root = directory_.path() / "private";
    const auto opened = PosixFiles::open(root.string(), FileAccess::kOwner);
    ASSERT_TRUE(opened) << opened.error().message;
    ASSERT_TRUE((*opened)->write_file("a/written", "1"));
    ASSERT_TRUE(files_->write_file("outside", "2"));
    ASSERT_TRUE((*opened)->copy_in((directory_.path() / "outside").string(), "b/copied"));
    for (const fs::path& path : {root, root / "a", root / "a/written", root / "b/copied"}) {
        const auto others = fs::perms::group_all | fs::perms::others_all;
        EXPECT_EQ(fs::status(path).permissions() & others, fs::perms::none) << path;
    }
}

TEST_F(PosixFilesTest, FilesAreCopiedInFromOutside) {
    const std::string source = (directory_.path() / "source").string();
    std::ofstream(source) << std::string(3'000'000, 'x');
    ASSERT_TRUE(files_->copy_in(source, "new/folder/copy"));
    EXPECT_EQ(files_->read_file("new/folder/copy").value(), std::string(3'000'000, 'x'));
    EXPECT_EQ(files_->copy_in(source, "new/folder/copy").error().kind, ErrorKind::kInvalidInput);
    EXPECT_EQ(files_->copy_in(source + "no", "other").error().kind, ErrorKind::kNotFound);
    EXPECT_EQ(files_->copy_in(source, "../other").error().kind, ErrorKind::kInvalidInput);
}

TEST_F(PosixFilesTest, OpeningMakesTheRootAndItsParents) {
    const std::string root = (directory_.path() / "a" / "b" / "lake").string();
    const auto opened = PosixFiles::open(root + "/");
    ASSERT_TRUE(opened) << opened.error().message;
    ASSERT_TRUE((*opened)->write_file("x", "1"));
    EXPECT_TRUE(fs::exists(root + "/x"));
    EXPECT_EQ((*opened)->list_files("").value(), std::vector<std::string>{"x"});
}

TEST_F(PosixFilesTest, ARootThatIsAFileIsRefused) {
    const std::string path = (directory_.path() / "file").string();
    std::ofstream(path) << "x";
    const auto opened = PosixFiles::open(path);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::kInvalidInput);
    EXPECT_NE(opened.error().message.find(path), std::string::npos) << opened.error().message;
    EXPECT_FALSE(PosixFiles::open(""));
}

TEST_F(PosixFilesTest, AFullDiskIsNamedAndSaidAsSuch) {
    if (!fs::exists("/dev/full")) {
        GTEST_FAIL() << "this test needs /dev/full, the device without space";
    }
    fs::create_symlink("/dev/full", directory_.path() / "full");
    const Status written = files_->write_file("full", "one byte too many");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind, ErrorKind::kStorageFull);
    EXPECT_NE(written.error().message.find((directory_.path() / "full").string()),
              std::string::npos)
        << written.error().message;
}

TEST_F(PosixFilesTest, AFileInTheWayOfAFolderIsNamed) {
    ASSERT_TRUE(files_->write_file("a", "a file"));
    const Status written = files_->write_file("a/b", "x");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind, ErrorKind::kInvalidInput) << written.error().message;
    EXPECT_EQ(files_->read_file("a").value(), "a file");
}

TEST_F(PosixFilesTest, AFolderRemovedMeanwhileIsMadeAgain) {
    ASSERT_TRUE(files_->write_file("a/b/first", "1"));
    fs::remove_all(directory_.path() / "a");
    const Status written = files_->write_file("a/b/second", "2");
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_EQ(files_->list_files("").value(), std::vector<std::string>{"a/b/second"});
}

TEST_F(PosixFilesTest, OfThreadsThatCreateAFileOneSucceedsWhole) {
    constexpr int kThreads = 4;
    const auto content = [](int thread) { return std::string(100'000, static_cast<char>(thread)); };
    ASSERT_TRUE(files_->write_file("0.0.tmp", "left by a crash"));
    for (int round = 0; round < 20; ++round) {
        const std::string path = std::to_string(round);
        std::atomic<int> winner{-1};
        {
            std::vector<std::jthread> threads;
            for (int thread = 0; thread < kThreads; ++thread) {
                threads.emplace_back([&, thread] {
                    const Status made = files_->create_durably(path, content(thread));
                    if (made) {
                        EXPECT_EQ(winner.exchange(thread), -1);
                    } else {
                        EXPECT_EQ(made.error().kind, ErrorKind::kConflict) << made.error().message;
                    }
                });
            }
        }
        ASSERT_GE(winner, 0);
        EXPECT_TRUE(files_->read_file(path).value() == content(winner));
    }
    EXPECT_EQ(files_->list_files("").value().size(), 21U);
}

TEST_F(PosixFilesTest, AFolderIsNoFile) {
    ASSERT_TRUE(files_->write_file("a/b", "x"));
    EXPECT_EQ(files_->read_file("a").error().kind, ErrorKind::kInvalidInput);
    EXPECT_EQ(files_->write_file("a", "x").error().kind, ErrorKind::kInvalidInput);
    EXPECT_EQ(files_->remove_file("a").error().kind, ErrorKind::kInvalidInput);
    EXPECT_EQ(files_->list_files("a/b").error().kind, ErrorKind::kInvalidInput);
}

TEST_F(PosixFilesTest, ThreadsWriteIntoNewFoldersAtOnce) {
    constexpr int kThreads = 4;
    constexpr int kFiles = 20;
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < kThreads; ++thread) {
            threads.emplace_back([this, thread] {
                for (int i = 0; i < kFiles; ++i) {
                    const Status written =
                        files_->write_durably(fmt::format("day={}/part-{}", i, thread), "x");
                    EXPECT_TRUE(written) << written.error().message;
                }
            });
        }
    }
    EXPECT_EQ(files_->list_files("").value().size(), std::size_t{kThreads * kFiles});
}

}  // namespace
}  // namespace shelfcast::adapters

namespace shelfcast::contract {
INSTANTIATE_TEST_SUITE_P(Posix, FileSystemContract, testing::Values(&adapters::make_owned_files));
}  // namespace shelfcast::contract
