// The operator's state on an S3 store with a local mirror, by several processes.

#include "adapters/s3/s3_state.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "adapters/posix_state/posix_state.h"
#include "tests/engines/minio_server.h"

namespace shelfcast::tests {
namespace {

using adapters::PosixState;
using adapters::S3Bucket;
using adapters::S3State;

class Folder {
public:
    Folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "s3-state-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::size_t files() const {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
            count += entry.is_regular_file() ? 1U : 0U;
        }
        return count;
    }

private:
    std::filesystem::path path_;
};

/// What a process has of the state.
struct Process {
    Process(const adapters::S3Options& options, const Folder& folder)
        : bucket(S3Bucket::open(options, real_clock()).value()),
          mirror(PosixState::open_folder(folder.path()).value()),
          state(S3State::open_mirrored(*bucket, *mirror).value()) {}
    [[nodiscard]] std::string read(std::string_view name) const {
        const auto blob = state->open(name);
        EXPECT_TRUE(blob) << blob.error().message;
        return blob ? std::string(blob->bytes) : "";
    }
    std::unique_ptr<S3Bucket> bucket;
    std::unique_ptr<PosixState> mirror;
    std::unique_ptr<S3State> state;
};

class S3StateTest : public testing::Test {
protected:
    S3StateTest() : options_(shared_s3()) { EXPECT_TRUE(make_bucket(options_)); }
    adapters::S3Options options_;
    Folder first_folder_;
    Folder second_folder_;
};

TEST_F(S3StateTest, WhatOneProcessPutsAnotherOneOpens) {
    const Process first(options_, first_folder_);
    const Process second(options_, second_folder_);
    const std::string bytes("a\0b", 3);
    ASSERT_TRUE(first.state->put("speed/p0/run-1", bytes));
    ASSERT_TRUE(first.state->put("speed/p0/empty", ""));
    EXPECT_EQ(second.read("speed/p0/run-1"), bytes);
    EXPECT_EQ(second.read("speed/p0/empty"), "");
    EXPECT_EQ(second.state->list("speed/p0/r").value(), std::vector<std::string>{"speed/p0/run-1"});
    EXPECT_EQ(second.state->list("none/").value(), std::vector<std::string>{});
}

TEST_F(S3StateTest, AMirrorIsNeverStale) {
    const Process first(options_, first_folder_);
    const Process second(options_, second_folder_);
    ASSERT_TRUE(first.state->put("head", "one"));
    EXPECT_EQ(second.read("head"), "one");
    ASSERT_TRUE(first.state->put("head", "two"));
    EXPECT_EQ(second.read("head"), "two");
    ASSERT_TRUE(second.state->put("head", "six"));  // As long as the one before.
    EXPECT_EQ(first.read("head"), "six");
    EXPECT_EQ(first_folder_.files(), 1U);
    EXPECT_EQ(second_folder_.files(), 1U);
    ASSERT_TRUE(second.state->remove("head"));
    EXPECT_EQ(first.state->open("head").error().kind, ErrorKind::kNotFound);
    EXPECT_TRUE(second.state->remove("head"));
}

TEST_F(S3StateTest, ABlobStaysReadableAfterItIsReplacedAndRemoved) {
    const Process process(options_, first_folder_);
    ASSERT_TRUE(process.state->put("run", "ids"));
    const auto blob = process.state->open("run");
    ASSERT_TRUE(blob);
    ASSERT_TRUE(process.state->put("run", "xyz"));
    ASSERT_TRUE(process.state->remove("run"));
    EXPECT_EQ(blob->bytes, "ids");
}

TEST_F(S3StateTest, ALostMirrorIsFilledAgainAndALeftOneEmptied) {
    std::string large(20'000'000, 'x');  // Goes up in two parts: its ETag is no MD5.
    for (std::size_t i = 0; i < large.size(); i += 4093) {
        large[i] = static_cast<char>(i % 251);
    }
    {
        const Process process(options_, first_folder_);
        ASSERT_TRUE(process.state->put("run", large));
        ASSERT_TRUE(process.state->put("other", "x"));
    }
    const Process elsewhere(options_, second_folder_);
    EXPECT_TRUE(elsewhere.read("run") == large);
    ASSERT_TRUE(elsewhere.state->remove("other"));
    const Process again(options_, first_folder_);
    EXPECT_EQ(first_folder_.files(), 1U);
    EXPECT_TRUE(again.read("run") == large);
}

TEST_F(S3StateTest, WhatIsMirroredIsNotFetched) {
    const Process process(options_, first_folder_);
    ASSERT_TRUE(process.state->put("run", "ids"));
    // Only a copy that was looked at can differ from the bucket.
    const auto copies = process.mirror->list("");
    ASSERT_TRUE(copies);
    ASSERT_EQ(copies->size(), 1U);
    ASSERT_TRUE(process.mirror->put(copies->front(), "IDS"));
    EXPECT_EQ(process.read("run"), "IDS");
    ASSERT_TRUE(process.mirror->put(copies->front(), "cut short"));
    EXPECT_EQ(process.read("run"), "ids");
}

TEST_F(S3StateTest, AnOutageIsAnErrorAndNoOldAnswer) {
    MinioServer server;
    ASSERT_TRUE(server.start());
    const Process process(server.options(), first_folder_);
    ASSERT_TRUE(process.state->put("head", "one"));
    server.kill();
    EXPECT_EQ(process.state->open("head").error().kind, ErrorKind::kUnavailable);
    const Status put = process.state->put("head", "two");
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().kind, ErrorKind::kUnavailable);
    EXPECT_NE(put.error().message.find("write head"), std::string::npos) << put.error().message;
    ASSERT_TRUE(server.start());
    EXPECT_EQ(process.read("head"), "one");
    EXPECT_TRUE(process.state->put("head", "two"));
    EXPECT_EQ(process.read("head"), "two");
}

TEST_F(S3StateTest, NamesAreRelativePaths) {
    const Process process(options_, first_folder_);
    for (const char* const name : {"", "../x", "/x", "a//b"}) {
        EXPECT_EQ(process.state->put(name, "x").error().kind, ErrorKind::kInvalidInput) << name;
        EXPECT_EQ(process.state->open(name).error().kind, ErrorKind::kInvalidInput) << name;
        EXPECT_EQ(process.state->remove(name).error().kind, ErrorKind::kInvalidInput) << name;
    }
}

}  // namespace
}  // namespace shelfcast::tests
