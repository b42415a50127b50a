#include "pipelines/forecast/hold_out.h"

#include <algorithm>
#include <cmath>

namespace shelfcast::forecast {
namespace {

using demand::AheadRows;
using demand::HeldBack;

/// Rows of one origin until they are forecast together.
struct Batch {
    std::vector<float> features;
    std::vector<double> levels;
    std::vector<double> density;
    std::array<std::vector<double>, demand::kSeriesModels> models;
    std::vector<double> units;
    std::vector<HeldBack::Window> windows;

    void add(const AheadRows& rows, std::size_t columns, std::size_t first_day) {
        HeldBack::Window window{
            .begin = units.size(), .days = 0, .mean_price = rows.mean_price, .origin = rows.origin};
        for (std::size_t day = first_day; day < rows.units.size(); ++day) {
            if (std::isnan(rows.units[day])) {
                continue;
            }
            const auto row = rows.features.subspan(day * columns, columns);
            features.insert(features.end(), row.begin(), row.end());
            levels.push_back(rows.level);
            density.push_back(rows.density);
            for (std::size_t model = 0; model < models.size(); ++model) {
                models[model].push_back(rows.model_means[model * rows.units.size() + day]);
            }
            units.push_back(rows.units[day]);
            ++window.days;
        }
        if (window.days > 0) {
            windows.push_back(window);
        }
    }
};

void append(std::vector<double>& to, const std::vector<double>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

void append(HeldBack& to, const demand::HeadForecasts& forecasts, Batch batch) {
    const std::size_t begin = to.units.size();
    append(to.forecasts.mean, forecasts.mean);
    append(to.forecasts.density, batch.density);
    for (std::size_t model = 0; model < batch.models.size(); ++model) {
        append(to.forecasts.models[model], batch.models[model]);
    }
    for (std::size_t head = 0; head < forecasts.quantiles.size(); ++head) {
        append(to.forecasts.quantiles[head], forecasts.quantiles[head]);
    }
    append(to.units, batch.units);
    for (HeldBack::Window window : batch.windows) {
        window.begin += begin;
        to.windows.push_back(window);
    }
}

}  // namespace

std::int32_t held_back_days(std::int32_t history_days) {
    constexpr double kDaysPerWeekHeld = 35;
    constexpr double kMostWeeks = 4;
    return 7 * static_cast<std::int32_t>(
                   std::clamp(std::nearbyint(history_days / kDaysPerWeekHeld), 1.0, kMostWeeks));
}

Result<HeldBack> hold_out(demand::FeatureRows& rows, std::span<const std::size_t> places,
                          const HeadTrainer& train, const HoldOutOptions& options,
                          const std::stop_token& stop) {
    constexpr std::int32_t kFirstOrigin = 9;
    constexpr std::int32_t kLeastHistory = 6;
    const std::int32_t cutoff = rows.cutoff_day();
    const std::int32_t held = held_back_days(cutoff + 1);
    const std::int32_t last = cutoff - held;
    const auto horizon = static_cast<std::int32_t>(options.horizon_days);
    HeldBack out;
    const demand::TrainingRows training =
        rows.training_rows({.last_day = last,
                            .horizon_days = static_cast<std::size_t>(
                                std::min(horizon, std::max(1, last - kLeastHistory))),
                            .most_rows = options.most_rows,
                            .seed = options.seed});
    if (training.rows() == 0) {
        return out;
    }
    SHELFCAST_ASSIGN(const TreeHeads heads, train(training, stop));
    for (std::int32_t origin = cutoff - 7; origin >= std::max(last - horizon, kFirstOrigin);
         origin -= 7) {
        const std::int32_t first_ahead = std::max(1, last - origin + 1);
        const std::int32_t last_ahead = std::min(horizon, cutoff - origin);
        if (first_ahead > last_ahead) {
            continue;
        }
        Batch batch;
        rows.rows_ahead(
            places, origin, static_cast<std::size_t>(last_ahead), [&](const AheadRows& ahead) {
                if (ahead.level > 0) {
                    batch.add(ahead, training.columns, static_cast<std::size_t>(first_ahead) - 1);
                }
            });
        demand::HeadForecasts forecasts;
        SHELFCAST_TRY(heads.predict({batch.features, training.columns}, batch.levels,
                                    options.threads, forecasts));
        append(out, forecasts, std::move(batch));
    }
    return out;
}

}  // namespace shelfcast::forecast
