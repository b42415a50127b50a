#pragma once

/// \file adapters/memory/memory_warehouse.h
/// A warehouse in memory for simulations and tests. It deduplicates by token as the engine does,
/// and its simulation-only controls make it fail in the ways the engine was seen to fail.
///
/// Thread safe. Nothing is random but what a seed given to a control decides.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "ports/warehouse.h"

namespace shelfcast::adapters::memory {

/// What a crash takes with it.
enum class CrashKind : std::uint8_t {
    kProcessKilled,  ///< Acknowledged rows stay; a write under way may be done or not.
    kPowerLost,      ///< Recent speed parts, which are not synced, may go too.
};

/// How a write whose answer is lost really went.
enum class LostAnswer : std::uint8_t {
    kDone,
    kNotDone,
    kDoneLater,  ///< It still runs: it takes effect after the next read, unless settle() comes
                 ///< first.
};

enum class Layer : std::uint8_t { kSpeed, kBatch };

class MemoryWarehouse final : public ports::Warehouse {
public:
    Status insert_speed(const retail::OperatorTable& table, EpochId epoch, FlushId flush,
                        std::uint32_t attempt, const retail::ColumnBlock& rows) override;
    Status settle() override;
    Result<std::int64_t> started_at_s() override;
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

    // --- Simulation only -----------------------------------------------------------------------

    /// Ends the server between two calls; every call fails with kUnavailable until restart().
    void crash(CrashKind kind, std::uint64_t seed);
    /// Ends the server in the middle of the next write, which fails with kUnavailable. The seed
    /// decides whether it was done, not done, or (inserts) left its token without its rows.
    void crash_in_next_write(CrashKind kind, std::uint64_t seed);
    /// The next write fails with kUnavailable although the server lives on.
    void lose_next_answer(LostAnswer how);
    void restart();
    [[nodiscard]] bool is_down() const;

    /// Gives the parts of a layer's epoch (batch: of the newest generation there) to `edit`, one
    /// after the other, until it returns true. Returns whether it did.
    bool plant(const retail::OperatorTable& table, Layer layer, EpochId epoch,
               const std::function<bool(retail::ColumnBlock&)>& edit);

    /// Spoils the speed rows of the newest epoch past the closed ones, as a merge on a full disk
    /// does: as many as before, with other content. Returns whether there were any.
    bool spoil_speed(const retail::OperatorTable& table);

    /// The rows that a view over both layers gives now, by key: of a row table as they are, of a
    /// roll-up summed over epochs. Works while the server is down.
    [[nodiscard]] retail::ColumnBlock unified(const retail::OperatorTable& table) const;
    /// All rows of one layer's epoch, by key.
    [[nodiscard]] retail::ColumnBlock rows(const retail::OperatorTable& table, Layer layer,
                                           EpochId epoch) const;
    [[nodiscard]] std::map<StoreId, retail::Store> stores() const;
    [[nodiscard]] std::vector<ports::Difference> stored_differences() const;

private:
    // Rows that came with one insert, or that a merge of such made.
    struct Part {
        std::string token;
        FlushId flush;
        retail::ColumnBlock rows;
    };
    using Parts = std::deque<Part>;
    using Partition = std::pair<GenerationId, EpochId>;  // Speed: generation 0.
    struct Table {
        std::map<Partition, Parts> partitions;
        // Outlives the parts, except that dropping a partition forgets the tokens of its parts.
        std::set<std::string> tokens;
    };
    struct ArmedCrash {
        CrashKind kind;
        std::uint64_t seed;
    };

    Table& speed_table(std::string_view name) { return speed_[std::string(name)]; }
    Table& batch_table(std::string_view name) { return batch_[std::string(name)]; }
    [[nodiscard]] const Parts* find_parts(const retail::OperatorTable& table, Layer layer,
                                          Partition partition) const;
    [[nodiscard]] std::optional<ports::ManifestRow> newest() const;
    [[nodiscard]] Status available() const;
    Status write(const std::function<void()>& effect, const std::function<void()>& token_only);
    Status insert(Table& table, Partition partition, Part part);
    static void drop(Table& table, Partition partition);
    void lose_power(std::uint64_t seed);
    void finish_late_writes();

    mutable std::mutex mutex_;
    std::map<std::string, Table> speed_;
    std::map<std::string, Table> batch_;
    std::map<std::tuple<std::string, GenerationId, EpochId>, std::uint64_t> attempts_;
    std::vector<ports::ManifestRow> manifest_;
    std::map<StoreId, std::pair<CatalogVersion, retail::Store>> stores_;
    std::map<Partition, std::vector<ports::Difference>> differences_;
    std::set<std::pair<std::string, EpochId>> spoilt_;
    std::vector<std::function<void()>> late_writes_;
    std::optional<ArmedCrash> armed_crash_;
    std::optional<LostAnswer> armed_loss_;
    bool down_ = false;
    std::int64_t starts_ = 1;
};

}  // namespace shelfcast::adapters::memory
