#pragma once

/// \file api/live_feed.h
/// The live figures of some stores, read once for however many watch them. No thread of its own:
/// one of those who wait reads, the others get what it read. Owned by whoever watches. Thread safe.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "ports/clock.h"
#include "ports/store_scope.h"

namespace shelfcast::api {

struct LiveFigures {
    std::uint64_t sequence = 0;  ///< Grows with each change; 0: nothing was read yet.
    std::string json;            ///< The figures, or the one error shape.
    bool is_problem = false;
};

/// The figures of these stores now, as a JSON object; nothing where they are those of the last call
/// for sure, which costs little.
using LiveSource =
    std::function<Result<std::optional<std::string>>(const ports::StoreScope& stores)>;

class LiveFeed {
public:
    /// Reads at most every `pace`. The clock must outlive it.
    LiveFeed(LiveSource source, ports::StoreScope stores, std::chrono::milliseconds pace,
             const ports::Clock& clock)
        : source_(std::move(source)), stores_(std::move(stores)), pace_(pace), clock_(clock) {}

    /// Waits for figures after those of `sequence`, `patience` at most; nothing then, or when
    /// stopped.
    [[nodiscard]] std::shared_ptr<const LiveFigures> next(std::uint64_t sequence,
                                                          std::chrono::milliseconds patience,
                                                          const std::stop_token& stop);

private:
    void read(std::unique_lock<std::mutex>& lock);

    const LiveSource source_;
    const ports::StoreScope stores_;
    const std::chrono::milliseconds pace_;
    const ports::Clock& clock_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::shared_ptr<const LiveFigures> last_ = std::make_shared<LiveFigures>();
    bool is_reading_ = false;
    std::int64_t read_again_us_ = 0;  ///< Steady.
};

/// One feed for all who watch the same stores.
class LiveFeeds {
public:
    using Make = std::function<std::shared_ptr<LiveFeed>(const ports::StoreScope& stores)>;
    explicit LiveFeeds(Make make) : make_(std::move(make)) {}

    [[nodiscard]] std::shared_ptr<LiveFeed> of(const ports::StoreScope& stores);

private:
    const Make make_;
    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<LiveFeed>> feeds_;  ///< Shared by those who watch.
};

}  // namespace shelfcast::api
