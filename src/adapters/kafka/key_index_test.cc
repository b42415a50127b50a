#include "adapters/kafka/key_index.h"

#include <gtest/gtest.h>

#include <string>

namespace shelfcast::adapters::kafka {
namespace {

TEST(BatchStamp, ComesBackAsItWas) {
    const std::string key("a\0key", 5);
    std::string bytes = encode_stamp({0, 70'000, key, "print"});
    set_stamp_index(bytes, 66'051);
    const auto stamp = decode_stamp(bytes);
    ASSERT_TRUE(stamp);
    EXPECT_EQ(stamp->index, 66'051U);
    EXPECT_EQ(stamp->count, 70'000U);
    EXPECT_EQ(stamp->key, key);
    EXPECT_EQ(stamp->fingerprint, "print");
}

TEST(BatchStamp, ForeignBytesAreNone) {
    EXPECT_FALSE(decode_stamp(""));
    EXPECT_FALSE(decode_stamp(std::string(13, '\1')));
    const std::string good = encode_stamp({1, 2, "key", "print"});
    for (std::size_t size = 0; size < 16; ++size) {
        EXPECT_FALSE(decode_stamp(good.substr(0, size))) << size;
    }
    EXPECT_FALSE(decode_stamp(encode_stamp({2, 2, "key", ""})));
    EXPECT_FALSE(decode_stamp(encode_stamp({0, 2, "", ""})));
    EXPECT_FALSE(decode_stamp(encode_stamp({0, kMostStampedRecords + 1, "key", ""})));
}

TEST(KeyIndex, BatchIsWholeOnceEveryRecordWasSeen) {
    KeyIndex keys;
    keys.saw({1, 3, "k", "f"}, 11, 5);
    keys.saw({0, 3, "k", "f"}, 10, 4);
    keys.saw({0, 3, "k", "f"}, 10, 4);
    ASSERT_NE(keys.find("k"), nullptr);
    EXPECT_EQ(keys.find("k")->missing, 1U);
    EXPECT_EQ(keys.find("k")->present, (std::vector<bool>{true, true, false}));
    keys.saw({2, 3, "k", "other"}, 12, 6);
    EXPECT_EQ(keys.find("k")->missing, 1U) << "another process's batch of the same key";
    keys.appended({0, 3, "k", "f"}, 12, 6);
    EXPECT_EQ(keys.find("k")->missing, 0U);
    EXPECT_EQ(keys.find("k")->base_offset, 10);
    EXPECT_EQ(keys.find("k")->log_time_us, 4);
    EXPECT_EQ(keys.find("l"), nullptr);
}

TEST(KeyIndex, RangesAreFollowedInWhateverOrderTheyBecomeKnown) {
    KeyIndex keys;
    keys.knows(0, 5);
    EXPECT_FALSE(keys.followed());
    keys.begin_at(10);
    keys.knows(20, 30);
    keys.knows(15, 18);
    EXPECT_EQ(keys.followed(), 10);
    keys.knows(10, 15);
    EXPECT_EQ(keys.followed(), 18);
    keys.knows(18, 21);
    EXPECT_EQ(keys.followed(), 30);
    keys.knows(12, 14);
    EXPECT_EQ(keys.followed(), 30);
}

TEST(KeyIndex, OldKeysAreForgotten) {
    KeyIndex keys;
    keys.appended({0, 1, "old", "f"}, 0, 100);
    keys.appended({0, 1, "young", "f"}, 1, 200);
    keys.forget_before(200);
    EXPECT_EQ(keys.find("old"), nullptr);
    EXPECT_NE(keys.find("young"), nullptr);
}

}  // namespace
}  // namespace shelfcast::adapters::kafka
