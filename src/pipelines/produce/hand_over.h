#pragma once

/// \file pipelines/produce/hand_over.h
/// Gathers messages into a body and gives it to a door, again and again while the door is busy or
/// away. One owner, not thread safe.

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ports/event_door.h"

namespace shelfcast::produce {

/// Waits that long, or until asked to stop.
using Pause = std::function<void(std::chrono::microseconds, const std::stop_token&)>;
void pause_for(std::chrono::microseconds duration, const std::stop_token& stop);

class HandOver {
public:
    /// `attempts`: how often a body is offered, with pauses of up to a second in between. `source`
    /// goes into dead letters.
    HandOver(ports::EventDoor& door, const Pause& pause, std::uint32_t attempts, std::string source)
        : door_(door), pause_(pause), attempts_(attempts), source_(std::move(source)) {}

    /// The topic that the next bodies are for; at first retail_events.
    void set_topic(std::string_view topic) { topic_ = topic; }

    /// The body under way: messages with their line ends.
    [[nodiscard]] std::string& body() noexcept { return body_; }

    /// Gives the body away and begins a new one. Messages carry ids, so that offering them again is
    /// harmless. False: asked to stop before it was taken. Errors: what the door says, in the end.
    [[nodiscard]] Result<bool> give(ports::Tally& tally, const std::stop_token& stop);

private:
    ports::EventDoor& door_;
    const Pause& pause_;
    std::uint32_t attempts_;
    std::string source_;
    std::string topic_{retail::kRetailEventsTopic};
    std::string body_;
};

}  // namespace shelfcast::produce
