#include "replenishment/books/serial_echelons.h"

#include <algorithm>

namespace shelfcast::replenishment {

Result<SerialEchelons> SerialEchelons::create(const UnitDemandRate& rate,
                                              std::span<const Stage> stages,
                                              double stockout_cost_per_unit_day) {
    if (stages.empty()) {
        return fail(ErrorKind::kInvalidInput, "lead_time_days has no stage");
    }
    SerialEchelons made;
    made.backorder_cost_ = stockout_cost_per_unit_day;
    for (const Stage& stage : stages) {
        made.backorder_cost_ += stage.echelon_holding_cost_per_unit_day;
    }
    double days = 0;
    double holding = 0;  // Of this stage and those below it.
    for (const Stage& stage : stages) {
        days += stage.lead_time_days;
        holding += stage.echelon_holding_cost_per_unit_day;
        SHELFCAST_ASSIGN(const UnitDemand lead_time, UnitDemand::over(stage.lead_time_days, rate));
        SHELFCAST_ASSIGN(const UnitDemand echelon, UnitDemand::over(days, rate));
        const double under = made.backorder_cost_ - holding;
        made.lower_.push_back(echelon.quantile(critical_ratio(under, holding)));
        made.upper_.push_back(
            echelon.quantile(critical_ratio(under, stage.echelon_holding_cost_per_unit_day)));
        made.most_units_ = std::max(made.most_units_, made.upper_.back() + 1);
        if (made.most_units_ > kMostLevelUnits) {
            return fail(ErrorKind::kInvalidInput,
                        "stage {} needs up to {} units, and more than {} are not counted one by "
                        "one",
                        made.upper_.size(), made.most_units_, kMostLevelUnits);
        }
        made.stages_.push_back({.holding_cost = stage.echelon_holding_cost_per_unit_day,
                                .lead_time = lead_time,
                                .probability = lead_time.probabilities()});
    }
    return made;
}

std::vector<double> SerialEchelons::stage_costs(const StageDemand& stage,
                                                const std::vector<double>& below,
                                                double slope_below) const {
    // Ahead of the lead time's demand: h x + the stages below at x. Under 0 that is a straight
    // line.
    std::vector<double> ahead(below.size());
    for (std::size_t x = 0; x < ahead.size(); ++x) {
        ahead[x] = stage.holding_cost * static_cast<double>(x) + below[x];
    }
    const double slope = stage.holding_cost + slope_below;
    std::vector<double> costs(ahead.size());
    for (std::size_t y = 0; y < costs.size(); ++y) {
        const auto units = static_cast<std::int64_t>(y);
        costs[y] =
            ahead[0] * stage.lead_time.more_than(units) - slope * stage.lead_time.shortage(units);
        for (std::size_t d = 0; d <= std::min(y, stage.probability.size() - 1); ++d) {
            costs[y] += stage.probability[d] * ahead[y - d];
        }
    }
    return costs;
}

SerialEchelons::Policy SerialEchelons::evaluate(const Levels* levels) const {
    std::vector<double> below(static_cast<std::size_t>(most_units_) + 1, 0);
    double slope = -backorder_cost_;  // Of `below` under 0.
    Policy policy;
    for (std::size_t stage = 0; stage < stages_.size(); ++stage) {
        const std::vector<double> costs = stage_costs(stages_[stage], below, slope);
        slope += stages_[stage].holding_cost;
        const auto least = std::ranges::min_element(costs) - costs.begin();
        const std::int64_t level = levels == nullptr ? least : (*levels)[stage];
        policy.echelon_order_up_to_units.push_back(level);
        policy.expected_cost_per_day = costs[static_cast<std::size_t>(level)];
        // The stage cannot be raised above its level, however much is upstream.
        for (std::size_t x = 0; x < below.size(); ++x) {
            below[x] = costs[std::min(x, static_cast<std::size_t>(level))];
        }
    }
    return policy;
}

SerialEchelons::Policy SerialEchelons::best() const { return evaluate(nullptr); }

double SerialEchelons::cost_per_day(const Levels& echelon_order_up_to_units) const {
    return evaluate(&echelon_order_up_to_units).expected_cost_per_day;
}

}  // namespace shelfcast::replenishment
