#pragma once

/// \file adapters/sqlite_log/record_codec.h
/// A batch's records as stored bytes and back. Pure; thread safe.
///
/// The body is the records' bytes followed by one little-endian 32-bit length each, so that reading
/// needs no copy: the lengths are cut off the end. It is stored as one zstd frame (level 1), or raw
/// where that is no longer.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ports/event_log.h"

namespace shelfcast::adapters::sqlite_log {

enum class BodyEncoding : std::uint8_t { kRaw = 0, kZstd = 1 };

/// A reader may look this far past the last record (simdjson does).
inline constexpr std::size_t kReadPaddingBytes = 64;
/// Bound on one batch's body, so that neither writer nor reader needs memory without limit.
inline constexpr std::size_t kMaxBodyBytes = 256U << 20U;

struct EncodedRecords {
    std::string stored;
    BodyEncoding encoding = BodyEncoding::kRaw;
    std::uint32_t record_count = 0;
    std::uint32_t body_bytes = 0;
    std::uint64_t stored_hash = 0;  ///< XXH3-64 of `stored`.
};

/// Error: kInvalidInput: no record, one over `max_record_bytes`, or a body over kMaxBodyBytes.
[[nodiscard]] Result<EncodedRecords> encode_records(ports::RecordBuffer records,
                                                    std::size_t max_record_bytes);

/// What a batch's checksum covers besides the stored bytes.
struct BatchFacts {
    std::int64_t position = 0;
    std::int64_t log_time_us = 0;
    std::uint32_t record_count = 0;
    std::uint32_t body_bytes = 0;
    BodyEncoding encoding = BodyEncoding::kRaw;
    std::string_view key;
    std::string_view fingerprint;
};

[[nodiscard]] std::uint64_t batch_checksum(const BatchFacts& facts, std::uint64_t stored_hash);
[[nodiscard]] std::uint64_t hash_stored(std::string_view stored);

/// Records from `skip` on. Error: kCorrupted, without saying where: the caller knows.
[[nodiscard]] Result<ports::RecordBuffer> decode_records(std::string_view stored,
                                                         const BatchFacts& facts,
                                                         std::uint32_t skip);

}  // namespace shelfcast::adapters::sqlite_log
