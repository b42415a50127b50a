/// The published schema and the codec must say the same.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>

#include "retail/event_codec.h"
#include "retail/event_time.h"

namespace shelfcast::retail {
namespace {

using nlohmann::json;

const json& schema() {
    static const json kSchema = [] {
        std::ifstream file("api/events/retail_events.json");
        EXPECT_TRUE(file.is_open()) << "run the tests from the project's root";
        return json::parse(file);
    }();
    return kSchema;
}

/// A property with its $ref followed.
json property(const std::string& name) {
    json found = schema().at("properties").at(name);
    if (found.contains("$ref")) {
        const std::string target = found.at("$ref").get<std::string>();
        found.update(schema().at(json::json_pointer(target.substr(1))));
    }
    return found;
}

std::int64_t scaled(const json& number, int scale) {
    std::int64_t value = 0;
    EXPECT_EQ(parse_decimal(number.dump(), scale, 999'999'999'999'999'999, value),
              DecimalFault::kNone);
    return value;
}

TEST(EventSchema, HasTheCodecsFieldsAndNoOthers) {
    std::set<std::string> known;
    std::set<std::string> required;
    for (const EventField& field : event_fields()) {
        known.insert(std::string(field.name));
        if (field.required) {
            required.insert(std::string(field.name));
        }
    }
    std::set<std::string> published;
    for (const auto& [name, description] : schema().at("properties").items()) {
        published.insert(name);
    }
    EXPECT_EQ(published, known);
    EXPECT_EQ(schema().at("required").get<std::set<std::string>>(), required);
    EXPECT_EQ(schema().at("additionalProperties"), json(false));
    EXPECT_EQ(schema().at("$schema"), "https://json-schema.org/draft/2020-12/schema");
}

TEST(EventSchema, HasTheCodecsTypes) {
    for (const EventField& field : event_fields()) {
        const json type = property(std::string(field.name)).at("type");
        const std::string scalar = field.name == "store_id" ? "integer"
                                   : field.is_number        ? "number"
                                                            : "string";
        EXPECT_EQ(type, field.required ? json(scalar) : json({scalar, "null"})) << field.name;
    }
    const json types = property("transaction_type").at("enum");
    EXPECT_EQ(types, json({to_string(TransactionType::kSale), to_string(TransactionType::kReturn),
                           to_string(TransactionType::kRestock)}));
}

TEST(EventSchema, HasTheCodecsLimits) {
    const CodecLimits limits;
    EXPECT_EQ(property("store_id").at("maximum"), json(kMaxStoreId));
    EXPECT_EQ(property("store_id").at("minimum"), json(1));
    EXPECT_EQ(scaled(property("quantity").at("maximum"), Quantity::kScale), Quantity::kMax);
    EXPECT_EQ(scaled(property("quantity").at("multipleOf"), Quantity::kScale), 1);
    EXPECT_EQ(property("quantity").at("exclusiveMinimum"), json(0));
    for (const char* price : {"unit_price", "unit_cost", "discount"}) {
        EXPECT_EQ(scaled(property(price).at("maximum"), UnitPrice::kScale), UnitPrice::kMax);
        EXPECT_EQ(scaled(property(price).at("multipleOf"), UnitPrice::kScale), 1);
        EXPECT_EQ(property(price).at("minimum"), json(0));
    }
    for (const char* text :
         {"product_id", "category", "register_id", "customer_id", "basket_id", "promotion_id"}) {
        EXPECT_EQ(property(text).at("maxLength"), json(limits.max_text_bytes)) << text;
        EXPECT_EQ(property(text).at("minLength"), json(1)) << text;
    }
    const std::string description = schema().at("description").get<std::string>();
    EXPECT_NE(description.find(std::to_string(limits.max_message_bytes)), std::string::npos);
}

TEST(EventSchema, PatternsAgreeWithTheReaders) {
    const std::regex id_pattern(property("event_id").at("pattern").get<std::string>());
    const std::regex nil_pattern(property("event_id").at("not").at("pattern").get<std::string>());
    for (const std::string text :
         {"01890a5d-ac96-774b-bcce-b302099a8057", "01890A5D-AC96-774B-BCCE-B302099A8057",
          "01H455VB4PEX5VSKNK084SN02Q", "01h455vb4pex5vsknk084sn02q", "81H455VB4PEX5VSKNK084SN02Q",
          "01H455VB4PEX5VSKNK084SN02I", "01H455VB4PEX5VSKNK084SN02U", "", "17",
          "00000000-0000-0000-0000-000000000000", "00000000000000000000000000",
          "01890a5dac96774bbcceb302099a8057"}) {
        EventUuid id;
        EXPECT_EQ(std::regex_search(text, id_pattern) && !std::regex_search(text, nil_pattern),
                  parse_event_id(text, id))
            << text;
    }
    const auto zone = TimeZone::load("UTC");
    ASSERT_TRUE(zone);
    const std::regex time_pattern(property("event_time").at("pattern").get<std::string>());
    for (const std::string text :
         {"2025-11-27 16:00:00", "2025-11-27T16:00:00.250", "2025-11-27T16:00:00Z",
          "2025-11-27t16:00:00z", "2025-11-27T21:30:00.123456789+05:30",
          "2025-11-27T21:30:00.1234567890", "2025-11-27", "2025-13-27 16:00:00",
          "2025-11-32 16:00:00", "2025-11-27 24:00:00", "2016-12-31 23:59:60",
          "2025-11-27 16:00:00.", "2025-11-27 16:00:00+0530", "2025-11-27 16:00:00 Z", ""}) {
        std::int64_t utc_ms = 0;
        EXPECT_EQ(std::regex_search(text, time_pattern),
                  parse_event_time(text, **zone, utc_ms) == RejectReason::kNone)
            << text;
    }
}

TEST(EventSchema, ItsExamplesAreAccepted) {
    Store store;
    store.id = StoreId{1};
    store.time_zone = "Europe/London";
    const auto stores = StoreCatalog::build(CatalogVersion{1}, {store});
    ASSERT_TRUE(stores);
    for (const json& example : schema().at("examples")) {
        std::string message = example.dump();
        const std::size_t size = message.size();
        message.append(EventDecoder::kPadding, ' ');
        EventDecoder decoder;
        Event event;
        Rejection rejection;
        EXPECT_EQ(decoder.decode(std::string_view(message).substr(0, size), 1'767'225'600'000'000,
                                 *stores, event, rejection),
                  RejectReason::kNone)
            << rejection.detail;
    }
}

}  // namespace
}  // namespace shelfcast::retail
