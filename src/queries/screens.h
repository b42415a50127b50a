#pragma once

/// \file queries/screens.h
/// What the screens ask: the files of sql/queries/screens, each described by its own header
/// (columns and filters), from which api/openapi.yaml is made, too. Constant data and pure
/// functions, thread safe.
///
/// Every one takes the caller's stores through the same two values, all_stores and stores: there is
/// no other way to ask one.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/query_runner.h"
#include "ports/store_scope.h"
#include "sql_text.h"

namespace shelfcast::queries {

struct ScreenColumn {
    std::string_view name;
    std::string_view type;  ///< String, UInt8, UInt32, UInt64, Int64, Float64, Decimal, Date, …
    bool is_nullable = false;
};

struct ScreenFilter {
    std::string_view name;  ///< from, to, category, product, risk, state, reason or q.
    bool is_needed = false;
    bool looks_ahead = false;  ///< `to` may be, and is by itself, past the newest business date.
};

/// For how long an answer may be given again to whoever asks the same.
enum class Keeping : std::uint8_t {
    kNone,
    kBriefly,  ///< A moment: many who watch what is live ask for it as often as one.
    kByCost,   ///< A multiple of what it took, if it took long.
};

struct ScreenQuery {
    std::string_view name;  ///< Of its file: "home_kpis".
    std::string_view sql;
    std::vector<ScreenColumn> columns;
    std::vector<ScreenFilter> filters;
    Keeping keeping = Keeping::kNone;

    [[nodiscard]] const ScreenFilter* filter(std::string_view filter_name) const;
};

/// Reads a file's header. Error: kInvalidInput, a line that is none of a header.
[[nodiscard]] Result<ScreenQuery> parse_screen_query(const SqlFile& file);

/// All of sql/queries/screens, by name.
[[nodiscard]] std::span<const ScreenQuery> screen_queries();
/// What GET /v1/search asks.
[[nodiscard]] const ScreenQuery& search_query();

/// What is asked for, checked by now. Dates are days since 1970-01-01, times UTC milliseconds.
struct ScreenAsk {
    ports::StoreScope stores;               ///< The caller's, or those of them that were asked for.
    std::vector<std::string> categories{};  ///< Empty: every one.
    std::string product{};                  ///< Empty: every one.
    std::string risk{};
    std::string state{};
    std::string reason{};
    std::string text{};
    std::int32_t from_date = 0;
    std::int32_t to_date = 0;
    std::int32_t log_from = 0;  ///< UTC dates of arrival.
    std::int32_t log_to = 0;
    std::int32_t today = 0;  ///< The newest business date of these stores.
    std::int64_t as_of_ms = 0;
    std::int64_t now_ms = 0;
    std::uint64_t limit = 0;
    std::uint64_t offset = 0;
};

/// The values of all places of the query's text, and no others.
[[nodiscard]] ports::QueryValues screen_values(const ScreenQuery& query, const ScreenAsk& ask);

/// How far a store's events go.
struct StoreWatermark {
    std::uint32_t store_id = 0;
    std::int64_t last_event_ms = 0;  ///< UTC.
    std::int32_t business_date = 0;  ///< The newest one, days since 1970-01-01.
};

/// Of every store with events, by store.
[[nodiscard]] Result<std::vector<StoreWatermark>> store_watermarks(ports::QueryRunner& runner);

}  // namespace shelfcast::queries
