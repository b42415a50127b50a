#include "adapters/sqlite_log/catalog.h"

#include <utility>

namespace shelfcast::adapters::sqlite_log {
namespace {

constexpr std::int64_t kFormat = 1;
// Changes here are a few rows each, often one group's offsets; log size is dust beside the topics'.
constexpr int kCheckpointFrames = 1'000;

constexpr const char* kSchema = R"sql(
create table topics (
    topic text primary key,
    partitions integer not null
) strict, without rowid;
create table day_files (
    topic text not null,
    day text not null,
    state integer not null,
    log_time_us integer not null,
    primary key (topic, day)
) strict, without rowid;
create table day_starts (
    topic text not null,
    day text not null,
    partition integer not null,
    start_offset integer not null,
    primary key (topic, day, partition)
) strict, without rowid;
create table begin_offsets (
    topic text not null,
    partition integer not null,
    begin_offset integer not null,
    primary key (topic, partition)
) strict, without rowid;
create table group_offsets (
    reader_group text not null,
    topic text not null,
    partition integer not null,
    next_offset integer not null,
    primary key (reader_group, topic, partition)
) strict, without rowid;
create table pruned_keys (
    topic text not null,
    idempotency_key blob not null,
    partition integer not null,
    fingerprint blob not null,
    base_offset integer not null,
    log_time_us integer not null,
    primary key (topic, idempotency_key, partition)
) strict, without rowid;
create index pruned_keys_by_time on pruned_keys (topic, log_time_us);
)sql";

Status bad_partition(std::string_view table, std::string_view topic, std::int64_t partition) {
    return fail(ErrorKind::kCorrupted, "log file log.sqlite: {} of topic {} name partition {}",
                table, topic, partition);
}

}  // namespace

Result<Catalog> Catalog::open(const DatabaseOptions& options) {
    SHELFCAST_ASSIGN(Database database, Database::open(options));
    SHELFCAST_TRY(database.apply_schema(kSchema, kFormat));
    Catalog catalog(std::move(database));
    SHELFCAST_ASSIGN(catalog.find_pruned_key_, catalog.database_.prepare(R"sql(
select base_offset, log_time_us, fingerprint
from pruned_keys
where topic = ?1 and idempotency_key = ?2 and partition = ?3
)sql"));
    return catalog;
}

template <typename Change>
Status Catalog::in_transaction(Change&& change) {
    SHELFCAST_TRY(database_.begin_write());
    if (Status changed = change(); !changed) {
        database_.rollback();
        return changed;
    }
    SHELFCAST_TRY(database_.commit());
    // Should this fail the write-ahead log stays longer, which the next change tries to mend.
    (void)database_.checkpoint_if_over(kCheckpointFrames);
    return {};
}

Result<std::map<std::string, std::uint32_t>> Catalog::topics() {
    SHELFCAST_ASSIGN(Statement select, database_.prepare("select topic, partitions from topics"));
    std::map<std::string, std::uint32_t> found;
    while (true) {
        SHELFCAST_ASSIGN(const bool row, select.step());
        if (!row) {
            return found;
        }
        const std::int64_t partitions = select.integer(1);
        const std::string topic(select.bytes(0));
        if (partitions < 1 || partitions > kMaxPartitions) {
            return fail(ErrorKind::kCorrupted, "log file log.sqlite: topic {} has {} partitions",
                        topic, partitions);
        }
        found.emplace(topic, static_cast<std::uint32_t>(partitions));
    }
}

Status Catalog::add_topic(std::string_view topic, std::uint32_t partitions) {
    return in_transaction([&]() -> Status {
        SHELFCAST_ASSIGN(
            Statement insert,
            database_.prepare("insert into topics (topic, partitions) values (?1, ?2)"));
        insert.bind_text(1, topic);
        insert.bind(2, partitions);
        return insert.run();
    });
}

Result<std::vector<DayEntry>> Catalog::days(std::string_view topic, std::uint32_t partitions) {
    SHELFCAST_ASSIGN(Statement select, database_.prepare(R"sql(
select day, state, log_time_us from day_files where topic = ?1 order by day
)sql"));
    SHELFCAST_ASSIGN(Statement starts, database_.prepare(R"sql(
select partition, start_offset from day_starts where topic = ?1 and day = ?2
)sql"));
    select.bind_text(1, topic);
    std::vector<DayEntry> entries;
    while (true) {
        SHELFCAST_ASSIGN(const bool row, select.step());
        if (!row) {
            return entries;
        }
        DayEntry entry{.day = std::string(select.bytes(0)),
                       .state = static_cast<DayState>(select.integer(1)),
                       .log_time_us = select.integer(2),
                       .starts = std::vector<std::int64_t>(partitions, 0)};
        const ResetAtEnd reset(starts);
        starts.bind_text(1, topic);
        starts.bind_text(2, entry.day);
        while (true) {
            SHELFCAST_ASSIGN(const bool start, starts.step());
            if (!start) {
                break;
            }
            const std::int64_t partition = starts.integer(0);
            if (partition < 0 || partition >= partitions) {
                SHELFCAST_TRY(bad_partition("day_starts", topic, partition));
            }
            entry.starts[static_cast<std::size_t>(partition)] = starts.integer(1);
        }
        entries.push_back(std::move(entry));
    }
}

Status Catalog::put_day(std::string_view topic, const DayEntry& entry) {
    return in_transaction([&]() -> Status {
        SHELFCAST_ASSIGN(Statement day, database_.prepare(R"sql(
insert or replace into day_files (topic, day, state, log_time_us) values (?1, ?2, ?3, ?4)
)sql"));
        day.bind_text(1, topic);
        day.bind_text(2, entry.day);
        day.bind(3, static_cast<std::int64_t>(entry.state));
        day.bind(4, entry.log_time_us);
        SHELFCAST_TRY(day.run());
        SHELFCAST_ASSIGN(Statement start, database_.prepare(R"sql(
insert or replace into day_starts (topic, day, partition, start_offset) values (?1, ?2, ?3, ?4)
)sql"));
        for (std::size_t partition = 0; partition < entry.starts.size(); ++partition) {
            start.bind_text(1, topic);
            start.bind_text(2, entry.day);
            start.bind(3, static_cast<std::int64_t>(partition));
            start.bind(4, entry.starts[partition]);
            SHELFCAST_TRY(start.run());
        }
        return {};
    });
}

Status Catalog::mark_there(std::string_view topic, std::string_view day) {
    return in_transaction([&]() -> Status {
        SHELFCAST_ASSIGN(Statement update, database_.prepare(R"sql(
update day_files set state = ?3 where topic = ?1 and day = ?2
)sql"));
        update.bind_text(1, topic);
        update.bind_text(2, day);
        update.bind(3, static_cast<std::int64_t>(DayState::kThere));
        return update.run();
    });
}

Status Catalog::forget_day(std::string_view topic, std::string_view day) {
    return in_transaction([&]() -> Status {
        for (const std::string_view sql : {"delete from day_starts where topic = ?1 and day = ?2",
                                           "delete from day_files where topic = ?1 and day = ?2"}) {
            SHELFCAST_ASSIGN(Statement remove, database_.prepare(sql));
            remove.bind_text(1, topic);
            remove.bind_text(2, day);
            SHELFCAST_TRY(remove.run());
        }
        return {};
    });
}

Result<std::vector<std::int64_t>> Catalog::begins(std::string_view topic,
                                                  std::uint32_t partitions) {
    SHELFCAST_ASSIGN(Statement select, database_.prepare(R"sql(
select partition, begin_offset from begin_offsets where topic = ?1
)sql"));
    select.bind_text(1, topic);
    std::vector<std::int64_t> found(partitions, 0);
    while (true) {
        SHELFCAST_ASSIGN(const bool row, select.step());
        if (!row) {
            return found;
        }
        const std::int64_t partition = select.integer(0);
        if (partition < 0 || partition >= partitions) {
            SHELFCAST_TRY(bad_partition("begin_offsets", topic, partition));
        }
        found[static_cast<std::size_t>(partition)] = select.integer(1);
    }
}

Status Catalog::put_offsets(std::string_view group, std::string_view topic,
                            std::span<const ports::PartitionOffset> offsets) {
    SHELFCAST_TRY(database_.sync_commits(false));
    const Status stored = in_transaction([&]() -> Status {
        SHELFCAST_ASSIGN(Statement insert, database_.prepare(R"sql(
insert or replace into group_offsets (reader_group, topic, partition, next_offset)
values (?1, ?2, ?3, ?4)
)sql"));
        for (const ports::PartitionOffset& offset : offsets) {
            insert.bind_text(1, group);
            insert.bind_text(2, topic);
            insert.bind(3, offset.partition.value);
            insert.bind(4, offset.offset);
            SHELFCAST_TRY(insert.run());
        }
        return {};
    });
    SHELFCAST_TRY(database_.sync_commits(true));
    return stored;
}

Result<std::vector<ports::PartitionOffset>> Catalog::offsets(std::string_view group,
                                                             std::string_view topic) {
    SHELFCAST_ASSIGN(Statement select, database_.prepare(R"sql(
select partition, next_offset
from group_offsets
where reader_group = ?1 and topic = ?2
order by partition
)sql"));
    select.bind_text(1, group);
    select.bind_text(2, topic);
    std::vector<ports::PartitionOffset> found;
    while (true) {
        SHELFCAST_ASSIGN(const bool row, select.step());
        if (!row) {
            return found;
        }
        found.push_back(
            {PartitionId{static_cast<std::uint32_t>(select.integer(0))}, select.integer(1)});
    }
}

Status Catalog::prune(const Pruning& pruning) {
    return in_transaction([&] { return write_pruning(pruning); });
}

Status Catalog::write_pruning(const Pruning& pruning) {
    SHELFCAST_ASSIGN(Statement begin, database_.prepare(R"sql(
insert or replace into begin_offsets (topic, partition, begin_offset) values (?1, ?2, ?3)
)sql"));
    for (std::size_t partition = 0; partition < pruning.begins.size(); ++partition) {
        begin.bind_text(1, pruning.topic);
        begin.bind(2, static_cast<std::int64_t>(partition));
        begin.bind(3, pruning.begins[partition]);
        SHELFCAST_TRY(begin.run());
    }
    SHELFCAST_ASSIGN(Statement going, database_.prepare(R"sql(
update day_files set state = ?3 where topic = ?1 and day = ?2
)sql"));
    SHELFCAST_ASSIGN(Statement keep, database_.prepare(R"sql(
insert or replace into pruned_keys (topic, idempotency_key, partition, fingerprint, base_offset,
                                    log_time_us)
values (?1, ?2, ?3, ?4, ?5, ?6)
)sql"));
    for (DayFile* const file : pruning.files) {
        going.bind_text(1, pruning.topic);
        going.bind_text(2, file->day());
        going.bind(3, static_cast<std::int64_t>(DayState::kGoing));
        SHELFCAST_TRY(going.run());
        SHELFCAST_ASSIGN(const DayFile::Lease lease, file->lease());
        SHELFCAST_TRY(lease->visit_keys(
            pruning.keys_from_log_time_us,
            [&](PartitionId partition, std::string_view key, const KeyedBatch& batch) {
                keep.bind_text(1, pruning.topic);
                keep.bind_blob(2, key);
                keep.bind(3, partition.value);
                keep.bind_blob(4, batch.fingerprint);
                keep.bind(5, batch.base_offset);
                keep.bind(6, batch.log_time_us);
                return keep.run();
            }));
    }
    SHELFCAST_ASSIGN(Statement forget, database_.prepare(R"sql(
delete from pruned_keys where topic = ?1 and log_time_us < ?2
)sql"));
    forget.bind_text(1, pruning.topic);
    forget.bind(2, pruning.keys_from_log_time_us);
    return forget.run();
}

Result<bool> Catalog::has_pruned_keys() {
    SHELFCAST_ASSIGN(const std::int64_t any,
                     database_.query_integer("select exists (select 1 from pruned_keys)"));
    return any != 0;
}

Result<std::optional<KeyedBatch>> Catalog::find_pruned_key(std::string_view topic,
                                                           PartitionId partition,
                                                           std::string_view key) {
    const ResetAtEnd reset(find_pruned_key_);
    find_pruned_key_.bind_text(1, topic);
    find_pruned_key_.bind_blob(2, key);
    find_pruned_key_.bind(3, partition.value);
    SHELFCAST_ASSIGN(const bool found, find_pruned_key_.step());
    if (!found) {
        return std::nullopt;
    }
    return KeyedBatch{find_pruned_key_.integer(0), find_pruned_key_.integer(1),
                      std::string(find_pruned_key_.bytes(2))};
}

}  // namespace shelfcast::adapters::sqlite_log
