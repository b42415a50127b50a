#include "replenishment/orders/order_text.h"

#include <fmt/format.h>

#include "replenishment/orders/purchase_order.h"
#include "retail/event_codec.h"
#include "retail/time_zone.h"

namespace shelfcast::replenishment {
namespace {

using retail::Quantity;
using retail::Revenue;
using retail::UnitPrice;

std::string text(std::string_view value) {
    std::string out;
    retail::append_json_string(out, value);
    return out;
}
std::string text_or_null(std::string_view value) { return value.empty() ? "null" : text(value); }

std::string units(Quantity quantity) {
    return retail::format_decimal(quantity.thousandths, Quantity::kScale, true);
}
std::string price(const std::optional<UnitPrice>& cost) {
    return cost ? retail::format_decimal(cost->ten_thousandths, UnitPrice::kScale, true) : "null";
}
std::string value(Quantity quantity, const std::optional<UnitPrice>& cost) {
    return cost ? retail::format_decimal((quantity * *cost).ten_millionths, Revenue::kScale, true)
                : "null";
}
std::string date(std::int32_t days) { return fmt::format("\"{}\"", retail::format_date(days)); }
std::string date_or_null(const std::optional<std::int32_t>& days) {
    return days ? date(*days) : "null";
}
std::string instant_ms(std::int64_t utc_ms) {
    return utc_ms == 0 ? "null" : fmt::format("\"{}\"", retail::format_utc_ms(utc_ms));
}
std::string instant_us(std::int64_t utc_us) { return instant_ms(utc_us / 1'000); }
std::string number_or_null(retail::OrderId order) {
    return order.value == 0 ? "null" : text(retail::order_number(order));
}

std::string to_json(const retail::OrderLine& line, bool is_on_order) {
    return fmt::format(
        R"({{"product_id":{},"ordered_units":{},"received_units":{},"announced_units":{},)"
        R"("arrived_units":{},"short_units":{},"came_in_units":{},"open_units":{},)"
        R"("unit_cost":{},"line_value":{}}})",
        text(line.product_id), units(line.ordered), units(line.received), units(line.announced),
        units(line.arrived), units(line.fell_short), units(came_in(line)),
        units(is_on_order ? to_come(line) : Quantity{}), price(line.unit_cost),
        value(line.ordered, line.unit_cost));
}

}  // namespace

std::string to_json(const retail::Proposal& proposal) {
    return fmt::format(
        R"({{"store_id":{},"product_id":{},"review_date":{},"state":"{}","supplier":{},)"
        R"("order_quantity":{},"quantity":{},"min_order_units":{},"pack_size":{},"unit_cost":{},)"
        R"("value":{},"expected_delivery_date":{},"generated_at":{},"order_number":{},)"
        R"("decided_by":{},"role":{},"decided_at":{},"note":{},"terms":{},"seen":{}}})",
        proposal.key.store.value, text(proposal.key.product_id), date(proposal.key.review_date),
        retail::to_string(proposal.state), text(proposal.supplier), units(proposal.proposed),
        units(proposal.quantity), units(proposal.least), proposal.pack_size,
        price(proposal.unit_cost), value(proposal.quantity, proposal.unit_cost),
        date_or_null(proposal.expected_date), instant_ms(proposal.generated_ms),
        number_or_null(proposal.order), text_or_null(proposal.decided_by),
        text_or_null(proposal.role), instant_us(proposal.decided_at_us),
        text_or_null(proposal.note), proposal.terms.empty() ? "null" : proposal.terms,
        proposal.seen.empty() ? "null" : proposal.seen);
}

std::string to_json(const retail::PurchaseOrder& order) {
    std::string lines;
    for (const retail::OrderLine& line : order.lines) {
        lines += (lines.empty() ? "" : ",") + to_json(line, is_on_order(order.state));
    }
    const OrderValue worth = value_of(order);
    return fmt::format(
        R"({{"order_number":{},"store_id":{},"supplier":{},"review_date":{},"state":"{}",)"
        R"("expected_date":{},"order_value":{},"unpriced_lines":{},"created_at":{},)"
        R"("approved_at":{},"approved_by":{},"sent_at":{},"confirmed_at":{},"closed_at":{},)"
        R"("revision":{},"lines":[{}]}})",
        number_or_null(order.id), order.store.value, text(order.supplier), date(order.review_date),
        retail::to_string(order.state), date_or_null(order.expected_date),
        worth.unpriced_lines > 0
            ? "null"
            : retail::format_decimal(worth.known.ten_millionths, Revenue::kScale, true),
        worth.unpriced_lines, instant_us(order.created_at_us), instant_us(order.approved_at_us),
        text_or_null(order.approved_by), instant_us(order.sent_at_us),
        instant_us(order.confirmed_at_us), instant_us(order.closed_at_us), order.revision, lines);
}

std::string to_json(const retail::OrderEvent& event) {
    return fmt::format(R"({{"at":{},"action":{},"product_id":{},"actor":{},"role":{},"note":{},)"
                       R"("request_id":{},"seen":{}}})",
                       instant_us(event.at_us), text(event.action),
                       text_or_null(event.proposal.product_id), text(event.actor), text(event.role),
                       text_or_null(event.note), text_or_null(event.request_id),
                       event.seen.empty() ? "null" : event.seen);
}

}  // namespace shelfcast::replenishment
