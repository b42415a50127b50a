#pragma once

/// \file demand/model_features.h
/// What the tree models see of a series at an origin (the last day known) and a day to come.
///
/// Units are divided by the series' level, so that one model serves a series of 0.1 a day and one
/// of 1,000; ids are no features, so that it serves series that it was not trained on. A value at
/// an origin reads days up to it, and of the day to come only the columns of `known`
/// (docs/ML_GUIDE.md lists every column). Pure; one owner.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "demand/canonical_order.h"
#include "demand/daily_panel.h"
#include "demand/group_days.h"
#include "demand/series_history.h"

namespace shelfcast::demand {

struct FeatureChoice {
    KnownAhead known;
    bool stock_outs = false;  ///< Whether the panel says when shelves were empty.
};

/// The columns, in order.
[[nodiscard]] std::vector<std::string> model_feature_names(const FeatureChoice& choice);

/// Units per day of a series at an origin, capped as histories cap them where nothing else is said.
struct SeriesMeans {
    double month = 0;         ///< Over 28 days.
    double quarter = 0;       ///< Over 91 days.
    double steady = 0;        ///< The mean of both: what a single series is worth.
    double sold_month = 0;    ///< Over 28 days, not capped.
    double sold_quarter = 0;  ///< Over 91 days, not capped.
};
[[nodiscard]] SeriesMeans series_means(const SeriesHistory& history, std::int32_t origin);

/// How the last month of all series together stands to what was before: common to all, so no noise.
struct ChainGrowth {
    double level = 1;     ///< Month over steady mean, of capped units.
    double sales = 1;     ///< Month over quarter, of units as they were sold.
    double uncapped = 1;  ///< Units of the quarter as they were sold over capped ones.
};

class ModelFeatures {
public:
    /// `groups` is finished and outlives the object, like `order`.
    ModelFeatures(const CanonicalOrder& order, GroupDays& groups, FeatureChoice choice);

    [[nodiscard]] std::size_t columns() const noexcept { return columns_; }

    /// The series at `place`, whose history is loaded, at the end of day `origin`. Its level is its
    /// steady mean times the growth of all series together.
    void set_origin(const SeriesHistory& history, std::size_t place, std::int32_t origin,
                    const ChainGrowth& growth);
    /// The row for the day `origin` + `ahead`; `holiday` of that day. Writes columns() values.
    void write_row(std::int32_t ahead, double holiday, std::span<float> out) const;

    /// Units per day; 0: nothing was sold in 91 days.
    [[nodiscard]] double level() const noexcept { return level_; }
    /// 0: sells on less than three days of four, to 1: on nearly every day.
    [[nodiscard]] double density() const noexcept { return density_; }
    /// What the day `origin` + `ahead` sells beside a mean day: the own weekday's, shrunk to the
    /// category's where few weeks are known, and the category's alone where sales are rare.
    [[nodiscard]] double weekday_index(std::int32_t ahead) const;
    /// Units on a mean day: the mean of month and slowly smoothed level; where sales are rare, the
    /// quarter's mean with the chain's growth, because a month of rare sales says little.
    [[nodiscard]] double steady_level() const noexcept { return steady_level_; }
    /// Over 28 days.
    [[nodiscard]] double mean_price() const noexcept { return mean_price_; }

private:
    struct WeekdayValues {
        double mean_4 = 0;  ///< Capped units on the last four days of that weekday; and so on.
        double mean_8 = 0;
        double last = 0;
        double smoothed = 0;
        double stock_out_hours = 0;
        double known_of_8 = 0;
        std::array<double, kGroups> group_index{};
    };
    void set_static(const SeriesHistory& history, std::size_t place);
    void set_weekdays(const SeriesHistory& history, std::size_t place);
    [[nodiscard]] std::size_t weekday_at(std::int32_t day) const;

    const CanonicalOrder& order_;
    GroupDays& groups_;
    FeatureChoice choice_;
    std::size_t columns_;
    const SeriesHistory* history_ = nullptr;
    std::int32_t origin_ = 0;
    double level_ = 0;
    double scale_ = 1;
    double mean_price_ = 0;
    double promo_share_ = 0;
    double mean_on_promo_ = 0;
    double mean_off_promo_ = 0;
    double density_ = 0;
    double steady_level_ = 0;
    double mean_56_ = 0;
    std::vector<float> static_;
    std::array<WeekdayValues, kWeekDays> weekdays_{};
};

}  // namespace shelfcast::demand
