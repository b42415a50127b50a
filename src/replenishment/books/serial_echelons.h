#pragma once

/// \file replenishment/books/serial_echelons.h
/// Stages in a line, a store supplied by a warehouse and so on: echelon base-stock levels under
/// continuous review, whole units, backorders, unlimited supply from outside. Pure.
///
/// Sources: Clark and Scarf, Optimal policies for a multi-echelon inventory problem, Management
/// Science 6 (1960); Chen and Zheng, Lower bounds for multi-echelon stochastic inventory systems,
/// Management Science 40 (1994); Shang and Song, Newsvendor bounds and heuristic for optimal
/// policies in serial supply chains, Management Science 49 (2003).

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "replenishment/books/unit_demand.h"

namespace shelfcast::replenishment {

/// The lead time to a stage from the next one up, 0 or more days, and its echelon's holding cost
/// (what holding there costs more than one stage up), above 0.
struct Stage {
    double lead_time_days = 0;
    double echelon_holding_cost_per_unit_day = 0;
};

/// Costs of demand a unit and day, the store first among the stages.
class SerialEchelons {
public:
    /// Error: kInvalidInput for no stage, or more than is counted unit by unit.
    [[nodiscard]] static Result<SerialEchelons> create(const UnitDemandRate& rate,
                                                       std::span<const Stage> stages,
                                                       double stockout_cost_per_unit_day);

    /// One echelon order-up-to level a stage.
    using Levels = std::vector<std::int64_t>;
    struct Policy {
        Levels echelon_order_up_to_units;
        double expected_cost_per_day = 0;  ///< With the stock on its way between stages.
    };

    [[nodiscard]] Policy best() const;
    /// The cost of other levels, one a stage, each from 0 to the greatest of `upper_levels`.
    [[nodiscard]] double cost_per_day(const Levels& echelon_order_up_to_units) const;

    /// Newsvendor levels that the best ones lie between.
    [[nodiscard]] const Levels& lower_levels() const noexcept { return lower_; }
    [[nodiscard]] const Levels& upper_levels() const noexcept { return upper_; }

    /// The time of the search grows with the square of this.
    static constexpr std::int64_t kMostLevelUnits = 40'000;

private:
    struct StageDemand {
        double holding_cost;
        UnitDemand lead_time;
        std::vector<double> probability;  ///< Of the lead time's demand.
    };
    SerialEchelons() = default;

    /// The cost of stages 0 to `stage`, when the echelon's position is 0, 1, … `most`, from what
    /// the stages below it cost when their position is the echelon's stock.
    [[nodiscard]] std::vector<double> stage_costs(const StageDemand& stage,
                                                  const std::vector<double>& below,
                                                  double slope_below) const;
    /// Of these levels; null: of the best ones.
    [[nodiscard]] Policy evaluate(const Levels* levels) const;

    std::vector<StageDemand> stages_;
    double backorder_cost_ = 0;  ///< Plus all echelons' holding: what a backorder saves is counted.
    std::int64_t most_units_ = 0;
    Levels lower_;
    Levels upper_;
};

}  // namespace shelfcast::replenishment
