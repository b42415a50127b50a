#include "pipelines/ingest/batch_builder.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "pipelines/ingest/partitioning.h"
#include "retail/tables.h"
#include "retail/topics.h"

namespace shelfcast::ingest {

using retail::RejectReason;

namespace {
/// One giant body must not leave giant buffers behind.
constexpr std::size_t kMaxWarmBytes = std::size_t{1} << 20U;
}  // namespace

Result<TopicPartitions> topic_partitions(ports::EventLog& log, std::string_view topic) {
    TopicPartitions partitions;
    SHELFCAST_ASSIGN(partitions.events, log.partitions(topic));
    SHELFCAST_ASSIGN(partitions.dead_letters, log.partitions(retail::kDeadLettersTopic));
    return partitions;
}

std::string source_for(std::string_view source, std::string_view topic) {
    return topic == retail::kRetailEventsTopic ? std::string(source)
                                               : fmt::format("{}/{}", source, topic);
}

const retail::Topic& topic_of_source(std::string_view source) {
    // The name of an imported file may have anything in it.
    const retail::Topic* const named =
        source.starts_with("import:") ? nullptr
                                      : retail::find_topic(source.substr(source.rfind('/') + 1));
    return named != nullptr ? *named : *retail::find_topic(retail::kRetailEventsTopic);
}

void count_received(ports::Metrics* metrics, const ports::Tally& tally, std::string_view door) {
    if (metrics == nullptr) {
        return;
    }
    metrics->add(ports::Counter::kEventsReceived, tally.accepted + tally.rejected(),
                 {{"door", door}});
}

BatchBuilder::BatchBuilder(CatalogCache& catalogs, TopicPartitions partitions,
                           retail::CodecLimits limits, const retail::Topic& topic)
    : catalogs_(catalogs),
      partitions_(partitions),
      topic_(topic),
      decoder_(retail::make_decoder(topic, limits)),
      by_partition_(partitions.events) {
    SHELFCAST_CHECK(partitions.events > 0 && partitions.dead_letters > 0);
}

Status BatchBuilder::begin(std::int64_t log_time_us, std::string_view source) {
    SHELFCAST_ASSIGN(catalog_, catalogs_.current());
    log_time_us_ = log_time_us;
    letter_.source = source;
    letter_.received_at_us = log_time_us;
    for (Gathered& gathered : by_partition_) {
        gathered.records.bytes.clear();
        gathered.records.ends.clear();
        gathered.stores.clear();
    }
    letters_.bytes.clear();
    letters_.ends.clear();
    tally_ = ports::Tally{};
    return {};
}

RejectReason BatchBuilder::decode(std::string_view message) {
    if (auto* const lines = std::get_if<retail::EventDecoder>(&decoder_)) {
        retail::Event event;
        const RejectReason reason =
            lines->decode(message, log_time_us_, *catalog_, event, rejection_);
        store_ = event.store_id;
        return reason;
    }
    retail::TopicEvent event;
    const RejectReason reason = std::get<retail::TopicDecoder>(decoder_).decode(
        message, log_time_us_, *catalog_, event, rejection_);
    store_ = event.store_id;
    return reason;
}

Result<RejectReason> BatchBuilder::judge(std::string_view message) {
    RejectReason reason = decode(message);
    if (reason == RejectReason::kUnknownStore) {
        SHELFCAST_ASSIGN(SharedCatalog fresh, catalogs_.fresh());
        if (fresh != catalog_) {
            catalog_ = std::move(fresh);
            reason = decode(message);
        }
    }
    return reason;
}

void BatchBuilder::keep(std::string_view message) {
    Gathered& gathered = by_partition_[partition_of(store_, partitions_.events).value];
    gathered.records.push_back(message);
    gathered.stores.push_back(store_);
    ++tally_.accepted;
}

void BatchBuilder::reject(const retail::Rejection& why, std::string_view raw,
                          std::uint64_t true_bytes) {
    letter_.reason = why.reason;
    letter_.detail = why.detail;
    letter_.raw_bytes = true_bytes == 0 ? raw.size() : true_bytes;
    letter_.raw = raw.substr(0, retail::DeadLetter::kMaxRawBytes);
    letter_text_.clear();
    retail::append_dead_letter(letter_text_, letter_);
    letters_.push_back(letter_text_);
    ++tally_.rejected_by_reason[static_cast<std::size_t>(why.reason)];
}

Status BatchBuilder::add(std::string_view message) {
    SHELFCAST_ASSIGN(const RejectReason reason, judge(message));
    if (reason == RejectReason::kNone) {
        keep(message);
    } else {
        reject(rejection_, message);
    }
    return {};
}

Status BatchBuilder::reread_catalog() {
    SHELFCAST_ASSIGN(catalog_, catalogs_.reread());
    return {};
}

void BatchBuilder::take(const ports::BatchHeader& header, std::uint64_t spread,
                        std::vector<ports::AppendBatch>& events,
                        std::vector<ports::AppendBatch>& dead_letters) {
    // The log takes the buffers; the next ones start as large as these ended.
    const auto hand_over = [](ports::RecordBuffer& records) {
        ports::RecordBuffer next;
        next.bytes.reserve(std::min(records.bytes.size(), kMaxWarmBytes));
        next.ends.reserve(records.ends.size());
        return std::exchange(records, std::move(next));
    };
    for (std::uint32_t partition = 0; partition < partitions_.events; ++partition) {
        if (Gathered& gathered = by_partition_[partition]; gathered.records.size() > 0) {
            events.push_back({std::string(topic_.name), PartitionId{partition}, header,
                              hand_over(gathered.records), gathered.stores});
        }
    }
    if (letters_.size() > 0) {
        const auto partition = static_cast<std::uint32_t>(spread % partitions_.dead_letters);
        dead_letters.push_back({std::string(retail::kDeadLettersTopic), PartitionId{partition},
                                header, hand_over(letters_)});
    }
}

}  // namespace shelfcast::ingest
