#include "retail/topic_codec.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace shelfcast::retail {
namespace {

constexpr std::int64_t kLogTimeUs = 1'767'225'600'000'000;  // 2026-01-01T00:00:00Z
constexpr std::int64_t kEventTimeMs = 1'764'259'200'000;    // 2025-11-27T16:00:00Z

/// Fields and their values as JSON; a value of "" leaves the field out.
using Fields = std::vector<std::pair<std::string, std::string>>;

const StoreCatalog& stores() {
    static const StoreCatalog kStores = [] {
        std::vector<Store> all(2);
        all[0].id = StoreId{1};
        all[0].time_zone = "Europe/London";
        all[1].id = StoreId{2};
        all[1].code = "delhi";
        all[1].time_zone = "Asia/Kolkata";
        auto built = StoreCatalog::build(CatalogVersion{42}, all);
        EXPECT_TRUE(built);
        return *std::move(built);
    }();
    return kStores;
}

/// A good message of the topic with all of its fields, some of them changed.
std::string message(std::string_view topic, const Fields& changes = {}) {
    static const std::map<std::string_view, Fields> kGood = {
        {kInventoryUpdatesTopic,
         {{"product_id", R"("Laptop")"},
          {"update_type", R"("COUNT")"},
          {"quantity", "12.5"},
          {"event_id", R"("01H455VB4PEX5VSKNK084SN02Q")"},
          {"reference", R"("sheet 118")"},
          {"reason", R"("monthly \u0063ount")"}}},
        {kPriceChangesTopic,
         {{"product_id", R"("Laptop")"},
          {"price_type", R"("PROMOTION")"},
          {"unit_price", "399.99"},
          {"effective_from", R"("2025-12-01 00:00:00")"},
          {"effective_until", R"("2025-12-24T20:00:00+01:00")"},
          {"event_id", R"("01H455VB4PEX5VSKNK084SN02Q")"},
          {"promotion_id", R"("advent")"}}},
        {kCustomerEventsTopic,
         {{"event_type", R"("SCAN")"},
          {"quantity", "2"},
          {"event_id", R"("01H455VB4PEX5VSKNK084SN02Q")"},
          {"product_id", R"("Laptop")"},
          {"register_id", R"("till 3")"},
          {"customer_id", R"("c-77")"},
          {"basket_id", R"("b-1")"}}},
        {kSupplierShipmentsTopic,
         {{"product_id", R"("Laptop")"},
          {"shipment_id", R"("s-88213")"},
          {"status", R"("ANNOUNCED")"},
          {"quantity", "40"},
          {"event_id", R"("01H455VB4PEX5VSKNK084SN02Q")"},
          {"supplier", R"("Northwind")"},
          {"unit_cost", "391.5"},
          {"expected_at", R"("2026-02-02 06:00:00")"}}},
    };
    Fields fields = {{"event_time", R"("2025-11-27 16:00:00")"}, {"store_id", "1"}};
    fields.insert(fields.end(), kGood.at(topic).begin(), kGood.at(topic).end());
    for (const auto& [name, value] : changes) {
        const auto known = std::ranges::find(fields, name, &Fields::value_type::first);
        if (known == fields.end()) {
            fields.emplace_back(name, value);
        } else {
            known->second = value;
        }
    }
    std::string out = "{";
    for (const auto& [name, value] : fields) {
        if (!value.empty()) {
            out += (out.size() == 1 ? "\"" : ",\"") + name + "\":" + value;
        }
    }
    return out + "}";
}

/// The topics that a TopicDecoder reads.
constexpr std::string_view kTopics[] = {kInventoryUpdatesTopic, kPriceChangesTopic,
                                        kCustomerEventsTopic, kSupplierShipmentsTopic};

/// A decoded message with the buffer that its texts may point into. Each topic has one decoder, so
/// that each message meets what others left behind.
class Decoded {
public:
    Decoded(std::string_view topic, const std::string& message)
        : topic_(find_topic(topic)), buffer_(message + std::string(kMessagePadding, '}')) {
        static std::map<std::string_view, TopicDecoder> decoders;
        TopicDecoder& decoder = decoders.try_emplace(topic, *topic_).first->second;
        const RejectReason reason =
            decoder.decode(std::string_view(buffer_).substr(0, message.size()), kLogTimeUs,
                           stores(), event, rejection);
        EXPECT_EQ(reason, rejection.reason);
        EXPECT_EQ(rejection.detail.empty(), reason == RejectReason::kNone);
    }
    Decoded(const Decoded&) = delete;
    Decoded& operator=(const Decoded&) = delete;

    [[nodiscard]] const FieldValue& at(std::string_view name) const {
        const auto found = std::ranges::find(topic_->fields, name, &MessageField::name);
        EXPECT_NE(found, topic_->fields.end()) << name;
        return event.values.at(static_cast<std::size_t>(found - topic_->fields.begin()));
    }

    TopicEvent event;
    Rejection rejection;

private:
    const Topic* topic_;
    std::string buffer_;
};

void expect_refused(std::string_view topic, const std::string& message, RejectReason reason,
                    std::string_view detail) {
    const Decoded decoded(topic, message);
    EXPECT_EQ(to_string(decoded.rejection.reason), to_string(reason)) << message;
    EXPECT_NE(decoded.rejection.detail.find(detail), std::string::npos)
        << decoded.rejection.detail << " lacks " << detail << ": " << message;
}

void expect_taken(std::string_view topic, const std::string& message) {
    EXPECT_EQ(Decoded(topic, message).rejection.detail, "") << message;
}

TEST(TopicDecoder, ReadsWhatEveryTopicHas) {
    for (const std::string_view topic : kTopics) {
        const Decoded decoded(topic, message(topic, {{"store_id", "2"},
                                                     {"event_time", R"("2025-11-27T20:00:00Z")"}}));
        ASSERT_EQ(decoded.rejection.detail, "") << topic;
        EXPECT_EQ(decoded.event.event_time_ms, kEventTimeMs + 4 * 3'600'000) << topic;
        EXPECT_EQ(decoded.event.business_date, 20'420) << topic;  // 2025-11-28 in Kolkata
        EXPECT_EQ(decoded.event.store_id, StoreId{2}) << topic;
        EXPECT_EQ(format_uuid(decoded.event.event_id), "01890a5d-ac96-774b-bcce-b302099a8057");
    }
}

TEST(TopicDecoder, ReadsEveryKindInTheUnitsOfItsColumn) {
    const Decoded count(kInventoryUpdatesTopic, message(kInventoryUpdatesTopic));
    EXPECT_EQ(count.at("product_id").text, "Laptop");
    EXPECT_EQ(count.at("update_type").text, "COUNT");
    EXPECT_EQ(count.at("quantity").number, 12'500);
    EXPECT_EQ(count.at("reference").text, "sheet 118");
    EXPECT_EQ(count.at("reason").text, "monthly count");

    const Decoded price(kPriceChangesTopic, message(kPriceChangesTopic));
    EXPECT_EQ(price.at("unit_price").number, 3'999'900);
    EXPECT_EQ(price.at("effective_from").number, 1'764'547'200'000);   // 2025-12-01T00:00:00Z
    EXPECT_EQ(price.at("effective_until").number, 1'766'602'800'000);  // 2025-12-24T19:00:00Z
    EXPECT_EQ(price.at("promotion_id").text, "advent");

    const Decoded scan(kCustomerEventsTopic, message(kCustomerEventsTopic));
    EXPECT_EQ(scan.at("quantity").number, 2'000);
    EXPECT_EQ(scan.at("customer_id").text, "c-77");

    // The log's time does not bound when a shipment is expected; the store's zone applies.
    const Decoded shipment(kSupplierShipmentsTopic,
                           message(kSupplierShipmentsTopic, {{"store_id", "2"}}));
    EXPECT_EQ(shipment.at("unit_cost").number, 3'915'000);
    EXPECT_EQ(shipment.at("expected_at").number, 1'769'992'200'000);  // 2026-02-02T00:30:00Z
}

TEST(TopicDecoder, AbsentAndNullAreTheSame) {
    for (const std::string_view topic : kTopics) {
        for (const char* value : {"", "null"}) {
            Fields changes;
            for (const MessageField& field : find_topic(topic)->fields) {
                if (!field.required) {
                    changes.emplace_back(field.name, value);
                }
            }
            if (topic == kCustomerEventsTopic) {
                changes.emplace_back("event_type", R"("FOOTFALL")");
            }
            expect_taken(topic, message(topic));  // Leaves a value of every field behind.
            const Decoded decoded(topic, message(topic, changes));
            EXPECT_EQ(decoded.rejection.detail, "") << topic;
            EXPECT_FALSE(decoded.event.event_id.present()) << topic;
            for (const MessageField& field : find_topic(topic)->fields) {
                if (!field.required && field.kind != FieldKind::kEventId) {
                    const FieldValue& read = decoded.at(field.name);
                    EXPECT_FALSE(read.present) << field.name;
                    EXPECT_EQ(read.text, "") << field.name;
                    EXPECT_EQ(read.number, 0) << field.name;
                }
            }
        }
    }
}

TEST(TopicDecoder, RefusesWhatIsNoMessageOfTheTopic) {
    using enum RejectReason;
    for (const std::string_view topic : kTopics) {
        expect_refused(topic, "", kBrokenJson, "empty");
        expect_refused(topic, message(topic) + "}", kBrokenJson, "well-formed");
        expect_refused(topic, message(topic, {{"product_id", "\"Caf\xe9\""}}), kBadUtf8, "\\xe9");
        expect_refused(topic, message(topic, {{"colour", R"("red")"}}), kUnknownField, "colour");
        expect_refused(topic, message(topic, {{"unit_cost2", "1"}}), kUnknownField, "unit_cost2");
        for (const MessageField& field : find_topic(topic)->fields) {
            const std::string name(field.name);
            const bool number = is_number(field.kind);
            expect_refused(topic, message(topic, {{name, number ? "\"5\"" : "5"}}), kWrongType,
                           name);
            expect_refused(topic, message(topic, {{name, "{}"}}), kWrongType, name);
            expect_refused(
                topic,
                "{\"" + name + "\":" + (number ? "1," : R"("x",)") + message(topic).substr(1),
                kRepeatedField, name + ": named twice");
            if (field.required) {
                expect_refused(topic, message(topic, {{name, ""}}), kMissingField,
                               name + ": required, but missing");
                expect_refused(topic, message(topic, {{name, "null"}}), kWrongType,
                               name + ": null where");
            }
        }
    }
}

TEST(TopicDecoder, RefusesBadValuesOfEveryKind) {
    using enum RejectReason;
    for (const std::string_view topic : kTopics) {
        for (const MessageField& field : find_topic(topic)->fields) {
            const std::string name(field.name);
            const auto refused = [&](const std::string& value, RejectReason reason,
                                     const std::string& detail) {
                expect_refused(topic, message(topic, {{name, value}}), reason,
                               name + ": " + detail);
            };
            switch (field.kind) {
                case FieldKind::kEventTime:
                    refused(R"("yesterday")", kBadTime, "\"yesterday\"");
                    refused(R"("1999-12-31 23:59:59")", kTimeTooOld, "1999");
                    refused(R"("2026-01-02 01:00:00")", kTimeInFuture, "2026");
                    refused(R"("2025-03-30 01:30:00")", kTimeInDstGap, "2025-03-30 01:30:00");
                    break;
                case FieldKind::kTime:
                    refused(R"("yesterday")", kBadTime, "\"yesterday\"");
                    refused(R"("")", kBadTime, "\"\"");
                    refused(R"("1999-12-31 23:59:59")", kOutOfRange, "1999");
                    refused(R"("2100-01-01 00:00:00")", kOutOfRange, "2100");
                    refused(R"("2026-03-29 01:30:00")", kTimeInDstGap,
                            "2026-03-29 01:30:00 does not exist in Europe/London");
                    break;
                case FieldKind::kStore:
                    refused("0", kBadStore, "0");
                    refused("1.5", kBadStore, "1.5");
                    refused("7", kUnknownStore,
                            "store 7 is not in the store catalogue (version 42)");
                    break;
                case FieldKind::kText:
                    refused(R"("")", kBadText, "empty");
                    refused("\"" + std::string(257, 'x') + "\"", kBadText, "257 bytes");
                    refused(R"("a\nb")", kBadText, "\"a\\u000ab\" has a control");
                    refused(R"("a\ud800")", kBadText, "");
                    break;
                case FieldKind::kWord:
                    refused(R"("VOID")", kUnknownWord, "\"VOID\" is none of ");
                    refused(R"("")", kUnknownWord, "\"\" is none of ");
                    break;
                case FieldKind::kQuantity:
                    refused("0", kOutOfRange, "0 is not greater than 0");
                    refused("-1", kOutOfRange, "-1");
                    [[fallthrough]];
                case FieldKind::kSignedQuantity:
                    refused("1.0001", kTooManyDigits, "1.0001 has more than 3 digits");
                    refused("1000000000", kOutOfRange, "1000000000 is beyond");
                    refused("-1000000000", kOutOfRange, "-1000000000 is");
                    refused("05", kBadNumber, "05");
                    break;
                case FieldKind::kPrice:
                    refused("-0.01", kOutOfRange, "-0.01 is not at least 0");
                    refused("1.00001", kTooManyDigits, "1.00001 has more than 4 digits");
                    refused("1e400", kOutOfRange, "1e400 is beyond");
                    refused("NaN", kBadNumber, "NaN");
                    break;
                case FieldKind::kEventId:
                    refused(R"("17")", kBadEventId, "\"17\"");
                    refused(R"("00000000-0000-0000-0000-000000000000")", kBadEventId, "\"0000");
                    break;
            }
        }
    }
}

TEST(TopicDecoder, TheUpdateTypeSaysWhichQuantitiesItTakes) {
    const auto update = [](const std::string& type, const std::string& quantity) {
        return message(kInventoryUpdatesTopic,
                       {{"update_type", "\"" + type + "\""}, {"quantity", quantity}});
    };
    const auto refused = [&](const std::string& type, const std::string& quantity,
                             const std::string& takes) {
        expect_refused(kInventoryUpdatesTopic, update(type, quantity), RejectReason::kOutOfRange,
                       "quantity: " + quantity + " with " + type + ", which takes " + takes);
    };
    expect_taken(kInventoryUpdatesTopic, update("COUNT", "0"));
    refused("COUNT", "-0.001", "0 or more");
    refused("CORRECTION", "0", "anything but 0");
    const Decoded correction(kInventoryUpdatesTopic, update("CORRECTION", "-0.5"));
    EXPECT_EQ(correction.rejection.detail, "");
    EXPECT_EQ(correction.at("quantity").number, -500);
    expect_taken(kInventoryUpdatesTopic, update("CORRECTION", "999999999.999"));
    for (const char* type : {"WASTE", "RESERVE", "RELEASE"}) {
        expect_taken(kInventoryUpdatesTopic, update(type, "0.001"));
        refused(type, "0", "more than 0");
        refused(type, "-1", "more than 0");
    }
}

TEST(TopicDecoder, APriceEndsAfterItBegins) {
    const auto price = [](const std::string& from, const std::string& until) {
        return message(kPriceChangesTopic, {{"effective_from", from}, {"effective_until", until}});
    };
    const auto refused = [](const std::string& message) {
        expect_refused(kPriceChangesTopic, message, RejectReason::kOutOfRange,
                       "effective_until: not after the price begins");
    };
    const std::string december = R"("2025-12-01 00:00:00")";
    expect_taken(kPriceChangesTopic, price(december, R"("2025-12-01 00:00:00.001")"));
    refused(price(december, december));
    refused(price(december, R"("2025-11-30 23:59:59")"));
    // One zone's clock may show less at a later moment.
    expect_taken(kPriceChangesTopic, price(december, R"("2025-11-30T23:00:00-05:00")"));
    // Without a beginning it is event_time.
    expect_taken(kPriceChangesTopic, price("", R"("2025-11-27 16:00:01")"));
    refused(price("", R"("2025-11-27 16:00:00")"));
    refused(price("null", R"("2025-11-27 15:00:00")"));
    expect_taken(kPriceChangesTopic, price(december, ""));
    // A price may have begun before it was announced.
    expect_taken(kPriceChangesTopic, price(R"("2025-01-01 00:00:00")", R"("2025-02-01 00:00:00")"));
}

TEST(TopicDecoder, AScanNamesItsProductAndABasketItself) {
    const auto event = [](const std::string& type, const std::string& product,
                          const std::string& basket) {
        return message(
            kCustomerEventsTopic,
            {{"event_type", "\"" + type + "\""}, {"product_id", product}, {"basket_id", basket}});
    };
    for (const char* absent : {"", "null"}) {
        expect_taken(kCustomerEventsTopic, event("FOOTFALL", absent, absent));
        expect_taken(kCustomerEventsTopic, event("SCAN", R"("Laptop")", absent));
        expect_taken(kCustomerEventsTopic, event("BASKET", absent, R"("b-1")"));
        expect_refused(kCustomerEventsTopic, event("SCAN", absent, R"("b-1")"),
                       RejectReason::kMissingField, "product_id: required with SCAN, but missing");
        expect_refused(kCustomerEventsTopic, event("BASKET", R"("Laptop")", absent),
                       RejectReason::kMissingField, "basket_id: required with BASKET, but missing");
    }
}

TEST(TopicDecoder, ARefusalLeavesNoTraceInTheNextMessage) {
    for (const std::string_view topic : kTopics) {
        for (const std::string& bad :
             {std::string("{}"), std::string("{{}"), message(topic, {{"event_id", "\"17\""}}),
              message(topic, {{"store_id", "7"}}), message(topic).substr(0, 60)}) {
            EXPECT_NE(Decoded(topic, bad).rejection.reason, RejectReason::kNone) << bad;
            expect_taken(topic, message(topic));
        }
    }
}

}  // namespace
}  // namespace shelfcast::retail
