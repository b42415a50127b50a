/// What the embedded event log takes and gives: durable appends by batch size and callers, reads of
/// a backlog, and the time from an append to a woken reader that has the batch.
///
/// Files go to TMPDIR, whose disk decides what an fsync costs; a RAM disk would measure nothing.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "adapters/sqlite_log/sqlite_log.h"
#include "base/check.h"

namespace {

using namespace shelfcast;

constexpr const char* kTopic = "retail_events";
constexpr std::uint32_t kPartitions = 16;
// One append each 10 ms is what a shop's live traffic looks like to the log.
constexpr auto kLivePace = std::chrono::milliseconds(10);

class SystemClock final : public ports::Clock {
public:
    [[nodiscard]] std::int64_t now_us() const override {
        return microseconds(std::chrono::system_clock::now().time_since_epoch());
    }
    [[nodiscard]] std::int64_t steady_us() const override {
        return microseconds(std::chrono::steady_clock::now().time_since_epoch());
    }

private:
    template <typename Duration>
    static std::int64_t microseconds(Duration duration) {
        return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
    }
};

/// A log in a folder of its own, gone afterwards.
class TemporaryLog {
public:
    TemporaryLog() {
        std::string name =
            (std::filesystem::temp_directory_path() / "log-benchmark-XXXXXX").string();
        SHELFCAST_CHECK(::mkdtemp(name.data()) != nullptr);
        folder_ = name;
        auto opened = adapters::SqliteLog::open({.directory = folder_, .clock = clock_});
        SHELFCAST_CHECK(opened);
        log_ = std::move(*opened);
        SHELFCAST_CHECK(log_->create_topic(kTopic, kPartitions));
    }
    ~TemporaryLog() {
        log_.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    TemporaryLog(const TemporaryLog&) = delete;
    TemporaryLog& operator=(const TemporaryLog&) = delete;
    adapters::SqliteLog* operator->() { return log_.get(); }

private:
    SystemClock clock_;
    std::filesystem::path folder_;
    std::unique_ptr<adapters::SqliteLog> log_;
};

/// Events as a till writes them, about 190 bytes each, all different.
ports::RecordBuffer events(std::uint32_t count, std::uint64_t seed) {
    ports::RecordBuffer records;
    std::uint64_t state = seed * 2'685'821'657'736'338'717ULL + 88'172'645'463'325'252ULL;
    for (std::uint32_t index = 0; index < count; ++index) {
        state ^= state << 13U;
        state ^= state >> 7U;
        state ^= state << 17U;
        records.push_back(fmt::format(
            R"({{"event_time":"2026-11-22 {:02}:{:02}:{:02}","store_id":{},)"
            R"("product_id":"SKU-{:05}","category":"Electronics","transaction_type":"SALE",)"
            R"("quantity":{},)"
            R"("unit_price":{}.{:02},"event_id":"{:016x}{:08x}"}})",
            state % 24, state / 24 % 60, state / 1'440 % 60, state % 10 + 1, state / 7 % 30'000,
            state / 11 % 5 + 1, state / 13 % 900, state / 17 % 100, state, index));
    }
    return records;
}

std::vector<ports::AppendBatch> one_batch(std::uint32_t partition, ports::RecordBuffer records) {
    std::vector<ports::AppendBatch> batches;
    batches.push_back({kTopic, PartitionId{partition % kPartitions}, {}, std::move(records)});
    return batches;
}

std::vector<ports::PartitionOffset> from_start() {
    std::vector<ports::PartitionOffset> from;
    for (std::uint32_t partition = 0; partition < kPartitions; ++partition) {
        from.push_back({PartitionId{partition}, 0});
    }
    return from;
}

/// Each thread appends batches of that many events and waits for each to be durable.
void append(benchmark::State& state) {
    static std::unique_ptr<TemporaryLog> log;  // shared by the threads of one run
    if (state.thread_index() == 0) {
        log = std::make_unique<TemporaryLog>();
    }
    const auto count = static_cast<std::uint32_t>(state.range(0));
    const auto thread = static_cast<std::uint32_t>(state.thread_index());
    const ports::RecordBuffer records = events(count, thread + 1);
    for (auto _ : state) {
        SHELFCAST_CHECK((*log)->append(one_batch(thread, records)));
    }
    state.SetItemsProcessed(state.iterations() * count);
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(records.bytes.size()));
    if (state.thread_index() == 0) {
        log.reset();
    }
}
BENCHMARK(append)
    ->ArgName("events")
    ->Args({1'000})
    ->Args({100})
    ->Args({10})
    ->ThreadRange(1, 16)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

/// A file import: each call has 10,000 events, split over all partitions, with keys.
void append_import_chunks(benchmark::State& state) {
    static std::unique_ptr<TemporaryLog> log;
    static std::atomic<std::uint64_t> chunk;
    if (state.thread_index() == 0) {
        log = std::make_unique<TemporaryLog>();
    }
    constexpr std::uint32_t kEach = 625;
    std::vector<ports::RecordBuffer> parts;
    for (std::uint32_t partition = 0; partition < kPartitions; ++partition) {
        parts.push_back(events(kEach, partition + 1));
    }
    for (auto _ : state) {
        const std::string key = fmt::format("import/{}", chunk++);
        std::vector<ports::AppendBatch> batches;
        for (std::uint32_t partition = 0; partition < kPartitions; ++partition) {
            batches.push_back({kTopic, PartitionId{partition}, {key, "f"}, parts[partition]});
        }
        SHELFCAST_CHECK((*log)->append(std::move(batches)));
    }
    state.SetItemsProcessed(state.iterations() * kEach * kPartitions);
    if (state.thread_index() == 0) {
        log.reset();
    }
}
BENCHMARK(append_import_chunks)->ThreadRange(1, 2)->MeasureProcessCPUTime()->UseRealTime();

/// One thread reads a backlog of a million events of 16 partitions, written in batches of that
/// many.
void read_backlog(benchmark::State& state) {
    constexpr std::uint32_t kEvents = 1'000'000;
    const auto count = static_cast<std::uint32_t>(state.range(0));
    TemporaryLog log;
    std::uint32_t written = 0;
    while (written < kEvents) {
        std::vector<ports::AppendBatch> batches;
        for (std::uint32_t part = 0; part < kPartitions * 4 && written < kEvents; ++part) {
            batches.push_back(
                {kTopic, PartitionId{part % kPartitions}, {}, events(count, written + 1)});
            written += count;
        }
        SHELFCAST_CHECK(log->append(std::move(batches)));
    }
    for (auto _ : state) {
        std::vector<ports::PartitionOffset> from = from_start();
        std::uint32_t seen = 0;
        while (seen < written) {
            const auto fetched = log->read(kTopic, from, {});
            SHELFCAST_CHECK(fetched && !fetched->empty());
            for (const ports::FetchedBatch& batch : *fetched) {
                seen += static_cast<std::uint32_t>(batch.records.size());
                from[batch.partition.value].offset =
                    batch.base_offset + static_cast<std::int64_t>(batch.records.size());
            }
        }
    }
    state.SetItemsProcessed(state.iterations() * written);
}
BENCHMARK(read_backlog)
    ->ArgName("events_per_batch")
    ->Args({1'000})
    ->Args({100})
    ->Args({10})
    ->Unit(benchmark::kMillisecond);

/// From before an append of 100 events to a reader that was woken and has them.
void append_to_wake(benchmark::State& state) {
    TemporaryLog log;
    std::atomic<std::int64_t> seen_at_ns{0};
    const auto now_ns = [] {
        return std::chrono::duration_cast<std::chrono::nanoseconds>(
                   std::chrono::steady_clock::now().time_since_epoch())
            .count();
    };
    std::jthread reader([&](const std::stop_token& stop) {
        std::vector<ports::PartitionOffset> from = from_start();
        while (!stop.stop_requested()) {
            const auto more = log->wait_for_records(std::array{ports::TopicPosition{kTopic, from}},
                                                    std::chrono::hours(1), stop);
            if (!more || !*more) {
                continue;
            }
            const auto fetched = log->read(kTopic, from, {});
            SHELFCAST_CHECK(fetched);
            for (const ports::FetchedBatch& batch : *fetched) {
                from[batch.partition.value].offset =
                    batch.base_offset + static_cast<std::int64_t>(batch.records.size());
            }
            seen_at_ns = now_ns();
            seen_at_ns.notify_one();
        }
    });
    const ports::RecordBuffer records = events(100, 1);
    std::vector<double> took_ms;
    std::uint32_t partition = 0;
    for (auto _ : state) {
        state.PauseTiming();
        std::this_thread::sleep_for(kLivePace);
        seen_at_ns = 0;
        state.ResumeTiming();
        const std::int64_t start = now_ns();
        SHELFCAST_CHECK(log->append(one_batch(partition++, records)));
        seen_at_ns.wait(0);
        took_ms.push_back(static_cast<double>(seen_at_ns - start) / 1e6);
    }
    std::ranges::sort(took_ms);
    const auto quantile = [&](double share) {
        return took_ms[static_cast<std::size_t>(share * static_cast<double>(took_ms.size() - 1))];
    };
    state.counters["p50_ms"] = quantile(0.5);
    state.counters["p99_ms"] = quantile(0.99);
    state.counters["max_ms"] = took_ms.back();
}
BENCHMARK(append_to_wake)->Unit(benchmark::kMillisecond)->Iterations(500)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
