#pragma once

/// \file adapters/postgres_store/advisory_lock.h
/// ports/process_locks.h by PostgreSQL's advisory locks, one connection each. Thread safe.

#include <memory>
#include <string_view>

#include "adapters/postgres_store/postgres_store.h"

namespace shelfcast::adapters::postgres_store {

/// A name is one lock per schema.
[[nodiscard]] Result<std::unique_ptr<ports::ProcessLock>> try_advisory_lock(
    const PostgresStoreOptions& options, std::string_view name);

}  // namespace shelfcast::adapters::postgres_store
