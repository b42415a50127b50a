#include "adapters/lake_local/lake_path.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "retail/time_zone.h"

namespace shelfcast::adapters::lake_local {
namespace {

constexpr std::string_view kRejectedFolder = "_rejected/";
// In the order of ports::FileWriter.
constexpr std::array<std::string_view, 4> kWriters = {"part", "backfill", "merged", "snapshot"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes `prefix` off the front of `rest`, if it is there.
bool take(std::string_view& rest, std::string_view prefix) {
    if (!rest.starts_with(prefix)) {
        return false;
    }
    rest.remove_prefix(prefix.size());
    return true;
}

// Takes a number of at least `width` digits off the front, zero-padded to no more than that.
template <typename Number>
bool take_number(std::string_view& rest, std::size_t width, Number& number) {
    const auto end =
        static_cast<std::size_t>(std::ranges::find_if_not(rest, is_digit) - rest.begin());
    if (end < width || (end > width && rest.front() == '0')) {
        return false;
    }
    const auto [stop, code] = std::from_chars(rest.data(), rest.data() + end, number);
    rest.remove_prefix(end);
    return code == std::errc{};
}

bool is_date(std::string_view text) {
    constexpr std::string_view kShape = "0000-00-00";
    return text.size() == kShape.size() && std::ranges::equal(text, kShape, [](char c, char shape) {
               return shape == '0' ? is_digit(c) : c == shape;
           });
}

// A leading '_' or '.' would hide a folder from the tools that read lakes.
bool is_topic(std::string_view name) {
    return !name.empty() && name.front() != '_' && name.front() != '.' &&
           std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '.' ||
                      c == '_' || c == '-';
           });
}

}  // namespace

Result<std::string> data_path(const ports::LakeFolder& folder, const ports::LakeFileName& name) {
    if (!is_topic(folder.topic)) {
        return fail(ErrorKind::kInvalidInput, "'{}' is no topic name", folder.topic);
    }
    if (folder.date < 0 || folder.date > std::numeric_limits<std::uint16_t>::max()) {
        return fail(ErrorKind::kInvalidInput, "topic {}: day {} since 1970 is out of range",
                    folder.topic, folder.date);
    }
    return fmt::format("{}{}/{}={}/{}-{:08}-{:04}.parquet", folder.rejected ? kRejectedFolder : "",
                       folder.topic, folder.rejected ? "log_date" : "business_date",
                       retail::format_date(folder.date),
                       kWriters.at(static_cast<std::size_t>(name.writer)), name.number, name.part);
}

std::optional<ports::LakeFileName> name_of(std::string_view path) {
    const bool rejected = take(path, kRejectedFolder);
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos || !is_topic(path.substr(0, slash))) {
        return std::nullopt;
    }
    path.remove_prefix(slash + 1);
    if (!take(path, rejected ? "log_date=" : "business_date=") || !is_date(path.substr(0, 10))) {
        return std::nullopt;
    }
    path.remove_prefix(10);
    if (!path.starts_with('/')) {
        return std::nullopt;
    }
    path.remove_prefix(1);
    const auto writer = std::ranges::find(kWriters, path.substr(0, path.find('-')));
    if (writer == kWriters.end()) {
        return std::nullopt;
    }
    path.remove_prefix(writer->size());
    ports::LakeFileName name{static_cast<ports::FileWriter>(writer - kWriters.begin())};
    if (!take(path, "-") || !take_number(path, 8, name.number) || !take(path, "-") ||
        !take_number(path, 4, name.part) || path != ".parquet") {
        return std::nullopt;
    }
    return name;
}

std::optional<std::string_view> temporary_of(std::string_view path) {
    constexpr std::string_view kSuffix = ".tmp";
    if (!path.ends_with(kSuffix)) {
        return std::nullopt;
    }
    path.remove_suffix(kSuffix.size());
    if (const std::size_t dot = path.rfind('.');
        dot != std::string_view::npos && dot + 1 < path.size() &&
        std::ranges::all_of(path.substr(dot + 1), is_digit)) {
        path = path.substr(0, dot);
    }
    return path;
}

std::string manifest_path(std::uint64_t version) {
    return fmt::format("{}/v{:010}.json", kManifestFolder, version);
}

std::optional<std::uint64_t> manifest_version(std::string_view path) {
    std::uint64_t version = 0;
    if (!take(path, kManifestFolder) || !take(path, "/v") || !take_number(path, 10, version) ||
        path != ".json") {
        return std::nullopt;
    }
    return version;
}

}  // namespace shelfcast::adapters::lake_local
