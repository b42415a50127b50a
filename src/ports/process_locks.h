#pragma once

/// \file ports/process_locks.h
/// Work that only one of the processes that share an operational store does at a time.
///
/// Adapters: sqlite_store (one process has the file, so its threads take turns), postgres_store
/// (advisory locks). Thread safe.

#include <memory>
#include <string_view>

#include "base/result.h"

namespace shelfcast::ports {

/// Held for as long as it lives; gone when its process dies.
class ProcessLock {
public:
    virtual ~ProcessLock() = default;
    /// Error: kUnavailable when it may have been lost (the store was away): somebody else may do
    /// the work by now.
    [[nodiscard]] virtual Status check() = 0;
};

class ProcessLocks {
public:
    virtual ~ProcessLocks() = default;
    /// Does not wait. Errors: kBusy (somebody has it), kUnavailable.
    [[nodiscard]] virtual Result<std::unique_ptr<ProcessLock>> try_lock(std::string_view name) = 0;
};

}  // namespace shelfcast::ports
