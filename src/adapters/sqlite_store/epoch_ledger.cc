// The EpochLedger part of SqliteStore: flushes, written-down ends, epochs and their cuts.

#include "adapters/sqlite_store/database.h"
#include "adapters/sqlite_store/flush_text.h"
#include "adapters/sqlite_store/sqlite_store.h"

namespace shelfcast::adapters {
namespace {

using ports::EpochCut;
using ports::FlushDraft;
using ports::FlushRecord;
using ports::LogRange;
using ports::SpeedSession;
using sqlite_store::Database;
using sqlite_store::Query;

enum class EpochState : std::int64_t { kOpen = 1, kClosing = 2, kClosed = 3 };

// Flushes forgotten in one transaction: some ten milliseconds.
constexpr int kForgetAtOnce = 2000;

Status check_draft(const FlushDraft& draft) {
    if (draft.ranges.empty()) {
        return fail(ErrorKind::kInvalidInput, "a flush without log ranges");
    }
    for (const LogRange& range : draft.ranges) {
        if (!sqlite_store::is_plain_name(range.topic)) {
            return fail(ErrorKind::kInvalidInput, "'{}' is no topic name", range.topic);
        }
        if (range.from < 0 || range.to <= range.from) {
            return fail(ErrorKind::kInvalidInput,
                        "topic {} partition {}: [{}, {}) is no range of offsets", range.topic,
                        range.partition.value, range.from, range.to);
        }
    }
    for (const auto& [table, rows] : draft.rows_per_table) {
        if (!sqlite_store::is_plain_name(table)) {
            return fail(ErrorKind::kInvalidInput, "'{}' is no table name", table);
        }
    }
    return {};
}

// The open epoch is the newest.
Result<EpochId> newest_epoch(Database& database) {
    Query query = database.query("select max(epoch) from epochs");
    SHELFCAST_TRY(query.next());
    return EpochId{query.number<std::uint32_t>(0)};
}

// Moves the written-down end of a partition over the range; a new partition begins where it likes.
Status advance_end(Database& database, const LogRange& range) {
    {
        Query end = database.query(
            "select end_offset from written_ends where topic = ?1 and log_partition = ?2",
            range.topic, range.partition.value);
        SHELFCAST_ASSIGN(const bool known, end.next());
        if (known && end.integer(0) != range.from) {
            return fail(
                ErrorKind::kConflict,
                "topic {} partition {}: range [{}, {}) does not begin at {}, where the last "
                "written-down one ended",
                range.topic, range.partition.value, range.from, range.to, end.integer(0));
        }
    }
    return database
        .query(
            "insert into written_ends (topic, log_partition, end_offset) values (?1, ?2, ?3) "
            "on conflict do update set end_offset = excluded.end_offset",
            range.topic, range.partition.value, range.to)
        .run();
}

Result<FlushRecord> insert_flush(Database& database, const FlushDraft& draft) {
    for (const LogRange& range : draft.ranges) {
        SHELFCAST_TRY(advance_end(database, range));
    }
    SHELFCAST_ASSIGN(const EpochId epoch, newest_epoch(database));
    SHELFCAST_TRY(database
                      .query("insert into flushes (epoch, attempt, done, catalog, hash_0, hash_1, "
                             "ranges, rows_per_table) values (?1, 1, 0, ?2, ?3, ?4, ?5, ?6)",
                             epoch.value, draft.catalog.value, draft.content_hash[0],
                             draft.content_hash[1], sqlite_store::format_ranges(draft.ranges),
                             sqlite_store::format_rows(draft.rows_per_table))
                      .run());
    return FlushRecord{FlushId{static_cast<std::uint64_t>(database.last_key())}, epoch, 1, false,
                       draft};
}

Result<std::vector<EpochCut>> read_cuts(Query& query) {
    std::vector<EpochCut> cuts;
    for (;;) {  // ends with the rows
        SHELFCAST_ASSIGN(const bool row, query.next());
        if (!row) {
            return cuts;
        }
        cuts.push_back(
            {query.text(0), PartitionId{query.number<std::uint32_t>(1)}, query.integer(2)});
    }
}

Result<std::vector<EpochId>> read_epochs(Query& query) {
    std::vector<EpochId> epochs;
    for (;;) {  // ends with the rows
        SHELFCAST_ASSIGN(const bool row, query.next());
        if (!row) {
            return epochs;
        }
        epochs.push_back(EpochId{query.number<std::uint32_t>(0)});
    }
}

Result<FlushRecord> read_flush(const Query& row) {
    FlushRecord flush;
    flush.id = FlushId{row.number<std::uint64_t>(0)};
    flush.epoch = EpochId{row.number<std::uint32_t>(1)};
    flush.attempt = row.number<std::uint32_t>(2);
    flush.done = row.integer(3) != 0;
    flush.draft.catalog = CatalogVersion{row.number<std::uint64_t>(4)};
    flush.draft.content_hash = {row.number<std::uint64_t>(5), row.number<std::uint64_t>(6)};
    SHELFCAST_ASSIGN(flush.draft.ranges, sqlite_store::parse_ranges(row.text(7)));
    SHELFCAST_ASSIGN(flush.draft.rows_per_table, sqlite_store::parse_rows(row.text(8)));
    return flush;
}

Result<EpochState> state_of(Database& database, EpochId epoch) {
    Query query = database.query("select state from epochs where epoch = ?1", epoch.value);
    SHELFCAST_ASSIGN(const bool row, query.next());
    if (!row) {
        return fail(ErrorKind::kNotFound, "epoch {} not found", epoch.value);
    }
    return static_cast<EpochState>(query.integer(0));
}

Result<std::vector<FlushRecord>> read_flushes(Database& database, Query& query) {
    std::vector<FlushRecord> flushes;
    for (;;) {  // ends with the rows
        SHELFCAST_ASSIGN(const bool row, query.next());
        if (!row) {
            return flushes;
        }
        auto flush = read_flush(query);
        if (!flush) {
            return forward_error(flush, fmt::format("{}: flush {}", database.path(),
                                                    query.number<std::uint64_t>(0)));
        }
        flushes.push_back(std::move(*flush));
    }
}

Result<SpeedSession> newest_session(Database& database) {
    Query query = database.query(
        "select session_id, server_started_s is null, ifnull(server_started_s, 0) "
        "from speed_sessions");
    SHELFCAST_ASSIGN(const bool row, query.next());
    if (!row) {
        return SpeedSession{};
    }
    SpeedSession session{SessionId{query.number<std::uint64_t>(0)}, std::nullopt};
    if (query.integer(1) == 0) {
        session.server_started_s = query.integer(2);
    }
    return session;
}

auto session_is_over(SessionId session, SessionId newest) {
    return fail(ErrorKind::kUnavailable, "session {} of the speed layer is over, session {} began",
                session.value, newest.value);
}

auto flush_not_found(FlushId flush) {
    return fail(ErrorKind::kNotFound, "flush {} not found", flush.value);
}

}  // namespace

Result<SpeedSession> SqliteStore::session() {
    const std::lock_guard lock(database_->mutex());
    return newest_session(*database_);
}

Result<SessionId> SqliteStore::begin_session(SessionId after) {
    const std::lock_guard lock(database_->mutex());
    return database_->transaction([&]() -> Result<SessionId> {
        SHELFCAST_ASSIGN(const SpeedSession newest, newest_session(*database_));
        if (newest.id != after) {
            return fail(ErrorKind::kConflict, "session {} was begun after session {}",
                        newest.id.value, after.value);
        }
        SHELFCAST_TRY(database_->query("delete from speed_sessions").run());
        SHELFCAST_TRY(
            database_->query("insert into speed_sessions (session_id) values (?1)", after.value + 1)
                .run());
        return SessionId{after.value + 1};
    });
}

Status SqliteStore::mark_verified(SessionId session, std::int64_t server_started_s) {
    const std::lock_guard lock(database_->mutex());
    SHELFCAST_TRY(database_
                      ->query("update speed_sessions set server_started_s = ?2 "
                              "where session_id = ?1",
                              session.value, server_started_s)
                      .run());
    if (database_->changes() == 0) {
        return fail(ErrorKind::kConflict, "session {} is not the newest", session.value);
    }
    return {};
}

Result<FlushRecord> SqliteStore::write_down(const FlushDraft& draft, SessionId session) {
    SHELFCAST_TRY(check_draft(draft));
    const std::lock_guard lock(database_->mutex());
    return database_->transaction([&]() -> Result<FlushRecord> {
        SHELFCAST_ASSIGN(const SpeedSession newest, newest_session(*database_));
        if (newest.id != session) {
            return session_is_over(session, newest.id);
        }
        return insert_flush(*database_, draft);
    });
}

Status SqliteStore::mark_done(FlushId flush, SessionId session) {
    const std::lock_guard lock(database_->mutex());
    SHELFCAST_ASSIGN(const SpeedSession newest, newest_session(*database_));
    if (newest.id != session) {
        return session_is_over(session, newest.id);
    }
    SHELFCAST_TRY(database_->without_sync([&] {
        return database_->query("update flushes set done = 1 where flush_id = ?1", flush.value)
            .run();
    }));
    if (database_->changes() == 0) {
        return flush_not_found(flush);
    }
    return {};
}

Result<std::uint32_t> SqliteStore::next_attempt(FlushId flush) {
    const std::lock_guard lock(database_->mutex());
    return database_->transaction([&]() -> Result<std::uint32_t> {
        SHELFCAST_TRY(
            database_
                ->query("update flushes set attempt = attempt + 1 where flush_id = ?1", flush.value)
                .run());
        if (database_->changes() == 0) {
            return flush_not_found(flush);
        }
        Query attempt =
            database_->query("select attempt from flushes where flush_id = ?1", flush.value);
        SHELFCAST_TRY(attempt.next());
        return attempt.number<std::uint32_t>(0);
    });
}

Result<std::vector<FlushRecord>> SqliteStore::undone_flushes(EpochId epoch) {
    const std::lock_guard lock(database_->mutex());
    Query query = database_->query(
        "select flush_id, epoch, attempt, done, catalog, hash_0, hash_1, ranges, rows_per_table "
        "from flushes where epoch = ?1 and done = 0 order by flush_id",
        epoch.value);
    return read_flushes(*database_, query);
}

Result<bool> SqliteStore::has_flushes(EpochId epoch) {
    const std::lock_guard lock(database_->mutex());
    Query query =
        database_->query("select exists (select 1 from flushes where epoch = ?1)", epoch.value);
    SHELFCAST_TRY(query.next());
    return query.integer(0) != 0;
}

Result<std::vector<FlushRecord>> SqliteStore::flushes(EpochId epoch) {
    const std::lock_guard lock(database_->mutex());
    Query query = database_->query(
        "select flush_id, epoch, attempt, done, catalog, hash_0, hash_1, ranges, rows_per_table "
        "from flushes where epoch = ?1 order by flush_id",
        epoch.value);
    return read_flushes(*database_, query);
}

Result<std::vector<EpochCut>> SqliteStore::written_ends() {
    const std::lock_guard lock(database_->mutex());
    Query query = database_->query(
        "select topic, log_partition, end_offset from written_ends order by topic, log_partition");
    return read_cuts(query);
}

Result<EpochId> SqliteStore::open_epoch() {
    const std::lock_guard lock(database_->mutex());
    return newest_epoch(*database_);
}

Result<std::vector<EpochId>> SqliteStore::closing_epochs() {
    const std::lock_guard lock(database_->mutex());
    Query query = database_->query("select epoch from epochs where state = 2 order by epoch");
    return read_epochs(query);
}

Result<EpochId> SqliteStore::raise_epoch(std::uint32_t empty_ones) {
    const std::lock_guard lock(database_->mutex());
    return database_->transaction([&]() -> Result<EpochId> {
        SHELFCAST_ASSIGN(const EpochId first, newest_epoch(*database_));
        for (std::uint32_t epoch = first.value; epoch <= first.value + empty_ones; ++epoch) {
            // Every partition ever written has an end: the cut carries over what got nothing new.
            SHELFCAST_TRY(
                database_
                    ->query("insert into epoch_cuts (epoch, topic, log_partition, end_offset) "
                            "select ?1, topic, log_partition, end_offset from written_ends",
                            epoch)
                    .run());
            SHELFCAST_TRY(
                database_->query("update epochs set state = 2 where epoch = ?1", epoch).run());
            SHELFCAST_TRY(
                database_->query("insert into epochs (epoch, state) values (?1, 1)", epoch + 1)
                    .run());
        }
        return first;
    });
}

Result<std::vector<EpochCut>> SqliteStore::cuts(EpochId epoch) {
    const std::lock_guard lock(database_->mutex());
    SHELFCAST_ASSIGN(const EpochState state, state_of(*database_, epoch));
    if (state == EpochState::kOpen) {
        return fail(ErrorKind::kNotFound, "epoch {} is open: it has no cut yet", epoch.value);
    }
    Query query = database_->query(
        "select topic, log_partition, end_offset from epoch_cuts where epoch = ?1 "
        "order by topic, log_partition",
        epoch.value);
    return read_cuts(query);
}

Status SqliteStore::mark_closed(EpochId epoch, std::int64_t closed_at_us) {
    const std::lock_guard lock(database_->mutex());
    return database_->transaction([&]() -> Status {
        SHELFCAST_ASSIGN(const EpochState state, state_of(*database_, epoch));
        if (state == EpochState::kOpen) {
            return fail(ErrorKind::kConflict, "epoch {} is open: it was never cut", epoch.value);
        }
        // A repeat keeps the first time.
        return database_
            ->query("update epochs set state = 3, closed_at_us = ?2 where epoch = ?1 and state = 2",
                    epoch.value, closed_at_us)
            .run();
    });
}

Result<std::vector<EpochId>> SqliteStore::closed_before(std::int64_t time_us) {
    const std::lock_guard lock(database_->mutex());
    Query query = database_->query(
        "select epoch from epochs where state = 3 and closed_at_us < ?1 order by epoch", time_us);
    return read_epochs(query);
}

Status SqliteStore::forget_flushes(EpochId up_to) {
    for (;;) {  // each turn forgets at least one flush or ends
        const std::lock_guard lock(database_->mutex());
        SHELFCAST_TRY(
            database_
                ->query("delete from flushes where flush_id in (select flush_id from flushes "
                        "where epoch in (select epoch from epochs where state = 3 and "
                        "epoch <= ?1) limit ?2)",
                        up_to.value, kForgetAtOnce)
                .run());
        if (database_->changes() == 0) {
            return {};
        }
    }
}

}  // namespace shelfcast::adapters
