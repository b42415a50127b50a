#include "detection/finding.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace shelfcast::detection {
namespace {

constexpr std::array<std::string_view, 7> kKinds = {
    "spike",           "drop",         "silent_till", "silent_store", "price_error",
    "unusual_returns", "phantom_stock"};

}  // namespace

std::string_view to_string(AnomalyKind kind) noexcept {
    return kKinds[static_cast<std::size_t>(kind)];
}

std::optional<AnomalyKind> parse_anomaly_kind(std::string_view word) noexcept {
    const auto found = std::ranges::find(kKinds, word);
    return found == kKinds.end() ? std::nullopt
                                 : std::optional(static_cast<AnomalyKind>(found - kKinds.begin()));
}

double log_limit(double tests_per_week, double false_alarms) {
    return std::log(false_alarms / std::max(1.0, tests_per_week));
}

std::string_view to_string(Severity severity) noexcept {
    constexpr std::array<std::string_view, 3> kWords = {"info", "warning", "critical"};
    return kWords[static_cast<std::size_t>(severity)];
}

}  // namespace shelfcast::detection
