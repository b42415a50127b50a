#include "replenishment/proposals/reason.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace shelfcast::replenishment {
namespace {

double units_of(Quantity quantity) { return static_cast<double>(quantity.thousandths) / 1'000; }

std::string text_of(Quantity quantity) { return units_text(units_of(quantity)); }

std::string days_text(double days) {
    return fmt::format("{} {}", units_text(days), days == 1 ? "day" : "days");
}

std::string target_text(const Target& target) {
    constexpr double kPercent = 100;
    std::string name(to_string(target.kind));
    std::ranges::replace(name, '_', ' ');
    return fmt::format("{} {} %", name, units_text(target.value * kPercent));
}

std::string stock_text(const StockPosition& position) {
    std::string text = fmt::format("{} on hand", text_of(position.on_hand));
    if (position.on_order.thousandths != 0) {
        text += fmt::format(", {} ordered", text_of(position.on_order));
    }
    if (position.in_transit.thousandths != 0) {
        text += fmt::format(", {} on the way", text_of(position.in_transit));
    }
    if (position.reserved.thousandths != 0) {
        text += fmt::format(", {} promised to customers", text_of(position.reserved));
    }
    return text;
}

std::string limit_text(const Proposal& proposal, const Terms& terms) {
    switch (*proposal.limited_by()) {
        case Adjustment::kCapacity:
            return fmt::format("There is room for {} in all. ", text_of(*terms.capacity));
        case Adjustment::kShelfLife:
            return fmt::format("More would not sell within its {} days of shelf life. ",
                               terms.shelf_life_days);
        case Adjustment::kSupplierMinimum:
            return "The supplier's minimum is not reached: it waits. ";
        case Adjustment::kAllocation:
            return "The distribution centre has less than its stores need: this is a fair share. ";
        case Adjustment::kBudget:
            return "The budget goes to what returns more. ";
        case Adjustment::kNotDue:
        case Adjustment::kPack:
        case Adjustment::kMinOrder:
        case Adjustment::kData:
            break;
    }
    return "";
}

std::string order_text(const Proposal& proposal, const Terms& terms, std::int32_t days_until_due) {
    const Quantity quantity = proposal.quantity();
    if (quantity.thousandths == 0) {
        if (proposal.limited_by()) {
            return "Order nothing. ";
        }
        return days_until_due < 0 ? "Enough for now. "
                                  : fmt::format("Enough for now: to be ordered in about {}. ",
                                                days_text(days_until_due));
    }
    std::string text = fmt::format("Order {}", text_of(quantity));
    if (terms.pack_size > 1) {
        text += fmt::format(", in packs of {}", terms.pack_size);
    }
    if (proposal.adjusted_by(Adjustment::kMinOrder).thousandths > 0) {
        text += ", the least that is delivered";
    }
    if (proposal.adjusted_by(Adjustment::kSupplierMinimum).thousandths > 0) {
        text += fmt::format(", {} of it to reach the supplier's minimum",
                            text_of(proposal.adjusted_by(Adjustment::kSupplierMinimum)));
    }
    return text + ". ";
}

}  // namespace

std::string units_text(double units) {
    constexpr double kWhole = 20;
    std::string text = fmt::format("{:.{}f}", units, std::abs(units) >= kWhole ? 0 : 1);
    if (text.ends_with(".0")) {
        text.resize(text.size() - 2);
    }
    return text == "-0" ? "0" : text;
}

std::string reason_of(const Proposal& proposal, const ItemChoice& item, const DemandPath& path,
                      std::int32_t days_until_due) {
    constexpr double kWeek = 7;
    const Terms& terms = item.terms;
    std::string text = fmt::format(
        "Sells about {} a day. {} until delivery{} and {} until the next review: {} expected, {} "
        "for safety ({}). {}. ",
        units_text(demand_over(path, kWeek).mean / kWeek), days_text(terms.lead_time_days),
        item.lead_time_is_learned ? " (as past deliveries took)" : "",
        units_text(terms.review_period_days), text_of(proposal.levels().protection_demand),
        text_of(proposal.levels().safety_stock), target_text(terms.target),
        stock_text(proposal.position()));
    text += order_text(proposal, terms, days_until_due);
    if (proposal.limited_by()) {
        text += limit_text(proposal, terms);
    }
    if (!item.defaults.empty()) {
        text += fmt::format("By default: {}. ", fmt::join(item.defaults, ", "));
    }
    text.pop_back();
    return text;
}

}  // namespace shelfcast::replenishment
