#include "retail/purchase_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace shelfcast::retail {
namespace {

using enum ColumnType;

constexpr std::string_view kNumberPrefix = "PO-";
constexpr std::size_t kNumberDigits = 6;

constexpr std::array kProposalWords = {std::string_view("open"), std::string_view("edited"),
                                       std::string_view("approved"), std::string_view("rejected")};
constexpr std::array kOrderWords = {std::string_view("draft"),
                                    std::string_view("approved"),
                                    std::string_view("sent"),
                                    std::string_view("confirmed"),
                                    std::string_view("partly_received"),
                                    std::string_view("received"),
                                    std::string_view("cancelled")};

struct ActionWord {
    OrderAction action;
    std::string_view word;
};
constexpr std::array kActionWords = {
    ActionWord{OrderAction::kApprove, "approve"}, ActionWord{OrderAction::kReject, "reject"},
    ActionWord{OrderAction::kSend, "send"},       ActionWord{OrderAction::kConfirm, "confirm"},
    ActionWord{OrderAction::kReceive, "receive"}, ActionWord{OrderAction::kCancel, "cancel"}};

constexpr std::array kOrderColumns = {
    ColumnSpec{"order_number", kText},
    ColumnSpec{"store_id", kUInt32},
    ColumnSpec{"supplier", kText},
    ColumnSpec{"review_date", kDate},
    ColumnSpec{"state", kText},
    ColumnSpec{"expected_date", kDate},
    ColumnSpec{"created_at", kDateTime64Us},
    ColumnSpec{"approved_at", kDateTime64Us},
    ColumnSpec{"approved_by", kText},
    ColumnSpec{"sent_at", kDateTime64Us},
    ColumnSpec{"confirmed_at", kDateTime64Us},
    ColumnSpec{"closed_at", kDateTime64Us},
    ColumnSpec{"version", kUInt64},
};
constexpr std::array kLineColumns = {
    ColumnSpec{"order_number", kText},
    ColumnSpec{"store_id", kUInt32},
    ColumnSpec{"product_id", kText},
    ColumnSpec{"supplier", kText},
    ColumnSpec{"review_date", kDate},
    ColumnSpec{"state", kText},
    ColumnSpec{"created_at", kDateTime64Us},
    ColumnSpec{"expected_date", kDate},
    ColumnSpec{"ordered_units", kDecimal12s3},
    ColumnSpec{"received_units", kDecimal12s3},
    ColumnSpec{"announced_units", kDecimal12s3},
    ColumnSpec{"arrived_units", kDecimal12s3},
    ColumnSpec{"short_units", kDecimal12s3},
    ColumnSpec{"unit_cost", kNullableDecimal14s4},
    ColumnSpec{"version", kUInt64},
};

void put_text(ColumnBlock& rows, std::string_view column, std::string_view text) {
    rows.data<TextColumn>(column).push_back(text);
}
void put_number(ColumnBlock& rows, std::string_view column, std::int64_t number) {
    rows.data<std::vector<std::int64_t>>(column).push_back(number);
}
/// Nothing is 1970-01-01, as in every table of the warehouse.
void put_date(ColumnBlock& rows, std::string_view column, std::int32_t days) {
    rows.data<std::vector<std::uint16_t>>(column).push_back(static_cast<std::uint16_t>(days));
}

}  // namespace

std::string order_number(OrderId id) {
    return fmt::format("{}{:0{}}", kNumberPrefix, id.value, kNumberDigits);
}

std::optional<OrderId> parse_order_number(std::string_view text) {
    OrderId id;
    if (!text.starts_with(kNumberPrefix)) {
        return std::nullopt;
    }
    const std::string_view digits = text.substr(kNumberPrefix.size());
    const auto [end, fault] =
        std::from_chars(digits.data(), digits.data() + digits.size(), id.value);
    if (fault != std::errc() || id.value == 0 || order_number(id) != text) {
        return std::nullopt;
    }
    return id;
}

std::string_view to_string(ProposalState state) noexcept {
    return kProposalWords[static_cast<std::size_t>(state)];
}

std::string_view to_string(OrderState state) noexcept {
    return kOrderWords[static_cast<std::size_t>(state) - 1];
}

std::optional<OrderState> parse_order_state(std::string_view word) noexcept {
    const auto* const found = std::ranges::find(kOrderWords, word);
    if (found == kOrderWords.end()) {
        return std::nullopt;
    }
    return static_cast<OrderState>(found - kOrderWords.begin() + 1);
}

std::string_view to_string(OrderAction action) noexcept {
    return std::ranges::find(kActionWords, action, &ActionWord::action)->word;
}

std::optional<OrderAction> parse_order_action(std::string_view word) noexcept {
    const auto* const found = std::ranges::find(kActionWords, word, &ActionWord::word);
    return found == kActionWords.end() ? std::nullopt : std::optional(found->action);
}

ColumnBlock purchase_order_rows(std::span<const PurchaseOrder> orders) {
    ColumnBlock rows = make_block(kOrderColumns);
    for (const PurchaseOrder& order : orders) {
        put_text(rows, "order_number", order_number(order.id));
        rows.data<std::vector<std::uint32_t>>("store_id").push_back(order.store.value);
        put_text(rows, "supplier", order.supplier);
        put_date(rows, "review_date", order.review_date);
        put_text(rows, "state", to_string(order.state));
        put_date(rows, "expected_date", order.expected_date.value_or(0));
        put_number(rows, "created_at", order.created_at_us);
        put_number(rows, "approved_at", order.approved_at_us);
        put_text(rows, "approved_by", order.approved_by);
        put_number(rows, "sent_at", order.sent_at_us);
        put_number(rows, "confirmed_at", order.confirmed_at_us);
        put_number(rows, "closed_at", order.closed_at_us);
        rows.data<std::vector<std::uint64_t>>("version").push_back(order.revision);
    }
    return rows;
}

ColumnBlock purchase_order_line_rows(std::span<const PurchaseOrder> orders) {
    ColumnBlock rows = make_block(kLineColumns);
    for (const PurchaseOrder& order : orders) {
        for (const OrderLine& line : order.lines) {
            put_text(rows, "order_number", order_number(order.id));
            rows.data<std::vector<std::uint32_t>>("store_id").push_back(order.store.value);
            put_text(rows, "product_id", line.product_id);
            put_text(rows, "supplier", order.supplier);
            put_date(rows, "review_date", order.review_date);
            put_text(rows, "state", to_string(order.state));
            put_number(rows, "created_at", order.created_at_us);
            put_date(rows, "expected_date", order.expected_date.value_or(0));
            put_number(rows, "ordered_units", line.ordered.thousandths);
            put_number(rows, "received_units", line.received.thousandths);
            put_number(rows, "announced_units", line.announced.thousandths);
            put_number(rows, "arrived_units", line.arrived.thousandths);
            put_number(rows, "short_units", line.fell_short.thousandths);
            auto& costs = rows.data<NullableInt64>("unit_cost");
            line.unit_cost ? costs.push_back(line.unit_cost->ten_thousandths) : costs.push_null();
            rows.data<std::vector<std::uint64_t>>("version").push_back(order.revision);
        }
    }
    return rows;
}

}  // namespace shelfcast::retail
