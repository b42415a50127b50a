#include "retail/event_codec.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <functional>
#include <utility>

#include "base/check.h"
#include "retail/event_time.h"
#include "retail/utf8.h"

namespace shelfcast::retail {
namespace {

namespace ondemand = simdjson::ondemand;

static_assert(EventDecoder::kPadding >= simdjson::SIMDJSON_PADDING);

enum FieldIndex : std::uint8_t {
    kEventTime,
    kStoreId,
    kProductId,
    kCategory,
    kTransactionType,
    kQuantity,
    kUnitPrice,
    kEventId,
    kRegisterId,
    kCustomerId,
    kBasketId,
    kPromotionId,
    kUnitCost,
    kDiscount,
    kFieldCount,
};

constexpr std::array<EventField, kFieldCount> kFields = {{
    {"event_time", true, false},
    {"store_id", true, true},
    {"product_id", true, false},
    {"category", true, false},
    {"transaction_type", true, false},
    {"quantity", true, true},
    {"unit_price", true, true},
    {"event_id", false, false},
    {"register_id", false, false},
    {"customer_id", false, false},
    {"basket_id", false, false},
    {"promotion_id", false, false},
    {"unit_cost", false, true},
    {"discount", false, true},
}};

constexpr std::uint32_t bit(std::size_t field) { return std::uint32_t{1} << field; }

constexpr std::uint32_t kRequired = [] {
    std::uint32_t required = 0;
    for (std::size_t field = 0; field < kFieldCount; ++field) {
        required |= kFields[field].required ? bit(field) : 0;
    }
    return required;
}();

constexpr std::size_t kLongestName = std::ranges::max(kFields, {}, [](const EventField& field) {
                                         return field.name.size();
                                     }).name.size();
// Names are compared in place, one quote further than they are long.
static_assert(kLongestName + 1 < EventDecoder::kPadding);

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::int64_t kMillisPerHour = 3'600'000;

const std::int32_t kEarliestDate = days_from_civil(2000, 1, 1);

std::string_view trim_json_space(std::string_view text) {
    while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\r' ||
                             text.back() == '\t')) {
        text.remove_suffix(1);
    }
    return text;
}

bool has_control_character(std::string_view text) {
    bool found = false;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        found |= byte < 0x20 || byte == 0x7f;
    }
    return found;
}

bool read_hex4(std::string_view text, std::size_t at, char32_t& unit) {
    unit = 0;
    if (at + 4 > text.size()) {
        return false;
    }
    for (const char c : text.substr(at, 4)) {
        const char lower = static_cast<char>(c | 0x20);
        if (c >= '0' && c <= '9') {
            unit = unit * 16 + static_cast<char32_t>(c - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            unit = unit * 16 + static_cast<char32_t>(lower - 'a' + 10);
        } else {
            return false;
        }
    }
    return true;
}

/// The character of the \uXXXX (or pair of them) whose digits begin at `at`; moves past it.
bool take_unicode_escape(std::string_view raw, std::size_t& at, char32_t& code_point) {
    if (!read_hex4(raw, at, code_point)) {
        return false;
    }
    at += 4;
    if (code_point < 0xd800 || code_point > 0xdfff) {
        return true;
    }
    char32_t low = 0;
    if (code_point > 0xdbff || raw.substr(at, 2) != "\\u" || !read_hex4(raw, at + 2, low) ||
        low < 0xdc00 || low > 0xdfff) {
        return false;  // Half a surrogate pair is no character.
    }
    at += 6;
    code_point = 0x10000 + ((code_point - 0xd800) << 10) + (low - 0xdc00);
    return true;
}

/// Appends the text that a JSON string's inside stands for. False: an escape that JSON does not
/// have.
bool unescape(std::string_view raw, std::string& out) {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    std::size_t at = 0;
    while (at < raw.size()) {
        const std::size_t backslash = std::min(raw.find('\\', at), raw.size());
        out.append(raw.substr(at, backslash - at));
        at = backslash + 1;
        if (at > raw.size()) {
            return true;
        }
        if (at == raw.size()) {
            return false;
        }
        const char letter = raw[at++];
        if (letter == 'u') {
            char32_t code_point = 0;
            if (!take_unicode_escape(raw, at, code_point)) {
                return false;
            }
            append_utf8(out, code_point);
            continue;
        }
        const std::size_t meaning = kLetters.find(letter);
        if (meaning == std::string_view::npos) {
            return false;
        }
        out += kMeanings[meaning];
    }
    return true;
}

/// What stands where a field's value belongs.
enum class Shape : std::uint8_t { kString, kNumber, kNull, kBool, kContainer, kGarbage };

/// kNumber only looks at the first character: whoever reads the number sees the rest.
Shape shape_of(std::string_view token) {
    switch (token.empty() ? '\0' : token.front()) {
        case '"':
            return token.size() >= 2 && token.back() == '"' ? Shape::kString : Shape::kGarbage;
        case '{':
        case '[':
            return Shape::kContainer;
        case 't':
            return token == "true" ? Shape::kBool : Shape::kGarbage;
        case 'f':
            return token == "false" ? Shape::kBool : Shape::kGarbage;
        case 'n':
            return token == "null" ? Shape::kNull : Shape::kGarbage;
        case '-':
            return Shape::kNumber;
        default:
            return !token.empty() && token.front() >= '0' && token.front() <= '9' ? Shape::kNumber
                                                                                  : Shape::kGarbage;
    }
}

/// The inside of the key that starts at `key`, up to its closing quote or the message's end.
std::string_view key_text(const char* key, std::string_view message) {
    const auto begin = static_cast<std::size_t>(key - message.data());
    std::size_t end = begin;
    while (end < message.size() && message[end] != '"') {
        end += message[end] == '\\' ? 2U : 1U;
    }
    return message.substr(begin, std::min(end, message.size()) - begin);
}

}  // namespace

std::span<const EventField> event_fields() noexcept { return kFields; }

struct EventDecoder::Impl {
    explicit Impl(const CodecLimits& wanted) : limits(wanted) {
        SHELFCAST_CHECK(parser.allocate(limits.max_message_bytes) == simdjson::SUCCESS);
        unescaped.reserve(limits.max_message_bytes);
    }

    RejectReason decode(std::string_view message, std::int64_t log_time_us,
                        const StoreCatalog& stores, Event& event);

    // Step 1: the message's grammar, field by field, into `texts` and `seen`.
    RejectReason collect(std::string_view message);
    RejectReason collect_again(std::string_view message);
    RejectReason collect_field(ondemand::field& field, std::string_view message,
                               std::size_t position);
    RejectReason find_field(const char* key, std::string_view message, std::size_t position,
                            std::size_t& found);
    RejectReason collect_number(std::size_t field, std::string_view token, Shape shape);
    RejectReason collect_text(std::size_t field, std::string_view token, Shape shape);
    RejectReason broken(simdjson::error_code error, std::string_view message);
    RejectReason broken_at(ondemand::document& document, std::string_view message);

    // Step 2: each field's meaning.
    RejectReason check_presence();
    RejectReason read_store(const StoreCatalog& stores, Event& event, const TimeZone*& zone);
    RejectReason read_time(const TimeZone& zone, std::int64_t log_time_us, Event& event);
    RejectReason read_text(std::size_t field, std::string_view& text);
    RejectReason read_type(TransactionType& type);
    RejectReason read_decimal(std::size_t field, int scale, std::int64_t max, std::int64_t lowest,
                              std::int64_t& value);
    RejectReason read_price(std::size_t field, std::optional<UnitPrice>& price);
    RejectReason read_event_id(EventUuid& id);

    [[nodiscard]] bool has(std::size_t field) const { return (seen & bit(field)) != 0; }

    /// Keeps a refusal's detail: "field: text".
    template <typename... Args>
    RejectReason reject(RejectReason reason, std::size_t field, fmt::format_string<Args...> text,
                        Args&&... args) {
        detail = fmt::format("{}: {}", kFields[field].name,
                             fmt::format(text, std::forward<Args>(args)...));
        return reason;
    }
    /// The same where no known field is to blame.
    template <typename... Args>
    RejectReason reject_message(RejectReason reason, fmt::format_string<Args...> text,
                                Args&&... args) {
        detail = fmt::format(text, std::forward<Args>(args)...);
        return reason;
    }

    CodecLimits limits;
    ondemand::parser parser;
    std::string unescaped;  ///< Holds the texts that had escapes; never grows past the message.
    std::string padded;     ///< A refused message with padding of our own.
    std::array<std::string_view, kFieldCount> texts{};
    std::uint32_t named = 0;  ///< Fields that the message names.
    std::uint32_t seen = 0;   ///< Those with a value: named and not null.
    /// The field seen at each position of the last message: a till writes one order.
    std::array<std::uint8_t, kFieldCount> usual_order{};
    std::string detail;
};

EventDecoder::EventDecoder(const CodecLimits& limits) : impl_(std::make_unique<Impl>(limits)) {}
EventDecoder::~EventDecoder() = default;
EventDecoder::EventDecoder(EventDecoder&&) noexcept = default;
EventDecoder& EventDecoder::operator=(EventDecoder&&) noexcept = default;

RejectReason EventDecoder::decode(std::string_view message, std::int64_t log_time_us,
                                  const StoreCatalog& stores, Event& event, Rejection& rejection) {
    const RejectReason reason = impl_->decode(message, log_time_us, stores, event);
    rejection.reason = reason;
    if (reason == RejectReason::kNone) {
        rejection.detail.clear();
    } else {
        rejection.detail = std::move(impl_->detail);
    }
    return reason;
}

// Each step returns at the first fault; kNone goes on.
#define SHELFCAST_ACCEPT(step)                                                                  \
    do {                                                                                        \
        if (const RejectReason reason_ = (step); reason_ != RejectReason::kNone) [[unlikely]] { \
            return reason_;                                                                     \
        }                                                                                       \
    } while (false)

RejectReason EventDecoder::Impl::decode(std::string_view message, std::int64_t log_time_us,
                                        const StoreCatalog& stores, Event& event) {
    if (collect(message) != RejectReason::kNone) [[unlikely]] {
        SHELFCAST_ACCEPT(collect_again(message));
    }
    SHELFCAST_ACCEPT(check_presence());
    const TimeZone* zone = nullptr;
    SHELFCAST_ACCEPT(read_store(stores, event, zone));
    SHELFCAST_ACCEPT(read_time(*zone, log_time_us, event));
    SHELFCAST_ACCEPT(read_text(kProductId, event.product_id));
    SHELFCAST_ACCEPT(read_text(kCategory, event.category));
    SHELFCAST_ACCEPT(read_type(event.type));
    SHELFCAST_ACCEPT(
        read_decimal(kQuantity, Quantity::kScale, Quantity::kMax, 1, event.quantity.thousandths));
    SHELFCAST_ACCEPT(read_decimal(kUnitPrice, UnitPrice::kScale, UnitPrice::kMax, 0,
                                  event.unit_price.ten_thousandths));
    SHELFCAST_ACCEPT(read_event_id(event.event_id));
    SHELFCAST_ACCEPT(read_text(kRegisterId, event.register_id));
    SHELFCAST_ACCEPT(read_text(kCustomerId, event.customer_id));
    SHELFCAST_ACCEPT(read_text(kBasketId, event.basket_id));
    SHELFCAST_ACCEPT(read_text(kPromotionId, event.promotion_id));
    SHELFCAST_ACCEPT(read_price(kUnitCost, event.unit_cost));
    SHELFCAST_ACCEPT(read_price(kDiscount, event.discount));
    return RejectReason::kNone;
}

RejectReason EventDecoder::Impl::collect(std::string_view message) {
    named = 0;
    seen = 0;
    unescaped.clear();
    if (message.size() > limits.max_message_bytes) {
        return reject_message(RejectReason::kTooLong, "message: {} bytes, at most {} are taken",
                              message.size(), limits.max_message_bytes);
    }
    if (message.starts_with(kByteOrderMark)) {
        return reject_message(RejectReason::kBrokenJson,
                              "message: starts with a byte order mark (UTF-8 BOM)");
    }
    ondemand::document document;
    if (const auto error = parser.iterate(message.data(), message.size(), message.size() + kPadding)
                               .get(document)) {
        return broken(error, message);
    }
    ondemand::object object;
    if (const auto error = document.get_object().get(object)) {
        return broken(error, message);
    }
    std::size_t position = 0;
    for (auto next : object) {
        ondemand::field field;
        if (std::move(next).get(field) != simdjson::SUCCESS) {
            return broken_at(document, message);
        }
        SHELFCAST_ACCEPT(collect_field(field, message, position));
        ++position;
    }
    // The iteration does not look behind the closing brace.
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
        return broken_at(document, message);
    }
    return RejectReason::kNone;
}

/// What the parser says of an unbalanced message hangs on the byte behind it. Both layers must
/// store the same reason and detail, so a refusal is found once more with a padding of our own.
RejectReason EventDecoder::Impl::collect_again(std::string_view message) {
    if (message.size() > limits.max_message_bytes) {
        return collect(message);
    }
    padded.assign(message);
    padded.append(kPadding, ' ');
    return collect(std::string_view(padded).substr(0, message.size()));
}

RejectReason EventDecoder::Impl::collect_field(ondemand::field& field, std::string_view message,
                                               std::size_t position) {
    std::size_t found = 0;
    SHELFCAST_ACCEPT(find_field(field.key().raw(), message, position, found));
    if ((named & bit(found)) != 0) {
        return reject(RejectReason::kRepeatedField, found, "named twice");
    }
    named |= bit(found);
    const std::string_view token = trim_json_space(field.value().raw_json_token());
    const Shape shape = shape_of(token);
    if (shape == Shape::kNull && !kFields[found].required) {
        return RejectReason::kNone;
    }
    seen |= bit(found);
    return kFields[found].is_number ? collect_number(found, token, shape)
                                    : collect_text(found, token, shape);
}

RejectReason EventDecoder::Impl::find_field(const char* key, std::string_view message,
                                            std::size_t position, std::size_t& found) {
    const auto is_named = [key](const EventField& field) {
        return std::memcmp(key, field.name.data(), field.name.size()) == 0 &&
               key[field.name.size()] == '"';
    };
    if (position < kFieldCount && is_named(kFields[usual_order[position]])) {
        found = usual_order[position];
        return RejectReason::kNone;
    }
    const auto* match = std::ranges::find_if(kFields, is_named);
    if (match == kFields.end()) {
        const std::string_view raw = key_text(key, message);
        std::string name;
        if (!unescape(raw, name)) {
            return reject_message(RejectReason::kBrokenJson, "field \"{}\": bad escape in its name",
                                  printable(raw));
        }
        match = std::ranges::find(kFields, std::string_view(name), &EventField::name);
        if (match == kFields.end()) {
            return reject_message(RejectReason::kUnknownField, "field \"{}\" is not known",
                                  printable(name));
        }
    }
    found = static_cast<std::size_t>(match - kFields.begin());
    if (position < kFieldCount) {
        usual_order[position] = static_cast<std::uint8_t>(found);
    }
    return RejectReason::kNone;
}

RejectReason EventDecoder::Impl::collect_number(std::size_t field, std::string_view token,
                                                Shape shape) {
    if (shape == Shape::kNumber) [[likely]] {
        texts[field] = token;
        return RejectReason::kNone;
    }
    if (shape == Shape::kGarbage) {
        return reject(RejectReason::kBadNumber, field, "{} is not a JSON number", printable(token));
    }
    if (shape == Shape::kString && field != kStoreId) {
        const std::string_view inside = token.substr(1, token.size() - 2);
        if (!is_json_number(inside)) {
            return reject(RejectReason::kBadNumber, field, "\"{}\" is not a number",
                          printable(inside));
        }
    }
    return reject(RejectReason::kWrongType, field, "{} where a number belongs", printable(token));
}

RejectReason EventDecoder::Impl::collect_text(std::size_t field, std::string_view token,
                                              Shape shape) {
    if (shape != Shape::kString) [[unlikely]] {
        const bool is_json =
            shape == Shape::kNumber ? is_json_number(token) : shape != Shape::kGarbage;
        return !is_json
                   ? reject(RejectReason::kBrokenJson, field, "{} is not JSON", printable(token))
                   : reject(RejectReason::kWrongType, field, "{} where a string belongs",
                            printable(token));
    }
    const std::string_view raw = token.substr(1, token.size() - 2);
    if (raw.find('\\') == std::string_view::npos) [[likely]] {
        texts[field] = raw;
        return RejectReason::kNone;
    }
    // Within what was reserved: no text gets longer, so the views stay where they are.
    const std::size_t begin = unescaped.size();
    if (!unescape(raw, unescaped)) {
        return reject(RejectReason::kBadText, field, "\"{}\" has a bad escape", printable(raw));
    }
    texts[field] = std::string_view(unescaped).substr(begin);
    return RejectReason::kNone;
}

RejectReason EventDecoder::Impl::broken(simdjson::error_code error, std::string_view message) {
    if (const std::size_t bad = first_bad_utf8(message); bad < message.size()) {
        return reject_message(RejectReason::kBadUtf8, "message: byte {} is not UTF-8: {}", bad,
                              printable(message.substr(bad, 16)));
    }
    if (error == simdjson::UNESCAPED_CHARS) {
        return reject_message(RejectReason::kBadText,
                              "message: a control character inside a string: {}",
                              printable(message));
    }
    if (error == simdjson::INCORRECT_TYPE) {
        return reject_message(RejectReason::kBrokenJson, "message: not a JSON object: {}",
                              printable(message));
    }
    if (error == simdjson::EMPTY) {
        return reject_message(RejectReason::kBrokenJson, "message: empty");
    }
    return reject_message(RejectReason::kBrokenJson,
                          "message: not one well-formed JSON object and nothing else: {}",
                          printable(message));
}

RejectReason EventDecoder::Impl::broken_at(ondemand::document& document, std::string_view message) {
    const char* location = nullptr;
    if (document.current_location().get(location) != simdjson::SUCCESS ||
        std::less<>()(location, message.data()) ||
        std::less<>()(message.data() + message.size(), location)) {
        return broken(simdjson::TAPE_ERROR, message);
    }
    const auto at = static_cast<std::size_t>(location - message.data());
    return reject_message(RejectReason::kBrokenJson,
                          "message: not one well-formed JSON object, from byte {} on: {}", at,
                          printable(message.substr(at)));
}

RejectReason EventDecoder::Impl::check_presence() {
    const std::uint32_t missing = kRequired & ~seen;
    if (missing == 0) [[likely]] {
        return RejectReason::kNone;
    }
    const auto first = static_cast<std::size_t>(std::countr_zero(missing));
    return reject(RejectReason::kMissingField, first, "required, but missing");
}

RejectReason EventDecoder::Impl::read_store(const StoreCatalog& stores, Event& event,
                                            const TimeZone*& zone) {
    std::int64_t number = 0;
    if (parse_decimal(texts[kStoreId], 0, kMaxStoreId, number) != DecimalFault::kNone ||
        number < 1) {
        return reject(RejectReason::kBadStore, kStoreId, "{} is not an integer from 1 to {}",
                      printable(texts[kStoreId]), kMaxStoreId);
    }
    event.store_id = StoreId{static_cast<std::uint32_t>(number)};
    zone = stores.time_zone(event.store_id);
    if (zone == nullptr) {
        return reject(RejectReason::kUnknownStore, kStoreId,
                      "store {} is not in the store catalogue (version {})", number,
                      stores.version().value);
    }
    return RejectReason::kNone;
}

RejectReason EventDecoder::Impl::read_time(const TimeZone& zone, std::int64_t log_time_us,
                                           Event& event) {
    const std::string_view text = texts[kEventTime];
    switch (const RejectReason reason = parse_event_time(text, zone, event.event_time_ms)) {
        case RejectReason::kNone:
            break;
        case RejectReason::kTimeInDstGap:
            return reject(reason, kEventTime, "{} does not exist in {}: the clock skips it",
                          printable(text), zone.name());
        default:
            return reject(reason, kEventTime,
                          "\"{}\" is not a valid time like 2025-11-27 16:00:00 or "
                          "2025-11-27T16:00:00Z",
                          printable(text));
    }
    const LocalDay day = zone.local_day(event.event_time_ms);
    event.business_date = day.business_date;
    event.hour_start_s = day.hour_start_s;
    if (day.business_date < kEarliestDate) {
        return reject(RejectReason::kTimeTooOld, kEventTime, "{} is before 2000-01-01",
                      printable(text));
    }
    if (event.event_time_ms > log_time_us / 1000 + limits.max_ahead_ms) {
        return reject(RejectReason::kTimeInFuture, kEventTime,
                      "{} is more than {} h after the log time {}", printable(text),
                      static_cast<double>(limits.max_ahead_ms) / kMillisPerHour,
                      format_utc_ms(log_time_us / 1000));
    }
    return RejectReason::kNone;
}

RejectReason EventDecoder::Impl::read_text(std::size_t field, std::string_view& text) {
    if (!has(field)) {
        text = {};
        return RejectReason::kNone;
    }
    text = texts[field];
    if (text.empty()) {
        return reject(RejectReason::kBadText, field, "empty");
    }
    if (text.size() > limits.max_text_bytes) {
        return reject(RejectReason::kBadText, field, "{} bytes, at most {} are taken: {}",
                      text.size(), limits.max_text_bytes, printable(text));
    }
    if (has_control_character(text)) {
        return reject(RejectReason::kBadText, field, "\"{}\" has a control character",
                      printable(text));
    }
    return RejectReason::kNone;
}

RejectReason EventDecoder::Impl::read_type(TransactionType& type) {
    for (const TransactionType known :
         {TransactionType::kSale, TransactionType::kReturn, TransactionType::kRestock}) {
        if (texts[kTransactionType] == to_string(known)) {
            type = known;
            return RejectReason::kNone;
        }
    }
    return reject(RejectReason::kUnknownTransactionType, kTransactionType,
                  "\"{}\" is none of SALE, RETURN, RESTOCK", printable(texts[kTransactionType]));
}

RejectReason EventDecoder::Impl::read_decimal(std::size_t field, int scale, std::int64_t max,
                                              std::int64_t lowest, std::int64_t& value) {
    switch (parse_decimal(texts[field], scale, max, value)) {
        case DecimalFault::kNone:
            break;
        case DecimalFault::kNotANumber:
            return reject(RejectReason::kBadNumber, field, "{} is not a JSON number",
                          printable(texts[field]));
        case DecimalFault::kTooManyDigits:
            return reject(RejectReason::kTooManyDigits, field,
                          "{} has more than {} digits after the point", printable(texts[field]),
                          scale);
        case DecimalFault::kOutOfRange:
            return reject(RejectReason::kOutOfRange, field, "{} is beyond {}",
                          printable(texts[field]), format_decimal(max, scale));
    }
    if (value < lowest) {
        return reject(RejectReason::kOutOfRange, field, "{} is not {} 0", printable(texts[field]),
                      lowest > 0 ? "greater than" : "at least");
    }
    return RejectReason::kNone;
}

RejectReason EventDecoder::Impl::read_price(std::size_t field, std::optional<UnitPrice>& price) {
    price.reset();
    if (!has(field)) {
        return RejectReason::kNone;
    }
    UnitPrice read;
    SHELFCAST_ACCEPT(
        read_decimal(field, UnitPrice::kScale, UnitPrice::kMax, 0, read.ten_thousandths));
    price = read;
    return RejectReason::kNone;
}

RejectReason EventDecoder::Impl::read_event_id(EventUuid& id) {
    id = {};
    if (!has(kEventId) || parse_event_id(texts[kEventId], id)) {
        return RejectReason::kNone;
    }
    return reject(RejectReason::kBadEventId, kEventId, "\"{}\" is neither a UUID nor a ULID",
                  printable(texts[kEventId]));
}

#undef SHELFCAST_ACCEPT

}  // namespace shelfcast::retail
