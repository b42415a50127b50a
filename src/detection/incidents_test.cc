#include "detection/incidents.h"

#include <gtest/gtest.h>

namespace shelfcast::detection {
namespace {

constexpr std::int64_t kNow = 1'000'000;

Finding silent_till(bool raises = true, double score = -5) {
    Finding finding;
    finding.subject = {.kind = AnomalyKind::kSilentTill, .store = StoreId{7}, .register_id = "R3"};
    finding.raises = raises;
    finding.score = score;
    finding.started_at_ms = 400'000;
    finding.reason = "nothing heard";
    return finding;
}

TEST(Incidents, AFindingIsRaisedOnceAndEndsWhenNothingKeepsItUp) {
    const auto raised = reconcile({}, std::vector{silent_till()}, kNow);
    ASSERT_EQ(raised.size(), 1U);
    EXPECT_EQ(raised[0].state, "open");
    EXPECT_EQ(raised[0].detected_at_ms, kNow);
    EXPECT_FALSE(raised[0].ended_at_ms);
    EXPECT_TRUE(reconcile(raised, std::vector{silent_till()}, kNow + 1).empty());
    EXPECT_TRUE(reconcile(raised, std::vector{silent_till(false, -3)}, kNow + 1).empty());
    const auto over = reconcile(raised, {}, kNow + 2);
    ASSERT_EQ(over.size(), 1U);
    EXPECT_EQ(over[0].id, raised[0].id);
    EXPECT_EQ(over[0].state, "resolved");
    EXPECT_EQ(over[0].ended_at_ms, kNow + 2);
}

TEST(Incidents, WhatIsNotEnoughToRaiseRaisesNothing) {
    EXPECT_TRUE(reconcile({}, std::vector{silent_till(false)}, kNow).empty());
}

TEST(Incidents, AMuchWorseFindingIsWrittenAndKeepsWhatAPersonWrote) {
    auto open = reconcile({}, std::vector{silent_till()}, kNow);
    open[0].state = "acknowledged";
    open[0].acknowledged_by = "ann";
    open[0].acknowledged_at_ms = 5;
    open[0].note = "cable";
    const auto worse = reconcile(open, std::vector{silent_till(true, -9)}, kNow + 1);
    ASSERT_EQ(worse.size(), 1U);
    EXPECT_EQ(worse[0].id, open[0].id);
    EXPECT_EQ(worse[0].score, -9);
    EXPECT_EQ(worse[0].state, "acknowledged");
    EXPECT_EQ(worse[0].acknowledged_by, "ann");
    EXPECT_EQ(worse[0].note, "cable");
    EXPECT_EQ(worse[0].detected_at_ms, kNow);
}

TEST(Incidents, AnOpenOneIsAcknowledgedByOneWhoMayReword) {
    const Incident open = reconcile({}, std::vector{silent_till()}, kNow).at(0);
    const auto done = acknowledge(open, "ann", "cable", kNow + 5);
    ASSERT_TRUE(done);
    EXPECT_TRUE(done->changed);
    EXPECT_EQ(done->incident.state, "acknowledged");
    EXPECT_EQ(done->incident.acknowledged_at_ms, kNow + 5);
    EXPECT_FALSE(acknowledge(done->incident, "ann", "cable", kNow + 9)->changed);
    const auto reworded = acknowledge(done->incident, "ann", "a new cable comes", kNow + 9);
    EXPECT_TRUE(reworded->changed);
    EXPECT_EQ(reworded->incident.note, "a new cable comes");
    EXPECT_EQ(reworded->incident.acknowledged_at_ms, kNow + 5) << "since when stays";
    EXPECT_EQ(acknowledge(done->incident, "ben", "cable", kNow + 9).error().kind,
              ErrorKind::kConflict);
    const Incident over = reconcile(std::vector{open}, {}, kNow + 2).at(0);
    EXPECT_EQ(acknowledge(over, "ann", "", kNow + 9).error().kind, ErrorKind::kConflict);
}

TEST(Incidents, TheIdFollowsFromSubjectAndStart) {
    const Subject subject = silent_till().subject;
    Subject other = subject;
    other.register_id = "R4";
    EXPECT_EQ(incident_id(subject, 1), incident_id(subject, 1));
    EXPECT_NE(incident_id(subject, 1), incident_id(subject, 2));
    EXPECT_NE(incident_id(subject, 1), incident_id(other, 1));
}

TEST(Incidents, OnlyAPriceErrorThatNobodyAskedAboutIsKept) {
    Finding wrong;
    wrong.subject = {.kind = AnomalyKind::kPriceError, .store = StoreId{7}, .product_id = "tea"};
    const auto open = reconcile({}, std::vector{silent_till(), wrong}, kNow);
    ASSERT_EQ(open.size(), 2U);
    const auto kept = keep_unasked(open, {});
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0].subject, wrong.subject);
    EXPECT_FALSE(kept[0].raises);
    EXPECT_TRUE(keep_unasked(open, {wrong.subject}).empty());
}

}  // namespace
}  // namespace shelfcast::detection
