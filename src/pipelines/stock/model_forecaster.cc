#include "pipelines/stock/model_forecaster.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <span>

#include "pipelines/stock/store_clock.h"
#include "retail/store_catalog.h"

namespace shelfcast::stock {
namespace {

constexpr std::int64_t kPauseFactor = 50;
constexpr std::int64_t kDayUs = 86'400'000'000;
constexpr double kMiddle80 = 2 * 1.2815515655446004;  // Of a standard normal distribution.

/// The share of a day's demand that comes after that time of day.
double share_after(std::span<const double> share_of_hour, double hour) {
    const auto whole = static_cast<std::size_t>(hour);
    double share = 0;
    for (std::size_t at = whole; at < share_of_hour.size(); ++at) {
        const double part = at == whole ? 1 - (hour - static_cast<double>(whole)) : 1;
        share += part * share_of_hour[at];
    }
    return share;
}

ports::DayDemand demand_of(const queries::StoredForecast& day, double share) {
    const double deviation = (day.upper_80 - day.lower_80) / kMiddle80;
    return {day.mean * share, std::max(day.mean, deviation * deviation) * share};
}

}  // namespace

/// Puts forecasts in the place of the fallback's series, and between them where the fallback knows
/// nothing of a product. The fallback goes by store and product.
class ModelForecaster::Merge {
public:
    Merge(const ModelForecaster& all, const retail::StoreCatalog& catalog, std::int64_t now_us,
          std::size_t days, const std::function<void(const ports::SeriesForecast&)>& take)
        : all_(all),
          catalog_(catalog),
          now_us_(now_us),
          days_(days),
          take_(take),
          next_(all.forecasts_.begin()) {}

    void merge(const ports::SeriesForecast& series) {
        if (series.store != store_ || share_of_hour_.empty()) {
            finish_store();
            begin_store(series);
        }
        while (next_ != all_.forecasts_.end() && next_->first.first == store_ &&
               next_->first.second < series.product_id) {
            tell(*next_++, {});
        }
        if (next_ != all_.forecasts_.end() && next_->first.first == store_ &&
            next_->first.second == series.product_id) {
            if (!tell(*next_++, series.days)) {
                take_(series);
            }
        } else {
            take_(series);
        }
    }

    void merge_one(const ports::SeriesForecast& series) {
        begin_store(series);
        const auto found =
            all_.forecasts_.find(std::pair(series.store, std::string(series.product_id)));
        if (found == all_.forecasts_.end() || !tell(*found, series.days)) {
            take_(series);
        }
    }

    /// What is forecast of the store beyond the fallback's last product.
    void finish_store() {
        while (!share_of_hour_.empty() && next_ != all_.forecasts_.end() &&
               next_->first.first == store_) {
            tell(*next_++, {});
        }
    }

    /// Of one store and product; false: there is no fresh forecast of today.
    bool tell(const std::pair<const std::pair<StoreId, std::string>, Days>& forecast,
              std::span<const ports::DayDemand> otherwise) {
        const Days& days = forecast.second;
        const auto today = std::ranges::find(days, first_date_, &queries::StoredForecast::date);
        if (today == days.end()) {
            return false;
        }
        std::vector<ports::DayDemand> demand;
        double units = 0;
        for (auto day = today; day != days.end(); ++day) {
            units += day->mean;
        }
        ports::SeriesForecast told;
        told.units_per_day = units / static_cast<double>(days.end() - today);
        for (std::size_t ahead = 0; ahead < days_; ++ahead) {
            const auto date = first_date_ + static_cast<std::int32_t>(ahead);
            const auto day =
                std::ranges::find(today, days.end(), date, &queries::StoredForecast::date);
            if (day != days.end()) {
                demand.push_back(demand_of(*day, ahead == 0 ? rest_of_today_ : 1));
            } else if (ahead < otherwise.size()) {
                demand.push_back(otherwise[ahead]);
            } else {
                demand.push_back({told.units_per_day, told.units_per_day});
            }
        }
        told.store = forecast.first.first;
        told.product_id = forecast.first.second;
        told.first_date = first_date_;
        told.days = demand;
        told.model = today->model_version;
        told.share_of_hour = share_of_hour_;
        take_(told);
        return true;
    }

private:
    void begin_store(const ports::SeriesForecast& series) {
        store_ = series.store;
        share_of_hour_.assign(series.share_of_hour.begin(), series.share_of_hour.end());
        first_date_ = series.first_date;
        const retail::TimeZone* const zone = catalog_.time_zone(store_);
        rest_of_today_ =
            zone == nullptr ? 1 : share_after(share_of_hour_, local_now(*zone, now_us_).hour);
        next_ = all_.forecasts_.lower_bound(std::pair(store_, std::string()));
    }

    const ModelForecaster& all_;
    const retail::StoreCatalog& catalog_;
    std::int64_t now_us_;
    std::size_t days_;
    const std::function<void(const ports::SeriesForecast&)>& take_;
    std::map<std::pair<StoreId, std::string>, Days, std::less<>>::const_iterator next_;
    StoreId store_{};
    std::vector<double> share_of_hour_;  ///< Empty: no store has begun.
    std::int32_t first_date_ = 0;
    double rest_of_today_ = 1;
};

Status ModelForecaster::read(std::int64_t now_us) {
    const std::int64_t began_us = ports_.clock.steady_us();
    if (read_again_us_ && began_us < *read_again_us_) {
        return {};
    }
    const auto utc_today = static_cast<std::int32_t>(now_us / kDayUs);
    // A store's date is UTC's, the one before or the one after.
    SHELFCAST_ASSIGN(auto rows, queries::newest_forecasts(ports_.warehouse, utc_today - 1,
                                                          utc_today - fresh_days_));
    forecasts_.clear();
    for (queries::StoredForecast& row : rows) {
        forecasts_[{row.store, row.product_id}].push_back(std::move(row));
    }
    const std::int64_t ended_us = ports_.clock.steady_us();
    read_again_us_ = ended_us + kPauseFactor * (ended_us - began_us);
    return {};
}

Status ModelForecaster::forecast(std::int64_t now_us, std::size_t days,
                                 const std::function<void(const ports::SeriesForecast&)>& take) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(read(now_us));
    SHELFCAST_ASSIGN(const retail::StoreCatalog catalog, ports_.stores.catalog(std::nullopt));
    Merge merge(*this, catalog, now_us, days, take);
    SHELFCAST_TRY(ports_.fallback.forecast(
        now_us, days, [&](const ports::SeriesForecast& series) { merge.merge(series); }));
    merge.finish_store();
    return {};
}

Status ModelForecaster::forecast_one(
    StoreId store, std::string_view product_id, std::int64_t now_us, std::size_t days,
    const std::function<void(const ports::SeriesForecast&)>& take) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(read(now_us));
    SHELFCAST_ASSIGN(const retail::StoreCatalog catalog, ports_.stores.catalog(std::nullopt));
    Merge merge(*this, catalog, now_us, days, take);
    return ports_.fallback.forecast_one(
        store, product_id, now_us, days,
        [&](const ports::SeriesForecast& series) { merge.merge_one(series); });
}

}  // namespace shelfcast::stock
