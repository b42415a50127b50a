// Local events and weather.

#include <algorithm>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "adapters/postgres_store/database.h"
#include "adapters/postgres_store/postgres_store.h"
#include "retail/time_zone.h"

namespace shelfcast::adapters {
namespace {

using postgres_store::Connection;
using postgres_store::Database;
using postgres_store::Rows;
using retail::DayWeather;
using retail::LocalEvent;

// The rows of one statement: a few megabytes of arrays.
constexpr std::size_t kRowsAtOnce = 10'000;

// Stands for null in an array of numbers; no temperature is as low.
constexpr std::int32_t kNothing = -1'000'000;

std::optional<std::int32_t> number_at(const Rows& rows, int row, int column) {
    return rows.is_null(row, column)
               ? std::nullopt
               : std::optional(static_cast<std::int32_t>(rows.integer(row, column)));
}

// Stores all rows in one transaction, some at once; returns how many changed.
template <typename Row, typename Put>
Result<std::uint64_t> put_days(Database& database, std::string_view what, std::span<const Row> rows,
                               const Put& put) {
    std::set<std::pair<StoreId, std::int32_t>> given;
    for (const Row& row : rows) {
        if (!given.emplace(row.store, row.date).second) {
            return fail(ErrorKind::kInvalidInput, "the {} of store {} on {} is given twice", what,
                        row.store.value, retail::format_date(row.date));
        }
    }
    return database.transaction("begin", [&](Connection& connection) -> Result<std::uint64_t> {
        std::uint64_t changed = 0;
        for (auto rest = rows; !rest.empty();) {
            const auto some = rest.first(std::min(rest.size(), kRowsAtOnce));
            SHELFCAST_ASSIGN(const Rows put_now, put(connection, some));
            changed += put_now.changed();
            rest = rest.subspan(some.size());
        }
        return changed;
    });
}

Result<Rows> put_events_at(Connection& connection, std::span<const LocalEvent> events) {
    std::vector<std::uint32_t> stores;
    std::vector<std::int32_t> dates;
    std::vector<std::string> names;
    for (const LocalEvent& event : events) {
        stores.push_back(event.store.value);
        dates.push_back(event.date);
        names.push_back(event.name);
    }
    return connection.query(
        "insert into local_events as known (store_id, business_date, name) "
        "select * from unnest($1::bigint[], $2::integer[], $3::text[]) "
        "on conflict (store_id, business_date) do update set name = excluded.name "
        "where known.name <> excluded.name",
        stores, dates, names);
}

Result<Rows> put_weather_at(Connection& connection, std::span<const DayWeather> weather) {
    std::vector<std::uint32_t> stores;
    std::vector<std::int32_t> dates;
    std::vector<std::int32_t> temperatures;
    std::vector<std::int32_t> precipitations;
    std::vector<std::int64_t> given_at;
    for (const DayWeather& day : weather) {
        stores.push_back(day.store.value);
        dates.push_back(day.date);
        temperatures.push_back(day.temperature_centidegrees.value_or(kNothing));
        precipitations.push_back(day.precipitation_hundredths_mm.value_or(kNothing));
        given_at.push_back(day.given_at_us);
    }
    return connection.query(
        "insert into weather as known (store_id, business_date, temperature_centidegrees, "
        "precipitation_hundredths_mm, given_at_us) "
        "select given.store_id, given.business_date, nullif(given.temperature, $6::integer), "
        "nullif(given.precipitation, $6::integer), given.given_at_us "
        "from unnest($1::bigint[], $2::integer[], $3::integer[], $4::integer[], $5::bigint[]) "
        "as given (store_id, business_date, temperature, precipitation, given_at_us) "
        "on conflict (store_id, business_date) do update set "
        "temperature_centidegrees = excluded.temperature_centidegrees, "
        "precipitation_hundredths_mm = excluded.precipitation_hundredths_mm, "
        "given_at_us = excluded.given_at_us "
        "where (known.temperature_centidegrees, known.precipitation_hundredths_mm) is distinct "
        "from (excluded.temperature_centidegrees, excluded.precipitation_hundredths_mm)",
        stores, dates, temperatures, precipitations, given_at, kNothing);
}

}  // namespace

Result<std::uint64_t> PostgresStore::put_local_events(const std::vector<LocalEvent>& events) {
    return put_days(*database_, "local event", std::span(events), put_events_at);
}

Result<std::vector<LocalEvent>> PostgresStore::local_events() {
    SHELFCAST_ASSIGN(const Rows rows,
                     database_->query("select store_id, business_date, name from local_events "
                                      "order by store_id, business_date"));
    std::vector<LocalEvent> events;
    for (int row = 0; row < rows.count(); ++row) {
        events.push_back({StoreId{rows.number<std::uint32_t>(row, 0)},
                          static_cast<std::int32_t>(rows.integer(row, 1)), rows.text(row, 2)});
    }
    return events;
}

Result<std::uint64_t> PostgresStore::put_weather(const std::vector<DayWeather>& weather) {
    return put_days(*database_, "weather", std::span(weather), put_weather_at);
}

Result<std::vector<DayWeather>> PostgresStore::weather(const ports::DateSpan& dates) {
    SHELFCAST_ASSIGN(const Rows rows,
                     database_->query("select store_id, business_date, temperature_centidegrees, "
                                      "precipitation_hundredths_mm, given_at_us from weather "
                                      "where business_date between $1::integer and $2::integer "
                                      "order by store_id, business_date",
                                      dates.first, dates.last));
    std::vector<DayWeather> days;
    for (int row = 0; row < rows.count(); ++row) {
        days.push_back({StoreId{rows.number<std::uint32_t>(row, 0)},
                        static_cast<std::int32_t>(rows.integer(row, 1)), number_at(rows, row, 2),
                        number_at(rows, row, 3), rows.integer(row, 4)});
    }
    return days;
}

}  // namespace shelfcast::adapters
