#include "demand/group_figures.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "demand/group_days.h"
#include "demand/series_days.h"

namespace shelfcast::demand {
namespace {

constexpr std::uint32_t kAny = std::numeric_limits<std::uint32_t>::max();

double ratio(double part, double whole) { return whole > 0 ? part / whole : double{kUnknown}; }

}  // namespace

GroupFigures::GroupFigures(const DailyPanel& panel, std::int32_t date,
                           const FeatureDefinition& definition)
    : panel_(panel), date_(date), definition_(definition) {
    for (const PanelSeries& series : panel.series) {
        add(series, tallies_[key_of(series)]);
    }
    double sum = 0;
    double groups = 0;
    for (const auto& [key, tally] : tallies_) {
        if (const double mean = tally.mean_of_days(); !std::isnan(mean)) {
            sum += mean;
            ++groups;
        }
    }
    mean_of_groups_ = ratio(sum, groups);
}

double GroupFigures::Tally::mean_of_days() const {
    return ratio(sum, static_cast<double>(std::ranges::count(is_known, true)));
}

GroupFigures::Key GroupFigures::key_of(const PanelSeries& series) const {
    const std::string& kind = definition_.kind;
    if (kind == "elsewhere_mean" || kind == "store_count") {
        return {kAny, series.product, kAny};
    }
    if (kind == "brand_category_others_mean") {
        return {series.store, series.category, series.brand};
    }
    const bool is_of_category =
        kind == "category_mean" || kind == "over_category" || kind == "category_others_mean";
    return {series.store, is_of_category ? series.category : kAny, kAny};
}

void GroupFigures::add(const PanelSeries& series, Tally& tally) const {
    const SeriesDays days(panel_, series, definition_.source);
    if (const double last = days.last_before(date_); !std::isnan(last)) {
        tally.last_sum += last;
        ++tally.last_count;
    }
    tally.age_days = std::fmax(tally.age_days, days.since_first_known(date_));
    tally.is_known.resize(static_cast<std::size_t>(definition_.days));
    bool sold = false;
    for (std::int32_t back = 1; back <= definition_.days; ++back) {
        const float value = days.on(date_ - back);
        if (std::isnan(value)) {
            continue;
        }
        sold = sold || value > 0;
        tally.sum += value;
        tally.weekday_sum += back % kWeekDays == 0 ? value : 0;
        ++tally.series_days;
        tally.is_known[static_cast<std::size_t>(back - 1)] = true;
    }
    tally.sellers += sold ? 1 : 0;
}

double GroupFigures::mean_of_others(const PanelSeries& series, const Tally& tally) const {
    Tally own;
    add(series, own);
    return ratio(tally.sum - own.sum, static_cast<double>(tally.series_days - own.series_days));
}

double GroupFigures::weekday_share(const Tally& tally) const {
    return tally.age_days >= definition_.days ? ratio(tally.weekday_sum, tally.sum)
                                              : double{kUnknown};
}

double GroupFigures::of(const PanelSeries& series) const {
    const std::string& kind = definition_.kind;
    const auto found = tallies_.find(key_of(series));
    if (found == tallies_.end()) {
        return kind == "store_count" ? 0 : double{kUnknown};
    }
    const Tally& tally = found->second;
    if (kind == "store_count") {
        return static_cast<double>(tally.sellers);
    }
    if (kind == "store_age") {
        return tally.age_days;
    }
    if (kind == "store_relative_size") {
        return ratio(tally.mean_of_days(), mean_of_groups_);
    }
    if (kind == "store_weekday_share") {
        return weekday_share(tally);
    }
    if (kind == "over_category") {
        const double last = SeriesDays(panel_, series, definition_.source).last_before(date_);
        return last / ratio(tally.last_sum, static_cast<double>(tally.last_count));
    }
    if (kind == "category_mean" || kind == "store_mean") {
        return tally.mean_of_days();
    }
    // Goods without a brand have nothing in common.
    return kind == "brand_category_others_mean" && series.brand == 0
               ? double{kUnknown}
               : mean_of_others(series, tally);
}

}  // namespace shelfcast::demand
