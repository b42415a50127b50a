#include "cli/lake_jobs.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "adapters/posix_files/posix_files.h"
#include "base/log.h"
#include "cli/app.h"
#include "cli/file_reading.h"
#include "cli/jobs.h"
#include "cli/producer.h"
#include "pipelines/backfill/adopt.h"
#include "pipelines/backfill/file_backfill.h"
#include "pipelines/backfill/synthetic_backfill.h"
#include "pipelines/batch/compaction.h"
#include "pipelines/batch/rebuild.h"
#include "retail/time_zone.h"

namespace shelfcast::cli {
namespace {

using nlohmann::json;

std::string text_of(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<json> object_from(const std::string& text) {
    json request = json::parse(text, nullptr, false);
    if (!request.is_object()) {
        return fail(ErrorKind::kInvalidInput, "a job's request is a JSON object");
    }
    return request;
}

/// A date of the request, or what stands for none.
Result<std::int32_t> date_of(const json& request, const char* name, std::int32_t otherwise) {
    const std::string text = request.value(name, "");
    if (text.empty()) {
        return otherwise;
    }
    const auto date = retail::parse_date(text);
    if (!date) {
        return fail(ErrorKind::kInvalidInput, "--{}: \"{}\" is no date like 2026-11-22", name,
                    text);
    }
    return *date;
}

json to_json(const ports::Contribution& contribution) {
    std::uint64_t bytes = 0;
    for (const ports::LakeFile& file : contribution.files) {
        bytes += file.bytes;
    }
    return {{"id", contribution.id},
            {"origin", contribution.origin},
            {"events", contribution.events},
            {"rejections", contribution.rejections},
            {"revenue", retail::format_decimal(contribution.revenue, retail::Revenue::kScale)},
            {"files", contribution.files.size()},
            {"bytes", bytes}};
}

/// Makes the reference data of a synthetic chain known, so that its events find their stores.
Status put_chain(App& app, const synthetic::Chain& chain) {
    SHELFCAST_ASSIGN(const retail::StoreCatalog known, app.store().catalog(std::nullopt));
    SHELFCAST_TRY(check_chain_fits(known, chain));
    std::vector<retail::SalesTarget> targets;
    for (std::uint32_t store = 0; store < chain.stores().size(); ++store) {
        std::ranges::move(chain.sales_targets(store), std::back_inserter(targets));
    }
    SHELFCAST_TRY(app.put_reference(chain.stores(), chain.products(), targets));
    return app.store().put_setting(synthetic::kChainSetting,
                                   synthetic::format_chain_options(chain.options()));
}

Result<json> backfill_synthetic(App& app, const json& request, const api::JobProgress& progress,
                                const std::stop_token& stop) {
    const json& wanted = request["synthetic"];
    synthetic::ChainOptions options;
    options.stores = wanted.value("stores", options.stores);
    options.products = wanted.value("products", options.products);
    options.days = wanted.value("days", options.days);
    options.seed = wanted.value("seed", options.seed);
    constexpr std::int64_t kDayUs = 86'400'000'000;
    const auto yesterday = static_cast<std::int32_t>(app.clock().now_us() / kDayUs) - 1;
    SHELFCAST_ASSIGN(const std::int32_t last, date_of(request, "to", yesterday));
    SHELFCAST_ASSIGN(options.first_date,
                     date_of(request, "from", last - static_cast<std::int32_t>(options.days) + 1));
    SHELFCAST_ASSIGN(const synthetic::Chain chain, synthetic::Chain::create(options));
    SHELFCAST_TRY(put_chain(app, chain));

    backfill::SyntheticPorts ports{.lake = app.lake(), .clock = app.clock()};
    std::unique_ptr<adapters::PosixFiles> truth;
    if (const std::string folder = request.value("truth", ""); !folder.empty()) {
        SHELFCAST_ASSIGN(truth, adapters::PosixFiles::open(folder));
        ports.truth = truth.get();
        ports.codec = &app.warehouse();
    }
    SHELFCAST_ASSIGN(
        backfill::SyntheticReport report,
        backfill::write_synthetic_rows(
            chain, {}, ports,
            [&](std::uint32_t day, std::uint32_t of, std::uint64_t events) {
                progress(text_of(
                    {{"file", "synthetic chain"}, {"rows", events}, {"done", day}, {"total", of}}));
            },
            stop));
    json done = to_json(report.contribution);
    done["truth_rows"] = report.truth_rows;
    SHELFCAST_TRY(app.with_lake_held(
        stop, [&] { return backfill::commit(app.lake(), std::move(report.contribution)); }));
    // The live producer goes on with what is left on the shelves.
    SHELFCAST_TRY(app.store().put_setting(synthetic::kChainStockSetting,
                                          synthetic::format_chain_stock(options, report.stock)));
    return done;
}

Result<json> backfill_file(App& app, const std::string& file, const json& request,
                           const api::JobProgress& progress, const std::stop_token& stop) {
    backfill::FileBackfillOptions options;
    options.file = file;
    SHELFCAST_ASSIGN(options.reading, file_reading_from(request));
    SHELFCAST_ASSIGN(options.from, date_of(request, "from", options.from));
    SHELFCAST_ASSIGN(options.to, date_of(request, "to", options.to));
    const auto report_progress = [&](std::uint64_t rows, std::uint64_t done, std::uint64_t of) {
        progress(text_of({{"file", file}, {"rows", rows}, {"done", done}, {"total", of}}));
    };
    SHELFCAST_ASSIGN(
        backfill::FileBackfillReport report,
        backfill::write_file_rows(options, {app.lake(), app.store(), app.clock(), app.parquet()},
                                  report_progress, stop));
    json done = to_json(report.contribution);
    done["path"] = file;
    done["rows"] = report.rows;
    done["outside"] = report.outside;
    done["duplicates"] = report.counts.duplicates;
    done["stores_created"] = report.stores_created;
    SHELFCAST_TRY(app.with_lake_held(
        stop, [&] { return backfill::commit(app.lake(), std::move(report.contribution)); }));
    return done;
}

Result<json> backfill(App& app, const json& request, const api::JobProgress& progress,
                      const std::stop_token& stop) {
    json contributions = json::array();
    SHELFCAST_TRY(app.lake().remove_orphans(ports::FileWriter::kContribution));
    if (request.contains("synthetic")) {
        SHELFCAST_ASSIGN(json done, backfill_synthetic(app, request, progress, stop));
        contributions.push_back(std::move(done));
    }
    for (const json& file : request.value("files", json::array())) {
        SHELFCAST_ASSIGN(json done,
                         backfill_file(app, file.get<std::string>(), request, progress, stop));
        contributions.push_back(std::move(done));
    }
    json result = {{"contributions", std::move(contributions)}};
    if (request.value("close", true)) {
        SHELFCAST_ASSIGN(const auto reports, app.close_epochs(stop, batch_progress(progress)));
        result.update(epochs_json(reports));
    }
    return result;
}

json ls(const ports::LakeManifest& manifest, bool with_files) {
    struct Sum {
        std::uint64_t files = 0;
        std::uint64_t rows = 0;
        std::uint64_t bytes = 0;
    };
    std::map<std::pair<std::string, std::string>, Sum> sums;
    json files = json::array();
    const auto add = [&](const ports::LakeFile& file, const json& of) {
        Sum& sum = sums[{file.topic, file.table}];
        sum.files += 1;
        sum.rows += file.rows;
        sum.bytes += file.bytes;
        if (with_files) {
            files.push_back({{"path", file.path},
                             {"rows", file.rows},
                             {"bytes", file.bytes},
                             {"hash", file.hash}});
            files.back().update(of);
        }
    };
    for (const ports::LakeFile& file : manifest.files) {
        add(file, {{"epoch", file.epoch.value}, {"last_epoch", file.last_epoch.value}});
    }
    for (const ports::LakeSnapshot& snapshot : manifest.snapshots) {
        add(snapshot.file, {{"business_date", retail::format_date(snapshot.business_date)},
                            {"version", snapshot.version}});
    }
    json tables = json::array();
    for (const auto& [key, sum] : sums) {
        tables.push_back({{"topic", key.first},
                          {"table", key.second},
                          {"files", sum.files},
                          {"rows", sum.rows},
                          {"bytes", sum.bytes}});
    }
    json waiting = json::array();
    for (const ports::Contribution& one : manifest.waiting) {
        waiting.push_back(to_json(one));
    }
    json result = {{"version", manifest.version},
                   {"generation", manifest.generation.value},
                   {"closed_epoch", manifest.closed_epoch().value},
                   {"tables", std::move(tables)},
                   {"waiting", std::move(waiting)},
                   {"retired_files", manifest.retired.size()}};
    if (with_files) {
        result["files"] = std::move(files);
    }
    return result;
}

/// Reads every file that the manifest counts on and compares its bytes with what is stated.
json verify(App& app, const ports::LakeManifest& manifest, const api::JobProgress& progress,
            const std::stop_token& stop) {
    const std::vector<const ports::LakeFile*> files = manifest.counted_files();
    json faults = json::array();
    std::uint64_t bytes = 0;
    std::size_t checked = 0;
    for (const ports::LakeFile* const file : files) {
        if (stop.stop_requested()) {
            break;
        }
        if (const auto read = app.lake().read_bytes(*file); !read) {
            faults.push_back({{"path", file->path}, {"fault", read.error().message}});
        }
        bytes += file->bytes;
        ++checked;
        progress(text_of(
            {{"file", "lake"}, {"rows", checked}, {"done", checked}, {"total", files.size()}}));
    }
    return {{"version", manifest.version},
            {"files", files.size()},
            {"checked", checked},
            {"bytes", bytes},
            {"faults", std::move(faults)}};
}

Result<json> adopt(App& app, const json& request, const std::stop_token& stop) {
    backfill::AdoptOptions options;
    options.paths = request.value("files", std::vector<std::string>{});
    options.origin = request.value("origin", "");
    options.events = request.value("events", std::uint64_t{0});
    const std::string revenue = request.value("revenue", "");
    const auto amount = retail::read_formatted_decimal(revenue, retail::Revenue::kScale);
    if (!amount) {
        return fail(ErrorKind::kInvalidInput, "--revenue: \"{}\" is no amount like 1234.5670000",
                    revenue);
    }
    options.revenue = *amount;
    SHELFCAST_ASSIGN(ports::Contribution contribution,
                     backfill::adopt(options, app.lake(), app.clock()));
    const json done = to_json(contribution);
    SHELFCAST_TRY(app.with_lake_held(
        stop, [&] { return backfill::commit(app.lake(), std::move(contribution)); }));
    return done;
}

Result<json> compact(App& app, const json& request, const std::stop_token& stop) {
    batch::CompactionOptions options = app.compaction_options();
    options.target_bytes = request.value("target_mb", options.target_bytes >> 20U) << 20U;
    SHELFCAST_ASSIGN(const batch::CompactionReport report, app.with_lake_held(stop, [&] {
        return batch::compact(app.lake(), app.clock(), options, stop);
    }));
    return json{{"files_merged", report.files_merged},
                {"files_written", report.files_written},
                {"bytes_before", report.bytes_before},
                {"bytes_after", report.bytes_after},
                {"files_removed", report.files_removed}};
}

/// A job whose parts may throw on a value of the wrong JSON type.
template <typename Work>
api::Job guarded(std::string_view name, Work work) {
    return [name, work](const std::string& text, const api::JobProgress& progress,
                        const std::stop_token& stop) -> Result<std::string> {
        SHELFCAST_ASSIGN(const json request, object_from(text));
        try {
            SHELFCAST_ASSIGN(const json result, work(request, progress, stop));
            return text_of(result);
        } catch (const json::exception& broken) {
            return fail(ErrorKind::kInvalidInput, "{} job: {}", name, broken.what());
        }
    };
}

}  // namespace

api::Job backfill_job(App& app) {
    return guarded("backfill", [&app](const json& request, const api::JobProgress& progress,
                                      const std::stop_token& stop) {
        return app.with_backfill([&] { return backfill(app, request, progress, stop); });
    });
}

api::Job rebuild_job(App& app) {
    return guarded("rebuild",
                   [&app](const json& request, const api::JobProgress& progress,
                          const std::stop_token& stop) -> Result<json> {
                       const config::Config& config = app.config();
                       batch::RebuildOptions options;
                       options.load.max_insert_rows = config.max_insert_rows;
                       options.load.max_rollup_keys = config.max_rollup_keys;
                       options.max_differences = config.max_differences;
                       options.accept_differences = request.value("accept_differences", false);
                       const auto report_progress = [&](const batch::RebuildProgress& at) {
                           progress(text_of({{"file", "new generation"},
                                             {"rows", at.rows},
                                             {"done", at.rows},
                                             {"total", at.of_rows}}));
                       };
                       const auto rebuild = [&] {
                           app.expect_other_generations();
                           return batch::rebuild(
                               {app.store(), app.warehouse(), app.lake(), app.clock()}, options,
                               report_progress, stop);
                       };
                       SHELFCAST_ASSIGN(const auto report, app.with_lake_held(stop, rebuild));
                       return json{{"generation", report.generation.value},
                                   {"epochs", report.epochs},
                                   {"rows", report.rows},
                                   {"switched", report.switched},
                                   {"differing_keys", report.differing_keys},
                                   {"differences", differences_json(report.differences)},
                                   {"elapsed_ms", report.elapsed_us / 1000}};
                   });
}

api::Job lake_job(App& app) {
    return guarded("lake",
                   [&app](const json& request, const api::JobProgress& progress,
                          const std::stop_token& stop) -> Result<json> {
                       const std::string what = request.value("do", "");
                       if (what == "commit") {
                           return app.with_backfill([&] { return adopt(app, request, stop); });
                       }
                       if (what == "compact") {
                           return compact(app, request, stop);
                       }
                       SHELFCAST_ASSIGN(const ports::LakeManifest manifest, app.lake().manifest());
                       return what == "verify" ? verify(app, manifest, progress, stop)
                                               : ls(manifest, request.value("files", false));
                   });
}

}  // namespace shelfcast::cli
