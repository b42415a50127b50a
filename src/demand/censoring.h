#pragma once

/// \file demand/censoring.h
/// From sales to demand: what would have been sold with stock in every hour. Pure.
///
/// A day's sales are its demand times the share of the day's demand that falls into the hours with
/// stock. Days differ: shelves empty sooner when more is wanted, so the censored days are the
/// better ones, and a ratio of sales to in-stock share, which counts a day by what is seen of it,
/// stays too low. Each day therefore has a rate of its own, gamma distributed about the series'
/// level times its weekday's index. The posterior mean of the rate, (a + units) / (a / expected +
/// share), is near the expected one for a nearly blind day and near units / share for one that is
/// mostly seen. Demand = units + rate x unseen share. That sales end a stock does not matter to the
/// likelihood of the rate (a stopping rule). Levels, weekdays, a and the profile of the hours are
/// fitted together by EM (Dempster, Laird, Rubin 1977).
///
/// The profile is what was sold in each hour over the rates of the days that had stock in it. Where
/// the panel does not say what was sold by the hour, each day's sales are dealt out to its hours
/// with stock as the profile has it so far. That is the weakest part: daily sales say little of
/// hours where nearly every stock-out is an emptied shelf.

#include <array>
#include <cstddef>
#include <cstdint>

#include "demand/daily_panel.h"

namespace shelfcast::demand {

/// Share of a day's demand in each hour of the store's clock; sums to 1.
using HourProfile = DayHours;

struct DemandEstimate {
    DailyPanel panel;  ///< As given, with demand in place of units and no stock-outs.
    HourProfile profile{};
    double rate_shape = 0;  ///< a: how alike a series' days are; 0: nothing was censored.
    double units = 0;       ///< Sold in all.
    double demand = 0;      ///< Wanted in all.
    std::size_t censored_days = 0;
    std::size_t blind_days = 0;  ///< Of which less than a twentieth was seen.
};

/// Days whose mask is 0 keep their units, unknown days stay unknown.
[[nodiscard]] DemandEstimate estimate_demand(const DailyPanel& panel);

/// The share of a day's demand that falls into in-stock hours. Of the last one before stock is out
/// to the day's end, half: it ran out in it.
[[nodiscard]] double seen_share(const HourProfile& profile, std::uint32_t stock_out_mask);

}  // namespace shelfcast::demand
