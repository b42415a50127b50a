#include "detection/prices.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "detection/statistics.h"

namespace shelfcast::detection {
namespace {

constexpr double kDeepestOffer = 0.45;  // Of the lowest usual price: offers halve it at most.
constexpr double kFarOff = 0.25;        // So far off, one line is enough where prices are fixed.

struct PriceRange {
    double low = 0;
    double usual = 0;  ///< 0: not known.
    double high = 0;
    bool fixed = true;  ///< Hardly any price of the store is far off.
};

/// Of the median store of the country: an error of last week is in one store's own history.
PriceRange usual_prices(const ProductBook& book, const LinesByStore& stores,
                        const PriceAsked& asked) {
    const auto own = stores.find(asked.store);
    double days = 0;
    std::vector<double> low;
    std::vector<double> usual;
    std::vector<double> high;
    for (const ProductUsual& one : book.of_product(asked.product_id)) {
        const auto store = stores.find(one.store);
        if (own != stores.end() && store != stores.end() && one.usual_price > 0 &&
            store->second.country == own->second.country) {
            days += one.price_days;
            low.push_back(one.low_price);
            usual.push_back(one.usual_price);
            high.push_back(one.high_price);
        }
    }
    if (days < kFewestPriceDays) {
        return {};
    }
    // A product that is seldom bought has not shown how far its prices reach; the store's others
    // have.
    const PriceRoom room = book.price_room(asked.store);
    const double middle = median(std::move(usual));
    return {std::min(median(std::move(low)), room.low * middle), middle,
            std::max(median(std::move(high)), room.high * middle),
            room.low > kDeepestOffer && room.high < 1 / kDeepestOffer};
}

/// The price that was to be expected, if the asked one cannot be right.
std::optional<double> right_price(const PriceRange& range, const PriceAsked& asked) {
    constexpr double kOffByTheBooks = 0.10;
    const double before = asked.price_before > 0 ? asked.price_before : 0;
    if (asked.price_in_force > 0) {
        const double off = std::abs(asked.price / asked.price_in_force - 1);
        const bool again =
            before > 0 && std::abs(before / asked.price_in_force - 1) > kOffByTheBooks;
        return off > 1 - kFarOff || (off > kOffByTheBooks && again)
                   ? std::optional(asked.price_in_force)
                   : std::nullopt;
    }
    if (range.usual <= 0) {
        return std::nullopt;
    }
    const auto out_of_range = [&](double price) {
        return price < kDeepestOffer * range.low || price > range.high / kDeepestOffer;
    };
    if (asked.discounted || !out_of_range(asked.price)) {
        return std::nullopt;
    }
    const bool far =
        range.fixed && (asked.price < kFarOff * range.low || asked.price > range.high / kFarOff);
    return far || (before > 0 && out_of_range(before)) ? std::optional(range.usual) : std::nullopt;
}

}  // namespace

std::vector<Finding> judge_prices(const ProductBook& book, const LinesByStore& stores,
                                  std::span<const PriceAsked> asked) {
    constexpr double kCritical = 0.5;
    constexpr double kDeviation = 0.1;  // A till's prices do not scatter; a tenth is far.
    std::vector<Finding> findings;
    for (const PriceAsked& one : asked) {
        const ProductUsual* const usual = book.find(one.store, one.product_id);
        const std::optional<double> right = right_price(usual_prices(book, stores, one), one);
        if (!right) {
            continue;
        }
        Finding finding;
        finding.subject = {
            .kind = AnomalyKind::kPriceError, .store = one.store, .product_id = one.product_id};
        finding.category = usual == nullptr ? std::string() : usual->category;
        finding.severity =
            one.price < kCritical * *right ? Severity::kCritical : Severity::kWarning;
        finding.score = (one.price / *right - 1) / kDeviation;
        finding.measure = "unit price";
        finding.expected = *right;
        finding.observed = one.price;
        finding.started_at_ms = one.sold_at_ms;
        finding.reason =
            fmt::format("The till asks {:.2f} for {}; {} is {:.2f}.", one.price, one.product_id,
                        one.price_in_force > 0 ? "the price in force" : "its usual price", *right);
        findings.push_back(std::move(finding));
    }
    return findings;
}

}  // namespace shelfcast::detection
