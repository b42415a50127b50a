#include "retail/event.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace shelfcast::retail {
namespace {

TEST(RejectReason, WordsAreUniqueAndReadBack) {
    std::set<std::string_view> words;
    for (int number = 0; number <= static_cast<int>(RejectReason::kBadDeadLetter); ++number) {
        const auto reason = static_cast<RejectReason>(number);
        EXPECT_TRUE(words.insert(to_string(reason)).second) << number;
        EXPECT_EQ(reject_reason_from(to_string(reason)), reason) << number;
    }
    EXPECT_EQ(reject_reason_from("no such reason"), RejectReason::kNone);
    EXPECT_EQ(to_string(RejectReason::kTimeInDstGap), "time_in_dst_gap");
}

}  // namespace
}  // namespace shelfcast::retail
