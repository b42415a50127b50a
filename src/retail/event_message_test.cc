#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "retail/event_codec.h"
#include "retail/utf8.h"

namespace shelfcast::retail {
namespace {

using namespace std::string_view_literals;

std::string json_string(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

EventUuid id_of(std::string_view text) {
    EventUuid id;
    EXPECT_TRUE(parse_event_id(text, id)) << text;
    return id;
}

TEST(JsonString, EscapesWhatJsonMust) {
    EXPECT_EQ(json_string("Laptop 15\""), R"("Laptop 15\"")");
    EXPECT_EQ(json_string("a\\b/\n\0"sv), R"("a\\b/\u000a\u0000")");
    EXPECT_EQ(json_string("caf\xc3\xa9 \xf0\x9f\x98\x80"), "\"caf\xc3\xa9 \xf0\x9f\x98\x80\"");
    EXPECT_EQ(json_string("a\xff\xc3(\xed\xa0\x80"),
              "\"a\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST(JsonString, EveryByteIsReadBackByAnotherParser) {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string text = "a" + std::string(1, static_cast<char>(byte)) + "b";
        const std::string parsed = nlohmann::json::parse(json_string(text)).get<std::string>();
        EXPECT_EQ(parsed, byte < 0x80 ? text
                                      : "a\xef\xbf\xbd"
                                        "b")
            << byte;
    }
}

TEST(Message, IsTheContractsExample) {
    EventText text;
    text.event_time = "2025-11-27 16:00:00";
    text.store_id = 1;
    text.product_id = "Laptop";
    text.category = "Electronics";
    text.transaction_type = "SALE";
    text.quantity = "5";
    text.unit_price = "450.00";
    std::string out;
    append_message(out, text);
    EXPECT_EQ(out, R"({"event_time":"2025-11-27 16:00:00","store_id":1,"product_id":"Laptop",)"
                   R"("category":"Electronics","transaction_type":"SALE","quantity":5,)"
                   R"("unit_price":450.00})");
}

TEST(Message, NumbersThatJsonDoesNotHaveBecomeStrings) {
    EventText text;
    text.quantity = "NaN";
    text.unit_price = "+5";
    text.unit_cost = "1e3";
    text.discount = "01";
    std::string out = "before ";
    append_message(out, text);
    EXPECT_EQ(out, R"(before {"store_id":0,"quantity":"NaN","unit_price":"+5","unit_cost":1e3,)"
                   R"("discount":"01"})");
}

TEST(EventId, UuidIsReadInEitherCase) {
    const EventUuid id = id_of("01890a5d-ac96-774b-bcce-b302099a8057");
    EXPECT_EQ(id.high, 0x01890a5dac96774bU);
    EXPECT_EQ(id.low, 0xbcceb302099a8057U);
    EXPECT_EQ(id_of("01890A5D-AC96-774B-BCCE-B302099A8057"), id);
    EXPECT_EQ(format_uuid(id), "01890a5d-ac96-774b-bcce-b302099a8057");
    EXPECT_EQ(format_uuid({.high = 1, .low = 2}), "00000000-0000-0001-0000-000000000002");
}

TEST(EventId, UlidIsReadInEitherCase) {
    // The same 128 bits as the UUID above.
    const EventUuid id = id_of("01890a5d-ac96-774b-bcce-b302099a8057");
    EXPECT_EQ(id_of("01H455VB4PEX5VSKNK084SN02Q"), id);
    EXPECT_EQ(id_of("01h455vb4pex5vsknk084sn02q"), id);
    EXPECT_EQ(id_of("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"), (EventUuid{~0ULL, ~0ULL}));
    EXPECT_EQ(id_of("00000000000000000000000001"), (EventUuid{0, 1}));
}

TEST(EventId, OthersAreRefusedAndChangeNothing) {
    for (const std::string_view bad :
         {""sv, "0"sv, "00000000-0000-0000-0000-000000000000"sv, "00000000000000000000000000"sv,
          "01890a5dac96774bbcceb302099a8057"sv, "{01890a5d-ac96-774b-bcce-b302099a805}"sv,
          "01890a5d-ac96-774b-bcce-b302099a805g"sv, "01890a5d-ac96-774b-bcceb-302099a8057"sv,
          "01890a5d-ac96-774b-bcce-b302099a80-7"sv, "01890a5d-ac96-774b-bcce-b302099a80570"sv,
          "81H455VB4PEX5VSKNK084SN02Q"sv, "01H455VB4PEX5VSKNK084SN02I"sv,
          "01H455VB4PEX5VSKNK084SN02L"sv, "01H455VB4PEX5VSKNK084SN02O"sv,
          "01H455VB4PEX5VSKNK084SN02U"sv, "01H455VB4PEX5VSKNK084SN02"sv,
          "01H455VB4PEX5VSKNK084SN02\0"sv, "01H455VB4PEX5VSKNK084SN02\xff"sv}) {
        EventUuid id{5, 6};
        EXPECT_FALSE(parse_event_id(bad, id)) << bad;
        EXPECT_EQ(id, (EventUuid{5, 6})) << bad;
    }
}

}  // namespace
}  // namespace shelfcast::retail
