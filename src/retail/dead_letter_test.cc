#include "retail/dead_letter.h"

#include <gtest/gtest.h>

#include <random>

#include "retail/event_codec.h"

namespace shelfcast::retail {
namespace {

DeadLetter letter_of(std::string raw) {
    DeadLetter letter;
    letter.reason = RejectReason::kBadNumber;
    letter.detail = "quantity \"abc\" is no number";
    letter.source = "import:tills.csv";
    letter.received_at_us = 1'790'000'000'123'000;
    letter.raw = std::move(raw);
    return letter;
}

Result<DeadLetter> parse(std::string text) {
    const std::size_t bytes = text.size();
    text.append(EventDecoder::kPadding, '\0');
    return parse_dead_letter(std::string_view(text).substr(0, bytes));
}

DeadLetter round_trip(const DeadLetter& letter, std::string& text) {
    text.clear();
    append_dead_letter(text, letter);
    auto parsed = parse(text);
    EXPECT_TRUE(parsed.has_value()) << text.substr(0, 200);
    return parsed.value_or(DeadLetter{});
}

TEST(DeadLetter, PlainTextComesBackAsItWas) {
    std::string text;
    const DeadLetter back = round_trip(letter_of("{\"quantity\":\"\xC3\xA4\\bc\"}\r"), text);
    EXPECT_EQ(back.reason, RejectReason::kBadNumber);
    EXPECT_EQ(back.detail, "quantity \"abc\" is no number");
    EXPECT_EQ(back.source, "import:tills.csv");
    EXPECT_EQ(back.received_at_us, 1'790'000'000'123'000);
    EXPECT_EQ(back.raw, "{\"quantity\":\"\xC3\xA4\\bc\"}\r");
    EXPECT_EQ(back.true_bytes(), back.raw.size());
    EXPECT_NE(text.find("\"raw\":"), std::string::npos);
}

TEST(DeadLetter, AnyBytesComeBackAsTheyWere) {
    std::mt19937 random(20261122);
    for (std::size_t bytes = 0; bytes < 300; ++bytes) {
        std::string raw;
        for (std::size_t i = 0; i < bytes; ++i) {
            raw.push_back(static_cast<char>(random() & 0xFFU));
        }
        std::string text;
        EXPECT_EQ(round_trip(letter_of(raw), text).raw, raw) << "seed 20261122, bytes " << bytes;
    }
    std::string text;
    EXPECT_EQ(round_trip(letter_of(std::string("a\0b", 3)), text).raw, std::string("a\0b", 3));
    EXPECT_NE(text.find("raw_base64"), std::string::npos);
}

TEST(DeadLetter, LongMessageIsCutAndItsLengthKept) {
    std::string text;
    const std::string raw(20'000'000, 'x');
    const DeadLetter back = round_trip(letter_of(raw), text);
    EXPECT_EQ(back.raw.size(), DeadLetter::kMaxRawBytes);
    EXPECT_EQ(back.true_bytes(), 20'000'000U);
    EXPECT_LT(text.size(), 200U * 1024U);
    const DeadLetter again = round_trip(back, text);
    EXPECT_EQ(again.true_bytes(), 20'000'000U);
}

TEST(DeadLetter, CutNeverSplitsACharacter) {
    for (std::size_t shift = 0; shift < 4; ++shift) {
        std::string raw(shift, 'x');
        while (raw.size() < DeadLetter::kMaxRawBytes + 8) {
            raw += "\xF0\x9F\x9B\x92";
        }
        std::string text;
        const DeadLetter back = round_trip(letter_of(raw), text);
        EXPECT_NE(text.find("\"raw\":"), std::string::npos);
        EXPECT_EQ(back.raw, raw.substr(0, back.raw.size()));
        EXPECT_GT(back.raw.size(), DeadLetter::kMaxRawBytes - 4);
    }
}

TEST(DeadLetter, WorstBytesKeepTheRecordSmall) {
    for (const char byte : {'\0', '"', '\\', '\x01', '\xFF', '\n'}) {
        std::string text;
        const std::string raw(DeadLetter::kMaxRawBytes, byte);
        DeadLetter letter = letter_of(raw);
        letter.detail.assign(5000, byte);
        EXPECT_EQ(round_trip(letter, text).raw, raw);
        EXPECT_LT(text.size(), 200U * 1024U);
    }
}

TEST(DeadLetter, WrongRecordsAreNamed) {
    for (const char* text :
         {"", "[]", "{", "{}", R"({"reason":"no_such"})", R"({"reason":7})",
          R"({"reason":"bad_number","received_at":"yesterday"})",
          R"({"reason":"bad_number","received_at":"2026-13-22T08:00:00.000Z"})",
          R"({"reason":"bad_number","raw_base64":"a"})",
          R"({"reason":"bad_number","raw_base64":"====" })",
          R"({"reason":"bad_number","raw_base64":"!!!!"})", R"({"reason":"bad_number","x":"y"})",
          R"({"reason":"bad_number"} trailing)", R"({"reason":"bad_number","raw_bytes":-1})",
          "\xFF\xFE"}) {
        auto parsed = parse(text);
        ASSERT_FALSE(parsed.has_value()) << text;
        EXPECT_EQ(parsed.error().kind, ErrorKind::kInvalidInput);
        EXPECT_NE(parsed.error().message.find("dead letter"), std::string::npos);
    }
}

}  // namespace
}  // namespace shelfcast::retail
