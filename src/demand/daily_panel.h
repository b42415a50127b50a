#pragma once

/// \file demand/daily_panel.h
/// Daily sales of many series (a product in a store) with what is known of each day: the one input
/// of features, forecasters and policies, whether it comes from the warehouse or from a file.
///
/// Plain values in flat columns: series i has the days [begin(i), end(i)), one per calendar day
/// from its first date on, without gaps. Dates are business dates in days since 1970-01-01. Series
/// are in the order of their keys' first appearance; nothing may depend on that order or on what
/// the keys say but equality.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace shelfcast::demand {

/// A figure for each hour of the stores' clocks.
inline constexpr std::size_t kHours = 24;
using DayHours = std::array<double, kHours>;

inline constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

/// Names by number; what series share is stored once.
struct PanelNames {
    std::vector<std::string> stores;
    std::vector<std::string> products;
    std::vector<std::string> categories;  ///< 0: none.
    std::vector<std::string> brands;      ///< 0: none.
    std::vector<std::string> regions;     ///< 0: none.
};

struct PanelSeries {
    std::uint32_t store = 0;
    std::uint32_t product = 0;
    std::uint32_t category = 0;
    std::uint32_t brand = 0;
    std::uint32_t region = 0;
    std::int32_t first_date = 0;
    std::size_t first_day = 0;  ///< Index of its first day in the columns.
    std::size_t days = 0;
};

/// An event that somebody made known, of one date of one store.
struct PanelEvent {
    std::string name;
    /// The panel's holiday column has the event too: whether it is a holiday beside that.
    bool is_public_holiday = false;
};

/// Of one date of one store; kUnknown: not given.
struct PanelWeather {
    float temperature_celsius = kUnknown;
    float precipitation_mm = kUnknown;
};

/// What is known of a store's days beside its sales, by date; also of days to come.
struct StoreDays {
    std::map<std::int32_t, PanelEvent> events;
    std::map<std::int32_t, PanelWeather> weather;
};

/// Which columns are known for days that are still to come.
struct KnownAhead {
    bool price = false;
    bool promo = false;
    bool holiday = false;
};

struct DailyPanel {
    PanelNames names;
    std::vector<PanelSeries> series;
    /// By store; none where nothing was given. No forecaster reads them: events reach it as
    /// holidays.
    std::vector<StoreDays> store_days;

    // One value per series and day.
    std::vector<float> units;    ///< Sold, 0 or more; kUnknown: not known (to come, or a gap).
    std::vector<float> price;    ///< Of one unit, in money or relative; kUnknown: not known.
    std::vector<float> promo;    ///< 1: on promotion; kUnknown: not known.
    std::vector<float> holiday;  ///< 1: a holiday, an event, or shut; kUnknown: not known.
    /// Bit h: out of stock in hour h of the store's clock. 0 where nothing is known of stock.
    std::vector<std::uint32_t> stock_out_mask;

    /// What all series sold in each hour, over some or all of the days; all 0: not known.
    DayHours sold_by_hour{};
    /// Whether any day says something about stock.
    bool has_stock_outs = false;

    [[nodiscard]] std::int32_t last_date(const PanelSeries& of) const noexcept {
        return of.first_date + static_cast<std::int32_t>(of.days) - 1;
    }
    [[nodiscard]] std::span<const float> units_of(const PanelSeries& of) const {
        return std::span(units).subspan(of.first_day, of.days);
    }
};

/// What was known at the end of date `cutoff`: days after it keep only the columns of `known` (and
/// nothing of their units and stock), and end at cutoff + horizon_days, every series with so many
/// days to come. There are no store_days. Series whose first date is after the cut-off are left
/// out. Error: kInvalidInput when no series has a day up to the cut-off (names the cut-off and the
/// panel's dates).
[[nodiscard]] Result<DailyPanel> as_of(const DailyPanel& panel, std::int32_t cutoff,
                                       std::size_t horizon_days, const KnownAhead& known);

}  // namespace shelfcast::demand
