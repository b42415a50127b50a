#include "retail/base64.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace shelfcast::retail {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
    const auto byte = [&](std::size_t at) {
        return at < bytes.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at]))
                                 : 0U;
    };
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::uint32_t group = byte(at) << 16U | byte(at + 1) << 8U | byte(at + 2);
        out.push_back(kBase64[group >> 18U & 63U]);
        out.push_back(kBase64[group >> 12U & 63U]);
        out.push_back(at + 1 < bytes.size() ? kBase64[group >> 6U & 63U] : '=');
        out.push_back(at + 2 < bytes.size() ? kBase64[group & 63U] : '=');
    }
}

bool decode_base64(std::string_view text, std::string& out) {
    static const std::array<std::int8_t, 256> kValues = [] {
        std::array<std::int8_t, 256> values{};
        values.fill(-1);
        for (std::size_t i = 0; i < kBase64.size(); ++i) {
            values[static_cast<unsigned char>(kBase64[i])] = static_cast<std::int8_t>(i);
        }
        return values;
    }();
    if (text.size() % 4 != 0) {
        return false;
    }
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') {
        ++padding;
    }
    for (std::size_t at = 0; at < text.size(); at += 4) {
        std::uint32_t group = 0;
        const bool last = at + 4 == text.size();
        for (std::size_t i = 0; i < 4; ++i) {
            const bool pad = last && i >= 4 - padding;
            const int value = pad ? 0 : kValues[static_cast<unsigned char>(text[at + i])];
            if (value < 0) {
                return false;
            }
            group = group << 6U | static_cast<std::uint32_t>(value);
        }
        for (std::size_t i = 0; i < (last ? 3 - padding : 3); ++i) {
            out.push_back(static_cast<char>(group >> (16U - 8U * i) & 0xFFU));
        }
    }
    return true;
}

}  // namespace shelfcast::retail
