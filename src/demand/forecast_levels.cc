#include "demand/forecast_levels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>
#include <random>

#include "demand/forecast_accuracy.h"

namespace shelfcast::demand {
namespace {

constexpr std::int32_t kWeek = 7;
constexpr std::int32_t kPastDays = 8 * kWeek;
constexpr double kMostShared = 0.9;

double normal_share_below(double z) { return std::erfc(-z / std::numbers::sqrt2) / 2; }

/// The value not exceeded with that probability; beyond the outermost levels as at them.
double quantile_at(std::span<const float> quantiles, double probability) {
    const auto above = std::ranges::lower_bound(kQuantileLevels, probability);
    if (above == kQuantileLevels.begin()) {
        return quantiles.front();
    }
    if (above == kQuantileLevels.end()) {
        return quantiles.back();
    }
    const auto at = static_cast<std::size_t>(above - kQuantileLevels.begin());
    const double part =
        (probability - kQuantileLevels[at - 1]) / (kQuantileLevels[at] - kQuantileLevels[at - 1]);
    return quantiles[at - 1] + part * (quantiles[at] - quantiles[at - 1]);
}

/// What a series sold on each of the past days, less what its weekday usually sells.
std::vector<double> surprises(const DailyPanel& panel, const PanelSeries& series,
                              std::int32_t cutoff) {
    std::vector<double> found(kPastDays);
    std::array<double, kWeek> sums{};
    std::array<int, kWeek> counts{};
    const auto units_at = [&](std::int32_t back) {
        const std::int32_t day = cutoff - back - series.first_date;
        return day < 0 || day >= static_cast<std::int32_t>(series.days)
                   ? kUnknown
                   : panel.units_of(series)[static_cast<std::size_t>(day)];
    };
    for (std::int32_t back = 0; back < kPastDays; ++back) {
        if (const float units = units_at(back); !std::isnan(units)) {
            sums[static_cast<std::size_t>(back % kWeek)] += units;
            ++counts[static_cast<std::size_t>(back % kWeek)];
        }
    }
    for (std::int32_t back = 0; back < kPastDays; ++back) {
        const auto weekday = static_cast<std::size_t>(back % kWeek);
        if (const float units = units_at(back); !std::isnan(units) && counts[weekday] > 1) {
            found[static_cast<std::size_t>(back)] = units - sums[weekday] / counts[weekday];
        }
    }
    return found;
}

double mean_square(std::span<const double> values) {
    double sum = 0;
    for (const double value : values) {
        sum += value * value;
    }
    return sum / static_cast<double>(values.size());
}

/// What sums of one store, or of the chain, are made of.
struct Moments {
    std::vector<double> total = std::vector<double>(kPastDays);
    double variances = 0;
    double deviations = 0;
};

/// One share of a sum's variance that its parts' own variances do not explain.
double correlation(double excess, double pairs) {
    return pairs > 0 ? std::clamp(excess / pairs, 0.0, kMostShared) : 0;
}

/// Sums of samples per group and day, and the means.
class LevelSums {
public:
    LevelSums(const Grouping& grouping, const DemandForecast& forecast, std::size_t samples)
        : grouping_(grouping),
          horizon_(forecast.horizon_days),
          samples_(samples),
          sums_(grouping.groups * horizon_ * samples),
          means_(grouping.groups * horizon_) {}

    void add(std::size_t series, std::size_t day, double mean, std::span<const double> samples) {
        const std::size_t at = grouping_.group_of[series] * horizon_ + day;
        means_[at] += mean;
        for (std::size_t sample = 0; sample < samples_; ++sample) {
            sums_[at * samples_ + sample] += samples[sample];
        }
    }

    [[nodiscard]] DemandForecast finish(const DemandForecast& of) {
        DemandForecast made;
        made.cutoff = of.cutoff;
        made.horizon_days = horizon_;
        made.target = of.target;
        for (std::size_t at = 0; at < means_.size(); ++at) {
            made.mean.push_back(static_cast<float>(means_[at]));
            const auto sums = std::span(sums_).subspan(at * samples_, samples_);
            std::ranges::sort(sums);
            for (const double level : kQuantileLevels) {
                const double place = level * static_cast<double>(samples_ - 1);
                const auto below = static_cast<std::size_t>(place);
                const std::size_t above = std::min(below + 1, samples_ - 1);
                made.quantiles.push_back(
                    static_cast<float>(sums[below] + (place - static_cast<double>(below)) *
                                                         (sums[above] - sums[below])));
            }
        }
        return made;
    }

private:
    const Grouping& grouping_;
    std::size_t horizon_;
    std::size_t samples_;
    std::vector<double> sums_;
    std::vector<double> means_;
};

}  // namespace

SharedMoves shared_moves(const DailyPanel& panel, std::int32_t cutoff) {
    std::map<std::uint32_t, Moments> stores;
    for (const PanelSeries& series : panel.series) {
        const std::vector<double> found = surprises(panel, series, cutoff);
        Moments& store = stores[series.store];
        const double variance = mean_square(found);
        store.variances += variance;
        store.deviations += std::sqrt(variance);
        for (std::size_t day = 0; day < found.size(); ++day) {
            store.total[day] += found[day];
        }
    }
    Moments chain;
    double excess_in_stores = 0;
    double pairs_in_stores = 0;
    double squared_deviations = 0;
    for (const auto& [number, store] : stores) {
        const double variance = mean_square(store.total);
        excess_in_stores += variance - store.variances;
        pairs_in_stores += store.deviations * store.deviations - store.variances;
        squared_deviations += store.deviations * store.deviations;
        chain.variances += variance;
        chain.deviations += store.deviations;
        for (std::size_t day = 0; day < store.total.size(); ++day) {
            chain.total[day] += store.total[day];
        }
    }
    const double within = correlation(excess_in_stores, pairs_in_stores);
    SharedMoves moves;
    moves.in_chain = stores.size() < 2
                         ? 0
                         : std::min(within, correlation(mean_square(chain.total) - chain.variances,
                                                        chain.deviations * chain.deviations -
                                                            squared_deviations));
    moves.in_store = within - moves.in_chain;
    return moves;
}

std::vector<DemandForecast> roll_up(const DemandForecast& forecast,
                                    std::span<const std::uint32_t> store_of,
                                    std::span<const Grouping> groupings,
                                    const LevelOptions& options) {
    const std::size_t samples = options.samples;
    std::vector<LevelSums> sums;
    sums.reserve(groupings.size());
    for (const Grouping& grouping : groupings) {
        sums.emplace_back(grouping, forecast, samples);
    }
    std::normal_distribution<double> normal;
    std::mt19937_64 shared(options.seed);
    const std::size_t stores =
        store_of.empty() ? 0 : std::size_t{*std::ranges::max_element(store_of)} + 1;
    // Weights of the factors, by day, sample (and store).
    std::vector<double> chain_factor(forecast.horizon_days * samples);
    std::vector<double> store_factor(stores * forecast.horizon_days * samples);
    for (std::vector<double>* const factors : {&chain_factor, &store_factor}) {
        std::ranges::generate(*factors, [&] { return normal(shared); });
    }
    const double chain_weight = std::sqrt(options.moves.in_chain);
    const double store_weight = std::sqrt(options.moves.in_store);
    const double own_weight =
        std::sqrt(std::max(0.0, 1 - options.moves.in_chain - options.moves.in_store));
    std::mt19937_64 own(options.seed + 1);
    std::vector<double> values(samples);
    for (std::size_t series = 0; series < store_of.size(); ++series) {
        for (std::size_t day = 0; day < forecast.horizon_days; ++day) {
            const auto quantiles = forecast.quantiles_of(series, day);
            const std::size_t of_day = day * samples;
            const std::size_t of_store = (store_of[series] * forecast.horizon_days + day) * samples;
            double mean = 0;
            for (std::size_t sample = 0; sample < samples; ++sample) {
                const double score = chain_weight * chain_factor[of_day + sample] +
                                     store_weight * store_factor[of_store + sample] +
                                     own_weight * normal(own);
                values[sample] = quantile_at(quantiles, normal_share_below(score));
                mean += values[sample] / static_cast<double>(samples);
            }
            // The samples' mean is the forecast's.
            const double wanted = forecast.means_of(series)[day];
            for (double& value : values) {
                value = mean > 0 ? value * wanted / mean : wanted;
            }
            for (LevelSums& level : sums) {
                level.add(series, day, wanted, values);
            }
        }
    }
    std::vector<DemandForecast> made;
    for (LevelSums& level : sums) {
        made.push_back(level.finish(forecast));
    }
    return made;
}

double variance_of(std::span<const float> quantiles, double mean) noexcept {
    constexpr double kMiddle80 = 2 * 1.2815515655446004;  // Of a standard normal distribution.
    const IntervalLevels& at = interval_levels();
    const double deviation =
        (double{quantiles[at.upper_80]} - double{quantiles[at.lower_80]}) / kMiddle80;
    return std::max(mean, deviation * deviation);
}

}  // namespace shelfcast::demand
