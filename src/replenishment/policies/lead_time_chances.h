#pragma once

/// \file replenishment/policies/lead_time_chances.h
/// How likely a lead time is each number of whole days. Plain values.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.h"

namespace shelfcast::replenishment {

class LeadTimeChances {
public:
    struct Chance {
        std::size_t days = 0;
        double probability = 0;
    };

    /// Errors: kInvalidInput (none, a lead time above the longest of a replay, a probability out of
    /// 0 to 1, a sum that is not 1).
    [[nodiscard]] static Result<LeadTimeChances> of(std::vector<Chance> chances);
    /// Whole days with that mean and, as nearly as whole days can, that deviation: the two days
    /// about the mean when it varies no more than those, else a normal distribution cut at 0 and
    /// rounded. Errors: kInvalidInput (out of range).
    [[nodiscard]] static Result<LeadTimeChances> with(double mean_days, double deviation_days);

    [[nodiscard]] double mean_days() const noexcept { return mean_; }
    [[nodiscard]] double deviation_days() const noexcept { return deviation_; }
    /// The lead time at a probability from 0 to below 1.
    [[nodiscard]] std::uint8_t at(double probability) const noexcept;

private:
    std::vector<Chance> chances_;  ///< Ascending days.
    double mean_ = 0;
    double deviation_ = 0;
};

}  // namespace shelfcast::replenishment
