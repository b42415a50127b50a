#include "adapters/postgres_store/migrations.h"

#include <array>

namespace shelfcast::adapters::postgres_store {
namespace {

// Step n brings the schema from version n to n + 1. Append only. Texts compare by their bytes,
// whatever the database's language is; unsigned 64-bit numbers are numeric.
constexpr std::array kSteps = {
    R"sql(
create domain unsigned_64 as numeric(20, 0) check (value between 0 and 18446744073709551615);
create domain word as text collate "C";

create table epochs (
    epoch bigint primary key,
    state smallint not null check (state in (1, 2, 3)),  -- open, closing, closed
    closed_at_us bigint
);
insert into epochs (epoch, state) values (1, 1);

create table epoch_cuts (
    epoch bigint not null references epochs,
    topic word not null,
    log_partition bigint not null,
    end_offset bigint not null,
    primary key (epoch, topic, log_partition)
);

-- One past the last written-down offset of each partition; outlives the flushes.
create table written_ends (
    topic word not null,
    log_partition bigint not null,
    end_offset bigint not null,
    primary key (topic, log_partition)
) with (fillfactor = 50);  -- Each flush changes rows in place.

-- The ranges are columns of arrays: a flush is one row. epoch is no foreign key, whose checks would
-- make all writers meet at one row.
create table flushes (
    flush_id bigint generated always as identity primary key,
    epoch bigint not null,
    attempt bigint not null default 1,
    done boolean not null default false,
    catalog unsigned_64 not null,
    hash_0 unsigned_64 not null,
    hash_1 unsigned_64 not null,
    range_topics text[] not null,
    range_partitions bigint[] not null,
    range_begins bigint[] not null,
    range_ends bigint[] not null,
    row_tables text[] not null,
    row_counts numeric(20, 0)[] not null,
    written_by uuid not null  -- the store object, for a repeat after a lost answer
);
create index flushes_by_epoch on flushes (epoch, flush_id);
-- Nearly always empty: what is done leaves it.
create index undone_flushes on flushes (epoch) where not done;

-- The last commit of each connection, for who does not know whether it was stored.
create table last_commits (
    connection text primary key,
    number bigint not null,
    stored_at timestamptz not null default now()
);

-- The newest verification of the speed layer; none yet: no row.
create table speed_sessions (
    session_id bigint primary key,
    server_started_s bigint  -- null: under way
);

create table differences (
    generation bigint not null,
    epoch bigint not null,
    position bigint not null,
    table_name text not null,
    key text not null,
    speed text not null,
    batch text not null,
    found_at_us bigint not null,
    primary key (epoch, generation, position)
);

-- A store as of catalogue version valid_from, until its next row. Rows are never deleted.
create table stores (
    store_id bigint not null,
    valid_from bigint not null,
    code text not null,
    name text not null,
    city text not null,
    region text not null,
    country text not null,
    store_type text not null,
    square_footage bigint not null,
    time_zone text not null,
    currency text not null,
    latitude double precision not null,
    longitude double precision not null,
    primary key (store_id, valid_from)
);
create index stores_by_version on stores (valid_from);

-- What a version of the list changed carries its number; rows are never deleted.
create table products (
    product_id word primary key,
    version bigint not null,
    name text not null,
    category text not null,
    sub_category text not null,
    brand text not null,
    supplier text not null,
    unit_cost bigint not null,
    shelf_life_days bigint not null,
    pack_size bigint not null,
    lead_time_days bigint not null
);

create table sales_targets (
    store_id bigint not null,
    business_date integer not null,  -- days since 1970-01-01
    version bigint not null,
    revenue bigint not null,
    primary key (store_id, business_date)
);

create table users (
    name word primary key,
    password_hash text not null,
    role smallint not null
);

create table imports (
    import_id bigint generated always as identity primary key,
    content_hash word not null,
    bytes unsigned_64 not null,
    format text not null,
    path bytea not null,  -- names of files need not be UTF-8
    first_row unsigned_64 not null,
    rows_done unsigned_64 not null,
    accepted unsigned_64 not null,
    rejected unsigned_64 not null,
    state smallint not null,
    unique (content_hash, bytes)
);
create index imports_by_size on imports (format, bytes);

-- Dead letters that were accepted when they were sent in again, by where they stand in the log.
create table replays (
    topic word not null,
    log_partition bigint not null,
    log_offset bigint not null,
    settled boolean not null,  -- false: perhaps not in the log yet
    primary key (topic, log_partition, log_offset)
);
create index replays_under_way on replays (settled) where not settled;

create table settings (
    name word primary key,
    value bytea not null
);

create table job_runs (
    run_id bigint generated always as identity primary key,
    job word not null,
    logical_date word not null,
    triggered_by smallint not null,
    owner word not null,
    started_at_us bigint not null,
    attempt bigint not null,
    -- running, done, done with differences, failed, failed to be repeated, timed out, interrupted
    state smallint not null check (state between 1 and 7),
    held boolean not null,  -- has the lease of its job
    ended_at_us bigint,
    message bytea not null,  -- may quote anything
    unique (job, logical_date, attempt)
);
create unique index job_leases on job_runs (job) where held;
create unique index job_dates_done on job_runs (job, logical_date) where state in (2, 3);
-- Nearly always few: what a later attempt is owed for.
create index owed_job_runs on job_runs (job) where state in (5, 7);

-- When the scheduler first knew of a job: earlier dates are not owed.
create table scheduled_jobs (
    name word primary key,
    first_seen_us bigint not null
);
)sql",
    R"sql(
create table purchase_orders (
    order_id bigint generated always as identity primary key,
    revision bigint not null,
    mirrored boolean not null,  -- the warehouse has this revision
    store_id bigint not null,
    supplier word not null,
    review_date bigint not null,
    -- draft, approved, sent, confirmed, partly received, received, cancelled
    state smallint not null check (state between 1 and 7),
    expected_date bigint not null,  -- 0: not known, as the instants below
    created_at_us bigint not null,
    approved_at_us bigint not null,
    sent_at_us bigint not null,
    confirmed_at_us bigint not null,
    closed_at_us bigint not null,
    approved_by text not null
);
create unique index draft_orders on purchase_orders (store_id, supplier, review_date)
    where state = 1;
create index unmirrored_orders on purchase_orders (order_id) where not mirrored;

-- Quantities in thousandths.
create table purchase_order_lines (
    order_id bigint not null references purchase_orders,
    product_id word not null,
    ordered bigint not null,
    received bigint not null,
    announced bigint not null,
    arrived bigint not null,
    fell_short bigint not null,
    unit_cost bigint not null,  -- ten-thousandths; -1: not known
    primary key (order_id, product_id)
);

create table proposal_decisions (
    store_id bigint not null,
    review_date bigint not null,
    product_id word not null,
    revision bigint not null,
    state smallint not null check (state between 1 and 3),  -- edited, approved, rejected
    quantity bigint not null,
    order_id bigint not null,  -- 0: in no order
    decided_by text not null,
    role text not null,
    decided_at_us bigint not null,
    note text not null,
    seen text not null,
    primary key (store_id, review_date, product_id)
);

-- What was done, by whom, with what before them. Rows are only added.
create table order_events (
    event_id bigint generated always as identity primary key,
    order_id bigint not null,  -- 0: of a proposal that is in no order
    store_id bigint not null,  -- 0: of the order as a whole
    review_date bigint not null,
    product_id word not null,
    action text not null,
    actor text not null,
    role text not null,
    at_us bigint not null,
    request_id word not null,
    note text not null,
    seen text not null
);
create index order_events_by_order on order_events (order_id) where order_id > 0;
create index order_events_by_proposal on order_events (store_id, review_date, product_id)
    where store_id > 0;
create unique index order_requests on order_events (request_id) where request_id <> '';
)sql",
    R"sql(
-- How items are supplied and kept; terms as retail/item_terms.h writes them.
create table item_terms (
    store_id bigint not null,
    product_id word not null,
    supplier word not null,
    version bigint not null,
    terms text not null,
    primary key (store_id, product_id, supplier)
);
)sql",
    R"sql(
-- What a user may see: store ids, as ports/user_directory.h writes them; empty: every store.
alter table users add column stores text not null default '';

-- Who is signed in with a browser. Tokens are SHA-256 digests.
create table web_sessions (
    session_id word primary key,
    user_name word not null,
    csrf_token text not null,
    token_hash word not null,
    old_token_hash word not null,
    old_until_us bigint not null,
    started_at_us bigint not null,
    renewed_at_us bigint not null
);
create unique index web_sessions_by_token on web_sessions (token_hash);
create index web_sessions_by_old_token on web_sessions (old_token_hash) where old_token_hash <> '';
)sql",
};

Result<std::size_t> version_of(Connection& connection, const std::string& schema) {
    SHELFCAST_ASSIGN(const Rows there,
                     connection.query("select relname = 'migrations' from pg_class where "
                                      "relnamespace = to_regnamespace($1::text) "
                                      "and relkind in ('r', 'p') order by 1 desc limit 1",
                                      schema));
    if (there.empty()) {
        return 0;
    }
    if (!there.truth(0, 0)) {
        return fail(ErrorKind::kCorrupted,
                    "PostgreSQL {}: schema {} holds tables of another program", connection.name(),
                    schema);
    }
    SHELFCAST_ASSIGN(const Rows newest,
                     connection.query("select coalesce(max(number), 0) from migrations"));
    const auto version = newest.number<std::size_t>(0, 0);
    if (version > kSteps.size()) {
        return fail(ErrorKind::kInvalidInput,
                    "PostgreSQL {}: schema {} was written by a newer program (version {}, this one "
                    "knows {})",
                    connection.name(), schema, version, kSteps.size());
    }
    return version;
}

Status make_schema(Connection& connection, const std::string& schema) {
    SHELFCAST_ASSIGN(const Rows there,
                     connection.query("select to_regnamespace($1::text) is not null", schema));
    if (!there.truth(0, 0)) {
        SHELFCAST_TRY(connection.script(fmt::format("create schema \"{}\"", schema)));
    }
    return connection.script(
        "create table migrations (number bigint primary key, "
        "applied_at timestamptz not null default now())");
}

Status take_steps(Connection& connection, const std::string& schema) {
    SHELFCAST_TRY(connection.query(
        "select pg_advisory_xact_lock(hashtextextended('shelfcast migrations ' || $1::text, 0))",
        schema));
    // Another process may have come first.
    SHELFCAST_ASSIGN(const std::size_t version, version_of(connection, schema));
    if (version == 0) {
        SHELFCAST_TRY(make_schema(connection, schema));
    }
    for (std::size_t step = version; step < kSteps.size(); ++step) {
        SHELFCAST_TRY(connection.script(kSteps[step]));
        SHELFCAST_TRY(
            connection.query("insert into migrations (number) values ($1::bigint)", step + 1));
    }
    return {};
}

}  // namespace

Status migrate(Database& database) {
    const std::string& schema = database.options().schema;
    SHELFCAST_ASSIGN(const std::size_t version,
                     database.transaction("begin read only", [&](Connection& connection) {
                         return version_of(connection, schema);
                     }));
    if (version < kSteps.size()) {
        SHELFCAST_TRY(database.transaction(
            "begin", [&](Connection& connection) { return take_steps(connection, schema); }));
    }
    // Nobody asks about these any more.
    return database.transaction("begin", [](Connection& connection) -> Status {
        SHELFCAST_TRY(connection.query(
            "delete from last_commits where stored_at < now() - interval '1 day'"));
        return {};
    });
}

}  // namespace shelfcast::adapters::postgres_store
