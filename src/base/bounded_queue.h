#pragma once

/// \file base/bounded_queue.h
/// A queue with a capacity between named threads. A full queue is back-pressure, never a lost item.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace shelfcast {

template <typename Item>
class BoundedQueue {
public:
    explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

    /// Takes the item if there is room at once. False: full or closed, the item is untouched.
    [[nodiscard]] bool try_push(Item& item) {
        {
            const std::scoped_lock lock(mutex_);
            if (closed_ || items_.size() >= capacity_) {
                return false;
            }
            items_.push_back(std::move(item));
        }
        not_empty_.notify_one();
        return true;
    }

    /// Waits for room until `stop` is requested or the queue is closed; false then.
    [[nodiscard]] bool push(Item item, const std::stop_token& stop) {
        {
            std::unique_lock lock(mutex_);
            if (!not_full_.wait(lock, stop, [&] { return closed_ || items_.size() < capacity_; }) ||
                closed_) {
                return false;
            }
            items_.push_back(std::move(item));
        }
        not_empty_.notify_one();
        return true;
    }

    /// Waits for an item; nothing once `stop` is requested, or when closed and empty.
    [[nodiscard]] std::optional<Item> pop(const std::stop_token& stop) {
        std::optional<Item> item;
        {
            std::unique_lock lock(mutex_);
            not_empty_.wait(lock, stop, [&] { return closed_ || !items_.empty(); });
            if (items_.empty()) {
                return std::nullopt;
            }
            item = std::move(items_.front());
            items_.pop_front();
        }
        not_full_.notify_one();
        return item;
    }

    /// No more items come in; those inside can still be taken.
    void close() {
        {
            const std::scoped_lock lock(mutex_);
            closed_ = true;
        }
        not_empty_.notify_all();
        not_full_.notify_all();
    }

    [[nodiscard]] std::size_t size() const {
        const std::scoped_lock lock(mutex_);
        return items_.size();
    }

private:
    const std::size_t capacity_;
    mutable std::mutex mutex_;
    std::condition_variable_any not_empty_;
    std::condition_variable_any not_full_;
    std::deque<Item> items_;
    bool closed_ = false;
};

}  // namespace shelfcast
