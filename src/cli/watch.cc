#include "cli/watch.h"

#include <map>

#include "base/log.h"
#include "cli/pause.h"

namespace shelfcast::cli {

void keep_watch(const std::vector<Look>& looks, const ports::Clock& clock,
                std::chrono::milliseconds interval, const std::stop_token& stop) {
    std::map<std::string, std::string> last_failures;
    while (!stop.stop_requested()) {
        for (const Look& look : looks) {
            const Status done = look.work(clock.now_us(), stop);
            if (stop.stop_requested()) {
                return;
            }
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
