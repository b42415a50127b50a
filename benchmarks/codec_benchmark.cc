/// How fast messages become events and back, on one core, and what a time lookup costs.

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "retail/event_codec.h"

namespace {

using namespace shelfcast;
using namespace shelfcast::retail;

constexpr std::int64_t kLogTimeUs = 1'764'892'800'000'000;  // 2025-12-05
constexpr std::size_t kMessages = 4096;

const StoreCatalog& stores() {
    static const auto kStores = [] {
        std::vector<Store> all;
        for (std::uint32_t id = 1; id <= 10; ++id) {
            Store store;
            store.id = StoreId{id};
            store.code = fmt::format("S{}", id);
            store.time_zone = id % 2 == 0 ? "Europe/London" : "America/New_York";
            all.push_back(store);
        }
        auto built = StoreCatalog::build(CatalogVersion{1}, all);
        SHELFCAST_CHECK(built);
        return *built;
    }();
    return kStores;
}

/// Messages as a till writes them, each followed by padding.
std::vector<std::string> messages(bool with_id) {
    std::vector<std::string> made(kMessages);
    for (std::size_t index = 0; index < made.size(); ++index) {
        const std::string time = fmt::format("2025-{:02}-{:02} {:02}:{:02}:{:02}", 1 + index % 11,
                                             1 + index % 28, index % 24, index % 60, index % 59);
        const std::string product = fmt::format("Laptop {}", index % 25);
        const std::string quantity = fmt::format("{}", 1 + index % 7);
        const std::string price = fmt::format("{}.{:02}", 450 + index % 90, index % 100);
        const std::string id = format_uuid({.high = index + 1, .low = index * 7919});
        EventText text;
        text.event_time = time;
        text.store_id = static_cast<std::uint32_t>(1 + index % 10);
        text.product_id = product;
        text.category = "Electronics";
        text.transaction_type = index % 20 == 0 ? "RETURN" : "SALE";
        text.quantity = quantity;
        text.unit_price = price;
        text.event_id = with_id ? std::string_view(id) : std::string_view();
        append_message(made[index], text);
        made[index].reserve(made[index].size() + EventDecoder::kPadding);
    }
    return made;
}

void decode(benchmark::State& state, bool with_id) {
    const std::vector<std::string> all = messages(with_id);
    EventDecoder decoder;
    Event event;
    Rejection rejection;
    std::int64_t bytes = 0;
    std::size_t index = 0;
    for (auto _ : state) {
        const std::string& message = all[index++ % all.size()];
        const RejectReason reason = decoder.decode(message, kLogTimeUs, stores(), event, rejection);
        if (reason != RejectReason::kNone && reason != RejectReason::kTimeInDstGap) {
            state.SkipWithError(rejection.detail.c_str());
        }
        benchmark::DoNotOptimize(event);
        bytes += static_cast<std::int64_t>(message.size());
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
    state.SetBytesProcessed(bytes);
    state.counters["bytes_per_event"] =
        static_cast<double>(bytes) / static_cast<double>(state.iterations());
}

void encode(benchmark::State& state) {
    EventText text;
    text.event_time = "2025-11-27 16:00:00";
    text.store_id = 1;
    text.product_id = "Laptop";
    text.category = "Electronics";
    text.transaction_type = "SALE";
    text.quantity = "5";
    text.unit_price = "450.00";
    text.event_id = "01890a5d-ac96-774b-bcce-b302099a8057";
    std::string out;
    for (auto _ : state) {
        out.clear();
        append_message(out, text);
        benchmark::DoNotOptimize(out.data());
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void local_to_utc_and_day(benchmark::State& state) {
    const auto zone = TimeZone::load("Europe/London");
    SHELFCAST_CHECK(zone);
    std::int64_t local_ms = 1'700'000'000'000;
    std::int64_t utc_ms = 0;
    for (auto _ : state) {
        local_ms += 86'411'000;
        local_ms = local_ms > 1'900'000'000'000 ? 1'700'000'000'000 : local_ms;
        benchmark::DoNotOptimize((*zone)->to_utc_ms(local_ms, utc_ms));
        benchmark::DoNotOptimize((*zone)->local_day(utc_ms));
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

BENCHMARK_CAPTURE(decode, with_event_id, true);
BENCHMARK_CAPTURE(decode, without_event_id, false);
BENCHMARK(encode);
BENCHMARK(local_to_utc_and_day);

}  // namespace

BENCHMARK_MAIN();
