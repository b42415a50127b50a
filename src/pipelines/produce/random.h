#pragma once

/// \file pipelines/produce/random.h
/// Random numbers that are the same on every machine and library. One owner.

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace shelfcast::produce {

/// xoshiro256** (Blackman, Vigna 2018), seeded through SplitMix64.
class Random {
public:
    explicit Random(std::uint64_t seed) noexcept {
        for (std::uint64_t& word : state_) {
            seed += 0x9E3779B97F4A7C15ULL;
            std::uint64_t mixed = (seed ^ (seed >> 30U)) * 0xBF58476D1CE4E5B9ULL;
            mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBULL;
            word = mixed ^ (mixed >> 31U);
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
    [[nodiscard]] double unit() noexcept { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }
    /// Even in [0, bound); `bound` is at least 1.
    [[nodiscard]] std::uint32_t below(std::uint32_t bound) noexcept {
        return static_cast<std::uint32_t>(((next() >> 32U) * bound) >> 32U);
    }
    [[nodiscard]] bool chance(double probability) noexcept { return unit() < probability; }
    /// Time between two arrivals of a Poisson process with mean `mean`.
    [[nodiscard]] double exponential(double mean) noexcept { return -mean * std::log1p(-unit()); }

private:
    std::array<std::uint64_t, 4> state_{};
};

}  // namespace shelfcast::produce
