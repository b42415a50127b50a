#pragma once

/// \file tests/simulation/sabotaged_warehouse.h
/// A warehouse that lies where a test wants to see that it is noticed.

#include "ports/operational_store.h"
#include "ports/warehouse.h"
#include "tests/simulation/world.h"

namespace shelfcast::simulation {

/// A warehouse whose answers to the verification are wrong on purpose.
class SabotagedWarehouse final : public ports::Warehouse {
public:
    SabotagedWarehouse(ports::Warehouse& real, ports::EpochLedger& ledger, Sabotage sabotage)
        : real_(real), ledger_(ledger), sabotage_(sabotage) {}

    Result<std::map<FlushId, std::uint64_t>> speed_rows_by_flush(const retail::OperatorTable& table,
                                                                 EpochId epoch) override {
        SHELFCAST_ASSIGN(auto rows, real_.speed_rows_by_flush(table, epoch));
        if (sabotage_.skip_reinsert) {
            SHELFCAST_ASSIGN(const auto flushes, ledger_.flushes(epoch));
            for (const ports::FlushRecord& flush : flushes) {
                rows[flush.id] = flush.draft.rows_per_table.at(std::string(table.name));
            }
        }
        return rows;
    }
    Result<bool> speed_is_intact(const retail::OperatorTable& table, EpochId epoch) override {
        SHELFCAST_ASSIGN(const bool intact, real_.speed_is_intact(table, epoch));
        return intact || sabotage_.skip_spoilt;
    }
    Status rebuild_speed_rollup(const retail::OperatorTable& table, EpochId epoch) override {
        return sabotage_.skip_rollup_repair ? Status{} : real_.rebuild_speed_rollup(table, epoch);
    }
    Status insert_speed(const retail::OperatorTable& table, EpochId epoch, FlushId flush,
                        std::uint32_t attempt, const retail::ColumnBlock& rows) override {
        return real_.insert_speed(table, epoch, flush, attempt, rows);
    }
    Status settle() override { return sabotage_.skip_settle ? Status{} : real_.settle(); }
    Result<std::int64_t> started_at_s() override { return real_.started_at_s(); }
    Status delete_flush(const retail::OperatorTable& table, EpochId epoch, FlushId flush) override {
        return real_.delete_flush(table, epoch, flush);
    }
    Status drop_speed(const retail::OperatorTable& table, EpochId epoch) override {
        return real_.drop_speed(table, epoch);
    }
    Result<std::vector<EpochId>> speed_epochs(const retail::OperatorTable& table) override {
        return real_.speed_epochs(table);
    }
    Status drop_batch(const retail::OperatorTable& table, GenerationId generation,
                      EpochId epoch) override {
        return real_.drop_batch(table, generation, epoch);
    }
    Status insert_batch(const retail::OperatorTable& table, GenerationId generation, EpochId epoch,
                        std::uint32_t part, const retail::ColumnBlock& rows) override {
        return real_.insert_batch(table, generation, epoch, part, rows);
    }
    Result<std::map<EpochId, std::uint64_t>> batch_rows_by_epoch(const retail::OperatorTable& table,
                                                                 GenerationId generation) override {
        return real_.batch_rows_by_epoch(table, generation);
    }
    Result<ports::Reconciliation> reconcile(const retail::OperatorTable& table,
                                            GenerationId generation, EpochId epoch,
                                            GenerationId against,
                                            std::size_t max_differences) override {
        return real_.reconcile(table, generation, epoch, against, max_differences);
    }
    Result<ports::BatchTotals> batch_totals(const retail::OperatorTable& table,
                                            GenerationId generation, EpochId epoch) override {
        return real_.batch_totals(table, generation, epoch);
    }
    Result<std::vector<ports::BatchPartition>> batch_partitions(
        const retail::OperatorTable& table) override {
        return real_.batch_partitions(table);
    }
    Status insert_manifest(const ports::ManifestRow& row) override {
        return real_.insert_manifest(row);
    }
    Result<std::optional<ports::ManifestRow>> manifest() override { return real_.manifest(); }
    Status put_stores(const retail::StoreCatalog& catalog) override {
        return real_.put_stores(catalog);
    }
    Status store_differences(GenerationId generation, EpochId epoch, std::int64_t found_at_us,
                             const std::vector<ports::Difference>& found) override {
        return real_.store_differences(generation, epoch, found_at_us, found);
    }

private:
    ports::Warehouse& real_;
    ports::EpochLedger& ledger_;
    const Sabotage sabotage_;
};

}  // namespace shelfcast::simulation
