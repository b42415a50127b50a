#include "adapters/kafka/key_index.h"

#include <algorithm>

namespace shelfcast::adapters::kafka {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kFixed = 13;

void put(std::string& bytes, std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) {
        bytes.push_back(static_cast<char>(value >> static_cast<unsigned>(shift)));
    }
}

std::uint32_t get(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    }
    return value;
}

}  // namespace

std::string encode_stamp(const BatchStamp& stamp) {
    std::string bytes;
    bytes.reserve(kFixed + stamp.key.size() + stamp.fingerprint.size());
    bytes.push_back(kVersion);
    put(bytes, stamp.index);
    put(bytes, stamp.count);
    put(bytes, static_cast<std::uint32_t>(stamp.key.size()));
    bytes.append(stamp.key).append(stamp.fingerprint);
    return bytes;
}

void set_stamp_index(std::string& bytes, std::uint32_t index) {
    std::string digits;
    put(digits, index);
    bytes.replace(1, digits.size(), digits);
}

std::optional<BatchStamp> decode_stamp(std::string_view bytes) {
    if (bytes.size() < kFixed || bytes[0] != kVersion) {
        return std::nullopt;
    }
    const std::uint32_t key_size = get(bytes, 9);
    BatchStamp stamp{get(bytes, 1), get(bytes, 5), {}, {}};
    if (key_size == 0 || key_size > bytes.size() - kFixed || stamp.index >= stamp.count ||
        stamp.count > kMostStampedRecords) {
        return std::nullopt;
    }
    stamp.key = bytes.substr(kFixed, key_size);
    stamp.fingerprint = bytes.substr(kFixed + key_size);
    return stamp;
}

KeyedBatch& KeyIndex::entry(const BatchStamp& stamp, std::int64_t offset,
                            std::int64_t log_time_us) {
    auto found = batches_.find(stamp.key);
    if (found == batches_.end()) {
        found = batches_
                    .emplace(std::string(stamp.key),
                             KeyedBatch{std::string(stamp.fingerprint), offset, log_time_us,
                                        std::vector<bool>(stamp.count), stamp.count})
                    .first;
        by_age_.emplace_back(log_time_us, stamp.key);
    }
    return found->second;
}

void KeyIndex::saw(const BatchStamp& stamp, std::int64_t offset, std::int64_t log_time_us) {
    KeyedBatch& batch = entry(stamp, offset, log_time_us);
    if (batch.fingerprint != stamp.fingerprint || stamp.index >= batch.present.size()) {
        return;  // Two processes at the same moment; the first one has the key.
    }
    if (offset < batch.base_offset) {
        batch.base_offset = offset;
        batch.log_time_us = log_time_us;
    }
    if (!batch.present[stamp.index]) {
        batch.present[stamp.index] = true;
        --batch.missing;
    }
}

void KeyIndex::appended(const BatchStamp& stamp, std::int64_t offset, std::int64_t log_time_us) {
    KeyedBatch& batch = entry(stamp, offset, log_time_us);
    batch.present.assign(batch.present.size(), true);
    batch.missing = 0;
}

void KeyIndex::knows(std::int64_t from, std::int64_t to) {
    if (!followed_ || to <= *followed_) {
        return;
    }
    std::int64_t& end = ahead_.try_emplace(from, to).first->second;
    end = std::max(end, to);
    while (!ahead_.empty() && ahead_.begin()->first <= *followed_) {
        followed_ = std::max(*followed_, ahead_.begin()->second);
        ahead_.erase(ahead_.begin());
    }
}

const KeyedBatch* KeyIndex::find(std::string_view key) const {
    const auto found = batches_.find(key);
    return found == batches_.end() ? nullptr : &found->second;
}

void KeyIndex::forget_before(std::int64_t log_time_us) {
    while (!by_age_.empty() && by_age_.front().first < log_time_us) {
        batches_.erase(by_age_.front().second);
        by_age_.pop_front();
    }
}

}  // namespace shelfcast::adapters::kafka
