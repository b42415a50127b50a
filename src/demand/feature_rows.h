#pragma once

/// \file demand/feature_rows.h
/// Rows of features of many series: to train on, and of days to come. Pure; one owner.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "demand/canonical_order.h"
#include "demand/daily_panel.h"
#include "demand/group_days.h"
#include "demand/model_features.h"
#include "demand/series_history.h"
#include "demand/series_models.h"

namespace shelfcast::demand {

struct TrainingRows {
    std::size_t columns = 0;
    std::vector<float> features;  ///< Row by row.
    std::vector<double> units;    ///< Sold on the target day.
    std::vector<double> level;    ///< Of the series at the origin.
    std::vector<double> weight;   ///< Mean 1.

    [[nodiscard]] std::size_t rows() const noexcept { return units.size(); }
};

struct TrainingRowOptions {
    std::int32_t last_day = 0;       ///< Latest target day.
    std::size_t horizon_days = 7;    ///< Rows look 1 to so many days ahead.
    std::size_t most_rows = 80'000;  ///< Drawn by a hash, likelier where more is sold.
    std::uint32_t seed = 1;
};

/// Days to come of one series, from one origin.
struct AheadRows {
    std::size_t place = 0;  ///< In the canonical order.
    std::int32_t origin = 0;
    double level = 0;
    double mean_price = 0;
    double density = 0;                   ///< 0: sales are rare, to 1: daily.
    std::span<const double> model_means;  ///< Units: SeriesModel by SeriesModel, per day ahead.
    std::span<const double> units;        ///< Sold; kUnknown where not known.
    std::span<const float> features;      ///< Row by row, days 1 to horizon ahead.
};

class FeatureRows {
public:
    /// `as_of`: a panel as demand::as_of leaves it; it outlives the object.
    FeatureRows(const DailyPanel& as_of, std::size_t horizon_days, const FeatureChoice& choice);

    FeatureRows(const FeatureRows&) = delete;
    FeatureRows& operator=(const FeatureRows&) = delete;

    [[nodiscard]] const CanonicalOrder& order() const noexcept { return order_; }
    [[nodiscard]] std::int32_t cutoff_day() const noexcept { return order_.cutoff_day; }
    [[nodiscard]] const FeatureChoice& choice() const noexcept { return choice_; }

    /// Of series with a level and a week of age at the origin. Empty: there is nothing to learn.
    [[nodiscard]] TrainingRows training_rows(const TrainingRowOptions& options);

    /// The rows of the series at each place, one call of `use` each, in that order.
    void rows_ahead(std::span<const std::size_t> places, std::int32_t origin,
                    std::size_t horizon_days, const std::function<void(const AheadRows&)>& use);

    /// Levels of all places at an origin.
    [[nodiscard]] std::vector<double> levels(std::int32_t origin);

    /// Units of all series together, of each day up to the cut-off.
    [[nodiscard]] const std::vector<double>& total_units() const noexcept { return total_units_; }

private:
    struct Drawn {
        std::uint32_t place = 0;
        std::int32_t origin = 0;
        std::int32_t ahead = 0;
        double chance = 1;
    };
    void load(std::size_t place);
    void find_holidays();
    /// Of the loaded series, day by day.
    void add_totals(std::vector<SeriesMeans>& totals);
    [[nodiscard]] const ChainGrowth& growth(std::int32_t origin) const {
        return growth_[static_cast<std::size_t>(origin)];
    }
    /// Of the series that `features_` stands at.
    void fill_model_means(std::int32_t origin, std::span<double> out) const;
    [[nodiscard]] double holiday(std::size_t place, std::int32_t day) const;
    [[nodiscard]] bool is_known(std::size_t place, std::int32_t day) const;
    [[nodiscard]] std::vector<Drawn> draw(const TrainingRowOptions& options);
    void fill(const std::vector<Drawn>& drawn, const TrainingRowOptions& options,
              TrainingRows& out);

    const DailyPanel& panel_;
    std::size_t horizon_days_;
    FeatureChoice choice_;
    CanonicalOrder order_;
    GroupDays groups_;
    ModelFeatures features_;
    SeriesHistory history_;
    std::vector<std::uint8_t> known_;  ///< Place by place, day by day.
    std::vector<std::int32_t> first_known_;
    std::vector<ChainGrowth> growth_;     ///< Day by day.
    std::vector<double> total_units_;     ///< Day by day.
    std::vector<std::uint8_t> holidays_;  ///< Store by store, day by day, the horizon included.
};

}  // namespace shelfcast::demand
