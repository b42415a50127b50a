#pragma once

/// \file adapters/sqlite_store/migrations.h
/// The tables of the operational store, as steps that only move forward.

#include "adapters/sqlite_store/database.h"
#include "base/result.h"

namespace shelfcast::adapters::sqlite_store {

/// Brings a new or older file to the newest tables, each step in one transaction. Errors:
/// kCorrupted (a database of something else), kInvalidInput (written by a newer program).
[[nodiscard]] Status migrate(Database& database);

}  // namespace shelfcast::adapters::sqlite_store
