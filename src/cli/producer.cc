#include "cli/producer.h"

#include <CLI/CLI.hpp>

#include "pipelines/produce/assortment.h"

namespace shelfcast::cli {

void add_produce_flags(CLI::App& command, ProduceFlags& flags) {
    command.add_option("--rate", flags.rate, "Events per second; 0: as fast as it goes")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    command.add_option("--events", flags.events, "Stop after so many; 0: go on until stopped")
        ->capture_default_str();
    command.add_option("--seed", flags.seed, "The same seed makes the same chain")
        ->capture_default_str();
}

Status add_demo_stores(ports::StoreDirectory& stores) {
    SHELFCAST_ASSIGN(const retail::StoreCatalog known, stores.catalog(std::nullopt));
    std::vector<retail::Store> missing;
    for (const retail::Store& store : produce::demo_stores()) {
        if (known.time_zone(store.id) == nullptr) {
            missing.push_back(store);
        }
    }
    if (missing.empty()) {
        return {};
    }
    SHELFCAST_TRY(stores.put_stores(missing));
    return {};
}

Result<produce::ProduceReport> produce_into(ports::EventDoor& door, const ports::Clock& clock,
                                            const ProduceFlags& flags,
                                            const std::stop_token& stop) {
    produce::ProduceOptions options;
    options.rate = flags.rate;
    options.events = flags.events;
    options.seed = flags.seed;
    return produce::run(options, {.door = door, .clock = clock, .stores = produce::demo_stores()},
                        stop);
}

}  // namespace shelfcast::cli
