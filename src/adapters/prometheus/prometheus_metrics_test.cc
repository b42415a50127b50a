#include "adapters/prometheus/prometheus_metrics.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

#include "adapters/prometheus/metric_list.h"

namespace shelfcast::adapters {
namespace {

using ports::Counter;
using ports::Gauge;
using ports::Histogram;

// Whether the exposition has exactly that line.
testing::AssertionResult has_line(const std::string& text, const std::string& line) {
    if (("\n" + text).find("\n" + line + "\n") != std::string::npos) {
        return testing::AssertionSuccess();
    }
    return testing::AssertionFailure() << "no line '" << line << "' in\n" << text;
}

std::size_t lines_that_begin_with(const std::string& text, const std::string& begin) {
    std::size_t count = 0;
    for (std::size_t at = text.find(begin); at != std::string::npos;
         at = text.find(begin, at + 1)) {
        if (at == 0 || text[at - 1] == '\n') {
            ++count;
        }
    }
    return count;
}

TEST(PrometheusMetrics, CountsPerLabel) {
    PrometheusMetrics metrics;
    metrics.add(Counter::kEventsReceived, 3, {{"door", "http"}});
    metrics.add(Counter::kEventsReceived, 2, {{"door", "import"}});
    metrics.add(Counter::kEventsReceived, 4, {{"door", "http"}});
    const std::string text = metrics.exposition();
    EXPECT_TRUE(has_line(text, "# TYPE shelfcast_events_received_total counter"));
    EXPECT_TRUE(has_line(text, "shelfcast_events_received_total{door=\"http\"} 7"));
    EXPECT_TRUE(has_line(text, "shelfcast_events_received_total{door=\"import\"} 2"));
}

TEST(PrometheusMetrics, AGaugeHoldsTheLastValue) {
    PrometheusMetrics metrics;
    metrics.set(Gauge::kOpenEpoch, 7);
    metrics.set(Gauge::kOpenEpoch, 8);
    metrics.set(Gauge::kReconciliationDifference, 2, {{"table", "daily_sales"}});
    const std::string text = metrics.exposition();
    EXPECT_TRUE(has_line(text, "shelfcast_open_epoch 8"));
    EXPECT_TRUE(has_line(text, "shelfcast_reconciliation_difference{table=\"daily_sales\"} 2"));
}

TEST(PrometheusMetrics, TimesAreExposedInSeconds) {
    PrometheusMetrics metrics;
    metrics.set(Gauge::kSpeedLagMs, 1500);
    metrics.observe(Histogram::kInsertMs, 20);
    metrics.observe(Histogram::kInsertMs, 230);
    metrics.observe(Histogram::kBatchSeconds, 4);
    const std::string text = metrics.exposition();
    EXPECT_TRUE(has_line(text, "shelfcast_speed_lag_seconds 1.5"));
    EXPECT_TRUE(has_line(text, "shelfcast_insert_seconds_count 2"));
    EXPECT_TRUE(has_line(text, "shelfcast_insert_seconds_sum 0.25"));
    EXPECT_TRUE(has_line(text, "shelfcast_insert_seconds_bucket{le=\"0.01\"} 0"));
    EXPECT_TRUE(has_line(text, "shelfcast_insert_seconds_bucket{le=\"0.025\"} 1"));
    EXPECT_TRUE(has_line(text, "shelfcast_insert_seconds_bucket{le=\"+Inf\"} 2"));
    EXPECT_TRUE(has_line(text, "shelfcast_batch_seconds_bucket{le=\"5\"} 1"));
}

TEST(PrometheusMetrics, WhatHasNoLabelIsThereFromTheStart) {
    PrometheusMetrics metrics;
    const std::string text = metrics.exposition();
    for (const MetricDescription& description : metric_list()) {
        if (!description.label.empty()) {
            continue;
        }
        const std::string name(description.name);
        EXPECT_TRUE(
            has_line(text, description.type == "histogram" ? name + "_count 0" : name + " 0"));
        EXPECT_TRUE(has_line(text, "# TYPE " + name + " " + std::string(description.type)));
        EXPECT_TRUE(has_line(text, "# HELP " + name + " " + std::string(description.help)));
    }
}

TEST(PrometheusMetrics, ALabelValueFromOutsideCannotBreakALine) {
    PrometheusMetrics metrics;
    metrics.add(Counter::kEventsRejected, 1, {{"reason", "a\"b\nc\\d"}});
    EXPECT_TRUE(has_line(metrics.exposition(),
                         "shelfcast_events_rejected_total{reason=\"a\\\"b\\nc\\\\d\"} 1"));
}

TEST(PrometheusMetrics, EndlessLabelValuesAreCountedAsOther) {
    PrometheusMetrics metrics;
    const std::size_t more = PrometheusMetrics::kMaxSeriesPerMetric + 50;
    for (std::size_t i = 0; i < more; ++i) {
        metrics.add(Counter::kGatewayRequests, 1, {{"code", std::to_string(1000 + i)}});
    }
    metrics.add(Counter::kGatewayRequests, 1, {{"code", "1000"}});
    const std::string text = metrics.exposition();
    EXPECT_EQ(lines_that_begin_with(text, "shelfcast_gateway_requests_total{"),
              PrometheusMetrics::kMaxSeriesPerMetric + 1);
    EXPECT_TRUE(has_line(text, "shelfcast_gateway_requests_total{code=\"other\"} 50"));
    EXPECT_TRUE(has_line(text, "shelfcast_gateway_requests_total{code=\"1000\"} 2"));
}

TEST(PrometheusMetrics, ThreadsLoseNoCount) {
    PrometheusMetrics metrics;
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread) {
            threads.emplace_back([&metrics, thread] {
                for (int i = 0; i < 1000; ++i) {
                    metrics.add(Counter::kFlushes, 1);
                    metrics.add(Counter::kGatewayRequests, 1,
                                {{"code", (i + thread) % 2 == 0 ? "200" : "404"}});
                    metrics.observe(Histogram::kAppendMs, 1);
                }
            });
        }
    }
    const std::string text = metrics.exposition();
    EXPECT_TRUE(has_line(text, "shelfcast_flushes_total 4000"));
    EXPECT_TRUE(has_line(text, "shelfcast_gateway_requests_total{code=\"200\"} 2000"));
    EXPECT_TRUE(has_line(text, "shelfcast_gateway_requests_total{code=\"404\"} 2000"));
    EXPECT_TRUE(has_line(text, "shelfcast_append_seconds_count 4000"));
}

TEST(PrometheusMetricsDeathTest, ALabelThatTheTableDoesNotGiveIsABug) {
    PrometheusMetrics metrics;
    EXPECT_DEATH(metrics.add(Counter::kEventsReceived, 1, {{"store", "1"}}), "label");
    EXPECT_DEATH(metrics.add(Counter::kFlushes, 1, {{"door", "http"}}), "label");
}

TEST(MetricList, NamesAreUniqueAndFollowPrometheusConventions) {
    const auto list = metric_list();
    ASSERT_FALSE(list.empty());
    std::set<std::string_view> names;
    for (const MetricDescription& description : list) {
        const std::string name(description.name);
        EXPECT_TRUE(names.insert(description.name).second) << name;
        EXPECT_EQ(name.rfind("shelfcast_", 0), 0U) << name;
        EXPECT_EQ(name.ends_with("_total"), description.type == "counter") << name;
        EXPECT_EQ(description.buckets.empty(), description.type != "histogram") << name;
        EXPECT_TRUE(description.help.ends_with('.')) << name;
    }
}

}  // namespace
}  // namespace shelfcast::adapters
