#include "retail/utf8.h"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>

namespace shelfcast::retail {
namespace {

std::uint8_t byte_at(std::string_view text, std::size_t at) {
    return static_cast<std::uint8_t>(text[at]);
}

bool in_range(std::string_view text, std::size_t at, std::uint8_t lowest, std::uint8_t highest) {
    return at < text.size() && byte_at(text, at) >= lowest && byte_at(text, at) <= highest;
}

bool continues(std::string_view text, std::size_t at) { return in_range(text, at, 0x80, 0xbf); }

}  // namespace

std::size_t utf8_character_bytes(std::string_view text) noexcept {
    if (text.empty()) {
        return 0;
    }
    const std::uint8_t lead = byte_at(text, 0);
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xc2 && lead <= 0xdf) {
        return continues(text, 1) ? 2 : 0;
    }
    if (lead >= 0xe0 && lead <= 0xef) {
        const std::uint8_t lowest = lead == 0xe0 ? 0xa0 : 0x80;
        const std::uint8_t highest = lead == 0xed ? 0x9f : 0xbf;
        return in_range(text, 1, lowest, highest) && continues(text, 2) ? 3 : 0;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        const std::uint8_t lowest = lead == 0xf0 ? 0x90 : 0x80;
        const std::uint8_t highest = lead == 0xf4 ? 0x8f : 0xbf;
        return in_range(text, 1, lowest, highest) && continues(text, 2) && continues(text, 3) ? 4
                                                                                              : 0;
    }
    return 0;
}

void append_utf8(std::string& out, char32_t code_point) {
    const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
    if (code_point < 0x80) {
        put(code_point);
    } else if (code_point < 0x800) {
        put(0xc0 | (code_point >> 6));
        put(0x80 | (code_point & 0x3f));
    } else if (code_point < 0x10000) {
        put(0xe0 | (code_point >> 12));
        put(0x80 | ((code_point >> 6) & 0x3f));
        put(0x80 | (code_point & 0x3f));
    } else {
        put(0xf0 | (code_point >> 18));
        put(0x80 | ((code_point >> 12) & 0x3f));
        put(0x80 | ((code_point >> 6) & 0x3f));
        put(0x80 | (code_point & 0x3f));
    }
}

std::size_t first_bad_utf8(std::string_view text) noexcept {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t bytes = utf8_character_bytes(text.substr(at));
        if (bytes == 0) {
            return at;
        }
        at += bytes;
    }
    return at;
}

std::string printable(std::string_view bytes, std::size_t max_bytes) {
    constexpr std::string_view kCut = "...";
    std::string out;
    std::size_t fits = 0;  // What stays when the rest does not fit.
    std::size_t at = 0;
    while (at < bytes.size()) {
        if (out.size() + kCut.size() <= max_bytes) {
            fits = out.size();
        }
        const std::size_t length = utf8_character_bytes(bytes.substr(at));
        const std::uint8_t byte = byte_at(bytes, at);
        if (length == 0) {
            fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
        } else if (byte < 0x20 || byte == 0x7f) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
        } else {
            out.append(bytes.substr(at, length));
        }
        if (out.size() > max_bytes) {
            out.resize(fits);
            out += kCut;
            return out;
        }
        at += length == 0 ? 1 : length;
    }
    return out;
}

}  // namespace shelfcast::retail
