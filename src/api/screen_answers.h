#pragma once

/// \file api/screen_answers.h
/// Answers of the screens that took long, kept for a multiple of the time they took: a question of
/// a tenth of a second is asked anew every two seconds at most, one of two seconds once in 40,
/// however many people look. What is live is shared for a moment only. Those who ask for the same
/// meanwhile wait for the one who came first.
/// A kept answer carries the stamp of its reading. Owned by the wiring. Thread safe.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "ports/clock.h"
#include "queries/screens.h"

namespace shelfcast::api {

/// Times in microseconds.
struct KeepRules {
    std::int64_t from_us = 50'000;     ///< What took less is not kept.
    std::int64_t times_its_cost = 20;  ///< So many times what it took; at most:
    std::int64_t most_us = 60'000'000;
    std::int64_t briefly_us = 500'000;           ///< From when it began to be made.
    std::size_t bytes = std::size_t{64} << 20U;  ///< Of all answers; the oldest go.
};

using ScreenAnswer = std::shared_ptr<const std::string>;

class ScreenAnswers {
public:
    /// The clock must outlive it.
    explicit ScreenAnswers(const ports::Clock& clock, KeepRules rules = {})
        : clock_(clock), rules_(rules) {}

    /// The kept answer of `key`, or what `make` gives. Errors: those of `make`, never kept. What it
    /// throws goes through; those who wait then are thrown a std::future_error.
    [[nodiscard]] Result<ScreenAnswer> answer(const std::string& key, queries::Keeping keeping,
                                              const std::function<Result<std::string>()>& make);

    /// Somebody changed what is shown: nothing of before is given any more, nor kept when it is
    /// made.
    void forget_all();

private:
    struct Place {
        std::shared_future<Result<ScreenAnswer>> answer;  ///< Being made, or there.
        bool is_there = false;
        std::int64_t until_us = 0;  ///< Steady.
        std::size_t bytes = 0;
    };
    /// Until when an answer may be given again; not after `now_us`: it is not kept.
    [[nodiscard]] std::int64_t kept_until(queries::Keeping keeping, std::int64_t began_us,
                                          std::int64_t now_us) const;
    void forget_oldest(std::int64_t now_us);

    const ports::Clock& clock_;
    const KeepRules rules_;
    std::mutex mutex_;
    std::map<std::string, Place> places_;  ///< Guarded by mutex_, as is the next.
    std::uint64_t changes_ = 0;            ///< A place made before one of them is not ours.
};

}  // namespace shelfcast::api
