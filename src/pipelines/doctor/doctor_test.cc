#include "pipelines/doctor/doctor.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace shelfcast::doctor {
namespace {

constexpr std::int64_t kNowUs = 1'795'334'400'000'000;  // 2026-11-22T08:00:00Z
constexpr std::int64_t kHourUs = 3'600'000'000;

Facts healthy() {
    Facts facts{.now_us = kNowUs, .serving = true};
    facts.topics = {{"retail_events", 16, 0, 1000, kNowUs - 10}, {"dead-letters", 16, 0, 10, 0}};
    facts.manifest = ports::LakeManifest{.version = 3};
    facts.manifest->epochs = {{.epoch = EpochId{1}, .closed_at_us = kNowUs - 2 * kHourUs}};
    facts.open_epoch = EpochId{2};
    facts.open_messages = 10;
    return facts;
}

/// The worst of a check's findings.
Finding worst(const Facts& facts, std::string_view check) {
    Finding found{.check = "none"};
    for (const Finding& one : judge(facts)) {
        if (one.check == check && (found.check == "none" || one.level > found.level)) {
            found = one;
        }
    }
    return found;
}

TEST(Doctor, FindsNothingWhereNothingIsWrong) {
    for (const Finding& one : judge(healthy())) {
        EXPECT_EQ(one.level, Level::kOk) << one.check << ": " << one.found;
        EXPECT_EQ(one.remedy, "");
    }
}

TEST(Doctor, WhateverIsNotOkHasARemedy) {
    Facts facts = healthy();
    facts.now_us = 0;
    facts.undelivered = 5;
    facts.log_errors = {{ErrorKind::kCorrupted, "day file"}};
    facts.errors = {{ErrorKind::kCorrupted, "manifest"}};
    facts.manifest->epochs.back().differences = 1;
    facts.topics[1].end = 500;
    for (const Finding& one : judge(facts)) {
        EXPECT_EQ(one.remedy.empty(), one.level == Level::kOk) << one.check << ": " << one.found;
    }
}

TEST(Doctor, AClockOfNoYearOfNowIsAFault) {
    Facts facts = healthy();
    facts.now_us = 86'400'000'000;
    EXPECT_EQ(worst(facts, "clock").level, Level::kFault);
}

TEST(Doctor, AClockBehindTheLogOrTheLastBatchIsAFault) {
    Facts facts = healthy();
    facts.topics[0].newest_log_time_us = kNowUs + 3 * kHourUs;
    EXPECT_EQ(worst(facts, "clock").level, Level::kFault);
    EXPECT_NE(worst(facts, "clock").found.find("3 h behind the newest record"), std::string::npos);
    facts = healthy();
    facts.manifest->epochs.back().closed_at_us = kNowUs + kHourUs;
    EXPECT_NE(worst(facts, "clock").found.find("60 min behind the last batch"), std::string::npos);
    facts.manifest->epochs.back().closed_at_us = kNowUs + 1'000'000;
    EXPECT_EQ(worst(facts, "clock").level, Level::kOk);
}

TEST(Doctor, DeliveryIsJudgedByTheAgeOfTheOldestMessage) {
    Facts facts = healthy();
    facts.undelivered = 7;
    for (const auto& [seconds, level] :
         {std::pair{1, Level::kOk}, {90, Level::kWarning}, {700, Level::kFault}}) {
        facts.oldest_undelivered_us = kNowUs - seconds * std::int64_t{1'000'000};
        EXPECT_EQ(worst(facts, "speed layer").level, level) << seconds;
    }
    facts.serving = false;
    EXPECT_EQ(worst(facts, "speed layer").level, Level::kWarning) << "nobody is there to deliver";
}

TEST(Doctor, AMissedOrBrokenBatchIsAWarning) {
    Facts facts = healthy();
    facts.manifest->epochs.back().closed_at_us = kNowUs - 40 * kHourUs;
    EXPECT_EQ(worst(facts, "batch").level, Level::kWarning);
    facts.open_messages = 0;
    EXPECT_EQ(worst(facts, "batch").level, Level::kOk) << "nothing waits for one";
    facts.closing = {EpochId{2}};
    EXPECT_EQ(worst(facts, "batch").level, Level::kOk) << "the owner may be at it";
    facts.serving = false;
    EXPECT_EQ(worst(facts, "batch").level, Level::kWarning);
}

TEST(Doctor, ADirectoryWhoseBatchNeverRanIsAWarningOnceTheFirstMessageIsOld) {
    Facts facts = healthy();
    facts.manifest->epochs.clear();
    facts.oldest_open_us = kNowUs - 30 * kHourUs;
    EXPECT_EQ(worst(facts, "batch").level, Level::kOk);
    facts.oldest_open_us = kNowUs - 40 * kHourUs;
    EXPECT_EQ(worst(facts, "batch").level, Level::kWarning);
    facts.open_messages = 0;
    facts.oldest_open_us = 0;
    EXPECT_EQ(worst(facts, "batch").level, Level::kOk);
}

TEST(Doctor, ADifferenceIsAFaultUntilAnEpochClosesWithoutOne) {
    Facts facts = healthy();
    facts.manifest->epochs.back().differences = 2;
    facts.differences = {
        {.difference = {.table = "daily_sales", .epoch = EpochId{1}, .key = "2026-11-21,1,Toys"}}};
    EXPECT_EQ(worst(facts, "reconciliation").level, Level::kFault);
    EXPECT_NE(worst(facts, "reconciliation").found.find("daily_sales 2026-11-21,1,Toys"),
              std::string::npos);
    facts.manifest->epochs.push_back({.epoch = EpochId{2}, .closed_at_us = kNowUs});
    EXPECT_EQ(worst(facts, "reconciliation").level, Level::kWarning);
}

TEST(Doctor, ManyDeadLettersAreAWarning) {
    Facts facts = healthy();
    facts.topics[1].end = 100;
    EXPECT_EQ(worst(facts, "dead letters").level, Level::kWarning) << "ever";
    facts = healthy();
    facts.open_dead_letters = 1;
    EXPECT_EQ(worst(facts, "dead letters").level, Level::kWarning) << "1 of 10 lately";
}

}  // namespace
}  // namespace shelfcast::doctor
