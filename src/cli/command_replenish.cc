#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/replenish_job.h"
#include "cli/session.h"

namespace shelfcast::cli {
namespace {

using nlohmann::json;

struct ReplenishFlags {
    std::string date;
    std::string store;
};

Result<int> run_replenish(const Common& common, const ReplenishFlags& flags,
                          const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const std::string done,
                     run_job_with_bar(common.config, "replenish", replenish_job,
                                      json{{"date", flags.date}, {"store", flags.store}}.dump(
                                          -1, ' ', false, json::error_handler_t::replace),
                                      stop));
    if (common.json) {
        fmt::print("{}\n", done);
        return 0;
    }
    const json report = json::parse(done);
    fmt::print("reviewed {}: {} products in {} stores, {} to order, {} withheld\n",
               report.value("date", ""), report.value("products", 0U), report.value("stores", 0U),
               report.value("ordered", 0U), report.value("withheld", 0U));
    return 0;
}

}  // namespace

void add_replenish(Commands& commands) {
    const auto flags = std::make_shared<ReplenishFlags>();
    CLI::App& command = commands.add(
        "replenish",
        "Review stock and propose what to order, into retail.reorder_predictions; again, it "
        "replaces "
        "what it proposed\nExample: shelfcast replenish --date 2026-11-22 --store LDN1",
        [&common = commands.common(), flags](const std::stop_token& stop) {
            return run_replenish(common, *flags, stop);
        });
    command.add_option("--date", flags->date, "The review date; default: today");
    command.add_option("--store", flags->store, "Only this store, by id or code");
}

}  // namespace shelfcast::cli
