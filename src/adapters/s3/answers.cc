#include "adapters/s3/answers.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <utility>

namespace shelfcast::adapters::s3 {
namespace {

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void append_utf8(std::string& out, std::uint32_t code) {
    if (code < 0x80) {
        out.push_back(static_cast<char>(code));
        return;
    }
    const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    constexpr std::array<std::uint32_t, 4> kLead = {0, 0xC0, 0xE0, 0xF0};
    out.push_back(static_cast<char>(kLead[static_cast<std::size_t>(more)] | code >> (6 * more)));
    for (int i = more - 1; i >= 0; --i) {
        out.push_back(static_cast<char>(0x80 | (code >> (6 * i) & 0x3F)));
    }
}

// The character that an entity stands for ("amp", "#34", "#x2F"), appended; false: unknown.
bool append_entity(std::string& out, std::string_view entity) {
    constexpr std::array<std::pair<std::string_view, char>, 5> kNamed = {
        {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};
    for (const auto& [name, meaning] : kNamed) {
        if (entity == name) {
            out.push_back(meaning);
            return true;
        }
    }
    if (!entity.starts_with('#')) {
        return false;
    }
    entity.remove_prefix(1);
    const bool hexadecimal = entity.starts_with('x');
    entity.remove_prefix(hexadecimal ? 1 : 0);
    std::uint32_t code = 0;
    const auto [stop, fault] =
        std::from_chars(entity.data(), entity.data() + entity.size(), code, hexadecimal ? 16 : 10);
    if (fault != std::errc{} || stop != entity.data() + entity.size() || code > 0x10FFFF) {
        return false;
    }
    append_utf8(out, code);
    return true;
}

std::string resolve_entities(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text[at] == '&' ? text.find(';', at) : std::string_view::npos;
        if (end != std::string_view::npos &&
            append_entity(out, text.substr(at + 1, end - at - 1))) {
            at = end + 1;
        } else {
            out.push_back(text[at++]);
        }
    }
    return out;
}

// The raw text of the next element of that name, which `xml` is then moved past.
std::optional<std::string_view> next_element(std::string_view& xml, std::string_view name) {
    const std::string open = fmt::format("<{}>", name);
    const std::string close = fmt::format("</{}>", name);
    const std::size_t begin = xml.find(open);
    const std::size_t end = begin == std::string_view::npos ? begin : xml.find(close, begin);
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view inner = xml.substr(begin + open.size(), end - begin - open.size());
    xml.remove_prefix(end + close.size());
    return inner;
}

}  // namespace

std::string percent_encode(std::string_view text, bool keep_slash) {
    std::string out;
    for (const char c : text) {
        if (is_plain(c) || (keep_slash && c == '/')) {
            out.push_back(c);
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return out;
}

std::string percent_decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned char code = 0;
        if (text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(text.data() + i + 1, text.data() + i + 3, code, 16).ptr ==
                text.data() + i + 3) {
            out.push_back(static_cast<char>(code));
            i += 2;
        } else {
            out.push_back(text[i] == '+' ? ' ' : text[i]);
        }
    }
    return out;
}

std::optional<std::string> xml_text(std::string_view xml, std::string_view name) {
    const auto inner = next_element(xml, name);
    return inner ? std::optional(resolve_entities(*inner)) : std::nullopt;
}

std::vector<std::string> xml_texts(std::string_view xml, std::string_view name) {
    std::vector<std::string> texts;
    while (const auto inner = next_element(xml, name)) {  // moves on with each
        texts.push_back(resolve_entities(*inner));
    }
    return texts;
}

std::optional<ListPage> parse_list(std::string_view xml) {
    // Without its end there may be keys that are missing.
    if (xml.find("<ListBucketResult") == std::string_view::npos ||
        xml.find("</ListBucketResult>") == std::string_view::npos) {
        return std::nullopt;
    }
    ListPage page;
    for (const std::string& key : xml_texts(xml, "Key")) {
        page.keys.push_back(percent_decode(key));
    }
    if (xml_text(xml, "IsTruncated") == "true") {
        page.continuation = xml_text(xml, "NextContinuationToken");
        if (!page.continuation) {
            return std::nullopt;
        }
    }
    return page;
}

std::optional<std::int64_t> parse_iso_time(std::string_view text) {
    constexpr std::string_view kShape = "0000-00-00T00:00:00";
    if (text.size() < kShape.size() || !text.ends_with('Z')) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < kShape.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (kShape[i] == '0' ? !digit : text[i] != kShape[i]) {
            return std::nullopt;
        }
    }
    const auto number = [&](std::size_t at, std::size_t digits) {
        int value = 0;
        std::from_chars(text.data() + at, text.data() + at + digits, value);
        return value;
    };
    const std::chrono::year_month_day date{std::chrono::year(number(0, 4)),
                                           std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                           std::chrono::day(static_cast<unsigned>(number(8, 2)))};
    if (!date.ok()) {
        return std::nullopt;
    }
    const auto time = std::chrono::sys_days(date) + std::chrono::hours(number(11, 2)) +
                      std::chrono::minutes(number(14, 2)) + std::chrono::seconds(number(17, 2));
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

}  // namespace shelfcast::adapters::s3
