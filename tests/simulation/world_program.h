#pragma once

/// \file tests/simulation/world_program.h
/// What world.cc and world_checks.cc share: the simulated program and the world's constants.

#include <algorithm>
#include <utility>

#include "adapters/lake_local/lake_local.h"
#include "adapters/sqlite_log/sqlite_log.h"
#include "adapters/sqlite_store/sqlite_store.h"
#include "base/failpoint.h"
#include "pipelines/backfill/contribution_writer.h"
#include "pipelines/batch/batch_layer.h"
#include "pipelines/batch/compaction.h"
#include "pipelines/batch/epoch_state.h"
#include "pipelines/batch/rebuild.h"
#include "pipelines/ingest/door.h"
#include "pipelines/ingest/partitioning.h"
#include "pipelines/stream/speed_layer.h"
#include "retail/dead_letter.h"
#include "retail/event_codec.h"
#include "retail/tables.h"
#include "retail/topics.h"
#include "tests/simulation/sabotaged_warehouse.h"
#include "tests/simulation/world.h"

namespace shelfcast::simulation {

inline constexpr std::uint32_t kPartitions = 4;
inline constexpr std::int64_t kSecondUs = 1'000'000;
inline constexpr std::int64_t kHourUs = 3'600 * kSecondUs;
inline constexpr int kPatience = 60;  // attempts at something that faults may break off

inline retail::Store store_numbered(std::uint32_t number) {
    retail::Store store;
    store.id = StoreId{number};
    store.code = fmt::format("S{}", number);
    store.time_zone = number % 2 == 0 ? "Asia/Shanghai" : "America/Phoenix";
    store.currency = "CNY";
    return store;
}

/// The program of one process life: real pipelines and real SQLite, wired as in production.
struct World::Program {
    std::unique_ptr<adapters::SqliteStore> store;
    std::unique_ptr<adapters::SqliteLog> log;
    std::unique_ptr<SabotagedWarehouse> warehouse;
    std::unique_ptr<adapters::LakeLocal> lake;
    std::unique_ptr<stream::SpeedLayer> speed;
    std::unique_ptr<batch::BatchLayer> batch;
    std::unique_ptr<ingest::IngestDoor> door;
    bool recovered = false;

    Status open(World& world) {
        using Durability = adapters::SqliteStoreOptions::Durability;
        const bool normal = world.sabotage_.normal_durability;
        SHELFCAST_ASSIGN(store,
                         adapters::SqliteStore::open(
                             {.path = "/simulated/operational.sqlite",
                              .vfs = SimDisk::kVfsName,
                              .durability = normal ? Durability::kNormal : Durability::kFull}));
        SHELFCAST_ASSIGN(
            log, adapters::SqliteLog::open({.directory = "/simulated/log",
                                            .clock = world.clock_,
                                            .durability = normal ? adapters::LogDurability::kNormal
                                                                 : adapters::LogDurability::kFull,
                                            .vfs = SimDisk::kVfsName,
                                            .threaded = false}));
        for (const std::string_view topic : retail::door_topics()) {
            SHELFCAST_TRY(log->create_topic(topic, kPartitions));
        }
        SHELFCAST_ASSIGN(const CatalogVersion version, store->latest_version());
        if (version.value == 0) {
            SHELFCAST_TRY(store->put_stores({store_numbered(1), store_numbered(2)}));
        }
        warehouse = std::make_unique<SabotagedWarehouse>(world.warehouse_, *store, world.sabotage_);
        lake = std::make_unique<adapters::LakeLocal>(world.disk_, world.codec_);

        stream::SpeedOptions speed_options;
        speed_options.operator_options.partitions = kPartitions;
        speed_options.max_flush_rows = 40;
        speed_options.snapshot_every_records = 60;
        speed_options.parallel_inserts = false;
        speed_options.load_epoch_state = [this, &world](operators::Operator& target,
                                                        EpochId epoch) {
            return batch::load_epoch_state(target, epoch, world.state_, *lake);
        };
        speed = std::make_unique<stream::SpeedLayer>(
            stream::SpeedPorts{*log, *store, *store, *store, *warehouse, world.state_, world.clock_,
                               world.metrics_},
            speed_options);
        batch::BatchOptions batch_options;
        batch_options.operator_options.partitions = kPartitions;
        batch_options.max_buffered_rows = 30;
        batch_options.load.max_insert_rows = 25;
        batch_options.load.max_rollup_keys = 20;
        batch_options.speed_grace_ms = 600'000;
        batch_options.realtime_retention_ms = 3'600'000;
        batch_options.overlap = batch_options.load.overlap = false;
        batch = std::make_unique<batch::BatchLayer>(
            batch::BatchPorts{*log, *store, *store, *store, *warehouse, *lake, world.state_,
                              world.clock_, world.metrics_,
                              [this](EpochId epoch, const std::stop_token&) -> Status {
                                  SHELFCAST_ASSIGN(const auto undone, store->undone_flushes(epoch));
                                  if (!undone.empty()) {
                                      return fail(ErrorKind::kUnavailable, "{} undone",
                                                  undone.size());
                                  }
                                  return {};
                              }},
            batch_options);
        SHELFCAST_ASSIGN(door, ingest::IngestDoor::open(*log, *store, world.clock_, nullptr));
        return {};
    }

    Status recover(World& world) {
        recovered = false;
        SHELFCAST_TRY(batch->restore({}));
        SHELFCAST_ASSIGN(const stream::RecoveryReport report, speed->recover({}));
        world.tally_->reinserted_flushes += report.reinserted;
        recovered = true;
        return {};
    }
};

}  // namespace shelfcast::simulation
