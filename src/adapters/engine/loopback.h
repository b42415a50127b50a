#pragma once

/// \file adapters/engine/loopback.h
/// The few words that the supervisor says on 127.0.0.1: is a port free, does the engine answer.
/// Stateless, so thread safe.

#include <chrono>
#include <cstdint>

#include "base/result.h"

namespace shelfcast::adapters {

/// A port that nobody listens on just now. Error: kUnavailable.
[[nodiscard]] Result<std::uint16_t> free_loopback_port();

/// Whether a server could listen there now. False also for ports that need rights we lack.
[[nodiscard]] bool is_loopback_port_free(std::uint16_t port);

/// Whether an HTTP server there answers GET /ping with 200 within the time.
[[nodiscard]] bool answers_ping(std::uint16_t port, std::chrono::milliseconds timeout);

}  // namespace shelfcast::adapters
