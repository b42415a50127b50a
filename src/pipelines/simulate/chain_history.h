#pragma once

/// \file pipelines/simulate/chain_history.h
/// Demand of every product in every store over the last months, from the warehouse, kept in memory
/// for what-if questions: read once, and again when another date is over or another epoch is open.
/// A question is answered from what is there; whoever keeps it ready reads.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "pipelines/panel/warehouse_panel.h"
#include "pipelines/policy/demand_columns.h"
#include "ports/clock.h"
#include "replenishment/policies/what_if.h"

namespace shelfcast::simulate {

/// Days that are kept: what may be replayed, what warms its stock up, what levels look back on.
inline constexpr std::size_t kMostReplayedDays = 56;
inline constexpr std::size_t kKeptDays =
    kMostReplayedDays + replenishment::kMostWarmUpDays + replenishment::kMeanDays;

/// As it was read; shared by those who answer from it while a newer one is read.
struct ChainHistory {
    policy::PanelColumns columns;
    std::vector<StoreId> stores;  ///< Of each series; those of a store follow each other.

    /// The columns of one store; of all stores: `columns`. Error: kNotFound (nothing was sold
    /// there).
    [[nodiscard]] Result<replenishment::DemandColumns> of_store(StoreId store) const;
};

struct HistoryPorts {
    panel::PanelPorts sales;
    std::function<Result<EpochId>()> open_epoch;
    const ports::Clock& clock;
};

/// Thread safe.
class HistoryKeeper {
public:
    explicit HistoryKeeper(HistoryPorts ports) : ports_(std::move(ports)) {}

    /// What is there; reads it first where nothing is. Errors: those of the ports; kInvalidInput
    /// (no sales of a date that is over), kUnavailable (stopped).
    [[nodiscard]] Result<std::shared_ptr<const ChainHistory>> history(const std::stop_token& stop);
    /// Reads it again if date or epoch moved, or it is older than a quarter of an hour.
    [[nodiscard]] Status refresh(const std::stop_token& stop);
    /// Refreshes until it is stopped. Faults are logged and tried again.
    void keep_ready(std::chrono::milliseconds pause, const std::stop_token& stop);

private:
    struct Moment {
        std::int32_t last_date = 0;
        EpochId epoch;
        bool operator==(const Moment&) const = default;
    };
    [[nodiscard]] Result<Moment> now();
    [[nodiscard]] std::shared_ptr<const ChainHistory> kept();

    HistoryPorts ports_;
    std::mutex reading_;  ///< One reads at a time.
    std::mutex mutex_;    ///< Of what follows.
    std::shared_ptr<const ChainHistory> kept_;
    std::optional<Moment> read_at_;
    std::int64_t read_at_us_ = 0;  ///< By the steady clock.
};

}  // namespace shelfcast::simulate
