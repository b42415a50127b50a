#include "demand/intermittent.h"

namespace shelfcast::demand {
namespace {

double smoothed(double before, double newest, double weight) {
    return before + weight * (newest - before);
}

/// After a day with sales that was not the first one.
void learn_sale(IntermittentState& state, double units, double days_since_sale,
                IntermittentMethod method, const IntermittentSmoothing& smoothing) {
    state.size_units = smoothed(state.size_units, units, smoothing.size);
    if (method != IntermittentMethod::kTsb) {
        state.interval_days = smoothed(state.interval_days, days_since_sale, smoothing.size);
        state.probability = 1 / state.interval_days;
    }
}

}  // namespace

std::vector<IntermittentState> smooth_intermittent(std::span<const double> demand_history_units,
                                                   IntermittentMethod method,
                                                   const IntermittentSmoothing& smoothing) {
    const bool is_tsb = method == IntermittentMethod::kTsb;
    const double factor = method == IntermittentMethod::kSba ? 1 - smoothing.size / 2 : 1;
    std::vector<IntermittentState> states;
    states.reserve(demand_history_units.size());
    IntermittentState state;
    double days_since_sale = 0;
    for (const double units : demand_history_units) {
        ++days_since_sale;
        const bool is_first = state.interval_days == 0;
        if (units > 0 && is_first) {
            state = {.size_units = units,
                     .interval_days = days_since_sale,
                     .probability = 1 / days_since_sale};
        } else if (units > 0) {
            learn_sale(state, units, days_since_sale, method, smoothing);
        }
        if (is_tsb && !is_first) {
            state.probability =
                smoothed(state.probability, units > 0 ? 1 : 0, smoothing.interval_or_probability);
            // A chance that has faded to 0 leaves the last interval.
            state.interval_days =
                state.probability > 0 ? 1 / state.probability : state.interval_days;
        }
        days_since_sale = units > 0 ? 0 : days_since_sale;
        state.forecast_units_per_day = factor * state.size_units * state.probability;
        states.push_back(state);
    }
    return states;
}

}  // namespace shelfcast::demand
