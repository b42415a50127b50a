#include "adapters/postgres_store/postgres_store.h"

#include <algorithm>
#include <limits>

#include "adapters/postgres_store/advisory_lock.h"
#include "adapters/postgres_store/database.h"
#include "adapters/postgres_store/migrations.h"
#include "retail/catalog_change.h"

namespace shelfcast::adapters {
namespace {

using ports::Difference;
using ports::ImportRecord;
using ports::ImportState;
using ports::LetterPosition;
using ports::StoredDifference;
using postgres_store::Bytes;
using postgres_store::Connection;
using postgres_store::Database;
using postgres_store::Rows;

// One writer at a time; readers do not wait.
constexpr const char* kBeginStores = "begin; lock table stores in share row exclusive mode";
constexpr const char* kBeginDifferences =
    "begin; lock table differences in share row exclusive mode";

constexpr const char* kNewestVersion = "select coalesce(max(valid_from), 0) from stores";
constexpr const char* kStoresAt =
    "select store_id, code, name, city, region, country, store_type, square_footage, time_zone, "
    "currency, latitude, longitude from stores s where valid_from = (select max(valid_from) "
    "from stores where store_id = s.store_id and valid_from <= $1) order by store_id";

constexpr const char* kSelectImport =
    "select content_hash, bytes, format, path, first_row, rows_done, accepted, rejected, state "
    "from imports where content_hash = $1 and bytes = $2::numeric";
constexpr const char* kSelectSmallerImports =
    "select content_hash, bytes, format, path, first_row, rows_done, accepted, rejected, state "
    "from imports where format = $1 and bytes < $2::numeric order by bytes desc, import_id desc";
constexpr const char* kSelectRunningImports =
    "select content_hash, bytes, format, path, first_row, rows_done, accepted, rejected, state "
    "from imports where state = 1 order by import_id";

constexpr std::size_t kLongestName = 63;  // of a schema

Status check_options(const PostgresStoreOptions& options) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    };
    if (options.schema.empty() || options.schema.size() > kLongestName ||
        !std::ranges::all_of(options.schema, fits)) {
        return fail(ErrorKind::kInvalidInput,
                    "'{}' is no name of a schema: lower-case letters, digits and _, at most {}",
                    options.schema, kLongestName);
    }
    if (options.connections == 0 || options.connect_timeout_ms == 0 ||
        options.statement_timeout_ms == 0) {
        return fail(ErrorKind::kInvalidInput,
                    "PostgreSQL needs a connection at least, and time-outs above 0");
    }
    return {};
}

std::vector<retail::Store> read_stores(const Rows& rows) {
    std::vector<retail::Store> stores;
    stores.reserve(static_cast<std::size_t>(rows.count()));
    for (int row = 0; row < rows.count(); ++row) {
        stores.push_back({StoreId{rows.number<std::uint32_t>(row, 0)}, rows.text(row, 1),
                          rows.text(row, 2), rows.text(row, 3), rows.text(row, 4),
                          rows.text(row, 5), rows.text(row, 6), rows.number<std::uint32_t>(row, 7),
                          rows.text(row, 8), rows.text(row, 9), rows.real(row, 10),
                          rows.real(row, 11)});
    }
    return stores;
}

struct Newest {
    CatalogVersion version;
    std::vector<retail::Store> stores;
};

Result<Newest> newest_catalog(Connection& connection) {
    SHELFCAST_ASSIGN(const Rows version, connection.query(kNewestVersion));
    SHELFCAST_ASSIGN(const Rows stores,
                     connection.query(kStoresAt, version.number<std::uint64_t>(0, 0)));
    return Newest{CatalogVersion{version.number<std::uint64_t>(0, 0)}, read_stores(stores)};
}

// Stores what differs from the newest catalogue as the next version; nothing differs: no new one.
Result<CatalogVersion> change_stores(Connection& connection, const Newest& newest,
                                     const std::vector<retail::Store>& changes) {
    const CatalogVersion next{newest.version.value + 1};
    SHELFCAST_ASSIGN(const auto changed, retail::changed_stores(newest.stores, changes, next));
    for (const retail::Store& store : changed) {
        SHELFCAST_TRY(connection.query(
            "insert into stores (store_id, valid_from, code, name, city, region, country, "
            "store_type, square_footage, time_zone, currency, latitude, longitude) "
            "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            store.id.value, next.value, store.code, store.name, store.city, store.region,
            store.country, store.store_type, store.square_footage, store.time_zone, store.currency,
            store.latitude, store.longitude));
    }
    return changed.empty() ? newest.version : next;
}

std::vector<ImportRecord> read_imports(const Rows& rows) {
    std::vector<ImportRecord> imports;
    imports.reserve(static_cast<std::size_t>(rows.count()));
    for (int row = 0; row < rows.count(); ++row) {
        imports.push_back({rows.text(row, 0), rows.number<std::uint64_t>(row, 1), rows.text(row, 2),
                           rows.bytes(row, 3), rows.number<std::uint64_t>(row, 4),
                           rows.number<std::uint64_t>(row, 5), rows.number<std::uint64_t>(row, 6),
                           rows.number<std::uint64_t>(row, 7),
                           static_cast<ImportState>(rows.integer(row, 8))});
    }
    return imports;
}

// Positions in the log, as three arrays.
struct LetterColumns {
    explicit LetterColumns(const std::vector<LetterPosition>& letters) {
        for (const LetterPosition& letter : letters) {
            topics.push_back(letter.topic);
            partitions.push_back(letter.partition.value);
            offsets.push_back(letter.offset);
        }
    }
    std::vector<std::string> topics;
    std::vector<std::uint32_t> partitions;
    std::vector<std::int64_t> offsets;
};

}  // namespace

PostgresStore::PostgresStore(std::unique_ptr<Database> database, std::string writer)
    : database_(std::move(database)), writer_(std::move(writer)) {}
PostgresStore::~PostgresStore() = default;

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(const PostgresStoreOptions& options) {
    SHELFCAST_TRY(check_options(options));
    auto database = std::make_unique<Database>(options);
    SHELFCAST_TRY(postgres_store::migrate(*database));
    SHELFCAST_ASSIGN(const Rows writer, database->query("select gen_random_uuid()"));
    return std::unique_ptr<PostgresStore>(
        new PostgresStore(std::move(database), writer.text(0, 0)));
}

Result<std::unique_ptr<ports::ProcessLock>> PostgresStore::try_lock(std::string_view name) {
    return postgres_store::try_advisory_lock(database_->options(), name);
}

Status PostgresStore::store_differences(GenerationId generation, EpochId epoch,
                                        std::int64_t found_at_us,
                                        const std::vector<Difference>& found) {
    std::vector<std::string> tables;
    std::vector<std::string> keys;
    std::vector<std::string> speed;
    std::vector<std::string> batch;
    for (const Difference& difference : found) {
        if (difference.epoch != epoch) {
            return fail(ErrorKind::kInvalidInput,
                        "table {} key {}: a difference of epoch {} among those of epoch {}",
                        difference.table, difference.key, difference.epoch.value, epoch.value);
        }
        tables.push_back(difference.table);
        keys.push_back(difference.key);
        speed.push_back(difference.speed);
        batch.push_back(difference.batch);
    }
    return database_->transaction(kBeginDifferences, [&](Connection& connection) -> Status {
        SHELFCAST_TRY(
            connection.query("delete from differences where epoch = $1 and generation = $2",
                             epoch.value, generation.value));
        SHELFCAST_TRY(connection.query(
            "insert into differences (epoch, generation, found_at_us, table_name, key, speed, "
            "batch, position) select $1::bigint, $2::bigint, $3::bigint, given.* from "
            "unnest($4::text[], $5::text[], $6::text[], $7::text[]) with ordinality as given",
            epoch.value, generation.value, found_at_us, tables, keys, speed, batch));
        return {};
    });
}

Result<std::vector<StoredDifference>> PostgresStore::differences(std::size_t limit) {
    constexpr std::size_t kMost = std::numeric_limits<std::int64_t>::max();
    SHELFCAST_ASSIGN(
        const Rows rows,
        database_->query("select table_name, epoch, key, speed, batch, generation, found_at_us "
                         "from differences order by epoch desc, generation desc, position "
                         "limit $1::bigint",
                         std::min(limit, kMost)));
    std::vector<StoredDifference> found;
    found.reserve(static_cast<std::size_t>(rows.count()));
    for (int row = 0; row < rows.count(); ++row) {
        found.push_back({{rows.text(row, 0), EpochId{rows.number<std::uint32_t>(row, 1)},
                          rows.text(row, 2), rows.text(row, 3), rows.text(row, 4)},
                         GenerationId{rows.number<std::uint32_t>(row, 5)},
                         rows.integer(row, 6)});
    }
    return found;
}

Result<CatalogVersion> PostgresStore::latest_version() {
    SHELFCAST_ASSIGN(const Rows rows, database_->query(kNewestVersion));
    return CatalogVersion{rows.number<std::uint64_t>(0, 0)};
}

Result<retail::StoreCatalog> PostgresStore::catalog(std::optional<CatalogVersion> version) {
    SHELFCAST_ASSIGN(const CatalogVersion newest, latest_version());
    const CatalogVersion wanted = version.value_or(newest);
    if (wanted > newest) {
        return fail(ErrorKind::kNotFound, "store catalogue version {} not found, the newest is {}",
                    wanted.value, newest.value);
    }
    // A version that is there never changes.
    SHELFCAST_ASSIGN(const Rows rows, database_->query(kStoresAt, wanted.value));
    return retail::StoreCatalog::build(wanted, read_stores(rows));
}

Result<CatalogVersion> PostgresStore::put_stores(const std::vector<retail::Store>& stores) {
    return database_->transaction(
        kBeginStores, [&](Connection& connection) -> Result<CatalogVersion> {
            SHELFCAST_ASSIGN(const Newest newest, newest_catalog(connection));
            return change_stores(connection, newest, stores);
        });
}

Result<std::map<std::string, StoreId>> PostgresStore::create_stores(
    const std::vector<std::string>& codes, std::string_view time_zone, std::string_view currency) {
    return database_->transaction(
        kBeginStores, [&](Connection& connection) -> Result<std::map<std::string, StoreId>> {
            SHELFCAST_ASSIGN(const Newest newest, newest_catalog(connection));
            const auto named = retail::name_stores(newest.stores, codes, time_zone, currency);
            SHELFCAST_TRY(change_stores(connection, newest, named.created));
            return named.ids;
        });
}

Result<std::optional<ImportRecord>> PostgresStore::find_import(std::string_view content_hash,
                                                               std::uint64_t bytes) {
    SHELFCAST_ASSIGN(const Rows rows, database_->query(kSelectImport, content_hash, bytes));
    return rows.empty() ? std::nullopt : std::optional<ImportRecord>(read_imports(rows).front());
}

Result<std::vector<ImportRecord>> PostgresStore::smaller_imports(std::string_view format,
                                                                 std::uint64_t bytes) {
    SHELFCAST_ASSIGN(const Rows rows, database_->query(kSelectSmallerImports, format, bytes));
    return read_imports(rows);
}

Result<std::vector<ImportRecord>> PostgresStore::running_imports() {
    SHELFCAST_ASSIGN(const Rows rows, database_->query(kSelectRunningImports));
    return read_imports(rows);
}

Status PostgresStore::put_import(const ImportRecord& record) {
    SHELFCAST_TRY(database_->query(
        "insert into imports (content_hash, bytes, format, path, first_row, rows_done, accepted, "
        "rejected, state) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
        "on conflict (content_hash, bytes) do update set format = excluded.format, "
        "path = excluded.path, first_row = excluded.first_row, rows_done = excluded.rows_done, "
        "accepted = excluded.accepted, rejected = excluded.rejected, state = excluded.state",
        record.content_hash, record.bytes, record.format, Bytes{record.path}, record.first_row,
        record.rows_done, record.accepted, record.rejected, static_cast<int>(record.state)));
    return {};
}

Result<bool> PostgresStore::is_replayed(const LetterPosition& letter) {
    SHELFCAST_ASSIGN(const Rows rows,
                     database_->query("select 1 from replays where topic = $1 "
                                      "and log_partition = $2 and log_offset = $3",
                                      letter.topic, letter.partition.value, letter.offset));
    return !rows.empty();
}

Status PostgresStore::begin_replays(const std::vector<LetterPosition>& letters) {
    const LetterColumns columns(letters);
    return database_->transaction("begin", [&](Connection& connection) -> Status {
        SHELFCAST_TRY(connection.query(
            "insert into replays (topic, log_partition, log_offset, settled) "
            "select given.*, false from unnest($1::text[], $2::bigint[], $3::bigint[]) as given",
            columns.topics, columns.partitions, columns.offsets));
        return {};
    });
}

Result<std::vector<LetterPosition>> PostgresStore::replays_under_way() {
    SHELFCAST_ASSIGN(
        const Rows rows,
        database_->query("select topic, log_partition, log_offset from replays where not settled "
                         "order by topic, log_partition, log_offset"));
    std::vector<LetterPosition> letters;
    letters.reserve(static_cast<std::size_t>(rows.count()));
    for (int row = 0; row < rows.count(); ++row) {
        letters.push_back({rows.text(row, 0), PartitionId{rows.number<std::uint32_t>(row, 1)},
                           rows.integer(row, 2)});
    }
    return letters;
}

Status PostgresStore::settle_replays(const std::vector<LetterPosition>& in_log) {
    const LetterColumns columns(in_log);
    return database_->transaction("begin", [&](Connection& connection) -> Status {
        SHELFCAST_TRY(connection.query(
            "update replays r set settled = true "
            "from unnest($1::text[], $2::bigint[], $3::bigint[]) "
            "as given (topic, log_partition, log_offset) where r.topic = given.topic "
            "and r.log_partition = given.log_partition and r.log_offset = given.log_offset",
            columns.topics, columns.partitions, columns.offsets));
        SHELFCAST_TRY(connection.query("delete from replays where not settled"));
        return {};
    });
}

Result<std::optional<std::string>> PostgresStore::setting(std::string_view name) {
    SHELFCAST_ASSIGN(const Rows rows,
                     database_->query("select value from settings where name = $1", name));
    return rows.empty() ? std::nullopt : std::optional<std::string>(rows.bytes(0, 0));
}

Status PostgresStore::put_setting(std::string_view name, std::string_view value) {
    SHELFCAST_TRY(
        database_->query("insert into settings (name, value) values ($1, $2) "
                         "on conflict (name) do update set value = excluded.value",
                         name, Bytes{value}));
    return {};
}

}  // namespace shelfcast::adapters
