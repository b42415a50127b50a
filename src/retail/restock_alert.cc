#include "retail/restock_alert.h"

#include <fmt/format.h>

#include <array>

#include "retail/decimal.h"
#include "retail/event_codec.h"
#include "retail/float_columns.h"
#include "retail/time_zone.h"

namespace shelfcast::retail {
namespace {

using enum ColumnType;

constexpr std::array kRiskColumns = {
    ColumnSpec{"store_id", kUInt32},
    ColumnSpec{"product_id", kText},
    ColumnSpec{"units_sold_per_day", kNullableFloatColumn},
    ColumnSpec{"stock_out_probability", kNullableFloatColumn},
    ColumnSpec{"as_of", kDateTime64Ms},
    ColumnSpec{"version", kUInt64},
};
constexpr std::array kAlertColumns = {
    ColumnSpec{"alert_id", kUuid},
    ColumnSpec{"store_id", kUInt32},
    ColumnSpec{"product_id", kText},
    ColumnSpec{"raised_at", kDateTime64Ms},
    ColumnSpec{"recovered_at", kNullableInstantColumn},
    ColumnSpec{"state", kText},
    ColumnSpec{"stock_out_probability", kFloatColumn},
    ColumnSpec{"horizon_days", kFloatColumn},
    ColumnSpec{"expected_stock_out_at", kNullableInstantColumn},
    ColumnSpec{"on_hand_units", kDecimal12s3},
    ColumnSpec{"on_order_units", kDecimal12s3},
    ColumnSpec{"units_sold_per_day", kNullableFloatColumn},
    ColumnSpec{"reason", kText},
    ColumnSpec{"version", kUInt64},
};

using Numbers = std::vector<std::int64_t>;

std::string time_text(const std::optional<std::int64_t>& utc_ms) {
    return utc_ms ? fmt::format("\"{}\"", format_utc_ms(*utc_ms)) : "null";
}

}  // namespace

std::string_view state_of(const RestockAlert& alert) noexcept {
    return alert.recovered_at_ms ? "recovered" : "open";
}

void append_message(std::string& out, const RestockAlert& alert) {
    out += fmt::format(
        R"({{"alert_id":"{}","state":"{}","raised_at":"{}","recovered_at":{},"store_id":{},)"
        R"("product_id":)",
        format_uuid({alert.id.high, alert.id.low}), state_of(alert),
        format_utc_ms(alert.raised_at_ms), time_text(alert.recovered_at_ms), alert.key.store.value);
    append_json_string(out, alert.key.product_id);
    out += fmt::format(
        R"(,"stock_out_probability":{:.4f},"horizon_days":{:g},"expected_stock_out_at":{},)"
        R"("on_hand_units":{},"on_order_units":{},"units_sold_per_day":{:.4f},"reason":)",
        alert.stock_out_probability, alert.horizon_days, time_text(alert.stock_ends_ms),
        format_decimal(alert.on_hand, 3, true), format_decimal(alert.on_order, 3, true),
        alert.units_per_day);
    append_json_string(out, alert.reason);
    out.push_back('}');
}

ColumnBlock stock_risk_rows(std::span<const StockRiskRow> risks, std::int64_t as_of_ms,
                            std::uint64_t version) {
    ColumnBlock rows = make_block(kRiskColumns);
    for (const StockRiskRow& risk : risks) {
        rows.data<std::vector<std::uint32_t>>("store_id").push_back(risk.key.store.value);
        rows.data<TextColumn>("product_id").push_back(risk.key.product_id);
        push_float(rows, "units_sold_per_day", risk.units_per_day);
        push_float(rows, "stock_out_probability", risk.stock_out_probability);
        rows.data<Numbers>("as_of").push_back(as_of_ms);
        rows.data<std::vector<std::uint64_t>>("version").push_back(version);
    }
    return rows;
}

ColumnBlock restock_alert_rows(std::span<const RestockAlert> alerts, std::uint64_t version) {
    ColumnBlock rows = make_block(kAlertColumns);
    for (const RestockAlert& alert : alerts) {
        rows.data<std::vector<Uuid>>("alert_id").push_back(alert.id);
        rows.data<std::vector<std::uint32_t>>("store_id").push_back(alert.key.store.value);
        rows.data<TextColumn>("product_id").push_back(alert.key.product_id);
        rows.data<Numbers>("raised_at").push_back(alert.raised_at_ms);
        push_instant(rows, "recovered_at", alert.recovered_at_ms);
        rows.data<TextColumn>("state").push_back(state_of(alert));
        push_float(rows, "stock_out_probability", alert.stock_out_probability);
        push_float(rows, "horizon_days", alert.horizon_days);
        push_instant(rows, "expected_stock_out_at", alert.stock_ends_ms);
        rows.data<Numbers>("on_hand_units").push_back(alert.on_hand);
        rows.data<Numbers>("on_order_units").push_back(alert.on_order);
        push_float(rows, "units_sold_per_day", std::optional(alert.units_per_day));
        rows.data<TextColumn>("reason").push_back(alert.reason);
        rows.data<std::vector<std::uint64_t>>("version").push_back(version);
    }
    return rows;
}

}  // namespace shelfcast::retail
