#pragma once

/// \file pipelines/ingest/chunk_appender.h
/// Appends an import's chunks to the log, in order, on a thread of its own, while the caller
/// prepares the next ones; then writes them down in the import ledger.
///
/// Owned by one import of one file. push() and finish() belong to the caller's thread.

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/bounded_queue.h"
#include "base/result.h"
#include "ports/event_door.h"
#include "ports/event_log.h"
#include "ports/operational_store.h"

namespace shelfcast::ingest {

/// The idempotency key of the chunk that begins with that row.
[[nodiscard]] std::string chunk_key(std::string_view content_hash, std::uint64_t first_row,
                                    std::uint32_t chunk_rows);

/// Appends, with pauses of up to 100 ms while the log is busy or away, at most so many times.
[[nodiscard]] Status append_patiently(ports::EventLog& log, std::vector<ports::AppendBatch> batches,
                                      std::uint32_t attempts, const std::stop_token& stop);

struct PreparedChunk {
    std::vector<ports::AppendBatch> dead_letters;
    std::vector<ports::AppendBatch> events;
    std::uint64_t end_row = 0;
    std::uint64_t end_byte = 0;
    ports::Tally tally;
};

/// Told on the appender's thread when chunks are durable and written down: the ledger entry, what
/// the chunks held, and where in the file they end.
using OnWritten =
    std::function<void(const ports::ImportRecord&, const ports::Tally&, std::uint64_t end_byte)>;

class ChunkAppender {
public:
    static constexpr std::size_t kQueueChunks = 4;
    static constexpr std::size_t kChunksPerAppend = 4;

    /// `record` is the ledger entry as it stands.
    ChunkAppender(ports::EventLog& log, ports::ImportLedger& ledger, ports::ImportRecord record,
                  std::uint32_t attempts, OnWritten written);
    ChunkAppender(const ChunkAppender&) = delete;
    ChunkAppender& operator=(const ChunkAppender&) = delete;
    /// Drops what is queued, after the append under way.
    ~ChunkAppender();

    /// Waits for room. False: the appender failed; finish() says why.
    [[nodiscard]] bool push(PreparedChunk chunk, const std::stop_token& stop);

    /// Waits until everything pushed is durable and written down, or failed.
    [[nodiscard]] Status finish();

    /// As of the last chunk written down; call after finish().
    [[nodiscard]] const ports::ImportRecord& record() const noexcept { return record_; }
    [[nodiscard]] const ports::Tally& tally() const noexcept { return tally_; }

private:
    void work(const std::stop_token& stop);
    [[nodiscard]] Status append(std::vector<PreparedChunk>& chunks, const std::stop_token& stop);

    ports::EventLog& log_;
    ports::ImportLedger& ledger_;
    ports::ImportRecord record_;
    ports::Tally tally_;
    const std::uint32_t attempts_;
    OnWritten written_;
    BoundedQueue<PreparedChunk> queue_;
    Status outcome_;
    std::jthread worker_;  ///< Last: it uses all of the above.
};

}  // namespace shelfcast::ingest
