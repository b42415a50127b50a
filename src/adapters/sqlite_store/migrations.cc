#include "adapters/sqlite_store/migrations.h"

#include <array>

namespace shelfcast::adapters::sqlite_store {
namespace {

// "shlf": marks the file as ours (PRAGMA application_id).
constexpr std::int64_t kApplicationId = 0x73686c66;

// Step n brings a file from user_version n to n + 1. Append only.
constexpr std::array kSteps = {
    R"sql(
create table epochs (
    epoch integer primary key,
    state integer not null check (state in (1, 2, 3)),  -- open, closing, closed
    closed_at_us integer
) strict;
insert into epochs (epoch, state) values (1, 1);

create table epoch_cuts (
    epoch integer not null references epochs,
    topic text not null,
    log_partition integer not null,
    end_offset integer not null,
    primary key (epoch, topic, log_partition)
) strict, without rowid;

-- One past the last written-down offset of each partition; outlives the flushes.
create table written_ends (
    topic text not null,
    log_partition integer not null,
    end_offset integer not null,
    primary key (topic, log_partition)
) strict, without rowid;

-- autoincrement: the number of a forgotten flush is never given again.
create table flushes (
    flush_id integer primary key autoincrement,
    epoch integer not null references epochs,
    attempt integer not null,
    done integer not null,
    catalog integer not null,
    hash_0 integer not null,
    hash_1 integer not null,
    ranges text not null,
    rows_per_table text not null
) strict;
create index flushes_by_epoch on flushes (epoch);
-- Nearly always empty: what is done leaves it.
create index undone_flushes on flushes (epoch) where done = 0;

create table differences (
    generation integer not null,
    epoch integer not null,
    position integer not null,
    table_name text not null,
    key text not null,
    speed text not null,
    batch text not null,
    found_at_us integer not null,
    primary key (epoch, generation, position)
) strict, without rowid;

-- A store as of catalogue version valid_from, until its next row. Rows are never deleted.
create table stores (
    store_id integer not null,
    valid_from integer not null,
    code text not null,
    name text not null,
    city text not null,
    region text not null,
    country text not null,
    store_type text not null,
    square_footage integer not null,
    time_zone text not null,
    currency text not null,
    latitude real not null,
    longitude real not null,
    primary key (store_id, valid_from)
) strict, without rowid;
create index stores_by_version on stores (valid_from);

create table users (
    name text primary key not null,
    password_hash text not null,
    role integer not null
) strict, without rowid;

create table imports (
    import_id integer primary key,
    content_hash text not null,
    bytes integer not null,
    format text not null,
    path text not null,
    first_row integer not null,
    rows_done integer not null,
    accepted integer not null,
    rejected integer not null,
    state integer not null,
    unique (content_hash, bytes)
) strict;
create index imports_by_size on imports (format, bytes);

create table settings (
    name text primary key not null,
    value text not null
) strict, without rowid;
)sql",
    R"sql(
create table job_runs (
    run_id integer primary key autoincrement,
    job text not null,
    logical_date text not null,
    triggered_by integer not null,
    owner text not null,
    started_at_us integer not null,
    attempt integer not null,
    -- running, done, done with differences, failed, failed to be repeated, timed out, interrupted
    state integer not null check (state between 1 and 7),
    held integer not null,  -- has the lease of its job
    ended_at_us integer,
    message text not null,
    unique (job, logical_date, attempt)
) strict;
create unique index job_leases on job_runs (job) where held = 1;
create unique index job_dates_done on job_runs (job, logical_date) where state in (2, 3);
-- Nearly always few: what a later attempt is owed for.
create index owed_job_runs on job_runs (job) where state in (5, 7);

-- When the scheduler first knew of a job: earlier dates are not owed.
create table scheduled_jobs (
    name text primary key not null,
    first_seen_us integer not null
) strict, without rowid;
)sql",
    R"sql(
-- What a version of the list changed carries its number; rows are never deleted.
create table products (
    product_id text primary key not null,
    version integer not null,
    name text not null,
    category text not null,
    sub_category text not null,
    brand text not null,
    supplier text not null,
    unit_cost integer not null,
    shelf_life_days integer not null,
    pack_size integer not null,
    lead_time_days integer not null
) strict, without rowid;

create table sales_targets (
    store_id integer not null,
    business_date integer not null,
    version integer not null,
    revenue integer not null,
    primary key (store_id, business_date)
) strict, without rowid;
)sql",
    R"sql(
-- Dead letters that were accepted when they were sent in again, by where they stand in the log.
create table replays (
    topic text not null,
    log_partition integer not null,
    log_offset integer not null,
    settled integer not null check (settled in (0, 1)),  -- 0: perhaps not in the log yet
    primary key (topic, log_partition, log_offset)
) strict, without rowid;
create index replays_under_way on replays (settled) where settled = 0;
)sql",
    R"sql(
-- One row per verification of the speed layer; only the newest says anything.
create table speed_sessions (
    session_id integer primary key not null,
    server_started_s integer  -- null: under way
) strict;
)sql",
    R"sql(
create table purchase_orders (
    order_id integer primary key autoincrement,
    revision integer not null,
    mirrored integer not null check (mirrored in (0, 1)),  -- the warehouse has this revision
    store_id integer not null,
    supplier text not null,
    review_date integer not null,
    -- draft, approved, sent, confirmed, partly received, received, cancelled
    state integer not null check (state between 1 and 7),
    expected_date integer not null,  -- 0: not known, as the instants below
    created_at_us integer not null,
    approved_at_us integer not null,
    sent_at_us integer not null,
    confirmed_at_us integer not null,
    closed_at_us integer not null,
    approved_by text not null
) strict;
create unique index draft_orders on purchase_orders (store_id, supplier, review_date)
    where state = 1;
create index unmirrored_orders on purchase_orders (order_id) where mirrored = 0;

-- Quantities in thousandths.
create table purchase_order_lines (
    order_id integer not null references purchase_orders,
    product_id text not null,
    ordered integer not null,
    received integer not null,
    announced integer not null,
    arrived integer not null,
    fell_short integer not null,
    unit_cost integer not null,  -- ten-thousandths; -1: not known
    primary key (order_id, product_id)
) strict, without rowid;

create table proposal_decisions (
    store_id integer not null,
    review_date integer not null,
    product_id text not null,
    revision integer not null,
    state integer not null check (state between 1 and 3),  -- edited, approved, rejected
    quantity integer not null,
    order_id integer not null,  -- 0: in no order
    decided_by text not null,
    role text not null,
    decided_at_us integer not null,
    note text not null,
    seen text not null,
    primary key (store_id, review_date, product_id)
) strict, without rowid;

-- What was done, by whom, with what before them. Rows are only added.
create table order_events (
    event_id integer primary key autoincrement,
    order_id integer not null,  -- 0: of a proposal that is in no order
    store_id integer not null,  -- 0: of the order as a whole
    review_date integer not null,
    product_id text not null,
    action text not null,
    actor text not null,
    role text not null,
    at_us integer not null,
    request_id text not null,
    note text not null,
    seen text not null
) strict;
create index order_events_by_order on order_events (order_id) where order_id > 0;
create index order_events_by_proposal on order_events (store_id, review_date, product_id)
    where store_id > 0;
create unique index order_requests on order_events (request_id) where request_id <> '';
)sql",
    R"sql(
-- How items are supplied and kept; terms as retail/item_terms.h writes them.
create table item_terms (
    store_id integer not null,
    product_id text not null,
    supplier text not null,
    version integer not null,
    terms text not null,
    primary key (store_id, product_id, supplier)
) strict, without rowid;
)sql",
    R"sql(
-- What a user may see: store ids, as ports/user_directory.h writes them; empty: every store.
alter table users add column stores text not null default '';

-- Who is signed in with a browser. Tokens are SHA-256 digests.
create table web_sessions (
    session_id text primary key not null,
    user_name text not null,
    csrf_token text not null,
    token_hash text not null,
    old_token_hash text not null,
    old_until_us integer not null,
    started_at_us integer not null,
    renewed_at_us integer not null
) strict, without rowid;
create unique index web_sessions_by_token on web_sessions (token_hash);
create index web_sessions_by_old_token on web_sessions (old_token_hash) where old_token_hash <> '';
)sql",
};

Result<std::int64_t> read_number(Database& database, std::string_view sql) {
    Query query = database.query(sql);
    SHELFCAST_ASSIGN(const bool row, query.next());
    return row ? query.integer(0) : 0;
}

}  // namespace

Status migrate(Database& database) {
    SHELFCAST_ASSIGN(const std::int64_t application,
                     read_number(database, "pragma application_id"));
    SHELFCAST_ASSIGN(const std::int64_t version, read_number(database, "pragma user_version"));
    SHELFCAST_ASSIGN(const std::int64_t tables,
                     read_number(database, "select count(*) from sqlite_schema"));
    if (application != kApplicationId && (application != 0 || version != 0 || tables != 0)) {
        return fail(ErrorKind::kCorrupted, "{}: a database of another program", database.path());
    }
    const auto newest = static_cast<std::int64_t>(kSteps.size());
    if (version > newest) {
        return fail(ErrorKind::kInvalidInput,
                    "{}: written by a newer program (version {}, this one knows {})",
                    database.path(), version, newest);
    }
    for (auto step = static_cast<std::size_t>(version); step < kSteps.size(); ++step) {
        const std::string mark = fmt::format("pragma application_id = {}; pragma user_version = {}",
                                             kApplicationId, step + 1);
        SHELFCAST_TRY(database.transaction([&]() -> Status {
            SHELFCAST_TRY(database.execute(kSteps[step]));
            return database.execute(mark.c_str());
        }));
    }
    return {};
}

}  // namespace shelfcast::adapters::sqlite_store
