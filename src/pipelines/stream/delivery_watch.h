#pragma once

/// \file pipelines/stream/delivery_watch.h
/// Whether what the log holds is in the warehouse, as the ledger says: for a process whose speed
/// layer is elsewhere. Thread safe, as its ports are.

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "ports/event_log.h"
#include "ports/operational_store.h"

namespace shelfcast::stream {

class DeliveryWatch {
public:
    DeliveryWatch(ports::EventLog& log, ports::EpochLedger& ledger) : log_(log), ledger_(ledger) {}

    /// Whether a session is verified, so that what is marked done is there.
    [[nodiscard]] Result<bool> verified();

    /// Waits until every flush of the epoch is delivered. Error: kUnavailable at the deadline or a
    /// stop request.
    [[nodiscard]] Status wait_delivered(EpochId epoch, std::chrono::milliseconds deadline,
                                        const std::stop_token& stop);

    /// Waits until everything that the log holds now is delivered. Error as above.
    [[nodiscard]] Status wait_caught_up(std::chrono::milliseconds deadline,
                                        const std::stop_token& stop);

private:
    /// Asks `missing` until it says nothing.
    [[nodiscard]] static Status wait(const std::function<Result<std::string>()>& missing,
                                     std::chrono::milliseconds deadline,
                                     const std::stop_token& stop);

    ports::EventLog& log_;
    ports::EpochLedger& ledger_;
};

}  // namespace shelfcast::stream
