#pragma once

/// \file adapters/sqlite_log/log_reader.h
/// Reads batches of one topic across its day files. Thread safe.

#include <span>
#include <string_view>
#include <vector>

#include "adapters/sqlite_log/topic.h"
#include "base/result.h"
#include "ports/event_log.h"

namespace shelfcast::adapters::sqlite_log {

/// Batches from the given positions up to the view's ends, merged by log time: a reader that is
/// behind moves on evenly in all partitions. Errors: kNotFound (below the begin offset),
/// kCorrupted.
[[nodiscard]] Result<std::vector<ports::FetchedBatch>> read_batches(
    std::string_view topic, const TopicView& view, std::span<const ports::PartitionOffset> from,
    ports::ReadLimits limits);

}  // namespace shelfcast::adapters::sqlite_log
