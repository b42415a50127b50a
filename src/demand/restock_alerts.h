#pragma once

/// \file demand/restock_alerts.h
/// Which stock risks are an incident: raised once when running out becomes likely, over once that
/// is unlikely again. Between the two limits nothing changes, so that a risk that wavers around one
/// of them is one incident and not many.
///
/// One owner, not thread safe.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "demand/stock_out.h"
#include "retail/restock_alert.h"
#include "retail/stock_board.h"

namespace shelfcast::demand {

struct AlertLimits {
    double raise_above = 0.8;
    double recover_below = 0.5;
};

/// What is known of a product in a store at a moment.
struct StockRisk {
    StoreId store;
    std::string_view product_id;
    retail::StockPosition position;
    double units_per_day = 0;  ///< While open and in stock.
    std::size_t horizon_days = 0;
    StockOutRisk risk;
    std::int64_t now_ms = 0;                    ///< UTC.
    std::optional<std::int64_t> stock_ends_ms;  ///< UTC.
};

class RestockAlertBook {
public:
    explicit RestockAlertBook(AlertLimits limits = {}) : limits_(limits) {}

    /// Alerts that an earlier life raised and that are not over.
    void restore(std::span<const retail::RestockAlert> open);

    /// The alert that this risk raises or ends; nothing: no news.
    [[nodiscard]] std::optional<retail::RestockAlert> judge(const StockRisk& now);
    [[nodiscard]] const std::map<retail::StockKey, retail::RestockAlert>& open() const noexcept {
        return open_;
    }

private:
    AlertLimits limits_;
    std::map<retail::StockKey, retail::RestockAlert> open_;
};

/// Why, as a store manager reads it: "4 left, 5.1 sell a day: ends in about 0.8 days. Nothing is on
/// order."
[[nodiscard]] std::string reason_of(const StockRisk& risk);

}  // namespace shelfcast::demand
