#include "pipelines/train/model_drift.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/log.h"
#include "detection/drift.h"
#include "retail/float_columns.h"
#include "retail/time_zone.h"
#include "sql_text.h"

namespace shelfcast::train {
namespace {

using retail::ColumnSpec;
using retail::ColumnType;
using retail::TextColumn;

constexpr std::string_view kTable = "model_drift";
constexpr std::int32_t kLiveDays = 28;
constexpr std::array kColumns = {
    ColumnSpec{"check_date", ColumnType::kDate},
    ColumnSpec{"model_version", ColumnType::kText},
    ColumnSpec{"kind", ColumnType::kText},
    ColumnSpec{"name", ColumnType::kText},
    ColumnSpec{"value", retail::kNullableFloatColumn},
    ColumnSpec{"baseline", retail::kNullableFloatColumn},
    ColumnSpec{"warn_from", retail::kFloatColumn},
    ColumnSpec{"alert_from", retail::kFloatColumn},
    ColumnSpec{"status", ColumnType::kText},
    ColumnSpec{"row_count", ColumnType::kUInt64},
    ColumnSpec{"computed_at", ColumnType::kDateTime64Ms},
};

std::string_view status_of(double index) {
    return index >= detection::kStrongDrift       ? "alert"
           : index >= detection::kNoticeableDrift ? "warn"
                                                  : "ok";
}

/// Rows of the features that the model's training sampled too; counts what drifted.
retail::ColumnBlock drift_rows(const std::vector<detection::Profile>& trained,
                               const std::vector<FeatureSample>& now, std::int64_t now_ms,
                               DriftReport& report) {
    retail::ColumnBlock rows = retail::make_block(kColumns);
    for (const detection::Profile& then : trained) {
        const auto sample = std::ranges::find(now, then.name, &FeatureSample::name);
        if (sample == now.end()) {
            continue;  // A definition that this program no longer has.
        }
        const double index =
            detection::stability_index(then.shares, detection::shares_in(then, sample->values));
        ++report.features;
        report.noticeable += std::size_t{index >= detection::kNoticeableDrift};
        report.strong += std::size_t{index >= detection::kStrongDrift};
        rows.data<std::vector<std::uint16_t>>("check_date")
            .push_back(static_cast<std::uint16_t>(report.date));
        rows.data<TextColumn>("model_version").push_back(report.model_version);
        rows.data<TextColumn>("kind").push_back("feature");
        rows.data<TextColumn>("name").push_back(then.name);
        retail::push_float(rows, "value", std::optional(index));
        retail::push_float(rows, "baseline", std::optional<double>());
        retail::push_float(rows, "warn_from", detection::kNoticeableDrift);
        retail::push_float(rows, "alert_from", detection::kStrongDrift);
        rows.data<TextColumn>("status").push_back(status_of(index));
        rows.data<std::vector<std::uint64_t>>("row_count").push_back(sample->values.size());
        rows.data<std::vector<std::int64_t>>("computed_at").push_back(now_ms);
    }
    return rows;
}

}  // namespace

Result<DriftReport> check_drift(const DriftPorts& ports, const DriftOptions& options,
                                const std::stop_token& stop) {
    const std::int64_t now_us = ports.clock.now_us();
    SHELFCAST_ASSIGN(const auto model, ports.champion.get());
    DriftReport report;
    if (!model) {
        return report;
    }
    report.model_version = model->entry().version;
    SHELFCAST_ASSIGN(report.date,
                     panel::settle_cutoff(ports.sales.warehouse, now_us, options.cutoff));
    SHELFCAST_ASSIGN(
        const panel::WarehousePanel sales,
        panel::read_panel(
            ports.sales,
            {.dates = {report.date + 1 - static_cast<std::int32_t>(options.history_days),
                       report.date}},
            stop));
    SHELFCAST_ASSIGN(const std::vector<FeatureSample> now,
                     ports.sample(sales.panel, report.date, kSampledDays));
    SHELFCAST_TRY(ports.tables.put_derived(
        kTable, drift_rows(model->entry().features, now, now_us / 1'000, report)));

    const ports::QueryValues values = {{"from", retail::format_date(report.date + 1 - kLiveDays)},
                                       {"to", retail::format_date(report.date)},
                                       {"date", retail::format_date(report.date)},
                                       {"model_version", report.model_version},
                                       {"computed_at_ms", std::to_string(now_us / 1'000)}};
    for (const std::string_view statement :
         {"derived/live_metrics.sql", "derived/error_drift.sql", "derived/drift_quality.sql"}) {
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "stopped before {}", statement);
        }
        SHELFCAST_TRY(ports.tables.compute(sql_text(statement), values));
    }
    if (report.strong > 0) {
        log::warning("train", "features drifted model={} strong={} noticeable={}",
                     report.model_version, report.strong, report.noticeable);
    }
    return report;
}

}  // namespace shelfcast::train
