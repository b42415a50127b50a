#pragma once

/// \file adapters/engine/engine_version.h
/// Whether an engine library can be loaded, by loading it in a process of its own. Stateless.

#include <string>

#include "adapters/engine/parquet_reader.h"
#include "base/result.h"

namespace shelfcast::adapters {

/// What ClickHouse version the library says it is: "26.7.2.1". Takes about a second. Errors:
/// kNotFound, kForbidden (no such library), kUnavailable (it cannot be loaded or does not answer).
[[nodiscard]] Result<std::string> engine_version(const ParquetReaderOptions& options);

}  // namespace shelfcast::adapters
