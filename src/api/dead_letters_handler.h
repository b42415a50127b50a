#pragma once

/// \file api/dead_letters_handler.h
/// Messages that were not accepted, one by one: GET /v1/dead-letters/{topic}/{partition}/{offset}
/// shows the bytes, POST …/replay sends it in again, corrected or as it is, and
/// GET /v1/dead-letters/replayed says which ones were.

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "api/login_guard.h"
#include "base/result.h"
#include "ports/http.h"
#include "ports/operational_store.h"
#include "queries/operations.h"

namespace shelfcast::api {

/// What became of a letter that was sent in again.
struct LetterReplay {
    bool accepted = false;  ///< Now.
    bool earlier = false;   ///< By an earlier replay: nothing was done.
    std::string reason{};   ///< Refused again: why, as a word and in words.
    std::string detail{};
};

/// Errors: those of the warehouse and of the operational store; kBusy: others are replayed now.
/// Thread safe.
struct LetterDesk {
    std::function<Result<std::optional<queries::RefusedMessage>>(const ports::LetterPosition&)>
        find;
    std::function<Result<bool>(const ports::LetterPosition&)> is_replayed;
    /// The letter with the bytes that are to be judged.
    std::function<Result<LetterReplay>(const ports::LetterPosition&, const queries::RefusedMessage&,
                                       const std::stop_token&)>
        replay;
};

/// Whoever sees all stores may look; administrators send in.
[[nodiscard]] std::vector<ports::HttpRoute> dead_letter_routes(const LetterDesk& desk,
                                                               const LoginGuard& guard);

}  // namespace shelfcast::api
