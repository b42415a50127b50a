#include "pipelines/ingest/chunk_appender.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <iterator>
#include <utility>

#include "base/failpoint.h"

namespace shelfcast::ingest {
namespace {

using std::chrono::milliseconds;

/// Waits, or returns early when asked to stop.
void pause(milliseconds duration, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, duration, [] { return false; });
}

/// Moves the batches of one kind out of all chunks.
std::vector<ports::AppendBatch> gather(std::vector<PreparedChunk>& chunks,
                                       std::vector<ports::AppendBatch> PreparedChunk::* kind) {
    std::vector<ports::AppendBatch> batches;
    for (PreparedChunk& chunk : chunks) {
        std::ranges::move(chunk.*kind, std::back_inserter(batches));
    }
    return batches;
}

}  // namespace

std::string chunk_key(std::string_view content_hash, std::uint64_t first_row,
                      std::uint32_t chunk_rows) {
    return fmt::format("import/{}/{}-{}", content_hash, first_row, first_row + chunk_rows);
}

Status append_patiently(ports::EventLog& log, std::vector<ports::AppendBatch> batches,
                        std::uint32_t attempts, const std::stop_token& stop) {
    if (batches.empty()) {
        return {};
    }
    milliseconds wait{5};
    for (std::uint32_t attempt = 1;; ++attempt) {
        // The log takes the batches even when it fails; the last attempt needs no copy.
        auto appended = attempt < attempts ? log.append(batches) : log.append(std::move(batches));
        if (appended) {
            return {};
        }
        const ErrorKind kind = appended.error().kind;
        const bool passing = kind == ErrorKind::kBusy || kind == ErrorKind::kUnavailable;
        if (!passing || attempt >= attempts || stop.stop_requested()) {
            return forward_error(appended);
        }
        pause(wait, stop);
        wait = std::min(wait * 2, milliseconds{100});
    }
}

ChunkAppender::ChunkAppender(ports::EventLog& log, ports::ImportLedger& ledger,
                             ports::ImportRecord record, std::uint32_t attempts, OnWritten written)
    : log_(log),
      ledger_(ledger),
      record_(std::move(record)),
      attempts_(attempts),
      written_(std::move(written)),
      queue_(kQueueChunks),
      worker_([this](const std::stop_token& stop) { work(stop); }) {
    ::pthread_setname_np(worker_.native_handle(), "import-append");
}

ChunkAppender::~ChunkAppender() {
    worker_.request_stop();
    queue_.close();
}

bool ChunkAppender::push(PreparedChunk chunk, const std::stop_token& stop) {
    return queue_.push(std::move(chunk), stop);
}

Status ChunkAppender::finish() {
    queue_.close();
    if (worker_.joinable()) {
        worker_.join();
    }
    return outcome_;
}

void ChunkAppender::work(const std::stop_token& stop) {
    std::vector<PreparedChunk> chunks;
    while (auto chunk = queue_.pop(stop)) {
        chunks.clear();
        chunks.push_back(std::move(*chunk));
        // What piled up meanwhile goes in the same append: the slower the log, the larger.
        while (chunks.size() < kChunksPerAppend && queue_.size() > 0) {
            if (auto more = queue_.pop(stop)) {
                chunks.push_back(std::move(*more));
            }
        }
        if (stop.stop_requested()) {
            return;
        }
        outcome_ = append(chunks, stop);
        if (!outcome_) {
            queue_.close();
            return;
        }
    }
}

Status ChunkAppender::append(std::vector<PreparedChunk>& chunks, const std::stop_token& stop) {
    // Dead letters first: where a chunk's events are, recover() may take the rest for granted.
    SHELFCAST_TRY(
        append_patiently(log_, gather(chunks, &PreparedChunk::dead_letters), attempts_, stop));
    SHELFCAST_TRY(append_patiently(log_, gather(chunks, &PreparedChunk::events), attempts_, stop));
    failpoint::reach("import.chunk_appended");
    ports::ImportRecord next = record_;
    ports::Tally tally;
    for (const PreparedChunk& chunk : chunks) {
        tally.add(chunk.tally);
        next.rows_done = chunk.end_row;
        next.accepted += chunk.tally.accepted;
        next.rejected += chunk.tally.rejected();
    }
    SHELFCAST_TRY(ledger_.put_import(next));
    record_ = std::move(next);
    tally_.add(tally);
    written_(record_, tally, chunks.back().end_byte);
    return {};
}

}  // namespace shelfcast::ingest
