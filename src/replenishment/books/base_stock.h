#pragma once

/// \file replenishment/books/base_stock.h
/// Order up to a level at every review; unmet demand waits. An order placed at a review, before
/// that day's demand, must last for the protection interval: lead time plus review period. Pure.
///
/// Sources: Silver, Pyke and Thomas, Inventory and Production Management in Supply Chains, 4th ed.
/// (2017), chapter 6, (R,S); Hadley and Whitin, Analysis of Inventory Systems (1963), for both
/// terms of the shortage; Snyder and Shen, Fundamentals of Supply Chain Theory, 2nd ed. (2019),
/// section 4.3.4; Axsaeter, Inventory Control, 3rd ed. (2015), section 5.3.

#include <cstdint>
#include <span>

#include "base/result.h"
#include "replenishment/books/continuous_demand.h"
#include "replenishment/books/newsvendor.h"
#include "replenishment/books/unit_demand.h"

namespace shelfcast::replenishment {

/// The demand of a stretch of days, and of its lead time, by mean and deviation. Mean above 0, the
/// rest 0 or more; the review period above 0.
struct ProtectionProblem {
    double mean_per_day = 0;
    double sd_per_day = 0;
    double lead_time_days = 0;
    double lead_time_sd_days = 0;
    double review_period_days = 1;
    DemandShape shape = DemandShape::kNormal;  ///< Normal or gamma, fitted to mean and deviation.
};

/// sqrt(days sd^2 + mean^2 lead_time_sd^2).
[[nodiscard]] double sd_over(double days, const ProtectionProblem& problem);
/// Demand between an order and the delivery of the next one.
[[nodiscard]] ContinuousDemand protection_demand(const ProtectionProblem& problem);

/// Share of demand met from stock: what is short at the end of a cycle less what already was at its
/// start, a cycle's demand.
[[nodiscard]] double fill_rate(const ProtectionProblem& problem, double order_up_to_units);

/// Type 1: the level that lasts for the protection interval with that probability.
[[nodiscard]] double level_for_cycle_service(const ProtectionProblem& problem,
                                             const Chance& target);
/// Type 2: the level with that fill rate (exclusive 0 to 1).
[[nodiscard]] double level_for_fill_rate(const ProtectionProblem& problem, double target);
/// The same without the second term of the shortage, which errs on the high side.
[[nodiscard]] double level_for_fill_rate_one_term(const ProtectionProblem& problem, double target);

/// Whole units.
class UnitBaseStock {
public:
    /// The lead time may have parts of a day; stock is counted at the end of each of the whole days
    /// of a review period. Error: kInvalidInput for more than is counted unit by unit, or more days
    /// than 10,000.
    [[nodiscard]] static Result<UnitBaseStock> create(const UnitDemandRate& rate,
                                                      double lead_time_days,
                                                      std::int64_t review_period_days);

    [[nodiscard]] double cycle_service_level(std::int64_t order_up_to_units) const;
    [[nodiscard]] double fill_rate(std::int64_t order_up_to_units) const;
    /// Mean of the days of a review period.
    [[nodiscard]] double cost_per_day(std::int64_t order_up_to_units,
                                      const DailyStockCosts& costs) const;

    [[nodiscard]] std::int64_t level_for_cycle_service(const Chance& target) const;
    [[nodiscard]] std::int64_t level_for_fill_rate(double target) const;
    [[nodiscard]] std::int64_t cheapest_level(const DailyStockCosts& costs) const;

private:
    UnitBaseStock(UnitDemand lead_time, std::vector<UnitDemand> day_ends)
        : lead_time_(lead_time), day_ends_(std::move(day_ends)) {}

    UnitDemand lead_time_;
    std::vector<UnitDemand> day_ends_;  ///< Demand from the order to each counted day's end.
};

/// A lead time that is one of several, each with its probability.
struct LeadTimeChance {
    double days = 0;
    double probability = 0;
};

/// Orders do not cross. Probabilities are above 0 and add up to 1.
class RandomLeadTimeBaseStock {
public:
    /// Error: kInvalidInput for no lead time, or more than is counted unit by unit.
    [[nodiscard]] static Result<RandomLeadTimeBaseStock> create(
        const UnitDemandRate& rate, std::span<const LeadTimeChance> lead_times,
        double review_period_days);

    [[nodiscard]] double lead_time_days() const noexcept { return mean_days_; }
    [[nodiscard]] double lead_time_sd_days() const noexcept { return sd_days_; }
    [[nodiscard]] double cycle_service_level(std::int64_t order_up_to_units) const;
    [[nodiscard]] std::int64_t level_for_cycle_service(const Chance& target) const;

private:
    struct Branch {
        double probability;
        UnitDemand demand;
    };
    RandomLeadTimeBaseStock() = default;

    double mean_days_ = 0;
    double sd_days_ = 0;
    std::vector<Branch> branches_;
};

}  // namespace shelfcast::replenishment
