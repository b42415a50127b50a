/// A day of steady load through the whole core, in minutes: door, log, speed layer, batch layer and
/// lake are real and on disk; the clock is simulated, and the warehouse keeps sums only. An hour of
/// events, then a batch as `shelfcast batch` does it, and so on; what is kept is looked at on the
/// way. Time stands still while a batch runs.
///
///     day_benchmark FOLDER EVENTS_PER_SECOND HOURS [LOST_FLUSH]
///
/// writes FOLDER/day.json after each hour; ends with 1 when the sums that come out are not those
/// that went in. The rows of LOST_FLUSH are lost on their way, which must be noticed.

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "adapters/lake_local/lake_local.h"
#include "adapters/memory/memory_codec.h"
#include "adapters/posix_files/posix_files.h"
#include "adapters/posix_state/posix_state.h"
#include "adapters/prometheus/prometheus_metrics.h"
#include "adapters/sqlite_log/sqlite_log.h"
#include "adapters/sqlite_store/sqlite_store.h"
#include "base/log.h"
#include "base/memory.h"
#include "benchmarks/counting_warehouse.h"
#include "benchmarks/till.h"
#include "pipelines/batch/batch_layer.h"
#include "pipelines/batch/epoch_state.h"
#include "pipelines/ingest/door.h"
#include "pipelines/stream/speed_layer.h"
#include "retail/event_codec.h"

namespace {

using namespace shelfcast;
namespace fs = std::filesystem;

constexpr std::uint32_t kPartitions = 16;
constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kSliceSeconds = 5;  // Of events in one request.
constexpr std::uint64_t kSlicesPerHour = 3'600 / kSliceSeconds;
constexpr std::uint64_t kSlicesAhead = 8;    // Of the speed layer.
constexpr std::uint32_t kRealtimeHours = 2;  // 90 days in the product: a day would drop nothing.
constexpr auto kPatience = std::chrono::minutes(2);

/// Noon: the log's file of the first UTC day is complete, and goes, half-way through the day.
class DayClock final : public ports::Clock {
public:
    [[nodiscard]] std::int64_t now_us() const override { return now_us_; }
    [[nodiscard]] std::int64_t steady_us() const override { return now_us_; }
    void advance(std::int64_t us) { now_us_ += us; }

private:
    std::atomic<std::int64_t> now_us_{1'764'244'800'000'000};  // 2025-11-27 12:00:00 UTC
};

double seconds_now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// A line of /proc/self/status that counts in kB, in bytes.
std::uint64_t status_bytes(std::string_view name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(name)) {
            std::uint64_t kib = 0;
            const std::size_t digit = line.find_first_of("0123456789");
            std::from_chars(line.data() + digit, line.data() + line.size(), kib);
            return kib * 1024;
        }
    }
    return 0;
}

/// The highest RssAnon (heap and stacks, no files) since the last look, watched ten times a second.
class AnonPeak {
public:
    [[nodiscard]] std::uint64_t take() { return peak_.exchange(status_bytes("RssAnon")); }

private:
    void watch(const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any ticking;
        std::unique_lock lock(mutex);
        while (!stop.stop_requested()) {
            peak_ = std::max(peak_.load(), status_bytes("RssAnon"));
            ticking.wait_for(lock, stop, std::chrono::milliseconds(100), [] { return false; });
        }
    }
    std::atomic<std::uint64_t> peak_{0};
    std::jthread thread_{[this](const std::stop_token& stop) { watch(stop); }};
};

std::uint64_t bytes_below(const fs::path& folder) {
    std::uint64_t bytes = 0;
    std::error_code error;
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
        std::error_code gone;
        const std::uint64_t size = at->is_regular_file(gone) ? at->file_size(gone) : 0;
        bytes += gone ? 0 : size;
    }
    return bytes;
}

double mib(std::uint64_t bytes) { return static_cast<double>(bytes) / (1U << 20U); }

/// What is kept at the end of an hour, by name; "seconds": how long the hour took.
using Hour = std::map<std::string, double>;

class Day {
public:
    Status open(const fs::path& folder, std::uint64_t rate, std::optional<FlushId> lost);
    Status run(std::uint64_t hours);
    [[nodiscard]] Status check();
    [[nodiscard]] std::string report() const;

private:
    Status load_hour();
    Status close_hour(Hour& hour);
    [[nodiscard]] Status give_back_lake_space();

    DayClock clock_;
    fs::path folder_;
    std::uint64_t rate_ = 0;
    std::optional<benchmarks::Till> till_;
    adapters::PrometheusMetrics metrics_;
    adapters::memory::MemoryCodec codec_;
    benchmarks::CountingWarehouse warehouse_;
    std::unique_ptr<adapters::SqliteStore> store_;
    std::unique_ptr<adapters::SqliteLog> log_;
    std::unique_ptr<adapters::PosixFiles> lake_files_;
    std::unique_ptr<adapters::LakeLocal> lake_;
    std::unique_ptr<adapters::PosixState> state_;
    std::unique_ptr<stream::SpeedLayer> speed_;
    std::unique_ptr<batch::BatchLayer> batch_;
    std::unique_ptr<ingest::IngestDoor> door_;
    AnonPeak anon_;

    std::uint64_t requests_ = 0;
    std::vector<Hour> hours_;
    batch::EpochReport closed_;  ///< Summed over all epochs.
    std::uint64_t remembered_ids_ = 0;
    double state_load_seconds_ = 0;
    std::jthread speed_thread_;  ///< Last: ends before what it uses.
};

Status Day::open(const fs::path& folder, std::uint64_t rate, std::optional<FlushId> lost) {
    folder_ = folder;
    rate_ = rate;
    till_.emplace(clock_.now_us(), rate);
    if (lost) {
        warehouse_.lose(*lost);
    }
    std::error_code error;
    if (!fs::create_directories(folder / "store", error)) {
        return fail(ErrorKind::kInvalidInput, "{} cannot be made", (folder / "store").string());
    }
    SHELFCAST_ASSIGN(
        store_, adapters::SqliteStore::open({.path = folder / "store" / "operational.sqlite"}));
    SHELFCAST_TRY(store_->put_stores(benchmarks::Till::stores()));
    SHELFCAST_ASSIGN(log_,
                     adapters::SqliteLog::open({.directory = folder / "log", .clock = clock_}));
    for (const std::string_view topic : retail::door_topics()) {
        SHELFCAST_TRY(log_->create_topic(topic, kPartitions));
    }
    SHELFCAST_ASSIGN(lake_files_, adapters::PosixFiles::open((folder / "lake").string()));
    lake_ = std::make_unique<adapters::LakeLocal>(*lake_files_, codec_);
    SHELFCAST_ASSIGN(state_, adapters::PosixState::open_folder(folder / "state"));

    stream::SpeedOptions speed_options;
    speed_options.operator_options.partitions = kPartitions;
    speed_options.flush_interval_ms = 0;  // Pauses on a clock that waits for the flush end late.
    speed_options.load_epoch_state = [this](operators::Operator& target, EpochId epoch) {
        return batch::load_epoch_state(target, epoch, *state_, *lake_);
    };
    speed_ = std::make_unique<stream::SpeedLayer>(
        stream::SpeedPorts{*log_, *store_, *store_, *store_, warehouse_, *state_, clock_, metrics_},
        speed_options);
    batch::BatchOptions batch_options;
    batch_options.operator_options.partitions = kPartitions;
    batch_options.realtime_retention_ms = std::int64_t{kRealtimeHours} * 3'600'000;
    batch_ = std::make_unique<batch::BatchLayer>(
        batch::BatchPorts{*log_, *store_, *store_, *store_, warehouse_, *lake_, *state_, clock_,
                          metrics_,
                          [this](EpochId epoch, const std::stop_token& stop) {
                              return speed_->wait_delivered(epoch, kPatience, stop);
                          }},
        batch_options);
    SHELFCAST_TRY(batch_->restore({}));
    SHELFCAST_ASSIGN(door_, ingest::IngestDoor::open(*log_, *store_, clock_, &metrics_));
    speed_thread_ = std::jthread([this](const std::stop_token& stop) {
        if (const Status ended = speed_->run(stop); !ended) {
            log::error("day", "the speed layer stopped error=\"{}\"", ended.error().message);
        }
    });
    return {};
}

Status Day::load_hour() {
    const std::uint64_t slice = rate_ * kSliceSeconds;
    std::string body;
    for (std::uint64_t i = 0; i < kSlicesPerHour; ++i) {
        body.clear();
        till_->append(body, slice);
        body.reserve(body.size() + retail::EventDecoder::kPadding);
        clock_.advance(kSliceSeconds * kSecondUs);
        const std::string key = fmt::format("day-{}", requests_++);
        SHELFCAST_ASSIGN(
            const ports::DoorReceipt receipt,
            door_->accept(
                {.format = ports::BodyFormat::kNdjson, .body = body, .idempotency_key = key}));
        if (receipt.duplicate_request) {
            return fail(ErrorKind::kCorrupted, "request {} was there before", key);
        }
        if (till_->sent().events - speed_->counts().total() > kSlicesAhead * slice) {
            SHELFCAST_TRY(speed_->wait_caught_up(kPatience, {}));
        }
    }
    return speed_->wait_caught_up(kPatience, {});
}

/// The codec of the tests does not compress: a day would take some 30 GB. The files of the epochs
/// before the last, which nothing reads any more, keep their names and sizes but not their blocks.
Status Day::give_back_lake_space() {
    SHELFCAST_ASSIGN(const ports::LakeManifest manifest, lake_->manifest());
    for (const ports::LakeFile& file : manifest.files) {
        if (file.epoch.value + 1 != manifest.closed_epoch().value) {
            continue;
        }
        const std::string path = (folder_ / "lake" / file.path).string();
        const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
        if (descriptor < 0 || ::fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
                                          static_cast<off_t>(file.bytes)) != 0) {
            return fail(ErrorKind::kUnavailable, "{}: its space cannot be given back", path);
        }
        ::close(descriptor);
    }
    return {};
}

Status Day::close_hour(Hour& hour) {
    const auto speed_rows = [&](std::string_view table) {
        return static_cast<double>(warehouse_.sum(table, ports::kSpeedLayer).rows);
    };
    SHELFCAST_ASSIGN(const EpochId open, store_->open_epoch());
    SHELFCAST_ASSIGN(const auto flushes, store_->flushes(open));
    hour["ledger_flushes"] = static_cast<double>(flushes.size());
    hour["speed_event_rows"] = speed_rows(retail::kEventsTable);
    hour["log_mib"] = mib(log_->bytes_on_disk());
    SHELFCAST_ASSIGN(const std::vector<batch::EpochReport> reports, batch_->close_epochs({}));
    give_back_freed_memory();  // As the program does.
    for (const batch::EpochReport& report : reports) {
        closed_.accepted += report.accepted;
        closed_.rejected += report.rejected;
        closed_.duplicates += report.duplicates;
        closed_.lake_files += report.lake_files;
        closed_.differing_keys += report.differing_keys;
    }
    hour["epochs_closed"] = static_cast<double>(reports.size());
    hour["speed_event_rows_after"] = speed_rows(retail::kEventsTable);
    hour["speed_rollup_rows_after"] = speed_rows(retail::kProductSalesTable);
    hour["log_mib_after"] = mib(log_->bytes_on_disk());
    hour["anon_peak_mib"] = mib(anon_.take());
    hour["anon_mib"] = mib(status_bytes("RssAnon"));
    hour["resident_mib"] = mib(status_bytes("VmRSS"));
    const auto heap = ::mallinfo2();
    hour["heap_in_use_mib"] = mib(heap.uordblks + heap.hblkhd);
    hour["state_speed_mib"] = mib(bytes_below(folder_ / "state" / "speed"));
    hour["state_batch_mib"] = mib(bytes_below(folder_ / "state" / "batch"));
    hour["store_mib"] = mib(bytes_below(folder_ / "store"));
    hour["lake_mib"] = mib(bytes_below(folder_ / "lake"));
    return give_back_lake_space();
}

Status Day::run(std::uint64_t hours) {
    for (std::uint64_t i = 0; i < hours; ++i) {
        Hour hour;
        const double began = seconds_now();
        SHELFCAST_TRY(load_hour());
        const double loaded = seconds_now();
        SHELFCAST_TRY(close_hour(hour));
        hour["load_seconds"] = loaded - began;
        hour["close_seconds"] = seconds_now() - loaded;
        hours_.push_back(std::move(hour));
        std::ofstream(folder_ / "day.json") << report();
    }
    SHELFCAST_ASSIGN(const ports::LakeManifest manifest, lake_->manifest());
    operators::Operator last({.partitions = kPartitions, .state_prefix = "batch"}, nullptr);
    const double began = seconds_now();
    SHELFCAST_TRY(batch::load_epoch_state(last, manifest.closed_epoch(), *state_, *lake_));
    state_load_seconds_ = seconds_now() - began;
    remembered_ids_ = last.remembered_ids();
    std::ofstream(folder_ / "day.json") << report();
    return {};
}

Status Day::check() {
    const benchmarks::Sent& sent = till_->sent();
    const std::uint64_t wanted = sent.events - sent.duplicates - sent.broken;
    const operators::FoldCounts speed = speed_->counts();
    const auto same = [](std::string_view what, auto found, auto expected) -> Status {
        return found == expected
                   ? Status{}
                   : fail(ErrorKind::kCorrupted, "{}: {}, not {}", what, found, expected);
    };
    SHELFCAST_TRY(same("keys that differ between the layers", closed_.differing_keys, 0U));
    SHELFCAST_TRY(same("accepted by the speed layer", speed.accepted, wanted));
    SHELFCAST_TRY(same("accepted by the batch layer", closed_.accepted, wanted));
    SHELFCAST_TRY(same("duplicates", closed_.duplicates, sent.duplicates));
    SHELFCAST_TRY(same("rejected", closed_.rejected, sent.broken));
    if (std::ssize(hours_) <= operators::OperatorOptions{}.duplicate_horizon_hours) {
        SHELFCAST_TRY(same("ids remembered", remembered_ids_, wanted));
    }
    for (const retail::OperatorTable& table : retail::operator_tables()) {
        const benchmarks::TableSum sum =
            warehouse_.sum(table.name, ports::LakeManifest{}.generation);
        const bool rejections = table.name == retail::kRejectionsTable;
        SHELFCAST_TRY(same(fmt::format("events of {}_batch", table.name), sum.events,
                           rejections ? sent.duplicates + sent.broken : wanted));
        SHELFCAST_TRY(same(
            fmt::format("revenue of {}_batch", table.name), retail::format_decimal(sum.revenue, 7),
            retail::format_decimal(rejections ? retail::Int128{0} : sent.revenue, 7)));
    }
    return {};
}

std::string Day::report() const {
    double seconds = 0;
    std::map<std::string, std::string> columns;
    for (const Hour& hour : hours_) {
        seconds += hour.at("load_seconds") + hour.at("close_seconds");
        for (const auto& [name, value] : hour) {
            columns[name] += fmt::format("{}{:.1f}", columns[name].empty() ? "" : ", ", value);
        }
    }
    std::string by_hour;
    for (const auto& [name, values] : columns) {
        by_hour += fmt::format("{}\n    \"{}\": [{}]", by_hour.empty() ? "" : ",", name, values);
    }
    const benchmarks::Sent& sent = till_->sent();
    return fmt::format(
        "{{\n  \"sent\": {},\n  \"accepted\": {},\n  \"duplicates\": {},\n  \"late\": {},\n"
        "  \"rejected\": {},\n  \"differing_keys\": {},\n  \"epochs_closed\": {},\n"
        "  \"lake_files\": {},\n  \"revenue\": \"{}\",\n  \"remembered_ids\": {},\n"
        "  \"state_load_seconds\": {:.2f},\n  \"seconds\": {:.1f},\n"
        "  \"events_per_second\": {:.0f},\n  \"by_hour\": {{{}\n  }}\n}}\n",
        sent.events, closed_.accepted, closed_.duplicates, speed_->counts().late, closed_.rejected,
        closed_.differing_keys, hours_.size(), closed_.lake_files,
        retail::format_decimal(sent.revenue, retail::Revenue::kScale), remembered_ids_,
        state_load_seconds_, seconds, static_cast<double>(sent.events) / seconds, by_hour);
}

std::optional<std::uint64_t> number_in(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && number > 0
               ? std::optional(number)
               : std::nullopt;
}

Status run_day(const fs::path& folder, std::uint64_t rate, std::uint64_t hours,
               std::optional<FlushId> lost) {
    Day day;
    SHELFCAST_TRY(day.open(folder, rate, lost));
    SHELFCAST_TRY(day.run(hours));
    return day.check();
}

}  // namespace

int main(int argc, char** argv) {
    keep_large_blocks_apart();
    const auto number = [&](int at) {
        return argc > at ? number_in(argv[at]) : std::optional<std::uint64_t>();
    };
    if (argc < 4 || argc > 5 || !number(2) || !number(3) || (argc == 5 && !number(4))) {
        std::fputs("usage: day_benchmark FOLDER EVENTS_PER_SECOND HOURS [LOST_FLUSH]\n", stderr);
        return 2;
    }
    const auto lost = number(4);
    const Status done = run_day(argv[1], *number(2), *number(3),
                                lost ? std::optional(FlushId{*lost}) : std::nullopt);
    if (!done) {
        std::fputs(fmt::format("day_benchmark: {}\n", done.error().message).c_str(), stderr);
        return 1;
    }
    return 0;
}
