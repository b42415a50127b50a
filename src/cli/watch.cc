#include "cli/watch.h"

#include <map>

#include "base/log.h"
#include "cli/pause.h"

namespace shelfcast::cli {
namespace {

constexpr std::int64_t kRestFactor = 10;

}  // namespace

void keep_watch(const std::vector<Look>& looks, const ports::Clock& clock,
                std::chrono::milliseconds interval, const std::stop_token& stop) {
    std::map<std::string, std::string> last_failures;
    std::map<std::string, std::int64_t> not_before_us;
    while (!stop.stop_requested()) {
        for (const Look& look : looks) {
            const std::int64_t began_us = clock.steady_us();
            if (const auto due = not_before_us.find(look.name);
                due != not_before_us.end() && began_us < due->second) {
                continue;
            }
            const Status done = look.work(clock.now_us(), stop);
            if (stop.stop_requested()) {
                return;
            }
            const std::int64_t ended_us = clock.steady_us();
            not_before_us[look.name] = ended_us + kRestFactor * (ended_us - began_us);
            // What stays is said once.
            std::string& last = last_failures[look.name];
            std::string failure = done ? "" : done.error().message;
            if (!failure.empty() && failure != last) {
                log::warning("watch", "{} failed, trying again error=\"{}\"", look.name, failure);
            }
            last = std::move(failure);
        }
        pause(interval, stop);
    }
}

}  // namespace shelfcast::cli
