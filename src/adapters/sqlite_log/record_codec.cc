#include "adapters/sqlite_log/record_codec.h"

#include <xxhash.h>
#include <zstd.h>

#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <utility>

namespace shelfcast::adapters::sqlite_log {
namespace {

static_assert(std::endian::native == std::endian::little, "lengths are stored little-endian");

constexpr int kZstdLevel = 1;
constexpr std::size_t kLengthBytes = sizeof(std::uint32_t);
// Below this a frame's own overhead eats what compression saves.
constexpr std::size_t kSmallestCompressed = 128;
// One huge batch must not leave every thread with a huge buffer.
constexpr std::size_t kKeptScratchBytes = 4U << 20U;

struct FreeContext {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

// Making a context costs more than compressing a small batch, so each thread keeps one.
ZSTD_CCtx* compressor() {
    thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
    return context.get();
}

ZSTD_DCtx* decompressor() {
    thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
    return context.get();
}

Status append_lengths(ports::RecordBuffer& records, std::size_t max_record_bytes) {
    const std::size_t bytes = records.bytes.size();
    if (records.ends.empty()) {
        return fail(ErrorKind::kInvalidInput, "a batch needs at least one record");
    }
    if (bytes + records.size() * kLengthBytes > kMaxBodyBytes) {
        return fail(ErrorKind::kInvalidInput, "a batch of {} bytes in {} records is over {} bytes",
                    bytes, records.size(), kMaxBodyBytes);
    }
    std::uint32_t begin = 0;
    for (std::uint32_t& end : records.ends) {
        if (end < begin || end > bytes) {
            return fail(ErrorKind::kInvalidInput, "a batch's record ends are out of order at {}",
                        end);
        }
        const std::uint32_t length = end - begin;
        if (length > max_record_bytes) {
            return fail(ErrorKind::kInvalidInput, "a record of {} bytes is over the limit of {}",
                        length, max_record_bytes);
        }
        begin = end;
        end = length;
    }
    if (begin != bytes) {
        return fail(ErrorKind::kInvalidInput, "a batch of {} bytes has records of {} bytes", bytes,
                    begin);
    }
    records.bytes.append(std::bit_cast<const char*>(records.ends.data()),
                         records.ends.size() * kLengthBytes);
    return {};
}

Status unpack(std::string_view stored, const BatchFacts& facts, std::string& body) {
    body.reserve(facts.body_bytes + kReadPaddingBytes);
    if (facts.encoding == BodyEncoding::kRaw) {
        body.assign(stored);
    } else {
        body.resize(facts.body_bytes);
        const std::size_t written = ZSTD_decompressDCtx(decompressor(), body.data(), body.size(),
                                                        stored.data(), stored.size());
        if (ZSTD_isError(written) != 0U) {
            return fail(ErrorKind::kCorrupted, "{}", ZSTD_getErrorName(written));
        }
        body.resize(written);
    }
    if (body.size() != facts.body_bytes) {
        return fail(ErrorKind::kCorrupted, "{} bytes instead of {}", body.size(), facts.body_bytes);
    }
    return {};
}

}  // namespace

Result<EncodedRecords> encode_records(ports::RecordBuffer records, std::size_t max_record_bytes) {
    SHELFCAST_TRY(append_lengths(records, max_record_bytes));
    EncodedRecords encoded;
    encoded.record_count = static_cast<std::uint32_t>(records.size());
    encoded.body_bytes = static_cast<std::uint32_t>(records.bytes.size());
    if (records.bytes.size() >= kSmallestCompressed) {
        // Sized for the worst case; what is kept is copied out at its real size.
        thread_local std::string scratch;
        scratch.resize(ZSTD_compressBound(records.bytes.size()));
        const std::size_t written =
            ZSTD_compressCCtx(compressor(), scratch.data(), scratch.size(), records.bytes.data(),
                              records.bytes.size(), kZstdLevel);
        if (ZSTD_isError(written) == 0U && written < records.bytes.size()) {
            encoded.encoding = BodyEncoding::kZstd;
            encoded.stored.assign(scratch.data(), written);
        }
        if (scratch.size() > kKeptScratchBytes) {
            std::string().swap(scratch);
        }
    }
    if (encoded.encoding == BodyEncoding::kRaw) {
        encoded.stored = std::move(records.bytes);
    }
    encoded.stored_hash = hash_stored(encoded.stored);
    return encoded;
}

std::uint64_t hash_stored(std::string_view stored) {
    return XXH3_64bits(stored.data(), stored.size());
}

std::uint64_t batch_checksum(const BatchFacts& facts, std::uint64_t stored_hash) {
    const std::array<std::uint64_t, 6> numbers{
        stored_hash,
        static_cast<std::uint64_t>(facts.position),
        static_cast<std::uint64_t>(facts.log_time_us),
        (static_cast<std::uint64_t>(facts.record_count) << 32U) | facts.body_bytes,
        static_cast<std::uint64_t>(facts.encoding),
        facts.key.size()};
    std::uint64_t hash = XXH3_64bits(numbers.data(), sizeof(numbers));
    hash = XXH3_64bits_withSeed(facts.key.data(), facts.key.size(), hash);
    return XXH3_64bits_withSeed(facts.fingerprint.data(), facts.fingerprint.size(), hash);
}

Result<ports::RecordBuffer> decode_records(std::string_view stored, const BatchFacts& facts,
                                           std::uint32_t skip) {
    const std::size_t lengths_bytes = facts.record_count * kLengthBytes;
    if (facts.body_bytes > kMaxBodyBytes || lengths_bytes > facts.body_bytes ||
        skip >= facts.record_count) {
        return fail(ErrorKind::kCorrupted, "{} records in {} bytes", facts.record_count,
                    facts.body_bytes);
    }
    Result<ports::RecordBuffer> decoded(tl::in_place);
    ports::RecordBuffer& records = *decoded;
    SHELFCAST_TRY(unpack(stored, facts, records.bytes));
    const std::size_t bytes = records.bytes.size() - lengths_bytes;
    records.ends.resize(facts.record_count);
    std::memcpy(records.ends.data(), records.bytes.data() + bytes, lengths_bytes);
    std::uint64_t end = 0;
    std::uint32_t skipped_bytes = 0;
    for (std::uint32_t index = 0; index < facts.record_count; ++index) {
        end += records.ends[index];
        if (end > bytes) {
            return fail(ErrorKind::kCorrupted, "record {} ends past the batch", index);
        }
        records.ends[index] = static_cast<std::uint32_t>(end);
        if (index + 1 == skip) {
            skipped_bytes = static_cast<std::uint32_t>(end);
        }
    }
    if (end != bytes) {
        return fail(ErrorKind::kCorrupted, "records of {} bytes in {} bytes", end, bytes);
    }
    records.bytes.resize(bytes);
    if (skip > 0) {
        records.bytes.erase(0, skipped_bytes);
        records.ends.erase(records.ends.begin(), records.ends.begin() + skip);
        for (std::uint32_t& later : records.ends) {
            later -= skipped_bytes;
        }
    }
    // The shorter buffer must still have its padding readable.
    records.bytes.reserve(records.bytes.size() + kReadPaddingBytes);
    return decoded;
}

}  // namespace shelfcast::adapters::sqlite_log
