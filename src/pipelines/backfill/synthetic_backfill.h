#pragma once

/// \file pipelines/backfill/synthetic_backfill.h
/// `shelfcast backfill --synthetic`: the days of a chain that does not exist, into lake files; its
/// ground truth, on request, into a folder of its own that nothing else reads.

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "pipelines/backfill/contribution_writer.h"
#include "ports/clock.h"
#include "ports/file_system.h"
#include "ports/lake.h"
#include "ports/parquet_codec.h"
#include "synthetic/chain.h"

namespace shelfcast::backfill {

struct SyntheticOptions {
    unsigned threads = 2;  ///< Stores are shared out between them; the rows are the same.
    WriterOptions writer{};
};

struct SyntheticPorts {
    ports::Lake& lake;
    ports::Clock& clock;
    /// Where truth goes: `truth-YYYY-MM-DD.parquet` (by the first of up to a month's days, see
    /// synthetic::truth_columns()), `deliveries-*.parquet`, `planted.parquet`. Null: nowhere.
    ports::FileSystem* truth = nullptr;
    ports::ParquetCodec* codec = nullptr;  ///< With `truth`.
};

struct SyntheticReport {
    ports::Contribution contribution;
    std::uint64_t truth_rows = 0;
};

/// Called with days done of days, and the events so far.
using DayProgress = std::function<void(std::uint32_t day, std::uint32_t of, std::uint64_t events)>;

/// Writes the chain's days; commit() them next. Error: kConflict when the lake has that chain.
[[nodiscard]] Result<SyntheticReport> write_synthetic_rows(const synthetic::Chain& chain,
                                                           const SyntheticOptions& options,
                                                           const SyntheticPorts& ports,
                                                           const DayProgress& progress,
                                                           const std::stop_token& stop);

}  // namespace shelfcast::backfill
