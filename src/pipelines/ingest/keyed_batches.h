#pragma once

/// \file pipelines/ingest/keyed_batches.h
/// What the log already holds of a request or import chunk, by its idempotency key.

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "ports/event_log.h"
#include "retail/topics.h"

namespace shelfcast::ingest {

struct KeyedBatches {
    std::uint64_t events = 0;        ///< Records in the event topic.
    std::uint64_t dead_letters = 0;  ///< Records in topic dead-letters.
    std::int64_t log_time_us = 0;    ///< Of the first batch found.
    [[nodiscard]] bool any() const noexcept { return events + dead_letters > 0; }
};

/// Asks every partition of the event topic and of dead-letters. Errors: those of the log; kConflict
/// when a batch under the key has another fingerprint.
[[nodiscard]] Result<KeyedBatches> find_keyed_batches(
    ports::EventLog& log, std::string_view key, std::string_view fingerprint,
    std::string_view topic = retail::kRetailEventsTopic);

}  // namespace shelfcast::ingest
