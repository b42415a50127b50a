#pragma once

/// \file cli/progress_bar.h
/// How far long work is, redrawn on one line of a terminal: share, count, rate, time left. Silent
/// where standard error is no terminal. One owner; called from one thread at a time.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace shelfcast::cli {

class ProgressBar {
public:
    ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;
    /// Ends the line.
    ~ProgressBar();

    /// {"file":"receipts.csv","rows":n,"done":n,"total":n}: `done` of `total` in any unit, for the
    /// share; without a total there is none. Another `file` (what is worked on) is other work, with
    /// its own rate.
    void show(std::string_view progress_json);

private:
    const bool terminal_;
    bool drawn_ = false;
    std::string file_;
    std::chrono::steady_clock::time_point begun_;
    double first_done_ = 0;
    std::uint64_t first_rows_ = 0;
};

}  // namespace shelfcast::cli
