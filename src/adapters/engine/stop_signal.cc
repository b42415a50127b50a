#include "adapters/engine/stop_signal.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <cerrno>

namespace shelfcast::adapters {

Result<StopSignal> StopSignal::create() {
    StopSignal signal;
    signal.event_ = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!signal.event_) {
        return tl::unexpected(system_error("cannot make an event", errno));
    }
    return signal;
}

void StopSignal::raise() const { ::eventfd_write(event_.get(), 1); }

bool StopSignal::wait(std::chrono::milliseconds timeout, int also) const {
    std::array<pollfd, 2> watched{pollfd{.fd = event_.get(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = also, .events = POLLIN, .revents = 0}};
    ::poll(watched.data(), watched.size(), static_cast<int>(timeout.count()));
    return (watched[0].revents & POLLIN) != 0;
}

}  // namespace shelfcast::adapters
