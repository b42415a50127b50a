#include <fmt/format.h>

#include <array>
#include <iterator>

#include "retail/decimal.h"
#include "retail/event_codec.h"
#include "retail/utf8.h"

namespace shelfcast::retail {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD
constexpr std::size_t kUuidLength = 36;
constexpr std::size_t kUlidLength = 26;
constexpr std::uint8_t kNoDigit = 0xff;

constexpr bool needs_escape(unsigned char byte) {
    return byte < 0x20 || byte == '"' || byte == '\\';
}

/// Comma (if one is due), quoted name, colon.
void append_name(std::string& out, std::string_view name) {
    if (out.back() != '{') {
        out += ',';
    }
    out += '"';
    out += name;
    out += "\":";
}

void append_text_field(std::string& out, std::string_view name, std::string_view text) {
    if (!text.empty()) {
        append_name(out, name);
        append_json_string(out, text);
    }
}

void append_number_field(std::string& out, std::string_view name, std::string_view text) {
    if (is_json_number(text)) {
        append_name(out, name);
        out += text;
    } else {
        append_text_field(out, name, text);
    }
}

/// The value of each letter in Crockford's base 32, either case; kNoDigit for the others.
constexpr auto kCrockford = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(kNoDigit);
    constexpr std::string_view kLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    for (std::size_t value = 0; value < kLetters.size(); ++value) {
        const auto letter = static_cast<unsigned char>(kLetters[value]);
        values[letter] = static_cast<std::uint8_t>(value);
        if (letter >= 'A') {
            values[letter + ('a' - 'A')] = static_cast<std::uint8_t>(value);
        }
    }
    return values;
}();

constexpr auto kHexadecimal = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(kNoDigit);
    constexpr std::string_view kLower = "0123456789abcdef";
    constexpr std::string_view kUpper = "0123456789ABCDEF";
    for (std::size_t value = 0; value < kLower.size(); ++value) {
        values[static_cast<unsigned char>(kLower[value])] = static_cast<std::uint8_t>(value);
        values[static_cast<unsigned char>(kUpper[value])] = static_cast<std::uint8_t>(value);
    }
    return values;
}();

constexpr bool is_dash_place(std::size_t at) { return at == 8 || at == 13 || at == 18 || at == 23; }

/// Appends the hexadecimal digits of text[from, to) to `half`; dashes where they belong are passed.
bool read_uuid_half(std::string_view text, std::size_t from, std::size_t to, std::uint64_t& half) {
    for (std::size_t at = from; at < to; ++at) {
        if (is_dash_place(at)) {
            if (text[at] != '-') {
                return false;
            }
            continue;
        }
        const std::uint8_t digit = kHexadecimal[static_cast<unsigned char>(text[at])];
        if (digit == kNoDigit) {
            return false;
        }
        half = (half << 4) | digit;
    }
    return true;
}

bool parse_uuid(std::string_view text, EventUuid& id) {
    constexpr std::size_t kHighEnd = 18;  // 8-4-4
    return read_uuid_half(text, 0, kHighEnd, id.high) &&
           read_uuid_half(text, kHighEnd, kUuidLength, id.low);
}

bool parse_ulid(std::string_view text, EventUuid& id) {
    if (text[0] > '7') {
        return false;  // 26 letters hold 130 bits.
    }
    for (const char letter : text) {
        const std::uint8_t digit = kCrockford[static_cast<unsigned char>(letter)];
        if (digit == kNoDigit) {
            return false;
        }
        id.high = (id.high << 5) | (id.low >> 59);
        id.low = (id.low << 5) | digit;
    }
    return true;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t plain_end = at;
        while (plain_end < text.size() && static_cast<unsigned char>(text[plain_end]) < 0x80 &&
               !needs_escape(static_cast<unsigned char>(text[plain_end]))) {
            ++plain_end;
        }
        out.append(text.substr(at, plain_end - at));
        at = plain_end;
        if (at == text.size()) {
            break;
        }
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte == '"' || byte == '\\') {
            out += '\\';
            out += text[at++];
        } else if (byte < 0x20) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
            ++at;
        } else if (const std::size_t bytes = utf8_character_bytes(text.substr(at)); bytes == 0) {
            out += kReplacement;
            ++at;
        } else {
            out.append(text.substr(at, bytes));
            at += bytes;
        }
    }
    out += '"';
}

void append_message(std::string& out, const EventText& text) {
    out += '{';
    append_text_field(out, "event_time", text.event_time);
    append_name(out, "store_id");
    fmt::format_to(std::back_inserter(out), "{}", text.store_id);
    append_text_field(out, "product_id", text.product_id);
    append_text_field(out, "category", text.category);
    append_text_field(out, "transaction_type", text.transaction_type);
    append_number_field(out, "quantity", text.quantity);
    append_number_field(out, "unit_price", text.unit_price);
    append_text_field(out, "event_id", text.event_id);
    append_text_field(out, "register_id", text.register_id);
    append_text_field(out, "customer_id", text.customer_id);
    append_text_field(out, "basket_id", text.basket_id);
    append_text_field(out, "promotion_id", text.promotion_id);
    append_number_field(out, "unit_cost", text.unit_cost);
    append_number_field(out, "discount", text.discount);
    out += '}';
}

std::string format_uuid(EventUuid id) {
    return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", id.high >> 32,
                       (id.high >> 16) & 0xffff, id.high & 0xffff, id.low >> 48,
                       id.low & 0xffff'ffff'ffff);
}

bool parse_event_id(std::string_view text, EventUuid& id) noexcept {
    EventUuid read;
    const bool well_formed = (text.size() == kUuidLength && parse_uuid(text, read)) ||
                             (text.size() == kUlidLength && parse_ulid(text, read));
    if (!well_formed || !read.present()) {
        return false;
    }
    id = read;
    return true;
}

}  // namespace shelfcast::retail
