// The EpochLedger part of PostgresStore: flushes, written-down ends, epochs and their cuts.
//
// Who writes a flush down, or marks it, shares the table of epochs with others who do; who raises
// the epoch or begins a session has it alone. Such waits are served in order, so that neither
// starves the other. All flushes of an epoch are there once it is cut, all of a session once the
// next has begun.

#include <algorithm>
#include <map>
#include <utility>

#include "adapters/postgres_store/database.h"
#include "adapters/postgres_store/postgres_store.h"

namespace shelfcast::adapters {
namespace {

using ports::EpochCut;
using ports::FlushDraft;
using ports::FlushRecord;
using ports::LogRange;
using ports::SpeedSession;
using postgres_store::Connection;
using postgres_store::Rows;

enum class EpochState : std::int64_t { kOpen = 1, kClosing = 2, kClosed = 3 };

constexpr const char* kBeginShared = "begin; lock table epochs in row share mode";
constexpr const char* kBeginAlone = "begin; lock table epochs in exclusive mode";
constexpr const char* kBeginSnapshot = "begin isolation level repeatable read read only";

// Flushes forgotten in one transaction: some ten milliseconds.
constexpr int kForgetAtOnce = 2000;

bool is_plain_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    });
}

Status check_draft(const FlushDraft& draft) {
    if (draft.ranges.empty()) {
        return fail(ErrorKind::kInvalidInput, "a flush without log ranges");
    }
    for (const LogRange& range : draft.ranges) {
        if (!is_plain_name(range.topic)) {
            return fail(ErrorKind::kInvalidInput, "'{}' is no topic name", range.topic);
        }
        if (range.from < 0 || range.to <= range.from) {
            return fail(ErrorKind::kInvalidInput,
                        "topic {} partition {}: [{}, {}) is no range of offsets", range.topic,
                        range.partition.value, range.from, range.to);
        }
    }
    for (const auto& [table, rows] : draft.rows_per_table) {
        if (!is_plain_name(table)) {
            return fail(ErrorKind::kInvalidInput, "'{}' is no table name", table);
        }
    }
    return {};
}

using Partition = std::pair<std::string, std::uint32_t>;
using Ends = std::map<Partition, std::int64_t>;

// Topics, partitions and an offset of each, as three arrays.
struct PartitionColumns {
    explicit PartitionColumns(const Ends& ends) {
        for (const auto& [partition, end] : ends) {
            topics.push_back(partition.first);
            partitions.push_back(partition.second);
            offsets.push_back(end);
        }
    }
    std::vector<std::string> topics;
    std::vector<std::uint32_t> partitions;
    std::vector<std::int64_t> offsets;
};

struct DraftColumns {
    explicit DraftColumns(const FlushDraft& draft) {
        for (const LogRange& range : draft.ranges) {
            topics.push_back(range.topic);
            partitions.push_back(range.partition.value);
            begins.push_back(range.from);
            ends.push_back(range.to);
        }
        for (const auto& [table, count] : draft.rows_per_table) {
            tables.push_back(table);
            counts.push_back(count);
        }
    }
    std::vector<std::string> topics;
    std::vector<std::uint32_t> partitions;
    std::vector<std::int64_t> begins;
    std::vector<std::int64_t> ends;
    std::vector<std::string> tables;
    std::vector<std::uint64_t> counts;
};

// Moves `ends` over the ranges of a draft.
Status advance(Ends& ends, const FlushDraft& draft) {
    for (const LogRange& range : draft.ranges) {
        std::int64_t& end = ends.at({range.topic, range.partition.value});
        if (end != range.from) {
            return fail(
                ErrorKind::kConflict,
                "topic {} partition {}: range [{}, {}) does not begin at {}, where the last "
                "written-down one ended",
                range.topic, range.partition.value, range.from, range.to, end);
        }
        end = range.to;
    }
    return {};
}

// The written-down ends of a draft's partitions, which stay locked; a partition that is new begins
// where the draft does. In one order for everybody, so that nobody waits in a circle.
Result<Ends> lock_ends(Connection& connection, const FlushDraft& draft) {
    Ends begins;
    for (const LogRange& range : draft.ranges) {
        begins.emplace(Partition{range.topic, range.partition.value}, range.from);
    }
    const PartitionColumns columns(begins);
    SHELFCAST_TRY(
        connection.query("insert into written_ends (topic, log_partition, end_offset) "
                         "select * from unnest($1::text[], $2::bigint[], $3::bigint[]) "
                         "on conflict do nothing",
                         columns.topics, columns.partitions, columns.offsets));
    SHELFCAST_ASSIGN(
        const Rows rows,
        connection.query("select w.topic, w.log_partition, w.end_offset from written_ends w "
                         "join unnest($1::text[], $2::bigint[]) as wanted (topic, log_partition) "
                         "on w.topic = wanted.topic and w.log_partition = wanted.log_partition "
                         "order by w.topic, w.log_partition for update of w",
                         columns.topics, columns.partitions));
    Ends ends;
    for (int row = 0; row < rows.count(); ++row) {
        ends[{rows.text(row, 0), rows.number<std::uint32_t>(row, 1)}] = rows.integer(row, 2);
    }
    return ends;
}

FlushRecord record_of(const Rows& row, const FlushDraft& draft) {
    return {FlushId{row.number<std::uint64_t>(0, 0)}, EpochId{row.number<std::uint32_t>(0, 1)},
            row.number<std::uint32_t>(0, 2), row.truth(0, 3), draft};
}

// The flush of this very draft by this writer, if its answer was lost.
Result<Rows> find_repeated(Connection& connection, const FlushDraft& draft,
                           std::string_view writer) {
    const DraftColumns columns(draft);
    return connection.query(
        "select flush_id, epoch, attempt, done from flushes where written_by = $1::text::uuid "
        "and catalog = $2 and hash_0 = $3 and hash_1 = $4 and range_topics = $5::text[] "
        "and range_partitions = $6::bigint[] and range_begins = $7::bigint[] "
        "and range_ends = $8::bigint[] and row_tables = $9::text[] "
        "and row_counts = $10::numeric(20, 0)[]",
        writer, draft.catalog.value, draft.content_hash[0], draft.content_hash[1], columns.topics,
        columns.partitions, columns.begins, columns.ends, columns.tables, columns.counts);
}

Result<FlushRecord> insert_flush(Connection& connection, const FlushDraft& draft,
                                 std::string_view writer) {
    SHELFCAST_ASSIGN(Ends ends, lock_ends(connection, draft));
    if (Status advanced = advance(ends, draft); !advanced) {
        SHELFCAST_ASSIGN(const Rows repeated, find_repeated(connection, draft, writer));
        if (repeated.empty()) {
            return forward_error(advanced);
        }
        return record_of(repeated, draft);
    }
    const PartitionColumns moved(ends);
    const DraftColumns columns(draft);
    SHELFCAST_ASSIGN(
        const Rows rows,
        connection.query(
            "with moved as (update written_ends w set end_offset = moved.end_offset "
            "from unnest($1::text[], $2::bigint[], $3::bigint[]) "
            "as moved (topic, log_partition, end_offset) "
            "where w.topic = moved.topic and w.log_partition = moved.log_partition) "
            "insert into flushes (epoch, catalog, hash_0, hash_1, range_topics, range_partitions, "
            "range_begins, range_ends, row_tables, row_counts, written_by) "
            "select max(epoch), $4::numeric, $5::numeric, $6::numeric, $7::text[], $8::bigint[], "
            "$9::bigint[], $10::bigint[], $11::text[], $12::numeric(20, 0)[], $13::text::uuid "
            "from epochs returning flush_id, epoch, attempt, done",
            moved.topics, moved.partitions, moved.offsets, draft.catalog.value,
            draft.content_hash[0], draft.content_hash[1], columns.topics, columns.partitions,
            columns.begins, columns.ends, columns.tables, columns.counts, writer));
    return record_of(rows, draft);
}

// Ranges and row counts come as rows of their own, in the order of the flushes.
Result<std::vector<FlushRecord>> read_flushes(Connection& connection, EpochId epoch,
                                              bool only_undone) {
    SHELFCAST_ASSIGN(
        const Rows ranges,
        connection.query(
            "select flush_id, epoch, attempt, done, catalog, hash_0, hash_1, r.topic, "
            "r.log_partition, r.begin_offset, r.end_offset from flushes cross join lateral "
            "unnest(range_topics, range_partitions, range_begins, range_ends) with ordinality "
            "as r (topic, log_partition, begin_offset, end_offset, position) "
            "where epoch = $1 and (not done or not $2::boolean) order by flush_id, r.position",
            epoch.value, only_undone));
    SHELFCAST_ASSIGN(const Rows counts,
                     connection.query("select flush_id, c.table_name, c.row_count from flushes "
                                      "cross join lateral unnest(row_tables, row_counts) "
                                      "as c (table_name, row_count) "
                                      "where epoch = $1 and (not done or not $2::boolean) "
                                      "order by flush_id",
                                      epoch.value, only_undone));
    std::vector<FlushRecord> flushes;
    for (int row = 0; row < ranges.count(); ++row) {
        const FlushId id{ranges.number<std::uint64_t>(row, 0)};
        if (flushes.empty() || flushes.back().id != id) {
            FlushRecord flush{id,
                              EpochId{ranges.number<std::uint32_t>(row, 1)},
                              ranges.number<std::uint32_t>(row, 2),
                              ranges.truth(row, 3),
                              {}};
            flush.draft.catalog = CatalogVersion{ranges.number<std::uint64_t>(row, 4)};
            flush.draft.content_hash = {ranges.number<std::uint64_t>(row, 5),
                                        ranges.number<std::uint64_t>(row, 6)};
            flushes.push_back(std::move(flush));
        }
        flushes.back().draft.ranges.push_back({ranges.text(row, 7),
                                               PartitionId{ranges.number<std::uint32_t>(row, 8)},
                                               ranges.integer(row, 9), ranges.integer(row, 10)});
    }
    auto flush = flushes.begin();
    for (int row = 0; row < counts.count(); ++row) {
        while (flush->id.value != counts.number<std::uint64_t>(row, 0)) {  // each has ranges
            ++flush;
        }
        flush->draft.rows_per_table.emplace(counts.text(row, 1),
                                            counts.number<std::uint64_t>(row, 2));
    }
    return flushes;
}

std::vector<EpochCut> read_cuts(const Rows& rows) {
    std::vector<EpochCut> cuts;
    cuts.reserve(static_cast<std::size_t>(rows.count()));
    for (int row = 0; row < rows.count(); ++row) {
        cuts.push_back({rows.text(row, 0), PartitionId{rows.number<std::uint32_t>(row, 1)},
                        rows.integer(row, 2)});
    }
    return cuts;
}

std::vector<EpochId> read_epochs(const Rows& rows) {
    std::vector<EpochId> epochs;
    epochs.reserve(static_cast<std::size_t>(rows.count()));
    for (int row = 0; row < rows.count(); ++row) {
        epochs.push_back(EpochId{rows.number<std::uint32_t>(row, 0)});
    }
    return epochs;
}

// The open epoch is the newest.
Result<EpochId> newest_epoch(Connection& connection) {
    SHELFCAST_ASSIGN(const Rows rows, connection.query("select max(epoch) from epochs"));
    return EpochId{rows.number<std::uint32_t>(0, 0)};
}

Result<EpochState> state_of(Connection& connection, EpochId epoch) {
    SHELFCAST_ASSIGN(const Rows rows,
                     connection.query("select state from epochs where epoch = $1", epoch.value));
    if (rows.empty()) {
        return fail(ErrorKind::kNotFound, "epoch {} not found", epoch.value);
    }
    return static_cast<EpochState>(rows.integer(0, 0));
}

// Cuts the epochs [first, end) and opens the one after them.
Status cut_epochs(Connection& connection, EpochId first, EpochId end) {
    // Every partition ever written has an end: the cut carries over what got nothing new.
    SHELFCAST_TRY(
        connection.query("update epochs set state = 2 where epoch = $1::bigint", first.value));
    SHELFCAST_TRY(connection.query(
        "insert into epochs (epoch, state) select each, case when each = $2::bigint then 1 else 2 "
        "end from generate_series($1::bigint + 1, $2::bigint) as each",
        first.value, end.value));
    SHELFCAST_TRY(
        connection.query("insert into epoch_cuts (epoch, topic, log_partition, end_offset) "
                         "select each, topic, log_partition, end_offset from written_ends, "
                         "generate_series($1::bigint, $2::bigint - 1) as each",
                         first.value, end.value));
    return {};
}

SpeedSession read_session(const Rows& rows) {
    SpeedSession session;
    if (!rows.empty()) {
        session.id = SessionId{rows.number<std::uint64_t>(0, 0)};
        if (!rows.is_null(0, 1)) {
            session.server_started_s = rows.integer(0, 1);
        }
    }
    return session;
}

constexpr const char* kSelectSession = "select session_id, server_started_s from speed_sessions";

Status check_session(Connection& connection, SessionId session) {
    SHELFCAST_ASSIGN(const Rows rows, connection.query(kSelectSession));
    const SessionId newest = read_session(rows).id;
    if (newest != session) {
        return fail(ErrorKind::kUnavailable,
                    "session {} of the speed layer is over, session {} began", session.value,
                    newest.value);
    }
    return {};
}

auto flush_not_found(FlushId flush) {
    return fail(ErrorKind::kNotFound, "flush {} not found", flush.value);
}

}  // namespace

Result<SpeedSession> PostgresStore::session() {
    SHELFCAST_ASSIGN(const Rows rows, database_->query(kSelectSession));
    return read_session(rows);
}

Result<SessionId> PostgresStore::begin_session(SessionId after) {
    return database_->transaction(kBeginAlone, [&](Connection& connection) -> Result<SessionId> {
        SHELFCAST_ASSIGN(const Rows rows, connection.query(kSelectSession));
        if (const SessionId newest = read_session(rows).id; newest != after) {
            return fail(ErrorKind::kConflict, "session {} was begun after session {}", newest.value,
                        after.value);
        }
        SHELFCAST_TRY(connection.query("delete from speed_sessions"));
        SHELFCAST_TRY(connection.query("insert into speed_sessions (session_id) values ($1)",
                                       after.value + 1));
        return SessionId{after.value + 1};
    });
}

Status PostgresStore::mark_verified(SessionId session, std::int64_t server_started_s) {
    SHELFCAST_ASSIGN(const Rows rows,
                     database_->query("update speed_sessions set server_started_s = $2 "
                                      "where session_id = $1",
                                      session.value, server_started_s));
    if (rows.changed() == 0) {
        return fail(ErrorKind::kConflict, "session {} is not the newest", session.value);
    }
    return {};
}

Result<FlushRecord> PostgresStore::write_down(const FlushDraft& draft, SessionId session) {
    SHELFCAST_TRY(check_draft(draft));
    return database_->transaction(kBeginShared, [&](Connection& connection) -> Result<FlushRecord> {
        SHELFCAST_TRY(check_session(connection, session));
        return insert_flush(connection, draft, writer_);
    });
}

Status PostgresStore::mark_done(FlushId flush, SessionId session) {
    return database_->transaction(kBeginShared, [&](Connection& connection) -> Status {
        SHELFCAST_TRY(check_session(connection, session));
        // A power loss may take the mark back: that is what verifying is for.
        SHELFCAST_TRY(connection.query("set local synchronous_commit = off"));
        SHELFCAST_ASSIGN(
            const Rows rows,
            connection.query("update flushes set done = true where flush_id = $1", flush.value));
        if (rows.changed() == 0) {
            return flush_not_found(flush);
        }
        return {};
    });
}

Result<std::uint32_t> PostgresStore::next_attempt(FlushId flush) {
    SHELFCAST_ASSIGN(const Rows rows, database_->query("update flushes set attempt = attempt + 1 "
                                                       "where flush_id = $1 returning attempt",
                                                       flush.value));
    if (rows.empty()) {
        return flush_not_found(flush);
    }
    return rows.number<std::uint32_t>(0, 0);
}

Result<std::vector<FlushRecord>> PostgresStore::undone_flushes(EpochId epoch) {
    return database_->transaction(kBeginSnapshot, [&](Connection& connection) {
        return read_flushes(connection, epoch, true);
    });
}

Result<bool> PostgresStore::has_flushes(EpochId epoch) {
    SHELFCAST_ASSIGN(
        const Rows rows,
        database_->query("select exists (select 1 from flushes where epoch = $1)", epoch.value));
    return rows.truth(0, 0);
}

Result<std::vector<FlushRecord>> PostgresStore::flushes(EpochId epoch) {
    return database_->transaction(kBeginSnapshot, [&](Connection& connection) {
        return read_flushes(connection, epoch, false);
    });
}

Result<std::vector<EpochCut>> PostgresStore::written_ends() {
    SHELFCAST_ASSIGN(const Rows rows,
                     database_->query("select topic, log_partition, end_offset from written_ends "
                                      "order by topic, log_partition"));
    return read_cuts(rows);
}

Result<EpochId> PostgresStore::open_epoch() {
    SHELFCAST_ASSIGN(const Rows rows, database_->query("select max(epoch) from epochs"));
    return EpochId{rows.number<std::uint32_t>(0, 0)};
}

Result<std::vector<EpochId>> PostgresStore::closing_epochs() {
    SHELFCAST_ASSIGN(const Rows rows,
                     database_->query("select epoch from epochs where state = 2 order by epoch"));
    return read_epochs(rows);
}

Result<EpochId> PostgresStore::raise_epoch(std::uint32_t empty_ones) {
    return database_->transaction(kBeginAlone, [&](Connection& connection) -> Result<EpochId> {
        SHELFCAST_ASSIGN(const EpochId first, newest_epoch(connection));
        SHELFCAST_TRY(cut_epochs(connection, first, EpochId{first.value + empty_ones + 1}));
        return first;
    });
}

Result<std::vector<EpochCut>> PostgresStore::cuts(EpochId epoch) {
    return database_->transaction(
        kBeginSnapshot, [&](Connection& connection) -> Result<std::vector<EpochCut>> {
            SHELFCAST_ASSIGN(const EpochState state, state_of(connection, epoch));
            if (state == EpochState::kOpen) {
                return fail(ErrorKind::kNotFound, "epoch {} is open: it has no cut yet",
                            epoch.value);
            }
            SHELFCAST_ASSIGN(
                const Rows rows,
                connection.query("select topic, log_partition, end_offset from epoch_cuts "
                                 "where epoch = $1 order by topic, log_partition",
                                 epoch.value));
            return read_cuts(rows);
        });
}

Status PostgresStore::mark_closed(EpochId epoch, std::int64_t closed_at_us) {
    return database_->transaction("begin", [&](Connection& connection) -> Status {
        SHELFCAST_ASSIGN(const EpochState state, state_of(connection, epoch));
        if (state == EpochState::kOpen) {
            return fail(ErrorKind::kConflict, "epoch {} is open: it was never cut", epoch.value);
        }
        // A repeat keeps the first time.
        SHELFCAST_TRY(
            connection.query("update epochs set state = 3, closed_at_us = $2 "
                             "where epoch = $1 and state = 2",
                             epoch.value, closed_at_us));
        return {};
    });
}

Result<std::vector<EpochId>> PostgresStore::closed_before(std::int64_t time_us) {
    SHELFCAST_ASSIGN(const Rows rows, database_->query("select epoch from epochs where state = 3 "
                                                       "and closed_at_us < $1 order by epoch",
                                                       time_us));
    return read_epochs(rows);
}

Status PostgresStore::forget_flushes(EpochId up_to) {
    for (;;) {  // each turn forgets at least one flush or ends
        SHELFCAST_ASSIGN(
            const Rows rows,
            database_->query("delete from flushes where flush_id in (select flush_id from flushes "
                             "where epoch in (select epoch from epochs where state = 3 "
                             "and epoch <= $1) order by flush_id limit $2)",
                             up_to.value, kForgetAtOnce));
        if (rows.changed() == 0) {
            return {};
        }
    }
}

}  // namespace shelfcast::adapters
