#pragma once

/// \file adapters/sqlite_log/fault_vfs.h
/// For tests: the default SQLite VFS with a disk that fills up and with syncs that are counted,
/// fail or are held back. One per process, registered by the first call of fault_vfs(). Thread
/// safe.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <mutex>

namespace shelfcast::adapters::sqlite_log {

struct FaultVfs {
    static constexpr const char* kName = "shelfcast-fault";
    static constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

    std::atomic<std::int64_t> bytes_left{kNoLimit};  ///< Writes beyond them find the disk full.
    std::atomic<std::int64_t> syncs{0};              ///< Of write-ahead logs.
    std::atomic<bool> fail_syncs{false};             ///< Of any file.

    /// Syncs of write-ahead logs wait until release().
    void hold();
    void release();
    /// Waits until a sync is being held; false if none is within half a minute.
    [[nodiscard]] bool await_held();
    void pass();  ///< Called by the VFS.

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool holding_ = false;
    int held_ = 0;
};

FaultVfs& fault_vfs();

}  // namespace shelfcast::adapters::sqlite_log
