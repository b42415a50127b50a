#pragma once

/// \file pipelines/batch/ordered_stage.h
/// One step of a pipeline: takes items in order and handles each, on a thread of its own so that
/// neighbouring steps overlap, or on the caller's (for the simulation). A full stage makes the
/// caller wait; the first failure ends it.

#include <functional>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "base/bounded_queue.h"
#include "base/result.h"

namespace shelfcast::batch {

template <typename Item>
class OrderedStage {
public:
    using Handler = std::function<Status(Item)>;

    OrderedStage(bool threaded, std::size_t capacity, Handler handler)
        : handler_(std::move(handler)), queue_(capacity) {
        if (threaded) {
            worker_ = std::jthread([this] { work(); });
        }
    }
    OrderedStage(const OrderedStage&) = delete;
    OrderedStage& operator=(const OrderedStage&) = delete;
    ~OrderedStage() { queue_.close(); }

    /// Hands an item over. Error: what an earlier item failed with.
    [[nodiscard]] Status push(Item item) {
        if (!worker_.joinable()) {
            return handler_(std::move(item));
        }
        return queue_.push(std::move(item), {}) ? Status{} : finish();
    }

    /// Waits until every item is handled; the first failure, if any.
    [[nodiscard]] Status finish() {
        queue_.close();
        if (worker_.joinable()) {
            worker_.join();
        }
        return outcome_;
    }

private:
    void work() {
        while (std::optional<Item> item = queue_.pop({})) {
            if (outcome_ = handler_(std::move(*item)); !outcome_) {
                queue_.close();
                return;
            }
        }
    }

    Handler handler_;
    BoundedQueue<Item> queue_;
    Status outcome_;  ///< Written by the worker, read after it was joined.
    std::jthread worker_;
};

}  // namespace shelfcast::batch
