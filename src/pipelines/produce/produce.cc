#include "pipelines/produce/produce.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "pipelines/produce/synthetic_source.h"

namespace shelfcast::produce {
namespace {

using std::chrono::microseconds;

constexpr double kMostPerSecond = 10'000'000;

/// What the door holds up for longer than this is not made up for.
constexpr double kCatchUpSeconds = 1;
/// Receipts of so short a time go in together.
constexpr microseconds kTick{5'000};
constexpr microseconds kLongestPause{500'000};

/// A beginning from which so many simulated events end before now, whatever the days are like.
std::int64_t start_before(std::int64_t now_ms, const ProduceOptions& options) {
    constexpr double kSlack = 1.3;  // The slowest days of a week are that much below its mean.
    constexpr double kDayMs = 86'400'000;
    const double span_ms =
        static_cast<double>(options.events) / options.simulated_rate * 1000 * kSlack + kDayMs;
    return now_ms - static_cast<std::int64_t>(span_ms);
}

Status check(const ProduceOptions& options) {
    if (!(options.rate >= 0 && options.rate <= kMostPerSecond)) {
        return fail(ErrorKind::kInvalidInput, "produce: rate {} is not from 0 to {} events/s",
                    options.rate, kMostPerSecond);
    }
    if (options.rate == 0 && options.events == 0) {
        return fail(ErrorKind::kInvalidInput,
                    "produce: as fast as possible (rate 0) needs a number of events");
    }
    if (!(options.simulated_rate > 0.001 && options.simulated_rate <= kMostPerSecond)) {
        return fail(ErrorKind::kInvalidInput, "produce: simulated rate {} is out of range",
                    options.simulated_rate);
    }
    if (options.batch_events == 0 || options.batch_events > 50'000 || options.attempts == 0) {
        return fail(ErrorKind::kInvalidInput,
                    "produce: batch_events must be 1 to 50000, attempts at least 1");
    }
    // The simulated clock must not begin before receipts are believed.
    const double days = static_cast<double>(options.events) / options.simulated_rate / 86'400;
    if (options.rate == 0 && days > 20 * 365) {
        return fail(
            ErrorKind::kInvalidInput,
            "produce: {} events at a simulated rate of {}/s reach back {:.0f} years; raise it",
            options.events, options.simulated_rate, days / 365);
    }
    return {};
}

class Producer {
public:
    Producer(const ProduceOptions& options, const ProducePorts& ports, SyntheticSource source,
             const std::stop_token& stop)
        : options_(options),
          ports_(ports),
          source_(std::move(source)),
          stop_(stop),
          hand_over_(ports.door, ports.pause, options.attempts, "produce"),
          telling_(ports.door, ports.pause, options.attempts, "produce") {}

    Result<ProduceReport> run() {
        const std::int64_t began_us = ports_.clock.steady_us();
        SHELFCAST_TRY(options_.rate > 0 ? run_paced(began_us) : run_fast());
        report_.seconds = static_cast<double>(ports_.clock.steady_us() - began_us) / 1e6;
        if (!lost_) {
            report_.stock = source_.stock();
        }
        return report_;
    }

private:
    [[nodiscard]] std::uint64_t left() const {
        return options_.events == 0 ? std::numeric_limits<std::uint64_t>::max()
                                    : options_.events - report_.sent;
    }

    Status run_fast() {
        while (left() > 0 && !stop_.stop_requested()) {
            const std::uint64_t count = std::min<std::uint64_t>(left(), options_.batch_events);
            for (std::uint64_t i = 0; i < count; ++i) {
                source_.append_next(hand_over_.body());
                hand_over_.body().push_back('\n');
            }
            SHELFCAST_TRY(hand_in(count));
        }
        return {};
    }

    Status run_paced(std::int64_t began_us) {
        while (left() > 0 && !stop_.stop_requested()) {
            const double elapsed = static_cast<double>(ports_.clock.steady_us() - began_us) / 1e6;
            // The first one is due at once.
            const auto due = static_cast<std::uint64_t>(elapsed * options_.rate) + 1;
            const std::uint64_t done = report_.sent + report_.skipped;
            if (due <= done) {
                const double next_s = static_cast<double>(done) / options_.rate - elapsed;
                const microseconds wait(static_cast<std::int64_t>(std::ceil(next_s * 1e6)));
                ports_.pause(std::clamp(wait, kTick, kLongestPause), stop_);
                continue;
            }
            std::uint64_t owed = due - done;
            const auto most =
                static_cast<std::uint64_t>(std::max(1.0, options_.rate * kCatchUpSeconds));
            if (owed > most) {
                report_.skipped += owed - most;
                owed = most;
            }
            const std::uint64_t count =
                std::min({owed, left(), std::uint64_t{options_.batch_events}});
            const std::int64_t now_ms = ports_.clock.now_us() / 1000;
            for (std::uint64_t i = 0; i < count; ++i) {
                source_.append_next_at(now_ms, hand_over_.body());
                hand_over_.body().push_back('\n');
            }
            SHELFCAST_TRY(hand_in(count));
        }
        return {};
    }

    Status hand_in(std::uint64_t count) {
        SHELFCAST_ASSIGN(bool taken, hand_over_.give(report_.tally, stop_));
        for (auto& [topic, messages] : source_.take_other_messages()) {
            if (taken) {
                telling_.set_topic(topic);
                telling_.body() = std::move(messages);
                SHELFCAST_ASSIGN(taken, telling_.give(report_.others, stop_));
            }
        }
        lost_ = !taken;
        if (taken) {
            report_.sent += count;
            if (ports_.progress) {
                ports_.progress({report_.sent, report_.tally.accepted, options_.events});
            }
        }
        return {};
    }

    const ProduceOptions& options_;
    const ProducePorts& ports_;
    SyntheticSource source_;
    const std::stop_token& stop_;
    HandOver hand_over_;
    HandOver telling_;  ///< To the other topics.
    ProduceReport report_;
    bool lost_ = false;  ///< The last body, with goods that the source has booked.
};

}  // namespace

Result<ProduceReport> run(const ProduceOptions& options, const ProducePorts& ports,
                          const std::stop_token& stop) {
    SHELFCAST_TRY(check(options));
    const std::int64_t now_ms = ports.clock.now_us() / 1000;
    const std::int64_t start_ms =
        options.rate > 0 ? now_ms : options.start_ms.value_or(start_before(now_ms, options));
    SHELFCAST_ASSIGN(SyntheticSource source,
                     SyntheticSource::create({.seed = options.seed,
                                              .start_ms = start_ms,
                                              .events_per_second = options.simulated_rate,
                                              .other_topics = options.other_topics},
                                             ports.chain, ports.stock));
    return Producer(options, ports, std::move(source), stop).run();
}

}  // namespace shelfcast::produce
