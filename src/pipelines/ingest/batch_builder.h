#pragma once

/// \file pipelines/ingest/batch_builder.h
/// Judges messages of a topic one by one and gathers them into log batches: the accepted ones as
/// their own bytes, by partition of their store; the refused ones as dead letters.
///
/// One thread at a time; reuse it, its buffers stay warm. No allocation per accepted message.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipelines/ingest/catalog_cache.h"
#include "ports/event_door.h"
#include "ports/event_log.h"
#include "ports/metrics.h"
#include "retail/dead_letter.h"
#include "retail/event_codec.h"
#include "retail/topic_codec.h"
#include "retail/topics.h"

namespace shelfcast::ingest {

/// How many partitions the topic and dead-letters have.
struct TopicPartitions {
    std::uint32_t events = 1;
    std::uint32_t dead_letters = 1;
};

/// Error: kNotFound for a topic that the log does not have.
[[nodiscard]] Result<TopicPartitions> topic_partitions(
    ports::EventLog& log, std::string_view topic = retail::kRetailEventsTopic);

/// The source of dead letters that were meant for a topic: "http", but "http/inventory-updates".
[[nodiscard]] std::string source_for(std::string_view source, std::string_view topic);
/// The topic that a dead letter of that source was meant for.
[[nodiscard]] const retail::Topic& topic_of_source(std::string_view source);

/// Adds to the counter of received events; no metrics (null), no effect. What was refused is
/// counted where all of it passes: by the operator.
void count_received(ports::Metrics* metrics, const ports::Tally& tally, std::string_view door);

class BatchBuilder {
public:
    BatchBuilder(CatalogCache& catalogs, TopicPartitions partitions,
                 retail::CodecLimits limits = {},
                 const retail::Topic& topic = *retail::find_topic(retail::kRetailEventsTopic));

    /// Forgets everything gathered and begins anew. `log_time_us`: UTC, what event times are
    /// judged by. `source` goes into the dead letters.
    [[nodiscard]] Status begin(std::int64_t log_time_us, std::string_view source);

    /// Judges a message (followed by at least EventDecoder::kPadding readable bytes) without
    /// taking it. After kNone, keep() takes it; otherwise rejection() says why.
    [[nodiscard]] Result<retail::RejectReason> judge(std::string_view message);
    void keep(std::string_view message);
    [[nodiscard]] retail::Rejection& rejection() noexcept { return rejection_; }

    /// Takes a refused message. `true_bytes`: its length where `raw` is only its beginning, else 0.
    void reject(const retail::Rejection& why, std::string_view raw, std::uint64_t true_bytes = 0);

    /// Judges and takes.
    [[nodiscard]] Status add(std::string_view message);

    [[nodiscard]] const retail::Topic& topic() const noexcept { return topic_; }
    [[nodiscard]] const ports::Tally& tally() const noexcept { return tally_; }
    [[nodiscard]] const retail::StoreCatalog& catalog() const noexcept { return *catalog_; }
    /// Uses a catalogue read just now, after the caller changed the directory.
    [[nodiscard]] Status reread_catalog();

    /// Appends what was gathered to `events` and `dead_letters`, each batch under that header.
    /// `spread` picks the partition of the dead letters.
    void take(const ports::BatchHeader& header, std::uint64_t spread,
              std::vector<ports::AppendBatch>& events,
              std::vector<ports::AppendBatch>& dead_letters);

private:
    [[nodiscard]] retail::RejectReason decode(std::string_view message);

    CatalogCache& catalogs_;
    TopicPartitions partitions_;
    const retail::Topic& topic_;
    /// Of receipt lines, or of any other topic.
    retail::MessageDecoder decoder_;
    SharedCatalog catalog_;
    std::int64_t log_time_us_ = 0;
    StoreId store_;  ///< Of the message judged last.
    retail::Rejection rejection_;
    retail::DeadLetter letter_;
    std::string letter_text_;
    struct Gathered {
        ports::RecordBuffer records;
        std::vector<StoreId> stores;  ///< One per record.
    };
    std::vector<Gathered> by_partition_;
    ports::RecordBuffer letters_;
    ports::Tally tally_;
};

}  // namespace shelfcast::ingest
