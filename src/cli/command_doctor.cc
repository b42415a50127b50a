#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "adapters/clickhouse/clickhouse_warehouse.h"
#include "adapters/lake_local/lake_local.h"
#include "adapters/posix_files/posix_files.h"
#include "adapters/sqlite_log/sqlite_log.h"
#include "adapters/sqlite_store/sqlite_store.h"
#include "adapters/system_clock/system_clock.h"
#include "cli/app.h"
#include "cli/commands.h"
#include "cli/data_directory.h"
#include "cli/doctor_machine.h"
#include "cli/jobs.h"
#include "cli/session.h"

namespace shelfcast::cli {
namespace {

using doctor::Finding;
using doctor::Findings;
using doctor::Level;
using nlohmann::json;

constexpr std::array kLevels = {Level::kOk, Level::kWarning, Level::kFault};

json to_json(const Findings& findings) {
    json all = json::array();
    for (const Finding& one : findings) {
        all.push_back({{"check", one.check},
                       {"level", to_string(one.level)},
                       {"found", one.found},
                       {"remedy", one.remedy}});
    }
    return all;
}

Findings findings_from(const std::string& text) {
    Findings findings;
    const json answer = json::parse(text, nullptr, false);
    for (const json& one : answer.value("findings", json::array())) {
        const std::string word = one.value("level", "");
        const auto* const level = std::ranges::find(
            kLevels, word, [](Level known) { return std::string(to_string(known)); });
        findings.push_back({one.value("check", ""), level == kLevels.end() ? Level::kFault : *level,
                            one.value("found", ""), one.value("remedy", "")});
    }
    return findings;
}

/// For a lake whose rows nobody reads.
class NoCodec final : public ports::ParquetCodec {
public:
    Result<std::string> encode(const retail::ColumnBlock&) override { return refuse(); }
    Result<retail::ColumnBlock> decode(std::string_view,
                                       std::span<const retail::ColumnSpec>) override {
        return refuse();
    }

private:
    static tl::unexpected<Error> refuse() {
        return fail(ErrorKind::kUnavailable, "a look at the lake reads no rows");
    }
};

doctor::SizeOf sizes_in(ports::FileSystem& lake) {
    return [&lake](const std::string& path) -> Result<std::uint64_t> {
        SHELFCAST_ASSIGN(const std::optional<std::uint64_t> bytes, lake.file_size(path));
        if (!bytes) {
            return fail(ErrorKind::kNotFound, "{}: is not there", path);
        }
        return *bytes;
    };
}

/// Fixed settings that ask for something else than the directory keeps.
Status check_fixed(config::Config config, ports::SettingsBook& book) {
    for (const config::Setting& setting : config::settings()) {
        SHELFCAST_ASSIGN(const auto kept, book.setting(fmt::format("fixed.{}", setting.key)));
        if (setting.fixed && kept) {
            SHELFCAST_TRY(config::keep_fixed(config, setting, *kept));
        }
    }
    return {};
}

/// Log, lake and ledger of a directory that nobody owns.
Result<Findings> look_inside(const config::Config& config, bool deep, const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const DataDirectory directory, DataDirectory::visit(config.data_directory));
    const auto& path = directory.path();
    if (!config.log_url.empty() || !config.lake_url.empty()) {
        return Findings{{"data", Level::kWarning,
                         "log, store or lake are not in this directory, and no process runs here "
                         "to ask about them",
                         "run doctor with the data directory of a running process"}};
    }
    if (!std::filesystem::exists(path / "operational.sqlite")) {
        return Findings{};
    }
    const adapters::SystemClock clock;
    SHELFCAST_ASSIGN(const auto store,
                     adapters::SqliteStore::open({.path = (path / "operational.sqlite").string()}));
    SHELFCAST_ASSIGN(const auto log,
                     adapters::SqliteLog::open({.directory = path / "log", .clock = clock}));
    SHELFCAST_ASSIGN(const auto files, adapters::PosixFiles::open((path / "lake").string()));
    NoCodec codec;
    adapters::LakeLocal lake(*files, codec);
    Findings out = judge(doctor::gather({*log, *store, *store, lake, clock}, false));
    std::ranges::move(doctor::check_lake(lake, sizes_in(*files), deep, stop),
                      std::back_inserter(out));
    if (const Status fixed = check_fixed(config, *store); !fixed) {
        out.push_back({"configuration", Level::kFault, fixed.error().message,
                       "see *fixed* in docs/CONFIG.md"});
    }
    return out;
}

Findings check_data(const config::Config& config, bool deep, const std::stop_token& stop) {
    const json request = {{"deep", deep}};
    const auto answer = ask_owner_if_any(config, "doctor", request.dump(), stop);
    if (!answer) {
        return {{"owner", Level::kFault, answer.error().message,
                 "end the program (SIGTERM) and start it again; look at its log"}};
    }
    if (const std::optional<std::string>& said = *answer; said.has_value()) {
        return findings_from(*said);
    }
    std::error_code code;
    if (!std::filesystem::is_directory(config.data_directory, code)) {
        return {};
    }
    Result<Findings> found = look_inside(config, deep, stop);
    if (!found) {
        return {{"files", Level::kFault, found.error().message,
                 "see that the disk can be read and written; else restore from a backup"}};
    }
    return std::move(*found);
}

Result<int> run_doctor(const Common& common, bool deep, const std::stop_token& stop) {
    // First what an owner says, who may be starting: then its ports are its own.
    Findings inside = check_data(common.config, deep, stop);
    const auto owner = DataDirectory::find_owner(common.config.data_directory);
    Findings all = check_machine(common, owner ? *owner : std::nullopt);
    std::ranges::move(inside, std::back_inserter(all));
    const auto count = [&](Level level) { return std::ranges::count(all, level, &Finding::level); };
    if (common.json) {
        fmt::print("{}\n", json{{"findings", to_json(all)},
                                {"ok", count(Level::kOk)},
                                {"warnings", count(Level::kWarning)},
                                {"faults", count(Level::kFault)}}
                               .dump(-1, ' ', false, json::error_handler_t::replace));
    } else {
        for (const Finding& one : all) {
            fmt::print("{:<8} {:<15} {}\n", to_string(one.level), one.check, one.found);
            if (!one.remedy.empty()) {
                fmt::print("{:<8} {:<15} mend: {}\n", "", "", one.remedy);
            }
        }
        fmt::print("{} checks: {} OK, {} warnings, {} faults\n", all.size(), count(Level::kOk),
                   count(Level::kWarning), count(Level::kFault));
    }
    return count(Level::kFault) == 0 ? 0 : 1;
}

}  // namespace

api::Job doctor_job(App& app) {
    return [&app](const std::string& text, const api::JobProgress&,
                  const std::stop_token& stop) -> Result<std::string> {
        const json request = json::parse(text, nullptr, false);
        const bool deep = request.is_object() && request.value("deep", false);
        return json{{"findings", to_json(app.diagnose(deep, stop))}}.dump(
            -1, ' ', false, json::error_handler_t::replace);
    };
}

doctor::Findings App::diagnose(bool deep, const std::stop_token& stop) {
    Findings out = judge(doctor::gather({*log_, *store_, *store_, *lake_, clock_}, true));
    std::ranges::move(doctor::check_lake(*lake_, sizes_in(*lake_backend_.files), deep, stop),
                      std::back_inserter(out));
    std::ranges::move(diagnose_program(), std::back_inserter(out));
    std::ranges::move(diagnose_views(), std::back_inserter(out));
    return out;
}

doctor::Findings App::diagnose_views() {
    const auto lake = lake_->manifest();
    const auto views = status_warehouse_->manifest();
    if (!views) {
        return {{"views", ready() ? Level::kFault : Level::kWarning, views.error().message,
                 "see that the warehouse runs and answers; nothing is lost meanwhile"}};
    }
    if (!lake || lake->version == 0) {
        return {};
    }
    const ports::ManifestRow shown = views->value_or(ports::ManifestRow{});
    const EpochId closed = lake->closed_epoch();
    if (shown.closed_epoch == closed &&
        (closed.value == 0 || shown.generation == lake->generation)) {
        return {};
    }
    return {{"views", Level::kWarning,
             fmt::format("the views go by epoch {} of generation {}, the lake has closed {} of {}",
                         shown.closed_epoch.value, shown.generation.value, closed.value,
                         lake->generation.value),
             "a batch is at work; if none is, start the program again"}};
}

doctor::Findings App::diagnose_program() {
    Findings out;
    if (const auto broken = fault()) {
        out.push_back({"program", Level::kFault, broken->message,
                       "a person must look: keep the directory, see docs/TROUBLESHOOTING.md"});
    } else if (!ready()) {
        out.push_back({"program", Level::kWarning,
                       engine_ && engine_->state() != adapters::EngineState::kUp
                           ? fmt::format("the engine is {}", to_string(engine_->state()))
                           : "the layers are being verified",
                       "wait a little; if it stays so, look at the program's log"});
    } else {
        out.push_back({"program", Level::kOk, "ready"});
    }
    const std::int64_t jump_s =
        (clock_.now_us() - clock_.steady_us() - clock_drift_start_us_) / 1'000'000;
    constexpr std::int64_t kJumpS = 60;
    if (std::abs(jump_s) > kJumpS) {
        out.push_back({"clock", Level::kWarning,
                       fmt::format("the clock was set by {} s since the program started", jump_s),
                       "see that NTP slews; times of receipts in between are as the clock was"});
    }
    return out;
}

void add_doctor(Commands& commands) {
    const auto deep = std::make_shared<bool>(false);
    Common& common = commands.common();
    CLI::App& command = commands.add(
        "doctor",
        "Say what is wrong and how to mend it; exit code 1 on a fault\n"
        "Example: shelfcast doctor --deep",
        [&common, deep](const std::stop_token& stop) { return run_doctor(common, *deep, stop); });
    command.add_flag("--deep", *deep, "Read every lake file and compare its hash");
    add_port_flags(command, common);
    commands.tolerate_mistakes(command);
}

}  // namespace shelfcast::cli
