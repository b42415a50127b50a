#pragma once

/// \file detection/finding.h
/// What a detector says at one look: something is unusual, or an incident that is open goes on.
/// Plain data.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "base/ids.h"

namespace shelfcast::detection {

enum class AnomalyKind : std::uint8_t {
    kSpike,
    kDrop,
    kSilentTill,
    kSilentStore,
    kPriceError,
    kUnusualReturns,
    kPhantomStock,
};
/// The word of the view: "silent_till".
[[nodiscard]] std::string_view to_string(AnomalyKind kind) noexcept;
[[nodiscard]] std::optional<AnomalyKind> parse_anomaly_kind(std::string_view word) noexcept;

enum class Severity : std::uint8_t { kInfo, kWarning, kCritical };
/// info, warning or critical.
[[nodiscard]] std::string_view to_string(Severity severity) noexcept;

/// What has one incident at a time.
struct Subject {
    AnomalyKind kind = AnomalyKind::kSpike;
    StoreId store;
    std::string product_id;   ///< Empty: not of one.
    std::string register_id;  ///< Empty: not of one.
    auto operator<=>(const Subject&) const = default;
};

struct Finding {
    Subject subject;
    /// False: not enough to raise an incident, enough to keep an open one (hysteresis).
    bool raises = true;
    Severity severity = Severity::kWarning;
    std::string category;
    double score = 0;  ///< Standard deviations from the expected; below 0: too few.
    std::string_view measure;
    std::optional<double> expected;
    double observed = 0;
    std::string reason;  ///< For a store manager.
    std::int64_t started_at_ms = 0;
};

/// False alarms that one detector may raise per store and week, if chance is as it assumes.
inline constexpr double kFalseAlarmsPerWeek = 0.004;
/// The logarithm of a chance so small that so many tests a week raise no more than those.
[[nodiscard]] double log_limit(double tests_per_week, double false_alarms = kFalseAlarmsPerWeek);
/// An open incident holds down to this part of the limit's logarithm.
inline constexpr double kHolds = 0.5;

}  // namespace shelfcast::detection
