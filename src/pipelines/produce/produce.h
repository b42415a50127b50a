#pragma once

/// \file pipelines/produce/produce.h
/// `shelfcast produce`: hands the synthetic source's receipts in at a door, at a pace or as fast as
/// the door takes them.

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/result.h"
#include "pipelines/produce/hand_over.h"
#include "pipelines/produce/synthetic_source.h"
#include "ports/clock.h"
#include "ports/event_door.h"
#include "synthetic/chain.h"

namespace shelfcast::produce {

struct ProduceOptions {
    /// Events per second, each happening now; 0: as fast as the door takes them, with the event
    /// times of a simulated clock.
    double rate = 2;
    std::uint64_t events = 0;  ///< 0: until stopped; not with rate 0.
    std::uint64_t seed = 1;
    /// With rate 0: where the simulated clock begins, UTC milliseconds, and how many events it
    /// sees per second over a week. Absent: so that the last event lies in the past.
    std::optional<std::int64_t> start_ms;
    double simulated_rate = 25;
    std::uint32_t batch_events = 5000;  ///< The most in one hand-over.
    bool other_topics = false;          ///< Besides receipts, the messages of the other topics.
    /// How often a hand-over is tried again, with pauses of up to a second, while the door is busy
    /// or away.
    std::uint32_t attempts = 120;
};

struct ProduceProgress {
    std::uint64_t sent = 0;
    std::uint64_t accepted = 0;
    std::uint64_t wanted = 0;  ///< 0: until stopped.
};

struct ProducePorts {
    ports::EventDoor& door;
    const ports::Clock& clock;
    const synthetic::Chain& chain;  ///< Who sells.
    synthetic::ChainStock stock;    ///< What lies on its shelves; empty: nothing.
    Pause pause = pause_for;
    std::function<void(const ProduceProgress&)> progress;  ///< May be empty; once per hand-over.
};

struct ProduceReport {
    std::uint64_t sent = 0;
    std::uint64_t skipped = 0;  ///< Not made up for, after the door held the pace up.
    ports::Tally tally;
    ports::Tally others;  ///< Messages of the other topics.
    double seconds = 0;
    /// What lies on the shelves at the end; empty: nobody knows, for the door did not take all.
    synthetic::ChainStock stock;
};

/// Ends after `events`, or when asked to stop, which is no error. Errors: kInvalidInput for options
/// that make no sense, and what the door says, after the attempts.
[[nodiscard]] Result<ProduceReport> run(const ProduceOptions& options, const ProducePorts& ports,
                                        const std::stop_token& stop);

}  // namespace shelfcast::produce
