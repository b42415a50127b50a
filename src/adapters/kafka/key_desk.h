#pragma once

/// \file adapters/kafka/key_desk.h
/// Who may append under which idempotency key. Private to this folder. Thread safe.
///
/// Keys live in the records' headers; the desk reads those of the time that keys are kept when a
/// partition's keys are first asked for, and after that only what others appended.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "adapters/kafka/cluster.h"
#include "adapters/kafka/producer.h"
#include "adapters/kafka/reader_pool.h"
#include "ports/clock.h"

namespace shelfcast::adapters::kafka {

class KeyDesk {
public:
    struct Options {
        std::int64_t keep_us;
        std::chrono::milliseconds timeout;
    };
    KeyDesk(Cluster& cluster, ReaderPool& readers, const ports::Clock& clock, Options options)
        : cluster_(cluster), readers_(readers), clock_(clock), options_(options) {}

    /// What is to be done with one batch of a call.
    struct Plan {
        std::optional<ports::AppendedBatch> present{};  ///< Nothing: it is there.
        std::optional<std::size_t>
            twin{};                 ///< Nothing: the call's batch at this place is the same.
        std::vector<bool> there{};  ///< Records of it that are in; empty: none.
        [[nodiscard]] bool appends() const { return !present && !twin; }
    };
    /// Decides for all batches of a call at once; those that append hold their keys until
    /// settle(). Waits for calls that hold one of them. Errors: kConflict (another fingerprint),
    /// kUnavailable (also: keys are still being read).
    [[nodiscard]] Result<std::vector<Plan>> claim(std::span<const Outgoing> batches);
    /// What became of them; one outcome per plan that appends, in order; none: all failed.
    [[nodiscard]] std::vector<ports::AppendedBatch> settle(
        std::span<const Outgoing> batches, std::span<const Plan> plans,
        std::span<const Result<Acknowledged>> outcomes);

    [[nodiscard]] Result<std::optional<ports::AppendedBatch>> find(const Topic& topic,
                                                                   Partition& partition,
                                                                   std::string_view key);

private:
    using Deadline = std::chrono::steady_clock::time_point;
    struct Place {
        const Topic* topic;
        Partition* partition;
    };
    /// Knows the keys of every record that is in the partitions by now.
    [[nodiscard]] Status follow(std::span<const Place> places, Deadline until);
    [[nodiscard]] Status begin(std::span<const Place> places, std::span<const PlaceInTopic> ends);
    [[nodiscard]] Status scan(const Place& place, std::int64_t end, Deadline until);
    /// With mutex_ held.
    [[nodiscard]] Result<std::vector<Plan>> decide(std::span<const Outgoing> batches);

    Cluster& cluster_;
    ReaderPool& readers_;
    const ports::Clock& clock_;
    const Options options_;
    std::mutex mutex_;  ///< Guards the key index of every partition.
    std::condition_variable settled_;
};

}  // namespace shelfcast::adapters::kafka
