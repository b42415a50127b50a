#include "demand/feature_rows.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace shelfcast::demand {
namespace {

constexpr std::int32_t kOldestOriginDays = 200;
constexpr std::int32_t kFirstOrigin = 12;
constexpr std::int32_t kFirstOriginOfShortPanels = 6;
constexpr std::size_t kMostOrigins = 60;
constexpr std::int32_t kYoungestDays = 7;
constexpr double kHalfLifeDays = 90;

/// The finaliser of splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
/// generators, OOPSLA 2014), with its increment.
std::uint64_t mixed(std::uint64_t value) {
    value += 0x9E3779B97F4A7C15ULL;
    value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
    return value ^ (value >> 31U);
}

/// 0 to 1, the same for the same row whatever else is drawn.
double draw_of(std::uint32_t seed, std::size_t place, std::int32_t origin, std::int32_t ahead) {
    constexpr std::uint64_t kSeedStep = 1'000'003;
    const std::uint64_t key =
        std::uint64_t{seed} * kSeedStep + (static_cast<std::uint64_t>(place) << 24U) +
        static_cast<std::uint64_t>(origin) * 64U + static_cast<std::uint64_t>(ahead);
    return static_cast<double>(mixed(key) >> 11U) * 0x1p-53;
}

/// Of all series together; within bounds, because a chain may open or close on a day.
double growth_of(double now, double before) {
    constexpr double kTiny = 1e-9;
    constexpr double kMost = 2;
    return std::clamp(now / std::max(before, kTiny), 1 / kMost, kMost);
}

/// Newest first.
std::vector<std::int32_t> origins_before(std::int32_t last_day) {
    std::vector<std::int32_t> all;
    for (std::int32_t o = last_day - 1; o >= std::max(kFirstOrigin, last_day - kOldestOriginDays);
         --o) {
        all.push_back(o);
    }
    if (all.empty()) {
        for (std::int32_t o = last_day - 1; o >= kFirstOriginOfShortPanels; --o) {
            all.push_back(o);
        }
    }
    const std::size_t step =
        std::max<std::size_t>(1, (all.size() + kMostOrigins - 1) / kMostOrigins);
    std::vector<std::int32_t> out;
    for (std::size_t i = 0; i < all.size(); i += step) {
        out.push_back(all[i]);
    }
    return out;
}

/// Interpolated between the two nearest.
double quantile_of(std::vector<double> values, double level) {
    std::ranges::sort(values);
    const double place = level * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

}  // namespace

FeatureRows::FeatureRows(const DailyPanel& as_of, std::size_t horizon_days,
                         const FeatureChoice& choice)
    : panel_(as_of),
      horizon_days_(horizon_days),
      choice_(choice),
      order_(canonical_order(as_of, horizon_days)),
      groups_(order_),
      features_(order_, groups_, choice) {
    const std::size_t days = static_cast<std::size_t>(order_.cutoff_day) + 1;
    known_.assign(order_.series.size() * days, 0);
    first_known_.resize(order_.series.size());
    std::vector<SeriesMeans> totals(days);
    total_units_.assign(days, 0);
    for (std::size_t place = 0; place < order_.series.size(); ++place) {
        load(place);
        groups_.add(place, history_);
        add_totals(totals);
        first_known_[place] = history_.first_known_day();
        for (std::int32_t day = history_.first_day(); day <= order_.cutoff_day; ++day) {
            known_[place * days + static_cast<std::size_t>(day)] = history_.is_known(day) ? 1 : 0;
        }
    }
    groups_.finish();
    find_holidays();
    for (const SeriesMeans& total : totals) {
        growth_.push_back({.level = growth_of(total.month, total.steady),
                           .sales = growth_of(total.sold_month, total.sold_quarter),
                           .uncapped = growth_of(total.sold_quarter, total.quarter)});
    }
}

void FeatureRows::add_totals(std::vector<SeriesMeans>& totals) {
    for (std::int32_t day = history_.first_day(); day <= order_.cutoff_day; ++day) {
        const auto index = static_cast<std::size_t>(day);
        const SeriesMeans means = series_means(history_, day);
        totals[index].month += means.month;
        totals[index].steady += means.steady;
        totals[index].quarter += means.quarter;
        totals[index].sold_month += means.sold_month;
        totals[index].sold_quarter += means.sold_quarter;
        total_units_[index] += history_.units(day);
    }
}

void FeatureRows::load(std::size_t place) {
    history_.load(panel_, panel_.series[order_.series[place]], order_.first_date,
                  order_.cutoff_day);
}

void FeatureRows::find_holidays() {
    const std::size_t days = static_cast<std::size_t>(order_.cutoff_day) + 1 + horizon_days_;
    holidays_.assign(order_.stores * days, 0);
    for (std::size_t place = 0; place < order_.series.size(); ++place) {
        const PanelSeries& series = panel_.series[order_.series[place]];
        const auto offset = static_cast<std::size_t>(series.first_date - order_.first_date);
        for (std::size_t day = 0; day < series.days; ++day) {
            if (panel_.holiday[series.first_day + day] > 0) {
                holidays_[order_.store[place] * days + offset + day] = 1;
            }
        }
    }
}

double FeatureRows::holiday(std::size_t place, std::int32_t day) const {
    const std::size_t days = static_cast<std::size_t>(order_.cutoff_day) + 1 + horizon_days_;
    return holidays_[order_.store[place] * days + static_cast<std::size_t>(day)];
}

bool FeatureRows::is_known(std::size_t place, std::int32_t day) const {
    const std::size_t days = static_cast<std::size_t>(order_.cutoff_day) + 1;
    return known_[place * days + static_cast<std::size_t>(day)] != 0;
}

std::vector<double> FeatureRows::levels(std::int32_t origin) {
    std::vector<double> out;
    out.reserve(order_.series.size());
    for (std::size_t place = 0; place < order_.series.size(); ++place) {
        load(place);
        out.push_back(series_means(history_, origin).steady * growth(origin).level);
    }
    return out;
}

std::vector<FeatureRows::Drawn> FeatureRows::draw(const TrainingRowOptions& options) {
    const std::vector<std::int32_t> origins = origins_before(options.last_day);
    const std::size_t count = order_.series.size();
    std::vector<double> levels(origins.size() * count, 0);  // 0: not to be learnt from.
    for (std::size_t place = 0; place < count; ++place) {
        load(place);
        for (std::size_t i = 0; i < origins.size(); ++i) {
            if (first_known_[place] <= origins[i] - kYoungestDays + 1) {
                levels[i * count + place] =
                    series_means(history_, origins[i]).steady * growth(origins[i]).level;
            }
        }
    }
    const auto horizon = static_cast<std::int32_t>(options.horizon_days);
    std::size_t candidates = 0;
    for (std::size_t i = 0; i < origins.size(); ++i) {
        const auto eligible = static_cast<std::size_t>(
            std::count_if(levels.begin() + static_cast<std::ptrdiff_t>(i * count),
                          levels.begin() + static_cast<std::ptrdiff_t>((i + 1) * count),
                          [](double level) { return level > 0; }));
        candidates +=
            eligible * static_cast<std::size_t>(std::min(horizon, options.last_day - origins[i]));
    }
    const double rate =
        std::min(1.0, static_cast<double>(options.most_rows) /
                          static_cast<double>(std::max<std::size_t>(candidates, 1)));
    std::vector<Drawn> out;
    std::vector<std::uint32_t> places;
    for (std::size_t i = 0; i < origins.size(); ++i) {
        const double* const level = levels.data() + i * count;
        for (std::int32_t ahead = 1; ahead <= std::min(horizon, options.last_day - origins[i]);
             ++ahead) {
            places.clear();
            double sum = 0;
            for (std::size_t place = 0; place < count; ++place) {
                if (level[place] > 0 && is_known(place, origins[i] + ahead)) {
                    places.push_back(static_cast<std::uint32_t>(place));
                    sum += level[place];
                }
            }
            const double mean = sum / static_cast<double>(std::max<std::size_t>(places.size(), 1));
            for (const std::uint32_t place : places) {
                const double chance =
                    std::min(1.0, rate * std::clamp(std::sqrt(level[place] / mean), 0.3, 4.0));
                if (draw_of(options.seed, place, origins[i], ahead) < chance) {
                    out.push_back({place, origins[i], ahead, chance});
                }
            }
        }
    }
    return out;
}

void FeatureRows::fill(const std::vector<Drawn>& drawn, const TrainingRowOptions& options,
                       TrainingRows& out) {
    const std::size_t columns = features_.columns();
    out.columns = columns;
    out.features.resize(drawn.size() * columns);
    out.units.resize(drawn.size());
    out.level.resize(drawn.size());
    out.weight.resize(drawn.size());
    // Series by series, so that each history is read once; a row keeps its place.
    std::vector<std::size_t> by_series(drawn.size());
    std::iota(by_series.begin(), by_series.end(), std::size_t{0});
    std::ranges::stable_sort(by_series, {}, [&](std::size_t row) {
        return std::pair(drawn[row].place, drawn[row].origin);
    });
    const Drawn* before = nullptr;
    for (const std::size_t row : by_series) {
        const Drawn& one = drawn[row];
        if (before == nullptr || before->place != one.place) {
            load(one.place);
            before = nullptr;
        }
        if (before == nullptr || before->origin != one.origin) {
            features_.set_origin(history_, one.place, one.origin, growth(one.origin));
        }
        before = &one;
        const std::int32_t target = one.origin + one.ahead;
        features_.write_row(one.ahead, holiday(one.place, target),
                            std::span(out.features).subspan(row * columns, columns));
        out.units[row] = history_.units(target);
        out.level[row] = features_.level();
        out.weight[row] = features_.level() / one.chance *
                          std::pow(0.5, (options.last_day - target) / kHalfLifeDays);
    }
}

TrainingRows FeatureRows::training_rows(const TrainingRowOptions& options) {
    constexpr double kWeightCap = 0.995;
    TrainingRows out;
    const std::vector<Drawn> drawn = draw(options);
    fill(drawn, options, out);
    if (out.rows() == 0) {
        return out;
    }
    const double cap = quantile_of(out.weight, kWeightCap);
    double sum = 0;
    for (double& weight : out.weight) {
        weight = std::min(weight, cap);
        sum += weight;
    }
    for (double& weight : out.weight) {
        weight *= static_cast<double>(out.rows()) / sum;
    }
    return out;
}

void FeatureRows::fill_model_means(std::int32_t origin, std::span<double> out) const {
    SteadyLevel steady{
        .level = features_.steady_level(), .weekday = {}, .uncapped = growth(origin).uncapped};
    for (std::size_t day = 0; day < steady.weekday.size(); ++day) {
        steady.weekday[day] = features_.weekday_index(static_cast<std::int32_t>(day) + 1);
    }
    const SeriesModels models(history_, origin, steady);
    const std::size_t days = out.size() / kSeriesModels;
    for (std::size_t model = 0; model < kSeriesModels; ++model) {
        for (std::size_t day = 0; day < days; ++day) {
            out[model * days + day] =
                models.mean(static_cast<SeriesModel>(model), static_cast<std::int32_t>(day) + 1);
        }
    }
}

void FeatureRows::rows_ahead(std::span<const std::size_t> places, std::int32_t origin,
                             std::size_t horizon_days,
                             const std::function<void(const AheadRows&)>& use) {
    const std::size_t columns = features_.columns();
    std::vector<float> features(horizon_days * columns);
    std::vector<double> means(kSeriesModels * horizon_days);
    std::vector<double> units(horizon_days);
    for (const std::size_t place : places) {
        load(place);
        features_.set_origin(history_, place, origin, growth(origin));
        for (std::size_t day = 0; day < horizon_days; ++day) {
            const auto ahead = static_cast<std::int32_t>(day) + 1;
            features_.write_row(ahead, holiday(place, origin + ahead),
                                std::span(features).subspan(day * columns, columns));
            units[day] = history_.is_known(origin + ahead) ? history_.units(origin + ahead)
                                                           : double{kUnknown};
        }
        fill_model_means(origin, means);
        use({.place = place,
             .origin = origin,
             .level = features_.level(),
             .mean_price = features_.mean_price(),
             .density = features_.density(),
             .model_means = means,
             .units = units,
             .features = features});
    }
}

}  // namespace shelfcast::demand
