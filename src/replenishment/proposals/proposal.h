#pragma once

/// \file replenishment/proposals/proposal.h
/// How much of one product to order for one store on one review date, and the exact terms that the
/// quantity is made of:
///
///   quantity = order_up_to - on_hand - on_order - in_transit + reserved + sum of the adjustments
///
/// in thousandths of a unit, always: every change of the quantity goes through Proposal::set() and
/// is booked under the name of what changed it. Plain values, thread safe.
///
/// Sources: Silver, Pyke, Thomas, Inventory and Production Management in Supply Chains, 4th ed.
/// (2017), chapters 6 and 7: protection period, demand with a random lead time, (R, S) and (R, s,
/// S) control, service measures P1 and P2, the critical ratio; docs/REPLENISHMENT.md has the
/// formulas.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "demand/count_demand.h"
#include "retail/decimal.h"

namespace shelfcast::replenishment {

using demand::CountDemand;
using retail::Quantity;
using retail::UnitPrice;

/// The mean and variance of a day's demand from its forecast: the quantile function is taken to be
/// straight between the given points and to go on straight past them, but not below 0. `levels` (0
/// to 1) and `quantiles` (units) are ascending and of one length; with fewer than two of them the
/// variance is that of pure chance (Poisson). The mean is kept as it is.
[[nodiscard]] CountDemand day_demand(double mean, std::span<const double> levels,
                                     std::span<const double> quantiles);

/// The days to come, the review date first; their forecast errors go together with this correlation
/// (0 to 1), for they share one level. Days past the last one repeat the last seven.
struct DemandPath {
    std::span<const CountDemand> days;
    double error_correlation = 0;
};

/// Demand over so many days from now (0 or more, parts of a day in proportion).
[[nodiscard]] CountDemand demand_over(const DemandPath& path, double span_days);

/// E[(D - stock)+], units. Source: Johnson, Kemp, Kotz (2005), the recurrences of chapters 4 and 5.
[[nodiscard]] double expected_shortage(double stock_units, const CountDemand& demand);

enum class TargetKind : std::uint8_t {
    kCycleService,  ///< Probability of no stock-out in a protection period (P1).
    kFillRate,      ///< Share of demand that is met from the shelf (P2).
    kCostRatio,     ///< Cost of one short over that plus the cost of one too many.
};
/// service_level, fill_rate, cost_ratio.
[[nodiscard]] std::string_view to_string(TargetKind kind) noexcept;

struct Target {
    TargetKind kind = TargetKind::kCycleService;
    double value = 0.95;  ///< 0 to 1, exclusive.
};

/// What holds for one product in one store.
struct Terms {
    double review_period_days = 1;
    double lead_time_days = 1;
    double lead_time_std_dev_days = 0;
    Quantity min_order{};               ///< The least that is delivered; 0: any.
    std::uint32_t pack_size = 1;        ///< Units; at least 1.
    std::optional<Quantity> capacity;   ///< That shelf and store room hold.
    std::uint32_t shelf_life_days = 0;  ///< From delivery; 0: does not spoil.
    std::optional<UnitPrice> unit_cost;
    std::optional<UnitPrice> unit_price;
    double holding_cost_per_year = 0;  ///< Share of unit_cost.
    double order_cost = 0;             ///< Of one order line, in money.
    Target target;
};

struct StockPosition {
    Quantity on_hand{};
    Quantity on_order{};    ///< Ordered, and not yet announced by the supplier.
    Quantity in_transit{};  ///< Announced, and not yet arrived.
    Quantity reserved{};    ///< Promised to customers.

    [[nodiscard]] Quantity available() const {
        return {on_hand.thousandths + on_order.thousandths + in_transit.thousandths -
                reserved.thousandths};
    }
};

/// reorder_point = protection_demand + safety_stock, exactly.
struct StockLevels {
    Quantity protection_demand{};  ///< Mean over review period and lead time.
    Quantity safety_stock{};       ///< Below 0 where the target is below an even chance.
    Quantity reorder_point{};
    Quantity order_up_to{};
};

/// The least whole reorder point that meets the target, and what is ordered up to: the same, or
/// more where an order's cost outweighs holding what several periods need.
[[nodiscard]] StockLevels stock_levels(const Terms& terms, const DemandPath& path);

/// What a quantity is changed by, in the order in which it is.
enum class Adjustment : std::uint8_t {
    kNotDue,           ///< Stock is not below the reorder point: nothing is ordered.
    kPack,             ///< Up to whole packs.
    kMinOrder,         ///< Up to the least that is delivered.
    kCapacity,         ///< Down to what there is room for.
    kShelfLife,        ///< Down to what sells within its life.
    kSupplierMinimum,  ///< Up to the least value of an order, or down to none.
    kAllocation,       ///< Down to the fair share of what the distribution centre has.
    kBudget,           ///< Down to what the budget buys.
    kData,             ///< Down to none: the data cannot be trusted.
};
inline constexpr std::size_t kAdjustments = 9;
/// not_due, pack, min_order, capacity, shelf_life, supplier_minimum, allocation, budget, data.
[[nodiscard]] std::string_view to_string(Adjustment adjustment) noexcept;

/// The most that may be ordered, whatever is needed. Whole packs are for the caller.
struct Room {
    std::optional<Quantity> capacity;
    std::optional<Quantity> shelf_life;
};
[[nodiscard]] Room room_for(const Terms& terms, const DemandPath& path,
                            const StockPosition& position);

class Proposal {
public:
    /// Nothing is adjusted yet.
    Proposal(const StockLevels& levels, const StockPosition& position)
        : levels_(levels), position_(position), quantity_(net_requirement()) {}

    [[nodiscard]] const StockLevels& levels() const noexcept { return levels_; }
    [[nodiscard]] const StockPosition& position() const noexcept { return position_; }
    /// 0 or more once made by propose().
    [[nodiscard]] Quantity quantity() const noexcept { return quantity_; }
    [[nodiscard]] Quantity adjusted_by(Adjustment why) const {
        return adjustments_[static_cast<std::size_t>(why)];
    }
    /// The last thing that made the quantity less, if any did since stock was found to be due.
    [[nodiscard]] std::optional<Adjustment> limited_by() const noexcept { return limited_by_; }

    /// order_up_to less what is there and coming, below 0 where that is more.
    [[nodiscard]] Quantity net_requirement() const {
        return {levels_.order_up_to.thousandths - position_.available().thousandths};
    }
    /// Makes the quantity that, and books the difference under `why`.
    void set(Adjustment why, Quantity quantity);

private:
    StockLevels levels_;
    StockPosition position_;
    std::array<Quantity, kAdjustments> adjustments_{};
    Quantity quantity_;
    std::optional<Adjustment> limited_by_;
};

/// The quantity as far as one product alone decides it: due or not, whole packs, least order,
/// room. What is left below the least order is not ordered.
[[nodiscard]] Proposal propose(const Terms& terms, const DemandPath& path,
                               const StockPosition& position);

/// Nothing is ordered, for what is known cannot be trusted; the levels stay for people to see.
[[nodiscard]] Proposal withhold(const StockLevels& levels, const StockPosition& position);

/// Most whole packs within `most`.
[[nodiscard]] Quantity whole_packs_within(Quantity most, std::uint32_t pack_size);
/// Fewest whole packs that are at least `least`.
[[nodiscard]] Quantity whole_packs_for(Quantity least, std::uint32_t pack_size);

/// The chance that demand until the delivery after next exceeds what is there and coming.
[[nodiscard]] double stock_out_probability(const Terms& terms, const DemandPath& path,
                                           const StockPosition& position);

/// After how many days (0: now) what is there and coming falls below the reorder point, if demand
/// is as expected; nothing: not within `limit_days`.
[[nodiscard]] std::optional<std::int32_t> days_until_due(const Proposal& proposal,
                                                         const DemandPath& path,
                                                         std::int32_t limit_days);

}  // namespace shelfcast::replenishment
