#pragma once

/// \file queries/daily_panel.h
/// Daily sales of each product in each store with what is known of each day, as training and
/// prediction want them: the panel queries of `sql/queries/demand`. Dates are business dates in
/// days since 1970-01-01, both ends included. Errors are the runner's. Thread safe.

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "ports/query_runner.h"
#include "queries/stock.h"

namespace shelfcast::queries {

struct DateRange {
    std::int32_t first = 0;
    std::int32_t last = 0;
};

struct PanelDay {
    StoreId store;
    std::string_view product_id;
    std::int32_t date = 0;
    double units = 0;  ///< Sold; returns are not taken off.
    double price = 0;  ///< Mean of the day; 0 without a sale.
    bool is_promoted = false;
    std::uint32_t stock_out_mask = 0;  ///< Bit h: none in hour h of the store's clock.
};
/// Days with a sale or an hour without stock, by store, product and date, one after the other.
[[nodiscard]] Status panel_days(ports::QueryRunner& runner, const StoreRange& stores,
                                const DateRange& dates,
                                const std::function<void(const PanelDay&)>& take);

struct PanelProduct {
    std::string product_id;
    std::string category;
    std::string brand;
};
/// Those sold in these days, by product.
[[nodiscard]] Result<std::vector<PanelProduct>> panel_products(ports::QueryRunner& runner,
                                                               const DateRange& dates);

struct StoreDate {
    StoreId store;
    std::int32_t date = 0;
};
/// Public holidays, by store and date.
[[nodiscard]] Result<std::vector<StoreDate>> panel_holidays(ports::QueryRunner& runner,
                                                            const DateRange& dates);

/// Lines that all stores sold in each hour of their clocks; all 0: none.
[[nodiscard]] Result<std::array<double, 24>> panel_hours(ports::QueryRunner& runner,
                                                         const DateRange& dates);

struct PanelDates {
    std::int32_t last_over = 0;   ///< The last date that is over in every store.
    std::int32_t first_date = 0;  ///< With sales; 0: there are none.
    std::int32_t last_date = 0;   ///< With sales, not after last_over; 0: there are none.
};
/// `now_us`: UTC.
[[nodiscard]] Result<PanelDates> panel_dates(ports::QueryRunner& runner, std::int64_t now_us);

}  // namespace shelfcast::queries
