#pragma once

/// \file adapters/sqlite_store/thread_locks.h
/// Named locks of one process: nobody else has the file. Thread safe.

#include <memory>
#include <string_view>

#include "ports/process_locks.h"

namespace shelfcast::adapters::sqlite_store {

class ThreadLocks {
public:
    ThreadLocks();
    [[nodiscard]] Result<std::unique_ptr<ports::ProcessLock>> try_lock(std::string_view name);

private:
    struct Held;
    std::shared_ptr<Held> held_;  ///< Shared with the locks, which may outlive this.
};

}  // namespace shelfcast::adapters::sqlite_store
