#include "demand/restock_alerts.h"

#include <fmt/format.h>

#include <utility>

#include "retail/name_uuid.h"

namespace shelfcast::demand {
namespace {

/// "4", "2.5": thousandths without the zeros behind.
std::string units_text(std::int64_t thousandths) {
    return fmt::format("{:g}", static_cast<double>(thousandths) / 1000.0);
}

}  // namespace

std::string reason_of(const StockRisk& risk) {
    const std::int64_t available = risk.position.on_hand - risk.position.reserved;
    std::string text =
        available > 0
            ? fmt::format("{} left, {:.3g} sell a day", units_text(available), risk.units_per_day)
        : available == 0 ? fmt::format("Nothing left, {:.3g} sell a day", risk.units_per_day)
                         : fmt::format("The books say {}: nothing can be left, {:.3g} sell a day",
                                       units_text(available), risk.units_per_day);
    if (available > 0 && risk.risk.days_left) {
        text += fmt::format(": ends in about {:.1f} days", *risk.risk.days_left);
    }
    return text + (risk.position.on_order > 0
                       ? fmt::format(". {} on order.", units_text(risk.position.on_order))
                       : ". Nothing is on order.");
}

void RestockAlertBook::restore(std::span<const retail::RestockAlert> open) {
    open_.clear();
    for (const retail::RestockAlert& alert : open) {
        open_.emplace(alert.key, alert);
    }
}

std::optional<retail::RestockAlert> RestockAlertBook::judge(const StockRisk& now) {
    retail::StockKey key{now.store, std::string(now.product_id)};
    const auto found = open_.find(key);
    if (found != open_.end()) {
        if (now.risk.probability >= limits_.recover_below) {
            return std::nullopt;
        }
        retail::RestockAlert over = std::move(found->second);
        over.recovered_at_ms = now.now_ms;
        open_.erase(found);
        return over;
    }
    if (now.risk.probability <= limits_.raise_above) {
        return std::nullopt;
    }
    retail::RestockAlert raised{
        .id = retail::uuid_of_name(
            fmt::format("restock/{}/{}/{}", key.store.value, key.product_id, now.now_ms)),
        .key = key,
        .raised_at_ms = now.now_ms,
        .recovered_at_ms = std::nullopt,
        .stock_out_probability = now.risk.probability,
        .horizon_days = static_cast<double>(now.horizon_days),
        .stock_ends_ms = now.stock_ends_ms,
        .on_hand = now.position.on_hand,
        .on_order = now.position.on_order,
        .units_per_day = now.units_per_day,
        .reason = reason_of(now)};
    return open_.emplace(std::move(key), std::move(raised)).first->second;
}

}  // namespace shelfcast::demand
