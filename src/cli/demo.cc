#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <thread>
#include <vector>

#include "adapters/clickhouse/clickhouse_warehouse.h"
#include "base/log.h"
#include "cli/app.h"
#include "cli/commands.h"
#include "cli/producer.h"
#include "cli/serving.h"
#include "retail/decimal.h"
#include "retail/event_codec.h"
#include "sql_text.h"

namespace shelfcast::cli {
namespace {

using adapters::clickhouse::ClickHouseWarehouse;
using retail::Int128;
using Clock = std::chrono::steady_clock;
/// Store code and business date to revenue at scale 7.
using RevenueByDay = std::map<std::pair<std::string, std::string>, Int128>;

struct Bundle {
    const char* name;
    const char* file;
    const char* time_zone;
    const char* currency;
    std::uint64_t lines;
    const char* revenue;  ///< Net, as the data's README states it.
};

constexpr std::array kBundles = {
    Bundle{"uci", "uci/events.parquet", "Europe/London", "GBP", 496'458, "9141208.6000000"},
    Bundle{"freshretail", "freshretail/events.parquet", "Asia/Shanghai", "CNY", 1'333'103,
           "217860.3694270"},
};

constexpr double kLiveRate = 2'000;
constexpr int kProbes = 60;
constexpr auto kProbePause = std::chrono::milliseconds(40);
constexpr auto kProbeDeadline = std::chrono::seconds(10);

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The result table, and whether every check in it holds.
class Outcome {
public:
    void value(const std::string& name, const std::string& text) {
        fmt::print("{:<46} {:>24}\n", name, text);
    }
    void check(const std::string& name, const std::string& found, const std::string& wanted) {
        const bool holds = found == wanted;
        all_hold_ = all_hold_ && holds;
        fmt::print("{:<46} {:>24}  {}\n", name, found,
                   holds ? "ok" : fmt::format("WRONG, expected {}", wanted));
    }
    [[nodiscard]] bool all_hold() const { return all_hold_; }

private:
    bool all_hold_ = true;
};

std::vector<std::string> split(std::string_view text, char at) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(at, begin), text.size());
        parts.emplace_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

Result<Int128> amount(std::string_view text, int scale) {
    std::int64_t value = 0;
    if (retail::parse_decimal(text, scale, std::numeric_limits<std::int64_t>::max(), value) !=
        retail::DecimalFault::kNone) {
        return fail(ErrorKind::kCorrupted, "\"{}\" is no decimal", text);
    }
    return value;
}

/// Revenue straight from the file's rows: neither codec, log nor operator has a part in it.
Result<RevenueByDay> revenue_in_file(App& app, const std::string& path,
                                     const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const auto file, app.parquet().open(path));
    const std::vector<std::string> columns{"event_time", "store_id", "transaction_type", "quantity",
                                           "unit_price"};
    SHELFCAST_ASSIGN(const auto rows, file->read(columns, 0));
    RevenueByDay sums;
    while (true) {
        SHELFCAST_ASSIGN(const std::optional<ports::TextRows> some, rows->next(stop));
        if (!some) {
            return sums;
        }
        for (std::size_t row = 0; row < some->rows(); ++row) {
            const auto cell = [&](std::size_t column) { return some->columns[column].texts[row]; };
            SHELFCAST_ASSIGN(const Int128 quantity, amount(cell(3), retail::Quantity::kScale));
            SHELFCAST_ASSIGN(const Int128 price, amount(cell(4), retail::UnitPrice::kScale));
            Int128& sum = sums[{std::string(cell(1)), std::string(cell(0).substr(0, 10))}];
            sum += cell(2) == "SALE"     ? quantity * price
                   : cell(2) == "RETURN" ? -quantity * price
                                         : 0;
        }
    }
}

Result<RevenueByDay> revenue_in_views(App& app, std::string_view currency) {
    SHELFCAST_ASSIGN(
        const std::string text,
        app.warehouse().query_text(sql_text("queries/operations/revenue_by_store_and_date.sql"),
                                   {{"currency", std::string(currency)}}));
    RevenueByDay sums;
    for (const std::string& line : split(text, '\n')) {
        const std::vector<std::string> cells = split(line, '\t');
        if (cells.size() == 3) {
            SHELFCAST_ASSIGN(const Int128 revenue, amount(cells[2], retail::Revenue::kScale));
            sums[{cells[0], cells[1]}] = revenue;
        }
    }
    return sums;
}

std::string total(const RevenueByDay& sums) {
    Int128 all = 0;
    for (const auto& [key, revenue] : sums) {
        all += revenue;
    }
    return retail::format_decimal(all, retail::Revenue::kScale);
}

Status check_revenue(App& app, const Bundle& bundle, const std::string& path,
                     const std::string& when, Outcome& outcome, const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const RevenueByDay wanted, revenue_in_file(app, path, stop));
    SHELFCAST_ASSIGN(const RevenueByDay found, revenue_in_views(app, bundle.currency));
    outcome.check(fmt::format("{}: revenue, {}", bundle.name, when), total(found), bundle.revenue);
    outcome.check(fmt::format("{}: store-days equal to the file, {}", bundle.name, when),
                  fmt::format("{}", found == wanted ? wanted.size() : 0),
                  fmt::format("{}", wanted.size()));
    return {};
}

ingest::ImportOptions import_options(const Bundle& bundle, const std::string& path) {
    ingest::ImportOptions options;
    options.files = {path};
    options.reading.new_stores = {true, bundle.time_zone, bundle.currency};
    return options;
}

Status import_bundle(App& app, const Bundle& bundle, const std::string& path, Outcome& outcome,
                     const std::stop_token& stop) {
    const Clock::time_point start = Clock::now();
    SHELFCAST_ASSIGN(const ingest::ImportReport report,
                     app.import(import_options(bundle, path), {}, stop));
    const double seconds = seconds_since(start);
    const auto& tally = report.tally;
    outcome.value(fmt::format("{}: events read", bundle.name),
                  fmt::format("{}", tally.accepted + tally.rejected()));
    outcome.check(fmt::format("{}: accepted", bundle.name), fmt::format("{}", tally.accepted),
                  fmt::format("{}", bundle.lines));
    outcome.check(fmt::format("{}: rejected", bundle.name), fmt::format("{}", tally.rejected()),
                  "0");
    for (std::size_t i = 1; i < ports::Tally::kReasons; ++i) {
        if (tally.rejected_by_reason[i] > 0) {
            outcome.value(fmt::format("  rejected: {}",
                                      retail::to_string(static_cast<retail::RejectReason>(i))),
                          fmt::format("{}", tally.rejected_by_reason[i]));
        }
    }
    outcome.value(fmt::format("{}: import to queryable, events/s", bundle.name),
                  fmt::format("{:.0f}", static_cast<double>(tally.accepted) / seconds));
    return check_revenue(app, bundle, path, "live", outcome, stop);
}

Status close_and_check(App& app, const std::string& when, Outcome& outcome,
                       const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const auto reports, app.close_epochs(stop));
    std::uint64_t differing = 0;
    std::uint64_t duplicates = 0;
    for (const batch::EpochReport& report : reports) {
        differing += report.differing_keys;
        duplicates += report.duplicates;
        outcome.value(fmt::format("epoch {}: closed, events/s", report.epoch.value),
                      fmt::format("{:.0f}", static_cast<double>(report.accepted) * 1e6 /
                                                static_cast<double>(report.elapsed_us)));
    }
    outcome.check(fmt::format("duplicates, {}", when), fmt::format("{}", duplicates), "0");
    outcome.check(fmt::format("keys that differ, speed and batch, {}", when),
                  fmt::format("{}", differing), "0");
    return {};
}

Status show_layers(App& app, Outcome& outcome) {
    SHELFCAST_ASSIGN(
        const std::string text,
        app.warehouse().query_text(sql_text("queries/operations/revenue_by_layer.sql")));
    for (const std::string& line : split(text, '\n')) {
        const std::vector<std::string> cells = split(line, '\t');
        if (cells.size() == 3) {
            outcome.value(fmt::format("revenue, {} layer, {}", cells[0], cells[1]), cells[2]);
        }
    }
    return {};
}

/// Time from handing one event in until a reader of retail_events_unified sees it, by the gateway.
Result<std::vector<double>> measure_freshness(App& app, const config::Config& config,
                                              const std::stop_token& stop) {
    SHELFCAST_ASSIGN(
        const auto reader,
        ClickHouseWarehouse::connect(
            {.url = fmt::format("http://{}:{}", config.listen_address, app.gateway_port()),
             .user = "default",
             .password = "password123"}));
    std::vector<double> milliseconds;
    for (int probe = 0; probe < kProbes && !stop.stop_requested(); ++probe) {
        std::string message;
        retail::append_message(message,
                               {.event_time = retail::format_utc_ms(app.clock().now_us() / 1000),
                                .store_id = 1,
                                .product_id = "freshness-probe",
                                .category = "Probe",
                                .transaction_type = "RESTOCK",
                                .quantity = "1",
                                .unit_price = "0"});
        message.reserve(message.size() + retail::EventDecoder::kPadding);
        const Clock::time_point start = Clock::now();
        SHELFCAST_ASSIGN(const ports::DoorReceipt receipt,
                         app.door().accept({.body = message, .source = "demo"}));
        if (receipt.tally.accepted != 1) {
            return fail(ErrorKind::kCorrupted, "a freshness probe was not accepted");
        }
        const auto& at = receipt.positions.front();
        while (true) {
            SHELFCAST_ASSIGN(const std::string seen,
                             reader->query_text(sql_text("queries/operations/event_is_visible.sql"),
                                                {{"partition", std::to_string(at.partition.value)},
                                                 {"offset", std::to_string(at.base_offset)}}));
            if (seen.starts_with("1")) {
                break;
            }
            if (Clock::now() - start > kProbeDeadline) {
                return fail(ErrorKind::kUnavailable, "an event was not visible after 10 s");
            }
        }
        milliseconds.push_back(seconds_since(start) * 1000);
        std::this_thread::sleep_for(kProbePause);
    }
    std::ranges::sort(milliseconds);
    return milliseconds;
}

Status live_part(App& app, const config::Config& config, Outcome& outcome,
                 const std::stop_token& stop) {
    SHELFCAST_TRY(add_chain_stores(app));
    Result<produce::ProduceReport> produced;
    std::jthread producing([&](const std::stop_token& own) {
        produced = produce_into(app, {.rate = kLiveRate}, {}, own);
    });
    SHELFCAST_ASSIGN(const std::vector<double> times, measure_freshness(app, config, stop));
    producing.request_stop();
    producing.join();
    if (!produced) {
        return forward_error(produced);
    }
    outcome.value("live: events produced", fmt::format("{}", produced->sent));
    outcome.check("live: rejected", fmt::format("{}", produced->tally.rejected()), "0");
    if (!times.empty()) {
        outcome.value(fmt::format("event to visible at {:.0f}/s, p50 ms", kLiveRate),
                      fmt::format("{:.0f}", times[times.size() / 2]));
        outcome.value(fmt::format("event to visible at {:.0f}/s, p99 ms", kLiveRate),
                      fmt::format("{:.0f}", times[times.size() * 99 / 100]));
    }
    return app.wait_caught_up(std::chrono::seconds(60), stop);
}

Status run_checks(App& app, const config::Config& config, const std::filesystem::path& data,
                  Outcome& outcome, const std::stop_token& stop) {
    for (const Bundle& bundle : kBundles) {
        SHELFCAST_TRY(import_bundle(app, bundle, (data / bundle.file).string(), outcome, stop));
    }
    SHELFCAST_TRY(close_and_check(app, "first batch", outcome, stop));
    for (const Bundle& bundle : kBundles) {
        const std::string path = (data / bundle.file).string();
        SHELFCAST_ASSIGN(const ingest::ImportReport again,
                         app.import(import_options(bundle, path), {}, stop));
        outcome.check(fmt::format("{}: imported again, new rows", bundle.name),
                      fmt::format("{}", again.tally.accepted), "0");
        SHELFCAST_TRY(check_revenue(app, bundle, path, "after batch", outcome, stop));
    }
    SHELFCAST_TRY(live_part(app, config, outcome, stop));
    SHELFCAST_TRY(close_and_check(app, "second batch", outcome, stop));
    return show_layers(app, outcome);
}

Result<int> demo_once(Common common, const std::filesystem::path& data,
                      const std::stop_token& stop) {
    std::string folder =
        (std::filesystem::temp_directory_path() / "shelfcast-demo-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) {
        return fail(ErrorKind::kStorageFull, "cannot make a folder like {}", folder);
    }
    common.config.data_directory = folder;
    common.config.clickhouse_http_port = 0;
    common.config.clickhouse_native_port = 0;
    common.config.web_port = 0;
    common.config.schedule_engine = "off";  // Its own batch is the only one it counts.
    Outcome outcome;
    const auto run = [&]() -> Status {
        const Clock::time_point start = Clock::now();
        SHELFCAST_ASSIGN(const std::unique_ptr<App> app, App::open(common.config, stop));
        SHELFCAST_TRY(app->serve());
        outcome.value("start to ready, s", fmt::format("{:.1f}", seconds_since(start)));
        return run_checks(*app, common.config, data, outcome, stop);
    };
    const Status done = run();
    std::error_code code;
    std::filesystem::remove_all(folder, code);
    if (!done) {
        return tl::unexpected(done.error());
    }
    fmt::print("{}\n", outcome.all_hold() ? "every check holds" : "a check does NOT hold");
    return outcome.all_hold() ? 0 : 1;
}

Result<int> demo_staying_up(Common common, const std::filesystem::path& data,
                            const std::stop_token& stop) {
    if (common.config.origin("data.directory") == "default") {
        const char* const home = std::getenv("HOME");
        common.config.data_directory = std::filesystem::path(home == nullptr ? "." : home) /
                                       ".local" / "share" / "shelfcast" / "demo";
    }
    SHELFCAST_ASSIGN(const std::unique_ptr<App> app, App::open(common.config, stop));
    SHELFCAST_TRY(app->serve());
    for (const Bundle& bundle : kBundles) {
        const std::string path = (data / bundle.file).string();
        SHELFCAST_ASSIGN(const ingest::ImportReport report,
                         app->import(import_options(bundle, path), {}, stop));
        fmt::print("{}: {}, {} receipts\n", bundle.name,
                   ingest::to_string(report.files.front().outcome),
                   report.files.front().record.rows_done);
    }
    print_where_to_look(*app, common.config);
    fmt::print("data in {}; a live producer is selling; stop with Ctrl-C\n",
               common.config.data_directory.string());
    std::fflush(stdout);
    return serve_until_stopped(*app, ProduceFlags{.rate = 5}, stop);
}

struct DemoFlags {
    bool once = false;  ///< In a directory of its own, to its end, with every check.
    std::string data_folder = "data";
};

Result<int> run_demo(const Common& common, const DemoFlags& flags, const std::stop_token& stop) {
    Common demo = common;
    demo.config.demo = true;
    const std::filesystem::path data = std::filesystem::absolute(flags.data_folder);
    if (!std::filesystem::exists(data / kBundles.front().file)) {
        return fail(ErrorKind::kNotFound,
                    "the bundled receipts are not in {}: run it in the checkout, or say --bundled",
                    data.string());
    }
    return flags.once ? demo_once(std::move(demo), data, stop)
                      : demo_staying_up(std::move(demo), data, stop);
}

}  // namespace

void add_demo(Commands& commands) {
    const auto flags = std::make_shared<DemoFlags>();
    Common& common = commands.common();
    CLI::App& command = commands.add(
        "demo", "Load the bundled receipts and show them\nExample: shelfcast demo --once",
        [&common, flags](const std::stop_token& stop) { return run_demo(common, *flags, stop); });
    command.add_flag("--once", flags->once, "Run it to its end, check everything, print a table");
    command.add_option("--bundled", flags->data_folder, "Folder with the bundled receipts")
        ->capture_default_str();
    add_port_flags(command, common);
}

}  // namespace shelfcast::cli
