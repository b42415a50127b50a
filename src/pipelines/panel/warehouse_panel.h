#pragma once

/// \file pipelines/panel/warehouse_panel.h
/// The daily panel of the chain from the warehouse. Each series has the days from its first sale on
/// (within what is asked for) to the last date, 0 where nothing was sold, and the days to come,
/// of which public holidays and local events are known. Prices are carried forward from the last
/// sale. Thread safe.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "demand/daily_panel.h"
#include "ports/operational_store.h"
#include "ports/query_runner.h"
#include "queries/daily_panel.h"

namespace shelfcast::panel {

struct PanelPorts {
    ports::QueryRunner& warehouse;
    ports::StoreDirectory& stores;
    ports::StoreDayBook* store_days = nullptr;  ///< Nothing: no local events, no weather.
};

struct PanelQuestion {
    queries::DateRange dates;    ///< Business dates, both ends included.
    std::size_t days_ahead = 0;  ///< Days to come after them.
    /// The last ones, which something is measured on: what sells in which hour is not learnt there.
    std::size_t days_held_back = 0;
    std::int32_t sold_since = 0;  ///< Series without a sale since that date are left out.
    /// Of dates up to the last one as it is known by now, of days to come as far as it was given
    /// before they were over: figures given later are what happened, which nobody foresaw.
    bool with_weather = false;
};

struct WarehousePanel {
    demand::DailyPanel panel;
    std::vector<StoreId> stores;  ///< In the order of panel.names.stores, which are their ids.

    [[nodiscard]] StoreId store_of(const demand::PanelSeries& series) const {
        return stores[series.store];
    }
    [[nodiscard]] const std::string& product_of(const demand::PanelSeries& series) const {
        return panel.names.products[series.product];
    }
};

/// What of a series' days is known of days to come.
[[nodiscard]] demand::KnownAhead known_ahead() noexcept;

/// By store and product; no series where nothing was sold. Errors: those of the ports; kUnavailable
/// when stopped.
[[nodiscard]] Result<WarehousePanel> read_panel(const PanelPorts& ports,
                                                const PanelQuestion& question,
                                                const std::stop_token& stop);

/// The last date to forecast from: the newest with sales among those that are over in every store,
/// or the one wished for. Errors: those of the ports; kInvalidInput (there are no sales; the wished
/// date is not over, or before the first sale).
[[nodiscard]] Result<std::int32_t> settle_cutoff(ports::QueryRunner& warehouse, std::int64_t now_us,
                                                 std::optional<std::int32_t> wished);

}  // namespace shelfcast::panel
