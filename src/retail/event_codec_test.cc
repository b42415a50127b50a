#include "retail/event_codec.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "retail/utf8.h"

namespace {

// Counted for NothingIsAllocatedPerAcceptedEvent; the tests run in one thread.
std::size_t allocations = 0;

}  // namespace

// The whole family, so that no pair is mixed with a sanitizer's. Not inlined: the compiler would
// warn of free() on memory from new.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    ++allocations;
    return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void* operator new(std::size_t size) {
    if (void* const memory = operator new(size, std::nothrow)) {
        return memory;
    }
    throw std::bad_alloc();
}
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new[](std::size_t size, const std::nothrow_t& tag) noexcept {
    return operator new(size, tag);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace shelfcast::retail {
namespace {

using namespace std::string_literals;

constexpr std::int64_t kLogTimeUs = 1'767'225'600'000'000;  // 2026-01-01T00:00:00Z
constexpr std::uint32_t kLondon = 1;
constexpr std::uint32_t kKolkata = 3;

const StoreCatalog& stores() {
    static const StoreCatalog kStores = [] {
        std::vector<Store> all;
        for (const char* zone : {"Europe/London", "Asia/Shanghai", "Asia/Kolkata",
                                 "Australia/Lord_Howe", "America/New_York"}) {
            Store store;
            store.id = StoreId{static_cast<std::uint32_t>(all.size() + 1)};
            store.code = zone;
            store.time_zone = zone;
            all.push_back(store);
        }
        auto built = StoreCatalog::build(CatalogVersion{42}, all);
        EXPECT_TRUE(built);
        return *std::move(built);
    }();
    return kStores;
}

/// One decoded message with the buffer that its texts may point into.
struct Decoded {
    RejectReason reason = RejectReason::kNone;
    Event event;
    Rejection rejection;
    std::unique_ptr<char[]> buffer;
};

/// Decodes with a shared decoder, so that each message meets what others left behind; the padding
/// tempts a parser that reads on, and a sanitizer sees one that reads past it.
Decoded decode(std::string_view message, EventDecoder& decoder,
               std::int64_t log_time_us = kLogTimeUs) {
    static constexpr std::string_view kTempting =
        "}}}}\"\"\"\",,,,5555]]]]\\\\\\\\}}}}\"\"\"\",,,,5555]]]]\\\\\\\\}}}}\"\"\"\",,,,5555";
    Decoded decoded;
    decoded.buffer = std::make_unique<char[]>(message.size() + EventDecoder::kPadding);
    std::memcpy(decoded.buffer.get(), message.data(), message.size());
    std::memcpy(decoded.buffer.get() + message.size(), kTempting.data(), EventDecoder::kPadding);
    decoded.reason = decoder.decode({decoded.buffer.get(), message.size()}, log_time_us, stores(),
                                    decoded.event, decoded.rejection);
    EXPECT_EQ(decoded.rejection.reason, decoded.reason);
    return decoded;
}

EventDecoder& shared_decoder() {
    static EventDecoder decoder;
    return decoder;
}

Decoded decode(std::string_view message) { return decode(message, shared_decoder()); }

/// A good message with some fields replaced, dropped (empty value) or added at its end.
class MessageText {
public:
    MessageText& with(std::string_view name, std::string json) {
        for (auto& [known, value] : fields_) {
            if (known == name) {
                value = std::move(json);
                return *this;
            }
        }
        fields_.emplace_back(name, std::move(json));
        return *this;
    }
    MessageText& without(std::string_view name) { return with(name, ""); }

    operator std::string() const {  // NOLINT(google-explicit-constructor): reads like the text.
        std::string out = "{";
        for (const auto& [name, value] : fields_) {
            if (!value.empty()) {
                out += (out.size() == 1 ? "\"" : ",\"") + name + "\":" + value;
            }
        }
        return out + "}";
    }

private:
    std::vector<std::pair<std::string, std::string>> fields_ = {
        {"event_time", R"("2025-11-27 16:00:00")"},
        {"store_id", "1"},
        {"product_id", R"("Laptop")"},
        {"category", R"("Electronics")"},
        {"transaction_type", R"("SALE")"},
        {"quantity", "5"},
        {"unit_price", "450.00"}};
};

MessageText good() { return {}; }

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

TEST(EventDecoder, ReadsTheContractsExample) {
    const Decoded decoded = decode(std::string(good()));
    ASSERT_EQ(decoded.reason, RejectReason::kNone) << decoded.rejection.detail;
    const Event& event = decoded.event;
    EXPECT_EQ(event.event_time_ms, 1'764'259'200'000);
    EXPECT_EQ(event.business_date, days_from_civil(2025, 11, 27));
    EXPECT_EQ(event.hour_start_s, 1'764'259'200);
    EXPECT_EQ(event.store_id, StoreId{kLondon});
    EXPECT_EQ(event.type, TransactionType::kSale);
    EXPECT_EQ(event.quantity, Quantity{5'000});
    EXPECT_EQ(event.unit_price, UnitPrice{4'500'000});
    EXPECT_EQ(format_decimal(event.revenue().ten_millionths, Revenue::kScale), "2250.0000000");
    EXPECT_EQ(event.product_id, "Laptop");
    EXPECT_EQ(event.category, "Electronics");
    EXPECT_FALSE(event.event_id.present());
    EXPECT_EQ(event.register_id, "");
    EXPECT_EQ(event.customer_id, "");
    EXPECT_EQ(event.basket_id, "");
    EXPECT_EQ(event.promotion_id, "");
    EXPECT_EQ(event.unit_cost, std::nullopt);
    EXPECT_EQ(event.discount, std::nullopt);
}

TEST(EventDecoder, ReadsEveryOptionalField) {
    const Decoded decoded =
        decode(std::string(good()
                               .with("event_id", R"("01H455VB4PEX5VSKNK084SN02Q")")
                               .with("register_id", R"("till 3")")
                               .with("customer_id", R"("c-77")")
                               .with("basket_id", R"("b-1")")
                               .with("promotion_id", R"("BLACK FRIDAY")")
                               .with("unit_cost", "399.9900")
                               .with("discount", "0")));
    ASSERT_EQ(decoded.reason, RejectReason::kNone) << decoded.rejection.detail;
    EXPECT_EQ(format_uuid(decoded.event.event_id), "01890a5d-ac96-774b-bcce-b302099a8057");
    EXPECT_EQ(decoded.event.register_id, "till 3");
    EXPECT_EQ(decoded.event.customer_id, "c-77");
    EXPECT_EQ(decoded.event.basket_id, "b-1");
    EXPECT_EQ(decoded.event.promotion_id, "BLACK FRIDAY");
    EXPECT_EQ(decoded.event.unit_cost, UnitPrice{3'999'900});
    EXPECT_EQ(decoded.event.discount, UnitPrice{0});
    // The next event has none of them.
    const Decoded next = decode(std::string(good()));
    ASSERT_EQ(next.reason, RejectReason::kNone);
    EXPECT_FALSE(next.event.event_id.present());
    EXPECT_EQ(next.event.promotion_id, "");
    EXPECT_EQ(next.event.unit_cost, std::nullopt);
}

TEST(EventDecoder, NullMeansThatAnOptionalFieldIsAbsent) {
    MessageText message;
    for (const MessageField& field : event_fields()) {
        if (!field.required) {
            message.with(field.name, "null");
        }
    }
    const Decoded decoded = decode(std::string(message));
    ASSERT_EQ(decoded.reason, RejectReason::kNone) << decoded.rejection.detail;
    EXPECT_FALSE(decoded.event.event_id.present());
    EXPECT_EQ(decoded.event.basket_id, "");
    EXPECT_EQ(decoded.event.discount, std::nullopt);
}

struct GoodCase {
    std::string what;
    std::string message;
};

TEST(EventDecoder, AcceptsWhatTheContractAllows) {
    const std::vector<GoodCase> cases = {
        {"space everywhere",
         " {\t\"event_time\" : \"2025-11-27 16:00:00\" ,\n\"store_id\" :1 , "
         "\"product_id\":\"Laptop\",\"category\":\"Electronics\",\r\n"
         "\"transaction_type\":\"SALE\",\"quantity\":5 ,\"unit_price\": 450.00 "
         "} \r\n"},
        {"another order",
         R"({"unit_price":450.00,"quantity":5,"store_id":1,"category":"Electronics",)"
         R"("transaction_type":"SALE","product_id":"Laptop","event_time":"2025-11-27 16:00:00"})"},
        {"an escaped name", good().without("quantity").with("quant\\u0069ty", "5")},
        {"escapes",
         good().with("product_id", R"("L\u0061ptop")").with("category", R"("\u0045lectronics")")},
        {"an escaped time", good().with("event_time", R"("2025\u002d11-27\u002016:00:00")")},
        {"trailing zeros", good().with("quantity", "5.000000").with("unit_price", "450.000000")},
        {"exponents", good().with("quantity", "0.5e1").with("unit_price", "4500E-1")},
        {"an integer with a point", good().with("store_id", "1.0")},
        {"UTC", good().with("event_time", R"("2025-11-27T16:00:00.000Z")")},
        {"an offset", good().with("event_time", R"("2025-11-27T21:30:00+05:30")")},
        {"cut fractions", good().with("event_time", R"("2025-11-27 16:00:00.000999")")},
    };
    for (const GoodCase& test : cases) {
        const Decoded decoded = decode(test.message);
        ASSERT_EQ(decoded.reason, RejectReason::kNone)
            << test.what << ": " << decoded.rejection.detail;
        EXPECT_EQ(decoded.event.product_id, "Laptop") << test.what;
        EXPECT_EQ(decoded.event.category, "Electronics") << test.what;
        EXPECT_EQ(decoded.event.event_time_ms, 1'764'259'200'000) << test.what;
        EXPECT_EQ(decoded.event.quantity, Quantity{5'000}) << test.what;
        EXPECT_EQ(decoded.event.unit_price, UnitPrice{4'500'000}) << test.what;
    }
}

struct BadCase {
    std::string what;
    std::string message;
    RejectReason reason;
    std::string detail;  ///< Words that the detail must have.
};

std::vector<BadCase> broken_messages() {
    using enum RejectReason;
    const std::string message = good();
    std::vector<BadCase> cases = {
        {"nothing", "", kBrokenJson, "empty"},
        {"only space", " \r\n", kBrokenJson, "empty"},
        {"byte order mark", "\xef\xbb\xbf" + message, kBrokenJson, "byte order mark"},
        {"not JSON", "event_time=2025-11-27", kBrokenJson, "event_time=2025-11-27"},
        {"an array", "[" + message + "]", kBrokenJson, "not a JSON object"},
        {"a text", "\"SALE\"", kBrokenJson, "not a JSON object"},
        {"a number", "5", kBrokenJson, "not a JSON object"},
        {"null", "null", kBrokenJson, "not a JSON object"},
        {"cut short", message.substr(0, message.size() - 1), kBrokenJson, "well-formed"},
        {"cut in a text", message.substr(0, 60), kBrokenJson, "well-formed"},
        {"garbage behind", message + " x", kBrokenJson, "well-formed"},
        {"a brace too many", message + "}", kBrokenJson, "well-formed"},
        {"two messages", message + message, kBrokenJson, "well-formed"},
        {"two lines", message + "\n" + message, kBrokenJson,
         "from byte " + std::to_string(message.size() + 1) + " on: {\"event_time"},
        {"a comma too many", message.substr(0, message.size() - 1) + ",}", kBrokenJson, "well"},
        {"a comma in front", "{," + message.substr(1), kBrokenJson, "well-formed"},
        {"no comma", R"({"store_id":1 "quantity":5})", kBrokenJson, "well-formed"},
        {"no colon", R"({"store_id" 1})", kBrokenJson, "well-formed"},
        {"a form feed for a comma", "{\"store_id\":1\f\"quantity\":5}", kBrokenJson, "well"},
        {"a control Z for a colon",
         "{\"store_id\"\x1a"
         "1}",
         kBrokenJson, "well-formed"},
        {"a name that is no string", "{store_id:1}", kBrokenJson, "well-formed"},
        {"single quotes", "{'store_id':1}", kBrokenJson, "well-formed"},
        {"a comment", "/* */" + message, kBrokenJson, "/* */"},
        {"two values", good().with("store_id", "1 2"), kBrokenJson, "well-formed"},
        {"a bad literal", good().with("category", "nul"), kBrokenJson, "category: nul"},
        {"a bare word", good().with("category", "Electronics"), kBrokenJson, "category: Elec"},
        {"a bare word that is number-like", good().with("category", "5x"), kBrokenJson,
         "category: 5x"},
        {"a bad escape in a name", R"({"st\ore_id":1})", kBrokenJson, "bad escape"},
        {"NUL behind", message + "\0"s, kBrokenJson, "well-formed"},
        {"bad UTF-8", good().with("product_id", "\"Caf\xe9\""), kBadUtf8, "\\xe9"},
        {"an overlong form", good().with("product_id", "\"\xc0\xaf\""), kBadUtf8, "\\xc0"},
        {"a surrogate in UTF-8", good().with("product_id", "\"\xed\xa0\x80\""), kBadUtf8, "\\xed"},
        {"a cut character", good().with("product_id", "\"\xf0\x9f\x98\""), kBadUtf8, "\\xf0"},
        {"bytes", "\xff\xfe{\"", kBadUtf8, "byte 0"},
        {"too long", good().with("product_id", in_quotes(std::string(70'000, 'x'))), kTooLong,
         "at most 65536"},
    };
    for (const MessageField& field : event_fields()) {
        const std::string name(field.name);
        if (field.required) {
            cases.push_back({name + " missing", good().without(name), kMissingField, name});
            cases.push_back(
                {name + " null", good().with(name, "null"), kWrongType, name + ": null where"});
        }
        for (const char* json : {"{}", "[1,2]", "[[[[[[[[]]]]]]]]", "true", "false"}) {
            cases.push_back({name + " " + json, good().with(name, json), kWrongType, name});
        }
        const bool number = is_number(field.kind);
        cases.push_back({name + " of the other type", good().with(name, number ? R"("5")" : "5"),
                         kWrongType, name});
        cases.push_back({name + " twice",
                         std::string(good().with(name, number ? "1" : R"("x")"))
                             .insert(1, in_quotes(name) + ":" + (number ? "1," : R"("x",)")),
                         kRepeatedField, name + ": named twice"});
    }
    cases.push_back({"null twice", good().with("discount", "null").with("d\\u0069scount", "null"),
                     kRepeatedField, "discount"});
    cases.push_back({"no field", "{}", kMissingField, "event_time"});
    cases.push_back(
        {"a field too many", good().with("colour", R"("red")"), kUnknownField, "colour"});
    cases.push_back({"a longer name", good().with("store_id2", "1"), kUnknownField, "store_id2"});
    cases.push_back({"a shorter name", good().with("store_i", "1"), kUnknownField, "store_i"});
    cases.push_back({"another case", good().with("Store_ID", "1"), kUnknownField, "Store_ID"});
    cases.push_back({"no name", R"({"":1})", kUnknownField, "\"\""});
    cases.push_back(
        {"a nested field", good().with("meta", R"({"store_id":1})"), kUnknownField, "meta"});
    return cases;
}

std::vector<BadCase> broken_times_and_stores() {
    using enum RejectReason;
    const auto at = [](std::string_view time, std::string store = "1") {
        return std::string(good().with("event_time", in_quotes(time)).with("store_id", store));
    };
    return {
        {"no time", at(""), kBadTime, "event_time: \"\""},
        {"a date", at("2025-11-27"), kBadTime, "2025-11-27"},
        {"30 February", at("2025-02-30 10:00:00"), kBadTime, "2025-02-30"},
        {"leap second", at("2016-12-31T23:59:60Z"), kBadTime, "23:59:60"},
        {"text", at("yesterday"), kBadTime, "yesterday"},
        {"control characters", at("2025-11-27\\u000a16:00:00"), kBadTime, "\\u000a"},
        {"London's skipped hour", at("2025-03-30 01:30:00"), kTimeInDstGap, "Europe/London"},
        {"Lord Howe's skipped half hour", at("2025-10-05 02:15:00", "4"), kTimeInDstGap,
         "Australia/Lord_Howe"},
        {"New York's skipped hour", at("2025-03-09 02:30:00", "5"), kTimeInDstGap, "New_York"},
        {"the last second of 1999", at("1999-12-31 23:59:59"), kTimeTooOld, "1999-12-31"},
        {"1999 in the store, 2000 in UTC", at("2000-01-01T01:00:00Z", "5"), kTimeTooOld, "2000"},
        {"1970", at("1970-01-01T00:00:00Z"), kTimeTooOld, "before 2000-01-01"},
        {"year 0", at("0000-01-01 00:00:00"), kTimeTooOld, "0000-01-01"},
        {"25 h ahead", at("2026-01-02 01:00:00"), kTimeInFuture, "24 h after the log time"},
        {"a millisecond too far", at("2026-01-02T00:00:00.001Z"), kTimeInFuture, "2026-01-01"},
        {"year 9999", at("9999-12-31 23:59:59"), kTimeInFuture, "9999"},
        {"store 0", at("2025-11-27 16:00:00", "0"), kBadStore, "store_id: 0 is not"},
        {"a negative store", at("2025-11-27 16:00:00", "-1"), kBadStore, "-1"},
        {"half a store", at("2025-11-27 16:00:00", "1.5"), kBadStore, "1.5"},
        {"a store beyond 31 bits", at("2025-11-27 16:00:00", "2147483648"), kBadStore,
         "2147483648"},
        {"a store beyond anything", at("2025-11-27 16:00:00", "1e400"), kBadStore, "1e400"},
        {"a store code", at("2025-11-27 16:00:00", R"("LON")"), kWrongType, "LON"},
        {"an unknown store", at("2025-11-27 16:00:00", "6"), kUnknownStore,
         "store 6 is not in the store catalogue (version 42)"},
        {"the largest store", at("2025-11-27 16:00:00", "2147483647"), kUnknownStore, "2147483647"},
    };
}

std::vector<BadCase> broken_texts_and_numbers() {
    using enum RejectReason;
    std::vector<BadCase> cases;
    for (const char* name :
         {"product_id", "category", "register_id", "customer_id", "basket_id", "promotion_id"}) {
        const auto text = [&](const std::string& json) {
            return std::string(good().with(name, in_quotes(json)));
        };
        cases.push_back({"empty "s + name, text(""), kBadText, name + ": empty"s});
        cases.push_back({"long "s + name, text(std::string(257, 'x')), kBadText, "257 bytes"});
        cases.push_back({"NUL in "s + name, text("a\\u0000b"), kBadText, "a\\u0000b"});
        cases.push_back({"newline in "s + name, text("a\\nb"), kBadText, "a\\u000ab"});
        cases.push_back({"DEL in "s + name, text("a\x7f"), kBadText, "a\\u007f"});
        cases.push_back({"a bare NUL in "s + name, text("a\0b"s), kBadText, "control character"});
        cases.push_back(
            {"a bare newline in "s + name, text("a\nb"), kBadText, "control character"});
        cases.push_back({"half a pair in "s + name, text("a\\ud800"), kBadText, "bad escape"});
        cases.push_back({"the other half in "s + name, text("\\udc00"), kBadText, "bad escape"});
        cases.push_back({"two first halves in "s + name, text("\\ud800\\ud800"), kBadText, "bad"});
        cases.push_back(
            {"a half and a letter in "s + name, text("\\ud800\\uffff"), kBadText, "bad"});
        cases.push_back({"no escape in "s + name, text("a\\x"), kBadText, "bad escape"});
        cases.push_back({"a short escape in "s + name, text("a\\u00g0"), kBadText, "bad escape"});
    }
    for (const char* type : {"sale", "SALES", "", "VOID", "SALE "}) {
        cases.push_back({"type "s + type, good().with("transaction_type", in_quotes(type)),
                         kUnknownTransactionType, "transaction_type: " + in_quotes(type)});
    }
    for (const char* name : {"quantity", "unit_price", "unit_cost", "discount"}) {
        const bool price = name != "quantity"s;
        const auto number = [&](const char* what, const std::string& json, RejectReason reason,
                                const std::string& detail) {
            cases.push_back({name + " "s + what, good().with(name, json), reason, detail});
        };
        number("NaN", "NaN", kBadNumber, name + ": NaN is not a JSON number"s);
        number("infinity", "-Infinity", kBadNumber, "-Infinity");
        number("with a plus", "+5", kBadNumber, "+5");
        number("with a leading zero", "05", kBadNumber, "05");
        number("without a digit", "5.", kBadNumber, "5.");
        number("with letters", "5kg", kBadNumber, "5kg");
        number("hexadecimal", "0x10", kBadNumber, "0x10");
        number("as a word", R"("five")", kBadNumber, name + ": \"five\" is not a number"s);
        number("as an empty text", R"("")", kBadNumber, "is not a number");
        number("as a text", R"("5.5")", kWrongType, "\"5.5\" where a number belongs");
        number("too fine", price ? "1.00001" : "1.0001", kTooManyDigits, "digits after the point");
        number("endlessly fine", "1e-400", kTooManyDigits, "1e-400");
        number("far too large", "1e400", kOutOfRange, name + ": 1e400 is beyond"s);
        number("just too large", price ? "10000000000" : "1000000000", kOutOfRange, "is beyond");
        number("negative", "-5", kOutOfRange, name + ": -5 is not"s);
        number("of 60,000 digits", std::string(60'000, '9'), kOutOfRange, "999...");
    }
    cases.push_back({"quantity zero", good().with("quantity", "0.000"), kOutOfRange,
                     "quantity: 0.000 is not greater than 0"});
    for (const char* id : {"", "17", "00000000-0000-0000-0000-000000000000",
                           "00000000000000000000000000", "01890a5dac96774bbcceb302099a8057"}) {
        cases.push_back({"id "s + id, good().with("event_id", in_quotes(id)), kBadEventId,
                         "event_id: " + in_quotes(id)});
    }
    return cases;
}

std::vector<BadCase> bad_cases() {
    std::vector<BadCase> all = broken_messages();
    for (auto* more : {&broken_times_and_stores, &broken_texts_and_numbers}) {
        for (BadCase& test : (*more)()) {
            all.push_back(std::move(test));
        }
    }
    return all;
}

TEST(EventDecoder, RejectsWithReasonAndReadableDetail) {
    for (const BadCase& test : bad_cases()) {
        const Decoded decoded = decode(test.message);
        EXPECT_EQ(to_string(decoded.reason), to_string(test.reason))
            << test.what << ": " << decoded.rejection.detail;
        const std::string& detail = decoded.rejection.detail;
        EXPECT_NE(detail.find(test.detail), std::string::npos)
            << test.what << ": " << detail << " lacks " << test.detail;
        EXPECT_EQ(first_bad_utf8(detail), detail.size()) << test.what;
        EXPECT_LT(detail.size(), 250U) << test.what << ": " << detail;
    }
}

TEST(EventDecoder, TheCasesProduceEveryReason) {
    std::set<RejectReason> produced;
    for (const BadCase& test : bad_cases()) {
        produced.insert(decode(test.message).reason);
    }
    for (int number = 1; number <= static_cast<int>(RejectReason::kBadDeadLetter); ++number) {
        const auto reason = static_cast<RejectReason>(number);
        const bool of_the_codec =
            reason != RejectReason::kDuplicate && reason != RejectReason::kBadDeadLetter;
        EXPECT_EQ(produced.contains(reason), of_the_codec) << to_string(reason);
    }
}

TEST(EventDecoder, AFaultLeavesNoTraceInTheNextMessage) {
    for (const BadCase& test : bad_cases()) {
        EXPECT_NE(decode(test.message).reason, RejectReason::kNone) << test.what;
        const Decoded next = decode(std::string(good()));
        ASSERT_EQ(next.reason, RejectReason::kNone) << test.what << ": " << next.rejection.detail;
        EXPECT_EQ(next.rejection.detail, "");
        EXPECT_EQ(next.event.product_id, "Laptop") << test.what;
    }
}

// Both layers decode the same bytes in different buffers and must store the same rejection.
TEST(EventDecoder, TheVerdictDoesNotHangOnWhatFollowsTheMessage) {
    std::vector<BadCase> cases = bad_cases();
    for (const char* unbalanced :
         {"{{}", R"({"colour":{})", R"({"store_id":[}", R"({"a":{"b":1})"}) {
        cases.push_back({unbalanced, unbalanced, RejectReason::kNone, ""});
    }
    for (const BadCase& test : cases) {
        std::set<std::pair<RejectReason, std::string>> verdicts;
        for (const char padding : {'}', '"', ' ', '\0', ']', '5', ','}) {
            EventDecoder decoder;
            const std::string padded = test.message + std::string(EventDecoder::kPadding, padding);
            Event event;
            Rejection rejection;
            const RejectReason reason =
                decoder.decode(std::string_view(padded).substr(0, test.message.size()), kLogTimeUs,
                               stores(), event, rejection);
            verdicts.emplace(reason, rejection.detail);
        }
        EXPECT_EQ(verdicts.size(), 1U) << test.what;
        EXPECT_NE(verdicts.begin()->first, RejectReason::kNone) << test.what;
    }
}

TEST(EventDecoder, HoldsMessagesToItsLimits) {
    const std::string message = good();
    EventDecoder exact({.max_message_bytes = message.size(), .max_text_bytes = 11});
    EXPECT_EQ(decode(message, exact).reason, RejectReason::kNone);
    EXPECT_EQ(decode(message + " ", exact).reason, RejectReason::kTooLong);
    EventDecoder short_texts({.max_text_bytes = 10});
    EXPECT_EQ(decode(message, short_texts).reason, RejectReason::kBadText);
    const std::string longest = good().with("product_id", in_quotes(std::string(256, 'x')));
    EXPECT_EQ(decode(longest).reason, RejectReason::kNone);
    EventDecoder strict({.max_ahead_ms = 0});
    const std::string now = good().with("event_time", R"("2026-01-01T00:00:00Z")");
    EXPECT_EQ(decode(now, strict).reason, RejectReason::kNone);
    EXPECT_EQ(decode(now, strict, kLogTimeUs - 1'000).reason, RejectReason::kTimeInFuture);
}

TEST(EventDecoder, TheLogTimeJudgesTheFutureNotTheClock) {
    const std::string message = good().with("event_time", R"("2026-01-02T00:00:00Z")");
    EXPECT_EQ(decode(message, shared_decoder(), kLogTimeUs).reason, RejectReason::kNone);
    EXPECT_EQ(decode(message, shared_decoder(), kLogTimeUs - 1'000'000).reason,
              RejectReason::kTimeInFuture);
    const std::string far = good().with("event_time", R"("2090-07-01 12:00:00")");
    EXPECT_EQ(decode(far, shared_decoder(), 3'804'000'000'000'000).reason, RejectReason::kNone);
}

TEST(EventDecoder, DayAndHourAreTheStores) {
    const Decoded decoded = decode(
        std::string(good().with("event_time", R"("2025-06-30T18:45:10Z")").with("store_id", "3")));
    ASSERT_EQ(decoded.reason, RejectReason::kNone);
    EXPECT_EQ(decoded.event.store_id, StoreId{kKolkata});
    EXPECT_EQ(decoded.event.business_date, days_from_civil(2025, 7, 1));  // 00:15:10 in Kolkata
    EXPECT_EQ(decoded.event.hour_start_s, 1'751'308'200);                 // 18:30:00Z
}

TEST(EventDecoder, FirstDayOfTheMillenniumIsTaken) {
    EXPECT_EQ(decode(std::string(good().with("event_time", R"("2000-01-01 00:00:00")"))).reason,
              RejectReason::kNone);
    EXPECT_EQ(
        decode(std::string(
                   good().with("event_time", R"("1999-12-31T18:30:00Z")").with("store_id", "3")))
            .reason,
        RejectReason::kNone);
}

TEST(EventDecoder, RevenueHasTheTypesSign) {
    EXPECT_EQ(decode(std::string(good())).event.revenue(), Revenue{22'500'000'000});
    EXPECT_EQ(decode(std::string(good().with("transaction_type", R"("RETURN")"))).event.revenue(),
              Revenue{-22'500'000'000});
    EXPECT_EQ(decode(std::string(good().with("transaction_type", R"("RESTOCK")"))).event.revenue(),
              Revenue{0});
}

TEST(EventDecoder, TextsWithoutEscapesAreViewsOfTheMessage) {
    const Decoded decoded = decode(std::string(good().with("product_id", R"("L\u0061ptop")")));
    ASSERT_EQ(decoded.reason, RejectReason::kNone);
    const char* const begin = decoded.buffer.get();
    const auto is_inside = [&](std::string_view text) {
        return std::less_equal<>()(begin, text.data()) && std::less<>()(text.data(), begin + 400);
    };
    EXPECT_TRUE(is_inside(decoded.event.category));
    EXPECT_FALSE(is_inside(decoded.event.product_id));
    EXPECT_EQ(decoded.event.product_id, "Laptop");
}

TEST(EventDecoder, NothingIsAllocatedPerAcceptedEvent) {
    std::string message = good()
                              .with("product_id", R"("Laptop 15\" \ud83d\ude00")")
                              .with("event_id", R"("01H455VB4PEX5VSKNK084SN02Q")")
                              .with("basket_id", R"("b-1")")
                              .with("discount", "1.50");
    const std::size_t size = message.size();
    message.append(EventDecoder::kPadding, ' ');
    EventDecoder decoder;
    Event event;
    Rejection rejection;
    const auto run = [&] {
        return decoder.decode(std::string_view(message).substr(0, size), kLogTimeUs, stores(),
                              event, rejection);
    };
    ASSERT_EQ(run(), RejectReason::kNone) << rejection.detail;
    const std::size_t before = allocations;
    for (int round = 0; round < 100; ++round) {
        ASSERT_EQ(run(), RejectReason::kNone);
    }
    EXPECT_EQ(allocations, before);
    EXPECT_EQ(event.product_id, "Laptop 15\" \xf0\x9f\x98\x80");
}

/// Texts made of what tends to break: quotes, escapes, long characters, now and then a control.
rc::Gen<std::string> product_text() {
    return rc::gen::map(rc::gen::container<std::vector<std::string>>(
                            rc::gen::weightedElement<std::string>({{99, "a"},
                                                                   {99, "Laptop"},
                                                                   {99, "\""},
                                                                   {99, "\\"},
                                                                   {99, "\xc3\xa9"},
                                                                   {99, "/"},
                                                                   {99, "{"},
                                                                   {99, "}"},
                                                                   {99, ","},
                                                                   {99, "\xe2\x82\xac"},
                                                                   {99, ":"},
                                                                   {99, " "},
                                                                   {99, "\\u0041"},
                                                                   {99, "null"},
                                                                   {99, "\xf0\x9f\x98\x80"},
                                                                   {3, "\n"},
                                                                   {3, "\x01"},
                                                                   {99, "\xed\x9f\xbf"},
                                                                   {3, "\x7f"},
                                                                   {3, "\xff"}})),
                        [](const std::vector<std::string>& pieces) {
                            std::string text;
                            for (const std::string& piece : pieces) {
                                text += piece;
                            }
                            return text;
                        });
}

bool is_plain(std::string_view text) {
    return !text.empty() && text.size() <= 256 &&
           text.find_first_of("\n\x01\x7f\xff") == std::string_view::npos;
}

RC_GTEST_PROP(Codec, WhatIsWrittenIsReadBack, ()) {
    EventText text;
    const std::string product = *product_text();
    const std::string category = *product_text();
    const std::string basket = *product_text();
    const std::int64_t time_ms =
        *rc::gen::inRange<std::int64_t>(950'000'000'000, kLogTimeUs / 1000);
    const std::string time = format_utc_ms(time_ms);
    const auto quantity = *rc::gen::inRange<std::int64_t>(1, Quantity::kMax + 1);
    const auto price = *rc::gen::inRange<std::int64_t>(0, UnitPrice::kMax + 1);
    const std::string quantity_text =
        format_decimal(quantity, Quantity::kScale, *rc::gen::arbitrary<bool>());
    const std::string price_text =
        format_decimal(price, UnitPrice::kScale, *rc::gen::arbitrary<bool>());
    const EventUuid id{*rc::gen::nonZero<std::uint64_t>(), *rc::gen::arbitrary<std::uint64_t>()};
    const std::string id_text = format_uuid(id);
    const auto type = *rc::gen::element(TransactionType::kSale, TransactionType::kReturn,
                                        TransactionType::kRestock);
    text.event_time = time;
    text.store_id = *rc::gen::inRange<std::uint32_t>(1, 6);
    text.product_id = product;
    text.category = category;
    text.transaction_type = to_string(type);
    text.quantity = quantity_text;
    text.unit_price = price_text;
    text.event_id = id_text;
    text.basket_id = basket;
    text.discount = price_text;
    std::string message;
    append_message(message, text);

    const Decoded decoded = decode(message);
    if (product.empty() || category.empty()) {
        RC_ASSERT(decoded.reason == RejectReason::kMissingField);
        return;
    }
    const auto is_refused = [](std::string_view written) {
        return written.size() > 256 || written.find_first_of("\n\x01\x7f") != std::string::npos;
    };
    if (is_refused(product) || is_refused(category) || is_refused(basket)) {
        RC_ASSERT(decoded.reason == RejectReason::kBadText);
        return;
    }
    RC_ASSERT(decoded.reason == RejectReason::kNone);
    const Event& event = decoded.event;
    RC_ASSERT(event.event_time_ms == time_ms);
    RC_ASSERT(event.store_id.value == text.store_id);
    RC_ASSERT(event.type == type);
    RC_ASSERT(event.quantity.thousandths == quantity);
    RC_ASSERT(event.unit_price.ten_thousandths == price);
    RC_ASSERT(event.discount->ten_thousandths == price);
    RC_ASSERT(!event.unit_cost.has_value());
    RC_ASSERT(event.event_id == id);
    if (is_plain(product)) {
        RC_ASSERT(event.product_id == product);
    }
    if (is_plain(category)) {
        RC_ASSERT(event.category == category);
    }
    RC_ASSERT(event.basket_id == basket || !is_plain(basket));
}

RC_GTEST_PROP(Codec, ANumberTextThatIsNoneIsRejectedAsSuch, ()) {
    const auto text = *rc::gen::nonEmpty(
        rc::gen::container<std::string>(rc::gen::elementOf(std::string("0123456789+-.eE NaN"))));
    EventText written;
    written.event_time = "2025-11-27 16:00:00";
    written.store_id = 1;
    written.product_id = "Laptop";
    written.category = "Electronics";
    written.transaction_type = "SALE";
    written.quantity = text;
    written.unit_price = "1";
    std::string message;
    append_message(message, written);
    const RejectReason reason = decode(message).reason;
    RC_ASSERT((reason == RejectReason::kBadNumber) == !is_json_number(text));
}

}  // namespace
}  // namespace shelfcast::retail
