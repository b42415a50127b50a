#pragma once

/// \file adapters/kafka/key_index.h
/// The idempotency keys of one partition, as its records' headers tell them. Private to this
/// folder. No library, no thread: the owner guards it.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ports/event_log.h"

namespace shelfcast::adapters::kafka {

/// The header of every record of a keyed batch, under this name. Its bytes, integers little-endian:
/// 1 byte version (1), u32 place in the batch, u32 records of the batch, u32 length of the key, the
/// key, the fingerprint.
inline constexpr const char* kBatchHeader = "shelfcast-batch";
/// So that a foreign header cannot ask for any amount of memory.
inline constexpr std::uint32_t kMostStampedRecords = 1U << 24U;

struct BatchStamp {
    std::uint32_t index = 0;
    std::uint32_t count = 1;
    std::string_view key;
    std::string_view fingerprint;
};

[[nodiscard]] std::string encode_stamp(const BatchStamp& stamp);
/// The same stamp for another record of the batch.
void set_stamp_index(std::string& bytes, std::uint32_t index);
/// The views point into the bytes. Nothing: not a stamp of ours.
[[nodiscard]] std::optional<BatchStamp> decode_stamp(std::string_view bytes);

/// A batch under a key, whole or in part.
struct KeyedBatch {
    std::string fingerprint;
    std::int64_t base_offset = 0;  ///< Of the record with the lowest offset.
    std::int64_t log_time_us = 0;  ///< That record's.
    std::vector<bool> present;     ///< By place in the batch.
    std::uint32_t missing = 0;
};

class KeyIndex {
public:
    /// Offset up to which the index knows every key; nothing: never asked for one.
    [[nodiscard]] std::optional<std::int64_t> followed() const { return followed_; }
    void begin_at(std::int64_t offset) { followed_ = offset; }

    /// A record with a stamp. Records may come in any order and more than once.
    void saw(const BatchStamp& stamp, std::int64_t offset, std::int64_t log_time_us);
    /// The whole batch is in, as this process knows without reading it.
    void appended(const BatchStamp& stamp, std::int64_t offset, std::int64_t log_time_us);
    /// Every record of [from, to) was seen, or is known to carry no foreign key.
    void knows(std::int64_t from, std::int64_t to);

    [[nodiscard]] const KeyedBatch* find(std::string_view key) const;
    /// Forgets batches from before a log time.
    void forget_before(std::int64_t log_time_us);

    std::set<std::string, std::less<>> in_flight;  ///< Keys that this process is appending.
    std::uint64_t begun = 0;                       ///< Batches handed to the producer…
    std::uint64_t ended = 0;                       ///< …and those that it is done with.

private:
    KeyedBatch& entry(const BatchStamp& stamp, std::int64_t offset, std::int64_t log_time_us);

    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view key) const {
            return std::hash<std::string_view>{}(key);
        }
    };
    std::optional<std::int64_t> followed_;
    std::map<std::int64_t, std::int64_t> ahead_;  ///< Known ranges past followed_: begin to end.
    std::unordered_map<std::string, KeyedBatch, Hash, std::equal_to<>> batches_;
    std::deque<std::pair<std::int64_t, std::string>> by_age_;  ///< Log time and key, as first seen.
};

}  // namespace shelfcast::adapters::kafka
