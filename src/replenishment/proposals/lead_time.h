#pragma once

/// \file replenishment/proposals/lead_time.h
/// How long a supplier takes, from the deliveries that it made: least squares on the weekday of the
/// order and its size. Plain values, thread safe.
///
/// Source: Draper, Smith, Applied Regression Analysis, 3rd ed. (1998), chapters 1 and 5.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace shelfcast::replenishment {

struct PastDelivery {
    int weekday = 1;  ///< Of the order, 1: Monday.
    double units = 0;
    double days = 0;  ///< From order to arrival.
};

struct LeadTime {
    double days = 0;          ///< Expected, 0 or more.
    double std_dev_days = 0;  ///< What is left unexplained.
};

class LeadTimeModel {
public:
    /// Nothing from fewer than `kFewestDeliveries`. A weekday with fewer than three of them counts
    /// as the average one.
    [[nodiscard]] static std::optional<LeadTimeModel> fit(std::span<const PastDelivery> past);

    [[nodiscard]] LeadTime predict(int weekday, double units) const;
    /// Of an order of average size.
    [[nodiscard]] LeadTime predict(int weekday) const { return predict(weekday, mean_units_); }
    [[nodiscard]] std::size_t deliveries() const noexcept { return deliveries_; }

    static constexpr std::size_t kFewestDeliveries = 20;

private:
    /// Intercept, size, and each weekday against the average.
    static constexpr std::size_t kTerms = 9;
    using Terms = std::array<double, kTerms>;
    [[nodiscard]] Terms terms_of(int weekday, double units) const;

    std::array<bool, 7> knows_weekday_{};
    double mean_units_ = 0;
    double scale_units_ = 1;
    double least_units_ = 0;
    double most_units_ = 0;
    Terms weights_{};
    double std_dev_days_ = 0;
    std::size_t deliveries_ = 0;
};

}  // namespace shelfcast::replenishment
