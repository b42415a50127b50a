#pragma once

/// \file synthetic/random.h
/// Random numbers that are the same on every machine and library. One owner.

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <numbers>

namespace shelfcast::synthetic {

/// Spreads a number over 64 bits: the finisher of SplitMix64 (Steele, Lea, Flood 2014).
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t value) noexcept {
    value += 0x9E3779B97F4A7C15ULL;
    value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
    return value ^ (value >> 31U);
}

/// One number for several: a coin that falls the same way whenever it is asked about the same.
[[nodiscard]] constexpr std::uint64_t mix(std::initializer_list<std::uint64_t> values) noexcept {
    std::uint64_t mixed = 0;
    for (const std::uint64_t value : values) {
        mixed = mix(mixed ^ value);
    }
    return mixed;
}

/// Even in [0, 1) from 64 even bits.
[[nodiscard]] constexpr double unit_of(std::uint64_t bits) noexcept {
    return static_cast<double>(bits >> 11U) * 0x1.0p-53;
}

/// xoshiro256** (Blackman, Vigna 2018), seeded through SplitMix64.
class Random {
public:
    explicit Random(std::uint64_t seed) noexcept {
        for (std::uint64_t& word : state_) {
            word = mix(seed);
            seed += 0x9E3779B97F4A7C15ULL;
        }
    }

    [[nodiscard]] std::uint64_t next() noexcept {
        const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
        const std::uint64_t shifted = state_[1] << 17U;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = std::rotl(state_[3], 45);
        return result;
    }

    /// Even in [0, 1).
    [[nodiscard]] double unit() noexcept { return unit_of(next()); }
    /// Even in [0, bound); `bound` is at least 1.
    [[nodiscard]] std::uint32_t below(std::uint32_t bound) noexcept {
        return static_cast<std::uint32_t>(((next() >> 32U) * bound) >> 32U);
    }
    [[nodiscard]] bool chance(double probability) noexcept { return unit() < probability; }
    /// Time between two arrivals of a Poisson process with mean `mean`.
    [[nodiscard]] double exponential(double mean) noexcept { return -mean * std::log1p(-unit()); }
    /// Standard normal (Box, Muller 1958).
    [[nodiscard]] double normal() noexcept {
        const double radius = std::sqrt(exponential(2));
        return radius * std::cos(2 * std::numbers::pi * unit());
    }
    /// Poisson by inversion; a large mean in pieces. The commonest answer, 0, costs no logarithm.
    [[nodiscard]] std::uint32_t poisson(double mean) noexcept {
        constexpr double kPiece = 16;
        std::uint32_t count = 0;
        for (; mean > kPiece; mean -= kPiece) {
            count += small_poisson(kPiece);
        }
        return count + small_poisson(mean);
    }

private:
    [[nodiscard]] std::uint32_t small_poisson(double mean) noexcept {
        constexpr std::uint32_t kMost = 100;  // Beyond any double's doubt at mean 16.
        const double at = unit();
        if (at < 1 - mean) {
            return 0;  // e^-m is at least 1 - m.
        }
        double term = std::exp(-mean);
        double sum = term;
        std::uint32_t count = 0;
        while (at >= sum && count < kMost) {
            ++count;
            term *= mean / count;
            sum += term;
        }
        return count;
    }

    std::array<std::uint64_t, 4> state_{};
};

}  // namespace shelfcast::synthetic
