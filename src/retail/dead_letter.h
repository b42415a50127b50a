#pragma once

/// \file retail/dead_letter.h
/// A refused message as topic `dead-letters` keeps it: why, from where, when, and its bytes.
///
/// One JSON object per record:
/// `{"reason":"bad_number","detail":"…","source":"http","received_at":"2026-11-22T08:00:00.000Z",
///   "raw":"…"}`. Bytes that are no plain text (not UTF-8, or with control characters other than a
///   few line
/// ends and tabs) travel as `raw_base64` instead of `raw`; a message longer than kMaxRawBytes is
/// cut, and `raw_bytes` gives its true length. A record stays below 200 KiB whatever came in. Pure,
/// thread safe.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "retail/event.h"

namespace shelfcast::retail {

struct DeadLetter {
    static constexpr std::size_t kMaxRawBytes = 64 * 1024;
    static constexpr std::size_t kMaxDetailBytes = 1024;
    static constexpr std::size_t kMaxSourceBytes = 512;

    RejectReason reason = RejectReason::kNone;
    std::string detail;
    std::string source;               ///< "http", "import:NAME" …
    std::int64_t received_at_us = 0;  ///< UTC microseconds; kept to the millisecond.
    std::string raw;                  ///< The message's bytes, whole or their beginning.
    std::uint64_t raw_bytes = 0;      ///< True length of the message; 0: that of `raw`.

    [[nodiscard]] std::uint64_t true_bytes() const noexcept {
        return raw_bytes > raw.size() ? raw_bytes : raw.size();
    }
};

/// Appends the record (no newline) to `out`. Longer texts than the limits are cut at a character.
void append_dead_letter(std::string& out, const DeadLetter& letter);

/// Reads a record back. `message` must be followed by at least EventDecoder::kPadding readable
/// bytes. Error: kInvalidInput naming what is wrong with it.
[[nodiscard]] Result<DeadLetter> parse_dead_letter(std::string_view message);

}  // namespace shelfcast::retail
