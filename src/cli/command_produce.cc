#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/producer.h"
#include "cli/session.h"

namespace shelfcast::cli {
namespace {

using nlohmann::json;

Result<int> run_produce(const Common& common, const ProduceFlags& flags,
                        const std::stop_token& stop) {
    ProduceFlags absolute = flags;
    if (!absolute.replay.empty()) {
        // The owner may have another working directory.
        absolute.replay = std::filesystem::absolute(absolute.replay).lexically_normal().string();
    }
    json last;
    const auto progress = [&](std::string_view text) { last = json::parse(text, nullptr, false); };
    const Result<std::string> done =
        run_job(common.config, "produce", produce_job, produce_request(absolute), progress, stop);
    if (!done && stop.stop_requested() && last.is_object()) {
        // Broken off on purpose, which is how a producer without an end ends.
        fmt::print("produced: {} events, stopped\n", last.value("sent", std::uint64_t{0}));
        return 0;
    }
    if (!done) {
        return tl::unexpected(done.error());
    }
    if (common.json) {
        fmt::print("{}\n", *done);
        return 0;
    }
    const json report = json::parse(*done);
    fmt::print("produced: {} events in {:.1f} s, {} accepted, {} rejected",
               report.value("sent", std::uint64_t{0}), report.value("seconds", 0.0),
               report.value("accepted", std::uint64_t{0}),
               report.value("rejected", std::uint64_t{0}));
    if (flags.replay.empty() && !flags.receipts_only) {
        fmt::print(", {} messages of other topics", report.value("others", std::uint64_t{0}));
    }
    if (!flags.replay.empty()) {
        fmt::print(", {} rows of the file left out", report.value("left_out", std::uint64_t{0}));
    }
    fmt::print("\n");
    return 0;
}

}  // namespace

void add_produce(Commands& commands) {
    const auto flags = std::make_shared<ProduceFlags>();
    CLI::App& command =
        commands.add("produce",
                     "Make receipts of the synthetic chain and what else its shops tell, or replay "
                     "those of a file as if they "
                     "happened now\n"
                     "Example: shelfcast produce --rate 100 --events 1000\n"
                     "Example: shelfcast produce --replay receipts.parquet --speed 60",
                     [&common = commands.common(), flags](const std::stop_token& stop) {
                         return run_produce(common, *flags, stop);
                     });
    add_produce_flags(command, *flags);
    command.add_flag("--receipts-only", flags->receipts_only,
                     "No messages of the other topics: shipments, counts, prices, footfall");
    CLI::Option* const replay =
        command
            .add_option("--replay", flags->replay,
                        "A file of receipts (Parquet, CSV, NDJSON); its first event happens now")
            ->excludes("--rate");
    command.add_option("--speed", flags->speed, "With --replay: seconds of the file per second")
        ->capture_default_str()
        ->check(CLI::PositiveNumber)
        ->needs(replay);
    command
        .add_flag("--keep-hours", flags->keep_hours,
                  "With --replay: move by whole days, so that morning stays morning")
        ->needs(replay);
}

}  // namespace shelfcast::cli
