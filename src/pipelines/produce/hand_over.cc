#include "pipelines/produce/hand_over.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "retail/event_codec.h"

namespace shelfcast::produce {

using std::chrono::microseconds;

void pause_for(microseconds duration, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, duration, [] { return false; });
}

Result<bool> HandOver::give(ports::Tally& tally, const std::stop_token& stop) {
    const std::size_t bytes = body_.size();
    body_.append(retail::EventDecoder::kPadding, '\0');
    const ports::DoorRequest request{.topic = topic_,
                                     .format = ports::BodyFormat::kNdjson,
                                     .body = std::string_view(body_).substr(0, bytes),
                                     .source = source_,
                                     .idempotency_key = {},
                                     .fingerprint = {}};
    microseconds wait{10'000};
    for (std::uint32_t attempt = 1;; ++attempt) {
        const auto receipt = door_.accept(request);
        if (receipt) {
            tally.add(receipt->tally);
            body_.clear();
            return true;
        }
        if (stop.stop_requested()) {
            return false;
        }
        const ErrorKind kind = receipt.error().kind;
        const bool passing = kind == ErrorKind::kBusy || kind == ErrorKind::kUnavailable;
        if (!passing || attempt >= attempts_) {
            return tl::unexpected(receipt.error());
        }
        pause_(wait, stop);
        wait = std::min(wait * 2, microseconds{1'000'000});
    }
}

}  // namespace shelfcast::produce
