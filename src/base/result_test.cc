#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace shelfcast {
namespace {

constexpr int kKinds = static_cast<int>(ErrorKind::kCorrupted) + 1;

Result<int> half_of(int number) {
    if (number % 2 != 0) {
        return fail(ErrorKind::kInvalidInput, "number {}: odd", number);
    }
    return number / 2;
}

Result<int> quarter_of(int number) {
    SHELFCAST_ASSIGN(const int half, half_of(number));
    SHELFCAST_ASSIGN(const int quarter, half_of(half));
    return quarter;
}

Status check_even(int number) {
    SHELFCAST_TRY(half_of(number));
    return {};
}

TEST(Result, EveryKindHasAWordAStatusAndAnExitCode) {
    std::set<std::string_view> words;
    for (int number = 0; number < kKinds; ++number) {
        const auto kind = static_cast<ErrorKind>(number);
        EXPECT_NE(to_string(kind), "unknown") << number;
        EXPECT_TRUE(words.insert(to_string(kind)).second) << to_string(kind);
        EXPECT_GE(http_status(kind), 400) << to_string(kind);
        EXPECT_LT(http_status(kind), 600) << to_string(kind);
        // 0 is success, 1 a crash, 3 a reconciliation difference.
        EXPECT_TRUE(exit_code(kind) == 2 || exit_code(kind) > 3) << to_string(kind);
    }
}

TEST(Result, StatusesAreTheOnesClientsActOn) {
    EXPECT_EQ(http_status(ErrorKind::kInvalidInput), 400);
    EXPECT_EQ(http_status(ErrorKind::kUnauthenticated), 401);
    EXPECT_EQ(http_status(ErrorKind::kForbidden), 403);
    EXPECT_EQ(http_status(ErrorKind::kNotFound), 404);
    EXPECT_EQ(http_status(ErrorKind::kConflict), 409);
    EXPECT_EQ(http_status(ErrorKind::kBusy), 429);
    EXPECT_EQ(http_status(ErrorKind::kUnavailable), 503);
    EXPECT_EQ(http_status(ErrorKind::kStorageFull), 507);
    EXPECT_EQ(http_status(ErrorKind::kCorrupted), 500);
}

TEST(Result, OnlyWhatMayPassIsRetried) {
    for (int number = 0; number < kKinds; ++number) {
        const auto kind = static_cast<ErrorKind>(number);
        const bool passes = kind == ErrorKind::kBusy || kind == ErrorKind::kUnavailable ||
                            kind == ErrorKind::kStorageFull;
        EXPECT_EQ(is_retryable(kind), passes) << to_string(kind);
    }
}

TEST(Result, ErrorsTravelUnchanged) {
    EXPECT_EQ(*quarter_of(12), 3);
    const Result<int> failed = quarter_of(6);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, ErrorKind::kInvalidInput);
    EXPECT_EQ(failed.error().message, "number 3: odd");
    EXPECT_TRUE(check_even(4));
    EXPECT_EQ(check_even(5).error().message, "number 5: odd");
}

TEST(Result, ContextIsPutInFront) {
    Result<int> failed = half_of(7);
    const Result<std::string> forwarded = forward_error(failed, "store 3");
    ASSERT_FALSE(forwarded);
    EXPECT_EQ(forwarded.error().kind, ErrorKind::kInvalidInput);
    EXPECT_EQ(forwarded.error().message, "store 3: number 7: odd");
    const Result<std::string> bare = forward_error(failed);
    EXPECT_EQ(bare.error().message, "number 7: odd");
}

TEST(Result, MoveOnlyValuesAreAssigned) {
    const auto take = []() -> Result<int> {
        SHELFCAST_ASSIGN(const std::unique_ptr<int> value,
                         Result<std::unique_ptr<int>>(std::make_unique<int>(5)));
        return *value;
    };
    EXPECT_EQ(*take(), 5);
}

}  // namespace
}  // namespace shelfcast
