#include "pipelines/derive/data_quality.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace shelfcast::derive {
namespace {

/// Remembers which hours were checked, and goes away or asks to stop after so many statements.
class Checks final : public ports::DerivedTables {
public:
    Status compute(std::string_view /*sql*/, const ports::QueryValues& values) override {
        if (hours.size() == away_after) {
            return fail(ErrorKind::kUnavailable, "away");
        }
        hours.push_back(values.at("hour_s"));
        if (hours.size() == stop_after) {
            stop.request_stop();
        }
        return {};
    }
    Result<std::string> read_parquet(std::string_view /*sql*/,
                                     const ports::QueryValues& /*values*/) override {
        return fail(ErrorKind::kInvalidInput, "not asked for here");
    }
    Status put_derived(std::string_view /*table*/, const retail::ColumnBlock& /*rows*/) override {
        return fail(ErrorKind::kInvalidInput, "not asked for here");
    }

    std::size_t away_after = 100;
    std::size_t stop_after = 100;
    std::stop_source stop;
    std::vector<std::string> hours;
};

constexpr std::int64_t kFivePastTenUs = 36'300'000'000;

TEST(DataQuality, ChecksTheLastFullHour) {
    Checks checks;
    ASSERT_TRUE(check_quality(checks, {.due_at_us = kFivePastTenUs}, {}));
    EXPECT_EQ(checks.hours, (std::vector<std::string>(3, "32400")));  // 09:00
}

TEST(DataQuality, EndsWithTheFirstFailure) {
    Checks checks;
    checks.away_after = 1;
    EXPECT_EQ(check_quality(checks, {.due_at_us = kFivePastTenUs}, {}).error().kind,
              ErrorKind::kUnavailable);
    EXPECT_EQ(checks.hours.size(), 1U);
}

TEST(DataQuality, StopsBetweenChecks) {
    Checks checks;
    checks.stop_after = 2;
    EXPECT_EQ(check_quality(checks, {.due_at_us = kFivePastTenUs}, checks.stop.get_token())
                  .error()
                  .message,
              "stopped before derived/quality_values.sql");
}

}  // namespace
}  // namespace shelfcast::derive
