#include "adapters/prometheus/metric_list.h"

#include <array>

namespace shelfcast::adapters {
namespace {

using ports::Counter;
using ports::Gauge;
using ports::Histogram;

constexpr double kMsToSeconds = 0.001;
constexpr std::array kRequestBuckets = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                        0.25,  0.5,    1.0,   2.5,  5.0,   10.0};
constexpr std::array kBatchBuckets = {0.5,  1.0,   2.5,   5.0,   10.0,   30.0,
                                      60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0};

constexpr MetricDescription counter(std::string_view name, std::string_view help,
                                    std::string_view label = "") {
    return {name, "counter", help, label};
}

constexpr MetricDescription gauge(std::string_view name, std::string_view help,
                                  std::string_view label = "", double scale = 1) {
    return {name, "gauge", help, label, scale};
}

// Walks an enumeration from 0 to the first number that has no description.
template <typename Enum>
void append_all(std::vector<MetricDescription>& list) {
    for (int number = 0;; ++number) {
        const MetricDescription description = describe(static_cast<Enum>(number));
        if (description.name.empty()) {
            return;
        }
        list.push_back(description);
    }
}

}  // namespace

MetricDescription describe(Counter which) noexcept {
    switch (which) {
        case Counter::kEventsReceived:
            return counter("shelfcast_events_received_total",
                           "Events that came in, accepted or not, by the door they came through.",
                           "door");
        case Counter::kEventsRejected:
            return counter("shelfcast_events_rejected_total",
                           "Events that became dead letters, by reason.", "reason");
        case Counter::kEventsAccepted:
            return counter("shelfcast_events_accepted_total",
                           "Events that the speed layer accepted.");
        case Counter::kEventsDuplicate:
            return counter("shelfcast_events_duplicate_total",
                           "Events with an event_id that was seen before; not counted again.");
        case Counter::kEventsLate:
            return counter("shelfcast_events_late_total",
                           "Accepted events older than the watermark of their partition allows.");
        case Counter::kFlushes:
            return counter("shelfcast_flushes_total",
                           "Log ranges that the speed layer wrote to the warehouse.");
        case Counter::kEngineRestarts:
            return counter("shelfcast_engine_restarts_total",
                           "Times the engine ended by itself and was started again.");
        case Counter::kEpochsClosed:
            return counter("shelfcast_epochs_closed_total", "Epochs that the batch layer closed.");
        case Counter::kReconciliationDifferences:
            return counter("shelfcast_reconciliation_differences_total",
                           "Keys at which speed and batch layer were found to differ.");
        case Counter::kGatewayRequests:
            return counter("shelfcast_gateway_requests_total",
                           "Requests at the ClickHouse gateway, by HTTP status code.", "code");
        case Counter::kJobFailures:
            return counter("shelfcast_job_failures_total",
                           "Runs of scheduled jobs that failed or went over their time.", "job");
    }
    return {};
}

MetricDescription describe(Gauge which) noexcept {
    switch (which) {
        case Gauge::kLogLagRecords:
            return gauge("shelfcast_log_lag_records",
                         "Records in the log that the speed layer has not written yet.");
        case Gauge::kSpeedLagMs:
            return gauge(
                "shelfcast_speed_lag_seconds",
                "Age of the newest record that the speed layer has folded, while there is lag.", "",
                kMsToSeconds);
        case Gauge::kOpenEpoch:
            return gauge("shelfcast_open_epoch", "The epoch that new log ranges fall into.");
        case Gauge::kClosedEpoch:
            return gauge("shelfcast_closed_epoch", "The newest epoch that the batch layer closed.");
        case Gauge::kReconciliationDifference:
            return gauge("shelfcast_reconciliation_difference",
                         "Keys that differed in the last reconciliation, by table; 0 is right.",
                         "table");
        case Gauge::kEngineUp:
            return gauge("shelfcast_engine_up", "1 while the engine answers, else 0.");
        case Gauge::kLogBytes:
            return gauge("shelfcast_log_bytes", "Size of the event log on disk.");
        case Gauge::kJobLastSuccess:
            return gauge("shelfcast_job_last_success_timestamp_seconds",
                         "When a scheduled job was last done, in seconds since 1970.", "job");
        case Gauge::kJobSeconds:
            return gauge("shelfcast_job_last_run_seconds",
                         "How long the last run of a scheduled job took.", "job");
    }
    return {};
}

MetricDescription describe(Histogram which) noexcept {
    switch (which) {
        case Histogram::kInsertMs:
            return {"shelfcast_insert_seconds",
                    "histogram",
                    "Time to write one flush to every table of the speed layer.",
                    "",
                    kMsToSeconds,
                    kRequestBuckets};
        case Histogram::kBatchSeconds:
            return {"shelfcast_batch_seconds",
                    "histogram",
                    "Time to close one epoch.",
                    "",
                    1,
                    kBatchBuckets};
        case Histogram::kAppendMs:
            return {"shelfcast_append_seconds",
                    "histogram",
                    "Time of one durable append to the event log.",
                    "",
                    kMsToSeconds,
                    kRequestBuckets};
        case Histogram::kGatewayMs:
            return {"shelfcast_gateway_seconds",
                    "histogram",
                    "Time of one request at the ClickHouse gateway, to its last byte.",
                    "",
                    kMsToSeconds,
                    kRequestBuckets};
    }
    return {};
}

std::vector<MetricDescription> metric_list() {
    std::vector<MetricDescription> list;
    append_all<Counter>(list);
    append_all<Gauge>(list);
    append_all<Histogram>(list);
    return list;
}

}  // namespace shelfcast::adapters
