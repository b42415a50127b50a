/// How fast messages become events and back, and rows and roll-ups of a flush, on one core; what a
/// time lookup costs.

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "operator/flush_rows.h"
#include "operator/operator.h"
#include "retail/event_codec.h"
#include "retail/topics.h"

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

/// The operator alone: a log batch of one partition to accepted rows, roll-up deltas and ids, a
/// flush of 100,000 rows at a time. Ids are new in every flush.
void fold(benchmark::State& state, bool with_id) {
    constexpr std::size_t kFlushRows = 100'000;
    std::vector<std::string> all = messages(with_id);
    ports::FetchedBatch batch;
    batch.log_time_us = kLogTimeUs;
    for (std::size_t index = 0; index < kFlushRows; ++index) {
        batch.records.push_back(all[index % all.size()]);
    }
    batch.records.bytes.append(EventDecoder::kPadding, ' ');
    std::vector<std::size_t> ids;
    for (std::size_t at = batch.records.bytes.find("event_id"); at != std::string::npos;
         at = batch.records.bytes.find("event_id", at + 1)) {
        ids.push_back(at + std::string_view("event_id\":\"").size());
    }
    operators::Operator folding({}, nullptr);
    operators::FlushRows rows;
    std::uint64_t next = 0;
    std::uint64_t accepted = 0;
    for (auto _ : state) {
        state.PauseTiming();
        for (const std::size_t at : ids) {
            constexpr std::string_view kHex = "0123456789abcdef";
            ++next;
            for (std::size_t digit = 0; digit < 8; ++digit) {
                batch.records.bytes[at + digit] = kHex[next >> (4 * digit) & 0xFU];
            }
        }
        state.ResumeTiming();
        folding.fold(kRetailEventsTopic, batch, stores(), rows);
        const operators::FlushOutput output = rows.take();
        accepted += output.counts.accepted;
        benchmark::DoNotOptimize(output.blocks.data());
    }
    const std::uint64_t sent = kFlushRows * static_cast<std::uint64_t>(state.iterations());
    SHELFCAST_CHECK(accepted * 100 > sent * 99);  // A few fall into the hour that spring skips.
    state.SetItemsProcessed(static_cast<std::int64_t>(sent));
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
BENCHMARK_CAPTURE(fold, with_event_id, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fold, without_event_id, false)->Unit(benchmark::kMillisecond);
BENCHMARK(encode);
BENCHMARK(local_to_utc_and_day);

}  // namespace

BENCHMARK_MAIN();
