#pragma once

/// \file adapters/prometheus/prometheus_metrics.h
/// Metrics in memory, exposed in Prometheus's text format. One per process, owned by the wiring.
/// Thread safe. Counters and gauges without a label are there from the start, with value 0.

#include <memory>

#include "ports/metrics.h"

namespace shelfcast::adapters {

class PrometheusMetrics final : public ports::Metrics {
public:
    /// Label sets per metric; what comes beyond is counted under the value `other`.
    static constexpr std::size_t kMaxSeriesPerMetric = 200;

    PrometheusMetrics();
    ~PrometheusMetrics() override;
    PrometheusMetrics(const PrometheusMetrics&) = delete;
    PrometheusMetrics& operator=(const PrometheusMetrics&) = delete;

    /// A label that metric_list() does not give the metric is a broken invariant.
    void add(ports::Counter counter, std::uint64_t amount,
             std::initializer_list<ports::Label> labels = {}) override;
    void set(ports::Gauge gauge, double value,
             std::initializer_list<ports::Label> labels = {}) override;
    void observe(ports::Histogram histogram, double value) override;
    [[nodiscard]] std::string exposition() override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace shelfcast::adapters
