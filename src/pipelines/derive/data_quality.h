#pragma once

/// \file pipelines/derive/data_quality.h
/// Whether the data of an hour can be trusted: the table data_quality_results. Thread safe.

#include <cstdint>
#include <stop_token>

#include "base/result.h"
#include "ports/derived_tables.h"

namespace shelfcast::derive {

struct QualityOptions {
    std::int64_t due_at_us = 0;  ///< UTC, since 1970; the last full UTC hour before it is checked.
    std::int64_t now_us = 0;     ///< When: of two results the later holds.
    std::uint32_t allowed_lateness_minutes = 60;
};

/// Runs every check over one hour; again changes nothing but the time of the check. Errors: those
/// of the port; kUnavailable when stopped before the last check.
[[nodiscard]] Status check_quality(ports::DerivedTables& tables, const QualityOptions& options,
                                   const std::stop_token& stop);

}  // namespace shelfcast::derive
