#pragma once

/// \file demand/series_history.h
/// What one series was up to the cut-off, with the running sums that features are made of. Days
/// are counted from the panel's first date; a day outside the series counts as not known.
///
/// Sales far above the usual (a bulk order) would drown every mean: a sale counts for at most six
/// times the running mean size of the sales before it, from the fourth sale on. The uncapped units
/// stay what is forecast. Pure; one owner.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "demand/daily_panel.h"

namespace shelfcast::demand {

/// Hours of the day that a stock-out is counted in: 6 to 21 o'clock, when shops sell.
inline constexpr std::uint32_t kSellingHours = 0x3FFFC0;

class SeriesHistory {
public:
    /// Reads a series; the object's memory serves the next one again. `cutoff_day`: the last day
    /// whose units may be used.
    void load(const DailyPanel& panel, const PanelSeries& series, std::int32_t first_date,
              std::int32_t cutoff_day);

    /// Sums over the days max(0, last_day - days + 1) to last_day.
    enum Sum : std::uint8_t {
        kDays,           ///< Days known.
        kUnits,          ///< Capped units.
        kSold,           ///< Units as they were sold.
        kSquares,        ///< Of capped units.
        kSaleDays,       ///< Days with a sale.
        kPrices,         ///< Prices of known days.
        kPromoDays,      ///< Promotion days among the known.
        kPromoUnits,     ///< Capped units on promotion days.
        kStockOutHours,  ///< Of known days.
        kInStockDays,    ///< Known days without a stock-out hour.
        kInStockUnits,   ///< Capped units on those.
        kSums
    };
    [[nodiscard]] double sum(Sum of, std::int32_t last_day, std::int32_t days) const;

    [[nodiscard]] bool is_known(std::int32_t day) const;
    [[nodiscard]] double units(std::int32_t day) const { return at(units_, day); }
    [[nodiscard]] double capped_units(std::int32_t day) const { return at(capped_, day); }
    [[nodiscard]] double price(std::int32_t day) const { return at(price_, day); }
    [[nodiscard]] double promo(std::int32_t day) const { return at(promo_, day); }
    [[nodiscard]] double stock_out_hours(std::int32_t day) const { return at(hours_, day); }

    /// Exponentially smoothed capped units: of every day with weight .1 or .3, of the same weekday
    /// with .3.
    [[nodiscard]] double smoothed_slow(std::int32_t day) const { return at(slow_, day); }
    [[nodiscard]] double smoothed_fast(std::int32_t day) const { return at(fast_, day); }
    [[nodiscard]] double smoothed_weekday(std::int32_t day) const { return at(weekday_, day); }

    [[nodiscard]] std::int32_t first_known_day() const noexcept { return first_known_; }
    /// -1: there was none.
    [[nodiscard]] std::int32_t last_sale_day(std::int32_t day) const;
    [[nodiscard]] std::int32_t first_day() const noexcept { return offset_; }

private:
    [[nodiscard]] double at(const std::vector<double>& column, std::int32_t day) const;
    void cap_sales();
    void sum_up(std::size_t past);
    static void smooth(const std::vector<double>& values, const std::vector<bool>& known,
                       double weight, std::size_t lag, std::vector<double>& out);

    std::int32_t offset_ = 0;
    std::int32_t first_known_ = 0;
    std::vector<bool> known_;
    std::vector<double> units_;
    std::vector<double> capped_;
    std::vector<double> price_;
    std::vector<double> promo_;
    std::vector<double> hours_;
    std::vector<double> slow_;
    std::vector<double> fast_;
    std::vector<double> weekday_;
    std::vector<std::int32_t> last_sale_;
    std::vector<double> sums_[kSums];
};

}  // namespace shelfcast::demand
