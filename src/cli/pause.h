#pragma once

/// \file cli/pause.h
/// A wait that a stop request ends.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace shelfcast::cli {

/// Waits that long unless a stop is requested first.
inline void pause(std::chrono::milliseconds time, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, time, [] { return false; });
}

}  // namespace shelfcast::cli
