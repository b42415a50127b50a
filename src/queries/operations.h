#pragma once

/// \file queries/operations.h
/// What operators ask: the queries of `sql/queries/operations` that screens use. Errors are the
/// runner's. Thread safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "ports/query_runner.h"

namespace shelfcast::queries {

struct StoreFreshness {
    std::string layer;  ///< "batch" or "speed".
    StoreId store;
    std::string code;
    std::string name;
    std::int64_t last_event_ms = 0;  ///< UTC.
};

/// Per layer and store with events.
[[nodiscard]] Result<std::vector<StoreFreshness>> store_freshness(ports::QueryRunner& runner);

struct RejectionCount {
    std::string reason;  ///< A word of retail::RejectReason; "duplicate" is no dead letter.
    std::uint64_t messages = 0;
    std::int64_t newest_us = 0;  ///< Log time, UTC.
};

/// Since a log time, the most frequent reason first.
[[nodiscard]] Result<std::vector<RejectionCount>> rejections_by_reason(ports::QueryRunner& runner,
                                                                       std::int64_t since_us);

/// A message that was not accepted.
struct RefusedMessage {
    std::string reason;  ///< A word of retail::RejectReason, or "duplicate".
    std::string detail;
    std::string source;
    std::string raw;  ///< Any bytes; the beginning where it was too long.
};

/// The one at that place of the log; nothing: there is none.
[[nodiscard]] Result<std::optional<RefusedMessage>> refused_message(ports::QueryRunner& runner,
                                                                    std::string_view topic,
                                                                    PartitionId partition,
                                                                    std::int64_t offset);

struct WarehouseSize {
    std::uint64_t bytes = 0;
    std::uint64_t parts = 0;
};

[[nodiscard]] Result<WarehouseSize> warehouse_size(ports::QueryRunner& runner);

}  // namespace shelfcast::queries
