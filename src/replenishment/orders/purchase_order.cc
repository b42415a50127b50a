#include "replenishment/orders/purchase_order.h"

#include <algorithm>
#include <array>
#include <utility>

namespace shelfcast::replenishment {
namespace {

using retail::OrderLine;
using retail::OrderState;
using retail::PurchaseOrder;
using retail::Quantity;

/// What an action needs, makes, and counts as done before.
struct Rule {
    OrderAction action;
    OrderState first;  ///< May be done in these states, both included …
    OrderState last;
    OrderState to;         ///< … and leads there.
    OrderState done_from;  ///< It was done before in these states, both included.
    OrderState done_to;
    std::string_view needs;
};

constexpr std::array kRules = {
    Rule{OrderAction::kApprove, OrderState::kDraft, OrderState::kDraft, OrderState::kApproved,
         OrderState::kApproved, OrderState::kReceived, "is a draft"},
    Rule{OrderAction::kReject, OrderState::kDraft, OrderState::kDraft, OrderState::kCancelled,
         OrderState::kCancelled, OrderState::kCancelled, "is a draft; others are cancelled"},
    Rule{OrderAction::kSend, OrderState::kApproved, OrderState::kApproved, OrderState::kSent,
         OrderState::kSent, OrderState::kReceived, "is approved"},
    Rule{OrderAction::kConfirm, OrderState::kSent, OrderState::kSent, OrderState::kConfirmed,
         OrderState::kConfirmed, OrderState::kReceived, "was sent, and not cancelled"},
    Rule{OrderAction::kReceive, OrderState::kSent, OrderState::kReceived,
         OrderState::kPartlyReceived, OrderState::kPartlyReceived, OrderState::kPartlyReceived,
         "was sent, and not cancelled"},
    Rule{OrderAction::kCancel, OrderState::kDraft, OrderState::kPartlyReceived,
         OrderState::kCancelled, OrderState::kCancelled, OrderState::kCancelled,
         "has not come in yet"}};

bool is_within(OrderState state, OrderState first, OrderState last) {
    return state >= first && state <= last;
}

OrderLine* find_line(PurchaseOrder& order, std::string_view product_id) {
    const auto found = std::ranges::find(order.lines, product_id, &OrderLine::product_id);
    return found == order.lines.end() ? nullptr : &*found;
}

std::string units(Quantity quantity) {
    return retail::format_decimal(quantity.thousandths, Quantity::kScale, true);
}

std::string money(retail::Revenue value) {
    return retail::format_decimal(value.ten_millionths, retail::Revenue::kScale, true);
}

/// What the quantities of an order that was sent make of its state.
void settle(PurchaseOrder& order, std::int64_t now_us) {
    const bool anything = std::ranges::any_of(
        order.lines, [](const OrderLine& line) { return came_in(line) > Quantity{}; });
    const bool all = std::ranges::all_of(
        order.lines, [](const OrderLine& line) { return to_come(line) == Quantity{}; });
    if (is_closed(order.state)) {
        return;  // What comes late is written down, and opens nothing again.
    }
    if (all) {
        // A supplier who delivers nothing at all has cancelled.
        order.state = anything ? OrderState::kReceived : OrderState::kCancelled;
        order.closed_at_us = now_us;
    } else if (anything) {
        order.state = OrderState::kPartlyReceived;
    }
}

}  // namespace

Result<OrderState> next_state(OrderState from, OrderAction action) {
    const Rule& rule = *std::ranges::find(kRules, action, &Rule::action);
    if (is_within(from, rule.first, rule.last)) {
        return from == OrderState::kReceived ? from : rule.to;
    }
    if (is_within(from, rule.done_from, rule.done_to)) {
        return from;
    }
    return fail(ErrorKind::kConflict, "{} needs an order that {}, and this one is {}",
                retail::to_string(action), rule.needs, retail::to_string(from));
}

bool is_closed(OrderState state) noexcept {
    return state == OrderState::kReceived || state == OrderState::kCancelled;
}

bool is_on_order(OrderState state) noexcept {
    return is_within(state, OrderState::kSent, OrderState::kPartlyReceived);
}

OrderValue value_of(const PurchaseOrder& order) {
    OrderValue value;
    for (const OrderLine& line : order.lines) {
        if (line.unit_cost) {
            value.known += line.ordered * *line.unit_cost;
        } else {
            ++value.unpriced_lines;
        }
    }
    return value;
}

Status check_limit(const OrderValue& value, const ApprovalLimit& limit, std::string_view role) {
    if (!limit) {
        return {};
    }
    if (limit->ten_millionths <= 0) {
        return fail(ErrorKind::kForbidden, "the role {} approves no orders", role);
    }
    if (value.unpriced_lines > 0) {
        return fail(ErrorKind::kForbidden,
                    "the role {} approves orders up to {}, and the cost of {} of this one's lines "
                    "is not known",
                    role, money(*limit), value.unpriced_lines);
    }
    if (value.known > *limit) {
        return fail(ErrorKind::kForbidden,
                    "the role {} approves orders up to {}, and this one comes to {}", role,
                    money(*limit), money(value.known));
    }
    return {};
}

Status check_quantity(Quantity quantity, std::uint32_t pack_size, Quantity least) {
    if (quantity.thousandths < 0 || quantity.thousandths > Quantity::kMax) {
        return fail(ErrorKind::kInvalidInput, "{} units cannot be ordered", units(quantity));
    }
    if (quantity == Quantity{}) {
        return {};
    }
    constexpr std::int64_t kThousand = 1'000;
    if (pack_size > 0 && quantity.thousandths % (pack_size * kThousand) != 0) {
        return fail(ErrorKind::kInvalidInput, "{} units are no whole number of packs of {}",
                    units(quantity), pack_size);
    }
    if (quantity < least) {
        return fail(ErrorKind::kInvalidInput,
                    "{} units are fewer than the {} that the supplier "
                    "delivers at least",
                    units(quantity), units(least));
    }
    return {};
}

Quantity came_in(const OrderLine& line) noexcept { return std::max(line.received, line.arrived); }

Quantity to_come(const OrderLine& line) noexcept {
    return {std::max<std::int64_t>(
        0, line.ordered.thousandths - came_in(line).thousandths - line.fell_short.thousandths)};
}

Status add_line(PurchaseOrder& order, OrderLine line, std::optional<std::int32_t> expected_date) {
    if (order.state != OrderState::kDraft) {
        return fail(ErrorKind::kConflict, "an order that is {} takes no more lines",
                    retail::to_string(order.state));
    }
    if (find_line(order, line.product_id) != nullptr) {
        return fail(ErrorKind::kConflict, "the order has a line of product {} already",
                    line.product_id);
    }
    if (expected_date) {
        order.expected_date =
            std::max(order.expected_date.value_or(*expected_date), *expected_date);
    }
    const auto place =
        std::ranges::lower_bound(order.lines, line.product_id, {}, &OrderLine::product_id);
    order.lines.insert(place, std::move(line));
    return {};
}

Result<bool> apply_action(PurchaseOrder& order, OrderAction action, std::string_view actor,
                          std::int64_t now_us) {
    SHELFCAST_ASSIGN(const OrderState to, next_state(order.state, action));
    if (to == order.state || action == OrderAction::kReceive) {
        return false;
    }
    order.state = to;
    if (to == OrderState::kApproved) {
        order.approved_at_us = now_us;
        order.approved_by = actor;
    } else if (to == OrderState::kSent) {
        order.sent_at_us = now_us;
    } else if (to == OrderState::kConfirmed) {
        order.confirmed_at_us = now_us;
    } else {
        order.closed_at_us = now_us;
    }
    return true;
}

Result<bool> apply_receipt(PurchaseOrder& order, const std::vector<Receipt>& receipts,
                           std::int64_t now_us) {
    SHELFCAST_TRY(next_state(order.state, OrderAction::kReceive));
    PurchaseOrder changed = order;
    for (const Receipt& receipt : receipts) {
        OrderLine* const line = find_line(changed, receipt.product_id);
        if (line == nullptr) {
            return fail(ErrorKind::kNotFound, "the order has no line of product {}",
                        receipt.product_id);
        }
        if (receipt.received < line->received) {
            return fail(ErrorKind::kConflict,
                        "product {}: {} units were received before, now {} are stated: state the "
                        "total so far",
                        receipt.product_id, units(line->received), units(receipt.received));
        }
        line->received = receipt.received;
    }
    settle(changed, now_us);
    return std::exchange(order, changed) != changed;
}

std::vector<Receipt> everything_of(const PurchaseOrder& order) {
    std::vector<Receipt> receipts;
    for (const OrderLine& line : order.lines) {
        if (to_come(line) > Quantity{}) {
            receipts.push_back({line.product_id,
                                Quantity{line.ordered.thousandths - line.fell_short.thousandths}});
        }
    }
    return receipts;
}

bool apply_shipments(PurchaseOrder& order, const std::vector<ShipmentTotals>& totals,
                     std::int64_t now_us) {
    if (order.sent_at_us == 0) {
        return false;
    }
    const PurchaseOrder before = order;
    for (const ShipmentTotals& total : totals) {
        if (OrderLine* const line = find_line(order, total.product_id)) {
            line->announced = total.announced;
            line->arrived = total.arrived;
            line->fell_short = total.fell_short;
        }
    }
    if (order != before) {
        settle(order, now_us);
    }
    return order != before;
}

}  // namespace shelfcast::replenishment
