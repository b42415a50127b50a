#include "replenishment/policies/lead_time_chances.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "replenishment/policies/stock_replay.h"

namespace shelfcast::replenishment {
namespace {

double below_normal(double value, double mean, double deviation) {
    return 0.5 * std::erfc((mean - value) / (deviation * std::numbers::sqrt2));
}

}  // namespace

Result<LeadTimeChances> LeadTimeChances::of(std::vector<Chance> chances) {
    std::ranges::sort(chances, {}, &Chance::days);
    LeadTimeChances out;
    double total = 0;
    double square = 0;
    for (const Chance& chance : chances) {
        if (chance.days > kMaxLeadTimeDays || !(chance.probability >= 0) ||
            chance.probability > 1) {
            return fail(ErrorKind::kInvalidInput,
                        "lead time {} days with probability {}: 0 to {} days, 0 to 1", chance.days,
                        chance.probability, kMaxLeadTimeDays);
        }
        const auto days = static_cast<double>(chance.days);
        total += chance.probability;
        out.mean_ += days * chance.probability;
        square += days * days * chance.probability;
    }
    if (std::abs(total - 1) > 1e-9) {
        return fail(ErrorKind::kInvalidInput, "the chances of a lead time sum to {}, not 1", total);
    }
    out.deviation_ = std::sqrt(std::max(0.0, square - out.mean_ * out.mean_));
    out.chances_ = std::move(chances);
    return out;
}

Result<LeadTimeChances> LeadTimeChances::with(double mean_days, double deviation_days) {
    if (!(mean_days >= 0) || !(deviation_days >= 0) ||
        mean_days + 4 * deviation_days > static_cast<double>(kMaxLeadTimeDays)) {
        return fail(ErrorKind::kInvalidInput,
                    "lead time {} days with deviation {}: 0 or more, and mean + 4 deviations at "
                    "most {}",
                    mean_days, deviation_days, kMaxLeadTimeDays);
    }
    const double lower = std::floor(mean_days);
    const double part = mean_days - lower;
    const auto first = static_cast<std::size_t>(lower);
    if (deviation_days * deviation_days <= part * (1 - part) + 1e-3) {
        return of({{first, 1 - part}, {first + 1, part}});
    }
    std::vector<Chance> chances;
    double before = 0;
    for (std::size_t days = 0; before < 1; ++days) {
        const bool last =
            static_cast<double>(days) >= mean_days + 4 * deviation_days || days == kMaxLeadTimeDays;
        const double up_to =
            last ? 1 : below_normal(static_cast<double>(days) + 0.5, mean_days, deviation_days);
        chances.push_back({days, up_to - before});
        before = up_to;
    }
    return of(std::move(chances));
}

std::uint8_t LeadTimeChances::at(double probability) const noexcept {
    double up_to = 0;
    for (const Chance& chance : chances_) {
        up_to += chance.probability;
        if (probability < up_to) {
            return static_cast<std::uint8_t>(chance.days);
        }
    }
    return chances_.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(chances_.back().days);
}

}  // namespace shelfcast::replenishment
