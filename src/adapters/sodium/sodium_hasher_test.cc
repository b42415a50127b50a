#include "adapters/sodium/sodium_hasher.h"

#include <gtest/gtest.h>

#include <string>

namespace shelfcast::adapters {
namespace {

class SodiumHasherTest : public testing::Test {
protected:
    void SetUp() override {
        auto created = SodiumHasher::create();
        ASSERT_TRUE(created) << created.error().message;
        hasher_ = std::move(*created);
    }
    std::unique_ptr<SodiumHasher> hasher_;
};

TEST_F(SodiumHasherTest, AHashIsArgon2idAndVerifiesOnlyItsPassword) {
    const auto hash = hasher_->hash("password123");
    ASSERT_TRUE(hash) << hash.error().message;
    EXPECT_EQ(hash->rfind("$argon2id$v=19$m=65536,t=2,p=1$", 0), 0U) << *hash;
    EXPECT_EQ(hash->find("password123"), std::string::npos);
    EXPECT_TRUE(hasher_->verify(*hash, "password123"));
    EXPECT_FALSE(hasher_->verify(*hash, "password124"));
    EXPECT_FALSE(hasher_->verify(*hash, "password12"));
    EXPECT_FALSE(hasher_->verify(*hash, ""));
}

TEST_F(SodiumHasherTest, TheSamePasswordIsSaltedAnew) {
    const auto first = hasher_->hash("secret");
    const auto second = hasher_->hash("secret");
    ASSERT_TRUE(first && second);
    EXPECT_NE(*first, *second);
}

TEST_F(SodiumHasherTest, EveryByteOfAPasswordCounts) {
    const std::string zero("a\0b", 3);
    const auto hash = hasher_->hash(zero);
    ASSERT_TRUE(hash);
    EXPECT_TRUE(hasher_->verify(*hash, zero));
    EXPECT_FALSE(hasher_->verify(*hash, "a"));
}

TEST_F(SodiumHasherTest, NoHashVerifiesNothing) {
    EXPECT_FALSE(hasher_->verify("", "secret"));
    EXPECT_FALSE(hasher_->verify("secret", "secret"));
    EXPECT_FALSE(hasher_->verify("$argon2id$v=19$m=65536,t=2,p=1$", "secret"));
    EXPECT_FALSE(hasher_->verify(std::string(100'000, '$'), "secret"));
}

TEST_F(SodiumHasherTest, AnEmptyOrEndlessPasswordIsRefused) {
    const auto empty = hasher_->hash("");
    ASSERT_FALSE(empty);
    EXPECT_EQ(empty.error().kind, ErrorKind::kInvalidInput);
    const auto endless = hasher_->hash(std::string(SodiumHasher::kMaxPasswordBytes + 1, 'x'));
    ASSERT_FALSE(endless);
    EXPECT_EQ(endless.error().kind, ErrorKind::kInvalidInput);
    EXPECT_NE(endless.error().message.find("1025"), std::string::npos) << endless.error().message;
}

TEST_F(SodiumHasherTest, SecretsAreHexadecimalAndNeverTheSame) {
    const std::string first = hasher_->random_secret(24);
    EXPECT_EQ(first.size(), 48U);
    EXPECT_EQ(first.find_first_not_of("0123456789abcdef"), std::string::npos) << first;
    EXPECT_NE(first, hasher_->random_secret(24));
    EXPECT_EQ(hasher_->random_secret(0), "");
}

}  // namespace
}  // namespace shelfcast::adapters
