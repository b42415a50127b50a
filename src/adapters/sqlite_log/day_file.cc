#include "adapters/sqlite_log/day_file.h"

#include <utility>

#include "base/log.h"

namespace shelfcast::adapters::sqlite_log {
namespace {

constexpr std::int64_t kFormat = 1;
constexpr int kPageBytes = 16 * 1024;
constexpr int kWriterCacheKib = 32 * 1024;  // a group's dirty pages stay in memory until COMMIT
constexpr int kReaderCacheKib = 4 * 1024;
constexpr std::size_t kIdleReaders = 4;
// Of one reading transaction of a copy: a longer one would keep the writer's checkpoints waiting.
constexpr std::size_t kCopiedBytes = 16U << 20U;
constexpr int kCopyCheckpointFrames = 2'000;

// position = partition << 44 | base offset. The key comes first in its index, so that the batches
// of one request to many partitions share a page.
constexpr const char* kSchema = R"sql(
create table batches (
    position integer primary key,
    record_count integer not null,
    log_time_us integer not null,
    idempotency_key blob,
    fingerprint blob,
    encoding integer not null,
    body_bytes integer not null,
    checksum integer not null,
    stored blob not null
) strict;
create unique index batch_keys on batches (idempotency_key, position >> 44)
    where idempotency_key is not null;
)sql";

constexpr std::string_view kInsert = R"sql(
insert into batches (position, record_count, log_time_us, idempotency_key, fingerprint, encoding,
                     body_bytes, checksum, stored)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
)sql";

constexpr std::string_view kFindKey = R"sql(
select position, log_time_us, fingerprint
from batches
where idempotency_key = ?1 and position >> 44 = ?2
)sql";

constexpr std::string_view kLastBatch = R"sql(
select position, record_count, log_time_us
from batches
where position between ?1 and ?2
order by position desc
limit 1
)sql";

constexpr std::string_view kVisitKeys = R"sql(
select position, log_time_us, idempotency_key, fingerprint
from batches indexed by batch_keys
where idempotency_key is not null and log_time_us >= ?1
)sql";

// ?1 is the wanted position, ?2 and ?3 the partition's bounds; the batch that holds ?1 may begin
// before it.
constexpr std::string_view kCursor = R"sql(
select position, record_count, log_time_us, idempotency_key, fingerprint, encoding, body_bytes,
       checksum, stored
from batches
where position >= coalesce((select max(position) from batches where position between ?2 and ?1), ?1)
  and position <= ?3
order by position
)sql";

constexpr int kStoredColumn = 8;

}  // namespace

Result<std::unique_ptr<DayConnection>> DayConnection::open(const DatabaseOptions& options) {
    SHELFCAST_ASSIGN(Database database, Database::open(options));
    if (options.create) {
        SHELFCAST_TRY(database.apply_schema(kSchema, kFormat));
    }
    std::unique_ptr<DayConnection> connection(new DayConnection(std::move(database)));
    SHELFCAST_ASSIGN(connection->insert_, connection->database_.prepare(kInsert));
    SHELFCAST_ASSIGN(connection->find_key_, connection->database_.prepare(kFindKey));
    SHELFCAST_ASSIGN(connection->last_batch_, connection->database_.prepare(kLastBatch));
    return connection;
}

Status DayConnection::insert(const StoredBatch& batch) {
    const ResetAtEnd reset(insert_);
    insert_.bind(1, batch.facts.position);
    insert_.bind(2, batch.facts.record_count);
    insert_.bind(3, batch.facts.log_time_us);
    insert_.bind_blob_or_null(4, batch.facts.key);
    insert_.bind_blob_or_null(5, batch.facts.fingerprint);
    insert_.bind(6, static_cast<std::int64_t>(batch.facts.encoding));
    insert_.bind(7, batch.facts.body_bytes);
    insert_.bind(8, static_cast<std::int64_t>(batch.checksum));
    insert_.bind_blob(9, batch.stored);
    return insert_.run();
}

Result<std::optional<KeyedBatch>> DayConnection::find_key(PartitionId partition,
                                                          std::string_view key) {
    const ResetAtEnd reset(find_key_);
    find_key_.bind_blob(1, key);
    find_key_.bind(2, partition.value);
    SHELFCAST_ASSIGN(const bool found, find_key_.step());
    if (!found) {
        return std::nullopt;
    }
    return KeyedBatch{offset_of(find_key_.integer(0)), find_key_.integer(1),
                      std::string(find_key_.bytes(2))};
}

Result<std::optional<LastBatch>> DayConnection::last_batch(PartitionId partition) {
    const ResetAtEnd reset(last_batch_);
    last_batch_.bind(1, position_of(partition, 0));
    last_batch_.bind(2, position_of(PartitionId{partition.value + 1}, 0) - 1);
    SHELFCAST_ASSIGN(const bool found, last_batch_.step());
    if (!found) {
        return std::nullopt;
    }
    return LastBatch{offset_of(last_batch_.integer(0)) + last_batch_.integer(1),
                     last_batch_.integer(2)};
}

Status DayConnection::visit_keys(std::int64_t from_log_time_us, const KeyVisitor& visit) {
    SHELFCAST_ASSIGN(Statement statement, database_.prepare(kVisitKeys));
    statement.bind(1, from_log_time_us);
    while (true) {
        SHELFCAST_ASSIGN(const bool found, statement.step());
        if (!found) {
            return {};
        }
        const std::int64_t position = statement.integer(0);
        SHELFCAST_TRY(visit(partition_of(position), statement.bytes(2),
                            KeyedBatch{offset_of(position), statement.integer(1),
                                       std::string(statement.bytes(3))}));
    }
}

Status DayConnection::begin_read() { return database_.execute("begin"); }

void DayConnection::end_read() noexcept {
    for (Statement& cursor : cursors_) {
        cursor.reset();
    }
    database_.rollback();
}

Status DayConnection::seek(std::size_t slot, PartitionId partition, std::int64_t offset) {
    while (cursors_.size() <= slot) {
        SHELFCAST_ASSIGN(Statement cursor, database_.prepare(kCursor));
        cursors_.push_back(std::move(cursor));
    }
    Statement& cursor = cursors_[slot];
    cursor.reset();
    cursor.bind(1, position_of(partition, offset));
    cursor.bind(2, position_of(partition, 0));
    cursor.bind(3, position_of(PartitionId{partition.value + 1}, 0) - 1);
    return {};
}

Result<std::optional<StoredBatch>> DayConnection::next(std::size_t slot) {
    Statement& cursor = cursors_[slot];
    SHELFCAST_ASSIGN(const bool found, cursor.step());
    if (!found) {
        return std::nullopt;
    }
    return StoredBatch{{.position = cursor.integer(0),
                        .log_time_us = cursor.integer(2),
                        .record_count = static_cast<std::uint32_t>(cursor.integer(1)),
                        .body_bytes = static_cast<std::uint32_t>(cursor.integer(6)),
                        .encoding = static_cast<BodyEncoding>(cursor.integer(5)),
                        .key = cursor.bytes(3),
                        .fingerprint = cursor.bytes(4)},
                       static_cast<std::uint64_t>(cursor.integer(7)),
                       {}};
}

std::string_view DayConnection::stored_bytes(std::size_t slot) const {
    return cursors_[slot].bytes(kStoredColumn);
}

DayFile::~DayFile() {
    idle_.clear();
    writer_.reset();
    if (remove_at_end_) {
        // A file that stays is removed at the next start: the catalog has it as going.
        if (Status removed = remove_database(options_.path, options_.vfs); !removed) {
            log::warning("sqlite_log", "pruned file stays reason=\"{}\"", removed.error().message);
        }
    }
}

DatabaseOptions DayFile::database_options(bool create, bool writer) const {
    return {.path = options_.path,
            .vfs = options_.vfs,
            .durability = options_.durability,
            .create = create,
            .sync_found = writer,
            .exclusive = options_.single_connection,
            .page_bytes = kPageBytes,
            .cache_kib = writer ? kWriterCacheKib : kReaderCacheKib};
}

Status DayFile::open_writer(bool create) {
    if (writer_ != nullptr) {
        return {};
    }
    SHELFCAST_ASSIGN(writer_, DayConnection::open(database_options(create, true)));
    return {};
}

Status DayFile::copy_stretch(DayConnection& from, DayConnection& to, PartitionId partition,
                             std::int64_t& next, std::int64_t end) const {
    SHELFCAST_TRY(from.seek(0, partition, next));
    std::size_t bytes = 0;
    while (next < end && bytes < kCopiedBytes) {
        SHELFCAST_ASSIGN(std::optional<StoredBatch> batch, from.next(0));
        if (!batch || offset_of(batch->facts.position) != next) {
            return fail(ErrorKind::kCorrupted, "log file {}: partition {} lacks offset {}", path(),
                        partition.value, next);
        }
        batch->stored = from.stored_bytes(0);
        if (batch_checksum(batch->facts, hash_stored(batch->stored)) != batch->checksum) {
            return fail(ErrorKind::kCorrupted,
                        "log file {}: partition {} offset {}: the checksum does not match", path(),
                        partition.value, next);
        }
        SHELFCAST_TRY(to.insert(*batch));
        bytes += batch->stored.size();
        next += batch->facts.record_count;
    }
    return {};
}

Status DayFile::copy_to(DayFile& copy, const std::vector<std::int64_t>& ends) {
    SHELFCAST_TRY(copy.open_writer(true));
    SHELFCAST_ASSIGN(const Lease from, lease());
    DayConnection& to = *copy.writer();
    for (std::uint32_t partition = 0; partition < ends.size(); ++partition) {
        std::int64_t next = starts()[partition];
        while (next < ends[partition]) {
            SHELFCAST_TRY(to.database().begin_write());
            SHELFCAST_TRY(from->begin_read());
            Status copied = copy_stretch(*from, to, PartitionId{partition}, next, ends[partition]);
            from->end_read();
            if (!copied) {
                to.database().rollback();
                return copied;
            }
            SHELFCAST_TRY(to.database().commit());
            SHELFCAST_TRY(to.database().checkpoint_if_over(kCopyCheckpointFrames));
        }
    }
    copy.seal();
    return {};
}

void DayFile::seal() {
    if (writer_ == nullptr || options_.single_connection) {
        return;
    }
    if (Status folded = writer_->database().checkpoint_and_truncate(); !folded) {
        log::warning("sqlite_log", "checkpoint put off reason=\"{}\"", folded.error().message);
    }
    writer_.reset();
}

DayFile::Lease::~Lease() {
    if (connection_ == nullptr || file_->options_.single_connection) {
        return;
    }
    std::unique_ptr<DayConnection> back(connection_);
    const std::scoped_lock lock(file_->pool_mutex_);
    if (file_->idle_.size() < kIdleReaders) {
        file_->idle_.push_back(std::move(back));
    }
}

Result<DayFile::Lease> DayFile::lease() {
    if (options_.single_connection) {
        SHELFCAST_TRY(open_writer(false));
        return Lease(*this, writer_.get());
    }
    {
        const std::scoped_lock lock(pool_mutex_);
        if (!idle_.empty()) {
            DayConnection* const connection = idle_.back().release();
            idle_.pop_back();
            return Lease(*this, connection);
        }
    }
    SHELFCAST_ASSIGN(std::unique_ptr<DayConnection> connection,
                     DayConnection::open(database_options(false, false)));
    return Lease(*this, connection.release());
}

}  // namespace shelfcast::adapters::sqlite_log
