/// How fast a synthetic chain's days become event rows, on one core: 2,000 products per store.

#include <benchmark/benchmark.h>

#include <cstdint>

#include "base/check.h"
#include "synthetic/chain.h"
#include "synthetic/store_simulation.h"

namespace {

using namespace shelfcast;

constexpr std::uint32_t kStores = 20;

const synthetic::Chain& chain() {
    static const auto kChain = [] {
        auto made = synthetic::Chain::create({.stores = kStores, .products = 2000});
        SHELFCAST_CHECK(made);
        return *made;
    }();
    return kChain;
}

void simulate_days(benchmark::State& state) {
    std::int64_t events = 0;
    std::int64_t truth_rows = 0;
    std::int64_t days = 0;
    std::uint32_t store = 0;
    for (auto _ : state) {
        synthetic::StoreSimulation simulation(chain(), store++ % kStores);
        synthetic::LogStamp log;
        for (int week = 0; week < 12; ++week) {
            synthetic::DayRows rows = synthetic::DayRows::empty();
            for (int day = 0; day < 7; ++day) {
                simulation.simulate_day(rows, log);
            }
            days += 7;
            events += static_cast<std::int64_t>(rows.events.rows());
            truth_rows += static_cast<std::int64_t>(rows.truth.rows());
            benchmark::DoNotOptimize(rows);
        }
    }
    state.SetItemsProcessed(events);
    state.counters["events_per_store_day"] =
        static_cast<double>(events) / static_cast<double>(days);
    state.counters["truth_rows_per_s"] =
        benchmark::Counter(static_cast<double>(truth_rows), benchmark::Counter::kIsRate);
}

void create_chain(benchmark::State& state) {
    for (auto _ : state) {
        benchmark::DoNotOptimize(synthetic::Chain::create({.stores = 100, .products = 2000}));
    }
}

BENCHMARK(simulate_days)->Unit(benchmark::kMillisecond);
BENCHMARK(create_chain)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
