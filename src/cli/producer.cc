#include "cli/producer.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/app.h"
#include "pipelines/produce/replay.h"
#include "synthetic/chain_stock.h"

namespace shelfcast::cli {
namespace {

using nlohmann::json;

constexpr auto kDeliverDeadline = std::chrono::minutes(10);
/// Who waits this long says that he is still there.
constexpr std::chrono::microseconds kLongPause{100'000};

/// The chain that the data directory goes on with.
Result<synthetic::Chain> chain_of(ports::SettingsBook& settings) {
    SHELFCAST_ASSIGN(const auto text, settings.setting(synthetic::kChainSetting));
    if (!text) {
        return synthetic::Chain::create({});
    }
    SHELFCAST_ASSIGN(const synthetic::ChainOptions options, synthetic::parse_chain_options(*text));
    return synthetic::Chain::create(options);
}

/// A pause that reports before it waits for long.
produce::Pause reporting_pause(const std::function<void()>& report) {
    return [report](std::chrono::microseconds duration, const std::stop_token& stop) {
        if (report && duration >= kLongPause) {
            report();
        }
        produce::pause_for(duration, stop);
    };
}

Result<produce::ReplayReport> replay_into(
    App& app, const ProduceFlags& flags,
    const std::function<void(std::uint64_t sent, std::uint64_t wanted)>& progress,
    const std::stop_token& stop) {
    produce::ReplayOptions options;
    options.file = flags.replay;
    options.speed = flags.speed;
    options.keep_hours = flags.keep_hours;
    options.events = flags.events;
    options.seed = flags.seed;
    produce::ReplayProgress last;
    return produce::replay(options,
                           {.door = app.door(),
                            .clock = app.clock(),
                            .stores = app.store(),
                            .tables = app.parquet(),
                            .pause = reporting_pause([&] { progress(last.sent, last.wanted); }),
                            .progress =
                                [&](const produce::ReplayProgress& at) {
                                    last = at;
                                    progress(at.sent, at.wanted);
                                }},
                           stop);
}

Result<ProduceFlags> flags_from(const std::string& text) {
    const json request = json::parse(text, nullptr, false);
    ProduceFlags flags;
    try {
        flags.rate = request.value("rate", flags.rate);
        flags.events = request.value("events", flags.events);
        flags.seed = request.value("seed", flags.seed);
        flags.replay = request.value("replay", flags.replay);
        flags.speed = request.value("speed", flags.speed);
        flags.keep_hours = request.value("keep_hours", flags.keep_hours);
        flags.receipts_only = request.value("receipts_only", flags.receipts_only);
    } catch (const json::exception& broken) {
        return fail(ErrorKind::kInvalidInput, "produce job: {}", broken.what());
    }
    return flags;
}

Result<json> run_flags(App& app, const ProduceFlags& flags, const api::JobProgress& progress,
                       const std::stop_token& stop) {
    const auto report = [&](std::uint64_t sent, std::uint64_t wanted) {
        progress(json{{"sent", sent}, {"total", wanted}}.dump());
    };
    if (!flags.replay.empty()) {
        SHELFCAST_ASSIGN(const produce::ReplayReport done, replay_into(app, flags, report, stop));
        return json{{"sent", done.sent},
                    {"accepted", done.tally.accepted},
                    {"rejected", done.tally.rejected()},
                    {"skipped", 0},
                    {"left_out", done.left_out.rejected()},
                    {"others", 0},
                    {"seconds", done.seconds}};
    }
    SHELFCAST_ASSIGN(
        const produce::ProduceReport done,
        produce_into(
            app, flags, [&](const produce::ProduceProgress& at) { report(at.sent, at.wanted); },
            stop));
    return json{{"sent", done.sent},
                {"accepted", done.tally.accepted},
                {"rejected", done.tally.rejected() + done.others.rejected()},
                {"skipped", done.skipped},
                {"left_out", 0},
                {"others", done.others.accepted},
                {"seconds", done.seconds}};
}

}  // namespace

void add_produce_flags(CLI::App& command, ProduceFlags& flags) {
    command.add_option("--rate", flags.rate, "Events per second; 0: as fast as it goes")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    command.add_option("--events", flags.events, "Stop after so many; 0: go on until stopped")
        ->capture_default_str();
    command.add_option("--seed", flags.seed, "The same seed makes the same customers")
        ->capture_default_str();
}

Status check_chain_fits(const retail::StoreCatalog& known, const synthetic::Chain& chain) {
    for (const retail::Store& store : known.stores()) {
        const auto& ours = chain.stores();
        const auto same = std::ranges::find(ours, store.id, &retail::Store::id);
        if (same != ours.end() && same->code != store.code) {
            return fail(
                ErrorKind::kConflict,
                "store {} is \"{}\" here and \"{}\" in the synthetic chain: a chain needs a "
                "data directory without other stores",
                store.id.value, store.code, same->code);
        }
    }
    return {};
}

Status add_chain_stores(App& app) {
    SHELFCAST_ASSIGN(const synthetic::Chain chain, chain_of(app.store()));
    SHELFCAST_ASSIGN(const retail::StoreCatalog known, app.store().catalog(std::nullopt));
    SHELFCAST_TRY(check_chain_fits(known, chain));
    std::vector<retail::Store> missing;
    for (const retail::Store& store : chain.stores()) {
        if (known.time_zone(store.id) == nullptr) {
            missing.push_back(store);
        }
    }
    if (missing.empty()) {
        return {};
    }
    SHELFCAST_TRY(app.store().put_stores(missing));
    return {};
}

Result<produce::ProduceReport> produce_into(App& app, const ProduceFlags& flags,
                                            const ProduceProgressed& progressed,
                                            const std::stop_token& stop) {
    ports::SettingsBook& settings = app.store();
    SHELFCAST_ASSIGN(const synthetic::Chain chain, chain_of(settings));
    SHELFCAST_ASSIGN(const auto stock_text, settings.setting(synthetic::kChainStockSetting));
    SHELFCAST_ASSIGN(synthetic::ChainStock stock,
                     synthetic::parse_chain_stock(chain.options(), stock_text.value_or("")));
    // While it is being sold it is known to nobody else; after a crash shelves are filled anew.
    SHELFCAST_TRY(settings.put_setting(synthetic::kChainStockSetting, ""));
    produce::ProduceProgress last;
    const std::function<void()> report = [&] {
        if (progressed) {
            progressed(last);
        }
    };
    SHELFCAST_ASSIGN(produce::ProduceReport done,
                     produce::run({.rate = flags.rate,
                                   .events = flags.events,
                                   .seed = flags.seed,
                                   .other_topics = !flags.receipts_only},
                                  {.door = app.door(),
                                   .clock = app.clock(),
                                   .chain = chain,
                                   .stock = std::move(stock),
                                   .pause = reporting_pause(report),
                                   .progress =
                                       [&](const produce::ProduceProgress& at) {
                                           last = at;
                                           report();
                                       }},
                                  stop));
    if (!done.stock.empty()) {
        SHELFCAST_TRY(
            settings.put_setting(synthetic::kChainStockSetting,
                                 synthetic::format_chain_stock(chain.options(), done.stock)));
    }
    return done;
}

std::string produce_request(const ProduceFlags& flags) {
    return json{{"rate", flags.rate},
                {"events", flags.events},
                {"seed", flags.seed},
                {"replay", flags.replay},
                {"speed", flags.speed},
                {"keep_hours", flags.keep_hours},
                {"receipts_only", flags.receipts_only}}
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

api::Job produce_job(App& app) {
    return [&app](const std::string& text, const api::JobProgress& progress,
                  const std::stop_token& stop) -> Result<std::string> {
        SHELFCAST_ASSIGN(const ProduceFlags flags, flags_from(text));
        if (flags.replay.empty()) {
            SHELFCAST_TRY(add_chain_stores(app));
        }
        SHELFCAST_ASSIGN(const json done, run_flags(app, flags, progress, stop));
        if (!stop.stop_requested()) {
            SHELFCAST_TRY(app.wait_caught_up(kDeliverDeadline, stop));
        }
        return done.dump();
    };
}

}  // namespace shelfcast::cli
