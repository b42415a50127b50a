#include "pipelines/predict/champion_forecaster.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "base/log.h"
#include "demand/forecast_accuracy.h"
#include "demand/forecast_levels.h"
#include "queries/stock.h"
#include "retail/store_catalog.h"

namespace shelfcast::predict {
namespace {

constexpr std::int64_t kKeptUs = 600'000'000;
constexpr std::int64_t kDayUs = 86'400'000'000;

}  // namespace

/// What the fallback says, kept beyond its call.
struct ChampionForecaster::Otherwise {
    StoreId store;
    std::string_view product_id;
    std::optional<ports::SeriesForecast> series;
    std::vector<ports::DayDemand> days;
    std::vector<double> share_of_hour;
    std::string model;
    std::int32_t first_date = 0;
    double rest_of_first_day = 1;  ///< How much of the first day is still to come.
};

Result<ChampionForecaster::Scored> ChampionForecaster::score_chain(const models::LoadedModel& model,
                                                                   std::int32_t cutoff) {
    Scored scored;
    scored.model_version = model.entry().version;
    SHELFCAST_ASSIGN(
        scored.sales,
        panel::read_panel(
            ports_.sales,
            {.dates = {cutoff + 1 - static_cast<std::int32_t>(options_.history_days), cutoff},
             .days_ahead = model.entry().horizon_days,
             .sold_since = cutoff + 1 - static_cast<std::int32_t>(options_.sold_within_days)},
            {}));
    SHELFCAST_ASSIGN(scored.forecast, model.forecast(scored.sales.panel, cutoff, {}));
    return scored;
}

Result<const ChampionForecaster::Scored*> ChampionForecaster::score(std::int64_t now_us) {
    const auto model = ports_.champion.get();
    if (!model) {
        log::warning("predict", "no model can be read, velocity answers error=\"{}\"",
                     model.error().message);
        return nullptr;
    }
    if (!*model) {
        return nullptr;
    }
    const auto cutoff = panel::settle_cutoff(ports_.sales.warehouse, now_us, std::nullopt);
    if (!cutoff && cutoff.error().kind != ErrorKind::kInvalidInput) {
        return tl::unexpected(cutoff.error());
    }
    const auto utc_today = static_cast<std::int32_t>(now_us / kDayUs);
    if (!cutoff || *cutoff + static_cast<std::int32_t>(options_.fresh_days) < utc_today) {
        return nullptr;
    }
    const std::int64_t steady_us = ports_.clock.steady_us();
    if (scored_ && scored_->read_at_us + kKeptUs >= steady_us &&
        scored_->forecast.cutoff == *cutoff &&
        scored_->model_version == (*model)->entry().version) {
        return &*scored_;
    }
    scored_.reset();
    SHELFCAST_ASSIGN(const auto ranges,
                     queries::stock_stores(ports_.sales.warehouse, options_.most_entries));
    if (ranges.size() > 1) {
        return nullptr;
    }
    SHELFCAST_ASSIGN(scored_, score_chain(**model, *cutoff));
    scored_->read_at_us = steady_us;
    return &*scored_;
}

bool ChampionForecaster::tell(const Scored& scored, const Otherwise& otherwise, std::size_t days,
                              const std::function<void(const ports::SeriesForecast&)>& take) {
    const auto& all = scored.sales.panel.series;
    const auto series = std::ranges::find_if(all, [&](const demand::PanelSeries& one) {
        return scored.sales.store_of(one) == otherwise.store &&
               scored.sales.product_of(one) == otherwise.product_id;
    });
    const std::int32_t from = otherwise.first_date - scored.forecast.cutoff - 1;
    if (series == all.end() || from < 0 ||
        from >= static_cast<std::int32_t>(scored.forecast.horizon_days)) {
        return false;
    }
    const auto at = static_cast<std::size_t>(series - all.begin());
    const demand::IntervalLevels& levels = demand::interval_levels();
    const auto means = scored.forecast.means_of(at).subspan(static_cast<std::size_t>(from));
    ports::SeriesForecast told;
    told.store = otherwise.store;
    told.product_id = otherwise.product_id;
    told.first_date = otherwise.first_date;
    told.model = scored.model_version;
    told.units_per_day =
        std::accumulate(means.begin(), means.end(), 0.0) / static_cast<double>(means.size());
    std::vector<ports::DayDemand> demand;
    for (std::size_t ahead = 0; ahead < days; ++ahead) {
        if (ahead >= means.size()) {
            demand.push_back(ahead < otherwise.days.size()
                                 ? otherwise.days[ahead]
                                 : ports::DayDemand{told.units_per_day, told.units_per_day});
            continue;
        }
        const auto quantiles =
            scored.forecast.quantiles_of(at, static_cast<std::size_t>(from) + ahead);
        ports::DayDemand day{means[ahead], demand::variance_of(quantiles, means[ahead])};
        if (ahead == 0 && otherwise.rest_of_first_day < 1) {
            day.mean *= otherwise.rest_of_first_day;
            day.variance *= otherwise.rest_of_first_day;
        } else {
            day.quantiles = {quantiles[levels.lower_80], quantiles[levels.median],
                             quantiles[levels.upper_80]};
        }
        demand.push_back(day);
    }
    told.days = demand;
    told.share_of_hour = otherwise.share_of_hour;
    take(told);
    return true;
}

Status ChampionForecaster::forecast_one(
    StoreId store, std::string_view product_id, std::int64_t now_us, std::size_t days,
    const std::function<void(const ports::SeriesForecast&)>& take) {
    const std::scoped_lock lock(mutex_);
    Otherwise otherwise{.store = store, .product_id = product_id};
    SHELFCAST_TRY(ports_.fallback.forecast_one(
        store, product_id, now_us, days, [&](const ports::SeriesForecast& series) {
            otherwise.series = series;
            otherwise.days.assign(series.days.begin(), series.days.end());
            otherwise.share_of_hour.assign(series.share_of_hour.begin(),
                                           series.share_of_hour.end());
            otherwise.model = series.model;
        }));
    SHELFCAST_ASSIGN(const retail::StoreCatalog catalog, ports_.sales.stores.catalog(std::nullopt));
    const retail::TimeZone* const zone = catalog.time_zone(store);
    if (zone != nullptr) {
        const std::int64_t local_us = now_us + zone->offset_s(now_us / 1000) * 1'000'000;
        otherwise.first_date = static_cast<std::int32_t>(local_us / kDayUs);
        const double hour = static_cast<double>(local_us % kDayUs) / 3.6e9;
        double gone = 0;
        for (std::size_t at = 0; at < otherwise.share_of_hour.size(); ++at) {
            gone +=
                otherwise.share_of_hour[at] * std::clamp(hour - static_cast<double>(at), 0.0, 1.0);
        }
        otherwise.rest_of_first_day = 1 - gone;
        SHELFCAST_ASSIGN(const Scored* const scored, score(now_us));
        if (scored != nullptr && tell(*scored, otherwise, days, take)) {
            return {};
        }
    }
    if (otherwise.series) {
        otherwise.series->product_id = product_id;
        otherwise.series->days = otherwise.days;
        otherwise.series->share_of_hour = otherwise.share_of_hour;
        otherwise.series->model = otherwise.model;
        take(*otherwise.series);
    }
    return {};
}

}  // namespace shelfcast::predict
