#include "pipelines/replenish/impact_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "demand/store_shape.h"
#include "pipelines/replenish/terms.h"
#include "queries/replenishment.h"
#include "replenishment/policies/impact.h"
#include "retail/column_block.h"
#include "retail/float_columns.h"
#include "retail/time_zone.h"

namespace shelfcast::replenish {
namespace {

using replenishment::HistoryDay;
using replenishment::Impact;
using retail::ColumnSpec;
using retail::ColumnType;

constexpr std::string_view kImpactTable = "business_impact_daily";

constexpr std::array kColumns = {ColumnSpec{"business_date", ColumnType::kDate},
                                 ColumnSpec{"store_id", ColumnType::kUInt32},
                                 ColumnSpec{"policy", ColumnType::kText},
                                 ColumnSpec{"baseline_policy", ColumnType::kText},
                                 ColumnSpec{"method", ColumnType::kText},
                                 ColumnSpec{"stock_out_hours", retail::kFloatColumn},
                                 ColumnSpec{"baseline_stock_out_hours", retail::kFloatColumn},
                                 ColumnSpec{"lost_sales_units", retail::kFloatColumn},
                                 ColumnSpec{"baseline_lost_sales_units", retail::kFloatColumn},
                                 ColumnSpec{"lost_revenue", retail::kFloatColumn},
                                 ColumnSpec{"baseline_lost_revenue", retail::kFloatColumn},
                                 ColumnSpec{"waste_cost", retail::kFloatColumn},
                                 ColumnSpec{"baseline_waste_cost", retail::kFloatColumn},
                                 ColumnSpec{"holding_cost", retail::kFloatColumn},
                                 ColumnSpec{"baseline_holding_cost", retail::kFloatColumn},
                                 ColumnSpec{"ordering_cost", retail::kFloatColumn},
                                 ColumnSpec{"baseline_ordering_cost", retail::kFloatColumn},
                                 ColumnSpec{"saving", retail::kFloatColumn},
                                 ColumnSpec{"saving_lower", retail::kFloatColumn},
                                 ColumnSpec{"saving_upper", retail::kFloatColumn},
                                 ColumnSpec{"computed_at", ColumnType::kDateTime64Ms}};

/// A store's day.
struct StoreDay {
    Impact sum;
    replenishment::Interval saving;
};

replenishment::ImpactTerms terms_of(const replenishment::Terms& terms) {
    constexpr double kTenThousandths = 10'000;
    const auto money = [](const std::optional<retail::UnitPrice>& price) {
        return price ? static_cast<double>(price->ten_thousandths) / kTenThousandths : 0.0;
    };
    return {.unit_cost = money(terms.unit_cost),
            .unit_price = money(terms.unit_price),
            .holding_cost_per_year = terms.holding_cost_per_year,
            .order_cost = terms.order_cost,
            .pack_units = static_cast<double>(terms.pack_size),
            .lead_time_days = static_cast<std::size_t>(std::ceil(terms.lead_time_days)),
            .review_period_days =
                static_cast<std::size_t>(std::max(1.0, std::round(terms.review_period_days))),
            .shelf_life_days = terms.shelf_life_days};
}

/// The histories of a store's products, each from its first snapshot to the date.
Result<std::map<std::string, std::vector<HistoryDay>>> histories(const ReviewPorts& ports,
                                                                 StoreId store, std::int32_t date) {
    SHELFCAST_ASSIGN(const auto days, queries::shelf_history(ports.runner, store, date));
    std::map<std::string, std::vector<HistoryDay>> by_product;
    std::map<std::string, std::size_t> first_days;
    for (const queries::ShelfDay& day : days) {
        std::vector<HistoryDay>& history = by_product[day.product_id];
        const std::size_t first = first_days.try_emplace(day.product_id, day.day).first->second;
        // A day without a snapshot is one on which nothing moved.
        while (first + history.size() < day.day) {
            history.push_back({.on_hand = history.back().on_hand});
        }
        history.push_back({.on_hand = day.on_hand,
                           .sold = day.sold,
                           .out_share = day.out_share,
                           .out_hours = day.out_hours,
                           .wasted = day.wasted,
                           .received = day.received});
    }
    return by_product;
}

Result<std::optional<StoreDay>> measure(const ReviewPorts& ports,
                                        const replenishment::TermBook& book, StoreId store,
                                        std::int32_t date, double cover_days) {
    SHELFCAST_ASSIGN(const auto by_product, histories(ports, store, date));
    if (by_product.empty()) {
        return std::optional<StoreDay>();
    }
    SHELFCAST_ASSIGN(const auto items, queries::review_items(ports.runner, store, date));
    StoreDay day;
    std::vector<double> savings;
    for (const queries::ReviewItem& item : items) {
        const auto history = by_product.find(item.product_id);
        if (history == by_product.end()) {
            continue;
        }
        const auto choice = book.choose(item_facts(store, item, demand::weekday_of(date)));
        const Impact impact =
            replenishment::impact_of(history->second, date, terms_of(choice.terms), cover_days);
        day.sum.real += impact.real;
        day.sum.baseline += impact.baseline;
        savings.push_back(impact.saving());
    }
    day.saving =
        replenishment::bootstrap_sum(savings, (static_cast<std::uint64_t>(store.value) << 32U) +
                                                  static_cast<std::uint32_t>(date));
    return std::optional(day);
}

void add_row(retail::ColumnBlock& rows, StoreId store, std::int32_t date, const StoreDay& day,
             std::uint32_t cover_days, std::int64_t now_ms) {
    const auto text = [&](std::string_view column, std::string_view value) {
        rows.data<retail::TextColumn>(column).push_back(value);
    };
    const auto both = [&](const std::string& column, double real, double baseline) {
        retail::push_float(rows, column, real);
        retail::push_float(rows, "baseline_" + column, baseline);
    };
    const auto& [real, baseline] = day.sum;
    rows.data<std::vector<std::uint16_t>>("business_date")
        .push_back(static_cast<std::uint16_t>(date));
    rows.data<std::vector<std::uint32_t>>("store_id").push_back(store.value);
    text("policy", "as ordered");
    text("baseline_policy", fmt::format("{} days of sales", cover_days));
    text("method",
         fmt::format("Baseline replayed over the same days from the real stock of 28 to 55 days "
                     "before: "
                     "order up to {} days of mean sales and the lead time. Demand is sales and, "
                     "for hours out of stock, the product's usual rate. Interval: 95 % bootstrap "
                     "over products.",
                     cover_days));
    both("stock_out_hours", real.out_hours, baseline.out_hours);
    both("lost_sales_units", real.lost_units, baseline.lost_units);
    both("lost_revenue", real.lost_revenue, baseline.lost_revenue);
    both("waste_cost", real.waste_cost, baseline.waste_cost);
    both("holding_cost", real.holding_cost, baseline.holding_cost);
    both("ordering_cost", real.ordering_cost, baseline.ordering_cost);
    retail::push_float(rows, "saving", day.sum.saving());
    retail::push_float(rows, "saving_lower", day.saving.lower);
    retail::push_float(rows, "saving_upper", day.saving.upper);
    rows.data<std::vector<std::int64_t>>("computed_at").push_back(now_ms);
}

}  // namespace

Result<ImpactReport> measure_impact(const ReviewPorts& ports, const ReviewOptions& options,
                                    std::uint32_t baseline_cover_days,
                                    const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const auto dates, queries::impact_dates(ports.runner));
    ImpactReport report;
    for (const std::int32_t date : dates) {
        SHELFCAST_ASSIGN(const auto stores, queries::review_stores(ports.runner, date));
        SHELFCAST_ASSIGN(const auto book, read_terms(ports, options.defaults, date));
        retail::ColumnBlock rows = retail::make_block(kColumns);
        for (const queries::ReviewStore& store : stores) {
            if (stop.stop_requested()) {
                return fail(ErrorKind::kUnavailable, "stopped after {} of {} dates", report.dates,
                            dates.size());
            }
            SHELFCAST_ASSIGN(const auto day,
                             measure(ports, book, store.store, date, baseline_cover_days));
            if (day) {
                add_row(rows, store.store, date, *day, baseline_cover_days,
                        ports.clock.now_us() / 1'000);
            }
        }
        SHELFCAST_TRY(ports.tables.put_derived(kImpactTable, rows));
        report.rows += rows.rows();
        ++report.dates;
    }
    return report;
}

}  // namespace shelfcast::replenish
