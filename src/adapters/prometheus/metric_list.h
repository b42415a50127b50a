#pragma once

/// \file adapters/prometheus/metric_list.h
/// Every metric by its exposed name: the one table that code, documentation and alerts go by.

#include <span>
#include <string_view>
#include <vector>

#include "ports/metrics.h"

namespace shelfcast::adapters {

struct MetricDescription {
    std::string_view name;
    std::string_view type;   ///< counter, gauge, histogram
    std::string_view help;   ///< One sentence, with the unit if the name does not say it.
    std::string_view label;  ///< The label's name; empty: none.
    double scale = 1;  ///< What the caller's value is multiplied with: 0.001 for ms to seconds.
    std::span<const double> buckets{};  ///< Upper bounds, in the exposed unit (histograms).
};

[[nodiscard]] MetricDescription describe(ports::Counter counter) noexcept;
[[nodiscard]] MetricDescription describe(ports::Gauge gauge) noexcept;
[[nodiscard]] MetricDescription describe(ports::Histogram histogram) noexcept;

/// All of them: counters, gauges, histograms, each in the order of its enumeration.
[[nodiscard]] std::vector<MetricDescription> metric_list();

}  // namespace shelfcast::adapters
