#include "adapters/sqlite_log/fault_vfs.h"

#include <sqlite3.h>

#include <chrono>
#include <cstdlib>
#include <new>

namespace shelfcast::adapters::sqlite_log {
namespace {

FaultVfs faults;
sqlite3_vfs shim;

sqlite3_vfs* real() { return static_cast<sqlite3_vfs*>(shim.pAppData); }

/// Followed in memory by the real VFS's file.
struct FaultFile {
    sqlite3_file base;
    bool wal;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<FaultFile*>(file)->real(); }

int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    if (faults.bytes_left.load() != FaultVfs::kNoLimit && (faults.bytes_left -= size) < 0) {
        faults.bytes_left = 0;
        return SQLITE_FULL;
    }
    return real(file)->pMethods->xWrite(real(file), data, size, offset);
}

int sync(sqlite3_file* file, int flags) {
    if (reinterpret_cast<FaultFile*>(file)->wal) {
        ++faults.syncs;
        faults.pass();
    }
    if (faults.fail_syncs) {
        return SQLITE_IOERR_FSYNC;
    }
    return real(file)->pMethods->xSync(real(file), flags);
}

#define REAL(method, ...) real(file)->pMethods->method(real(file) __VA_OPT__(, ) __VA_ARGS__)

const sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = [](sqlite3_file* file) { return REAL(xClose); },
    .xRead = [](sqlite3_file* file, void* data, int size,
                sqlite3_int64 offset) { return REAL(xRead, data, size, offset); },
    .xWrite = write,
    .xTruncate = [](sqlite3_file* file, sqlite3_int64 size) { return REAL(xTruncate, size); },
    .xSync = sync,
    .xFileSize = [](sqlite3_file* file, sqlite3_int64* size) { return REAL(xFileSize, size); },
    .xLock = [](sqlite3_file* file, int level) { return REAL(xLock, level); },
    .xUnlock = [](sqlite3_file* file, int level) { return REAL(xUnlock, level); },
    .xCheckReservedLock = [](sqlite3_file* file,
                             int* held) { return REAL(xCheckReservedLock, held); },
    .xFileControl = [](sqlite3_file* file, int op,
                       void* arg) { return REAL(xFileControl, op, arg); },
    .xSectorSize = [](sqlite3_file* file) { return REAL(xSectorSize); },
    .xDeviceCharacteristics = [](sqlite3_file* file) { return REAL(xDeviceCharacteristics); },
    .xShmMap = [](sqlite3_file* file, int page, int size, int extend,
                  void volatile** memory) { return REAL(xShmMap, page, size, extend, memory); },
    .xShmLock = [](sqlite3_file* file, int offset, int count,
                   int flags) { return REAL(xShmLock, offset, count, flags); },
    .xShmBarrier = [](sqlite3_file* file) { REAL(xShmBarrier); },
    .xShmUnmap = [](sqlite3_file* file, int remove) { return REAL(xShmUnmap, remove); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

#undef REAL

int open(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    auto* const made = new (file) FaultFile{};
    made->wal = (flags & SQLITE_OPEN_WAL) != 0;
    const int code = real()->xOpen(real(), name, made->real(), flags, out_flags);
    file->pMethods = made->real()->pMethods == nullptr ? nullptr : &kMethods;
    return code;
}

}  // namespace

void FaultVfs::hold() {
    const std::scoped_lock lock(mutex_);
    holding_ = true;
}

void FaultVfs::release() {
    {
        const std::scoped_lock lock(mutex_);
        holding_ = false;
    }
    changed_.notify_all();
}

bool FaultVfs::await_held() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [&] { return held_ > 0; });
}

void FaultVfs::pass() {
    std::unique_lock lock(mutex_);
    ++held_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !holding_; });
    --held_;
}

FaultVfs& fault_vfs() {
    static const bool registered = [] {
        sqlite3_vfs* const base = sqlite3_vfs_find(nullptr);
        shim =
            *base;  // what is not named below is the real one's, and takes the shim's data as its
        shim.zName = FaultVfs::kName;
        shim.pNext = nullptr;
        shim.pAppData = base;
        shim.szOsFile = static_cast<int>(sizeof(FaultFile)) + base->szOsFile;
        shim.xOpen = open;
        shim.xDelete = [](sqlite3_vfs*, const char* name, int sync_folder) {
            return real()->xDelete(real(), name, sync_folder);
        };
        shim.xAccess = [](sqlite3_vfs*, const char* name, int flags, int* result) {
            return real()->xAccess(real(), name, flags, result);
        };
        shim.xFullPathname = [](sqlite3_vfs*, const char* name, int size, char* out) {
            return real()->xFullPathname(real(), name, size, out);
        };
        return sqlite3_vfs_register(&shim, 0) == SQLITE_OK;
    }();
    if (!registered) {
        std::abort();
    }
    return faults;
}

}  // namespace shelfcast::adapters::sqlite_log
