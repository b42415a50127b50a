#pragma once

/// \file ports/metrics.h
/// Counters, gauges and histograms, named in one list so that code, docs and alerts agree.
/// Thread safe; every call is cheap enough for once per batch (not once per event).

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace shelfcast::ports {

using Label = std::pair<std::string_view, std::string_view>;

enum class Counter {
    kEventsReceived,  ///< labels: door (http, import, produce)
    kEventsRejected,  ///< labels: reason
    kEventsAccepted,  ///< by the speed operator
    kEventsDuplicate,
    kEventsLate,
    kFlushes,
    kEngineRestarts,
    kEpochsClosed,
    kReconciliationDifferences,
    kGatewayRequests,  ///< labels: code
    kJobFailures,      ///< labels: job
};
enum class Gauge {
    kLogLagRecords,  ///< records in the log that the speed layer has not written yet
    kSpeedLagMs,     ///< age of the newest record folded, while there is lag
    kOpenEpoch,
    kClosedEpoch,
    kReconciliationDifference,  ///< differing keys in the last reconciliation; labels: table
    kEngineUp,
    kLogBytes,
    kJobLastSuccess,  ///< seconds since 1970; labels: job
    kJobSeconds,      ///< the last run; labels: job
};
enum class Histogram {
    kInsertMs,      ///< one flush, all tables
    kBatchSeconds,  ///< closing one epoch
    kAppendMs,      ///< durable append to the log
    kGatewayMs,
};

class Metrics {
public:
    virtual ~Metrics() = default;
    virtual void add(Counter counter, std::uint64_t amount,
                     std::initializer_list<Label> labels = {}) = 0;
    virtual void set(Gauge gauge, double value, std::initializer_list<Label> labels = {}) = 0;
    virtual void observe(Histogram histogram, double value) = 0;
    /// Prometheus text format.
    [[nodiscard]] virtual std::string exposition() = 0;
};

}  // namespace shelfcast::ports
