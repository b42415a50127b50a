#include "detection/product_sales.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>

#include "detection/statistics.h"
#include "detection/wording.h"

namespace shelfcast::detection {
namespace {

constexpr std::size_t kLatestWeeks = 2;
constexpr double kLeastNoise = 0.02;  // Squared coefficient of variation of a product's own days.
constexpr double kMostNoise = 3;
constexpr double kPriorLines = 2;  // What others do counts for little while they sell little.

/// A share of the store's lines, and how sure it is.
struct Share {
    double share = 0;
    double lines = 0;  ///< That it is known from.
    double noise = kLeastNoise;
    [[nodiscard]] double size() const { return 1 / (1 / (lines + 1) + noise); }
};

/// Weeks from `first_week` on (back in time) in which the product was on sale.
std::size_t weeks_on_sale(const ProductUsual& usual, std::int32_t date) {
    const auto days = static_cast<std::size_t>(std::max(0, date - usual.first_date));
    return std::min(kHistoryWeeks, days / kWeekDays);
}

/// How far the weeks differ beyond what counts do by chance, (variance - mean) / mean^2; by the
/// median week, so that a week on offer does not make all weeks uncertain.
double noise_of(const ProductUsual& usual, const StoreLines& store, std::size_t begin,
                std::size_t end, double share) {
    constexpr double kVarianceOfMedian = 2.2;  // Of a normal law: 1.4826 squared.
    std::vector<double> noises;
    for (std::size_t week = begin; week < end; ++week) {
        const double expected = share * store.weeks[week];
        if (expected > 0) {
            const double away = usual.weeks[week] - expected;
            noises.push_back((kVarianceOfMedian * away * away - expected) / (expected * expected));
        }
    }
    return std::clamp(median(std::move(noises)), kLeastNoise, kMostNoise);
}

/// The share over weeks [begin, end).
Share share_over(const ProductUsual& usual, const StoreLines& store, std::size_t begin,
                 std::size_t end) {
    Share share;
    double store_lines = 0;
    for (std::size_t week = begin; week < end; ++week) {
        share.lines += usual.weeks[week];
        store_lines += store.weeks[week];
    }
    share.share = store_lines == 0 ? 0 : share.lines / store_lines;
    share.noise = noise_of(usual, store, begin, end, share.share);
    return share;
}

/// Of all weeks, of the latest ones and of the median week with sales, the greatest (for spikes) or
/// the smallest share.
Share careful_share(const ProductUsual& usual, const StoreLines& store, std::size_t begin,
                    std::size_t end, bool greatest) {
    Share share = share_over(usual, store, begin, end);
    const Share late = share_over(usual, store, begin, std::min(end, begin + kLatestWeeks));
    std::vector<double> weeks;
    for (std::size_t week = begin; week < end; ++week) {
        if (usual.weeks[week] > 0 && store.weeks[week] > 0) {
            weeks.push_back(usual.weeks[week] / store.weeks[week]);
        }
    }
    const double usual_week = weeks.empty() ? share.share : median(std::move(weeks));
    share.share = greatest ? std::max({share.share, late.share, usual_week})
                           : std::min({share.share, late.share, usual_week});
    return share;
}

/// What the other stores of the country make of a product, over the expected.
struct Others {
    double lines = 0;
    double expected = 0;
    [[nodiscard]] double factor() const { return (lines + kPriorLines) / (expected + kPriorLines); }
};

double expected_elsewhere(const ProductBook& book, const LinesByStore& stores,
                          const ProductUsual& own, std::size_t days_back) {
    const std::string& country = stores.at(own.store).country;
    double expected = 0;
    for (const ProductUsual& other : book.of_product(own.product_id)) {
        const auto store = stores.find(other.store);
        if (other.store == own.store || store == stores.end() || store->second.country != country) {
            continue;
        }
        const std::size_t weeks = std::max<std::size_t>(1, weeks_on_sale(other, book.date()));
        expected +=
            share_over(other, store->second, 0, weeks).share * store->second.since[days_back];
    }
    return expected;
}

/// How much more is bought for a lower price. The elasticity is on the high side of what groceries
/// show (Bijmolt, van Heerde and Pieters 2005: -2.6 on average), with a display.
double lift_of_price(double price, double usual_price) {
    constexpr double kSamePrice = 0.97;
    constexpr double kElasticity = 2.6;
    constexpr double kDisplay = 1.4;
    constexpr double kMostLift = 12;
    if (price <= 0 || usual_price <= 0 || price >= kSamePrice * usual_price) {
        return 1;
    }
    return std::min(kMostLift, kDisplay * std::pow(price / usual_price, -kElasticity));
}

/// Of products far more are judged than of anything else, on laws that fit worse.
constexpr double kFalseSpikesPerWeek = 0.001;
/// Of silences more false alarms may come: their expectation is careful in each of its parts.
constexpr double kFalseSilencesPerWeek = 0.02;

/// A product's lines of the last days against the expected.
struct Window {
    double observed = 0;
    double expected = 0;
    double log_chance = 0;
    std::size_t days_back = 0;
};

Window most_unusual(const ProductBook& book, const LinesByStore& stores, const ProductUsual& usual,
                    const ProductRecent& recent) {
    const StoreLines& store = stores.at(usual.store);
    const std::size_t weeks = std::max<std::size_t>(1, weeks_on_sale(usual, book.date()));
    const Share share = careful_share(usual, store, 0, weeks, true);
    constexpr double kHalfALine = 0.5;  // What was not sold for weeks may still be.
    const double least = kHalfALine / std::max(1.0, store.weeks[0]);
    const double lift = lift_of_price(recent.price, usual.usual_price);
    Window worst;
    for (std::size_t back = 0; back < kRecentDays; ++back) {
        Window window{.observed = recent.lines[back],
                      .expected = std::max(share.share, least) * store.recent[back],
                      .days_back = back};
        if (window.observed <= window.expected) {
            continue;
        }
        const Others others{recent.other_lines[back],
                            expected_elsewhere(book, stores, usual, back)};
        window.expected *= std::max({1.0, others.factor(), lift});
        window.log_chance =
            log_upper_tail({.mean = window.expected, .size = share.size()}, window.observed);
        if (window.log_chance < worst.log_chance) {
            worst = window;
        }
    }
    return worst;
}

Finding of_product(const ProductUsual& usual, AnomalyKind kind) {
    Finding finding;
    finding.subject = {.kind = kind, .store = usual.store, .product_id = usual.product_id};
    finding.category = usual.category;
    finding.measure = "receipt lines";
    return finding;
}

std::string_view days_words(std::size_t days_back) {
    constexpr std::array<std::string_view, kRecentDays> kWords = {"today", "since yesterday",
                                                                  "in three days"};
    return kWords.at(days_back);
}

}  // namespace

ProductBook::ProductBook(std::vector<ProductUsual> usual, std::int32_t date)
    : usual_(std::move(usual)), date_(date) {
    std::ranges::sort(usual_, [](const ProductUsual& one, const ProductUsual& other) {
        return std::tie(one.product_id, one.store) < std::tie(other.product_id, other.store);
    });
    std::map<StoreId, std::pair<std::vector<double>, std::vector<double>>> reach;
    for (const ProductUsual& one : usual_) {
        products_[one.store] += 1;
        if (one.price_days >= kFewestPriceDays && one.usual_price > 0) {
            reach[one.store].first.push_back(one.low_price / one.usual_price);
            reach[one.store].second.push_back(one.high_price / one.usual_price);
        }
    }
    for (auto& [store, prices] : reach) {
        const auto sorted_at = [](std::vector<double>& values, double share) {
            const auto at = static_cast<std::ptrdiff_t>(
                std::floor(share * static_cast<double>(values.size() - 1)));
            std::ranges::nth_element(values, values.begin() + at);
            return values[static_cast<std::size_t>(at)];
        };
        rooms_[store] = {sorted_at(prices.first, 0.05), sorted_at(prices.second, 0.95)};
    }
}

PriceRoom ProductBook::price_room(StoreId store) const {
    const auto found = rooms_.find(store);
    return found == rooms_.end() ? PriceRoom{} : found->second;
}

std::span<const ProductUsual> ProductBook::of_product(std::string_view product_id) const {
    const auto found = std::ranges::equal_range(
        usual_, product_id, {},
        [](const ProductUsual& one) { return std::string_view(one.product_id); });
    return {found.begin(), found.end()};
}

const ProductUsual* ProductBook::find(StoreId store, std::string_view product_id) const {
    const auto all = of_product(product_id);
    const auto found = std::ranges::lower_bound(all, store, {}, &ProductUsual::store);
    return found == all.end() || found->store != store ? nullptr : &*found;
}

double ProductBook::products_of(StoreId store) const {
    const auto found = products_.find(store);
    return found == products_.end() ? 0 : found->second;
}

LinesByStore lines_by_store(const StoreHistory& history, std::span<const StoreClock> clocks,
                            std::int32_t date) {
    LinesByStore stores;
    for (const StoreClock& clock : clocks) {
        StoreLines& lines = stores[clock.store];
        lines.date = clock.date;
        lines.midnight_ms = clock.midnight_ms;
        lines.country = clock.country;
        for (std::size_t week = 0; week < kHistoryWeeks; ++week) {
            const std::int32_t end = date - kWeekDays * static_cast<std::int32_t>(week);
            lines.weeks[week] = history.sales_between(clock.store, end - kWeekDays, end - 1);
        }
        double since = 0;
        for (std::size_t back = 0; back < lines.since.size(); ++back) {
            const std::int32_t day = clock.date - static_cast<std::int32_t>(back);
            since += history.sales_between(clock.store, day, day);
            lines.since[back] = since;
        }
        std::copy_n(lines.since.begin(), kRecentDays, lines.recent.begin());
    }
    return stores;
}

std::vector<Finding> judge_product_spikes(const ProductBook& book, const LinesByStore& stores,
                                          std::span<const ProductRecent> recent) {
    constexpr std::int32_t kNewDays = 14;
    constexpr double kFewestLines = 5;
    constexpr double kAboveBestDay = 1.2;
    constexpr double kSmallest = 2;  // Times the expected.
    std::vector<Finding> findings;
    for (const ProductRecent& one : recent) {
        const ProductUsual* const usual = book.find(one.store, one.product_id);
        const auto store = stores.find(one.store);
        if (usual == nullptr || store == stores.end() ||
            book.date() - usual->first_date < kNewDays || one.lines.back() < kFewestLines) {
            continue;
        }
        const Window window = most_unusual(book, stores, *usual, one);
        const double limit = log_limit(kWeekDays * kRecentDays * book.products_of(usual->store),
                                       kFalseSpikesPerWeek);
        if (window.log_chance > kHolds * limit) {
            continue;
        }
        Finding finding = of_product(*usual, AnomalyKind::kSpike);
        finding.raises = window.log_chance <= limit && window.observed >= kFewestLines &&
                         window.observed > kAboveBestDay * usual->most_a_day &&
                         window.observed > kSmallest * window.expected;
        finding.score = deviations(window.log_chance);
        finding.expected = window.expected;
        finding.observed = window.observed;
        constexpr std::int64_t kDayMs = 86'400'000;
        finding.started_at_ms =
            store->second.midnight_ms - static_cast<std::int64_t>(window.days_back) * kDayMs;
        finding.reason = fmt::format(
            "{} was sold {:.0f} times {}, {} the {} that were to be expected.", usual->product_id,
            window.observed, days_words(window.days_back),
            ratio_words(window.observed / window.expected), number_words(window.expected));
        findings.push_back(std::move(finding));
    }
    return findings;
}

std::vector<Silence> find_silences(const ProductBook& book, const LinesByStore& stores) {
    constexpr double kFewestLines = 8;
    constexpr std::int32_t kNewDays = 14;
    std::vector<Silence> silences;
    for (const ProductUsual& usual : book.all()) {
        const auto found = stores.find(usual.store);
        if (found == stores.end() || usual.last_date - usual.first_date < kNewDays) {
            continue;
        }
        const StoreLines& store = found->second;
        const auto begin =
            static_cast<std::size_t>(std::max(0, book.date() - 1 - usual.last_date)) / kWeekDays;
        const std::size_t end = weeks_on_sale(usual, book.date());
        const std::int32_t silent_days = store.date - usual.last_date - 1;
        if (begin >= end || silent_days < 0 || silent_days > kHistoryDays) {
            continue;
        }
        // Weeks of which the silence takes a part look slower than they were: careful enough.
        const Share share = careful_share(usual, store, begin, end, false);
        const double expected = share.share * store.since[static_cast<std::size_t>(silent_days)];
        const double limit = log_limit(store.weeks[begin], kFalseSilencesPerWeek);
        if (share.lines < kFewestLines ||
            log_none({.mean = expected, .size = share.size()}) > kHolds * limit) {
            continue;
        }
        Silence silence{.usual = &usual, .expected = expected, .size = share.size()};
        for (std::size_t back = 0; back <= static_cast<std::size_t>(silent_days); ++back) {
            const double before = back == 0 ? 0 : store.since[back - 1];
            silence.days += store.since[back] > before ? 1 : 0;
        }
        silences.push_back(silence);
    }
    return silences;
}

std::vector<Finding> judge_silences(const ProductBook& book, const LinesByStore& stores,
                                    std::span<const Silence> silences,
                                    std::span<const ShelfState> states) {
    std::vector<Finding> findings;
    for (std::size_t i = 0; i < silences.size(); ++i) {
        const Silence& silence = silences[i];
        const ShelfState& state = states[i];
        const ProductUsual& usual = *silence.usual;
        if (state.sold_since || state.on_hand_units < 1) {
            continue;
        }
        const Others others{state.other_lines,
                            expected_elsewhere(book, stores, usual, kSilenceDays - 1)};
        const StoreLines& store = stores.at(usual.store);
        // A delivery after empty days: what could not be sold before it does not count.
        const std::int32_t first_day = std::max(usual.last_date + 1, state.in_stock_date);
        if (first_day > store.date) {
            continue;
        }
        const auto back = [&](std::int32_t day) {
            return store.since[static_cast<std::size_t>(store.date - day)];
        };
        const double in_stock = back(first_day) / back(usual.last_date + 1);
        const double expected = silence.expected * in_stock * std::min(1.0, others.factor());
        const double log_chance = log_none({.mean = expected, .size = silence.size});
        const double limit = log_limit(store.weeks[0], kFalseSilencesPerWeek);
        if (log_chance > kHolds * limit) {
            continue;
        }
        const bool lasts = silence.days > kPhantomDays && store.date - first_day >= kPhantomDays;
        Finding finding =
            of_product(usual, lasts ? AnomalyKind::kPhantomStock : AnomalyKind::kDrop);
        finding.raises = log_chance <= limit;
        finding.score = -deviations(log_chance);
        finding.expected = expected;
        finding.observed = 0;
        constexpr std::int64_t kDayMs = 86'400'000;
        finding.started_at_ms =
            state.last_sale_ms > 0
                ? state.last_sale_ms
                : store.midnight_ms - kDayMs * (store.date - usual.last_date - 1);
        finding.reason = fmt::format(
            "{} has not been sold for {} {}, where {} sales were to be expected, and the books say "
            "that {} are in stock{}.",
            usual.product_id, silence.days, silence.days == 1 ? "day" : "days",
            number_words(expected), number_words(state.on_hand_units),
            lasts ? ": they are probably not there. Count it"
                  : ": look whether it is on the shelf");
        findings.push_back(std::move(finding));
    }
    return findings;
}

std::vector<Finding> judge_returns(const StoreHistory& history, std::span<const StoreClock> clocks,
                                   const ProductBook& book, std::span<const ProductRecent> recent) {
    constexpr double kFewestReturns = 5;
    constexpr double kStoreSize = 5;
    constexpr double kProductSize = 2;
    constexpr double kLooksPerWeek = kWeekDays;
    std::vector<Finding> findings;
    const auto judge = [&](Finding finding, double expected, double observed, double size,
                           double limit, std::int64_t midnight_ms) {
        const double log_chance = log_upper_tail({.mean = expected, .size = size}, observed);
        if (observed < kFewestReturns || log_chance > kHolds * limit) {
            return;
        }
        finding.raises = log_chance <= limit;
        finding.measure = "return lines";
        finding.score = deviations(log_chance);
        finding.expected = expected;
        finding.observed = observed;
        finding.started_at_ms = midnight_ms;
        finding.reason = fmt::format(
            "{} was brought back {:.0f} times today; {} are usual for what is sold.",
            finding.subject.product_id.empty() ? "Something" : finding.subject.product_id, observed,
            number_words(expected));
        findings.push_back(std::move(finding));
    };
    std::map<StoreId, const StoreClock*> clock_of;
    for (const StoreClock& clock : clocks) {
        clock_of[clock.store] = &clock;
        double days = 0;
        double returns = 0;
        double squares = 0;
        for (std::int32_t back = 1; back <= kHistoryDays; ++back) {
            if (const StoreDay* const day = history.day(clock.store, clock.date - back)) {
                days += 1;
                returns += day->returns;
                squares += day->returns * day->returns;
            }
        }
        const StoreDay* const today = history.day(clock.store, clock.date);
        if (today == nullptr || days == 0) {
            continue;
        }
        Finding finding;
        finding.subject = {.kind = AnomalyKind::kUnusualReturns, .store = clock.store};
        const double mean = (returns + 1) / days;
        // By the method of moments: one customer may bring back many things.
        const double beyond = squares / days - mean * mean - mean;
        judge(finding, mean, today->returns,
              beyond <= 0 ? kStoreSize : std::min(kStoreSize, mean * mean / beyond),
              log_limit(kLooksPerWeek), clock.midnight_ms);
    }
    for (const ProductRecent& one : recent) {
        const ProductUsual* const usual = book.find(one.store, one.product_id);
        const auto clock = clock_of.find(one.store);
        if (usual == nullptr || clock == clock_of.end()) {
            continue;
        }
        const double expected = (usual->returns + 1) / kHistoryDays;
        judge(of_product(*usual, AnomalyKind::kUnusualReturns), expected, one.returns, kProductSize,
              log_limit(kLooksPerWeek * book.products_of(one.store)), clock->second->midnight_ms);
    }
    return findings;
}

}  // namespace shelfcast::detection
