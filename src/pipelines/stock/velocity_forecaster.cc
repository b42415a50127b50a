#include "pipelines/stock/velocity_forecaster.h"

#include <algorithm>
#include <array>
#include <utility>

#include "pipelines/stock/store_clock.h"
#include "retail/store_catalog.h"
#include "retail/time_zone.h"

namespace shelfcast::stock {
namespace {

constexpr std::int64_t kPauseFactor = 50;

demand::StoreShape shape_of(std::span<const queries::StoreWeekHour> hours, std::int32_t today) {
    std::array<int, 7> dates_of{};
    for (std::int32_t date = hours.front().first_date; date < today; ++date) {
        ++dates_of[static_cast<std::size_t>(demand::weekday_of(date) - 1)];
    }
    std::vector<demand::WeekHour> sales;
    std::ranges::transform(hours, std::back_inserter(sales), [](const auto& one) {
        return demand::WeekHour{one.weekday, one.hour, one.sales};
    });
    return demand::StoreShape::of(sales, dates_of, hours.front().open_days);
}

/// Of an average open day: what is left of today, then each following day.
std::vector<double> days_worth(const demand::StoreShape& shape, const LocalNow& now,
                               std::size_t days) {
    std::vector<double> worth(days);
    for (std::size_t day = 0; day < days; ++day) {
        const auto date = now.date + static_cast<std::int32_t>(day);
        worth[day] = shape.days_worth(demand::weekday_of(date)) *
                     (day == 0 ? shape.share_after(now.hour) : 1);
    }
    return worth;
}

}  // namespace

DailySales daily_sales_of(const queries::Velocity& past) {
    constexpr double kDaysForAVariance = 3;
    const double days = std::max(1.0, past.open_days - past.lost_days);
    DailySales sales;
    sales.mean = past.units / days;
    sales.variance =
        days < kDaysForAVariance
            ? sales.mean
            : std::max(0.0, (past.squares - past.units * past.units / days) / (days - 1));
    if (sales.mean > 0) {
        sales.level_error = std::max(sales.variance, sales.mean) / days / (sales.mean * sales.mean);
    }
    return sales;
}

Status VelocityForecaster::read_past(std::int64_t now_us) {
    const std::int64_t began_us = clock_.steady_us();
    if (read_again_us_ && began_us < *read_again_us_) {
        return {};
    }
    SHELFCAST_ASSIGN(const retail::StoreCatalog catalog, stores_.catalog(std::nullopt));
    SHELFCAST_ASSIGN(const auto hours, queries::week_hours(warehouse_, now_us));
    SHELFCAST_ASSIGN(past_, queries::velocities(warehouse_, now_us));
    shapes_.clear();
    for (auto first = hours.begin(); first != hours.end();) {
        const auto last = std::find_if(first, hours.end(),
                                       [&](const auto& one) { return one.store != first->store; });
        if (const retail::TimeZone* const zone = catalog.time_zone(first->store)) {
            shapes_.emplace(first->store, shape_of({first, last}, local_now(*zone, now_us).date));
        }
        first = last;
    }
    const std::int64_t ended_us = clock_.steady_us();
    read_again_us_ = ended_us + kPauseFactor * (ended_us - began_us);
    return {};
}

Status VelocityForecaster::forecast(std::int64_t now_us, std::size_t days,
                                    const std::function<void(const ports::SeriesForecast&)>& take) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(read_past(now_us));
    return forecast_all(past_, now_us, days, take);
}

Status VelocityForecaster::forecast_one(
    StoreId store, std::string_view product_id, std::int64_t now_us, std::size_t days,
    const std::function<void(const ports::SeriesForecast&)>& take) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(read_past(now_us));
    const auto of_key = std::ranges::equal_range(
        past_, std::pair(store, product_id), {}, [](const queries::Velocity& past) {
            return std::pair(past.store, std::string_view(past.product_id));
        });
    return forecast_all({of_key.begin(), of_key.end()}, now_us, days, take);
}

Status VelocityForecaster::forecast_all(
    std::span<const queries::Velocity> all, std::int64_t now_us, std::size_t days,
    const std::function<void(const ports::SeriesForecast&)>& take) {
    SHELFCAST_ASSIGN(const retail::StoreCatalog catalog, stores_.catalog(std::nullopt));
    std::vector<ports::DayDemand> demand(days);
    std::vector<double> worth;
    ports::SeriesForecast series;
    const demand::StoreShape* shape = nullptr;
    for (const queries::Velocity& past : all) {
        if (series.store != past.store || worth.empty()) {
            const auto found = shapes_.find(past.store);
            const retail::TimeZone* const zone = catalog.time_zone(past.store);
            shape = found == shapes_.end() || zone == nullptr ? nullptr : &found->second;
            series.store = past.store;
            if (shape != nullptr) {
                const LocalNow now = local_now(*zone, now_us);
                series.first_date = now.date;
                series.share_of_hour = shape->share_of_hour();
                worth = days_worth(*shape, now, days);
            }
        }
        if (shape == nullptr) {
            continue;
        }
        const DailySales sales = daily_sales_of(past);
        for (std::size_t day = 0; day < days; ++day) {
            demand[day] = {sales.mean * worth[day], sales.variance * worth[day]};
        }
        series.product_id = past.product_id;
        series.units_per_day = sales.mean;
        series.level_error = sales.level_error;
        series.days = demand;
        take(series);
    }
    return {};
}

}  // namespace shelfcast::stock
