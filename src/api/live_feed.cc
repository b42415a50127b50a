#include "api/live_feed.h"

#include <utility>

#include "ports/http.h"
#include "ports/user_directory.h"

namespace shelfcast::api {
namespace {

std::int64_t to_us(std::chrono::milliseconds duration) {
    return std::chrono::microseconds(duration).count();
}

}  // namespace

std::shared_ptr<const LiveFigures> LiveFeed::next(std::uint64_t sequence,
                                                  std::chrono::milliseconds patience,
                                                  const std::stop_token& stop) {
    const std::int64_t give_up_us = clock_.steady_us() + to_us(patience);
    std::unique_lock lock(mutex_);
    for (;;) {  // ends with the patience
        if (last_->sequence > sequence) {
            return last_;
        }
        const std::int64_t now_us = clock_.steady_us();
        if (stop.stop_requested() || now_us >= give_up_us) {
            return nullptr;
        }
        if (!is_reading_ && now_us >= read_again_us_) {
            read(lock);
            continue;
        }
        const bool somebody_reads = is_reading_;
        const std::int64_t until_us =
            somebody_reads ? give_up_us : std::min(read_again_us_, give_up_us);
        changed_.wait_for(lock, stop, std::chrono::microseconds(until_us - now_us), [&] {
            // Who reads may go away after it: then another one must know when to.
            return last_->sequence > sequence || is_reading_ != somebody_reads ||
                   (!is_reading_ && clock_.steady_us() >= read_again_us_);
        });
    }
}

void LiveFeed::read(std::unique_lock<std::mutex>& lock) {
    is_reading_ = true;
    lock.unlock();
    auto found = source_(stores_);
    lock.lock();
    is_reading_ = false;
    read_again_us_ = clock_.steady_us() + to_us(found ? pace_ : 4 * pace_);
    std::optional<LiveFigures> figures;
    if (!found) {
        figures = LiveFigures{0, ports::error_response(found.error()).body, true};
    } else if (*found) {
        figures = LiveFigures{0, std::move(**found), false};
    }
    if (figures && figures->json != last_->json) {
        figures->sequence = last_->sequence + 1;
        last_ = std::make_shared<const LiveFigures>(std::move(*figures));
    }
    changed_.notify_all();
}

std::shared_ptr<LiveFeed> LiveFeeds::of(const ports::StoreScope& stores) {
    const std::string key = stores.is_everything() ? "*" : ports::stores_text(stores.stores());
    const std::scoped_lock lock(mutex_);
    std::erase_if(feeds_, [](const auto& entry) { return entry.second.expired(); });
    std::shared_ptr<LiveFeed> feed = feeds_[key].lock();
    if (!feed) {
        feed = make_(stores);
        feeds_[key] = feed;
    }
    return feed;
}

}  // namespace shelfcast::api
