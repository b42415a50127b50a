#include "retail/message_fields.h"

#include <algorithm>
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
using Shape = MessageShape;

static_assert(kMessagePadding >= simdjson::SIMDJSON_PADDING);

constexpr std::uint32_t bit(std::size_t field) { return std::uint32_t{1} << field; }

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::int64_t kMillisPerHour = 3'600'000;
constexpr std::int64_t kMillisPerDay = 24 * kMillisPerHour;

const std::int32_t kEarliestDate = days_from_civil(2000, 1, 1);
const std::int32_t kLatestDate = days_from_civil(2100, 1, 1);

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

MessageFields::MessageFields(std::span<const MessageField> fields, const CodecLimits& limits)
    : limits_(limits), fields_(fields), plain_(fields), texts_(fields.size()) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
        // Names are compared in place, one quote further than they are long.
        SHELFCAST_CHECK(fields[i].name.size() + 1 < kMessagePadding);
        required_ |= fields[i].required ? bit(i) : 0;
    }
    SHELFCAST_CHECK(parser_.allocate(limits_.max_message_bytes) == simdjson::SUCCESS);
    unescaped_.reserve(limits_.max_message_bytes);
}

bool MessageFields::has(std::size_t field) const { return (given_.seen & bit(field)) != 0; }

RejectReason MessageFields::collect(std::string_view message) {
    is_plain_ = message.size() <= limits_.max_message_bytes && plain_.read(message, texts_, given_);
    if (!is_plain_ && collect_once(message) != RejectReason::kNone) [[unlikely]] {
        SHELFCAST_ACCEPT(collect_again(message));
    }
    return check_presence();
}

RejectReason MessageFields::collect_once(std::string_view message) {
    given_ = {};
    unescaped_.clear();
    if (message.size() > limits_.max_message_bytes) {
        return reject_message(RejectReason::kTooLong, "message: {} bytes, at most {} are taken",
                              message.size(), limits_.max_message_bytes);
    }
    if (message.starts_with(kByteOrderMark)) {
        return reject_message(RejectReason::kBrokenJson,
                              "message: starts with a byte order mark (UTF-8 BOM)");
    }
    ondemand::document document;
    if (const auto error =
            parser_.iterate(message.data(), message.size(), message.size() + kMessagePadding)
                .get(document)) {
        return broken(error, message);
    }
    ondemand::object object;
    if (const auto error = document.get_object().get(object)) {
        return broken(error, message);
    }
    for (auto next : object) {
        ondemand::field field;
        if (std::move(next).get(field) != simdjson::SUCCESS) {
            return broken_at(document, message);
        }
        SHELFCAST_ACCEPT(collect_field(field, message));
    }
    // The iteration does not look behind the closing brace.
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
        return broken_at(document, message);
    }
    return RejectReason::kNone;
}

/// What the parser says of an unbalanced message hangs on the byte behind it. Both layers must
/// store the same reason and detail, so a refusal is found once more with a padding of our own.
RejectReason MessageFields::collect_again(std::string_view message) {
    if (message.size() > limits_.max_message_bytes) {
        return collect_once(message);
    }
    padded_.assign(message);
    padded_.append(kMessagePadding, ' ');
    return collect_once(std::string_view(padded_).substr(0, message.size()));
}

RejectReason MessageFields::collect_field(ondemand::field& field, std::string_view message) {
    std::size_t found = 0;
    SHELFCAST_ACCEPT(find_field(field.key().raw(), message, found));
    if ((given_.named & bit(found)) != 0) {
        return reject(RejectReason::kRepeatedField, found, "named twice");
    }
    given_.named |= bit(found);
    const std::string_view token = trim_json_space(field.value().raw_json_token());
    const Shape shape = shape_of(token);
    if (shape == Shape::kNull && !fields_[found].required) {
        return RejectReason::kNone;
    }
    given_.seen |= bit(found);
    return is_number(fields_[found].kind) ? collect_number(found, token, shape)
                                          : collect_text(found, token, shape);
}

RejectReason MessageFields::find_field(const char* key, std::string_view message,
                                       std::size_t& found) {
    const auto is_named = [key](const MessageField& field) {
        return std::memcmp(key, field.name.data(), field.name.size()) == 0 &&
               key[field.name.size()] == '"';
    };
    auto match = std::ranges::find_if(fields_, is_named);
    if (match == fields_.end()) {
        const std::string_view raw = key_text(key, message);
        std::string name;
        if (!unescape(raw, name)) {
            return reject_message(RejectReason::kBrokenJson, "field \"{}\": bad escape in its name",
                                  printable(raw));
        }
        match = std::ranges::find(fields_, std::string_view(name), &MessageField::name);
        if (match == fields_.end()) {
            return reject_message(RejectReason::kUnknownField, "field \"{}\" is not known",
                                  printable(name));
        }
    }
    found = static_cast<std::size_t>(match - fields_.begin());
    return RejectReason::kNone;
}

RejectReason MessageFields::collect_number(std::size_t field, std::string_view token, Shape shape) {
    if (shape == Shape::kNumber) [[likely]] {
        texts_[field] = token;
        return RejectReason::kNone;
    }
    if (shape == Shape::kGarbage) {
        return reject(RejectReason::kBadNumber, field, "{} is not a JSON number", printable(token));
    }
    if (shape == Shape::kString && field != kStoreField) {
        const std::string_view inside = token.substr(1, token.size() - 2);
        if (!is_json_number(inside)) {
            return reject(RejectReason::kBadNumber, field, "\"{}\" is not a number",
                          printable(inside));
        }
    }
    return reject(RejectReason::kWrongType, field, "{} where a number belongs", printable(token));
}

RejectReason MessageFields::collect_text(std::size_t field, std::string_view token, Shape shape) {
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
        texts_[field] = raw;
        return RejectReason::kNone;
    }
    // Within what was reserved: no text gets longer, so the views stay where they are.
    const std::size_t begin = unescaped_.size();
    if (!unescape(raw, unescaped_)) {
        return reject(RejectReason::kBadText, field, "\"{}\" has a bad escape", printable(raw));
    }
    texts_[field] = std::string_view(unescaped_).substr(begin);
    return RejectReason::kNone;
}

RejectReason MessageFields::broken(simdjson::error_code error, std::string_view message) {
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

RejectReason MessageFields::broken_at(ondemand::document& document, std::string_view message) {
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

RejectReason MessageFields::check_presence() {
    const std::uint32_t missing = required_ & ~given_.seen;
    if (missing == 0) [[likely]] {
        return RejectReason::kNone;
    }
    const auto first = static_cast<std::size_t>(std::countr_zero(missing));
    return reject(RejectReason::kMissingField, first, "required, but missing");
}

RejectReason MessageFields::read_store(const StoreCatalog& stores, StoreId& store,
                                       const TimeZone*& zone) {
    std::int64_t number = 0;
    if (parse_decimal(texts_[kStoreField], 0, kMaxStoreId, number) != DecimalFault::kNone ||
        number < 1) {
        return reject(RejectReason::kBadStore, kStoreField, "{} is not an integer from 1 to {}",
                      printable(texts_[kStoreField]), kMaxStoreId);
    }
    store = StoreId{static_cast<std::uint32_t>(number)};
    zone = stores.time_zone(store);
    if (zone == nullptr) {
        return reject(RejectReason::kUnknownStore, kStoreField,
                      "store {} is not in the store catalogue (version {})", number,
                      stores.version().value);
    }
    return RejectReason::kNone;
}

RejectReason MessageFields::parse_time(std::size_t field, const TimeZone& zone,
                                       std::int64_t& time_ms) {
    const std::string_view text = texts_[field];
    switch (const RejectReason reason = parse_event_time(text, zone, time_ms)) {
        case RejectReason::kNone:
            return reason;
        case RejectReason::kTimeInDstGap:
            return reject(reason, field, "{} does not exist in {}: the clock skips it",
                          printable(text), zone.name());
        default:
            return reject(reason, field,
                          "\"{}\" is not a valid time like 2025-11-27 16:00:00 or "
                          "2025-11-27T16:00:00Z",
                          printable(text));
    }
}

RejectReason MessageFields::read_event_time(const TimeZone& zone, std::int64_t log_time_us,
                                            std::int64_t& time_ms, LocalDay& day) {
    SHELFCAST_ACCEPT(parse_time(kEventTimeField, zone, time_ms));
    day = zone.local_day(time_ms);
    const std::string_view text = texts_[kEventTimeField];
    if (day.business_date < kEarliestDate) {
        return reject(RejectReason::kTimeTooOld, kEventTimeField, "{} is before 2000-01-01",
                      printable(text));
    }
    if (time_ms > log_time_us / 1000 + limits_.max_ahead_ms) {
        return reject(RejectReason::kTimeInFuture, kEventTimeField,
                      "{} is more than {} h after the log time {}", printable(text),
                      static_cast<double>(limits_.max_ahead_ms) / kMillisPerHour,
                      format_utc_ms(log_time_us / 1000));
    }
    return RejectReason::kNone;
}

RejectReason MessageFields::read_time(std::size_t field, const TimeZone& zone,
                                      std::int64_t& time_ms) {
    time_ms = 0;
    if (!has(field)) {
        return RejectReason::kNone;
    }
    SHELFCAST_ACCEPT(parse_time(field, zone, time_ms));
    if (time_ms < kEarliestDate * kMillisPerDay || time_ms >= kLatestDate * kMillisPerDay) {
        return reject(RejectReason::kOutOfRange, field, "{} is not between 2000 and 2100",
                      printable(texts_[field]));
    }
    return RejectReason::kNone;
}

RejectReason MessageFields::read_text(std::size_t field, std::string_view& text) {
    if (!has(field)) {
        text = {};
        return RejectReason::kNone;
    }
    text = texts_[field];
    if (text.empty()) {
        return reject(RejectReason::kBadText, field, "empty");
    }
    if (text.size() > limits_.max_text_bytes) {
        return reject(RejectReason::kBadText, field, "{} bytes, at most {} are taken: {}",
                      text.size(), limits_.max_text_bytes, printable(text));
    }
    if (!is_plain_ && has_control_character(text)) {
        return reject(RejectReason::kBadText, field, "\"{}\" has a control character",
                      printable(text));
    }
    return RejectReason::kNone;
}

RejectReason MessageFields::read_word(std::size_t field, std::string_view& word) {
    word = texts_[field];
    std::string_view rest = fields_[field].words;
    while (!rest.empty()) {
        const std::size_t bar = std::min(rest.find('|'), rest.size());
        if (rest.substr(0, bar) == word) {
            return RejectReason::kNone;
        }
        rest.remove_prefix(std::min(bar + 1, rest.size()));
    }
    std::string known;
    for (const char c : fields_[field].words) {
        known += c == '|' ? std::string(", ") : std::string(1, c);
    }
    return reject(fields_[field].name == "transaction_type" ? RejectReason::kUnknownTransactionType
                                                            : RejectReason::kUnknownWord,
                  field, "\"{}\" is none of {}", printable(word), known);
}

RejectReason MessageFields::read_decimal(std::size_t field, int scale, std::int64_t max,
                                         std::int64_t lowest, std::int64_t& value) {
    switch (parse_decimal(texts_[field], scale, max, value)) {
        case DecimalFault::kNone:
            break;
        case DecimalFault::kNotANumber:
            return reject(RejectReason::kBadNumber, field, "{} is not a JSON number",
                          printable(texts_[field]));
        case DecimalFault::kTooManyDigits:
            return reject(RejectReason::kTooManyDigits, field,
                          "{} has more than {} digits after the point", printable(texts_[field]),
                          scale);
        case DecimalFault::kOutOfRange:
            return reject(RejectReason::kOutOfRange, field, "{} is beyond {}",
                          printable(texts_[field]), format_decimal(max, scale));
    }
    if (value < lowest) {
        return reject(RejectReason::kOutOfRange, field, "{} is not {} 0", printable(texts_[field]),
                      lowest > 0 ? "greater than" : "at least");
    }
    return RejectReason::kNone;
}

RejectReason MessageFields::read_price(std::size_t field, std::optional<UnitPrice>& price) {
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

RejectReason MessageFields::read_event_id(std::size_t field, EventUuid& id) {
    id = {};
    if (!has(field) || parse_event_id(texts_[field], id)) {
        return RejectReason::kNone;
    }
    return reject(RejectReason::kBadEventId, field, "\"{}\" is neither a UUID nor a ULID",
                  printable(texts_[field]));
}

}  // namespace shelfcast::retail
