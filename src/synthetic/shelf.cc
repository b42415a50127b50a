#include "synthetic/shelf.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace shelfcast::synthetic {
namespace {

constexpr std::int64_t kUnit = 1000;

std::int64_t in_packs(double units, const retail::Product& product) {
    const std::int64_t packs =
        std::max<std::int64_t>(1, std::llround(std::ceil(units / product.pack_size)));
    return packs * product.pack_size * kUnit;
}

}  // namespace

void Shelf::receive(std::int32_t date, std::uint32_t fresh_days) {
    on_hand_ += order_.delivered;
    book_ += order_.delivered;
    if (fresh_days > 0) {
        batches_.push_back({.good_until = date + static_cast<std::int32_t>(fresh_days) - 1,
                            .quantity = order_.delivered});
    }
    launched_ = true;
    order_ = {};
}

void Shelf::take_back(std::int64_t quantity) noexcept {
    on_hand_ += quantity;
    book_ += quantity;
}

std::int64_t Shelf::sell(std::int64_t wanted) noexcept {
    const std::int64_t sold = std::min(wanted, on_hand_);
    on_hand_ -= sold;
    book_ -= sold;
    used_today_ += sold;
    return sold;
}

std::int64_t Shelf::lose(std::int64_t quantity) noexcept {
    const std::int64_t lost = std::min(quantity, on_hand_);
    on_hand_ -= lost;
    used_today_ += lost;
    return lost;
}

void Shelf::use_up(std::int64_t quantity) {
    auto batch = batches_.begin();
    while (batch != batches_.end() && quantity > 0) {
        const std::int64_t used = std::min(quantity, batch->quantity);
        batch->quantity -= used;
        quantity -= used;
        batch += batch->quantity == 0 ? 1 : 0;
    }
    batches_.erase(batches_.begin(), batch);
}

std::int64_t Shelf::spoil(std::int32_t date) {
    use_up(std::exchange(used_today_, 0));
    std::int64_t spoiled = 0;
    while (!batches_.empty() && batches_.front().good_until <= date) {
        spoiled += batches_.front().quantity;
        batches_.erase(batches_.begin());
    }
    on_hand_ -= spoiled;
    book_ -= spoiled;
    return spoiled;
}

std::int64_t Shelf::withdraw() {
    batches_.clear();
    used_today_ = 0;
    order_ = {};
    book_ = 0;
    return std::exchange(on_hand_, 0);
}

void Shelf::learn(std::int64_t sold) noexcept {
    constexpr double kWeight = 0.06;
    if (sold > 0 || on_hand_ > 0) {
        sold_per_day_ += kWeight * (static_cast<double>(sold) / kUnit - sold_per_day_);
    }
}

Shelf::Levels Shelf::levels(double expected_units, const Supplier& supplier,
                            const retail::Product& product) const noexcept {
    constexpr double kTrustInPlan = 0.4;
    double safety = 1.3;  // Standard deviations of a Poisson demand.
    constexpr double kOneMoreWeek = 7;
    const double per_day = sold_per_day_ < 0
                               ? expected_units
                               : kTrustInPlan * expected_units + (1 - kTrustInPlan) * sold_per_day_;
    double days = supplier.lead_time_days + supplier.review_days;
    double more_days = kOneMoreWeek;
    if (product.shelf_life_days > 0) {
        days = std::min(days, std::max(1.5, 0.6 * product.shelf_life_days));
        more_days = 0;
        safety = 0.7;
    }
    const double expected = per_day * days;
    const double reorder = std::max(1.0, expected + safety * std::sqrt(expected));
    return {.reorder_units = reorder, .up_to_units = reorder + per_day * more_days};
}

void Shelf::launch(std::int32_t date, double expected_units, const Supplier& supplier,
                   const retail::Product& product) {
    const Levels wanted = levels(expected_units, supplier, product);
    const std::int64_t quantity = in_packs(wanted.up_to_units, product);
    sold_per_day_ = expected_units;
    order_ = {.ordered = quantity,
              .delivered = quantity,
              .ordered_on = date - static_cast<std::int32_t>(supplier.lead_time_days),
              .promised_for = date,
              .comes_on = date};
}

void Shelf::review(std::int32_t date, double expected_units, const Supplier& supplier,
                   const retail::Product& product, Random& random) {
    if (order_.ordered > 0) {
        return;
    }
    const Levels wanted = levels(expected_units, supplier, product);
    const double have = static_cast<double>(book_) / kUnit;
    if (have >= wanted.reorder_units) {
        return;
    }
    order_.ordered = in_packs(wanted.up_to_units - have, product);
    order_.delivered = order_.ordered;
    order_.ordered_on = date;
    order_.promised_for = date + static_cast<std::int32_t>(supplier.lead_time_days);
    order_.comes_on = order_.promised_for;
    if (random.chance(supplier.late_share)) {
        constexpr double kMeanDelayDays = 3;
        const bool fresh = product.shelf_life_days > 0;
        order_.comes_on +=
            1 + (fresh ? 0 : static_cast<std::int32_t>(random.exponential(kMeanDelayDays)));
    }
    const std::int64_t pack = product.pack_size * kUnit;
    if (order_.ordered > pack && random.chance(supplier.short_share)) {
        const double share = 0.4 + 0.5 * random.unit();
        const double packs = static_cast<double>(order_.ordered / pack) * share;
        order_.delivered = std::max<std::int64_t>(1, static_cast<std::int64_t>(packs)) * pack;
    }
}

}  // namespace shelfcast::synthetic
