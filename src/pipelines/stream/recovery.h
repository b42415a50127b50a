#pragma once

/// \file pipelines/stream/recovery.h
/// Brings warehouse, ledger and operator to one state, and an operator to where partitions stand.
///
/// An operator's state is stored partition by partition, each with the number of the last flush
/// that is in it. What came after is folded again from the log, as the ledger says it was folded
/// then. One owner, one call at a time.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "base/result.h"
#include "operator/operator.h"
#include "pipelines/stream/speed_options.h"
#include "pipelines/stream/store_versions.h"

namespace shelfcast::stream {

/// What a verification found and did.
struct RecoveryReport {
    std::uint64_t flushes = 0;     ///< Written-down flushes of epochs that are not closed.
    std::uint64_t reinserted = 0;  ///< Of them, those with rows absent from the warehouse.
    std::uint64_t refolded_records = 0;
    bool from_snapshot = false;
    FlushId last_flush;  ///< The newest of them; 0: none.
};

class Recovery {
public:
    Recovery(SpeedPorts ports, const SpeedOptions& options, StoreVersions& stores)
        : ports_(ports), options_(options), stores_(stores) {}

    /// Puts every written-down flush of an epoch that is not closed into every table exactly once,
    /// and leaves `target` at the written-down ends of all partitions. `may_come_late`: another
    /// worker's insert may yet arrive under the token of its attempt, and the server has lived
    /// since it was begun. Then what is absent goes in under that very token, so that the late one
    /// is dropped. Errors: kUnavailable (repeat), kCorrupted (a written-down range folds to
    /// something else than was written down: a person must look).
    [[nodiscard]] Result<RecoveryReport> verify(operators::Operator& target, SessionId session,
                                                bool may_come_late, const std::stop_token& stop);

    /// Brings an empty operator to the written-down ends of these partitions, which nobody else
    /// works on and whose flushes are done. Errors as above.
    [[nodiscard]] Result<RecoveryReport> take_over(operators::Operator& target,
                                                   std::span<const PartitionId> partitions,
                                                   const std::stop_token& stop);

    /// Stores the state of the partitions, `last` being the newest flush in it, and removes what
    /// older states needed.
    [[nodiscard]] Status store_states(operators::Operator& source,
                                      std::span<const PartitionId> partitions, FlushId last);

    /// Flushes of epochs that are not closed, and not marked done.
    [[nodiscard]] Result<std::vector<ports::FlushRecord>> undone_flushes();

private:
    using Tables = std::vector<const retail::OperatorTable*>;
    /// By partition: the last flush that is in the operator's state; absent: none of its concern.
    using Through = std::map<PartitionId, FlushId>;
    struct Absent {
        Tables tables;
        bool removed = false;  ///< Some of its rows were there, and are not any more.
    };

    [[nodiscard]] Result<std::vector<EpochId>> unclosed_epochs();
    [[nodiscard]] tl::unexpected<Error> unknown_rows(const retail::OperatorTable& table,
                                                     EpochId epoch, FlushId flush);
    [[nodiscard]] Result<std::map<FlushId, Absent>> find_absent(
        EpochId epoch, const std::vector<ports::FlushRecord>& flushes);
    [[nodiscard]] Result<Through> restore(operators::Operator& target,
                                          std::span<const PartitionId> partitions,
                                          EpochId first_unclosed,
                                          const std::vector<ports::FlushRecord>& flushes,
                                          std::optional<FlushId> first_absent);
    /// The ranges of a flush that `through` does not have yet. Nothing: not the whole flush.
    [[nodiscard]] Result<std::optional<operators::FlushOutput>> refold(
        operators::Operator& target, const ports::FlushRecord& flush, const Through& through,
        RecoveryReport& report);
    [[nodiscard]] Status refold_range(operators::Operator& target, const ports::FlushRecord& flush,
                                      const ports::LogRange& range,
                                      const retail::StoreCatalog& stores, RecoveryReport& report);
    [[nodiscard]] Status reinsert(ports::FlushRecord flush, const Absent& absent,
                                  const operators::FlushOutput& output, bool may_come_late);
    [[nodiscard]] Status insert(const ports::FlushRecord& flush, const Tables& tables,
                                const operators::FlushOutput& output);

    SpeedPorts ports_;
    const SpeedOptions& options_;
    StoreVersions& stores_;
    operators::FlushRows rows_;
};

}  // namespace shelfcast::stream
