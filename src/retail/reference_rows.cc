#include "retail/reference_rows.h"

#include <array>

namespace shelfcast::retail {
namespace {

using enum ColumnType;

constexpr std::array kProductColumns = {
    ColumnSpec{"product_id", kText},
    ColumnSpec{"product_name", kText},
    ColumnSpec{"category", kText},
    ColumnSpec{"sub_category", kText},
    ColumnSpec{"brand", kText},
    ColumnSpec{"supplier", kText},
    ColumnSpec{"unit_cost", kDecimal14s4},
    ColumnSpec{"shelf_life_days", kUInt32},
    ColumnSpec{"pack_size", kUInt32},
    ColumnSpec{"lead_time_days", kUInt32},
    ColumnSpec{"version", kUInt64},
};
constexpr std::array kTargetColumns = {
    ColumnSpec{"store_id", kUInt32},
    ColumnSpec{"business_date", kDate},
    ColumnSpec{"revenue", kDecimal14s4},
    ColumnSpec{"version", kUInt64},
};
constexpr std::array kHolidayColumns = {
    ColumnSpec{"country_code", kText}, ColumnSpec{"country_name", kText},
    ColumnSpec{"region", kText},       ColumnSpec{"holiday_date", kDate},
    ColumnSpec{"holiday_name", kText}, ColumnSpec{"rules_version", kUInt32},
};
constexpr std::array kLedgerRuleColumns = {
    ColumnSpec{"sales_from", kText},
    ColumnSpec{"receipts_from", kText},
    ColumnSpec{"version", kUInt64},
};

using Numbers = std::vector<std::uint32_t>;

void put_text(ColumnBlock& rows, std::string_view column, std::string_view text) {
    rows.data<TextColumn>(column).push_back(text);
}

}  // namespace

ColumnBlock product_rows(const std::vector<Product>& products, std::uint64_t version) {
    ColumnBlock rows = make_block(kProductColumns);
    for (const Product& product : products) {
        put_text(rows, "product_id", product.product_id);
        put_text(rows, "product_name", product.name);
        put_text(rows, "category", product.category);
        put_text(rows, "sub_category", product.sub_category);
        put_text(rows, "brand", product.brand);
        put_text(rows, "supplier", product.supplier);
        rows.data<std::vector<std::int64_t>>("unit_cost").push_back(product.unit_cost);
        rows.data<Numbers>("shelf_life_days").push_back(product.shelf_life_days);
        rows.data<Numbers>("pack_size").push_back(product.pack_size);
        rows.data<Numbers>("lead_time_days").push_back(product.lead_time_days);
        rows.data<std::vector<std::uint64_t>>("version").push_back(version);
    }
    return rows;
}

ColumnBlock sales_target_rows(const std::vector<SalesTarget>& targets, std::uint64_t version) {
    ColumnBlock rows = make_block(kTargetColumns);
    for (const SalesTarget& target : targets) {
        rows.data<Numbers>("store_id").push_back(target.store.value);
        rows.data<std::vector<std::uint16_t>>("business_date")
            .push_back(static_cast<std::uint16_t>(target.business_date));
        rows.data<std::vector<std::int64_t>>("revenue").push_back(target.revenue);
        rows.data<std::vector<std::uint64_t>>("version").push_back(version);
    }
    return rows;
}

ColumnBlock item_terms_rows(const std::vector<ItemTerms>& terms, std::uint64_t version) {
    // The widest scale of a term: every value is exact in it.
    constexpr int kScale = 4;
    std::vector<ColumnSpec> columns = {
        {"store_id", kUInt32}, {"product_id", kText}, {"supplier", kText}, {"delivered_by", kText}};
    for (const ItemTermSpec& spec : item_term_specs()) {
        columns.push_back({spec.name, kNullableDecimal14s4});
    }
    columns.push_back({"version", kUInt64});
    ColumnBlock rows = make_block(columns);
    for (const ItemTerms& one : terms) {
        rows.data<Numbers>("store_id").push_back(one.store.value);
        put_text(rows, "product_id", one.product_id);
        put_text(rows, "supplier", one.supplier);
        put_text(rows, "delivered_by", one.delivered_by);
        for (const ItemTermSpec& spec : item_term_specs()) {
            auto& column = rows.data<NullableInt64>(spec.name);
            if (const auto value = one[spec.term]) {
                std::int64_t scaled = *value;
                for (int digit = spec.scale; digit < kScale; ++digit) {
                    scaled *= 10;
                }
                column.push_back(scaled);
            } else {
                column.push_null();
            }
        }
        rows.data<std::vector<std::uint64_t>>("version").push_back(version);
    }
    return rows;
}

ColumnBlock ledger_rule_rows(std::string_view sales_from, std::string_view receipts_from,
                             std::uint64_t version) {
    ColumnBlock rows = make_block(kLedgerRuleColumns);
    put_text(rows, "sales_from", sales_from);
    put_text(rows, "receipts_from", receipts_from);
    rows.data<std::vector<std::uint64_t>>("version").push_back(version);
    return rows;
}

ColumnBlock holiday_rows(const std::vector<Holiday>& holidays) {
    ColumnBlock rows = make_block(kHolidayColumns);
    for (const Holiday& holiday : holidays) {
        put_text(rows, "country_code", holiday.country_code);
        put_text(rows, "country_name", holiday.country_name);
        put_text(rows, "region", holiday.region);
        rows.data<std::vector<std::uint16_t>>("holiday_date").push_back(holiday.date);
        put_text(rows, "holiday_name", holiday.name);
        rows.data<Numbers>("rules_version").push_back(kHolidayRulesVersion);
    }
    return rows;
}

}  // namespace shelfcast::retail
