#pragma once

/// \file cli/letter_pages.h
/// The warehouse's dead letters, page by page, for a replay. One thread at a time.

#include <cstdint>
#include <string>
#include <vector>

#include "adapters/clickhouse/clickhouse_warehouse.h"
#include "api/jobs_handler.h"
#include "base/result.h"
#include "cli/jobs.h"
#include "pipelines/ingest/replay.h"

namespace shelfcast::cli {

class LetterPages {
public:
    LetterPages(adapters::clickhouse::ClickHouseWarehouse& warehouse, const ReplayRequest& request,
                const api::JobProgress& progress)
        : warehouse_(warehouse), request_(request), progress_(progress) {}

    /// In the order of the log; none: there are no more, or the limit is reached.
    [[nodiscard]] Result<std::vector<ingest::ReplayLetter>> next();

private:
    adapters::clickhouse::ClickHouseWarehouse& warehouse_;
    const ReplayRequest& request_;
    const api::JobProgress& progress_;
    ports::LetterPosition last_{.topic = "", .partition = PartitionId{0}, .offset = -1};
    std::uint64_t given_ = 0;
};

}  // namespace shelfcast::cli
