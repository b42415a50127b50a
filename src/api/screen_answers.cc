#include "api/screen_answers.h"

#include <algorithm>
#include <utility>

namespace shelfcast::api {

std::int64_t ScreenAnswers::kept_until(queries::Keeping keeping, std::int64_t began_us,
                                       std::int64_t now_us) const {
    const std::int64_t took_us = now_us - began_us;
    switch (keeping) {
        case queries::Keeping::kNone:
            return now_us;
        case queries::Keeping::kBriefly:
            return began_us + rules_.briefly_us;
        case queries::Keeping::kByCost:
            return took_us < rules_.from_us
                       ? now_us
                       : now_us + std::min(took_us * rules_.times_its_cost, rules_.most_us);
    }
    return now_us;
}

Result<ScreenAnswer> ScreenAnswers::answer(const std::string& key, queries::Keeping keeping,
                                           const std::function<Result<std::string>()>& make) {
    std::promise<Result<ScreenAnswer>> made;
    std::uint64_t changes = 0;
    {
        std::unique_lock lock(mutex_);
        Place& place = places_[key];
        if (place.answer.valid() && (!place.is_there || clock_.steady_us() < place.until_us)) {
            const auto answer = place.answer;
            lock.unlock();
            return answer.get();
        }
        place = {.answer = made.get_future().share()};
        changes = changes_;
    }
    const auto let_go = [&] {
        const std::scoped_lock lock(mutex_);
        if (changes == changes_) {
            places_.erase(key);
        }
    };
    const std::int64_t began_us = clock_.steady_us();
    Result<ScreenAnswer> answer = ScreenAnswer();
    try {
        answer = make().map(
            [](std::string text) { return std::make_shared<const std::string>(std::move(text)); });
    } catch (...) {
        let_go();  // Or whoever asks for it next would wait for what nobody makes.
        throw;
    }
    const std::int64_t now_us = clock_.steady_us();
    const std::int64_t until_us = kept_until(keeping, began_us, now_us);
    if (!answer || until_us <= now_us) {
        let_go();
    } else {
        const std::scoped_lock lock(mutex_);
        if (changes == changes_) {
            Place& place = places_[key];
            place.is_there = true;
            place.until_us = until_us;
            place.bytes = key.size() + (*answer)->size();
            forget_oldest(now_us);
        }
    }
    made.set_value(answer);
    return answer;
}

void ScreenAnswers::forget_all() {
    const std::scoped_lock lock(mutex_);
    places_.clear();
    ++changes_;
}

void ScreenAnswers::forget_oldest(std::int64_t now_us) {
    std::erase_if(places_, [now_us](const auto& entry) {
        return entry.second.is_there && entry.second.until_us <= now_us;
    });
    std::size_t bytes = 0;
    for (const auto& [key, place] : places_) {
        bytes += place.bytes;
    }
    while (bytes > rules_.bytes) {
        const auto soonest = std::ranges::min_element(places_, {}, [](const auto& entry) {
            return entry.second.is_there ? entry.second.until_us : INT64_MAX;
        });
        bytes -= soonest->second.bytes;
        places_.erase(soonest);
    }
}

}  // namespace shelfcast::api
