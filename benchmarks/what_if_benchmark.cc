/// How long the answer to a moved slider takes: the last 28 days of 30,000 products in stores,
/// replayed under both policies, on one core.

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <random>

#include "base/check.h"
#include "replenishment/policies/what_if.h"

namespace {

using namespace shelfcast::replenishment;

constexpr std::size_t kSeries = 30'000;
constexpr std::size_t kDays = 365;

const DemandColumns& columns() {
    static const DemandColumns kColumns = [] {
        std::mt19937_64 random(1);
        DemandColumns out{.series = kSeries, .days = kDays, .units = {}, .unit_price = {}};
        out.units.reserve(kSeries * kDays);
        for (std::size_t series = 0; series < kSeries; ++series) {
            std::poisson_distribution<std::int32_t> a_day(0.1 *
                                                          static_cast<double>(1 + series % 100));
            for (std::size_t day = 0; day < kDays; ++day) {
                out.units.push_back(a_day(random));
            }
            out.unit_price.push_back(1 + static_cast<double>(series % 20));
        }
        return out;
    }();
    return kColumns;
}

/// Another service level and demand in every iteration.
void changed_slider(benchmark::State& state, WhatIfOptions options) {
    const DemandColumns& demand = columns();
    std::size_t turn = 0;
    for (auto _ : state) {
        options.service_percent = 90 + static_cast<double>(turn % 10);
        options.demand_percent = 80 + static_cast<double>(turn % 50);
        ++turn;
        const auto answer = what_if(demand, options);
        SHELFCAST_CHECK(answer && answer->what_if.units.sold_units > 0);
        benchmark::DoNotOptimize(answer->what_if.cost.total());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kSeries));
}

BENCHMARK_CAPTURE(changed_slider, keeps, WhatIfOptions{})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(changed_slider, lives_5_days, WhatIfOptions{.shelf_life_days = 5})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(changed_slider, lives_60_days, WhatIfOptions{.shelf_life_days = 60})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(changed_slider, with_budget, WhatIfOptions{.budget = 5e6})
    ->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
