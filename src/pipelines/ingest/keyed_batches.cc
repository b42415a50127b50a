#include "pipelines/ingest/keyed_batches.h"

#include <algorithm>
#include <array>

#include "retail/tables.h"
#include "retail/topics.h"

namespace shelfcast::ingest {
namespace {

/// Records of the batch that begins there. A log may give a batch in pieces; each carries its
/// header.
Result<std::uint64_t> count_batch(ports::EventLog& log, std::string_view topic,
                                  ports::PartitionOffset at, std::string_view key,
                                  std::string_view fingerprint) {
    constexpr std::size_t kRecordsPerRead = 10'000;
    std::uint64_t records = 0;
    while (true) {
        auto pieces = log.read(topic, std::array{at}, {.max_records = kRecordsPerRead});
        if (!pieces) {
            // A key outlives its records when the log was pruned; then there is nothing to count.
            return pieces.error().kind == ErrorKind::kNotFound && records == 0
                       ? Result<std::uint64_t>(0)
                       : forward_error(pieces);
        }
        for (const ports::FetchedBatch& piece : *pieces) {
            if (piece.base_offset != at.offset || piece.header.idempotency_key != key) {
                return records;
            }
            if (piece.header.fingerprint != fingerprint) {
                return fail(ErrorKind::kConflict,
                            "idempotency key {} was used before for other content", key);
            }
            records += piece.records.size();
            at.offset += static_cast<std::int64_t>(piece.records.size());
        }
        if (pieces->empty()) {
            return records;
        }
    }
}

Status add_topic(ports::EventLog& log, std::string_view topic, std::string_view key,
                 std::string_view fingerprint, std::uint64_t& records, std::int64_t& log_time_us) {
    SHELFCAST_ASSIGN(const std::uint32_t partitions, log.partitions(topic));
    for (std::uint32_t number = 0; number < partitions; ++number) {
        const PartitionId partition{number};
        SHELFCAST_ASSIGN(const auto found, log.find_key(topic, partition, key));
        if (!found) {
            continue;
        }
        SHELFCAST_ASSIGN(
            const std::uint64_t in_batch,
            count_batch(log, topic, {partition, found->base_offset}, key, fingerprint));
        records += in_batch;
        log_time_us =
            log_time_us == 0 ? found->log_time_us : std::min(log_time_us, found->log_time_us);
    }
    return {};
}

}  // namespace

Result<KeyedBatches> find_keyed_batches(ports::EventLog& log, std::string_view key,
                                        std::string_view fingerprint, std::string_view topic) {
    KeyedBatches found;
    SHELFCAST_TRY(add_topic(log, topic, key, fingerprint, found.events, found.log_time_us));
    SHELFCAST_TRY(add_topic(log, retail::kDeadLettersTopic, key, fingerprint, found.dead_letters,
                            found.log_time_us));
    return found;
}

}  // namespace shelfcast::ingest
