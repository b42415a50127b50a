#pragma once

/// \file replenishment/policies/shelf.h
/// What is on a shelf, by age, in whole units or in broken ones. A plain value.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace shelfcast::replenishment {

/// Which units a customer takes.
enum class IssueOrder : std::uint8_t { kOldestFirst, kNewestFirst };

/// The longest shelf life; longer is for ever.
inline constexpr std::size_t kMaxShelfLifeDays = 60;

/// Goods that keep for ever have one age. Ages lie in a ring that a day turns by one, so that a
/// long life costs no more than a short one.
template <typename Units>
class Shelf {
public:
    /// `life_days`: the day of arrival is the first; 0: for ever.
    Shelf(std::size_t life_days, IssueOrder issue, Units fresh)
        : ages_(life_days == 0 || life_days > kMaxShelfLifeDays ? 1 : life_days),
          expires_(ages_ == life_days),
          issue_(issue) {
        receive(fresh);
    }

    void receive(Units units) noexcept {
        units_[newest_] += units;
        on_hand_ += units;
    }
    /// Takes what there is of it; returns how much that was.
    Units sell(Units wanted) noexcept {
        Units left = std::min(wanted, on_hand_);
        Units sold = 0;
        for (std::size_t step = 0; step < used_ && left > 0; ++step) {
            Units& lot = at(issue_ == IssueOrder::kNewestFirst ? step : used_ - 1 - step);
            const Units taken = std::min(left, lot);
            lot -= taken;
            left -= taken;
            sold += taken;
        }
        while (used_ > 1 && !(at(used_ - 1) > 0)) {
            --used_;
        }
        on_hand_ = std::max(Units{0}, on_hand_ - sold);
        return sold;
    }
    /// The day ends: throws away what is at the end of its life; the rest is a day older.
    Units close() noexcept {
        if (!expires_) {
            return 0;
        }
        Units& last = at(ages_ - 1);
        const Units wasted = last;
        last = 0;
        on_hand_ = std::max(Units{0}, on_hand_ - wasted);
        newest_ = newest_ == 0 ? ages_ - 1 : newest_ - 1;
        used_ = std::min(used_ + 1, ages_);
        return wasted;
    }
    [[nodiscard]] Units on_hand() const noexcept { return on_hand_; }

private:
    Units& at(std::size_t age) noexcept {
        const std::size_t place = newest_ + age;
        return units_[place < ages_ ? place : place - ages_];
    }

    std::size_t ages_;
    bool expires_;
    IssueOrder issue_;
    std::size_t newest_ = 0;
    std::size_t used_ = 1;  ///< Ages that may hold something: those older are empty.
    Units on_hand_ = 0;
    std::array<Units, kMaxShelfLifeDays> units_{};
};

}  // namespace shelfcast::replenishment
