#include "replenishment/proposals/term_book.h"

#include <algorithm>
#include <array>
#include <utility>

namespace shelfcast::replenishment {
namespace {

using retail::ItemTerm;
using retail::ItemTerms;
using Rows = std::vector<const ItemTerms*>;

constexpr double kScale3 = 1'000;
constexpr double kScale4 = 10'000;
constexpr double kPercent = 100;
constexpr std::int64_t kScale4To7 = 1'000;

std::optional<std::int64_t> find(const Rows& rows, ItemTerm term) {
    for (const ItemTerms* row : rows) {
        if (const auto value = (*row)[term]) {
            return value;
        }
    }
    return std::nullopt;
}

/// The target of the most specific row that has one: they exclude each other.
std::optional<Target> find_target(const Rows& rows) {
    constexpr std::array<std::pair<ItemTerm, TargetKind>, 3> kKinds = {
        {{ItemTerm::kServiceLevel, TargetKind::kCycleService},
         {ItemTerm::kFillRate, TargetKind::kFillRate},
         {ItemTerm::kCostRatio, TargetKind::kCostRatio}}};
    for (const ItemTerms* row : rows) {
        for (const auto& [term, kind] : kKinds) {
            if (const auto value = (*row)[term]) {
                return Target{kind, static_cast<double>(*value) / kScale4};
            }
        }
    }
    return std::nullopt;
}

}  // namespace

TermBook::TermBook(std::vector<ItemTerms> written, TermDefaults defaults,
                   std::map<std::string, LeadTimeModel, std::less<>> lead_times)
    : defaults_(defaults), lead_times_(std::move(lead_times)) {
    for (ItemTerms& row : written) {
        Key key{row.store, row.product_id, row.supplier};
        written_.insert_or_assign(std::move(key), std::move(row));
    }
}

std::string TermBook::supplier_of(const ItemFacts& item) const {
    const std::string product(item.product_id);
    for (const StoreId store : {item.store, StoreId{0}}) {
        const auto row = written_.find({store, product, ""});
        if (row != written_.end() && !row->second.delivered_by.empty()) {
            return row->second.delivered_by;
        }
    }
    return std::string(item.supplier);
}

Rows TermBook::about(const ItemFacts& item, const std::string& supplier) const {
    const std::string product(item.product_id);
    const std::array<Key, 6> keys = {{{item.store, product, ""},
                                      {StoreId{0}, product, ""},
                                      {item.store, "", supplier},
                                      {item.store, "", ""},
                                      {StoreId{0}, "", supplier},
                                      {StoreId{0}, "", ""}}};
    Rows rows;
    for (const Key& key : keys) {
        const auto row = written_.find(key);
        if (row != written_.end() && std::ranges::find(rows, &row->second) == rows.end()) {
            rows.push_back(&row->second);
        }
    }
    return rows;
}

ItemChoice TermBook::choose(const ItemFacts& item) const {
    ItemChoice choice;
    choice.supplier = supplier_of(item);
    const Rows rows = about(item, choice.supplier);
    Terms& terms = choice.terms;
    const auto or_default = [&](ItemTerm term, double scale, double fallback,
                                std::string_view word) {
        if (const auto value = find(rows, term)) {
            return static_cast<double>(*value) / scale;
        }
        if (!word.empty()) {
            choice.defaults.push_back(word);
        }
        return fallback;
    };
    terms.review_period_days = or_default(ItemTerm::kReviewPeriodDays, kScale3,
                                          defaults_.review_period_days, "review period");
    const auto learned = lead_times_.find(choice.supplier);
    if (!choice.supplier.empty() && learned != lead_times_.end()) {
        const LeadTime lead_time = learned->second.predict(item.weekday);
        terms.lead_time_days = lead_time.days;
        terms.lead_time_std_dev_days = lead_time.std_dev_days;
        choice.lead_time_is_learned = true;
    } else {
        const bool is_listed = item.lead_time_days > 0;
        terms.lead_time_days =
            or_default(ItemTerm::kLeadTimeDays, kScale3,
                       is_listed ? item.lead_time_days : defaults_.lead_time_days,
                       is_listed ? "" : "lead time");
        terms.lead_time_std_dev_days =
            or_default(ItemTerm::kLeadTimeStdDevDays, kScale3, defaults_.lead_time_std_dev_days,
                       "spread of the lead time");
    }
    terms.min_order = {find(rows, ItemTerm::kMinOrderUnits).value_or(0)};
    terms.pack_size = static_cast<std::uint32_t>(
        find(rows, ItemTerm::kPackSize).value_or(std::max(1U, item.pack_size)));
    if (const auto capacity = find(rows, ItemTerm::kCapacityUnits)) {
        terms.capacity = Quantity{*capacity};
    }
    terms.shelf_life_days = static_cast<std::uint32_t>(
        find(rows, ItemTerm::kShelfLifeDays).value_or(item.shelf_life_days));
    terms.unit_cost = item.unit_cost;
    if (const auto cost = find(rows, ItemTerm::kUnitCost)) {
        terms.unit_cost = UnitPrice{*cost};
    }
    terms.unit_price = item.unit_price;
    terms.holding_cost_per_year = or_default(ItemTerm::kHoldingCostPercent, kScale3 * kPercent,
                                             defaults_.holding_cost_per_year, "");
    terms.order_cost = static_cast<double>(find(rows, ItemTerm::kOrderCost).value_or(0)) / kScale4;
    if (const auto target = find_target(rows)) {
        terms.target = *target;
    } else {
        terms.target = {TargetKind::kCycleService, defaults_.service_level};
        choice.defaults.push_back("service level");
    }
    choice.supplier_minimum = {
        retail::Int128{find(rows, ItemTerm::kSupplierMinimumValue).value_or(0)} * kScale4To7};
    return choice;
}

}  // namespace shelfcast::replenishment
