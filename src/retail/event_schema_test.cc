/// The published schemas and the codecs must say the same.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "retail/event_codec.h"
#include "retail/event_time.h"
#include "retail/prediction.h"
#include "retail/restock_alert.h"
#include "retail/topic_codec.h"

namespace shelfcast::retail {
namespace {

using nlohmann::json;

constexpr std::int64_t kLogTimeUs = 1'767'225'600'000'000;  // 2026-01-01T00:00:00Z

/// What only describes; everything else in a schema decides about messages.
bool is_annotation(const std::string& keyword) {
    static const std::set<std::string> kAnnotations = {"$schema", "$id",         "$defs",
                                                       "title",   "description", "examples"};
    return kAnnotations.contains(keyword);
}

bool has_pattern(const std::string& pattern, const std::string& text) {
    static std::map<std::string, std::regex> compiled;
    auto known = compiled.find(pattern);
    if (known == compiled.end()) {
        known = compiled.emplace(pattern, std::regex(pattern)).first;
    }
    return std::regex_search(text, known->second);
}

bool has_type(const json& value, const std::string& type) {
    return type == "object"   ? value.is_object()
           : type == "array"  ? value.is_array()
           : type == "string" ? value.is_string()
           : type == "null"   ? value.is_null()
           : type == "number" ? value.is_number()
           : type == "integer"
               ? value.is_number() && std::floor(value.get<double>()) == value.get<double>()
               : false;
}

/// JSON Schema's own rules (draft 2020-12) for the keywords that the schemas use.
class Validator {
public:
    explicit Validator(const json& root) : root_(root) {}

    [[nodiscard]] bool fits(const json& schema, const json& value) const {
        for (const auto& [keyword, said] : schema.items()) {
            if (!is_annotation(keyword) && !fits(schema, keyword, said, value)) {
                return false;
            }
        }
        return true;
    }

private:
    [[nodiscard]] bool fits(const json& schema, const std::string& keyword, const json& said,
                            const json& value) const {
        const auto fits_said = [&](const json& inner) { return fits(inner, value); };
        if (keyword == "$ref") {
            return fits(root_.at(json::json_pointer(said.get<std::string>().substr(1))), value);
        }
        if (keyword == "type") {
            const json types = said.is_array() ? said : json::array({said});
            return std::ranges::any_of(
                types, [&](const json& type) { return has_type(value, type.get<std::string>()); });
        }
        if (keyword == "enum") {
            return std::ranges::find(said, value) != said.end();
        }
        if (keyword == "const") {
            return said == value;
        }
        if (keyword == "not") {
            return !fits_said(said);
        }
        if (keyword == "allOf") {
            return std::ranges::all_of(said, fits_said);
        }
        if (keyword == "if") {
            return !fits_said(said) || fits_said(schema.at("then"));
        }
        if (keyword == "then") {
            return true;  // Read with its "if".
        }
        return fits_shape(schema, keyword, said, value);
    }

    // What holds for one type of values, and lets all others pass.
    [[nodiscard]] bool fits_shape(const json& schema, const std::string& keyword, const json& said,
                                  const json& value) const {
        if (keyword == "required") {
            return !value.is_object() || std::ranges::all_of(said, [&](const json& name) {
                return value.contains(name.get<std::string>());
            });
        }
        if (keyword == "properties") {
            return !value.is_object() || std::ranges::all_of(said.items(), [&](const auto& item) {
                return !value.contains(item.key()) || fits(item.value(), value.at(item.key()));
            });
        }
        if (keyword == "additionalProperties") {
            EXPECT_EQ(said, json(false));
            return !value.is_object() || std::ranges::all_of(value.items(), [&](const auto& item) {
                return schema.at("properties").contains(item.key());
            });
        }
        if (keyword == "minLength" || keyword == "maxLength") {
            // Of texts in ASCII, which the test sends: characters are bytes.
            const auto size = value.is_string() ? value.get<std::string>().size() : 0;
            return !value.is_string() || (keyword == "minLength" ? size >= said.get<std::size_t>()
                                                                 : size <= said.get<std::size_t>());
        }
        if (keyword == "pattern") {
            return !value.is_string() ||
                   has_pattern(said.get<std::string>(), value.get<std::string>());
        }
        return fits_number(keyword, said, value);
    }

    [[nodiscard]] static bool fits_number(const std::string& keyword, const json& said,
                                          const json& value) {
        const double number = value.is_number() ? value.get<double>() : 0;
        if (keyword == "minimum") {
            return !value.is_number() || number >= said.get<double>();
        }
        if (keyword == "maximum") {
            return !value.is_number() || number <= said.get<double>();
        }
        if (keyword == "exclusiveMinimum") {
            return !value.is_number() || number > said.get<double>();
        }
        if (keyword == "multipleOf") {
            const auto scale = static_cast<int>(-std::lround(std::log10(said.get<double>())));
            std::int64_t scaled = 0;
            return !value.is_number() ||
                   parse_decimal(value.dump(), scale, INT64_MAX, scaled) == DecimalFault::kNone;
        }
        ADD_FAILURE() << "a keyword that this test does not know: " << keyword;
        return false;
    }

    const json& root_;
};

const StoreCatalog& stores() {
    static const StoreCatalog kStores = [] {
        Store store;
        store.id = StoreId{1};
        store.time_zone = "Europe/London";
        auto built = StoreCatalog::build(CatalogVersion{1}, {store});
        EXPECT_TRUE(built);
        return *std::move(built);
    }();
    return kStores;
}

bool is_receipts(const Topic& topic) {
    return topic.name == kRetailEventsTopic || topic.name == kSalesTransactionsTopic;
}

class EventSchema : public testing::TestWithParam<std::string_view> {
protected:
    void SetUp() override {
        const std::string path = "api/events/" + std::string(GetParam()) + ".json";
        std::ifstream file(path);
        ASSERT_TRUE(file.is_open()) << path << ": run the tests from the project's root";
        schema_ = json::parse(file);
    }

    [[nodiscard]] const Topic& topic() const { return *find_topic(GetParam()); }

    /// What the schema says of a field, its $ref followed, without what only describes.
    [[nodiscard]] json property(std::string_view name) const {
        json found = schema_.at("properties").at(std::string(name));
        if (found.contains("$ref")) {
            const std::string target = found.at("$ref").get<std::string>();
            found.update(schema_.at(json::json_pointer(target.substr(1))));
            found.erase("$ref");
        }
        found.erase("description");
        found.erase("examples");
        return found;
    }

    /// The verdict of the topic's decoder.
    Rejection decode(const json& message) {
        std::string text = message.dump();
        const std::size_t size = text.size();
        text.append(kMessagePadding, ' ');
        const std::string_view view = std::string_view(text).substr(0, size);
        Rejection rejection;
        if (is_receipts(topic())) {
            Event event;
            (void)receipts_.decode(view, kLogTimeUs, stores(), event, rejection);
        } else {
            TopicEvent event;
            (void)messages_.decode(view, kLogTimeUs, stores(), event, rejection);
        }
        return rejection;
    }

    json schema_;

private:
    EventDecoder receipts_{topic()};
    TopicDecoder messages_{topic()};
};

std::vector<std::string_view> topic_names() {
    std::vector<std::string_view> names;
    for (const Topic& topic : sent_topics()) {
        names.push_back(topic.name);
    }
    return names;
}

INSTANTIATE_TEST_SUITE_P(Topics, EventSchema, testing::ValuesIn(topic_names()),
                         [](const auto& tested) {
                             std::string name(tested.param);
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

TEST_P(EventSchema, SaysItsTopicAndVersion) {
    const std::string name(topic().name);
    EXPECT_EQ(schema_.at("$schema"), "https://json-schema.org/draft/2020-12/schema");
    EXPECT_EQ(schema_.at("$id"), "urn:shelfcast:events:" + name + ":1");
    EXPECT_EQ(schema_.at("title"), name + ", version 1");
    EXPECT_EQ(schema_.at("type"), "object");
}

TEST_P(EventSchema, HasTheCodecsFieldsAndNoOthers) {
    std::set<std::string> known;
    std::set<std::string> required;
    for (const MessageField& field : topic().fields) {
        known.insert(std::string(field.name));
        if (field.required) {
            required.insert(std::string(field.name));
        }
    }
    std::set<std::string> published;
    for (const auto& [name, description] : schema_.at("properties").items()) {
        published.insert(name);
    }
    EXPECT_EQ(published, known);
    EXPECT_EQ(schema_.at("required").get<std::set<std::string>>(), required);
    EXPECT_EQ(schema_.at("additionalProperties"), json(false));
}

std::vector<std::string> split_words(std::string_view words) {
    std::vector<std::string> all;
    std::istringstream rest{std::string(words)};
    for (std::string word; std::getline(rest, word, '|');) {
        all.push_back(word);
    }
    return all;
}

json decimal(std::int64_t value, int scale) { return json::parse(format_decimal(value, scale)); }

TEST_P(EventSchema, HasTheCodecsTypesWordsAndLimits) {
    const CodecLimits limits;
    for (const MessageField& field : topic().fields) {
        const auto of_type = [&](const char* type) {
            return field.required ? json(type) : json({type, "null"});
        };
        json said = property(field.name);
        json wanted;
        switch (field.kind) {
            case FieldKind::kStore:
                wanted = {{"type", of_type("integer")}, {"minimum", 1}, {"maximum", kMaxStoreId}};
                break;
            case FieldKind::kText:
                wanted = {{"type", of_type("string")},
                          {"minLength", 1},
                          {"maxLength", limits.max_text_bytes}};
                said.erase("pattern");
                break;
            case FieldKind::kWord:
                wanted = {{"type", of_type("string")}, {"enum", split_words(field.words)}};
                break;
            case FieldKind::kQuantity:
                wanted = {{"type", of_type("number")},
                          {"exclusiveMinimum", 0},
                          {"maximum", decimal(Quantity::kMax, Quantity::kScale)},
                          {"multipleOf", decimal(1, Quantity::kScale)}};
                break;
            case FieldKind::kSignedQuantity:
                wanted = {{"type", of_type("number")},
                          {"minimum", decimal(-Quantity::kMax, Quantity::kScale)},
                          {"maximum", decimal(Quantity::kMax, Quantity::kScale)},
                          {"multipleOf", decimal(1, Quantity::kScale)}};
                break;
            case FieldKind::kPrice:
                wanted = {{"type", of_type("number")},
                          {"minimum", 0},
                          {"maximum", decimal(UnitPrice::kMax, UnitPrice::kScale)},
                          {"multipleOf", decimal(1, UnitPrice::kScale)}};
                break;
            case FieldKind::kEventTime:
            case FieldKind::kTime:
            case FieldKind::kEventId:
                wanted = {{"type", of_type("string")}};
                said.erase("pattern");
                said.erase("not");
                break;
        }
        EXPECT_EQ(said, wanted) << field.name;
    }
    const std::string description = schema_.at("description").get<std::string>();
    EXPECT_NE(description.find(std::to_string(limits.max_message_bytes)), std::string::npos);
    EXPECT_NE(description.find(std::to_string(limits.max_text_bytes)), std::string::npos);
}

TEST_P(EventSchema, PatternsAgreeWithTheReaders) {
    const auto zone = TimeZone::load("UTC");
    ASSERT_TRUE(zone);
    for (const MessageField& field : topic().fields) {
        const json said = property(field.name);
        const auto matches = [&](const std::string& text) {
            return Validator(schema_).fits(said, text);
        };
        if (field.kind == FieldKind::kEventId) {
            for (const std::string text :
                 {"01890a5d-ac96-774b-bcce-b302099a8057", "01890A5D-AC96-774B-BCCE-B302099A8057",
                  "01H455VB4PEX5VSKNK084SN02Q", "01h455vb4pex5vsknk084sn02q",
                  "81H455VB4PEX5VSKNK084SN02Q", "01H455VB4PEX5VSKNK084SN02I",
                  "01H455VB4PEX5VSKNK084SN02U", "", "17", "00000000-0000-0000-0000-000000000000",
                  "00000000000000000000000000", "01890a5dac96774bbcceb302099a8057"}) {
                EventUuid id;
                EXPECT_EQ(matches(text), parse_event_id(text, id)) << field.name << " " << text;
            }
        }
        if (field.kind == FieldKind::kEventTime || field.kind == FieldKind::kTime) {
            for (const std::string text :
                 {"2025-11-27 16:00:00", "2025-11-27T16:00:00.250", "2025-11-27T16:00:00Z",
                  "2025-11-27t16:00:00z", "2025-11-27T21:30:00.123456789+05:30",
                  "2025-11-27T21:30:00.1234567890", "2025-11-27", "2025-13-27 16:00:00",
                  "2025-11-32 16:00:00", "2025-11-27 24:00:00", "2016-12-31 23:59:60",
                  "2025-11-27 16:00:00.", "2025-11-27 16:00:00+0530", "2025-11-27 16:00:00 Z",
                  ""}) {
                std::int64_t utc_ms = 0;
                EXPECT_EQ(matches(text),
                          parse_event_time(text, **zone, utc_ms) == RejectReason::kNone)
                    << field.name << " " << text;
            }
        }
    }
}

TEST_P(EventSchema, ItsExamplesAreAccepted) {
    ASSERT_FALSE(schema_.at("examples").empty());
    for (const json& example : schema_.at("examples")) {
        EXPECT_EQ(decode(example).detail, "") << example;
        EXPECT_TRUE(Validator(schema_).fits(schema_, example)) << example;
    }
}

/// Values at the edges of every kind of field. All times lie between those of the examples, as no
/// schema compares two fields.
std::vector<json> probes() {
    std::vector<json> all = {nullptr,
                             true,
                             json::array(),
                             json::object(),
                             "",
                             "5",
                             "Laptop",
                             "a\tb",
                             "a\x7f",
                             std::string(256, 'x'),
                             std::string(257, 'x'),
                             "2025-12-05 10:00:00",
                             "2025-12-05T10:00:00Z",
                             "2025-12-05",
                             "yesterday",
                             "01H455VB4PEX5VSKNK084SN02Q",
                             "00000000-0000-0000-0000-000000000000"};
    for (const char* number :
         {"0", "-0.0", "1", "-1", "1.5", "-1.5", "0.001", "-0.001", "0.0001", "0.00001", "1e-7",
          "999999999.999", "-999999999.999", "1000000000", "-1000000000", "9999999999.9999",
          "10000000000", "2147483647", "2147483648"}) {
        all.push_back(json::parse(number));
    }
    return all;
}

// Each field of a message gets every probe, under every word of the topic; the schema, read by
// JSON Schema's rules, must take what the decoder takes.
TEST_P(EventSchema, TakesWhatTheDecoderTakes) {
    const Validator validator(schema_);
    int taken = 0;
    int refused = 0;
    const auto compare = [&](const json& message) {
        Rejection verdict = decode(message);
        if (verdict.reason == RejectReason::kUnknownStore) {
            // Which stores there are is no matter of a schema.
            json elsewhere = message;
            elsewhere["store_id"] = 1;
            verdict = decode(elsewhere);
        }
        const bool takes = verdict.reason == RejectReason::kNone;
        EXPECT_EQ(validator.fits(schema_, message), takes) << message << " " << verdict.detail;
        ++(takes ? taken : refused);
    };
    const auto word_field =
        std::ranges::find(topic().fields, FieldKind::kWord, &MessageField::kind);
    const bool has_words = word_field != topic().fields.end();
    const std::vector<json> values = probes();
    for (const std::string& word :
         split_words(has_words ? std::string(word_field->words) + "|VOID" : "one round")) {
        json base = schema_.at("examples").front();
        if (has_words) {
            base[std::string(word_field->name)] = word;
        }
        compare(base);
        for (const MessageField& field : topic().fields) {
            json message = base;
            for (const json& value : values) {
                message[std::string(field.name)] = value;
                compare(message);
            }
            message.erase(std::string(field.name));
            compare(message);
        }
        base["colour"] = "red";
        compare(base);
    }
    EXPECT_GT(taken, has_words ? 50 : 20);
    EXPECT_GT(refused, 50);
}

TEST(PredictionSchema, TakesWhatIsTold) {
    std::ifstream file("api/events/predictions.json");
    ASSERT_TRUE(file.is_open());
    const json schema = json::parse(file);
    const Validator validator(schema);
    EXPECT_TRUE(validator.fits(schema, schema.at("examples").front()));
    Prediction answer{.request_id = "desk \"17\"",
                      .store = StoreId{7},
                      .product_id = "tea",
                      .predicted_at_ms = 1'795'334'400'123,
                      .units_per_day = 5.125,
                      .days = {{20'779, 5.125, 2, 5, 9}},
                      .reason = ""};
    for (const bool known : {true, false}) {
        if (!known) {
            answer.units_per_day.reset();
            answer.days.clear();
            answer.reason = "nobody buys it";
        }
        std::string message;
        append_message(message, answer);
        const json told = json::parse(message);
        EXPECT_TRUE(validator.fits(schema, told)) << message;
        EXPECT_EQ(told.at("request_id"), answer.request_id);
        EXPECT_EQ(told.at("days").size(), known ? 1U : 0U);
        EXPECT_EQ(told.at("reason"), known ? json(nullptr) : json("nobody buys it"));
    }
}

TEST(RestockAlertSchema, TakesWhatIsTold) {
    std::ifstream file("api/events/restock-alerts.json");
    ASSERT_TRUE(file.is_open());
    const json schema = json::parse(file);
    const Validator validator(schema);
    EXPECT_TRUE(validator.fits(schema, schema.at("examples").front()));
    RestockAlert alert{.id = {0x1234567890abcdef, 0x8234567890abcdef},
                       .key = {StoreId{7}, "a \"quoted\" name"},
                       .raised_at_ms = 1'795'334'400'123,
                       .recovered_at_ms = std::nullopt,
                       .stock_out_probability = 0.81234,
                       .horizon_days = 3,
                       .stock_ends_ms = std::nullopt,
                       .on_hand = -2'500,
                       .on_order = 24'000,
                       .units_per_day = 5.125,
                       .reason = "4 left"};
    for (const bool over : {false, true}) {
        if (over) {
            alert.recovered_at_ms = alert.raised_at_ms + 1;
            alert.stock_ends_ms = alert.raised_at_ms + 2;
        }
        std::string message;
        append_message(message, alert);
        const json told = json::parse(message);
        EXPECT_TRUE(validator.fits(schema, told)) << message;
        EXPECT_EQ(told.at("state"), over ? "recovered" : "open");
        EXPECT_EQ(told.at("product_id"), alert.key.product_id);
        EXPECT_EQ(told.at("on_hand_units"), -2.5);
        EXPECT_EQ(told.at("recovered_at"), over ? json("2026-11-22T08:00:00.124Z") : json(nullptr));
    }
}

}  // namespace
}  // namespace shelfcast::retail
