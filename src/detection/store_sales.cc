#include "detection/store_sales.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "detection/statistics.h"
#include "detection/wording.h"

namespace shelfcast::detection {
namespace {

constexpr std::size_t kFewestWeeks = 3;
constexpr double kFewestLines = 40;
constexpr double kDayNoise = 0.13;  // Of a store's day against the others', as a logarithm.
constexpr double kMostDayNoise = 0.6;
constexpr double kLinesTogether = 5;  // Of a basket, at least.
constexpr double kHourMs = 3'600'000;
constexpr std::size_t kFewestPeers = 2;

std::vector<double> known(const Weekdays& weeks) {
    std::vector<double> lines;
    for (const std::optional<double>& week : weeks) {
        if (week) {
            lines.push_back(*week);
        }
    }
    return lines;
}

double log_ratio(double lines, double expected) { return std::log((lines + 1) / (expected + 1)); }

/// A store's day so far.
struct DaySoFar {
    const StoreClock* clock = nullptr;
    Weekdays weeks;  ///< Lines so far of the same weekdays before.
    std::size_t known_weeks = 0;
    double expected = 0;
    double observed = 0;
    double together = kLinesTogether;  ///< Variance of a count of lines, over its mean: baskets.
    std::int64_t last_sale_ms = 0;
    [[nodiscard]] bool judged() const {
        return known_weeks >= kFewestWeeks && expected >= kFewestLines && last_sale_ms > 0;
    }
    [[nodiscard]] bool is_peer_of(const DaySoFar& own) const {
        return this != &own && clock->country == own.clock->country && judged();
    }
};

/// The median, of an even number the middle one nearer to 0: one of two peers is no common cause.
double cautious_median(std::vector<double> values) {
    std::ranges::sort(values);
    const double upper = values[values.size() / 2];
    const double lower = values[(values.size() - 1) / 2];
    return std::abs(lower) < std::abs(upper) ? lower : upper;
}

/// What the others of the country have in common; nothing with too few of them.
std::optional<double> common_log_ratio(std::span<const DaySoFar> days, const DaySoFar& own) {
    std::vector<double> ratios;
    for (const DaySoFar& day : days) {
        if (day.is_peer_of(own)) {
            ratios.push_back(log_ratio(day.observed, day.expected));
        }
    }
    return ratios.size() < kFewestPeers ? std::nullopt
                                        : std::optional(cautious_median(std::move(ratios)));
}

/// How far the day's logarithm usually is from what is expected and common.
double spread_of(std::span<const DaySoFar> days, const DaySoFar& own) {
    std::vector<double> logs;
    for (std::size_t week = 0; week < own.weeks.size(); ++week) {
        if (!own.weeks[week]) {
            continue;
        }
        std::vector<double> peers;
        for (const DaySoFar& day : days) {
            if (day.is_peer_of(own) && day.weeks[week]) {
                peers.push_back(log_ratio(*day.weeks[week], day.expected));
            }
        }
        const double common = peers.size() < kFewestPeers ? 0 : cautious_median(std::move(peers));
        logs.push_back(log_ratio(*own.weeks[week], own.expected) - common);
    }
    const double weekly = std::clamp(robust_deviation(logs), kDayNoise, kMostDayNoise);
    return std::sqrt(weekly * weekly + own.together / own.expected);
}

Finding of_store(const StoreClock& clock, AnomalyKind kind) {
    Finding finding;
    finding.subject = {.kind = kind, .store = clock.store};
    finding.measure = "receipt lines";
    finding.started_at_ms = clock.midnight_ms;
    return finding;
}

void judge_level(std::span<const DaySoFar> days, const DaySoFar& day,
                 std::vector<Finding>& findings) {
    constexpr double kRaisesSpike = 5;
    constexpr double kRaisesDrop = 6;  // A logarithm has the longer tail below.
    constexpr double kHoldsFrom = 3;
    constexpr double kCritical = 10;
    const double smallest_step = std::log(1.5);
    const auto common = common_log_ratio(days, day);
    if (!common && day.clock->holiday) {
        return;
    }
    const double away = log_ratio(day.observed, day.expected) - common.value_or(0);
    const double score = away / spread_of(days, day);
    if (std::abs(score) < kHoldsFrom) {
        return;
    }
    const bool more = score > 0;
    Finding finding = of_store(*day.clock, more ? AnomalyKind::kSpike : AnomalyKind::kDrop);
    finding.raises =
        std::abs(score) >= (more ? kRaisesSpike : kRaisesDrop) && std::abs(away) >= smallest_step;
    finding.severity = std::abs(score) >= kCritical ? Severity::kCritical : Severity::kWarning;
    finding.score = score;
    finding.expected = day.expected * std::exp(common.value_or(0));
    finding.observed = day.observed;
    finding.reason = fmt::format(
        "The store has sold {:.0f} receipt lines today, {} the {:.0f} that are usual on this "
        "weekday by "
        "now{}.",
        day.observed, ratio_words(std::exp(away)), *finding.expected,
        common ? ", with what is the same in the other stores taken into account" : "");
    findings.push_back(std::move(finding));
}

/// Whether half of the others have sold nothing either in the latter half of that time: then the
/// shops are closed, or it is not this store that is silent.
bool others_are_silent(std::span<const DaySoFar> days, const DaySoFar& own,
                       std::int64_t silence_ms) {
    std::size_t peers = 0;
    std::size_t silent = 0;
    for (const DaySoFar& day : days) {
        if (day.is_peer_of(own)) {
            ++peers;
            silent += own.clock->now_ms - day.last_sale_ms > silence_ms / 2 ? 1 : 0;
        }
    }
    return peers == 0 ? own.clock->holiday : 2 * silent >= peers;
}

void judge_silence(std::span<const DaySoFar> days, const DaySoFar& day, const StoreHistory& history,
                   std::vector<Finding>& findings) {
    constexpr double kTrustInLevel = 20;  // Size of the law of the baskets to come.
    constexpr double kTrustInPace = 2;    // Baskets.
    constexpr double kSlowest = 0.1;
    const StoreClock& clock = *day.clock;
    const std::int64_t silence_ms = clock.now_ms - std::max(day.last_sale_ms, clock.midnight_ms);
    if (others_are_silent(days, day, silence_ms)) {
        return;
    }
    const double last_hour = std::max(0.0, clock.hour - static_cast<double>(silence_ms) / kHourMs);
    double until_then = 0;
    double pace = 1;
    if (day.observed > 0) {
        until_then = median(known(history.same_weekdays_until(clock.store, clock.date, last_hour)));
        // Few lines say little of the day's pace.
        const double usual = kTrustInPace * day.together;
        pace = std::clamp((day.observed + usual) / (until_then + usual), kSlowest, 1.0);
    }
    const double missing = (day.expected - until_then) * pace;
    const double log_chance = log_none({.mean = missing / day.together, .size = kTrustInLevel});
    const double week = kWeekDays * day.expected / day.together;
    const double limit = log_limit(week);
    if (log_chance > kHolds * limit) {
        return;
    }
    Finding finding = of_store(clock, AnomalyKind::kSilentStore);
    finding.raises = log_chance <= limit;
    finding.severity = Severity::kCritical;
    finding.score = -deviations(log_chance);
    finding.expected = missing;
    finding.observed = 0;
    if (day.observed > 0) {
        finding.started_at_ms = day.last_sale_ms;
        finding.reason = fmt::format(
            "The store has sent no sale for {}; usually it sells {:.0f} receipt lines in that "
            "time.",
            duration_words(silence_ms), missing);
    } else {
        finding.reason = fmt::format(
            "The store has sent no sale today; usually it has sold {:.0f} receipt lines by now.",
            missing);
    }
    findings.push_back(std::move(finding));
}

}  // namespace

std::vector<Finding> judge_stores(const StoreHistory& history, std::span<const StoreClock> clocks,
                                  const std::map<StoreId, std::int64_t>& last_sales_ms) {
    constexpr std::int32_t kStillTrading = 4;
    std::vector<DaySoFar> days;
    for (const StoreClock& clock : clocks) {
        DaySoFar day;
        day.clock = &clock;
        day.weeks = history.same_weekdays_until(clock.store, clock.date, clock.hour);
        const std::vector<double> weeks = known(day.weeks);
        day.known_weeks = weeks.size();
        day.expected = median(weeks);
        const auto last_sale = last_sales_ms.find(clock.store);
        day.last_sale_ms = last_sale == last_sales_ms.end() ? 0 : last_sale->second;
        const StoreDay* const today = history.day(clock.store, clock.date);
        day.observed = today == nullptr ? 0 : today->all;
        day.together = history.lines_together(clock.store, clock.date, kLinesTogether);
        days.push_back(std::move(day));
    }
    std::vector<Finding> findings;
    for (const DaySoFar& day : days) {
        const StoreClock& clock = *day.clock;
        if (day.judged()) {
            judge_silence(days, day, history, findings);
            if (day.observed > 0) {
                judge_level(days, day, findings);
            }
        } else if (history.sales_between(clock.store, clock.date - kStillTrading, clock.date) > 0) {
            // Too early in the day to say that anything is over.
            for (const AnomalyKind kind :
                 {AnomalyKind::kSpike, AnomalyKind::kDrop, AnomalyKind::kSilentStore}) {
                Finding held = of_store(clock, kind);
                held.raises = false;
                findings.push_back(std::move(held));
            }
        }
    }
    return findings;
}

}  // namespace shelfcast::detection
