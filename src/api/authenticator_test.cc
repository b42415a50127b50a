#include "api/authenticator.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <map>
#include <thread>
#include <vector>

namespace shelfcast::api {
namespace {

class FakeClock final : public ports::Clock {
public:
    std::int64_t now_us() const override { return now; }
    std::int64_t steady_us() const override { return now; }
    void advance(std::chrono::seconds by) { now += std::chrono::microseconds(by).count(); }
    std::atomic<std::int64_t> now{1'000'000};
};

class FakeUsers final : public ports::UserDirectory {
public:
    Result<std::optional<ports::User>> find_user(std::string_view name) override {
        if (away) {
            return fail(ErrorKind::kUnavailable, "users: away");
        }
        const std::scoped_lock lock(mutex);
        const auto found = users_by_name.find(std::string(name));
        return found == users_by_name.end() ? std::nullopt : std::optional(found->second);
    }
    Result<std::vector<ports::User>> users() override { return std::vector<ports::User>(); }
    Status drop_user(std::string_view name) override {
        const std::scoped_lock lock(mutex);
        users_by_name.erase(std::string(name));
        return {};
    }
    Status put_user(const ports::User& user) override {
        const std::scoped_lock lock(mutex);
        users_by_name[user.name] = user;
        return {};
    }
    std::mutex mutex;
    std::map<std::string, ports::User> users_by_name;
    std::atomic<bool> away{false};
};

class FakeHasher final : public ports::PasswordHasher {
public:
    Result<std::string> hash(std::string_view password) override {
        return "hash of " + std::string(password);
    }
    bool verify(std::string_view hash, std::string_view password) override {
        const int at_once = ++running;
        most_at_once = std::max(most_at_once.load(), at_once);
        ++verified;
        if (during) {
            during();
        }
        --running;
        return hash == "hash of " + std::string(password);
    }
    std::string random_secret(std::size_t bytes) override { return std::string(2 * bytes, 'a'); }
    std::function<void()> during;
    std::atomic<int> verified{0};
    std::atomic<int> running{0};
    std::atomic<int> most_at_once{0};
};

/// Not a digest, only as distinct as the tests need.
class FakeDigest final : public ports::Digest {
public:
    std::string sha256_hex(std::string_view bytes) const override {
        return fmt::format("{:064x}", std::hash<std::string_view>()(bytes));
    }
    ports::KeyedDigest keyed(std::string_view key, std::string_view bytes) const override {
        const std::string hex = sha256_hex(std::string(key) + std::string(bytes));
        ports::KeyedDigest out{};
        std::copy(hex.end() - 32, hex.end(), out.begin());
        return out;
    }
};

struct AuthenticatorTest : testing::Test {
    void SetUp() override {
        ASSERT_TRUE(users.put_user({"ada", "hash of right", ports::Role::kAdministrator}));
        make({});
    }
    void make(AuthenticatorOptions options) {
        auto made = DirectoryAuthenticator::create(options, users, hasher, digest, clock);
        ASSERT_TRUE(made);
        authenticator = std::move(*made);
    }
    ErrorKind error_of(std::string_view name, std::string_view password) {
        const auto result = authenticator->check(name, password);
        return result ? ErrorKind::kCorrupted : result.error().kind;
    }

    FakeClock clock;
    FakeUsers users;
    FakeHasher hasher;
    FakeDigest digest;
    std::unique_ptr<DirectoryAuthenticator> authenticator;
};

TEST_F(AuthenticatorTest, ARightLoginIsHashedOnceAndRememberedForAMinute) {
    EXPECT_FALSE(authenticator->remembered("ada", "right"));
    const auto first = authenticator->check("ada", "right");
    ASSERT_TRUE(first);
    EXPECT_EQ(first->name, "ada");
    EXPECT_TRUE(authenticator->check("ada", "right"));
    EXPECT_EQ(authenticator->remembered("ada", "right"), *first);
    EXPECT_EQ(hasher.verified, 1);
    clock.advance(std::chrono::seconds(60));
    EXPECT_FALSE(authenticator->remembered("ada", "right"));
    EXPECT_TRUE(authenticator->check("ada", "right"));
    EXPECT_EQ(hasher.verified, 2);
}

TEST_F(AuthenticatorTest, AWrongPasswordIsRememberedAsWrongOnly) {
    EXPECT_EQ(error_of("ada", "wrong"), ErrorKind::kUnauthenticated);
    EXPECT_EQ(error_of("ada", "wrong"), ErrorKind::kUnauthenticated);
    EXPECT_EQ(hasher.verified, 1);
    EXPECT_FALSE(authenticator->remembered("ada", "wrong"));
    EXPECT_TRUE(authenticator->check("ada", "right"));
}

TEST_F(AuthenticatorTest, NameAndPasswordAreNotRunTogether) {
    ASSERT_TRUE(authenticator->check("ada", "right"));
    EXPECT_FALSE(authenticator->remembered("adar", "ight"));
    EXPECT_FALSE(authenticator->remembered("ad", "aright"));
}

TEST_F(AuthenticatorTest, AnUnknownUserCostsAndReadsLikeAWrongPassword) {
    const auto unknown = authenticator->check("eve", "x");
    EXPECT_EQ(hasher.verified, 1);
    const auto wrong = authenticator->check("ada", "x");
    EXPECT_EQ(hasher.verified, 2);
    ASSERT_FALSE(unknown);
    ASSERT_FALSE(wrong);
    EXPECT_EQ(unknown.error().kind, wrong.error().kind);
    EXPECT_EQ(unknown.error().message.substr(3), wrong.error().message.substr(3));
}

TEST_F(AuthenticatorTest, TheStandInForUnknownUsersOpensNothing) {
    EXPECT_EQ(error_of("eve", std::string(64, 'a')), ErrorKind::kUnauthenticated);
}

TEST_F(AuthenticatorTest, ManyWrongPasswordsCloseTheDoorForThatNameOnly) {
    ASSERT_TRUE(users.put_user({"bob", "hash of his", ports::Role::kAdministrator}));
    for (int i = 0; i < 11; ++i) {
        EXPECT_EQ(error_of("ada", fmt::format("guess {}", i)), ErrorKind::kUnauthenticated) << i;
    }
    EXPECT_EQ(error_of("ada", "guess 11"), ErrorKind::kBusy);
    EXPECT_EQ(error_of("ada", "right"), ErrorKind::kBusy);
    EXPECT_EQ(hasher.verified, 11);
    EXPECT_TRUE(authenticator->check("bob", "his"));
    clock.advance(std::chrono::seconds(10));
    EXPECT_TRUE(authenticator->check("ada", "right"));
}

TEST_F(AuthenticatorTest, WhoeverIsRememberedStaysInsideWhileOthersGuess) {
    ASSERT_TRUE(authenticator->check("ada", "right"));
    for (int i = 0; i < 20; ++i) {
        EXPECT_FALSE(authenticator->check("ada", fmt::format("guess {}", i)));
    }
    EXPECT_TRUE(authenticator->remembered("ada", "right"));
    EXPECT_TRUE(authenticator->check("ada", "right"));
}

TEST_F(AuthenticatorTest, GuessingUnderManyNamesIsBoundedToo) {
    for (int i = 0; i < 1000; ++i) {
        EXPECT_FALSE(authenticator->check(fmt::format("name {}", i), "x"));
    }
    EXPECT_EQ(hasher.verified, 41);
}

TEST_F(AuthenticatorTest, ForgettingTakesEffectAtOnce) {
    ASSERT_TRUE(authenticator->check("ada", "right"));
    EXPECT_EQ(error_of("ada", "new"), ErrorKind::kUnauthenticated);
    ASSERT_TRUE(users.put_user({"ada", "hash of new", ports::Role::kAdministrator}));
    authenticator->forget("ada");
    EXPECT_FALSE(authenticator->remembered("ada", "right"));
    EXPECT_EQ(error_of("ada", "right"), ErrorKind::kUnauthenticated);
    EXPECT_TRUE(authenticator->check("ada", "new"));
}

TEST_F(AuthenticatorTest, AVerdictFoundBeforeForgetIsNotRememberedAfterIt) {
    hasher.during = [this] { authenticator->forget("ada"); };
    EXPECT_TRUE(authenticator->check("ada", "right"));
    hasher.during = nullptr;
    EXPECT_FALSE(authenticator->remembered("ada", "right"));
}

TEST_F(AuthenticatorTest, MemoryIsBounded) {
    make({.max_verdicts = 2});
    for (const char* const name : {"a", "b", "c"}) {
        ASSERT_TRUE(users.put_user({name, "hash of p", ports::Role::kAdministrator}));
        ASSERT_TRUE(authenticator->check(name, "p"));
    }
    EXPECT_FALSE(authenticator->remembered("a", "p"));
    EXPECT_TRUE(authenticator->remembered("b", "p"));
    EXPECT_TRUE(authenticator->remembered("c", "p"));
}

TEST_F(AuthenticatorTest, AbsurdLoginsAreRefusedWithoutHashing) {
    EXPECT_EQ(error_of("", "x"), ErrorKind::kUnauthenticated);
    EXPECT_EQ(error_of(std::string(257, 'n'), "x"), ErrorKind::kUnauthenticated);
    EXPECT_EQ(error_of("ada", std::string(1025, 'p')), ErrorKind::kUnauthenticated);
    EXPECT_EQ(hasher.verified, 0);
}

TEST_F(AuthenticatorTest, ADirectoryThatIsAwayIsNoWrongPassword) {
    users.away = true;
    EXPECT_EQ(error_of("ada", "right"), ErrorKind::kUnavailable);
    users.away = false;
    EXPECT_TRUE(authenticator->check("ada", "right"));
}

TEST_F(AuthenticatorTest, TheSameLoginFromManyThreadsIsHashedOnce) {
    constexpr int kThreads = 8;
    std::latch start(kThreads);
    std::atomic<int> right{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < kThreads; ++i) {
            threads.emplace_back([&] {
                start.arrive_and_wait();
                right += authenticator->check("ada", "right") ? 1 : 0;
            });
        }
    }
    EXPECT_EQ(right, kThreads);
    EXPECT_EQ(hasher.verified, 1);
}

TEST_F(AuthenticatorTest, OneHashAtATimeAndTheWaitHasAnEnd) {
    make({.max_wait = std::chrono::milliseconds(1)});
    std::latch inside(1);
    std::latch leave(1);
    hasher.during = [&] {
        inside.count_down();
        leave.wait();
    };
    std::jthread first([&] { EXPECT_TRUE(authenticator->check("ada", "right")); });
    inside.wait();
    EXPECT_EQ(error_of("ada", "other"), ErrorKind::kBusy);
    leave.count_down();
    first.join();
    EXPECT_EQ(hasher.most_at_once, 1);
}

class FakeSettings final : public ports::SettingsBook {
public:
    Result<std::optional<std::string>> setting(std::string_view name) override {
        ++reads;
        const auto found = values.find(std::string(name));
        return found == values.end() ? std::nullopt : std::optional(found->second);
    }
    Status put_setting(std::string_view name, std::string_view value) override {
        values[std::string(name)] = value;
        return {};
    }
    std::map<std::string, std::string> values;
    int reads = 0;
};

TEST(TokenGuard, OnlyTheStoredTokenPasses) {
    FakeSettings settings;
    const FakeDigest digest;
    FakeClock clock;
    TokenGuard guard(settings, digest, clock);
    EXPECT_EQ(guard.check("").error().kind, ErrorKind::kUnauthenticated);
    EXPECT_EQ(guard.check("any").error().kind, ErrorKind::kUnauthenticated);
    ASSERT_TRUE(guard.put_token("t0k3n"));
    EXPECT_TRUE(guard.check("t0k3n"));
    EXPECT_FALSE(guard.check("t0k3"));
    EXPECT_FALSE(guard.check("t0k3n "));
    EXPECT_FALSE(guard.check(""));
    EXPECT_EQ(guard.put_token("").error().kind, ErrorKind::kInvalidInput);
    for (const auto& [name, value] : settings.values) {
        EXPECT_EQ(value.find("t0k3n"), std::string::npos);
    }
}

TEST(TokenGuard, ATokenChangedElsewhereHoldsWithinAMinute) {
    FakeSettings settings;
    const FakeDigest digest;
    FakeClock clock;
    TokenGuard guard(settings, digest, clock);
    ASSERT_TRUE(guard.put_token("old"));
    ASSERT_TRUE(settings.put_setting(kIngestTokenSetting, digest.sha256_hex("new")));
    EXPECT_TRUE(guard.check("old"));
    EXPECT_EQ(settings.reads, 0);
    clock.advance(std::chrono::seconds(60));
    EXPECT_FALSE(guard.check("old"));
    EXPECT_TRUE(guard.check("new"));
    EXPECT_EQ(settings.reads, 1);
}

}  // namespace
}  // namespace shelfcast::api
