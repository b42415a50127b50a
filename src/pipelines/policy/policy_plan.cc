#include "pipelines/policy/policy_plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <thread>
#include <utility>

#include "demand/forecast_spread.h"

namespace shelfcast::policy {
namespace {

using demand::DayMatrix;
using replenishment::DemandOutlook;
using replenishment::ItemTerms;
using replenishment::PolicyLevels;
using replenishment::PolicyRule;
using replenishment::RuleSurface;
using replenishment::SharedCost;

constexpr std::size_t kWeekDays = 7;
constexpr std::size_t kLeastDays = 14;
constexpr std::size_t kOutlookDays = 28;
constexpr std::size_t kMostSearchWeeks = 12;
constexpr std::size_t kMostStretches = 12;
constexpr double kLeastMean = 0.3;
/// A dozen stretches say little of one item's spread: that of all items counts for so many more.
/// Chosen among 3, 8, 24 and 80 by replaying weeks before the first cut-off of both bundled sets.
constexpr double kPooledStretches = 24;
constexpr std::array<double, 6> kForgetting = {0.02, 0.03, 0.05, 0.08, 0.12, 0.2};
/// None, and shares of a shelf life.
constexpr std::array<double, 5> kCaps = {0, 1.0, 0.95, 0.9, 0.85};
/// The plain rule that forgettings are compared under.
constexpr double kPlainSafety = 1.5;
constexpr double kPlainCap = 0.9;
constexpr double kAsGood = 0.01;
/// So many replayed weeks of all items say as much of a rule as an item's own outlook.
constexpr double kWeeksAsOutlook = 6;
constexpr std::size_t kGroups = 2;
/// Of a week's miss, what the aim moves by; and how far it may move.
constexpr double kGain = 0.3;
constexpr double kHighestAim = 0.9985;

std::size_t protection_days(const PlanInput& input) {
    return static_cast<std::size_t>(std::lround(input.lead_times.mean_days() + 1));
}

demand::WeekdayLevelOptions level_options(double forgotten_a_day) {
    return {.forgotten_a_day = forgotten_a_day};
}

std::vector<float> forecast(const DayMatrix& demand, std::size_t end, std::size_t days,
                            double forgotten_a_day) {
    const auto levels = demand::weekday_levels(demand, end, level_options(forgotten_a_day));
    std::vector<float> out;
    out.reserve(demand.series * days);
    for (const demand::WeekdayLevel& level : levels) {
        for (std::size_t day = 0; day < days; ++day) {
            out.push_back(static_cast<float>(level.level * level.weekday[(end + day) % kWeekDays]));
        }
    }
    return out;
}

demand::PastForecast look_back(const PlanInput& input, std::size_t end, std::size_t days,
                               double forgotten_a_day) {
    demand::PastForecast out{.days = days,
                             .mean_units = forecast(input.demand, end, days, forgotten_a_day),
                             .actual_units = {}};
    for (std::size_t item = 0; item < input.demand.series; ++item) {
        for (std::size_t day = 0; day < days; ++day) {
            out.actual_units.push_back(input.demand.at(item, end + day));
        }
    }
    return out;
}

/// Outlooks of all items as they were at a day, and each item's replayed rules.
struct CutoffView {
    std::size_t end = 0;  ///< First day to come.
    std::vector<DemandOutlook> outlooks;
    std::vector<RuleSurface> surfaces;
    std::vector<std::uint8_t> group;  ///< By volume: 0 the half that sells more items a day.
};

DemandOutlook outlook_of(std::size_t item, std::span<const float> means,
                         const demand::ForecastSpread& spread, std::size_t stretch_days) {
    DemandOutlook out;
    double stretch_mean = 0;
    double day_sum = 0;
    const double part = static_cast<double>(stretch_days) / static_cast<double>(kWeekDays);
    for (std::size_t day = 0; day < means.size(); ++day) {
        const double mean = means[day];
        out.mean_units.push_back(mean);
        // The law says nothing below the least mean: the variance goes to 0 with the mean.
        out.variance.push_back(spread.day.variance(item, mean) * std::min(1.0, mean / kLeastMean));
        if (day < kWeekDays) {
            stretch_mean += mean * part;
            day_sum += out.variance.back() * part;
        }
    }
    const double stretch = spread.stretch.variance(item, stretch_mean);
    if (stretch < day_sum) {
        for (double& variance : out.variance) {
            variance *= stretch / day_sum;
        }
    } else {
        out.shared_deviation =
            std::min(1.0, std::sqrt(stretch - day_sum) / std::max(stretch_mean, kLeastMean));
    }
    return out;
}

/// Runs work(item) for every item on a few threads; results do not depend on how many.
template <typename Work>
void for_each_item(std::size_t items, unsigned threads, const Work& work) {
    const std::size_t count = std::max(1U, threads);
    std::vector<std::jthread> workers;
    for (std::size_t worker = 0; worker < count; ++worker) {
        workers.emplace_back([&, worker] {
            for (std::size_t item = worker; item < items; item += count) {
                work(item);
            }
        });
    }
}

replenishment::ChoiceOptions choice_options(const PlanInput& input, const ItemTerms& terms) {
    // Long enough for a few order cycles; what expires has short ones.
    const bool expires =
        terms.shelf_life_days > 0 && terms.shelf_life_days <= replenishment::kMaxShelfLifeDays;
    const std::size_t lead = protection_days(input);
    return {.safety_deviations = {-1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5},
            .order_sizes = {0, 0.15, 0.3, 0.5, 0.75, 1, 1.3, 1.7, 2.2},
            .paths = input.paths,
            .days = expires ? std::min<std::size_t>(terms.shelf_life_days * 2 + 3 * lead, 63) : 63,
            .charge_from_day = expires ? 2 * lead : 0,
            .issue = input.issue,
            .seed = 1};
}

/// `replay_grid`: with each item's rules replayed, which takes nearly all of the time.
CutoffView view_at(const PlanInput& input, std::size_t end, double forgotten_a_day,
                   bool replay_grid) {
    const std::size_t items = input.demand.series;
    const std::size_t stretch = protection_days(input);
    std::vector<demand::PastForecast> past;
    const std::size_t step = std::max<std::size_t>(1, std::min<std::size_t>(kWeekDays, stretch));
    for (std::size_t back = stretch; back + kLeastDays / 2 <= end && past.size() < kMostStretches;
         back += step) {
        past.push_back(look_back(input, end - back, stretch, forgotten_a_day));
    }
    const demand::ForecastSpread spread =
        demand::spread_of(past, items, {.pooled_stretches = kPooledStretches});
    const std::vector<float> means = forecast(input.demand, end, kOutlookDays, forgotten_a_day);
    CutoffView out{.end = end, .outlooks = {}, .surfaces = {}, .group = {}};
    out.outlooks.resize(items);
    out.surfaces.resize(items);
    std::vector<double> volume(items);
    for_each_item(items, input.threads, [&](std::size_t item) {
        out.outlooks[item] = outlook_of(
            item, std::span(means).subspan(item * kOutlookDays, kOutlookDays), spread, stretch);
        volume[item] = out.outlooks[item].mean_over(0, kWeekDays);
        if (replay_grid) {
            out.surfaces[item] =
                replenishment::replay_rules(out.outlooks[item], input.terms[item], input.lead_times,
                                            choice_options(input, input.terms[item]));
        }
    });
    std::vector<double> sorted = volume;
    std::ranges::sort(sorted);
    const double middle = sorted[items / 2];
    for (const double of : volume) {
        out.group.push_back(of < middle ? 1 : 0);
    }
    return out;
}

using Aims = std::array<double, kGroups>;

/// The levels of the coming mornings under a rule, stock capped to so much of a shelf life.
PolicyLevels levels_under(PolicyRule rule, const PlanInput& input, const CutoffView& view,
                          std::size_t item, double cap_of_life) {
    const ItemTerms& terms = input.terms[item];
    rule.cover_cap_days = cap_of_life * static_cast<double>(terms.shelf_life_days);
    PolicyLevels out;
    replenishment::RuleBasis(view.outlooks[item], terms, input.lead_times, kMorningsPerCutoff)
        .levels(rule, out);
    return out;
}

PolicyRule cheapest_rule(const PlanInput& input, const CutoffView& view, std::size_t item,
                         const SharedCost& shared) {
    return replenishment::cheapest(view.surfaces[item], shared,
                                   choice_options(input, input.terms[item]));
}

PolicyRule filling_rule(const PlanInput& input, const CutoffView& view, std::size_t item,
                        const Aims& aims) {
    return replenishment::cheapest_that_fills(view.surfaces[item], aims[view.group[item]],
                                              choice_options(input, input.terms[item]));
}

/// Replays items week by week on what came. Lead times are drawn by item content alone: the same
/// draws for every item.
class OwnReplay {
public:
    OwnReplay(const PlanInput& input, std::size_t first_day)
        : input_(input), first_day_(first_day), levels_(input.demand.series) {}

    void add_week(std::size_t item, const PolicyLevels& levels) {
        PolicyLevels& all = levels_[item];
        all.reorder_point_units.insert(all.reorder_point_units.end(),
                                       levels.reorder_point_units.begin(),
                                       levels.reorder_point_units.end());
        all.order_up_to_units.insert(all.order_up_to_units.end(), levels.order_up_to_units.begin(),
                                     levels.order_up_to_units.end());
    }

    /// Outcome of one item over the days from `charge_from` (of the replay) on.
    [[nodiscard]] replenishment::ReplayOutcome outcome(std::size_t item,
                                                       std::size_t charge_from) const {
        const PolicyLevels& levels = levels_[item];
        const std::size_t days = levels.reorder_point_units.size();
        std::vector<std::int32_t> demand(days);
        std::vector<std::uint8_t> lead(days);
        std::mt19937_64 random(7);
        for (std::size_t day = 0; day < days; ++day) {
            const float units = first_day_ + day < input_.demand.days
                                    ? input_.demand.at(item, first_day_ + day)
                                    : 0.0F;
            demand[day] = std::isnan(units) ? 0 : static_cast<std::int32_t>(units);
            lead[day] = input_.lead_times.at(static_cast<double>(random() >> 11U) * 0x1p-53);
        }
        const double start = start_units(item);
        return replenishment::replay(input_.terms[item],
                                     {.demand_units = demand,
                                      .lead_time_days = lead,
                                      .reorder_point_units = levels.reorder_point_units,
                                      .order_up_to_units = levels.order_up_to_units},
                                     {.on_hand_units = std::llround(start),
                                      .charge_from_day = charge_from,
                                      .issue = input_.issue});
    }
    [[nodiscard]] std::size_t days() const {
        return levels_.empty() ? 0 : levels_.front().reorder_point_units.size();
    }

private:
    /// What lasts until the first orders are there, by the four weeks before.
    [[nodiscard]] double start_units(std::size_t item) const {
        double units = 0;
        double known = 0;
        for (std::size_t day = first_day_ - std::min<std::size_t>(first_day_, 28); day < first_day_;
             ++day) {
            const float value = input_.demand.at(item, day);
            if (!std::isnan(value)) {
                units += value;
                known += 1;
            }
        }
        return known > 0 ? units / known * (input_.lead_times.mean_days() + 2) : 0;
    }

    const PlanInput& input_;
    std::size_t first_day_;
    std::vector<PolicyLevels> levels_;
};

/// Ends of the weeks before the first cut-off that a search may replay, ascending.
std::vector<std::size_t> search_ends(const PlanInput& input) {
    std::vector<std::size_t> out;
    const std::size_t first = input.cutoff_days.front() + 1;
    for (std::size_t week = 1; week <= kMostSearchWeeks; ++week) {
        if (first < week * kWeekDays + kLeastDays + protection_days(input)) {
            break;
        }
        out.push_back(first - week * kWeekDays);
    }
    std::ranges::reverse(out);
    return out;
}

/// What the searched weeks cost when each morning's levels come from `levels`.
template <typename Levels>
double replayed_cost(const PlanInput& input, std::span<const CutoffView> views,
                     const Levels& levels) {
    std::vector<double> cost(input.demand.series);
    for_each_item(input.demand.series, input.threads, [&](std::size_t item) {
        OwnReplay replay(input, views.front().end);
        for (const CutoffView& view : views) {
            replay.add_week(item, levels(view, item));
        }
        cost[item] = replenishment::cost_of(replay.outcome(item, 0), input.terms[item]).total();
    });
    // In ascending order, so that the order of items changes nothing.
    std::ranges::sort(cost);
    return std::accumulate(cost.begin(), cost.end(), 0.0);
}

/// The forgetting that made those weeks cheapest under one plain rule for all: how well levels are
/// known is then weighed as orders feel it, too much and too little each at its price. Of those as
/// good as the best the slowest, which chance has moved least.
double search_forgetting(const PlanInput& input, std::span<const std::size_t> ends) {
    std::vector<double> costs;
    for (const double forgetting : kForgetting) {
        std::vector<CutoffView> views;
        for (const std::size_t end : ends) {
            views.push_back(view_at(input, end, forgetting, false));
        }
        costs.push_back(replayed_cost(input, views, [&](const CutoffView& view, std::size_t item) {
            return levels_under({.safety_deviations = kPlainSafety}, input, view, item, kPlainCap);
        }));
    }
    const double least = *std::ranges::min_element(costs);
    const auto found =
        std::ranges::find_if(costs, [&](double cost) { return cost <= least * (1 + kAsGood); });
    return kForgetting[static_cast<std::size_t>(found - costs.begin())];
}

bool any_expires(const PlanInput& input) {
    return std::ranges::any_of(input.terms,
                               [](const ItemTerms& terms) { return terms.shelf_life_days > 0; });
}

double search_cap(const PlanInput& input, std::span<const CutoffView> views) {
    const replenishment::ChoiceOptions options = choice_options(input, input.terms.front());
    double best = kCaps.front();
    double least = std::numeric_limits<double>::infinity();
    for (const double cap : kCaps) {
        const double cost =
            replayed_cost(input, views, [&](const CutoffView& view, std::size_t item) {
                return levels_under(replenishment::cheapest(view.surfaces[item], options), input,
                                    view, item, cap);
            });
        if (cost < least) {
            least = cost;
            best = cap;
        }
    }
    return best;
}

/// What each rule of the grid would have cost all items together over the searched weeks.
SharedCost search_shared_cost(const PlanInput& input, std::span<const CutoffView> views,
                              double cap) {
    const replenishment::ChoiceOptions options = choice_options(input, input.terms.front());
    SharedCost out{.cost = {}, .weight = static_cast<double>(views.size()) / kWeeksAsOutlook};
    for (const double safety : options.safety_deviations) {
        for (const double size : options.order_sizes) {
            out.cost.push_back(
                replayed_cost(input, views, [&](const CutoffView& view, std::size_t item) {
                    return levels_under({.safety_deviations = safety, .order_size = size}, input,
                                        view, item, cap);
                }));
        }
    }
    replenishment::smooth_rules(out.cost, options);
    return out;
}

/// What a group sold and was asked for over the replay's last week.
Aims week_misses(const PlanInput& input, const OwnReplay& replay, const CutoffView& view,
                 double target) {
    std::array<std::int64_t, kGroups> sold{};
    std::array<std::int64_t, kGroups> wanted{};
    for (std::size_t item = 0; item < input.demand.series; ++item) {
        const auto outcome = replay.outcome(item, replay.days() - kWeekDays);
        sold[view.group[item]] += outcome.sold_units;
        wanted[view.group[item]] += outcome.demand_units;
    }
    Aims out{};
    for (std::size_t group = 0; group < kGroups; ++group) {
        out[group] = wanted[group] > 0 ? target - static_cast<double>(sold[group]) /
                                                      static_cast<double>(wanted[group])
                                       : 0;
    }
    return out;
}

/// The aims of a week, from what the week before it missed.
void move_aims(const PlanInput& input, const OwnReplay& replay, const CutoffView& view,
               double target, Aims& aims) {
    const Aims misses = week_misses(input, replay, view, target);
    for (std::size_t group = 0; group < kGroups; ++group) {
        aims[group] = std::clamp(aims[group] + kGain * misses[group], target / 2, kHighestAim);
    }
}

/// Where the aims stand when the weeks before the first cut-off are gone through until there were
/// as many steps as kMostSearchWeeks take: a few weeks are too short for them to settle in one go.
/// The last time is the plan's.
Aims settled_aims(const PlanInput& input, std::span<const CutoffView> weeks, double cap,
                  double target) {
    Aims aims;
    aims.fill(target);
    for (std::size_t gone = weeks.size(); weeks.size() > 1 && gone < kMostSearchWeeks;
         gone += weeks.size()) {
        OwnReplay replay(input, weeks.front().end);
        for (std::size_t at = 0; at < weeks.size(); ++at) {
            if (at > 0) {
                move_aims(input, replay, weeks[at], target, aims);
            }
            for (std::size_t item = 0; item < input.demand.series; ++item) {
                replay.add_week(item, levels_under(filling_rule(input, weeks[at], item, aims),
                                                   input, weeks[at], item, cap));
            }
        }
    }
    return aims;
}

PlannedLevels room_for(std::size_t items, std::size_t cutoffs, double target) {
    const std::size_t pairs = items * cutoffs * kMorningsPerCutoff;
    return {.target_fill_rate = target,
            .reorder_point_units = std::vector<double>(pairs),
            .order_up_to_units = std::vector<double>(pairs)};
}

void put_levels(const PolicyLevels& levels, std::size_t pair_week, PlannedLevels& out) {
    const auto to = static_cast<std::ptrdiff_t>(pair_week * kMorningsPerCutoff);
    std::ranges::copy(levels.reorder_point_units, out.reorder_point_units.begin() + to);
    std::ranges::copy(levels.order_up_to_units, out.order_up_to_units.begin() + to);
}

PlannedLevels plan_cheapest(const PlanInput& input, std::span<const CutoffView> cutoffs, double cap,
                            const SharedCost& shared) {
    PlannedLevels out = room_for(input.demand.series, cutoffs.size(), 0);
    for (std::size_t at = 0; at < cutoffs.size(); ++at) {
        for (std::size_t item = 0; item < input.demand.series; ++item) {
            put_levels(levels_under(cheapest_rule(input, cutoffs[at], item, shared), input,
                                    cutoffs[at], item, cap),
                       item * cutoffs.size() + at, out);
        }
    }
    return out;
}

PlannedLevels plan_target(const PlanInput& input, std::span<const CutoffView> views,
                          std::size_t first_planned, double cap, double target) {
    const std::size_t cutoffs = views.size() - first_planned;
    PlannedLevels out = room_for(input.demand.series, cutoffs, target);
    OwnReplay replay(input, views.front().end);
    Aims aims = settled_aims(input, views.first(first_planned), cap, target);
    for (std::size_t at = 0; at < views.size(); ++at) {
        const CutoffView& view = views[at];
        if (at > 0) {
            move_aims(input, replay, view, target, aims);
        }
        for (std::size_t item = 0; item < input.demand.series; ++item) {
            const PolicyLevels levels =
                levels_under(filling_rule(input, view, item, aims), input, view, item, cap);
            replay.add_week(item, levels);
            if (at >= first_planned) {
                put_levels(levels, item * cutoffs + at - first_planned, out);
            }
        }
    }
    return out;
}

}  // namespace

Result<PolicyPlan> plan_policy(const PlanInput& input, std::span<const double> targets,
                               const std::stop_token& stop) {
    for (const double target : targets) {
        if (!(target > 0) || target >= 1) {
            return fail(ErrorKind::kInvalidInput, "target fill rate {}: above 0, below 1", target);
        }
    }
    for (std::size_t at = 1; at < input.cutoff_days.size(); ++at) {
        if (input.cutoff_days[at] != input.cutoff_days[at - 1] + kMorningsPerCutoff) {
            return fail(ErrorKind::kInvalidInput,
                        "cut-off {} is {} days after the one before: a plan goes week by week",
                        at + 1, input.cutoff_days[at] - input.cutoff_days[at - 1]);
        }
    }
    std::vector<std::size_t> ends = search_ends(input);
    if (ends.empty()) {
        return fail(ErrorKind::kInvalidInput,
                    "{} days up to the first cut-off: a policy is searched on days before it, {} "
                    "at least",
                    input.cutoff_days.front() + 1, kLeastDays + kWeekDays + protection_days(input));
    }
    PolicyPlan out;
    out.tuning.replayed_weeks = ends.size();
    out.tuning.forgotten_a_day = search_forgetting(input, ends);
    const std::size_t first_planned = ends.size();
    for (const std::size_t cutoff : input.cutoff_days) {
        ends.push_back(cutoff + 1);
    }
    std::vector<CutoffView> views;
    for (const std::size_t end : ends) {
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "stopped");
        }
        views.push_back(view_at(input, end, out.tuning.forgotten_a_day, true));
    }
    const std::span<const CutoffView> searched = std::span(views).first(first_planned);
    if (any_expires(input)) {
        out.tuning.cover_cap_of_life = search_cap(input, searched);
    }
    if (targets.empty()) {
        out.runs.push_back(plan_cheapest(
            input, std::span(views).subspan(first_planned), out.tuning.cover_cap_of_life,
            search_shared_cost(input, searched, out.tuning.cover_cap_of_life)));
    }
    for (const double target : targets) {
        out.runs.push_back(
            plan_target(input, views, first_planned, out.tuning.cover_cap_of_life, target));
    }
    return out;
}

}  // namespace shelfcast::policy
