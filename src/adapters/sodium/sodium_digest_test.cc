#include "adapters/sodium/sodium_digest.h"

#include <gtest/gtest.h>

namespace shelfcast::adapters {
namespace {

TEST(SodiumDigest, Sha256MatchesThePublishedVectors) {
    EXPECT_EQ(SodiumDigest().sha256_hex("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(SodiumDigest().sha256_hex(""),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(SodiumDigest, TheKeyAndEveryByteMatter) {
    const SodiumDigest digest;
    const std::string key(32, 'k');
    EXPECT_EQ(digest.keyed(key, "a"), digest.keyed(key, "a"));
    EXPECT_NE(digest.keyed(key, "a"), digest.keyed(key, "b"));
    EXPECT_NE(digest.keyed(key, "a"), digest.keyed(std::string(32, 'l'), "a"));
}

}  // namespace
}  // namespace shelfcast::adapters
