#pragma once

/// \file retail/restock_alert.h
/// A stock risk, and the incident that a great one is: as rows of the warehouse's tables and as a
/// message of the topic restock-alerts (api/events/restock-alerts.json). Plain data.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "retail/column_block.h"
#include "retail/stock_board.h"

namespace shelfcast::retail {

inline constexpr std::string_view kStockRisksTable = "stock_risks";
inline constexpr std::string_view kRestockAlertsTable = "restock_alerts";

/// Nothing in both: nobody buys it any more.
struct StockRiskRow {
    StockKey key;
    std::optional<double> units_per_day;
    std::optional<double> stock_out_probability;
};

struct RestockAlert {
    Uuid id;
    StockKey key;
    std::int64_t raised_at_ms = 0;                ///< UTC.
    std::optional<std::int64_t> recovered_at_ms;  ///< UTC; nothing: it is open.
    // The rest as it was when raised; on_hand and on_order in thousandths.
    double stock_out_probability = 0;
    double horizon_days = 0;
    std::optional<std::int64_t> stock_ends_ms;  ///< UTC.
    std::int64_t on_hand = 0;
    std::int64_t on_order = 0;
    double units_per_day = 0;
    std::string reason;
    bool operator==(const RestockAlert&) const = default;
};

/// open, recovered.
[[nodiscard]] std::string_view state_of(const RestockAlert& alert) noexcept;

/// The message, without a newline.
void append_message(std::string& out, const RestockAlert& alert);

/// `version`: rows of a greater one win. `as_of_ms`: UTC.
[[nodiscard]] ColumnBlock stock_risk_rows(std::span<const StockRiskRow> risks,
                                          std::int64_t as_of_ms, std::uint64_t version);
[[nodiscard]] ColumnBlock restock_alert_rows(std::span<const RestockAlert> alerts,
                                             std::uint64_t version);

}  // namespace shelfcast::retail
