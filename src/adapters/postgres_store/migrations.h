#pragma once

/// \file adapters/postgres_store/migrations.h
/// The tables of the operational store, numbered and forward only.

#include "adapters/postgres_store/database.h"

namespace shelfcast::adapters::postgres_store {

/// Brings the schema to the newest tables in one transaction; of several processes one does it, the
/// others wait. Changes nothing, and needs no right to, when it is there already. Errors:
/// kCorrupted: tables of another program; kInvalidInput: those of a newer one.
[[nodiscard]] Status migrate(Database& database);

}  // namespace shelfcast::adapters::postgres_store
