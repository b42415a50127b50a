#include "retail/item_terms.h"

#include <algorithm>

#include "retail/decimal.h"

namespace shelfcast::retail {
namespace {

constexpr std::int64_t kMaxDays = 3'650;
constexpr std::int64_t kMaxUnits = 1'000'000;
constexpr std::int64_t kMaxMoney = 9'999'999'999;

constexpr std::array<ItemTermSpec, kItemTerms> kSpecs = {
    {{ItemTerm::kLeadTimeDays, "lead_time_days", 3, 0, kMaxDays * 1'000},
     {ItemTerm::kLeadTimeStdDevDays, "lead_time_std_dev_days", 3, 0, kMaxDays * 1'000},
     {ItemTerm::kReviewPeriodDays, "review_period_days", 3, 1, kMaxDays * 1'000},
     {ItemTerm::kMinOrderUnits, "min_order_units", 3, 0, kMaxUnits * 1'000},
     {ItemTerm::kPackSize, "pack_size", 0, 1, kMaxUnits},
     {ItemTerm::kSupplierMinimumValue, "supplier_minimum_value", 4, 0, kMaxMoney * 10'000},
     {ItemTerm::kCapacityUnits, "capacity_units", 3, 0, kMaxUnits * 1'000},
     {ItemTerm::kShelfLifeDays, "shelf_life_days", 0, 0, 36'500},
     {ItemTerm::kUnitCost, "unit_cost", 4, 0, kMaxMoney * 10'000},
     {ItemTerm::kHoldingCostPercent, "holding_cost_percent", 3, 0, 1'000'000},
     {ItemTerm::kOrderCost, "order_cost", 4, 0, kMaxMoney * 10'000},
     {ItemTerm::kServiceLevel, "service_level", 4, 1, 9'999},
     {ItemTerm::kFillRate, "fill_rate", 4, 1, 9'999},
     {ItemTerm::kCostRatio, "cost_ratio", 4, 1, 9'999}}};

constexpr std::string_view kDeliveredBy = "delivered_by=";

}  // namespace

const std::array<ItemTermSpec, kItemTerms>& item_term_specs() noexcept { return kSpecs; }

std::string format_terms(const ItemTerms& terms) {
    std::string text;
    for (const ItemTermSpec& spec : kSpecs) {
        if (const auto value = terms[spec.term]) {
            text.append(text.empty() ? "" : " ").append(spec.name).append("=");
            append_decimal(text, *value, spec.scale, true);
        }
    }
    if (!terms.delivered_by.empty()) {
        text.append(text.empty() ? "" : " ").append(kDeliveredBy).append(terms.delivered_by);
    }
    return text;
}

void parse_terms(std::string_view text, ItemTerms& terms) {
    while (!text.empty()) {
        if (text.starts_with(kDeliveredBy)) {  // The last one: a name may have blanks.
            terms.delivered_by = text.substr(kDeliveredBy.size());
            return;
        }
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t equals = std::min(word.find('='), word.size());
        const auto* const spec =
            std::ranges::find(kSpecs, word.substr(0, equals), &ItemTermSpec::name);
        if (spec == kSpecs.end() || equals == word.size()) {
            continue;
        }
        std::int64_t value = 0;
        if (parse_decimal(word.substr(equals + 1), spec->scale, spec->most, value) ==
            DecimalFault::kNone) {
            terms[spec->term] = value;
        }
    }
}

}  // namespace shelfcast::retail
