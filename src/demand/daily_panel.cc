#include "demand/daily_panel.h"

#include <algorithm>

#include "retail/time_zone.h"

namespace shelfcast::demand {
namespace {

struct DateRange {
    std::int32_t first = std::numeric_limits<std::int32_t>::max();
    std::int32_t last = std::numeric_limits<std::int32_t>::min();
};

DateRange dates_of(const DailyPanel& panel) {
    DateRange out;
    for (const PanelSeries& series : panel.series) {
        out.first = std::min(out.first, series.first_date);
        out.last = std::max(out.last, panel.last_date(series));
    }
    return out;
}

/// Copies days of one column; days that the source does not have, or may not show, stay unknown.
void copy_days(const std::vector<float>& from, const PanelSeries& source, std::size_t days,
               std::vector<float>& to, const PanelSeries& target) {
    const std::size_t count = std::min(days, source.days);
    std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(source.first_day), count,
                to.begin() + static_cast<std::ptrdiff_t>(target.first_day));
}

}  // namespace

Result<DailyPanel> as_of(const DailyPanel& panel, std::int32_t cutoff, std::size_t horizon_days,
                         const KnownAhead& known) {
    DailyPanel out;
    out.names = panel.names;
    std::size_t days = 0;
    std::vector<const PanelSeries*> sources;
    for (const PanelSeries& series : panel.series) {
        if (series.first_date > cutoff) {
            continue;
        }
        PanelSeries copy = series;
        copy.first_day = days;
        copy.days = static_cast<std::size_t>(cutoff - series.first_date) + 1 + horizon_days;
        days += copy.days;
        sources.push_back(&series);
        out.series.push_back(copy);
    }
    if (out.series.empty()) {
        if (panel.series.empty()) {
            return fail(ErrorKind::kInvalidInput, "the panel has no series");
        }
        const DateRange dates = dates_of(panel);
        return fail(ErrorKind::kInvalidInput,
                    "no series has a day up to the cut-off {}: the panel goes from {} to {}",
                    retail::format_date(cutoff), retail::format_date(dates.first),
                    retail::format_date(dates.last));
    }
    out.units.assign(days, kUnknown);
    out.price.assign(days, kUnknown);
    out.promo.assign(days, kUnknown);
    out.holiday.assign(days, kUnknown);
    out.stock_out_mask.assign(days, 0);
    for (std::size_t i = 0; i < out.series.size(); ++i) {
        const PanelSeries& source = *sources[i];
        const PanelSeries& target = out.series[i];
        const std::size_t past = target.days - horizon_days;
        copy_days(panel.units, source, past, out.units, target);
        copy_days(panel.price, source, known.price ? target.days : past, out.price, target);
        copy_days(panel.promo, source, known.promo ? target.days : past, out.promo, target);
        copy_days(panel.holiday, source, known.holiday ? target.days : past, out.holiday, target);
        std::copy_n(panel.stock_out_mask.begin() + static_cast<std::ptrdiff_t>(source.first_day),
                    std::min(past, source.days),
                    out.stock_out_mask.begin() + static_cast<std::ptrdiff_t>(target.first_day));
    }
    out.sold_by_hour = panel.sold_by_hour;
    out.has_stock_outs =
        std::ranges::any_of(out.stock_out_mask, [](std::uint32_t mask) { return mask != 0; });
    return out;
}

}  // namespace shelfcast::demand
