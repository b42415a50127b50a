#include "cli/producer.h"

#include "pipelines/produce/assortment.h"

namespace shelfcast::cli {

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
