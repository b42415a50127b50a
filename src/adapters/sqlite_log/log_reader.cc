#include "adapters/sqlite_log/log_reader.h"

#include <algorithm>
#include <utility>

namespace shelfcast::adapters::sqlite_log {
namespace {

struct Position {
    PartitionId partition;
    std::int64_t next = 0;
};

/// What a read has gathered so far, over all files.
struct Gathered {
    std::vector<ports::FetchedBatch> batches;
    ports::ReadLimits limits;
    std::size_t records = 0;
    std::size_t bytes = 0;

    [[nodiscard]] bool full() const {
        return records >= limits.max_records || bytes >= limits.max_bytes;
    }
};

/// Merges the partitions of one day file by log time.
class FileMerge {
public:
    FileMerge(std::string_view topic, const DayFile& file, DayConnection& connection)
        : topic_(topic), file_(file), connection_(connection) {}
    ~FileMerge() { connection_.end_read(); }
    FileMerge(const FileMerge&) = delete;
    FileMerge& operator=(const FileMerge&) = delete;

    Status begin() { return connection_.begin_read(); }

    /// Adds a partition whose next offset lies before `bound`, in this file.
    Status add(Position& position, std::int64_t bound) {
        Cursor cursor{&position, bound, heap_.size(), {}};
        SHELFCAST_TRY(connection_.seek(cursor.slot, position.partition, position.next));
        SHELFCAST_TRY(fetch(cursor, true));
        heap_.push_back(cursor);
        return {};
    }

    Status run(Gathered& gathered) {
        std::ranges::make_heap(heap_, later);
        while (!heap_.empty() && !gathered.full()) {
            std::ranges::pop_heap(heap_, later);
            Cursor& cursor = heap_.back();
            SHELFCAST_TRY(take(cursor, gathered));
            if (cursor.position->next >= cursor.bound) {
                heap_.pop_back();
                continue;
            }
            SHELFCAST_TRY(fetch(cursor, false));
            std::ranges::push_heap(heap_, later);
        }
        return {};
    }

private:
    struct Cursor {
        Position* position;
        std::int64_t bound;
        std::size_t slot;
        StoredBatch row;  ///< Without its stored bytes, which are read when it is taken.
    };

    static bool later(const Cursor& left, const Cursor& right) {
        return std::pair(left.row.facts.log_time_us, left.position->partition) >
               std::pair(right.row.facts.log_time_us, right.position->partition);
    }

    Status fetch(Cursor& cursor, bool first) {
        Result<std::optional<StoredBatch>> row = connection_.next(cursor.slot);
        if (!row) {
            return corrupted(row.error().kind, *cursor.position, row.error().message);
        }
        const std::optional<StoredBatch>& found = *row;
        if (!found) {
            return corrupted(ErrorKind::kCorrupted, *cursor.position, "the batch is missing");
        }
        const std::int64_t base = offset_of(found->facts.position);
        const std::int64_t end = base + found->facts.record_count;
        const std::int64_t wanted = cursor.position->next;
        if (first ? base > wanted || end <= wanted : base != wanted) {
            return corrupted(ErrorKind::kCorrupted, *cursor.position,
                             fmt::format("found a batch of offsets {} to {}", base, end - 1));
        }
        cursor.row = *found;
        return {};
    }

    Status take(Cursor& cursor, Gathered& gathered) {
        const BatchFacts& facts = cursor.row.facts;
        const std::string_view stored = connection_.stored_bytes(cursor.slot);
        if (batch_checksum(facts, hash_stored(stored)) != cursor.row.checksum) {
            return corrupted(ErrorKind::kCorrupted, *cursor.position,
                             "the checksum does not match");
        }
        const std::int64_t base = offset_of(facts.position);
        const auto skip = static_cast<std::uint32_t>(cursor.position->next - base);
        Result<ports::RecordBuffer> records = decode_records(stored, facts, skip);
        if (!records) {
            return corrupted(records.error().kind, *cursor.position, records.error().message);
        }
        gathered.records += records->size();
        gathered.bytes += records->bytes.size();
        gathered.batches.push_back(
            {.partition = cursor.position->partition,
             .base_offset = cursor.position->next,
             .log_time_us = facts.log_time_us,
             .header = {std::string(facts.key), std::string(facts.fingerprint)},
             .records = std::move(*records)});
        cursor.position->next = base + facts.record_count;
        return {};
    }

    [[nodiscard]] Status corrupted(ErrorKind kind, const Position& position,
                                   std::string_view what) const {
        return fail(kind, "topic {} partition {} offset {} in {}: {}", topic_,
                    position.partition.value, position.next, file_.path(), what);
    }

    std::string_view topic_;
    const DayFile& file_;
    DayConnection& connection_;
    std::vector<Cursor> heap_;
};

}  // namespace

Result<std::vector<ports::FetchedBatch>> read_batches(std::string_view topic, const TopicView& view,
                                                      std::span<const ports::PartitionOffset> from,
                                                      ports::ReadLimits limits) {
    std::vector<Position> positions;
    positions.reserve(from.size());
    for (const ports::PartitionOffset& start : from) {
        const std::int64_t begin = view.begins[start.partition.value];
        if (start.offset < begin) {
            return fail(ErrorKind::kNotFound,
                        "topic {} partition {}: offset {} is below {}, the first one kept", topic,
                        start.partition.value, start.offset, begin);
        }
        positions.push_back({start.partition, start.offset});
    }
    Gathered gathered{{}, limits};
    for (std::size_t index = 0; index < view.files.size() && !gathered.full(); ++index) {
        const std::vector<std::int64_t>& bounds =
            index + 1 < view.files.size() ? view.files[index + 1]->starts() : view.ends;
        const auto has_more = [&](const Position& position) {
            return position.next < bounds[position.partition.value];
        };
        if (std::ranges::none_of(positions, has_more)) {
            continue;
        }
        DayFile& file = *view.files[index];
        SHELFCAST_ASSIGN(const DayFile::Lease lease, file.lease());
        FileMerge merge(topic, file, *lease);
        SHELFCAST_TRY(merge.begin());
        for (Position& position : positions) {
            if (has_more(position)) {
                SHELFCAST_TRY(merge.add(position, bounds[position.partition.value]));
            }
        }
        SHELFCAST_TRY(merge.run(gathered));
    }
    return std::move(gathered.batches);
}

}  // namespace shelfcast::adapters::sqlite_log
