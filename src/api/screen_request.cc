#include "api/screen_request.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <set>
#include <utility>

#include "api/scoped_desk.h"
#include "retail/decimal.h"
#include "retail/time_zone.h"
#include "retail/utf8.h"

namespace shelfcast::api {
namespace {

using ports::HttpRequest;
using queries::ScreenAsk;
using queries::ScreenQuery;

constexpr std::int64_t kDayUs = 86'400'000'000;
constexpr std::int32_t kFirstDate = 10'957;  // 2000-01-01: the first day an event may have.
constexpr std::int32_t kLastDate = 47'481;   // 2099-12-31
constexpr std::int32_t kDefaultDays = 27;
constexpr std::int32_t kDaysAhead = 56;
constexpr std::int32_t kMostDays = 1'100;
constexpr std::int64_t kDefaultRows = 1'000;
constexpr std::int64_t kMostJsonRows = 10'000;
constexpr std::int64_t kMostRows = 1'000'000;
constexpr std::int64_t kDefaultMatches = 20;
constexpr std::int64_t kMostMatches = 100;
constexpr std::size_t kMostTexts = 1'000;
constexpr std::size_t kMostStores = 10'000;
constexpr std::size_t kMostTextBytes = 1'024;
constexpr std::size_t kMostSearchCharacters = 100;
constexpr std::size_t kFingerprintDigits = 16;

/// A parameter that may be there once. Nothing: it is not.
Result<std::optional<std::string_view>> one(const HttpRequest& request, std::string_view name) {
    std::optional<std::string_view> found;
    for (const auto& [field, value] : request.query_parameters) {
        if (field == name) {
            if (found) {
                return fail(ErrorKind::kInvalidInput, "parameter {} is given twice", name);
            }
            found = value;
        }
    }
    return found;
}

Status check_text(std::string_view name, std::string_view value) {
    if (value.size() > kMostTextBytes || value.find('\0') != std::string_view::npos ||
        retail::first_bad_utf8(value) != value.size()) {
        return fail(ErrorKind::kInvalidInput,
                    "parameter {}: '{}' is longer than {} bytes, or no UTF-8 text", name,
                    retail::printable(value), kMostTextBytes);
    }
    return {};
}

Result<std::vector<std::string>> many(const HttpRequest& request, std::string_view name) {
    std::vector<std::string> found;
    for (const auto& [field, value] : request.query_parameters) {
        if (field != name) {
            continue;
        }
        SHELFCAST_TRY(check_text(name, value));
        if (found.size() == kMostTexts) {
            return fail(ErrorKind::kInvalidInput, "parameter {} is given more than {} times", name,
                        kMostTexts);
        }
        found.push_back(value);
    }
    return found;
}

Result<std::string> text_of(const HttpRequest& request, std::string_view name, bool is_needed) {
    SHELFCAST_ASSIGN(const auto value, one(request, name));
    if (is_needed && value.value_or("").empty()) {
        return fail(ErrorKind::kInvalidInput, "parameter {} is missing", name);
    }
    SHELFCAST_TRY(check_text(name, value.value_or("")));
    return std::string(value.value_or(""));
}

Result<std::string> word_of(const HttpRequest& request, std::string_view name,
                            std::initializer_list<std::string_view> words) {
    SHELFCAST_ASSIGN(const auto value, one(request, name));
    if (value && std::ranges::find(words, *value) == words.end()) {
        return fail(ErrorKind::kInvalidInput, "parameter {}: '{}' is none of {}", name,
                    retail::printable(*value), fmt::join(words, ", "));
    }
    return std::string(value.value_or(""));
}

Result<std::int64_t> number_of(const HttpRequest& request, std::string_view name,
                               std::int64_t otherwise, std::int64_t most) {
    SHELFCAST_ASSIGN(const auto value, one(request, name));
    std::int64_t number = otherwise;
    if (value && (retail::parse_decimal(*value, 0, most, number) != retail::DecimalFault::kNone ||
                  number < 1)) {
        return fail(ErrorKind::kInvalidInput, "parameter {}: '{}' is not a number from 1 to {}",
                    name, retail::printable(*value), most);
    }
    return number;
}

Result<std::int32_t> date_of(const HttpRequest& request, std::string_view name,
                             std::int32_t otherwise) {
    SHELFCAST_ASSIGN(const auto value, one(request, name));
    const auto date = value ? retail::parse_date(*value) : otherwise;
    if (!date || *date < kFirstDate || *date > kLastDate) {
        return fail(ErrorKind::kInvalidInput,
                    "parameter {}: '{}' is no date from 2000-01-01 to 2099-12-31", name,
                    retail::printable(value.value_or("")));
    }
    return *date;
}

Status read_dates(ScreenAsk& ask, const queries::ScreenFilter& to, const HttpRequest& request,
                  std::int32_t log_today) {
    SHELFCAST_ASSIGN(ask.to_date,
                     date_of(request, "to", ask.today + (to.looks_ahead ? kDaysAhead : 0)));
    SHELFCAST_ASSIGN(ask.from_date,
                     date_of(request, "from",
                             std::max(kFirstDate, (to.looks_ahead ? std::min(ask.today, ask.to_date)
                                                                  : ask.to_date) -
                                                      kDefaultDays)));
    if (ask.from_date > ask.to_date || ask.to_date - ask.from_date > kMostDays) {
        return fail(ErrorKind::kInvalidInput,
                    "parameters from and to: {} to {} is no stretch of 0 to {} days",
                    retail::format_date(ask.from_date), retail::format_date(ask.to_date),
                    kMostDays);
    }
    // What arrived is dated by arrival, which goes on while business dates may be long past.
    const bool says_to = request.query_parameter("to").has_value();
    const bool says_from = request.query_parameter("from").has_value();
    ask.log_to = says_to ? ask.to_date : std::max(log_today, ask.from_date);
    ask.log_from = says_from ? ask.from_date : ask.log_to - kDefaultDays;
    return {};
}

Status check_names(const ScreenQuery& query, const HttpRequest& request) {
    std::vector<std::string_view> known;
    for (const queries::ScreenFilter& filter : query.filters) {
        known.push_back(filter.name);
    }
    const bool is_search = query.filter("q") != nullptr;
    for (const std::string_view name : {"store", "region", "cursor", "format"}) {
        if (!is_search) {
            known.push_back(name);
        }
    }
    known.emplace_back("limit");
    for (const auto& [name, value] : request.query_parameters) {
        if (std::ranges::find(known, name) == known.end()) {
            return fail(ErrorKind::kInvalidInput, "{} takes no parameter '{}': it takes {}",
                        query.name, retail::printable(name), fmt::join(known, ", "));
        }
    }
    return {};
}

Status read_filters(ScreenAsk& ask, const ScreenQuery& query, const HttpRequest& request,
                    std::int32_t log_today) {
    if (const auto* const to = query.filter("to")) {
        SHELFCAST_TRY(read_dates(ask, *to, request, log_today));
    }
    if (query.filter("category") != nullptr) {
        SHELFCAST_ASSIGN(ask.categories, many(request, "category"));
    }
    if (const auto* const product = query.filter("product")) {
        SHELFCAST_ASSIGN(ask.product, text_of(request, "product", product->is_needed));
    }
    if (query.filter("reason") != nullptr) {
        SHELFCAST_ASSIGN(ask.reason, text_of(request, "reason", false));
    }
    if (query.filter("risk") != nullptr) {
        SHELFCAST_ASSIGN(ask.risk,
                         word_of(request, "risk", {"out", "high", "medium", "low", "unknown"}));
    }
    if (query.filter("state") != nullptr) {
        SHELFCAST_ASSIGN(ask.state,
                         word_of(request, "state", {"open", "acknowledged", "resolved"}));
    }
    if (query.filter("q") != nullptr) {
        SHELFCAST_ASSIGN(ask.text, text_of(request, "q", true));
        const auto characters = static_cast<std::size_t>(std::ranges::count_if(
            ask.text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
        if (characters > kMostSearchCharacters) {
            return fail(ErrorKind::kInvalidInput, "parameter q has {} characters, more than {}",
                        characters, kMostSearchCharacters);
        }
    }
    return {};
}

Status read_page(ScreenRequest& asked, const ScreenQuery& query, const HttpRequest& request) {
    if (query.filter("q") != nullptr) {
        SHELFCAST_ASSIGN(const std::int64_t limit,
                         number_of(request, "limit", kDefaultMatches, kMostMatches));
        asked.ask.limit = static_cast<std::uint64_t>(limit);
        return {};
    }
    SHELFCAST_ASSIGN(const std::string format,
                     word_of(request, "format", {"json", "csv", "parquet"}));
    asked.format = format == "csv"       ? ports::TableFormat::kCsv
                   : format == "parquet" ? ports::TableFormat::kParquet
                                         : ports::TableFormat::kJsonLines;
    const bool is_json = asked.format == ports::TableFormat::kJsonLines;
    SHELFCAST_ASSIGN(const std::int64_t limit,
                     number_of(request, "limit", is_json ? kDefaultRows : kMostRows,
                               is_json ? kMostJsonRows : kMostRows));
    asked.ask.limit = static_cast<std::uint64_t>(limit);
    SHELFCAST_ASSIGN(const auto cursor, one(request, "cursor"));
    if (cursor) {
        const std::size_t dash = std::min(cursor->find('-'), cursor->size());
        std::int64_t offset = 0;
        constexpr std::int64_t kMostOffset = 1'000'000'000;
        if (retail::parse_decimal(cursor->substr(0, dash), 0, kMostOffset, offset) !=
                retail::DecimalFault::kNone ||
            offset < 0 || cursor->substr(std::min(dash + 1, cursor->size())) != asked.fingerprint) {
            return fail(ErrorKind::kInvalidInput,
                        "parameter cursor: '{}' is not the next_cursor of these parameters",
                        retail::printable(*cursor));
        }
        asked.ask.offset = static_cast<std::uint64_t>(offset);
    }
    return {};
}

std::string fingerprint_of(const ScreenQuery& query, const HttpRequest& request,
                           const ports::Digest& digest) {
    std::string text(query.name);
    for (const auto& [name, value] : request.query_parameters) {
        if (name != "cursor" && name != "limit") {
            text += fmt::format("&{}:{}={}", name, value.size(), value);
        }
    }
    return digest.sha256_hex(text).substr(0, kFingerprintDigits);
}

}  // namespace

Result<ports::StoreScope> wanted_stores(const HttpRequest& request, const ports::StoreScope& scope,
                                        const retail::StoreCatalog& catalog) {
    std::vector<StoreId> stores;
    bool is_narrowed = false;
    for (const auto& [name, value] : request.query_parameters) {
        if (name != "store") {
            continue;
        }
        std::int64_t number = 0;
        if (retail::parse_decimal(value, 0, retail::kMaxStoreId, number) !=
                retail::DecimalFault::kNone ||
            number < 1 || stores.size() == kMostStores) {
            return fail(ErrorKind::kInvalidInput,
                        "parameter store: '{}' is not a number from 1 to {}, or they are more "
                        "than {}",
                        retail::printable(value), retail::kMaxStoreId, kMostStores);
        }
        const StoreId store{static_cast<std::uint32_t>(number)};
        SHELFCAST_TRY(check_seen(scope, store));
        stores.push_back(store);
        is_narrowed = true;
    }
    SHELFCAST_ASSIGN(const std::vector<std::string> regions, many(request, "region"));
    if (regions.empty()) {
        return is_narrowed ? ports::StoreScope::of(std::move(stores)) : scope;
    }
    const ports::StoreScope named = is_narrowed ? ports::StoreScope::of(std::move(stores)) : scope;
    const std::set<std::string> wanted(regions.begin(), regions.end());
    std::set<std::string> found;
    std::vector<StoreId> inside;
    for (const retail::Store& store : catalog.stores()) {
        if (scope.sees(store.id) && wanted.contains(store.region)) {
            found.insert(store.region);
            if (named.sees(store.id)) {
                inside.push_back(store.id);
            }
        }
    }
    for (const std::string& region : wanted) {
        if (!found.contains(region)) {
            return fail(ErrorKind::kInvalidInput,
                        "parameter region: no store that you may see is in '{}'",
                        retail::printable(region));
        }
    }
    return ports::StoreScope::of(std::move(inside));
}

Result<ScreenRequest> read_screen_request(const ScreenQuery& query, const HttpRequest& request,
                                          ports::StoreScope stores, std::int32_t newest_date,
                                          std::int64_t now_us, const ports::Digest& digest) {
    SHELFCAST_TRY(check_names(query, request));
    ScreenRequest asked;
    asked.ask.stores = std::move(stores);
    asked.ask.now_ms = now_us / 1'000;
    const auto log_today = static_cast<std::int32_t>(now_us / kDayUs);
    asked.ask.today = newest_date == 0 ? log_today : newest_date;
    asked.fingerprint = fingerprint_of(query, request, digest);
    SHELFCAST_TRY(read_filters(asked.ask, query, request, log_today));
    SHELFCAST_TRY(read_page(asked, query, request));
    return asked;
}

std::string cursor_text(const ScreenRequest& request, std::uint64_t offset) {
    return fmt::format("{}-{}", offset, request.fingerprint);
}

}  // namespace shelfcast::api
