// Local events and weather.

#include <optional>
#include <set>
#include <utility>

#include "adapters/sqlite_store/database.h"
#include "adapters/sqlite_store/sqlite_store.h"
#include "retail/time_zone.h"

namespace shelfcast::adapters {
namespace {

using retail::DayWeather;
using retail::LocalEvent;
using sqlite_store::Database;
using sqlite_store::Query;

// Stands for null while values are bound and read; no temperature is as low.
constexpr std::int32_t kNothing = -1'000'000;

std::optional<std::int32_t> something(std::int64_t value) {
    return value == kNothing ? std::nullopt : std::optional(static_cast<std::int32_t>(value));
}

// Stores every row with `put` in one transaction; returns how many changed.
template <typename Row, typename Put>
Result<std::uint64_t> put_days(Database& database, std::string_view what,
                               const std::vector<Row>& rows, const Put& put) {
    return database.transaction([&]() -> Result<std::uint64_t> {
        std::set<std::pair<StoreId, std::int32_t>> given;
        std::uint64_t changed = 0;
        for (const Row& row : rows) {
            if (!given.emplace(row.store, row.date).second) {
                return fail(ErrorKind::kInvalidInput, "the {} of store {} on {} is given twice",
                            what, row.store.value, retail::format_date(row.date));
            }
            SHELFCAST_TRY(put(row));
            changed += static_cast<std::uint64_t>(database.changes());
        }
        return changed;
    });
}

}  // namespace

Result<std::uint64_t> SqliteStore::put_local_events(const std::vector<LocalEvent>& events) {
    const std::lock_guard lock(database_->mutex());
    return put_days(*database_, "local event", events, [&](const LocalEvent& event) {
        return database_
            ->query(
                "insert into local_events (store_id, business_date, name) values (?1, ?2, ?3) "
                "on conflict do update set name = excluded.name where name != excluded.name",
                event.store.value, event.date, event.name)
            .run();
    });
}

Result<std::vector<LocalEvent>> SqliteStore::local_events() {
    const std::lock_guard lock(database_->mutex());
    std::vector<LocalEvent> events;
    Query row = database_->query(
        "select store_id, business_date, name from local_events order by store_id, business_date");
    for (;;) {  // ends with the rows
        SHELFCAST_ASSIGN(const bool more, row.next());
        if (!more) {
            return events;
        }
        events.push_back(
            {StoreId{row.number<std::uint32_t>(0)}, row.number<std::int32_t>(1), row.text(2)});
    }
}

Result<std::uint64_t> SqliteStore::put_weather(const std::vector<DayWeather>& weather) {
    const std::lock_guard lock(database_->mutex());
    return put_days(*database_, "weather", weather, [&](const DayWeather& day) {
        return database_
            ->query(
                "insert into weather (store_id, business_date, temperature_centidegrees, "
                "precipitation_hundredths_mm, given_at_us) values (?1, ?2, nullif(?3, ?6), "
                "nullif(?4, ?6), ?5) on conflict do update set "
                "temperature_centidegrees = excluded.temperature_centidegrees, "
                "precipitation_hundredths_mm = excluded.precipitation_hundredths_mm, "
                "given_at_us = excluded.given_at_us "
                "where (temperature_centidegrees, precipitation_hundredths_mm) is not "
                "(excluded.temperature_centidegrees, excluded.precipitation_hundredths_mm)",
                day.store.value, day.date, day.temperature_centidegrees.value_or(kNothing),
                day.precipitation_hundredths_mm.value_or(kNothing), day.given_at_us, kNothing)
            .run();
    });
}

Result<std::vector<DayWeather>> SqliteStore::weather(const ports::DateSpan& dates) {
    const std::lock_guard lock(database_->mutex());
    std::vector<DayWeather> days;
    Query row = database_->query(
        "select store_id, business_date, coalesce(temperature_centidegrees, ?3), "
        "coalesce(precipitation_hundredths_mm, ?3), given_at_us from weather "
        "where business_date between ?1 and ?2 order by store_id, business_date",
        dates.first, dates.last, kNothing);
    for (;;) {  // ends with the rows
        SHELFCAST_ASSIGN(const bool more, row.next());
        if (!more) {
            return days;
        }
        days.push_back({StoreId{row.number<std::uint32_t>(0)}, row.number<std::int32_t>(1),
                        something(row.integer(2)), something(row.integer(3)), row.integer(4)});
    }
}

}  // namespace shelfcast::adapters
