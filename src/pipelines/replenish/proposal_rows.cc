#include "pipelines/replenish/proposal_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "replenishment/proposals/reason.h"
#include "retail/float_columns.h"
#include "retail/time_zone.h"

namespace shelfcast::replenish {
namespace {

using replenishment::Adjustment;
using replenishment::Proposal;
using retail::ColumnSpec;
using retail::ColumnType;
using retail::Int128;
using retail::TextColumn;

constexpr std::int32_t kFarthestDays = 56;

std::vector<ColumnSpec> specs(const std::vector<std::string>& adjustments) {
    std::vector<ColumnSpec> columns = {
        {"store_id", ColumnType::kUInt32},
        {"product_id", ColumnType::kText},
        {"review_date", ColumnType::kDate},
        {"supplier", ColumnType::kText},
        {"model_version", ColumnType::kText},
        {"policy", ColumnType::kText},
        {"on_hand_units", ColumnType::kDecimal38s3},
        {"on_order_units", ColumnType::kDecimal38s3},
        {"in_transit_units", ColumnType::kDecimal38s3},
        {"reserved_units", ColumnType::kDecimal38s3},
        {"review_period_days", retail::kFloatColumn},
        {"lead_time_days", retail::kFloatColumn},
        {"lead_time_std_dev_days", retail::kFloatColumn},
        {"service_level", retail::kFloatColumn},
        {"target_kind", ColumnType::kText},
        {"protection_demand", retail::kFloatColumn},
        {"safety_stock", retail::kFloatColumn},
        {"reorder_point", retail::kFloatColumn},
        {"order_up_to", retail::kFloatColumn},
        {"protection_demand_units", ColumnType::kDecimal38s3},
        {"safety_stock_units", ColumnType::kDecimal38s3},
        {"reorder_point_units", ColumnType::kDecimal38s3},
        {"order_up_to_units", ColumnType::kDecimal38s3},
        {"min_order_units", ColumnType::kDecimal38s3},
        {"pack_size", ColumnType::kUInt32},
        {"order_quantity", ColumnType::kDecimal38s3},
        {"unit_cost", ColumnType::kNullableDecimal14s4},
        {"stock_out_probability", retail::kNullableFloatColumn},
        // The warehouse makes dates of the texts, and null of an empty one.
        {"order_by_date", ColumnType::kText},
        {"expected_delivery_date", ColumnType::kText},
        {"limited_by", ColumnType::kText},
        {"reason", ColumnType::kText},
        {"generated_at", ColumnType::kDateTime64Ms}};
    for (const std::string& name : adjustments) {
        columns.push_back({name, ColumnType::kDecimal38s3});
    }
    return columns;
}

class RowWriter {
public:
    explicit RowWriter(retail::ColumnBlock& rows) : rows_(rows) {}
    void text(std::string_view column, std::string_view value) {
        rows_.data<TextColumn>(column).push_back(value);
    }
    void units(std::string_view column, retail::Quantity value) {
        rows_.data<std::vector<Int128>>(column).push_back(value.thousandths);
    }
    void number(std::string_view column, double value) { retail::push_float(rows_, column, value); }
    void count(std::string_view column, std::uint32_t value) {
        rows_.data<std::vector<std::uint32_t>>(column).push_back(value);
    }
    /// The same figure as a float, and exact.
    void level(const std::string& column, retail::Quantity value) {
        number(column, static_cast<double>(value.thousandths) / 1'000);
        units(column + "_units", value);
    }

private:
    retail::ColumnBlock& rows_;
};

/// The words of a line: why, what held it back, and what is not counted on.
std::string reason_of(const Line& line, std::int32_t days_until_due) {
    std::string text = line.fault.empty() ? replenishment::reason_of(*line.proposal, line.item,
                                                                     line.path(), days_until_due)
                                          : "Nothing is proposed. " + line.fault;
    return line.overdue.empty() ? text : text + " " + line.overdue;
}

void put_terms(RowWriter& row, const Line& line) {
    const replenishment::Terms& terms = line.item.terms;
    row.number("review_period_days", terms.review_period_days);
    row.number("lead_time_days", terms.lead_time_days);
    row.number("lead_time_std_dev_days", terms.lead_time_std_dev_days);
    row.number("service_level", terms.target.value);
    row.text("target_kind", replenishment::to_string(terms.target.kind));
    row.units("min_order_units", terms.min_order);
    row.count("pack_size", terms.pack_size);
}

void put_arithmetic(RowWriter& row, const Proposal& proposal) {
    const replenishment::StockLevels& levels = proposal.levels();
    row.text("policy", levels.order_up_to == levels.reorder_point ? "order_up_to" : "min_max");
    row.units("on_hand_units", proposal.position().on_hand);
    row.units("on_order_units", proposal.position().on_order);
    row.units("in_transit_units", proposal.position().in_transit);
    row.units("reserved_units", proposal.position().reserved);
    row.level("protection_demand", levels.protection_demand);
    row.level("safety_stock", levels.safety_stock);
    row.level("reorder_point", levels.reorder_point);
    row.level("order_up_to", levels.order_up_to);
    for (std::size_t i = 0; i < replenishment::kAdjustments; ++i) {
        const auto why = static_cast<Adjustment>(i);
        row.units(fmt::format("{}_adjustment_units", replenishment::to_string(why)),
                  proposal.adjusted_by(why));
    }
    row.units("order_quantity", proposal.quantity());
    row.text("limited_by",
             proposal.limited_by() ? replenishment::to_string(*proposal.limited_by()) : "");
}

void put_dates(RowWriter& row, const Line& line, std::int32_t date, std::int32_t days_until_due) {
    const auto lead = static_cast<std::int32_t>(std::ceil(line.item.terms.lead_time_days));
    const bool is_ordered = line.proposal->quantity().thousandths > 0;
    row.text("order_by_date", line.fault.empty() && days_until_due >= 0
                                  ? retail::format_date(date + days_until_due)
                                  : "");
    row.text("expected_delivery_date", is_ordered ? retail::format_date(date + lead) : "");
}

}  // namespace

retail::ColumnBlock proposal_rows(std::span<const Line> lines, std::int32_t date,
                                  std::int64_t now_ms) {
    std::vector<std::string> adjustments;
    for (std::size_t i = 0; i < replenishment::kAdjustments; ++i) {
        adjustments.push_back(fmt::format("{}_adjustment_units",
                                          replenishment::to_string(static_cast<Adjustment>(i))));
    }
    retail::ColumnBlock rows = retail::make_block(specs(adjustments));
    RowWriter row(rows);
    for (const Line& line : lines) {
        const std::int32_t days_until_due =
            replenishment::days_until_due(*line.proposal, line.path(), kFarthestDays).value_or(-1);
        row.count("store_id", line.store.value);
        row.text("product_id", line.facts.product_id);
        rows.data<std::vector<std::uint16_t>>("review_date")
            .push_back(static_cast<std::uint16_t>(date));
        row.text("supplier", line.item.supplier);
        row.text("model_version", line.model_version);
        put_terms(row, line);
        put_arithmetic(row, *line.proposal);
        auto& costs = rows.data<retail::NullableInt64>("unit_cost");
        line.item.terms.unit_cost ? costs.push_back(line.item.terms.unit_cost->ten_thousandths)
                                  : costs.push_null();
        const bool is_judged = line.fault.empty();
        retail::push_float(rows, "stock_out_probability",
                           is_judged ? std::optional(replenishment::stock_out_probability(
                                           line.item.terms, line.path(), line.position))
                                     : std::nullopt);
        put_dates(row, line, date, days_until_due);
        row.text("reason", reason_of(line, days_until_due));
        rows.data<std::vector<std::int64_t>>("generated_at")
            .push_back(std::max(now_ms, line.facts.written_ms + 1));
    }
    return rows;
}

}  // namespace shelfcast::replenish
