#include "base/log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

namespace shelfcast::log {
namespace {

std::string written(Level level, std::string_view text) {
    ::testing::internal::CaptureStderr();
    write(level, "retail", text);
    return ::testing::internal::GetCapturedStderr();
}

// The style is the process's: each test runs with the one it sets, JSON last as it stays.
TEST(Log, OneEventIsOneLine) {
    configure(Level::kInfo, Style::kText);
    const std::string line = written(Level::kWarning, "store=3 name=a\nb\x1b[31m\r");
    EXPECT_EQ(std::ranges::count(line, '\n'), 1);
    EXPECT_NE(line.find(R"(retail store=3 name=a\nb\u001b[31m\u000d)"), std::string::npos) << line;
    EXPECT_NE(line.find("warning"), std::string::npos) << line;
}

TEST(Log, FormatsItsArgumentsAndKeepsBraces) {
    configure(Level::kInfo, Style::kText);
    ::testing::internal::CaptureStderr();
    info("retail", "rows={} text={}", 5, "{}%n");
    EXPECT_NE(::testing::internal::GetCapturedStderr().find("rows=5 text={}%n"), std::string::npos);
}

TEST(Log, LowerLevelsAreNotWritten) {
    configure(Level::kWarning, Style::kText);
    EXPECT_EQ(written(Level::kDebug, "x"), "");
    EXPECT_EQ(written(Level::kInfo, "x"), "");
    EXPECT_NE(written(Level::kError, "x"), "");
    configure(Level::kDebug, Style::kText);
    EXPECT_NE(written(Level::kDebug, "x"), "");
}

TEST(Log, JsonStyleStaysJsonWhateverTheTextHolds) {
    configure(Level::kInfo, Style::kJson);
    const std::string text = "path=\"C:\\tills\" note=a\nb\t\x7f caf\xc3\xa9 {}";
    const std::string line = written(Level::kInfo, text);
    EXPECT_EQ(std::ranges::count(line, '\n'), 1);
    const nlohmann::json parsed = nlohmann::json::parse(line);
    EXPECT_EQ(parsed.at("component"), "retail");
    EXPECT_EQ(parsed.at("level"), "info");
    EXPECT_EQ(parsed.at("message"), text);
    EXPECT_EQ(parsed.at("time").get<std::string>().size(), 24U);
    configure(Level::kInfo, Style::kText);
    EXPECT_EQ(written(Level::kInfo, "x").find('{'), std::string::npos);
}

}  // namespace
}  // namespace shelfcast::log
