/// libFuzzer target: the codecs of all topics against themselves and their history, that of
/// retail_events also against another JSON parser. Any input is one message.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "retail/event_codec.h"
#include "retail/topic_codec.h"
#include "retail/utf8.h"

namespace {

using namespace shelfcast;
using namespace shelfcast::retail;

constexpr std::int64_t kLogTimeUs = 1'767'225'600'000'000;  // 2026-01-01T00:00:00Z
constexpr std::size_t kMaxDetailBytes = 300;
constexpr std::size_t kMaxBytes = CodecLimits{}.max_message_bytes;

void require(bool holds, const char* what, std::string_view message, const Rejection& rejection) {
    if (holds) {
        return;
    }
    std::fprintf(stderr, "broken: %s\nmessage: %.*s\nreason: %s (%s)\n", what,
                 static_cast<int>(message.size()), message.data(),
                 std::string(to_string(rejection.reason)).c_str(), rejection.detail.c_str());
    std::abort();
}

const StoreCatalog& stores() {
    static const StoreCatalog* const kStores = [] {
        std::vector<Store> all;
        for (const char* zone : {"Europe/London", "Asia/Shanghai", "Asia/Kolkata",
                                 "Australia/Lord_Howe", "America/New_York"}) {
            Store store;
            store.id = StoreId{static_cast<std::uint32_t>(all.size() + 1)};
            store.code = zone;
            store.time_zone = zone;
            all.push_back(store);
        }
        auto built = StoreCatalog::build(CatalogVersion{1}, all);
        return built ? new StoreCatalog(*std::move(built)) : nullptr;
    }();
    return *kStores;
}

/// A decoded message and the memory that its texts may lie in: padded to the byte, so that the
/// address sanitizer sees any step too far.
template <typename Row>
struct Decoded {
    std::unique_ptr<char[]> buffer;
    RejectReason reason = RejectReason::kNone;
    Row event;
    Rejection rejection;
};

template <typename Decoder, typename Row = Event>
Decoded<Row> decode(Decoder& decoder, std::string_view message, char padding) {
    Decoded<Row> decoded;
    decoded.buffer = std::make_unique<char[]>(message.size() + EventDecoder::kPadding);
    if (!message.empty()) {
        std::memcpy(decoded.buffer.get(), message.data(), message.size());
    }
    std::memset(decoded.buffer.get() + message.size(), padding, EventDecoder::kPadding);
    decoded.reason = decoder.decode({decoded.buffer.get(), message.size()}, kLogTimeUs, stores(),
                                    decoded.event, decoded.rejection);
    require(decoded.rejection.reason == decoded.reason, "two reasons", message, decoded.rejection);
    return decoded;
}

bool same(const Event& left, const Event& right) {
    return left.event_time_ms == right.event_time_ms && left.business_date == right.business_date &&
           left.hour_start_s == right.hour_start_s && left.store_id == right.store_id &&
           left.type == right.type && left.quantity == right.quantity &&
           left.unit_price == right.unit_price && left.product_id == right.product_id &&
           left.category == right.category && left.event_id == right.event_id &&
           left.register_id == right.register_id && left.customer_id == right.customer_id &&
           left.basket_id == right.basket_id && left.promotion_id == right.promotion_id &&
           left.unit_cost == right.unit_cost && left.discount == right.discount;
}

bool same(const TopicEvent& left, const TopicEvent& right, std::size_t fields) {
    return left.event_time_ms == right.event_time_ms && left.business_date == right.business_date &&
           left.store_id == right.store_id && left.event_id == right.event_id &&
           std::equal(left.values.begin(), left.values.begin() + fields, right.values.begin(),
                      [](const FieldValue& one, const FieldValue& other) {
                          return one.text == other.text && one.number == other.number &&
                                 one.present == other.present;
                      });
}

std::string price_text(const std::optional<UnitPrice>& price) {
    return price ? format_decimal(price->ten_thousandths, UnitPrice::kScale) : std::string();
}

std::string encode(const Event& event) {
    const std::string time = format_utc_ms(event.event_time_ms);
    const std::string quantity = format_decimal(event.quantity.thousandths, Quantity::kScale);
    const std::string price = price_text(event.unit_price);
    const std::string cost = price_text(event.unit_cost);
    const std::string discount = price_text(event.discount);
    const std::string id = event.event_id.present() ? format_uuid(event.event_id) : std::string();
    std::string message;
    append_message(message, {.event_time = time,
                             .store_id = event.store_id.value,
                             .product_id = event.product_id,
                             .category = event.category,
                             .transaction_type = to_string(event.type),
                             .quantity = quantity,
                             .unit_price = price,
                             .event_id = id,
                             .register_id = event.register_id,
                             .customer_id = event.customer_id,
                             .basket_id = event.basket_id,
                             .promotion_id = event.promotion_id,
                             .unit_cost = cost,
                             .discount = discount});
    return message;
}

/// What another parser makes of the same bytes must not contradict the verdict.
void compare_with_another_parser(std::string_view message, const Decoded<Event>& decoded) {
    const auto require_here = [&](bool holds, const char* what) {
        require(holds, what, message, decoded.rejection);
    };
    if (message.find('\0') != std::string_view::npos) {
        return;  // That parser takes NUL for the end.
    }
    const nlohmann::json parsed = nlohmann::json::parse(message, nullptr, false);
    if (parsed.is_discarded()) {
        require_here(decoded.reason != RejectReason::kNone, "accepted what is not JSON");
        return;
    }
    // That parser takes a byte order mark and reads numbers as doubles.
    const bool has_mark = message.starts_with("\xef\xbb\xbf");
    require_here(decoded.reason != RejectReason::kBadUtf8, "called good UTF-8 bad");
    require_here(decoded.reason != RejectReason::kBrokenJson || has_mark || !parsed.is_object(),
                 "called an object broken");
    if (decoded.reason == RejectReason::kNone) {
        require_here(parsed.is_object(), "accepted what is no object");
        require_here(parsed.at("product_id") == decoded.event.product_id, "another product");
        require_here(parsed.at("category") == decoded.event.category, "another category");
        require_here(parsed.at("store_id").get<double>() == decoded.event.store_id.value,
                     "another store");
    }
}

/// A space in front means nothing, and sends the message past the reader of plain messages.
void compare_with_the_full_parser(std::string_view message, const Decoded<Event>& decoded) {
    static EventDecoder full;
    if (message.size() == kMaxBytes) {
        return;  // The space would be one byte too many.
    }
    const Decoded again = decode(full, " " + std::string(message), '{');
    const bool has_mark = message.starts_with("\xef\xbb\xbf");
    require(has_mark || again.reason == decoded.reason, "the full parser judges otherwise", message,
            decoded.rejection);
    require(decoded.reason != RejectReason::kNone || same(decoded.event, again.event),
            "the full parser reads otherwise", message, decoded.rejection);
}

void require_one_verdict(std::string_view message, const Rejection& rejection,
                         const Rejection& again) {
    const auto require_here = [&](bool holds, const char* what) {
        require(holds, what, message, rejection);
    };
    require_here(again.reason == rejection.reason, "the verdict depends on history or padding");
    require_here(again.detail == rejection.detail, "so does the detail");
    if (rejection.reason == RejectReason::kNone) {
        return;
    }
    const std::string& detail = rejection.detail;
    require_here(rejection.reason != RejectReason::kDuplicate &&
                     rejection.reason != RejectReason::kBadDeadLetter,
                 "a reason of another's");
    require_here(!detail.empty() && detail.size() <= kMaxDetailBytes, "no or an endless detail");
    require_here(first_bad_utf8(detail) == detail.size(), "a detail that is not UTF-8");
    require_here(detail.find_first_of(std::string_view("\0\n\r\x1b", 4)) == std::string::npos,
                 "a control character in the detail");
}

/// The other topics have one codec, made anew for one message and kept for all.
void check_topics(std::string_view message) {
    static std::map<std::string_view, TopicDecoder> experienced;
    for (const Topic& topic : event_topics()) {
        if (topic.name == kRetailEventsTopic || topic.name == kSalesTransactionsTopic) {
            continue;
        }
        TopicDecoder& kept = experienced.try_emplace(topic.name, topic).first->second;
        TopicDecoder fresh(topic,
                           {.max_message_bytes = std::min(kMaxBytes, message.size() + 1024)});
        const auto decoded = decode<TopicDecoder, TopicEvent>(kept, message, '}');
        const auto again = decode<TopicDecoder, TopicEvent>(fresh, message, '"');
        require_one_verdict(message, decoded.rejection, again.rejection);
        require(decoded.reason != RejectReason::kNone ||
                    same(decoded.event, again.event, topic.fields.size()),
                "a topic's row depends on history or padding", message, decoded.rejection);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // One decoder has seen every message before, the other only this one.
    static EventDecoder experienced;
    // It has buffers just large enough, as they are made anew each time.
    EventDecoder fresh({.max_message_bytes = std::min(kMaxBytes, size + 1024)});
    const std::string_view message(reinterpret_cast<const char*>(data), size);

    const Decoded decoded = decode(experienced, message, '}');
    const Decoded again = decode(fresh, message, '"');
    require_one_verdict(message, decoded.rejection, again.rejection);
    compare_with_another_parser(message, decoded);
    compare_with_the_full_parser(message, decoded);
    check_topics(message);
    if (decoded.reason != RejectReason::kNone) {
        return 0;
    }
    require(same(decoded.event, again.event), "the event depends on history or padding", message,
            decoded.rejection);
    const std::string written = encode(decoded.event);
    const Decoded back = decode(fresh, written, '\\');
    require(back.reason == RejectReason::kNone, "refused its own message", written, back.rejection);
    require(same(decoded.event, back.event), "read its own message otherwise", written,
            back.rejection);
    return 0;
}
