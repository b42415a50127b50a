#include "adapters/sqlite_store/flush_text.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace shelfcast::adapters::sqlite_store {
namespace {

// Takes the text up to a separator (or the end) off the front of `rest`.
std::string_view take_until(std::string_view& rest, char separator) {
    const std::size_t end = std::min(rest.find(separator), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
}

template <typename Number>
bool read_number(std::string_view text, Number& number) {
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    return code == std::errc{} && end == text.data() + text.size();
}

}  // namespace

bool is_plain_name(std::string_view name) noexcept {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    });
}

std::string format_ranges(const std::vector<ports::LogRange>& ranges) {
    std::string text;
    const std::string* topic = nullptr;
    for (const ports::LogRange& range : ranges) {
        if (topic == nullptr || *topic != range.topic) {
            text.append(topic == nullptr ? "" : ";").append(range.topic);
            topic = &range.topic;
        }
        fmt::format_to(std::back_inserter(text), " {}:{}-{}", range.partition.value, range.from,
                       range.to);
    }
    return text;
}

Result<std::vector<ports::LogRange>> parse_ranges(std::string_view text) {
    std::vector<ports::LogRange> ranges;
    for (std::string_view rest = text; !rest.empty();) {
        std::string_view group = take_until(rest, ';');
        const std::string_view topic = take_until(group, ' ');
        if (!is_plain_name(topic) || group.empty()) {
            return fail(ErrorKind::kCorrupted, "log ranges '{}': no topic with ranges", text);
        }
        while (!group.empty()) {
            std::string_view item = take_until(group, ' ');
            ports::LogRange range{std::string(topic), {}, 0, 0};
            const std::string_view partition = take_until(item, ':');
            const std::string_view from = take_until(item, '-');
            if (!read_number(partition, range.partition.value) || !read_number(from, range.from) ||
                !read_number(item, range.to)) {
                return fail(ErrorKind::kCorrupted, "log ranges '{}': a range is broken", text);
            }
            ranges.push_back(std::move(range));
        }
    }
    return ranges;
}

std::string format_rows(const std::map<std::string, std::uint64_t>& rows) {
    std::string text;
    for (const auto& [table, count] : rows) {
        fmt::format_to(std::back_inserter(text), "{}{}={}", text.empty() ? "" : " ", table, count);
    }
    return text;
}

Result<std::map<std::string, std::uint64_t>> parse_rows(std::string_view text) {
    std::map<std::string, std::uint64_t> rows;
    for (std::string_view rest = text; !rest.empty();) {
        std::string_view item = take_until(rest, ' ');
        const std::string_view table = take_until(item, '=');
        std::uint64_t count = 0;
        if (!is_plain_name(table) || !read_number(item, count)) {
            return fail(ErrorKind::kCorrupted, "row counts '{}': a count is broken", text);
        }
        rows.emplace(table, count);
    }
    return rows;
}

}  // namespace shelfcast::adapters::sqlite_store
