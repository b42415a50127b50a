#include "base/failpoint.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace shelfcast::failpoint {
namespace {

/// Arms from a setting and passes `name` `passages` times, then ends normally.
[[noreturn]] void pass(const char* setting, std::string_view name, int passages) {
    ::setenv("SHELFCAST_FAILPOINT", setting, 1);
    if (!arm_from_environment()) {
        std::_Exit(3);
    }
    for (int passage = 0; passage < passages; ++passage) {
        reach("stream.folded");
        reach(name);
    }
    std::_Exit(0);
}

bool arms(const char* setting) {
    ::setenv("SHELFCAST_FAILPOINT", setting, 1);
    const bool armed = arm_from_environment();
    ::unsetenv("SHELFCAST_FAILPOINT");
    set_handler({});
    return armed;
}

TEST(Failpoint, NamesAreUniqueAndSayWhereTheyAre) {
    std::set<std::string_view> names;
    for (const std::string_view name : all_names()) {
        EXPECT_TRUE(names.insert(name).second) << name;
        EXPECT_EQ(std::ranges::count(name, '.'), 1) << name;
    }
    EXPECT_FALSE(names.empty());
}

TEST(Failpoint, PassingIsFreeOfConsequencesUntilArmed) { reach("not even a name"); }

TEST(Failpoint, TheHandlerSeesEveryPassage) {
    std::vector<std::string> seen;
    set_handler([&](std::string_view name) { seen.emplace_back(name); });
    for (const std::string_view name : all_names()) {
        reach(name);
    }
    set_handler({});
    reach(all_names().front());
    EXPECT_TRUE(std::ranges::equal(seen, all_names()));
}

TEST(FailpointDeathTest, ANameThatIsNotInTheListIsABrokenInvariant) {
    EXPECT_DEATH(
        {
            set_handler([](std::string_view) {});
            reach("stream.flded");
        },
        "broken invariant");
}

TEST(FailpointDeathTest, TheEnvironmentKillsAtTheNamedPassage) {
    EXPECT_EXIT(pass("batch.switched:3", "batch.switched", 3), ::testing::KilledBySignal(SIGKILL),
                "");
    EXPECT_EXIT(pass("batch.switched", "batch.switched", 1), ::testing::KilledBySignal(SIGKILL),
                "");
    EXPECT_EXIT(pass("batch.switched:3", "batch.switched", 2), ::testing::ExitedWithCode(0), "");
    EXPECT_EXIT(pass("batch.switched:1", "batch.closed", 5), ::testing::ExitedWithCode(0), "");
}

TEST(Failpoint, TheEnvironmentHoldsAtEveryPassageUntilContinued) {
    const pid_t held = ::fork();
    ASSERT_GE(held, 0);
    if (held == 0) {
        pass("batch.switched:stop", "batch.switched", 2);
    }
    int status = 0;
    for (int passage = 0; passage < 2; ++passage) {
        ASSERT_EQ(::waitpid(held, &status, WUNTRACED), held);
        ASSERT_TRUE(WIFSTOPPED(status)) << status;
        ASSERT_EQ(::kill(held, SIGCONT), 0);
    }
    ASSERT_EQ(::waitpid(held, &status, 0), held);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(FailpointDeathTest, EveryNameCanBeArmed) {
    for (const std::string_view name : all_names()) {
        EXPECT_EXIT(pass(std::string(name).c_str(), name, 1), ::testing::KilledBySignal(SIGKILL),
                    "")
            << name;
    }
}

TEST(Failpoint, ASettingThatNamesNothingIsRefused) {
    EXPECT_TRUE(arms(""));
    EXPECT_TRUE(arms("batch.closed"));
    EXPECT_TRUE(arms("batch.closed:2"));
    EXPECT_TRUE(arms("batch.closed:stop"));
    for (const char* setting :
         {"batch.close", ":1", "batch.closed:", "batch.closed:0", "batch.closed:stopp",
          "batch.close:stop", "batch.closed:-1", "batch.closed:x", "batch.closed:1x", " "}) {
        EXPECT_FALSE(arms(setting)) << setting;
    }
}

}  // namespace
}  // namespace shelfcast::failpoint
