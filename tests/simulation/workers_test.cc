// Histories of several workers that share the partitions of the log: they come and go, die at any
// point, fall silent and go on later, while the warehouse fails too. Afterwards every table is as
// the oracle has it, and both layers agree.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "adapters/lake_local/lake_local.h"
#include "adapters/memory_log/memory_log.h"
#include "adapters/sqlite_store/sqlite_store.h"
#include "base/failpoint.h"
#include "pipelines/batch/batch_layer.h"
#include "pipelines/batch/epoch_state.h"
#include "pipelines/ingest/partitioning.h"
#include "pipelines/stream/speed_layer.h"
#include "retail/event_codec.h"
#include "retail/tables.h"
#include "retail/topics.h"
#include "tests/simulation/table_text.h"
#include "tests/simulation/world.h"

namespace shelfcast::simulation {
namespace {

constexpr std::uint32_t kPartitions = 8;
constexpr std::uint32_t kStores = 12;
constexpr std::size_t kWorkers = 3;
constexpr int kPatience = 60;

/// Never asked: the test shares the partitions out itself.
class NoGroup final : public ports::WorkerGroup {
public:
    Result<std::optional<ports::Assignment>> next_assignment(std::chrono::milliseconds,
                                                             const std::stop_token&) override {
        return std::nullopt;
    }
    void release() override {}
    void leave() override {}
};

struct Worker {
    std::unique_ptr<stream::SpeedLayer> layer;
    std::vector<PartitionId> partitions;
    bool joined = false;
    bool silent = false;  ///< The others think it dead.
    std::optional<stream::PendingFlush> pending;
};

struct Counts {
    std::uint64_t deaths = 0;
    std::uint64_t late_inserts = 0;  ///< By a worker that had been silent.
    std::uint64_t refused = 0;       ///< Of them, by the session being over.
    std::uint64_t sessions = 0;
    std::uint64_t shared_out = 0;
    std::uint64_t epochs = 0;
};

class Workers {
public:
    explicit Workers(std::uint64_t seed) : random_(seed), disk_(seed ^ 0x5eedULL), state_(disk_) {
        store_ = adapters::SqliteStore::open(
                     {.path = "/simulated/operational.sqlite", .vfs = SimDisk::kVfsName})
                     .value();
        std::vector<retail::Store> stores;
        for (std::uint32_t number = 1; number <= kStores; ++number) {
            retail::Store store;
            store.id = StoreId{number};
            store.code = fmt::format("S{}", number);
            store.time_zone = "Asia/Shanghai";
            store.currency = "CNY";
            stores.push_back(store);
        }
        EXPECT_TRUE(store_->put_stores(stores));
        for (const std::string_view topic : retail::door_topics()) {
            EXPECT_TRUE(log_.create_topic(topic, kPartitions));
        }
        batch::BatchOptions options;
        options.operator_options.partitions = kPartitions;
        options.overlap = options.load.overlap = false;
        batch_ = std::make_unique<batch::BatchLayer>(
            batch::BatchPorts{
                log_, *store_, *store_, *store_, warehouse_, lake_, state_, clock_, metrics_,
                [this](EpochId epoch, const std::stop_token&) -> Status {
                    SHELFCAST_ASSIGN(const auto undone, store_->undone_flushes(epoch));
                    if (!undone.empty()) {
                        return fail(ErrorKind::kUnavailable, "{} undone", undone.size());
                    }
                    return {};
                }},
            options);
        workers_.resize(kWorkers);
        for (Worker& worker : workers_) {
            make(worker);
        }
        share_out();
    }
    ~Workers() { failpoint::set_handler({}); }

    std::optional<std::string> run(int actions, Counts& counts) {
        counts_ = &counts;
        for (int i = 0; i < actions && !wrong_; ++i) {
            clock_.advance(static_cast<std::int64_t>(dice(3'000'000)));
            act();
        }
        settle();
        return wrong_;
    }

private:
    std::uint64_t dice(std::uint64_t sides) { return random_() % sides; }

    void make(Worker& worker) {
        stream::SpeedOptions options;
        options.operator_options.partitions = kPartitions;
        options.max_flush_rows = 30;
        options.snapshot_every_records = 50;
        options.parallel_inserts = false;
        options.drain_ms = 0;
        options.load_epoch_state = [this](operators::Operator& target, EpochId epoch) {
            return batch::load_epoch_state(target, epoch, state_, lake_);
        };
        worker = {};
        worker.layer = std::make_unique<stream::SpeedLayer>(
            stream::SpeedPorts{log_, *store_, *store_, *store_, warehouse_, state_, clock_,
                               metrics_, &group_},
            options);
    }

    void note(const Error& error) {
        if (!is_retryable(error.kind) && !wrong_) {
            wrong_ = fmt::format("{}: {}", to_string(error.kind), error.message);
        }
    }

    /// Runs what may end the worker's process in the middle.
    template <typename Work>
    bool live(Worker& worker, Work&& work) {
        if (dice(40) == 0) {
            const auto names = failpoint::all_names();
            const std::string_view chosen = names[dice(names.size())];
            failpoint::set_handler([chosen](std::string_view reached) {
                if (reached == chosen) {
                    throw Crash{};
                }
            });
        }
        bool alive = true;
        try {
            work();
        } catch (const Crash&) {
            alive = false;
        }
        failpoint::set_handler({});
        if (!alive) {
            ++counts_->deaths;
            make(worker);
            share_out();
        }
        return alive;
    }

    /// What the group does when workers come, go, or are missed.
    void share_out() {
        if (counts_ != nullptr) {
            ++counts_->shared_out;
        }
        for (Worker& worker : workers_) {
            if (!worker.silent) {
                let_go(worker);
            }
        }
        std::vector<Worker*> taking;
        for (Worker& worker : workers_) {
            if (!worker.silent && (taking.empty() || dice(5) != 0)) {
                worker.partitions.clear();
                taking.push_back(&worker);
            }
        }
        for (std::uint32_t number = 0; number < kPartitions && !taking.empty(); ++number) {
            taking[dice(taking.size())]->partitions.emplace_back(number);
        }
    }

    void let_go(Worker& worker) {
        if (worker.joined) {
            Status delivered;
            if (worker.pending) {
                delivered = worker.layer->deliver(*worker.pending);
            }
            if (delivered) {
                worker.layer->leave();
            } else {
                note(delivered.error());
            }
        }
        worker.pending.reset();
        worker.joined = false;
        worker.partitions.clear();
    }

    void step(Worker& worker) {
        if (worker.silent) {
            return;
        }
        live(worker, [&] {
            Status outcome;
            if (!worker.joined) {
                outcome = worker.layer->join(worker.partitions, {});
                worker.joined = outcome.has_value();
            } else if (worker.pending) {
                outcome = worker.layer->deliver(*worker.pending);
                worker.pending.reset();
                worker.joined = outcome.has_value();
            } else if (auto flush = worker.layer->collect()) {
                worker.pending = std::move(*flush);
            } else {
                outcome = tl::unexpected(flush.error());
                worker.joined = false;
            }
            if (!outcome) {
                note(outcome.error());
            }
        });
    }

    void act() {
        Worker& worker = workers_[dice(kWorkers)];
        switch (dice(20)) {
            case 0:
                return share_out();
            case 1:  // killed
                ++counts_->deaths;
                make(worker);
                return share_out();
            case 2:  // falls silent; the others are told so
            case 3:  // (mostly between writing a flush down and inserting it)
                if (std::ranges::count(workers_, false, &Worker::silent) > 1) {
                    if (worker.joined && !worker.pending) {
                        step(worker);
                    }
                    worker.silent = true;
                    share_out();
                }
                return;
            case 4:  // is heard of again, and goes on where it was
                if (worker.silent) {
                    if (worker.joined && worker.pending) {
                        ++counts_->late_inserts;
                        const Status delivered = worker.layer->deliver(*worker.pending);
                        counts_->refused += delivered ? 0U : 1U;
                        worker.pending.reset();
                        worker.joined = delivered.has_value();
                    }
                    if (worker.joined) {
                        if (const auto flush = worker.layer->collect(); flush && *flush) {
                            worker.pending = **flush;
                        } else {
                            worker.joined = flush.has_value();
                        }
                    }
                    worker.silent = false;
                    share_out();
                }
                return;
            case 5:
                warehouse_.crash(adapters::memory::CrashKind::kProcessKilled, random_());
                return;
            case 6:
                warehouse_.crash_in_next_write(adapters::memory::CrashKind::kProcessKilled,
                                               random_());
                return;
            case 7:
                warehouse_.lose_next_answer(static_cast<adapters::memory::LostAnswer>(dice(3)));
                return;
            case 8:
                close_epochs();
                return;
            case 9:
            case 10:
            case 11:
                append();
                return;
            default:
                if (warehouse_.is_down() && dice(3) == 0) {
                    clock_.advance(10'000'000);
                    warehouse_.restart();
                }
                step(worker);
        }
    }

    bool close_epochs() {
        const auto reports = batch_->close_epochs({});
        if (!reports) {
            note(reports.error());
            return false;
        }
        for (const batch::EpochReport& report : *reports) {
            ++counts_->epochs;
            if (report.differing_keys > 0 && !wrong_) {
                wrong_ =
                    fmt::format("epoch {}: {} keys differ between the layers, {} {}",
                                report.epoch.value, report.differing_keys,
                                report.differences.front().table, report.differences.front().key);
            }
        }
        return true;
    }

    void append() {
        std::map<PartitionId, ports::AppendBatch> batches;
        std::map<PartitionId, std::vector<const Meant*>> meant_in;
        for (std::uint64_t left = 1 + dice(20); left > 0; --left) {
            const Meant& meant = make_message();
            ports::AppendBatch& batch =
                batches[ingest::partition_of(StoreId{meant.store}, kPartitions)];
            batch.topic = meant.topic;
            batch.partition = ingest::partition_of(StoreId{meant.store}, kPartitions);
            batch.records.push_back(meant.text);
            meant_in[batch.partition].push_back(&meant);
        }
        for (auto& [partition, batch] : batches) {
            const ports::AppendedBatch at = log_.append({std::move(batch)}).value().front();
            for (std::size_t i = 0; i < meant_in[partition].size(); ++i) {
                logged_.push_back({std::string(retail::kRetailEventsTopic), partition.value,
                                   at.base_offset + static_cast<std::int64_t>(i), at.log_time_us,
                                   meant_in[partition][i]});
            }
        }
    }

    const Meant& make_message() {
        auto made = std::make_unique<Meant>();
        made->topic = retail::kRetailEventsTopic;
        made->store = 1 + static_cast<std::uint32_t>(dice(kStores));
        made->utc_offset_s = 8 * 3600;
        made->product = fmt::format("P{}", dice(5));
        made->category = "C";
        made->type = static_cast<retail::TransactionType>(1 + dice(3));
        made->quantity_thousandths = static_cast<std::int64_t>(1 + dice(5'000));
        made->price_ten_thousandths = static_cast<std::int64_t>(dice(200'000));
        made->event_time_ms = clock_.now_us() / 1000;
        made->broken = dice(20) == 0;
        if (dice(2) == 0) {
            // A repeat is of the same store: only there is it found.
            const auto& known = ids_[made->store];
            const bool repeat = !known.empty() && dice(3) == 0;
            made->id = repeat ? known[dice(known.size())] : ++last_id_;
            ids_[made->store].push_back(made->id);
        }
        retail::append_message(
            made->text,
            {.event_time = made->broken ? "yesterday" : retail::format_utc_ms(made->event_time_ms),
             .store_id = made->store,
             .product_id = made->product,
             .category = made->category,
             .transaction_type = retail::to_string(made->type),
             .quantity =
                 retail::format_decimal(made->quantity_thousandths, retail::Quantity::kScale),
             .unit_price =
                 retail::format_decimal(made->price_ten_thousandths, retail::UnitPrice::kScale),
             .event_id = made->id == 0 ? "" : retail::format_uuid({7, made->id}),
             .basket_id = fmt::format("m{}", meant_.size())});
        meant_.push_back(std::move(made));
        return *meant_.back();
    }

    /// Without faults: everything is delivered, closed and compared.
    void settle() {
        for (Worker& worker : workers_) {
            worker.silent = false;
        }
        share_out();
        bool idle = false;
        for (int round = 0; round < kPatience * 20 && !idle && !wrong_; ++round) {
            clock_.advance(10'000'000);
            if (warehouse_.is_down()) {
                warehouse_.restart();
            }
            idle = true;
            for (Worker& worker : workers_) {
                idle = idle && worker.joined && !worker.pending;
                const bool was_idle = worker.joined && !worker.pending;
                step_without_faults(worker);
                idle = idle && was_idle && !worker.pending;
            }
        }
        if (!idle && !wrong_) {
            wrong_ = "the workers do not come to rest";
        }
        if (wrong_) {
            return;
        }
        compare();
        for (int tries = 0; tries < kPatience && !wrong_ && !close_epochs(); ++tries) {
            clock_.advance(10'000'000);
        }
        compare();
        counts_->sessions += store_->session().value().id.value;
    }

    void step_without_faults(Worker& worker) {
        const auto deaths = counts_->deaths;
        step(worker);
        counts_->deaths = deaths;
    }

    void compare() {
        const Tables expected = expected_tables(logged_);
        for (const retail::OperatorTable& table : retail::operator_tables()) {
            const auto found = table_text(table, warehouse_.unified(table));
            if (const auto different =
                    first_difference(expected.at(std::string(table.name)), found);
                different && !wrong_) {
                wrong_ = fmt::format("{} {}", table.name, *different);
            }
        }
    }

    std::mt19937_64 random_;
    SimClock clock_;
    SimDisk disk_;
    SimState state_;
    adapters::memory::MemoryWarehouse warehouse_;
    adapters::memory::MemoryCodec codec_;
    adapters::PrometheusMetrics metrics_;
    adapters::LakeLocal lake_{disk_, codec_};
    adapters::MemoryLog log_{clock_};
    NoGroup group_;
    std::unique_ptr<adapters::SqliteStore> store_;
    std::unique_ptr<batch::BatchLayer> batch_;
    std::vector<Worker> workers_;
    std::vector<std::unique_ptr<Meant>> meant_;
    std::vector<Logged> logged_;
    std::map<std::uint32_t, std::vector<std::uint64_t>> ids_;
    std::uint64_t last_id_ = 0;
    std::optional<std::string> wrong_;
    Counts* counts_ = nullptr;
};

TEST(WorkersTest, NothingIsLostOrDoubledWhoeverComesGoesOrFallsSilent) {
    constexpr std::uint64_t kHistories = 150;
    Counts counts;
    for (std::uint64_t seed = 1; seed <= kHistories; ++seed) {
        Workers workers(seed);
        const auto wrong = workers.run(250, counts);
        ASSERT_FALSE(wrong) << "seed " << seed << ": " << *wrong;
    }
    // The dice were fair.
    EXPECT_GT(counts.deaths, kHistories);
    EXPECT_GT(counts.late_inserts, kHistories / 2);
    EXPECT_GT(counts.refused, 0U);
    EXPECT_GT(counts.sessions, 2 * kHistories);
    EXPECT_GT(counts.epochs, kHistories);
}

}  // namespace
}  // namespace shelfcast::simulation
