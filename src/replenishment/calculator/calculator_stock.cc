#include <algorithm>
#include <array>

#include "replenishment/books/classification.h"
#include "replenishment/books/stock_measures.h"
#include "replenishment/calculator/calculator.h"

namespace shelfcast::replenishment {
namespace {

// --- ABC-XYZ
// --------------------------------------------------------------------------------------

ClassLimits class_limits(Inputs& inputs, std::string_view name) {
    const std::vector<double> limits = inputs.numbers(name);
    if (limits.size() != 2 || limits[0] > limits[1]) {
        inputs.refuse(name, fmt::format("is [{}]: it must be two limits that ascend",
                                        fmt::join(limits, ", ")));
        return {};
    }
    return {.first = limits[0], .second = limits[1]};
}

std::vector<ItemSales> item_sales(Inputs& inputs) {
    std::vector<ItemSales> items;
    const CalculatorMembers& all = inputs.members("items");
    for (const auto& [id, value] : all) {
        const auto* const members = std::get_if<CalculatorMembers>(&value.content);
        if (members == nullptr) {
            inputs.refuse(fmt::format("items.{}", id),
                          fmt::format("is {}: it must be an object", to_text(value)));
            break;
        }
        Inputs reader(*members, fmt::format("items.{}.", id));
        items.push_back({.id = id,
                         .revenue = reader.at_least_zero("revenue"),
                         .demand_by_period_units = reader.numbers("demand_by_period_units")});
        inputs.take_fault(reader);
    }
    return items;
}

Result<CalculatorMembers> abc_xyz(Inputs& inputs) {
    const std::vector<ItemSales> items = item_sales(inputs);
    const ClassLimits abc_limits = class_limits(inputs, "abc_limits");
    const ClassLimits xyz_limits = class_limits(inputs, "xyz_limits");
    SHELFCAST_TRY(inputs.status());
    SHELFCAST_ASSIGN(const std::vector<ItemClass> classes, classify(items, abc_limits, xyz_limits));
    Outputs outputs;
    for (const ItemClass& one : classes) {
        Outputs described;
        described.number("cumulative_share", one.cumulative_share)
            .text("abc", std::string(1, one.abc))
            .number("coefficient_of_variation", one.coefficient_of_variation)
            .text("xyz", std::string(1, one.xyz));
        outputs.members(one.id, std::move(described));
    }
    return outputs.take();
}

// --- measures
// -------------------------------------------------------------------------------------

std::vector<StockBatch> stock_batches(Inputs& inputs) {
    constexpr std::string_view kName = "batches_age_days_and_units";
    std::vector<StockBatch> batches;
    const CalculatorList& all = inputs.list(kName);
    batches.reserve(all.size());
    for (std::size_t place = 0; place < all.size(); ++place) {
        const CalculatorMembers one{{"batch", all[place]}};
        Inputs reader(one, fmt::format("{}[{}].", kName, place));
        const std::vector<double> pair = reader.numbers("batch");
        if (pair.size() != 2) {
            reader.refuse("batch",
                          fmt::format("has {} numbers: it must be age and units", pair.size()));
        }
        inputs.take_fault(reader);
        if (inputs.has_fault()) {
            break;
        }
        batches.push_back({.age_days = pair[0], .units = pair[1]});
    }
    return batches;
}

Result<CalculatorMembers> stock_kpis(Inputs& inputs) {
    const StockFigures figures{
        .stock_on_hand_units = inputs.at_least_zero("stock_on_hand_units"),
        .stock_on_order_units = inputs.at_least_zero("stock_on_order_units", 0),
        .demand_mean_per_day = inputs.at_least_zero("demand_mean_per_day"),
        .cost_of_goods_sold = inputs.at_least_zero("cost_of_goods_sold"),
        .revenue = inputs.any_number("revenue"),
        .average_stock_value_at_cost = inputs.at_least_zero("average_stock_value_at_cost"),
        .period_days = inputs.positive("period_days")};
    const std::vector<StockBatch> batches = stock_batches(inputs);
    const std::vector<double> limits = inputs.numbers("ageing_limits_days");
    if (!std::ranges::is_sorted(limits, std::ranges::less_equal{})) {
        inputs.refuse("ageing_limits_days",
                      fmt::format("is [{}]: it must ascend", fmt::join(limits, ", ")));
    }
    SHELFCAST_TRY(inputs.status());
    const StockMeasures measures = measure(figures);
    const StockAgeing ageing = age(batches, limits);
    CalculatorList shares;
    shares.reserve(ageing.shares.size());
    for (const double share : ageing.shares) {
        shares.push_back({share});
    }
    return Outputs()
        .number("days_of_cover", measures.days_of_cover)
        .number("days_of_cover_incl_on_order", measures.days_of_cover_incl_on_order)
        .number("turnover_per_year", measures.turnover_per_year)
        .number("days_inventory_outstanding", measures.days_inventory_outstanding)
        .number("gross_margin_share", measures.gross_margin_share)
        .number("gmroi_in_period", measures.gmroi_in_period)
        .number("gmroi_per_year", measures.gmroi_per_year)
        .number("mean_age_days", ageing.mean_age_days)
        .list("ageing_shares", std::move(shares))
        .take();
}

}  // namespace

std::span<const CalculatorFamily> stock_families() {
    static constexpr std::array kFamilies = {CalculatorFamily{"abc_xyz", abc_xyz},
                                             CalculatorFamily{"stock_kpis", stock_kpis}};
    return kFamilies;
}

}  // namespace shelfcast::replenishment
