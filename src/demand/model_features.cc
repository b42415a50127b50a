#include "demand/model_features.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace shelfcast::demand {
namespace {

constexpr double kTiny = 1e-9;
using Sum = SeriesHistory::Sum;

double mean_over(const SeriesHistory& history, Sum of, std::int32_t origin, std::int32_t days) {
    return history.sum(of, origin, days) / std::max(1.0, history.sum(Sum::kDays, origin, days));
}

double deviation_over(const SeriesHistory& history, std::int32_t origin, std::int32_t days) {
    const double mean = mean_over(history, Sum::kUnits, origin, days);
    return std::sqrt(std::max(0.0, mean_over(history, Sum::kSquares, origin, days) - mean * mean));
}

/// A mean of few days, drawn to the mean of all by two days of it.
double shrunk(double units, double days, double mean) { return (units + 2 * mean) / (days + 2); }

/// Of the share of days with a sale.
double density_of(double sale_share) {
    constexpr double kRare = 0.75;
    constexpr double kDaily = 0.95;
    return std::clamp((sale_share - kRare) / (kDaily - kRare), 0.0, 1.0);
}

double most_of(const SeriesHistory& history, std::int32_t origin, std::int32_t days) {
    double most = 0;
    for (std::int32_t day = std::max(0, origin + 1 - days); day <= origin; ++day) {
        most = std::max(most, history.capped_units(day));
    }
    return most;
}

}  // namespace

std::vector<std::string> model_feature_names(const FeatureChoice& choice) {
    std::vector<std::string> out = {
        "log_level",       "mean_7",        "mean_14",         "mean_28",
        "mean_56",         "std_dev_28",    "std_dev_91",      "sale_share_7",
        "sale_share_28",   "sale_share_91", "sale_size_91",    "days_since_sale",
        "max_28",          "lag_1",         "lag_2",           "lag_3",
        "smoothed_slow",   "smoothed_fast", "product_trend_7", "product_trend_28",
        "share_of_product"};
    const auto add = [&](std::initializer_list<const char*> names) {
        out.insert(out.end(), names.begin(), names.end());
    };
    if (choice.stock_outs) {
        add({"stock_out_hours_mean_7", "stock_out_hours_mean_28", "stock_out_hours_lag_1",
             "in_stock_share_28", "in_stock_mean_7", "in_stock_mean_28"});
    }
    add({"days_ahead", "day_of_week", "same_weekday_mean_4", "same_weekday_mean_8",
         "same_weekday_lag_1", "same_weekday_smoothed", "store_weekday", "product_weekday",
         "category_weekday", "total_weekday"});
    if (choice.stock_outs) {
        add({"same_weekday_stock_out_hours"});
    }
    add({"relative_price_lag_1", "promotion_share_28"});
    if (choice.known.price) {
        add({"relative_price", "price"});
    }
    if (choice.known.promo) {
        add({"is_promotion", "promotion_change", "promotion_mean_28"});
    }
    if (choice.known.holiday) {
        add({"is_holiday"});
    }
    return out;
}

SeriesMeans series_means(const SeriesHistory& history, std::int32_t origin) {
    const double month_days = std::max(1.0, history.sum(Sum::kDays, origin, 28));
    const double quarter_days = std::max(1.0, history.sum(Sum::kDays, origin, 91));
    const double month = history.sum(Sum::kUnits, origin, 28) / month_days;
    const double quarter = history.sum(Sum::kUnits, origin, 91) / quarter_days;
    return {.month = month,
            .quarter = quarter,
            .steady = 0.5 * month + 0.5 * quarter,
            .sold_month = history.sum(Sum::kSold, origin, 28) / month_days,
            .sold_quarter = history.sum(Sum::kSold, origin, 91) / quarter_days};
}

ModelFeatures::ModelFeatures(const CanonicalOrder& order, GroupDays& groups, FeatureChoice choice)
    : order_(order),
      groups_(groups),
      choice_(choice),
      columns_(model_feature_names(choice).size()) {}

std::size_t ModelFeatures::weekday_at(std::int32_t day) const {
    return static_cast<std::size_t>(weekday_of(order_.first_date + day));
}

void ModelFeatures::set_origin(const SeriesHistory& history, std::size_t place, std::int32_t origin,
                               const ChainGrowth& growth) {
    history_ = &history;
    origin_ = origin;
    const SeriesMeans means = series_means(history, origin);
    level_ = means.steady * growth.level;
    scale_ = std::max(level_, kTiny);
    density_ = density_of(mean_over(history, Sum::kSaleDays, origin, 91));
    steady_level_ = density_ * 0.5 * (history.smoothed_slow(origin) + means.month) +
                    (1 - density_) * growth.sales * means.sold_quarter;
    set_static(history, place);
    set_weekdays(history, place);
}

void ModelFeatures::set_static(const SeriesHistory& history, std::size_t place) {
    constexpr std::int32_t kLongestSince = 120;
    const std::int32_t o = origin_;
    static_.clear();
    const auto put = [&](double value) { static_.push_back(static_cast<float>(value)); };
    const auto mean = [&](Sum of, std::int32_t days) { return mean_over(history, of, o, days); };
    put(std::log(std::max(level_, 1e-3)));
    for (const std::int32_t days : {7, 14, 28, 56}) {
        put(mean(Sum::kUnits, days) / scale_);
    }
    put(deviation_over(history, o, 28) / scale_);
    put(deviation_over(history, o, 91) / scale_);
    for (const std::int32_t days : {7, 28, 91}) {
        put(mean(Sum::kSaleDays, days));
    }
    put(history.sum(Sum::kUnits, o, 91) / std::max(1.0, history.sum(Sum::kSaleDays, o, 91)) /
        scale_);
    const std::int32_t last_sale = history.last_sale_day(o);
    put(last_sale < 0 ? kLongestSince : std::min(o - last_sale, kLongestSince));
    put(most_of(history, o, 28) / scale_);
    for (std::int32_t back = 0; back < 3; ++back) {
        put(history.capped_units(o - back) / scale_);
    }
    put(history.smoothed_slow(o) / scale_);
    put(history.smoothed_fast(o) / scale_);
    // Trends of greater groups, and age, are left out: alike for all rows of a day, they are clocks
    // by which trees learn days by heart.
    const GroupTrend& product =
        groups_.trends(Group::kProduct, o)[groups_.group_of(Group::kProduct, place)];
    put(product.week_to_month);
    put(product.month_to_quarter);
    const double month = mean(Sum::kUnits, 28);
    put(month / std::max(product.month_mean, kTiny));
    if (choice_.stock_outs) {
        put(mean(Sum::kStockOutHours, 7));
        put(mean(Sum::kStockOutHours, 28));
        put(history.stock_out_hours(o));
        put(mean(Sum::kInStockDays, 28));
        for (const std::int32_t days : {7, 28}) {
            put(shrunk(history.sum(Sum::kInStockUnits, o, days),
                       history.sum(Sum::kInStockDays, o, days), mean(Sum::kUnits, days)) /
                scale_);
        }
    }
    mean_56_ = mean(Sum::kUnits, 56);
    mean_price_ = mean(Sum::kPrices, 28);
    promo_share_ = mean(Sum::kPromoDays, 28);
    const double promo_days = history.sum(Sum::kPromoDays, o, 28);
    const double promo_units = history.sum(Sum::kPromoUnits, o, 28);
    const double days = std::max(1.0, history.sum(Sum::kDays, o, 28));
    mean_on_promo_ = shrunk(promo_units, promo_days, month);
    mean_off_promo_ = shrunk(month * days - promo_units, days - promo_days, month);
}

void ModelFeatures::set_weekdays(const SeriesHistory& history, std::size_t place) {
    constexpr std::int32_t kLookBack = 56;
    for (std::int32_t back = 0; back < kWeekDays; ++back) {
        const std::int32_t latest = origin_ - back;
        WeekdayValues& out = weekdays_[weekday_at(latest)];
        const bool is_there = latest >= 0;
        out = {.mean_4 = level_,
               .mean_8 = level_,
               .last = is_there ? history.capped_units(latest) : level_,
               .smoothed = is_there ? history.smoothed_weekday(latest) : level_};
        double units = 0;
        double known = 0;
        double hours = 0;
        int place_back = 0;
        for (std::int32_t day = latest; day >= 0 && day > origin_ - kLookBack; day -= kWeekDays) {
            known += history.is_known(day) ? 1 : 0;
            units += history.capped_units(day);
            ++place_back;
            if (place_back <= 4) {
                hours += history.stock_out_hours(day);
                out.mean_4 = known > 0 ? units / known : level_;
                out.stock_out_hours = hours / place_back;
            }
        }
        out.mean_8 = known > 0 ? units / known : level_;
        out.known_of_8 = known;
        for (std::size_t kind = 0; kind < kGroups; ++kind) {
            const auto group = static_cast<Group>(kind);
            out.group_index[kind] = groups_.trends(group, origin_)[groups_.group_of(group, place)]
                                        .weekday[weekday_at(latest)];
        }
    }
}

double ModelFeatures::weekday_index(std::int32_t ahead) const {
    constexpr double kCategoryWeeks = 4;
    const WeekdayValues& day = weekdays_[weekday_at(origin_ + ahead)];
    const double category = day.group_index[static_cast<std::size_t>(Group::kCategory)];
    const double own =
        (day.known_of_8 * day.mean_8 / std::max(mean_56_, kTiny) + kCategoryWeeks * category) /
        (day.known_of_8 + kCategoryWeeks);
    return density_ * own + (1 - density_) * category;
}

void ModelFeatures::write_row(std::int32_t ahead, double holiday, std::span<float> out) const {
    SHELFCAST_CHECK(out.size() == columns_);
    std::size_t at = static_.size();
    std::ranges::copy(static_, out.begin());
    const auto put = [&](double value) { out[at++] = static_cast<float>(value); };
    const std::int32_t target = origin_ + ahead;
    const std::size_t weekday = weekday_at(target);
    const WeekdayValues& day = weekdays_[weekday];
    put(ahead);
    put(static_cast<double>(weekday));
    put(day.mean_4 / scale_);
    put(day.mean_8 / scale_);
    put(day.last / scale_);
    put(day.smoothed / scale_);
    for (const double index : day.group_index) {
        put(index);
    }
    if (choice_.stock_outs) {
        put(day.stock_out_hours);
    }
    const double price_scale = std::max(mean_price_, kTiny);
    put(history_->price(origin_) / price_scale);
    put(promo_share_);
    if (choice_.known.price) {
        put(history_->price(target) / price_scale);
        put(history_->price(target));
    }
    if (choice_.known.promo) {
        const double promo = history_->promo(target);
        put(promo);
        put(promo - promo_share_);
        put((promo > 0 ? mean_on_promo_ : mean_off_promo_) / scale_);
    }
    if (choice_.known.holiday) {
        put(holiday);
    }
    SHELFCAST_CHECK(at == columns_);
}

}  // namespace shelfcast::demand
