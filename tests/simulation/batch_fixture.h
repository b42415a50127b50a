#pragma once

/// \file tests/simulation/batch_fixture.h
/// A batch layer over the simulated disk and warehouse, whose epochs are contributions to the lake:
/// no log and no speed layer are needed to close them.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "adapters/lake_local/lake_local.h"
#include "adapters/memory/memory_codec.h"
#include "adapters/memory/memory_warehouse.h"
#include "adapters/memory_log/memory_log.h"
#include "adapters/prometheus/prometheus_metrics.h"
#include "adapters/sqlite_store/sqlite_store.h"
#include "base/failpoint.h"
#include "pipelines/backfill/contribution_writer.h"
#include "pipelines/batch/batch_layer.h"
#include "pipelines/batch/rebuild.h"
#include "retail/tables.h"
#include "retail/topics.h"
#include "tests/simulation/sim_disk.h"
#include "tests/simulation/world.h"

namespace shelfcast::simulation {

class BatchFixture : public testing::Test {
protected:
    static constexpr std::uint16_t kDay = 20'779;
    static constexpr std::int64_t kGraceUs = 300'000'000;

    /// Sales of one unit at 1.25 each on the given dates.
    static operators::FlushOutput rows(const std::vector<std::uint16_t>& dates) {
        operators::FlushRows made(operators::Rollups::kLeftOut);
        for (const std::uint16_t date : dates) {
            retail::Event event;
            event.store_id = StoreId{1};
            event.product_id = "tea";
            event.category = "Drinks";
            event.type = retail::TransactionType::kSale;
            event.quantity = {1000};
            event.unit_price = {12'500};
            event.business_date = date;
            event.event_time_ms = std::int64_t{date} * 86'400'000;
            made.add_event({retail::kRetailEventsTopic, PartitionId{0}, 7, 9}, event, false);
        }
        return made.take();
    }

    void SetUp() override {
        auto store = adapters::SqliteStore::open(
            {.path = "/simulated/operational.sqlite", .vfs = SimDisk::kVfsName});
        ASSERT_TRUE(store) << store.error().message;
        store_ = std::move(*store);
        make_batch();
    }
    ~BatchFixture() override { failpoint::set_handler({}); }

    /// A batch layer as after a restart of the program.
    void make_batch() {
        batch::BatchOptions options;
        options.overlap = options.load.overlap = false;
        options.speed_grace_ms = kGraceUs / 1000;
        batch_ = std::make_unique<batch::BatchLayer>(
            batch::BatchPorts{log_, *store_, *store_, *store_, warehouse_, lake_, state_, clock_,
                              metrics_,
                              [](EpochId, const std::stop_token&) -> Status { return {}; }},
            options);
    }
    batch::BatchLayer& batch() { return *batch_; }

    /// Commits sales on those dates; says `more` than there are.
    void contribute(std::uint64_t id, const std::vector<std::uint16_t>& dates,
                    std::uint64_t more = 0) {
        ports::Contribution draft;
        draft.id = id;
        draft.identity = fmt::format("test {}", id);
        backfill::ContributionWriter writer(lake_, draft, clock_.now_us(), {.overlap = false});
        ASSERT_TRUE(writer.add(rows(dates)));
        auto made = writer.finish();
        ASSERT_TRUE(made) << made.error().message;
        made->events += more;
        ASSERT_TRUE(backfill::commit(lake_, std::move(*made)));
    }
    Result<batch::RebuildReport> rebuild(bool accept_differences = false) {
        return batch::rebuild(
            {*store_, warehouse_, lake_, clock_},
            {.load = {.overlap = false}, .accept_differences = accept_differences}, {}, {});
    }
    static const retail::OperatorTable& events_table() {
        return retail::operator_table(retail::kEventsTable);
    }
    /// Rows that the views show.
    std::uint64_t events_seen() { return warehouse_.unified(events_table()).rows(); }

    SimClock clock_;
    SimDisk disk_{1};
    SimState state_{disk_};
    adapters::memory::MemoryWarehouse warehouse_;
    adapters::memory::MemoryCodec codec_;
    adapters::PrometheusMetrics metrics_;
    adapters::LakeLocal lake_{disk_, codec_};
    adapters::MemoryLog log_{clock_};
    std::unique_ptr<adapters::SqliteStore> store_;
    std::unique_ptr<batch::BatchLayer> batch_;
};

}  // namespace shelfcast::simulation
