#include "adapters/posix_state/posix_state.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace shelfcast::adapters {
namespace {

namespace fs = std::filesystem;

class PosixStateTest : public ::testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "posix-state-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        auto opened = PosixState::open_folder(folder_);
        ASSERT_TRUE(opened);
        store_ = std::move(*opened);
    }
    void TearDown() override { fs::remove_all(folder_); }

    fs::path folder_;
    std::unique_ptr<PosixState> store_;
};

TEST_F(PosixStateTest, ReadsBackWhatWasPutAlsoWhenOpenedAnew) {
    const std::string bytes("a\0b", 3);
    ASSERT_TRUE(store_->put("batch/epoch-1", bytes));
    auto again = PosixState::open_folder(folder_);
    ASSERT_TRUE(again);
    const auto blob = (*again)->open("batch/epoch-1");
    ASSERT_TRUE(blob);
    EXPECT_EQ(blob->bytes, bytes);
}

TEST_F(PosixStateTest, PutReplaces) {
    ASSERT_TRUE(store_->put("head", "long content"));
    ASSERT_TRUE(store_->put("head", "new"));
    const auto blob = store_->open("head");
    ASSERT_TRUE(blob);
    EXPECT_EQ(blob->bytes, "new");
}

TEST_F(PosixStateTest, ABlobStaysReadableAfterItIsReplacedAndRemoved) {
    ASSERT_TRUE(store_->put("run", "ids"));
    const auto blob = store_->open("run");
    ASSERT_TRUE(blob);
    ASSERT_TRUE(store_->put("run", "xyz"));
    ASSERT_TRUE(store_->remove("run"));
    EXPECT_EQ(blob->bytes, "ids");
    EXPECT_EQ(store_->open("run").error().kind, ErrorKind::kNotFound);
}

TEST_F(PosixStateTest, ListsByPrefixWithoutTemporaryFiles) {
    ASSERT_TRUE(store_->put("speed/a", "1"));
    ASSERT_TRUE(store_->put("batch/b", "2"));
    ASSERT_TRUE(store_->put("batch/c.tmp", "left by a crash"));
    EXPECT_EQ(store_->list("batch/").value(), std::vector<std::string>{"batch/b"});
    EXPECT_EQ(store_->list("none/").value(), std::vector<std::string>{});
}

TEST_F(PosixStateTest, RemovingNothingIsNoError) { EXPECT_TRUE(store_->remove("never/there")); }

TEST_F(PosixStateTest, SaysWhichFileCannotBeWritten) {
    ASSERT_TRUE(store_->put("name", "a file where a folder would have to be"));
    const Status refused = store_->put("name/below", "x");
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("name"), std::string::npos);
}

TEST_F(PosixStateTest, AnEmptyBlobIsEmpty) {
    ASSERT_TRUE(store_->put("empty", ""));
    EXPECT_TRUE(store_->open("empty")->bytes.empty());
}

}  // namespace
}  // namespace shelfcast::adapters
