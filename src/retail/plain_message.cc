#include "retail/plain_message.h"

#include <simdjson.h>

#include <bit>
#include <cstring>

#include "base/check.h"
#include "retail/event_codec.h"

namespace shelfcast::retail {
namespace {

static_assert(std::endian::native == std::endian::little, "the first byte is the lowest");

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighBits = 0x8080808080808080;

std::uint64_t eight_bytes(const char* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
}

// Each marks the bytes in question by their high bits. Bytes above the lowest marked one may be
// marked wrongly; only the lowest counts. From Anderson, "Bit Twiddling Hacks": haszero, hasless.
constexpr std::uint64_t zeros(std::uint64_t word) { return (word - kOnes) & ~word & kHighBits; }
constexpr std::uint64_t equal(std::uint64_t word, unsigned char byte) {
    return zeros(word ^ kOnes * byte);
}
constexpr std::uint64_t controls(std::uint64_t word) {
    return ((word - kOnes * 0x20) & ~word & kHighBits) | equal(word, 0x7f);
}

const char* skip_space(const char* at, const char* end) {
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) {
        ++at;
    }
    return at;
}

/// The closing quote of the text that begins at `at`, or null: an escape, a control character, the
/// end. Adds to `high` the high bits of bytes beyond ASCII.
const char* end_of_text(const char* at, const char* end, std::uint64_t& high) {
    while (at < end) {
        const std::uint64_t word = eight_bytes(at);
        const std::uint64_t stops = equal(word, '"') | equal(word, '\\') | controls(word);
        if (stops == 0) {
            high |= word & kHighBits;
            at += sizeof word;
            continue;
        }
        const int first = std::countr_zero(stops) / 8;
        high |= word & kHighBits & ((std::uint64_t{1} << (8 * first)) - 1);
        at += first;
        return at < end && *at == '"' ? at : nullptr;
    }
    return nullptr;
}

bool is_number_letter(char c) {
    return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
}

}  // namespace

PlainMessageReader::PlainMessageReader(std::span<const MessageField> fields) {
    SHELFCAST_CHECK(!fields.empty() && fields.size() <= 32);
    for (const MessageField& field : fields) {
        Key& key = keys_.emplace_back();
        key.bytes = field.name.size() + 1;
        SHELFCAST_CHECK(key.bytes < sizeof key.words && sizeof key.words <= kMessagePadding);
        std::array<char, sizeof key.words> text{};
        std::array<char, sizeof key.words> mask{};
        field.name.copy(text.data(), field.name.size());
        text[field.name.size()] = '"';
        std::memset(mask.data(), 0xff, key.bytes);
        std::memcpy(key.words.data(), text.data(), sizeof key.words);
        std::memcpy(key.masks.data(), mask.data(), sizeof key.masks);
        key.number = is_number(field.kind);
        key.required = field.required;
        key.usual_next = static_cast<std::uint8_t>(keys_.size() % fields.size());
    }
}

bool PlainMessageReader::begins_with(const char* at, const Key& key) {
    std::uint64_t differing = 0;
    for (std::size_t word = 0; word * 8 < key.bytes; ++word) {
        differing |= (eight_bytes(at + word * 8) ^ key.words[word]) & key.masks[word];
    }
    return differing == 0;
}

bool PlainMessageReader::find_key(const char* at, std::size_t before, std::size_t& found) {
    found = keys_[before].usual_next;
    if (begins_with(at, keys_[found])) [[likely]] {
        return true;
    }
    for (found = 0; found < keys_.size(); ++found) {
        if (begins_with(at, keys_[found])) {
            keys_[before].usual_next = static_cast<std::uint8_t>(found);
            return true;
        }
    }
    return false;
}

bool PlainMessageReader::read(std::string_view message, std::span<std::string_view> texts,
                              NamedFields& named) {
    named = {};
    const char* at = message.data();
    const char* const end = at + message.size();
    if (message.size() < 2 || *at != '{') {
        return false;
    }
    // A step may look into the padding; `at` only grows, so the last check speaks for them all.
    std::uint64_t high = 0;
    std::size_t field = keys_.size() - 1;
    do {
        at = skip_space(at + 1, end);
        if (*at != '"' || at >= end || !find_key(at + 1, field, field)) {
            return false;
        }
        const Key& key = keys_[field];
        const std::uint32_t bit = std::uint32_t{1} << field;
        if ((named.named & bit) != 0) {
            return false;
        }
        named.named |= bit;
        at = skip_space(at + 1 + key.bytes, end);
        if (*at != ':') {
            return false;
        }
        at = skip_space(at + 1, end);
        const char* const begin = at;
        if (key.number && (*at == '-' || (*at >= '0' && *at <= '9'))) {
            while (at < end && is_number_letter(*at)) {
                ++at;
            }
            texts[field] = {begin, static_cast<std::size_t>(at - begin)};
            named.seen |= bit;
        } else if (!key.number && *at == '"') {
            at = end_of_text(begin + 1, end, high);
            if (at == nullptr) {
                return false;
            }
            texts[field] = {begin + 1, static_cast<std::size_t>(at - begin - 1)};
            named.seen |= bit;
            ++at;
        } else if (!key.required && std::memcmp(at, "null", 4) == 0) {
            at += 4;
        } else {
            return false;
        }
        at = skip_space(at, end);
    } while (*at == ',' && at < end);
    if (*at != '}' || at >= end || skip_space(at + 1, end) < end) {
        return false;
    }
    return high == 0 || simdjson::validate_utf8(message.data(), message.size());
}

}  // namespace shelfcast::retail
