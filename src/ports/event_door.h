#pragma once

/// \file ports/event_door.h
/// The way into the event log, as the HTTP handler and the producer see it: a body of messages in,
/// a receipt out once all of it is durable. Implemented by pipelines/ingest (in process). Thread
/// safe.

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "retail/topics.h"

namespace shelfcast::ports {

enum class BodyFormat : std::uint8_t {
    kAuto,    ///< An array when the first byte that is no white space is '[', else NDJSON.
    kNdjson,  ///< One message per line, LF or CRLF; blank lines are skipped.
    kJson,    ///< One array, or JSON objects one after another (so also one alone).
};

struct DoorRequest {
    std::string_view topic = retail::kRetailEventsTopic;  ///< One of retail::sent_topics().
    BodyFormat format = BodyFormat::kAuto;
    /// Followed by at least retail::EventDecoder::kPadding readable bytes, whatever they hold.
    std::string_view body;
    std::string_view source = "http";
    /// Not empty: the same key within 48 h appends nothing; with another body it is kConflict.
    std::string_view idempotency_key;
    /// What the key stands for; empty: the hash of the body.
    std::string_view fingerprint;
};

/// Messages taken in, by outcome.
struct Tally {
    /// retail::RejectReason is numbered from 1; index 0 stays 0.
    static constexpr std::size_t kReasons = 32;
    std::uint64_t accepted = 0;
    std::array<std::uint64_t, kReasons> rejected_by_reason{};

    [[nodiscard]] std::uint64_t rejected() const noexcept {
        return std::accumulate(rejected_by_reason.begin(), rejected_by_reason.end(),
                               std::uint64_t{0});
    }
    void add(const Tally& other) noexcept {
        accepted += other.accepted;
        for (std::size_t reason = 0; reason < kReasons; ++reason) {
            rejected_by_reason[reason] += other.rejected_by_reason[reason];
        }
    }
    bool operator==(const Tally&) const = default;
};

/// Where a request's messages of one partition went.
struct DoorPosition {
    std::string topic;
    PartitionId partition;
    std::int64_t base_offset = 0;
    std::uint64_t records = 0;
};

struct DoorReceipt {
    Tally tally;
    bool duplicate_request = false;  ///< The log had (some of) it under this key already.
    std::vector<DoorPosition> positions;
};

class EventDoor {
public:
    virtual ~EventDoor() = default;

    /// Accepted messages are in the request's topic, the others in dead-letters with their reason,
    /// all durable, before it returns. Errors: kNotFound (no event topic of that name),
    /// kInvalidInput (no message in the body, a broken JSON
    /// array, too many messages: nothing is logged), kConflict (the key stands for another body),
    /// kBusy (queue full, or the same key is being worked on: repeat later), kStorageFull,
    /// kUnavailable.
    [[nodiscard]] virtual Result<DoorReceipt> accept(const DoorRequest& request) = 0;
};

}  // namespace shelfcast::ports
