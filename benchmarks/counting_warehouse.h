#pragma once

/// \file benchmarks/counting_warehouse.h
/// A warehouse that keeps sums in the place of rows, so that a day of events fits: per flush and
/// per batch insert the number of rows, their revenue and an order-free hash of all their cells.
/// Reconciliation compares those of the two layers: a row that is missing, there twice or changed
/// in one cell is noticed, though not which.
///
/// What needs rows is refused: a roll-up cannot be made again from events after a crash. Thread
/// safe.

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "ports/warehouse.h"

namespace shelfcast::benchmarks {

/// What a block of rows adds up to.
struct TableSum {
    std::uint64_t rows = 0;
    std::uint64_t events = 0;    ///< Rows of a row table; measure `events` of a roll-up.
    retail::Int128 revenue = 0;  ///< Net, ten-millionths.
    /// Of a row table: the sum of the rows' hashes. Of a roll-up: the sum, over all rows and
    /// measures that add up, of measure times hash of key and measure; deltas of one key may so be
    /// joined or not. Measures of which the greatest holds are left out.
    std::uint64_t hash = 0;

    TableSum& operator+=(const TableSum& other);
    [[nodiscard]] std::string text() const;
};

[[nodiscard]] TableSum sum_of(const retail::OperatorTable& table, const retail::ColumnBlock& rows);

class CountingWarehouse final : public ports::Warehouse {
public:
    /// The rows of that flush will be lost though their inserts succeed.
    void lose(FlushId flush) { lost_ = flush; }
    /// Of all epochs, in the speed layer or a generation of the batch layer.
    [[nodiscard]] TableSum sum(std::string_view table, GenerationId layer) const;

    Status insert_speed(const retail::OperatorTable& table, EpochId epoch, FlushId flush,
                        std::uint32_t attempt, const retail::ColumnBlock& rows) override;
    Status settle() override { return {}; }
    Result<std::int64_t> started_at_s() override { return 0; }
    Result<bool> speed_is_intact(const retail::OperatorTable& table, EpochId epoch) override;
    Result<std::map<FlushId, std::uint64_t>> speed_rows_by_flush(const retail::OperatorTable& table,
                                                                 EpochId epoch) override;
    Status delete_flush(const retail::OperatorTable& table, EpochId epoch, FlushId flush) override;
    Status rebuild_speed_rollup(const retail::OperatorTable& table, EpochId epoch) override;
    Status drop_speed(const retail::OperatorTable& table, EpochId epoch) override;
    Result<std::vector<EpochId>> speed_epochs(const retail::OperatorTable& table) override;
    Status drop_batch(const retail::OperatorTable& table, GenerationId generation,
                      EpochId epoch) override;
    Status insert_batch(const retail::OperatorTable& table, GenerationId generation, EpochId epoch,
                        std::uint32_t part, const retail::ColumnBlock& rows) override;
    Result<std::map<EpochId, std::uint64_t>> batch_rows_by_epoch(const retail::OperatorTable& table,
                                                                 GenerationId generation) override;
    Result<ports::BatchTotals> batch_totals(const retail::OperatorTable& table,
                                            GenerationId generation, EpochId epoch) override;
    Result<std::vector<ports::BatchPartition>> batch_partitions(
        const retail::OperatorTable& table) override;
    Result<ports::Reconciliation> reconcile(const retail::OperatorTable& table,
                                            GenerationId generation, EpochId epoch,
                                            GenerationId against,
                                            std::size_t max_differences) override;
    Status insert_manifest(const ports::ManifestRow& row) override;
    Result<std::optional<ports::ManifestRow>> manifest() override;
    Status put_stores(const retail::StoreCatalog& catalog) override;
    Status store_differences(GenerationId generation, EpochId epoch, std::int64_t found_at_us,
                             const std::vector<ports::Difference>& found) override;

private:
    /// By flush and attempt, or by 0 and the part of a batch table.
    using Inserts = std::map<std::pair<std::uint64_t, std::uint32_t>, TableSum>;
    /// The speed layer stands in the place of a generation: ports::kSpeedLayer.
    using Partitions = std::map<ports::BatchPartition, Inserts>;

    [[nodiscard]] Partitions& of(const retail::OperatorTable& table) {
        return tables_[std::string(table.name)];
    }
    [[nodiscard]] TableSum sum(std::string_view table, ports::BatchPartition at) const;
    void insert(const retail::OperatorTable& table, ports::BatchPartition at,
                Inserts::key_type token, const retail::ColumnBlock& rows);

    mutable std::mutex mutex_;
    std::map<std::string, Partitions, std::less<>> tables_;
    std::optional<ports::ManifestRow> manifest_;
    std::optional<FlushId> lost_;
};

}  // namespace shelfcast::benchmarks
