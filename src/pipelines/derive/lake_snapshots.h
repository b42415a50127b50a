#pragma once

/// \file pipelines/derive/lake_snapshots.h
/// The snapshots of stock as files of the lake: each date's rows in one, a new one when the date's
/// snapshot was made again. What is due follows from what warehouse and manifest say, so a run that
/// broke off anywhere is made up for by the next. Nobody else may commit to the lake meanwhile.

#include <cstddef>
#include <stop_token>

#include "base/result.h"
#include "ports/clock.h"
#include "ports/derived_tables.h"
#include "ports/lake.h"
#include "ports/query_runner.h"

namespace shelfcast::derive {

struct LakeSnapshotPorts {
    ports::QueryRunner& runner;
    ports::DerivedTables& tables;
    ports::Lake& lake;
    ports::Clock& clock;
};

struct LakeSnapshotReport {
    std::size_t written = 0;  ///< Dates that this call committed.
    std::size_t left = 0;     ///< Dates for the next one.
};

/// Writes the oldest dates of which the lake has no snapshot, or another than the warehouse, at
/// most so many, and commits them with one manifest; files that are replaced are retired with it.
/// A stop request ends it between two dates, with what is done committed. Errors: those of the
/// ports; nothing is committed then.
[[nodiscard]] Result<LakeSnapshotReport> put_snapshots(const LakeSnapshotPorts& ports,
                                                       std::size_t max_dates,
                                                       const std::stop_token& stop);

}  // namespace shelfcast::derive
