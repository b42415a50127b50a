#include "pipelines/ingest/message_split.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <random>
#include <string>
#include <vector>

namespace shelfcast::ingest {
namespace {

using Texts = std::vector<std::string>;

Texts lines_of(std::string_view body) {
    Texts lines;
    LineSplitter splitter(body);
    std::string_view line;
    while (splitter.next(line)) {
        lines.emplace_back(line);
    }
    return lines;
}

Result<Texts> elements_of(std::string_view body) {
    Texts elements;
    JsonSplitter splitter(body);
    std::string_view element;
    while (true) {
        SHELFCAST_ASSIGN(const bool more, splitter.next(element));
        if (!more) {
            return elements;
        }
        elements.emplace_back(element);
    }
}

TEST(LineSplitter, LinesEndWithLineFeedCarriageReturnOrTheBody) {
    EXPECT_EQ(lines_of("a\nb\r\nc"), (Texts{"a", "b", "c"}));
    EXPECT_EQ(lines_of("a\n\n \t\r\n\r\nb\n"), (Texts{"a", "b"}));
    EXPECT_EQ(lines_of("a\rb\n"), (Texts{"a\rb"}));
    EXPECT_EQ(lines_of(std::string_view("a\0b\nc", 5)), (Texts{std::string("a\0b", 3), "c"}));
    EXPECT_EQ(lines_of(""), Texts{});
    EXPECT_EQ(lines_of("\n\r\n  "), Texts{});
}

TEST(JsonSplitter, ElementsOfAnArrayAreCutAsTheyStand) {
    EXPECT_EQ(*elements_of(R"( [ {"a":[1,{"b":"]},"}]} , 2 ,"x,\"]", null,[ ] ] )"),
              (Texts{R"({"a":[1,{"b":"]},"}]})", "2", R"("x,\"]")", "null", "[ ]"}));
    EXPECT_EQ(*elements_of("[]"), Texts{});
    EXPECT_EQ(*elements_of("[ \n]"), Texts{});
    EXPECT_EQ(*elements_of("[{},{}]"), (Texts{"{}", "{}"}));
}

TEST(JsonSplitter, ObjectsOneAfterAnotherAreCutToo) {
    EXPECT_EQ(*elements_of("{\n \"a\": 1\n}\n{}{\"b\":2}"),
              (Texts{"{\n \"a\": 1\n}", "{}", R"({"b":2})"}));
    EXPECT_EQ(*elements_of("  "), Texts{});
}

TEST(JsonSplitter, BrokenFramesAreRefused) {
    for (const char* body :
         {"[", "[{", "[{}", "[{},", "[,]", "[{},]", "[{}{}]", "[{}] x", "[{}]]", "[1 2]", "[\"a]",
          "[{\"a\":\"b\\", "{", "}", "{}}", ",", "[{\"a\":]}]", "[\"a\"b]", "{} ,{}"}) {
        const auto elements = elements_of(body);
        ASSERT_FALSE(elements.has_value()) << body;
        EXPECT_EQ(elements.error().kind, ErrorKind::kInvalidInput);
        EXPECT_NE(elements.error().message.find("byte"), std::string::npos);
    }
}

std::string random_value(std::mt19937& random, int depth) {
    static const std::vector<std::string> kScalars = {
        "0", "-1.5e3", "true", "null", R"("")", R"("a,b")", R"("\"]}{[")", R"("\\")", R"("\\\"")"};
    const auto pick = random() % (depth > 3 ? 1U : 3U);
    if (pick == 0) {
        return kScalars[random() % kScalars.size()];
    }
    std::string text = pick == 1 ? "[" : "{";
    const std::size_t members = random() % 4;
    for (std::size_t i = 0; i < members; ++i) {
        text += i > 0 ? " ,\n" : "";
        text += pick == 1 ? "" : "\"k\\\"" + std::to_string(i) + "\" : ";
        text += random_value(random, depth + 1);
    }
    return text + (pick == 1 ? "]" : "}");
}

TEST(JsonSplitter, CutsRandomArraysAsAJsonParserDoes) {
    constexpr unsigned kSeed = 20261122;
    std::mt19937 random(kSeed);
    for (int round = 0; round < 2000; ++round) {
        Texts expected;
        std::string body = "[";
        const std::size_t count = random() % 6;
        for (std::size_t i = 0; i < count; ++i) {
            expected.push_back(random_value(random, 0));
            body += (i > 0 ? "," : "") + expected.back();
        }
        body += "]";
        const auto elements = elements_of(body);
        ASSERT_TRUE(elements.has_value()) << "seed " << kSeed << " round " << round << ": " << body;
        EXPECT_EQ(*elements, expected) << "seed " << kSeed << " round " << round;
        // Whatever is cut off or changed: never a crash, and what passes has whole elements only.
        std::string damaged = body.substr(0, random() % (body.size() + 1));
        if (!damaged.empty()) {
            damaged[random() % damaged.size()] = static_cast<char>(random() & 0x7FU);
        }
        (void)elements_of(damaged);
    }
}

}  // namespace
}  // namespace shelfcast::ingest
