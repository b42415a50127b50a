// App::status: what GET /v1/status says. Asked once a second at most (api/status_page.h).

#include <sys/statvfs.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/app.h"
#include "cli/schedule_job.h"
#include "cli/version.h"
#include "queries/operations.h"
#include "retail/time_zone.h"

namespace shelfcast::cli {
namespace {

using nlohmann::json;

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kRejectionWindowH = 24;
constexpr std::size_t kEpochsShown = 14;

double age_s(std::int64_t now_us, std::int64_t then_us) {
    return static_cast<double>(now_us - then_us) / static_cast<double>(kSecondUs);
}

json freshness_json(const std::vector<queries::StoreFreshness>& rows, std::int64_t now_us) {
    std::map<std::string, std::int64_t> by_layer;
    std::map<std::uint32_t, const queries::StoreFreshness*> by_store;
    for (const queries::StoreFreshness& row : rows) {
        const auto layer = by_layer.try_emplace(row.layer, row.last_event_ms).first;
        layer->second = std::max(layer->second, row.last_event_ms);
        const queries::StoreFreshness*& store = by_store[row.store.value];
        if (store == nullptr || store->last_event_ms < row.last_event_ms) {
            store = &row;
        }
    }
    json layers = json::array();
    for (const auto& [layer, ms] : by_layer) {
        layers.push_back({{"layer", layer},
                          {"last_event_time", retail::format_utc_ms(ms)},
                          {"age_s", age_s(now_us, ms * 1'000)}});
    }
    json stores = json::array();
    for (const auto& [id, row] : by_store) {
        stores.push_back({{"store_id", id},
                          {"store_code", row->code},
                          {"store_name", row->name},
                          {"last_event_time", retail::format_utc_ms(row->last_event_ms)},
                          {"age_s", age_s(now_us, row->last_event_ms * 1'000)}});
    }
    return {{"layers", std::move(layers)}, {"stores", std::move(stores)}};
}

json epochs_json(const doctor::Facts& facts) {
    json last = json::array();
    std::size_t closed = 0;
    if (facts.manifest) {
        const auto& epochs = facts.manifest->epochs;
        closed = epochs.size();
        for (auto epoch = epochs.rbegin(); epoch != epochs.rend() && last.size() < kEpochsShown;
             ++epoch) {
            const auto rows = [&](const char* table) {
                const auto found = epoch->rows_per_table.find(table);
                return found == epoch->rows_per_table.end() ? 0 : found->second;
            };
            last.push_back({{"epoch", epoch->epoch.value},
                            {"closed_at", retail::format_utc_ms(epoch->closed_at_us / 1000)},
                            {"events", rows("events")},
                            {"rejections", rows("rejections")},
                            {"differences", epoch->differences},
                            {"outcome", epoch->differences == 0 ? "equal" : "differs"}});
        }
    }
    json closing = json::array();
    for (const EpochId epoch : facts.closing) {
        closing.push_back(epoch.value);
    }
    return {{"open", facts.open_epoch.value},
            {"open_messages", facts.open_messages},
            {"closing", std::move(closing)},
            {"closed", closed},
            {"last", std::move(last)}};
}

json reconciliation_json(const doctor::Facts& facts) {
    std::uint64_t keys = 0;
    if (facts.manifest) {
        for (const ports::ClosedEpoch& epoch : facts.manifest->epochs) {
            keys += epoch.differences;
        }
    }
    json newest = json::array();
    for (const ports::StoredDifference& one : facts.differences) {
        newest.push_back({{"table", one.difference.table},
                          {"epoch", one.difference.epoch.value},
                          {"key", one.difference.key},
                          {"speed", one.difference.speed},
                          {"batch", one.difference.batch},
                          {"found_at", retail::format_utc_ms(one.found_at_us / 1000)}});
    }
    return {{"differing_keys", keys}, {"newest", std::move(newest)}};
}

json rejections_json(const std::vector<queries::RejectionCount>& rows) {
    json reasons = json::array();
    std::uint64_t dead = 0;
    for (const queries::RejectionCount& row : rows) {
        dead += row.reason == "duplicate" ? 0 : row.messages;
        reasons.push_back({{"reason", row.reason},
                           {"messages", row.messages},
                           {"last_at", retail::format_utc_ms(row.newest_us / 1000)}});
    }
    return {
        {"window_h", kRejectionWindowH}, {"dead_letters", dead}, {"reasons", std::move(reasons)}};
}

json disk_json(const std::filesystem::path& path, std::uint64_t log_bytes,
               const doctor::Facts& facts) {
    struct statvfs disk{};
    json all = {{"log_bytes", log_bytes}};
    if (::statvfs(path.c_str(), &disk) == 0) {
        all["free_bytes"] = std::uint64_t{disk.f_bavail} * disk.f_frsize;
        all["total_bytes"] = std::uint64_t{disk.f_blocks} * disk.f_frsize;
    }
    if (facts.manifest) {
        std::uint64_t bytes = 0;
        const auto files = facts.manifest->counted_files();
        for (const ports::LakeFile* const file : files) {
            bytes += file->bytes;
        }
        all["lake_bytes"] = bytes;
        all["lake_files"] = files.size();
    }
    return all;
}

/// What keeps the program from being well, the faults first.
json problems_json(const doctor::Findings& findings) {
    json all = json::array();
    for (const doctor::Level level : {doctor::Level::kFault, doctor::Level::kWarning}) {
        for (const doctor::Finding& one : findings) {
            if (one.level == level) {
                all.push_back({{"level", to_string(level)},
                               {"check", one.check},
                               {"found", one.found},
                               {"remedy", one.remedy}});
            }
        }
    }
    return all;
}

struct WarehouseFacts {
    std::vector<queries::StoreFreshness> freshness;
    std::vector<queries::RejectionCount> rejections;
    queries::WarehouseSize size;
};

/// One that is away is waited for once.
Result<WarehouseFacts> ask_warehouse(ports::QueryRunner& runner, std::int64_t rejections_since_us) {
    WarehouseFacts facts;
    SHELFCAST_ASSIGN(facts.freshness, queries::store_freshness(runner));
    SHELFCAST_ASSIGN(facts.rejections, queries::rejections_by_reason(runner, rejections_since_us));
    SHELFCAST_ASSIGN(facts.size, queries::warehouse_size(runner));
    return facts;
}

}  // namespace

Result<std::string> App::status() {
    const doctor::Facts facts =
        doctor::gather({*log_, *store_, *store_, *lake_, clock_}, true, doctor::Look::kGlance);
    doctor::Findings findings = doctor::judge(facts);
    std::ranges::move(diagnose_program(), std::back_inserter(findings));

    auto asked =
        ask_warehouse(*status_warehouse_, facts.now_us - kRejectionWindowH * 3'600 * kSecondUs);
    if (!asked) {
        findings.push_back({"warehouse", doctor::Level::kFault, asked.error().message,
                            "nothing is lost: it is started again; if it stays away, see the "
                            "program's log and `shelfcast doctor`"});
    }
    const WarehouseFacts warehouse = asked ? std::move(*asked) : WarehouseFacts{};
    const RateMeter::Rates rates = rates_.since_then(clock_.steady_us(), counts());
    json disk = disk_json(directory_.path(),
                          embedded_log_ == nullptr ? 0U : embedded_log_->bytes_on_disk(), facts);
    if (asked) {
        disk["warehouse_bytes"] = warehouse.size.bytes;
        disk["warehouse_parts"] = warehouse.size.parts;
    }
    json jobs = {{"engine", "another process"}, {"jobs", json::array()}};
    if (scheduler_) {
        SHELFCAST_ASSIGN(jobs, jobs_json(*this));
    }
    const bool embedded = engine_ != nullptr;
    const std::int64_t waiting_us =
        facts.oldest_undelivered_us == 0 ? 0 : facts.now_us - facts.oldest_undelivered_us;
    const json all = {
        {"version", kVersion},
        {"as_of", retail::format_utc_ms(facts.now_us / 1000)},
        {"state", fault()   ? "faulted"
                  : ready() ? "ready"
                            : "verifying"},
        {"empty", asked && warehouse.freshness.empty() && facts.open_messages == 0},
        {"problems", problems_json(findings)},
        {"freshness", freshness_json(warehouse.freshness, facts.now_us)},
        {"rates",
         !speed_ ? json()  // the workers' /metrics have them
                 : json{{"window_s", std::llround(rates.window_s)},
                        {"accepted_per_s", rates.accepted_per_s},
                        {"rejected_per_s", rates.rejected_per_s},
                        {"duplicates_per_s", rates.duplicates_per_s}}},
        {"lag",
         {{"messages", facts.undelivered},
          {"oldest_s", static_cast<double>(waiting_us) / static_cast<double>(kSecondUs)}}},
        {"epochs", epochs_json(facts)},
        {"schedule", std::move(jobs)},
        {"reconciliation", reconciliation_json(facts)},
        {"rejections", rejections_json(warehouse.rejections)},
        {"engine",
         {{"kind", embedded ? "embedded" : "server"},
          {"state", embedded ? to_string(engine_->state())
                    : asked  ? "up"
                             : "away"}}},
        {"disk", std::move(disk)}};
    return all.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace shelfcast::cli
