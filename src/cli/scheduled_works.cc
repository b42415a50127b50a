#include "cli/scheduled_works.h"

#include <fmt/format.h>

#include <cstdint>
#include <vector>

#include "cli/app.h"
#include "cli/jobs.h"
#include "cli/replenish_job.h"
#include "pipelines/batch/compaction.h"
#include "pipelines/derive/data_quality.h"
#include "pipelines/derive/lake_snapshots.h"
#include "pipelines/derive/stock_snapshot.h"
#include "retail/time_zone.h"

namespace shelfcast::cli {

using schedule::RunContext;
using schedule::WorkReport;

namespace {

/// Brings the lake's snapshots of stock up to the warehouse's; returns how many it wrote.
Result<std::size_t> put_snapshots(App& app, const std::stop_token& stop) {
    constexpr std::size_t kDatesAtOnce = 16;  // So that the close of an epoch never waits for long.
    std::size_t written = 0;
    while (true) {
        SHELFCAST_ASSIGN(const derive::LakeSnapshotReport part, app.with_lake_held(stop, [&] {
            return derive::put_snapshots(
                {app.warehouse(), app.warehouse(), app.lake(), app.clock()}, kDatesAtOnce, stop);
        }));
        written += part.written;
        if (part.left == 0) {
            return written;
        }
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "stopped with {} dates still to go to the lake",
                        part.left);
        }
    }
}

/// A run that finds nothing to work on (no model yet, a history too short) has done its date, and
/// says why: repeating it helps no one.
template <typename Report, typename Say>
Result<WorkReport> said(const Result<Report>& done, Say&& say) {
    if (done) {
        return WorkReport{.message = say(*done)};
    }
    if (done.error().kind == ErrorKind::kInvalidInput) {
        return WorkReport{.message = fmt::format("nothing done: {}", done.error().message)};
    }
    return tl::unexpected(done.error());
}

/// Training, predicting and what is looked at beside them.
void add_model_works(App& app, std::map<std::string, schedule::Work>& works) {
    works["retail_features"] = [&app](const RunContext&, const std::stop_token& stop) {
        return said(app.models().write_features(std::nullopt, stop),
                    [](const train::FeatureReport& report) {
                        return fmt::format("{} rows of {}", report.rows,
                                           retail::format_date(report.feature_date));
                    });
    };
    works["retail_predict"] = [&app](const RunContext&, const std::stop_token& stop) {
        return said(app.models().predict(std::nullopt, std::nullopt, stop),
                    [](const predict::BatchPredictionReport& report) {
                        return fmt::format("{} series by {}, known to {}", report.series,
                                           report.model_version,
                                           retail::format_date(report.cutoff));
                    });
    };
    works["retail_model_drift"] = [&app](const RunContext&, const std::stop_token& stop) {
        return said(app.models().check_drift(stop), [](const train::DriftReport& report) {
            return report.model_version.empty()
                       ? "no model is in use"
                       : fmt::format("{} of {} features drifted, {} of them strongly",
                                     report.noticeable, report.features, report.strong);
        });
    };
    works["retail_train"] = [&app](const RunContext&, const std::stop_token& stop) {
        const train::SayStep silent = [](std::string_view, std::size_t, std::size_t) {};
        return said(app.models().train({}, silent, stop), [](const train::TrainReport& report) {
            return fmt::format("{}{}: {}", report.entry.version,
                               report.is_in_use ? " is in use" : " is not in use",
                               report.entry.verdict);
        });
    };
}

}  // namespace

std::map<std::string, schedule::Work> scheduled_works(App& app) {
    std::map<std::string, schedule::Work> works;
    works["retail_batch_processing"] = [&app](const RunContext& run,
                                              const std::stop_token& stop) -> Result<WorkReport> {
        SHELFCAST_ASSIGN(const std::vector<batch::EpochReport> reports,
                         app.close_epochs(stop, batch_progress(run.progress)));
        std::uint64_t accepted = 0;
        std::uint64_t differing = 0;
        for (const batch::EpochReport& report : reports) {
            accepted += report.accepted;
            differing += report.differing_keys;
        }
        return WorkReport{differing > 0, fmt::format("closed {} epochs, {} events, {} keys differ",
                                                     reports.size(), accepted, differing)};
    };
    works["retail_stock_snapshot"] = [&app](const RunContext&,
                                            const std::stop_token& stop) -> Result<WorkReport> {
        SHELFCAST_ASSIGN(
            const derive::SnapshotReport report,
            derive::snapshot_stock(app.warehouse(), app.warehouse(), app.clock().now_us(), stop));
        SHELFCAST_TRY(derive::derive_stock_outs(app.warehouse(), app.warehouse(), stop));
        SHELFCAST_ASSIGN(const std::size_t written, put_snapshots(app, stop));
        return WorkReport{
            .message = written == 0
                           ? derive::to_string(report)
                           : fmt::format("{}; {} to the lake", derive::to_string(report), written)};
    };
    works["retail_data_retention"] = [&app](const RunContext&,
                                            const std::stop_token& stop) -> Result<WorkReport> {
        SHELFCAST_TRY(app.drop_old_speed_rows(stop));
        return WorkReport{};
    };
    works["retail_data_quality"] = [&app](const RunContext& run,
                                          const std::stop_token& stop) -> Result<WorkReport> {
        SHELFCAST_TRY(derive::check_quality(
            app.warehouse(),
            {.due_at_us = run.due_at_us,
             .now_us = app.clock().now_us(),
             .allowed_lateness_minutes = app.config().allowed_lateness_minutes},
            stop));
        return WorkReport{};
    };
    works["retail_replenishment"] = [&app](const RunContext& run,
                                           const std::stop_token& stop) -> Result<WorkReport> {
        constexpr std::size_t kDateLength = 10;  // A plan of several times a day adds one.
        const auto date = retail::parse_date(run.logical_date.substr(0, kDateLength));
        if (!date) {
            return fail(ErrorKind::kInvalidInput, "logical date \"{}\" is no date",
                        run.logical_date);
        }
        SHELFCAST_ASSIGN(const replenish::ReviewReport report,
                         review_stock(app, *date, std::nullopt, stop));
        return WorkReport{.message = replenish::to_string(report)};
    };
    works["retail_business_impact"] = [&app](const RunContext&,
                                             const std::stop_token& stop) -> Result<WorkReport> {
        SHELFCAST_ASSIGN(const replenish::ImpactReport report, measure_impact(app, stop));
        return WorkReport{.message = fmt::format("{} dates, {} rows", report.dates, report.rows)};
    };
    add_model_works(app, works);
    works["lake_maintenance"] = [&app](const RunContext&,
                                       const std::stop_token& stop) -> Result<WorkReport> {
        SHELFCAST_ASSIGN(const batch::CompactionReport report, app.with_lake_held(stop, [&] {
            return batch::compact(app.lake(), app.clock(), app.compaction_options(), stop);
        }));
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "stopped before every folder was compacted");
        }
        return WorkReport{.message = fmt::format("merged {} files into {}, removed {}",
                                                 report.files_merged, report.files_written,
                                                 report.files_removed)};
    };
    return works;
}

}  // namespace shelfcast::cli
