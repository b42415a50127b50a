#include "api/screen_answers.h"

#include <gtest/gtest.h>

#include <latch>
#include <new>
#include <thread>

#include "ports/test_hand_clock.h"

namespace shelfcast::api {
namespace {

using queries::Keeping;
using enum Keeping;

class Answers : public testing::Test {
protected:
    /// Asks for `key`, which takes so long to make.
    std::string ask(const std::string& key, std::int64_t takes_us, const std::string& text,
                    Keeping keeping = kByCost) {
        const auto answer = answers_.answer(key, keeping, [&]() -> Result<std::string> {
            ++made_;
            clock_.at_us += takes_us;
            return text;
        });
        EXPECT_TRUE(answer.has_value());
        return answer ? **answer : "";
    }

    ports::HandClock clock_{5};
    ScreenAnswers answers_{
        clock_,
        {.from_us = 100, .times_its_cost = 10, .most_us = 5'000, .briefly_us = 500, .bytes = 10}};
    int made_ = 0;
};

TEST_F(Answers, AreKeptForAMultipleOfWhatTheyCost) {
    EXPECT_EQ(ask("a", 100, "1"), "1");
    clock_.at_us += 999;
    EXPECT_EQ(ask("a", 100, "2"), "1");
    clock_.at_us += 1;
    EXPECT_EQ(ask("a", 2'000, "3"), "3");
    clock_.at_us += 4'999;
    EXPECT_EQ(ask("a", 0, "4"), "3") << "at most so long";
    clock_.at_us += 1;
    EXPECT_EQ(ask("a", 99, "5"), "5");
    EXPECT_EQ(ask("a", 99, "6"), "6") << "what took little is not kept";
}

TEST_F(Answers, OfWhatIsLiveAreSharedForAMomentFromTheirReadingOn) {
    EXPECT_EQ(ask("a", 100, "1", kBriefly), "1");
    clock_.at_us += 399;
    EXPECT_EQ(ask("a", 100, "2", kBriefly), "1");
    clock_.at_us += 1;
    EXPECT_EQ(ask("a", 500, "3", kBriefly), "3");
    EXPECT_EQ(ask("a", 0, "4", kBriefly), "4") << "a slow one is old when it comes";
}

TEST_F(Answers, TheOldestGoWhereTheyAreTooLarge) {
    ask("a", 100, "1111");
    ask("b", 200, "2222");
    EXPECT_EQ(ask("a", 100, "x"), "1111");
    ask("c", 300, "3");
    EXPECT_EQ(ask("b", 200, "y"), "2222");
    EXPECT_EQ(ask("a", 100, "z"), "z");
    ask("d", 400, "much too long for it");
    EXPECT_EQ(ask("d", 400, "w"), "w");
}

TEST_F(Answers, AnErrorIsNotKept) {
    const auto refused = answers_.answer("a", kByCost, [&]() -> Result<std::string> {
        clock_.at_us += 500;
        return fail(ErrorKind::kUnavailable, "away");
    });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::kUnavailable);
    EXPECT_EQ(ask("a", 100, "1"), "1");
}

TEST_F(Answers, WhatAnActChangedIsAskedAnew) {
    ask("a", 100, "1");
    answers_.forget_all();
    EXPECT_EQ(ask("a", 100, "2"), "2");
    // The act came while it was made: what was read may be of before.
    const auto during = answers_.answer("b", kByCost, [&]() -> Result<std::string> {
        clock_.at_us += 500;
        answers_.forget_all();
        EXPECT_EQ(ask("b", 100, "after"), "after") << "nobody waits for what began before";
        return "before";
    });
    ASSERT_TRUE(during);
    EXPECT_EQ(**during, "before");
    EXPECT_EQ(ask("b", 100, "x"), "after");
}

TEST_F(Answers, WhatThrewIsAskedAnew) {
    EXPECT_THROW(static_cast<void>(answers_.answer(
                     "a", kByCost, []() -> Result<std::string> { throw std::bad_alloc(); })),
                 std::bad_alloc);
    EXPECT_EQ(ask("a", 100, "1"), "1");
}

TEST_F(Answers, ThoseWhoAskMeanwhileWaitForTheFirst) {
    std::latch begun(1);
    std::latch end(1);
    std::jthread first([&] {
        EXPECT_EQ(**answers_.answer("a", kByCost,
                                    [&]() -> Result<std::string> {
                                        clock_.at_us += 200;
                                        begun.count_down();
                                        end.wait();
                                        return "1";
                                    }),
                  "1");
    });
    begun.wait();
    std::jthread second([&] {
        // While it is made, or kept after that.
        EXPECT_EQ(
            **answers_.answer("a", kByCost, []() -> Result<std::string> { return "made twice"; }),
            "1");
    });
    // Another question does not wait.
    EXPECT_EQ(**answers_.answer("b", kByCost, []() -> Result<std::string> { return "2"; }), "2");
    end.count_down();
}

}  // namespace
}  // namespace shelfcast::api
