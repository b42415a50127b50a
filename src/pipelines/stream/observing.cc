#include "pipelines/stream/observing.h"

#include "base/log.h"

namespace shelfcast::stream {
namespace {

constexpr std::int64_t kAskAgainAfterUs = 2'000'000;

}  // namespace

void Observing::begin() {
    if (observer_ != nullptr) {
        note(observer_->restart(), "cannot begin");
    }
}

void Observing::tell(const operators::FlushOutput& rows, std::int64_t log_time_us) {
    if (follows_) {
        note(observer_->delivered(rows, log_time_us), "broke off");
    }
}

bool Observing::due() const noexcept {
    return observer_ != nullptr && !follows_ && clock_.steady_us() - asked_us_ >= kAskAgainAfterUs;
}

void Observing::note(const Status& outcome, std::string_view what) {
    follows_ = outcome.has_value();
    asked_us_ = clock_.steady_us();
    if (!outcome) {
        log::warning("stream", "what follows the stream {}, it will begin anew error=\"{}\"", what,
                     outcome.error().message);
    }
}

}  // namespace shelfcast::stream
