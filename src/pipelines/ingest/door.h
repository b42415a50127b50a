#pragma once

/// \file pipelines/ingest/door.h
/// The way into the log: a body of messages becomes durable, the accepted ones in their topic, the
/// others in topic dead-letters with their reason, before the call returns.
///
/// Owned by the composition root. Thread safe: workers call accept() at the same time, each with
/// a decoder and buffers from a pool.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pipelines/ingest/batch_builder.h"
#include "pipelines/ingest/catalog_cache.h"
#include "ports/clock.h"
#include "ports/event_door.h"
#include "ports/event_log.h"
#include "ports/metrics.h"

namespace shelfcast::ingest {

struct DoorLimits {
    retail::CodecLimits codec;
    /// Valid messages are longer than 110 bytes: a 16 MiB body holds no more of them than this.
    std::size_t max_messages = 150'000;
};

class IngestDoor final : public ports::EventDoor {
public:
    /// All event topics and dead-letters must exist. `metrics` may be null. Errors: kNotFound for a
    /// missing topic.
    [[nodiscard]] static Result<std::unique_ptr<IngestDoor>> open(ports::EventLog& log,
                                                                  ports::StoreDirectory& stores,
                                                                  const ports::Clock& clock,
                                                                  ports::Metrics* metrics,
                                                                  DoorLimits limits = {});
    IngestDoor(const IngestDoor&) = delete;
    IngestDoor& operator=(const IngestDoor&) = delete;
    ~IngestDoor() override = default;

    /// A repeat of a keyed request finishes what a crash left undone, and is judged as of its
    /// first time; its counts differ from the first answer only if the stores changed between.
    [[nodiscard]] Result<ports::DoorReceipt> accept(const ports::DoorRequest& request) override;

private:
    class Workspace;
    class KeyGuard;
    IngestDoor(ports::EventLog& log, ports::StoreDirectory& stores, const ports::Clock& clock,
               ports::Metrics* metrics, DoorLimits limits,
               std::map<std::string_view, TopicPartitions> partitions);

    [[nodiscard]] Result<ports::DoorReceipt> accept_with(BatchBuilder& builder,
                                                         const ports::DoorRequest& request);
    [[nodiscard]] Status gather(BatchBuilder& builder, const ports::DoorRequest& request) const;
    [[nodiscard]] Result<ports::DoorReceipt> append(BatchBuilder& builder,
                                                    const ports::BatchHeader& header,
                                                    bool repeated);

    ports::EventLog& log_;
    const ports::Clock& clock_;
    ports::Metrics* metrics_;
    DoorLimits limits_;
    std::map<std::string_view, TopicPartitions> partitions_;  ///< By event topic.
    CatalogCache catalogs_;

    std::mutex mutex_;
    /// By event topic; never more than there are callers.
    std::map<std::string_view, std::vector<std::unique_ptr<BatchBuilder>>> idle_;
    std::set<std::string> keys_in_work_;
};

}  // namespace shelfcast::ingest
