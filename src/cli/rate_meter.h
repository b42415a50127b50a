#pragma once

/// \file cli/rate_meter.h
/// Events per second over the last minute, from counts that only grow. Thread safe.

#include <cstdint>
#include <deque>
#include <mutex>
#include <utility>

#include "operator/flush_rows.h"

namespace shelfcast::cli {

class RateMeter {
public:
    struct Rates {
        double window_s = 0;  ///< What they are taken over: a minute, less after the start.
        double accepted_per_s = 0;
        double rejected_per_s = 0;
        double duplicates_per_s = 0;
    };

    /// `now_us`: of the steady clock.
    void add(std::int64_t now_us, const operators::FoldCounts& counts) {
        const std::scoped_lock lock(mutex_);
        samples_.emplace_back(now_us, counts);
        while (samples_.size() > 1 && samples_[1].first <= now_us - kWindowUs) {
            samples_.pop_front();
        }
    }

    [[nodiscard]] Rates since_then(std::int64_t now_us, const operators::FoldCounts& counts) const {
        const std::scoped_lock lock(mutex_);
        if (samples_.empty() || now_us <= samples_.front().first) {
            return {};
        }
        const auto& [then_us, before] = samples_.front();
        const double seconds = static_cast<double>(now_us - then_us) / 1e6;
        const auto per_s = [&](std::uint64_t now, std::uint64_t then) {
            return static_cast<double>(now - then) / seconds;
        };
        return {seconds, per_s(counts.accepted, before.accepted),
                per_s(counts.rejected, before.rejected),
                per_s(counts.duplicates, before.duplicates)};
    }

private:
    static constexpr std::int64_t kWindowUs = 60'000'000;
    mutable std::mutex mutex_;
    std::deque<std::pair<std::int64_t, operators::FoldCounts>> samples_;
};

}  // namespace shelfcast::cli
