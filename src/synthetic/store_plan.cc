#include "synthetic/store_plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "retail/time_zone.h"
#include "synthetic/places.h"
#include "synthetic/random.h"

namespace shelfcast::synthetic {
namespace {

/// What a coin is tossed for.
enum Coin : std::uint64_t {
    kCarried = 0xCA22,
    kTaste = 0x7A57,
    kPromotion = 0x9201,
    kPrice = 0x92CE
};

constexpr std::int32_t kNeverPlanned = std::numeric_limits<std::int32_t>::min();
constexpr std::array kDepths = {0.15, 0.20, 0.25, 0.30, 0.40};
constexpr std::int32_t kPriceWeeks = 26;  // Prices move twice a year.
constexpr double kInflationStep = 0.0125;

/// Shops know the last week of November as their busiest.
bool is_black_friday_week(std::int32_t week) {
    const retail::CivilDate friday = retail::civil_from_days(monday_of(week) + 4);
    return friday.month == 11 && friday.day >= 23 && friday.day <= 29;
}

/// A new product takes some weeks to be known.
double novelty(const ProductTraits& traits, std::int32_t monday) {
    constexpr double kKnownAfterDays = 42;
    return std::min(1.0, 0.4 + 0.6 * (monday - traits.born) / kKnownAfterDays);
}

}  // namespace

double mean_line_units(const Kind& kind) noexcept {
    constexpr double kMeanKilograms = 0.72;
    return kind.by_weight ? kMeanKilograms : 1 / (1 - kind.many_units);
}

StorePlan::StorePlan(const Chain& chain, std::uint32_t store)
    : chain_(chain), store_(store), rate_(countries()[chain.profiles()[store].country].rate) {
    const auto products = static_cast<std::uint32_t>(chain.products().size());
    const StoreProfile& profile = chain.profiles()[store];
    const std::uint64_t seed = chain.options().seed;
    base_.resize(products);
    plan_.week = kNeverPlanned;
    plan_.lines.resize(products);
    plan_.price.resize(products);
    plan_.list_price.resize(products);
    // The wants of a street do not grow in step with what is offered.
    constexpr double kUsualProducts = 2000;
    const double crowding = std::sqrt(kUsualProducts / products);
    const double carried_share = std::clamp(0.55 + 0.3 * profile.size, 0.6, 1.0);
    for (std::uint32_t i = 0; i < products; ++i) {
        const ProductTraits& traits = chain.traits()[i];
        const double carried = unit_of(mix({seed, kCarried, store, i}));
        // What sells best is carried everywhere.
        if (carried >= carried_share + 0.2 * std::log1p(traits.popularity)) {
            continue;
        }
        constexpr double kTasteSpread = 0.35;
        Random taste(mix({seed, kTaste, store, i}));
        base_[i] = static_cast<float>(
            kinds()[traits.kind].demand * traits.popularity * profile.size * crowding *
            std::exp(kTasteSpread * taste.normal() - kTasteSpread * kTasteSpread / 2));
    }
}

double StorePlan::promotion_start(std::uint32_t product, std::int32_t week) const {
    return unit_of(mix({chain_.options().seed, kPromotion, chain_.profiles()[store_].country,
                        product, static_cast<std::uint64_t>(week)}));
}

StorePlan::Offer StorePlan::offer_of(std::uint32_t product, std::int32_t week) const {
    constexpr double kStartShare = 0.035;
    constexpr double kBlackFridayShare = 0.2;
    constexpr double kDisplayLift = 1.3;  // Posters and shelf ends, beside the price.
    constexpr double kStockedUp = 0.9;    // After an offer, cupboards are full.
    const ProductTraits& traits = chain_.traits()[product];
    const std::int32_t weeks_left = (traits.dies - monday_of(week)) / 7;
    if (weeks_left <= 3) {
        return {.depth = weeks_left <= 1 ? 0.5 : 0.3, .demand = 1};  // Clearance.
    }
    const double limit = is_black_friday_week(week) ? kBlackFridayShare : kStartShare;
    const double now = promotion_start(product, week);
    const double before = promotion_start(product, week - 1);
    const bool was_on = before < kStartShare;
    const bool for_two_weeks = was_on && before < kStartShare / 2;
    if (now < limit || for_two_weeks) {
        const double coin = for_two_weeks ? before / kStartShare : now / limit;
        const auto depth = static_cast<std::size_t>(coin * 1e6) % kDepths.size();
        return {.depth = kDepths[depth], .demand = kDisplayLift};
    }
    return {.depth = 0, .demand = was_on ? kStockedUp : 1};
}

void StorePlan::plan_product(std::uint32_t product, double season, double trend) {
    const ProductTraits& traits = chain_.traits()[product];
    const std::int32_t monday = monday_of(plan_.week);
    plan_.lines[product] = 0;
    if (base_[product] == 0 || monday < traits.born || monday >= traits.dies) {
        return;
    }
    const std::uint64_t seed = chain_.options().seed;
    const auto shift = static_cast<std::int32_t>(mix({seed, kPrice, product}) % kPriceWeeks);
    const std::int32_t first_week = week_of(chain_.options().first_date);
    // Whole steps since long before the chain begins, so that the quotient is not negative.
    constexpr std::int32_t kStepsBack = 400;
    const std::int32_t step =
        (plan_.week - first_week + shift + kStepsBack * kPriceWeeks) / kPriceWeeks - kStepsBack;
    const double jitter =
        unit_of(mix({seed, kPrice, product, static_cast<std::uint64_t>(step)})) - 0.5;
    const double level = 1 + kInflationStep * step + 0.05 * jitter;
    const Offer offer = offer_of(product, plan_.week);
    const std::int64_t list = price_point(traits.base_price * rate_ * level);
    constexpr std::int64_t kCent = 100;
    const std::int64_t off =
        static_cast<std::int64_t>(static_cast<double>(list / kCent) * offer.depth) * kCent;
    plan_.list_price[product] = list;
    plan_.price[product] = list - off;
    const double paid = static_cast<double>(list - off) / 10'000 / (traits.base_price * rate_);
    const double lines = base_[product] * season * trend * novelty(traits, monday) * offer.demand *
                         std::pow(paid, -traits.elasticity);
    plan_.lines[product] = static_cast<float>(lines);
    plan_.lines_of_kind[traits.kind] += lines;
    plan_.revenue +=
        lines * mean_line_units(kinds()[traits.kind]) * static_cast<double>(plan_.price[product]);
}

const WeekPlan& StorePlan::at_week(std::int32_t week) {
    if (plan_.week == week) {
        return plan_;
    }
    plan_.week = week;
    plan_.revenue = 0;
    plan_.lines_of_kind.assign(kinds().size(), 0);
    const std::int32_t midweek = monday_of(week) + 3;
    std::vector<double> seasons;
    for (const Kind& kind : kinds()) {
        seasons.push_back(season_at(kind.season, midweek));
    }
    const double years = (midweek - chain_.options().first_date) / 365.25;
    const double trend = 1 + chain_.profiles()[store_].growth_per_year * years;
    for (std::uint32_t i = 0; i < base_.size(); ++i) {
        plan_product(i, seasons[chain_.traits()[i].kind], std::max(0.2, trend));
    }
    return plan_;
}

std::int64_t StorePlan::unit_cost(std::uint32_t product) const {
    constexpr std::int64_t kCent = 100;
    const auto pence = static_cast<double>(chain_.products()[product].unit_cost / kCent);
    return std::max<std::int64_t>(1, std::llround(pence * rate_)) * kCent;
}

}  // namespace shelfcast::synthetic
