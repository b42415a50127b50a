#include "replenishment/policies/policy_choice.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace shelfcast::replenishment {
namespace {

/// One quarter of each neighbour, half of itself, along one axis of the grid; at an edge what is
/// missing counts as the edge.
void smooth_along(std::vector<double>& values, std::size_t length, std::size_t stride,
                  std::size_t lines, std::size_t line_stride) {
    std::vector<double> line(length);
    for (std::size_t at = 0; at < lines; ++at) {
        double* const first = values.data() + at * line_stride;
        for (std::size_t i = 0; i < length; ++i) {
            line[i] = first[i * stride];
        }
        for (std::size_t i = 0; i < length; ++i) {
            const double before = line[i == 0 ? 0 : i - 1];
            const double after = line[std::min(i + 1, length - 1)];
            first[i * stride] = 0.25 * before + 0.5 * line[i] + 0.25 * after;
        }
    }
}

PolicyRule rule_at(std::size_t at, const ChoiceOptions& options) {
    const std::size_t columns = options.order_sizes.size();
    return {.safety_deviations = options.safety_deviations[at / columns],
            .order_size = options.order_sizes[at % columns]};
}

std::size_t place_of_least(std::span<const double> cost) {
    return static_cast<std::size_t>(std::ranges::min_element(cost) - cost.begin());
}

}  // namespace

void smooth_rules(std::vector<double>& values, const ChoiceOptions& options) {
    const std::size_t rows = options.safety_deviations.size();
    const std::size_t columns = options.order_sizes.size();
    smooth_along(values, columns, 1, rows, columns);
    smooth_along(values, rows, columns, columns, 1);
}

RuleSurface replay_rules(const DemandOutlook& outlook, const ItemTerms& terms,
                         const LeadTimeChances& lead_times, const ChoiceOptions& options) {
    const std::size_t rules = options.safety_deviations.size() * options.order_sizes.size();
    RuleSurface out{.cost = std::vector<double>(rules),
                    .fill_rate = std::vector<double>(rules, 1),
                    .upkeep = std::vector<double>(rules)};
    const std::vector<std::int32_t> demand =
        sample_demand(outlook, options.paths, options.days, options.seed);
    std::vector<std::uint8_t> lead(demand.size());
    std::mt19937_64 random(options.seed + 1);
    std::ranges::generate(
        lead, [&] { return lead_times.at(static_cast<double>(random() >> 11U) * 0x1p-53); });
    // As between two orders: what the next arrivals must last for, and half a week.
    const double first_days = lead_times.mean_days() + 3;
    const ReplayStart start{.on_hand_units = std::llround(outlook.mean_over(0, first_days)),
                            .charge_from_day = options.charge_from_day,
                            .issue = options.issue};
    const RuleBasis basis(outlook, terms, lead_times, options.days);
    PolicyLevels levels;
    std::size_t at = 0;
    for (const double safety : options.safety_deviations) {
        for (const double size : options.order_sizes) {
            basis.levels({.safety_deviations = safety, .order_size = size}, levels);
            ReplayOutcome sum;
            for (std::size_t path = 0; path < options.paths; ++path) {
                const std::size_t from = path * options.days;
                sum += replay(terms,
                              {.demand_units = std::span(demand).subspan(from, options.days),
                               .lead_time_days = std::span(lead).subspan(from, options.days),
                               .reorder_point_units = levels.reorder_point_units,
                               .order_up_to_units = levels.order_up_to_units},
                              start);
            }
            const ReplayCost cost = cost_of(sum, terms);
            const auto paths = static_cast<double>(options.paths);
            out.cost[at] = cost.total() / paths;
            out.upkeep[at] = (cost.total() - cost.lost_margin) / paths;
            out.fill_rate[at] = sum.fill_rate();
            ++at;
        }
    }
    for (std::vector<double>* const values : {&out.cost, &out.fill_rate, &out.upkeep}) {
        smooth_rules(*values, options);
    }
    return out;
}

PolicyRule cheapest(const RuleSurface& surface, const ChoiceOptions& options) {
    return rule_at(place_of_least(surface.cost), options);
}

PolicyRule cheapest(const RuleSurface& surface, const SharedCost& shared,
                    const ChoiceOptions& options) {
    const double own_least = std::ranges::min(surface.cost);
    const double shared_least = std::ranges::min(shared.cost);
    if (!(own_least > 0) || !(shared_least > 0)) {
        return cheapest(surface, options);
    }
    std::vector<double> cost;
    for (std::size_t at = 0; at < surface.cost.size(); ++at) {
        cost.push_back(surface.cost[at] / own_least +
                       shared.weight * shared.cost[at] / shared_least);
    }
    return rule_at(place_of_least(cost), options);
}

PolicyRule cheapest_that_fills(const RuleSurface& surface, double fill_rate,
                               const ChoiceOptions& options) {
    const std::size_t columns = options.order_sizes.size();
    double least = std::numeric_limits<double>::infinity();
    PolicyRule out;
    bool found = false;
    for (std::size_t column = 0; column < columns; ++column) {
        for (std::size_t row = 0; row < options.safety_deviations.size(); ++row) {
            const std::size_t at = row * columns + column;
            if (surface.fill_rate[at] < fill_rate) {
                continue;
            }
            double safety = options.safety_deviations[row];
            double upkeep = surface.upkeep[at];
            if (row > 0) {
                const std::size_t below = at - columns;
                const double gain = surface.fill_rate[at] - surface.fill_rate[below];
                const double part = gain > 0 ? (fill_rate - surface.fill_rate[below]) / gain : 1;
                safety = std::lerp(options.safety_deviations[row - 1], safety, part);
                upkeep = std::lerp(surface.upkeep[below], upkeep, part);
            }
            if (upkeep < least) {
                least = upkeep;
                out = {.safety_deviations = safety, .order_size = options.order_sizes[column]};
                found = true;
            }
            break;
        }
    }
    if (!found) {
        out = rule_at(static_cast<std::size_t>(std::ranges::max_element(surface.fill_rate) -
                                               surface.fill_rate.begin()),
                      options);
    }
    return out;
}

}  // namespace shelfcast::replenishment
