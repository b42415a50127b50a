#include "benchmarks/detection_faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <utility>

#include "retail/time_zone.h"
#include "synthetic/random.h"

namespace shelfcast::benchmarks {
namespace {

using detection::AnomalyKind;
using detection::Subject;
using retail::TransactionType;

/// Whether a fault explains an incident of another kind.
bool explains(const Fault& fault, const Subject& subject) {
    const Subject& of = fault.subject;
    if (of.store != subject.store) {
        return false;
    }
    switch (of.kind) {
        case AnomalyKind::kPriceError:
            return subject.kind == AnomalyKind::kSpike && subject.product_id == of.product_id;
        case AnomalyKind::kSilentStore:
            return subject.kind == AnomalyKind::kDrop && subject.product_id.empty();
        case AnomalyKind::kUnusualReturns:
            return subject.kind == AnomalyKind::kUnusualReturns && subject.product_id.empty();
        default:
            return false;
    }
}

bool is_within(const Fault& fault, const detection::Incident& incident) {
    const AnomalyKind kind = incident.subject.kind;
    const bool of_day = kind == AnomalyKind::kSpike || fault.subject.kind != kind;
    const std::int64_t slack = of_day ? kDayMs / 2 : kLookMs;
    return incident.detected_at_ms >= fault.begin_ms &&
           incident.detected_at_ms <= fault.end_ms + slack;
}

/// The copies of a line that a fault makes of it: none, one, more.
std::uint32_t copies(const Fault& fault, synthetic::Random& random) {
    const double whole = std::floor(fault.size);
    return static_cast<std::uint32_t>(whole) + (random.unit() < fault.size - whole ? 1 : 0);
}

bool concerns(const Fault& fault, const ShopLine& line) {
    return fault.store == line.store && fault.holds_at(line.time_ms) &&
           (fault.subject.product_id.empty() || fault.product == line.product);
}

/// Returns of goods that were bought before, through the hours in which the store sells.
void add_returns(std::vector<ShopLine>& lines, const Fault& fault, synthetic::Random& random) {
    std::vector<std::int64_t> times;
    for (const ShopLine& line : lines) {
        if (line.store == fault.store && fault.holds_at(line.time_ms)) {
            times.push_back(line.time_ms);
        }
    }
    for (int i = 0; !times.empty() && i < static_cast<int>(fault.size); ++i) {
        lines.push_back({.time_ms = times[random.below(static_cast<std::uint32_t>(times.size()))],
                         .store = fault.store,
                         .product = fault.product,
                         .type = TransactionType::kReturn,
                         .quantity = 1'000});
    }
}

}  // namespace

std::string kind_of(const Subject& subject) {
    const std::string word(detection::to_string(subject.kind));
    const bool level = subject.kind == AnomalyKind::kSpike || subject.kind == AnomalyKind::kDrop;
    return level ? (subject.product_id.empty() ? "store_" : "product_") + word : word;
}

bool is_visible(const Fault& fault) {
    constexpr double kEnough = 12;
    constexpr double kEnoughOfAStore = 60;
    const double days =
        static_cast<double>(fault.end_ms - fault.begin_ms) / static_cast<double>(kDayMs);
    switch (fault.subject.kind) {
        case AnomalyKind::kPriceError:
            return fault.got > 0;
        case AnomalyKind::kSilentTill:
            return fault.meanwhile / fault.tills >= kEnough;
        case AnomalyKind::kSilentStore:
            return fault.meanwhile >= kEnoughOfAStore;
        case AnomalyKind::kUnusualReturns:
            return fault.size >= kEnough;
        default:
            break;
    }
    if (fault.subject.product_id.empty()) {
        return true;
    }
    return fault.subject.kind == AnomalyKind::kSpike
               ? fault.per_day * fault.size * days >= kEnough && 2 * fault.got >= fault.wanted
               : fault.per_day * days >= kEnough;
}

void FaultBook::add(Fault fault) {
    fault.kind = fault.kind.empty() ? kind_of(fault.subject) : std::move(fault.kind);
    fault.counts = fault.first_date >= judged_from_;
    faults_.push_back(fault);
    if (fault.lasts) {
        // While it lasts, nobody can tell it from a product that nobody finds.
        fault.subject.kind = AnomalyKind::kDrop;
        fault.kind = kind_of(fault.subject);
        faults_.push_back(std::move(fault));
    }
}

void FaultBook::judge(const detection::Incident& incident, std::int32_t date, bool true_besides,
                      Outcomes& outcomes) {
    if (date < judged_from_) {
        return;
    }
    bool explained = true_besides;
    for (Fault& fault : faults_) {
        if (!is_within(fault, incident)) {
            continue;
        }
        if (fault.subject == incident.subject) {
            Outcome& outcome = outcomes[fault.kind];
            ++outcome.right_alarms;
            if (!fault.found && fault.counts) {
                outcome.hours.push_back(
                    static_cast<double>(incident.detected_at_ms - fault.begin_ms) / kHourMs);
            }
            fault.found = true;
            return;
        }
        explained = explained || explains(fault, incident.subject);
    }
    Outcome& outcome = outcomes[kind_of(incident.subject)];
    ++(explained ? outcome.true_besides : outcome.false_alarms);
    if (tell_) {
        fmt::print(stderr, "{} {} store={} at={} score={:.1f} {}\n",
                   explained ? "besides" : "false", kind_of(incident.subject),
                   incident.subject.store.value, retail::format_utc_ms(incident.detected_at_ms),
                   incident.score, incident.reason);
    }
}

void FaultBook::close(Outcomes& outcomes) const {
    for (const Fault& fault : faults_) {
        if (!fault.counts) {
            continue;
        }
        Outcome& outcome = outcomes[fault.kind];
        ++outcome.planted;
        outcome.found += fault.found ? 1 : 0;
        const bool visible = is_visible(fault);
        outcome.visible += visible ? 1 : 0;
        outcome.visible_found += visible && fault.found ? 1 : 0;
        if (!fault.found && tell_) {
            fmt::print(
                stderr,
                "missed {} visible={} store={} {}{} from={} days={:.1f} size={:.1f} a_day={:.2f} "
                "wanted={:.0f} got={:.0f} meanwhile={:.0f} books={:.0f}\n",
                fault.kind, visible, fault.subject.store.value, fault.subject.product_id,
                fault.subject.register_id, retail::format_utc_ms(fault.begin_ms),
                static_cast<double>(fault.end_ms - fault.begin_ms) / static_cast<double>(kDayMs),
                fault.size, fault.per_day, fault.wanted, fault.got, fault.meanwhile, fault.books);
        }
    }
}

std::vector<ShopLine> with_faults(std::vector<ShopLine> lines, std::span<Fault* const> faults,
                                  std::uint64_t seed) {
    if (faults.empty() || lines.empty()) {
        return lines;
    }
    synthetic::Random random(
        synthetic::mix({seed, static_cast<std::uint64_t>(lines.front().time_ms / kDayMs)}));
    std::vector<ShopLine> altered;
    altered.reserve(lines.size());
    for (ShopLine& line : lines) {
        std::uint32_t times = 1;
        for (Fault* const fault : faults) {
            if (line.type != TransactionType::kSale || !concerns(*fault, line)) {
                continue;
            }
            switch (fault->subject.kind) {
                case AnomalyKind::kPriceError:
                    line.price *= fault->size;
                    fault->got += 1;
                    break;
                case AnomalyKind::kSilentTill: {
                    fault->meanwhile += line.new_basket ? 1 : 0;
                    if (line.till == fault->till) {
                        const auto others = static_cast<std::uint32_t>(fault->tills) - 1;
                        line.till = 1 + (fault->till + random.below(others)) % (others + 1);
                    }
                    break;
                }
                case AnomalyKind::kSilentStore:
                    fault->meanwhile += 1;
                    times = 0;
                    break;
                case AnomalyKind::kUnusualReturns:
                    break;
                default:
                    times *= copies(*fault, random);
                    fault->wanted += fault->size;
                    fault->got += fault->size;
            }
        }
        for (std::uint32_t i = 0; i < times; ++i) {
            altered.push_back(line);
            if (i > 0) {
                ShopLine& copy = altered.back();
                copy.new_basket = false;
                const std::int64_t hour_ms = line.time_ms - line.time_ms % kHourMs;
                copy.time_ms = hour_ms + static_cast<std::int64_t>(random.unit() * kHourMs);
            }
        }
    }
    for (const Fault* const fault : faults) {
        if (fault->subject.kind == AnomalyKind::kUnusualReturns) {
            add_returns(altered, *fault, random);
        }
    }
    std::ranges::stable_sort(altered, {}, &ShopLine::time_ms);
    return altered;
}

}  // namespace shelfcast::benchmarks
