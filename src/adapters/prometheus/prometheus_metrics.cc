#include "adapters/prometheus/prometheus_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>
#include <vector>

#include "adapters/prometheus/metric_list.h"
#include "base/check.h"

namespace shelfcast::adapters {
namespace {

// One metric with its series by label value (at most one label per metric; none: the empty value).
// The series belong to the registry's family and live as long as the registry.
template <typename Series>
struct Metric {
    MetricDescription description;
    prometheus::Family<Series>* family = nullptr;
    std::map<std::string, Series*, std::less<>> series;

    Series& with_label(std::string_view value) {
        if (const auto found = series.find(value); found != series.end()) {
            return *found->second;
        }
        if (series.size() >= PrometheusMetrics::kMaxSeriesPerMetric && value != "other") {
            return with_label("other");
        }
        Series& added = value.empty()
                            ? family->Add({})
                            : family->Add({{std::string(description.label), std::string(value)}});
        series.emplace(value, &added);
        return added;
    }
};

std::string_view label_value(const MetricDescription& description,
                             std::initializer_list<ports::Label> labels) {
    std::string_view value;
    for (const ports::Label& label : labels) {
        SHELFCAST_CHECK(!description.label.empty() && label.first == description.label);
        value = label.second;
    }
    return value;
}

// The metrics of one enumeration, by its numbers.
template <typename Series, typename Enum, typename Build>
std::vector<Metric<Series>> make_metrics(prometheus::Registry& registry, const Build& build) {
    std::vector<Metric<Series>> metrics;
    for (int number = 0;; ++number) {
        const MetricDescription description = describe(static_cast<Enum>(number));
        if (description.name.empty()) {
            return metrics;
        }
        Metric<Series> metric{description, nullptr, {}};
        metric.family = &build()
                             .Name(std::string(description.name))
                             .Help(std::string(description.help))
                             .Register(registry);
        if (description.label.empty() && description.buckets.empty()) {
            if constexpr (!std::is_same_v<Series, prometheus::Histogram>) {
                metric.with_label("");
            }
        }
        metrics.push_back(std::move(metric));
    }
}

}  // namespace

struct PrometheusMetrics::Impl {
    prometheus::Registry registry;
    std::mutex mutex;  // guards the maps of series; the series themselves are thread safe
    std::vector<Metric<prometheus::Counter>> counters;
    std::vector<Metric<prometheus::Gauge>> gauges;
    std::vector<prometheus::Histogram*> histograms;
    std::vector<double> histogram_scales;

    Impl()
        : counters(make_metrics<prometheus::Counter, ports::Counter>(
              registry, [] { return prometheus::BuildCounter(); })),
          gauges(make_metrics<prometheus::Gauge, ports::Gauge>(
              registry, [] { return prometheus::BuildGauge(); })) {
        for (const auto& metric : make_metrics<prometheus::Histogram, ports::Histogram>(
                 registry, [] { return prometheus::BuildHistogram(); })) {
            const std::span<const double> bounds = metric.description.buckets;
            histograms.push_back(&metric.family->Add(
                {}, prometheus::Histogram::BucketBoundaries(bounds.begin(), bounds.end())));
            histogram_scales.push_back(metric.description.scale);
        }
    }
};

PrometheusMetrics::PrometheusMetrics() : impl_(std::make_unique<Impl>()) {}
PrometheusMetrics::~PrometheusMetrics() = default;

void PrometheusMetrics::add(ports::Counter counter, std::uint64_t amount,
                            std::initializer_list<ports::Label> labels) {
    auto& metric = impl_->counters.at(static_cast<std::size_t>(counter));
    const std::string_view value = label_value(metric.description, labels);
    const std::lock_guard lock(impl_->mutex);
    metric.with_label(value).Increment(static_cast<double>(amount));
}

void PrometheusMetrics::set(ports::Gauge gauge, double value,
                            std::initializer_list<ports::Label> labels) {
    auto& metric = impl_->gauges.at(static_cast<std::size_t>(gauge));
    const std::string_view label = label_value(metric.description, labels);
    const std::lock_guard lock(impl_->mutex);
    metric.with_label(label).Set(value * metric.description.scale);
}

void PrometheusMetrics::observe(ports::Histogram histogram, double value) {
    const auto number = static_cast<std::size_t>(histogram);
    impl_->histograms.at(number)->Observe(value * impl_->histogram_scales.at(number));
}

std::string PrometheusMetrics::exposition() {
    return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace shelfcast::adapters
