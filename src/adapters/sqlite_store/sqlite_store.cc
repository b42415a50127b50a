#include "adapters/sqlite_store/sqlite_store.h"

#include "adapters/sqlite_store/database.h"
#include "adapters/sqlite_store/migrations.h"
#include "retail/catalog_change.h"

namespace shelfcast::adapters {
namespace {

using ports::Difference;
using ports::ImportRecord;
using ports::ImportState;
using ports::LetterPosition;
using ports::StoredDifference;
using sqlite_store::Database;
using sqlite_store::Query;

// Reads every row of a query into a vector.
template <typename Row, typename Read>
Result<std::vector<Row>> collect(Query& query, const Read& read) {
    std::vector<Row> rows;
    for (;;) {  // ends with the rows
        SHELFCAST_ASSIGN(const bool row, query.next());
        if (!row) {
            return rows;
        }
        rows.push_back(read(query));
    }
}

// The only row of a query, if there is one.
template <typename Row, typename Read>
Result<std::optional<Row>> find(Query& query, const Read& read) {
    SHELFCAST_ASSIGN(const bool row, query.next());
    if (!row) {
        return std::optional<Row>();
    }
    return std::optional<Row>(read(query));
}

retail::Store read_store(const Query& row) {
    retail::Store store;
    store.id = StoreId{row.number<std::uint32_t>(0)};
    store.code = row.text(1);
    store.name = row.text(2);
    store.city = row.text(3);
    store.region = row.text(4);
    store.country = row.text(5);
    store.store_type = row.text(6);
    store.square_footage = row.number<std::uint32_t>(7);
    store.time_zone = row.text(8);
    store.currency = row.text(9);
    store.latitude = row.real(10);
    store.longitude = row.real(11);
    return store;
}

Result<CatalogVersion> newest_version(Database& database) {
    Query query = database.query("select coalesce(max(valid_from), 0) from stores");
    SHELFCAST_TRY(query.next());
    return CatalogVersion{query.number<std::uint64_t>(0)};
}

Result<std::vector<retail::Store>> stores_at(Database& database, CatalogVersion version) {
    Query query = database.query(
        "select store_id, code, name, city, region, country, store_type, square_footage, "
        "time_zone, currency, latitude, longitude from stores s where valid_from = (select "
        "max(valid_from) from stores where store_id = s.store_id and valid_from <= ?1) "
        "order by store_id",
        version.value);
    return collect<retail::Store>(query, read_store);
}

Status insert_store(Database& database, CatalogVersion version, const retail::Store& store) {
    return database
        .query(
            "insert into stores (store_id, valid_from, code, name, city, region, country, "
            "store_type, square_footage, time_zone, currency, latitude, longitude) "
            "values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            store.id.value, version.value, store.code, store.name, store.city, store.region,
            store.country, store.store_type, store.square_footage, store.time_zone, store.currency,
            store.latitude, store.longitude)
        .run();
}

// Stores what differs from the newest catalogue as the next version; nothing differs: no new one.
Result<CatalogVersion> change_stores(Database& database, const std::vector<retail::Store>& current,
                                     const std::vector<retail::Store>& changes) {
    SHELFCAST_ASSIGN(const CatalogVersion newest, newest_version(database));
    const CatalogVersion next{newest.value + 1};
    SHELFCAST_ASSIGN(const auto changed, retail::changed_stores(current, changes, next));
    for (const retail::Store& store : changed) {
        SHELFCAST_TRY(insert_store(database, next, store));
    }
    return changed.empty() ? newest : next;
}

constexpr std::string_view kSelectImport =
    "select content_hash, bytes, format, path, first_row, rows_done, accepted, rejected, state "
    "from imports where content_hash = ?1 and bytes = ?2";
constexpr std::string_view kSelectSmallerImports =
    "select content_hash, bytes, format, path, first_row, rows_done, accepted, rejected, state "
    "from imports where format = ?1 and bytes < ?2 order by bytes desc, import_id desc";
constexpr std::string_view kSelectRunningImports =
    "select content_hash, bytes, format, path, first_row, rows_done, accepted, rejected, state "
    "from imports where state = 1 order by import_id";

ImportRecord read_import(const Query& row) {
    return {row.text(0),
            row.number<std::uint64_t>(1),
            row.text(2),
            row.text(3),
            row.number<std::uint64_t>(4),
            row.number<std::uint64_t>(5),
            row.number<std::uint64_t>(6),
            row.number<std::uint64_t>(7),
            static_cast<ImportState>(row.integer(8))};
}

}  // namespace

SqliteStore::SqliteStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}
SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<ports::ProcessLock>> SqliteStore::try_lock(std::string_view name) {
    return locks_.try_lock(name);
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const SqliteStoreOptions& options) {
    const auto synchronous = options.durability == SqliteStoreOptions::Durability::kFull
                                 ? Database::Synchronous::kFull
                                 : Database::Synchronous::kNormal;
    SHELFCAST_ASSIGN(auto database, Database::open(options.path, options.vfs, synchronous));
    SHELFCAST_TRY(sqlite_store::migrate(*database));
    return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(database)));
}

Status SqliteStore::store_differences(GenerationId generation, EpochId epoch,
                                      std::int64_t found_at_us,
                                      const std::vector<Difference>& found) {
    const std::lock_guard lock(database_->mutex());
    return database_->transaction([&]() -> Status {
        SHELFCAST_TRY(database_
                          ->query("delete from differences where epoch = ?1 and generation = ?2",
                                  epoch.value, generation.value)
                          .run());
        std::int64_t position = 0;
        for (const Difference& difference : found) {
            if (difference.epoch != epoch) {
                return fail(ErrorKind::kInvalidInput,
                            "table {} key {}: a difference of epoch {} among those of epoch {}",
                            difference.table, difference.key, difference.epoch.value, epoch.value);
            }
            SHELFCAST_TRY(
                database_
                    ->query(
                        "insert into differences (generation, epoch, position, table_name, key, "
                        "speed, batch, found_at_us) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                        generation.value, epoch.value, position++, difference.table, difference.key,
                        difference.speed, difference.batch, found_at_us)
                    .run());
        }
        return {};
    });
}

Result<std::vector<StoredDifference>> SqliteStore::differences(std::size_t limit) {
    const std::lock_guard lock(database_->mutex());
    Query query = database_->query(
        "select table_name, epoch, key, speed, batch, generation, found_at_us from differences "
        "order by epoch desc, generation desc, position limit ?1",
        limit);
    return collect<StoredDifference>(query, [](const Query& row) {
        return StoredDifference{{row.text(0), EpochId{row.number<std::uint32_t>(1)}, row.text(2),
                                 row.text(3), row.text(4)},
                                GenerationId{row.number<std::uint32_t>(5)},
                                row.integer(6)};
    });
}

Result<CatalogVersion> SqliteStore::latest_version() {
    const std::lock_guard lock(database_->mutex());
    return newest_version(*database_);
}

Result<retail::StoreCatalog> SqliteStore::catalog(std::optional<CatalogVersion> version) {
    const std::lock_guard lock(database_->mutex());
    SHELFCAST_ASSIGN(const CatalogVersion newest, newest_version(*database_));
    const CatalogVersion wanted = version.value_or(newest);
    if (wanted > newest) {
        return fail(ErrorKind::kNotFound, "store catalogue version {} not found, the newest is {}",
                    wanted.value, newest.value);
    }
    SHELFCAST_ASSIGN(auto stores, stores_at(*database_, wanted));
    return retail::StoreCatalog::build(wanted, std::move(stores));
}

Status SqliteStore::copy_to(const std::string& path) { return database_->copy_to(path); }

Result<CatalogVersion> SqliteStore::put_stores(const std::vector<retail::Store>& stores) {
    const std::lock_guard lock(database_->mutex());
    return database_->transaction([&]() -> Result<CatalogVersion> {
        SHELFCAST_ASSIGN(const CatalogVersion newest, newest_version(*database_));
        SHELFCAST_ASSIGN(const auto current, stores_at(*database_, newest));
        return change_stores(*database_, current, stores);
    });
}

Result<std::map<std::string, StoreId>> SqliteStore::create_stores(
    const std::vector<std::string>& codes, std::string_view time_zone, std::string_view currency) {
    const std::lock_guard lock(database_->mutex());
    return database_->transaction([&]() -> Result<std::map<std::string, StoreId>> {
        SHELFCAST_ASSIGN(const CatalogVersion newest, newest_version(*database_));
        SHELFCAST_ASSIGN(const auto current, stores_at(*database_, newest));
        const auto named = retail::name_stores(current, codes, time_zone, currency);
        SHELFCAST_TRY(change_stores(*database_, current, named.created));
        return named.ids;
    });
}

Result<std::optional<ImportRecord>> SqliteStore::find_import(std::string_view content_hash,
                                                             std::uint64_t bytes) {
    const std::lock_guard lock(database_->mutex());
    Query query = database_->query(kSelectImport, content_hash, bytes);
    return find<ImportRecord>(query, read_import);
}

Result<std::vector<ImportRecord>> SqliteStore::smaller_imports(std::string_view format,
                                                               std::uint64_t bytes) {
    const std::lock_guard lock(database_->mutex());
    Query query = database_->query(kSelectSmallerImports, format, bytes);
    return collect<ImportRecord>(query, read_import);
}

Result<std::vector<ImportRecord>> SqliteStore::running_imports() {
    const std::lock_guard lock(database_->mutex());
    Query query = database_->query(kSelectRunningImports);
    return collect<ImportRecord>(query, read_import);
}

Status SqliteStore::put_import(const ImportRecord& record) {
    const std::lock_guard lock(database_->mutex());
    return database_
        ->query(
            "insert into imports (content_hash, bytes, format, path, first_row, rows_done, "
            "accepted, rejected, state) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) "
            "on conflict (content_hash, bytes) do update set format = excluded.format, "
            "path = excluded.path, first_row = excluded.first_row, "
            "rows_done = excluded.rows_done, accepted = excluded.accepted, "
            "rejected = excluded.rejected, state = excluded.state",
            record.content_hash, record.bytes, record.format, record.path, record.first_row,
            record.rows_done, record.accepted, record.rejected,
            static_cast<std::int64_t>(record.state))
        .run();
}

Result<bool> SqliteStore::is_replayed(const LetterPosition& letter) {
    const std::lock_guard lock(database_->mutex());
    Query query = database_->query(
        "select 1 from replays where topic = ?1 and log_partition = ?2 and log_offset = ?3",
        letter.topic, letter.partition.value, letter.offset);
    return query.next();
}

Status SqliteStore::begin_replays(const std::vector<LetterPosition>& letters) {
    const std::lock_guard lock(database_->mutex());
    return database_->transaction([&]() -> Status {
        for (const LetterPosition& letter : letters) {
            SHELFCAST_TRY(database_
                              ->query("insert into replays (topic, log_partition, log_offset, "
                                      "settled) values (?1, ?2, ?3, 0)",
                                      letter.topic, letter.partition.value, letter.offset)
                              .run());
        }
        return {};
    });
}

Result<std::vector<LetterPosition>> SqliteStore::replays_under_way() {
    const std::lock_guard lock(database_->mutex());
    Query query = database_->query(
        "select topic, log_partition, log_offset from replays where settled = 0 "
        "order by topic, log_partition, log_offset");
    return collect<LetterPosition>(query, [](const Query& row) {
        return LetterPosition{row.text(0), PartitionId{row.number<std::uint32_t>(1)},
                              row.integer(2)};
    });
}

Status SqliteStore::settle_replays(const std::vector<LetterPosition>& in_log) {
    const std::lock_guard lock(database_->mutex());
    return database_->transaction([&]() -> Status {
        for (const LetterPosition& letter : in_log) {
            SHELFCAST_TRY(database_
                              ->query("update replays set settled = 1 where topic = ?1 and "
                                      "log_partition = ?2 and log_offset = ?3",
                                      letter.topic, letter.partition.value, letter.offset)
                              .run());
        }
        return database_->query("delete from replays where settled = 0").run();
    });
}

Result<std::optional<std::string>> SqliteStore::setting(std::string_view name) {
    const std::lock_guard lock(database_->mutex());
    Query query = database_->query("select value from settings where name = ?1", name);
    return find<std::string>(query, [](const Query& row) { return row.text(0); });
}

Status SqliteStore::put_setting(std::string_view name, std::string_view value) {
    const std::lock_guard lock(database_->mutex());
    return database_
        ->query(
            "insert into settings (name, value) values (?1, ?2) "
            "on conflict do update set value = excluded.value",
            name, value)
        .run();
}

}  // namespace shelfcast::adapters
