#include "retail/plain_message.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "retail/event_codec.h"

namespace shelfcast::retail {
namespace {

constexpr std::int64_t kLogTimeUs = 1'767'225'600'000'000;  // 2026-01-01T00:00:00Z

const std::vector<std::string>& till_messages() {
    static const std::vector<std::string> kMessages = {
        R"({"event_time":"2025-11-27 16:00:00","store_id":1,"product_id":"Laptop","category":)"
        R"("Electronics","transaction_type":"SALE","quantity":5,"unit_price":450.00})",
        // As Python's json.dumps writes it.
        R"({"event_time": "2025-11-27T16:00:00Z", "store_id": 1, "product_id": "Crème brûlée", )"
        R"("category": "Food", "transaction_type": "RETURN", "quantity": 0.5, "unit_price": 4.5, )"
        R"("event_id": "01890a5d-ac96-774b-bcce-b302099a8057", "promotion_id": null})",
        R"({"unit_price":1e2,"quantity":3,"transaction_type":"RESTOCK","category":"牛奶",)"
        R"("product_id":"盒","store_id":1,"event_time":"2025-11-27 16:00:00","basket_id":"b 1"})",
        "{ \"store_id\" :1,\n\t\"event_time\":\"2025-11-27 16:00:00.5\",\"product_id\":\"x\","
        "\"category\":\"y\",\"transaction_type\":\"SALE\",\"quantity\":1,\"unit_price\":0,"
        "\"customer_id\":\"c\",\"register_id\":\"r\",\"unit_cost\":null,\"discount\":0.10 } \r\n",
    };
    return kMessages;
}

/// A message and its padding, to the byte, so that a sanitizer sees any step too far.
struct Padded {
    explicit Padded(std::string_view text, char padding = '"')
        : bytes(std::make_unique<char[]>(text.size() + kMessagePadding)), size(text.size()) {
        std::memcpy(bytes.get(), text.data(), size);
        std::memset(bytes.get() + size, padding, kMessagePadding);
    }
    [[nodiscard]] std::string_view message() const { return {bytes.get(), size}; }
    std::unique_ptr<char[]> bytes;
    std::size_t size;
};

class PlainMessage : public testing::Test {
protected:
    bool reads(std::string_view message) {
        padded_ = std::make_unique<Padded>(message);
        return reader_.read(padded_->message(), texts_, named_);
    }
    [[nodiscard]] std::string_view text(std::string_view field) const {
        for (std::size_t i = 0; i < event_fields().size(); ++i) {
            if (event_fields()[i].name == field) {
                return texts_[i];
            }
        }
        return "no such field";
    }

    PlainMessageReader reader_{event_fields()};
    std::vector<std::string_view> texts_ = std::vector<std::string_view>(event_fields().size());
    NamedFields named_;
    std::unique_ptr<Padded> padded_;
};

TEST_F(PlainMessage, ReadsWhatTillsWrite) {
    for (int round = 0; round < 2; ++round) {  // Expecting the order of the message before.
        for (const std::string& message : till_messages()) {
            EXPECT_TRUE(reads(message)) << message;
        }
    }
    ASSERT_TRUE(reads(till_messages()[1]));
    EXPECT_EQ(text("product_id"), "Crème brûlée");
    EXPECT_EQ(text("unit_price"), "4.5");
    EXPECT_EQ(text("event_id"), "01890a5d-ac96-774b-bcce-b302099a8057");
    // All fourteen: those up to event_id, and promotion_id without a value.
    EXPECT_EQ(named_.named, 0b100'0111'1111'1U | 1U << 11U);
    EXPECT_EQ(named_.named ^ named_.seen, 1U << 11U);
}

TEST_F(PlainMessage, LeavesTheRestToTheParser) {
    const std::string& good = till_messages().front();
    const auto with = [&](std::string_view from, std::string_view to) {
        std::string message = good;
        message.replace(message.find(from), from.size(), to);
        return message;
    };
    ASSERT_TRUE(reads(good));
    for (const std::string& message : {std::string(),
                                       std::string("{"),
                                       std::string("{}"),
                                       " " + good,
                                       good + "x",
                                       good + good,
                                       with("Laptop", "Lap\\u0074op"),
                                       with("Laptop", "Lap\ttop"),
                                       with("Laptop", "Lap\x7ftop"),
                                       with("Laptop", "Lap\xfftop"),
                                       with("\"Laptop\"", "7"),
                                       with("\"Laptop\"", "null"),
                                       with("product_id", "product_ids"),
                                       with("product_id", "store_id"),
                                       with(":5", ":\"5\""),
                                       with(":5", ":[5]"),
                                       with(":5", ":5 5"),
                                       with(":5", ":true"),
                                       with(":5", ""),
                                       with(":5,", ":5,,"),
                                       with("00}", "00"),
                                       with("00}", "00,}"),
                                       with("00}", "00]")}) {
        EXPECT_FALSE(reads(message)) << message;
    }
    for (std::size_t cut = 0; cut < good.size(); ++cut) {
        EXPECT_FALSE(reads(std::string_view(good).substr(0, cut))) << cut;
    }
}

/// What a decoder makes of a message, in words.
std::string verdict(EventDecoder& decoder, std::string_view message, char padding) {
    static const StoreCatalog kStores = [] {
        Store store;
        store.id = StoreId{1};
        store.code = "one";
        store.time_zone = "Europe/London";
        return *StoreCatalog::build(CatalogVersion{1}, {store});
    }();
    const Padded padded(message, padding);
    Event event;
    Rejection rejection;
    if (decoder.decode(padded.message(), kLogTimeUs, kStores, event, rejection) !=
        RejectReason::kNone) {
        return std::string(to_string(rejection.reason));
    }
    const auto price = [](const std::optional<UnitPrice>& one) {
        return one ? one->ten_thousandths : -1;
    };
    return fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", event.event_time_ms,
                       event.business_date, event.hour_start_s, event.store_id.value,
                       event.product_id, event.category, to_string(event.type),
                       event.quantity.thousandths, event.unit_price.ten_thousandths,
                       format_uuid(event.event_id), event.register_id, event.basket_id,
                       event.promotion_id, price(event.unit_cost), price(event.discount));
}

std::string spoilt(std::string message, std::mt19937_64& random) {
    constexpr std::string_view kBytes = "\"\\{}[]:,. \n\t\x01\x1f\x7f\x80\xc3\xa9+-0159eEnult_";
    const auto below = [&](std::size_t bound) { return random() % bound; };
    for (std::size_t change = below(3); change > 0 && !message.empty(); --change) {
        const std::size_t at = below(message.size());
        const char byte = kBytes[below(kBytes.size())];
        switch (below(5)) {
            case 0:
                message[at] = byte;
                break;
            case 1:
                message.insert(at, 1, byte);
                break;
            case 2:
                message.erase(at, 1 + below(3));
                break;
            case 3:
                message.insert(at, message, below(message.size()), below(20));
                break;
            default:
                message.resize(at);
        }
    }
    return message;
}

// A space in front sends a message to the full parser, and means nothing.
TEST(PlainMessageProperty, NeverDecidesOtherwiseThanTheParser) {
    constexpr std::uint64_t kSeed = 20'251'123;
    SCOPED_TRACE(fmt::format("seed {}", kSeed));
    std::mt19937_64 random(kSeed);
    EventDecoder plain;
    EventDecoder full;
    std::size_t accepted = 0;
    for (int round = 0; round < 100'000; ++round) {
        const std::string message =
            spoilt(till_messages()[random() % till_messages().size()], random);
        const std::string found = verdict(plain, message, '}');
        ASSERT_EQ(found, verdict(full, " " + message, ' ')) << message;
        accepted += found.find(' ') == std::string::npos ? 0U : 1U;
    }
    EXPECT_GT(accepted, 20'000U);
    EXPECT_LT(accepted, 80'000U);
}

}  // namespace
}  // namespace shelfcast::retail
