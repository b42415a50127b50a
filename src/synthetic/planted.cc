#include "synthetic/planted.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include "synthetic/random.h"
#include "synthetic/store_plan.h"

namespace shelfcast::synthetic {
namespace {

struct Recipe {
    PlantedKind kind;
    double per_year;  ///< And store.
    std::int32_t shortest_days;
    std::int32_t longest_days;
    double smallest;
    double largest;
    bool of_product;
};

constexpr std::array kRecipes = {
    Recipe{PlantedKind::kStoreSpike, 2, 1, 1, 2.2, 3.0, false},
    Recipe{PlantedKind::kStoreDrop, 2, 1, 1, 0.10, 0.30, false},
    Recipe{PlantedKind::kProductSpike, 4, 1, 3, 5, 10, true},
    Recipe{PlantedKind::kProductDrop, 4, 3, 9, 0, 0, true},
    Recipe{PlantedKind::kPriceError, 3, 1, 2, 0.1, 0.1, true},
    Recipe{PlantedKind::kPhantomStock, 3, 7, 28, 1, 1, true},
    Recipe{PlantedKind::kTheft, 2, 1, 1, 0.5, 0.9, false},
    Recipe{PlantedKind::kSilentTill, 6, 1, 1, 2, 6, false},
};

/// A product that the store sells often enough for its absence to be seen.
std::uint32_t pick_seller(const WeekPlan& plan, Random& random) {
    double all = 0;
    for (const float lines : plan.lines) {
        all += lines;
    }
    double left = random.unit() * all;
    for (std::uint32_t i = 0; i < plan.lines.size(); ++i) {
        if (left < plan.lines[i]) {
            return i;
        }
        left -= plan.lines[i];
    }
    return 0;
}

bool overlaps(const PlantedEvent& one, const PlantedEvent& other) {
    const bool same_scope = one.product == other.product;
    return same_scope && one.first_date <= other.last_date + 1 &&
           other.first_date <= one.last_date + 1;
}

PlantedEvent plant(const Chain& chain, std::uint32_t store, const Recipe& recipe, StorePlan& plan,
                   Random& random) {
    PlantedEvent event;
    event.kind = recipe.kind;
    event.store = store;
    event.first_date =
        chain.options().first_date + static_cast<std::int32_t>(random.below(chain.options().days));
    const auto extra =
        random.below(static_cast<std::uint32_t>(recipe.longest_days - recipe.shortest_days + 1));
    event.last_date =
        event.first_date + recipe.shortest_days - 1 + static_cast<std::int32_t>(extra);
    event.size = recipe.smallest + (recipe.largest - recipe.smallest) * random.unit();
    if (recipe.of_product) {
        event.product = pick_seller(plan.at_week(week_of(event.first_date)), random);
    }
    if (recipe.kind == PlantedKind::kSilentTill) {
        const OpeningHours hours = chain.opening_hours(store, event.first_date);
        event.size = std::round(event.size);
        event.register_number = 1 + random.below(chain.profiles()[store].registers);
        event.first_hour = hours.opens + static_cast<int>(random.below(4));
        event.end_hour = event.first_hour + static_cast<int>(event.size);
    }
    return event;
}

}  // namespace

std::vector<PlantedEvent> plant_events(const Chain& chain) {
    std::vector<PlantedEvent> planted;
    const ChainOptions& options = chain.options();
    const double years = options.days / 365.0;
    const std::int32_t end_date = options.first_date + static_cast<std::int32_t>(options.days);
    for (std::uint32_t store = 0; store < chain.stores().size(); ++store) {
        Random random(mix({options.seed, 0x91A7, store}));
        StorePlan plan(chain, store);
        const std::size_t first_of_store = planted.size();
        for (const Recipe& recipe : kRecipes) {
            const std::uint32_t count =
                options.days == 0 ? 0 : random.poisson(recipe.per_year * years);
            for (std::uint32_t i = 0; i < count; ++i) {
                const PlantedEvent event = plant(chain, store, recipe, plan, random);
                const auto same_store =
                    planted.begin() + static_cast<std::ptrdiff_t>(first_of_store);
                const bool clashes =
                    std::any_of(same_store, planted.end(),
                                [&](const PlantedEvent& other) { return overlaps(event, other); });
                const bool trades = chain.opening_hours(store, event.first_date).open();
                if (!clashes && trades && event.last_date < end_date) {
                    planted.push_back(event);
                }
            }
        }
        std::ranges::sort(planted.begin() + static_cast<std::ptrdiff_t>(first_of_store),
                          planted.end(), {}, [](const PlantedEvent& event) {
                              return std::tuple(event.first_date, event.kind, event.product);
                          });
    }
    return planted;
}

}  // namespace shelfcast::synthetic
