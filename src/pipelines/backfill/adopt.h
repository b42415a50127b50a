#pragma once

/// \file pipelines/backfill/adopt.h
/// `shelfcast lake commit`: files that another program (Spark, a one-off script) put into the
/// lake's folders become a contribution, once they hold what is said of them.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "ports/clock.h"
#include "ports/lake.h"

namespace shelfcast::backfill {

struct AdoptOptions {
    /// Relative to the lake's root: "retail_events/business_date=2026-11-22/from-spark-0.parquet".
    std::vector<std::string> paths;
    std::string origin;        ///< For people; part of the identity with the files' hashes.
    std::uint64_t events = 0;  ///< What the files must add up to.
    retail::Int128 revenue = 0;
};

/// Reads every file: the columns of accepted rows, one business date per folder, the reserved log
/// partition, log offsets below 2^36 that neither repeat nor meet those of an earlier commit (the
/// identity says from where to where they go). Errors, naming file and value: kInvalidInput (no
/// such rows, another sum than stated, a name of our own form), kNotFound, kCorrupted (no Parquet,
/// a column is missing), kConflict (a file of these bytes is in the lake already).
[[nodiscard]] Result<ports::Contribution> adopt(const AdoptOptions& options, ports::Lake& lake,
                                                ports::Clock& clock);

}  // namespace shelfcast::backfill
