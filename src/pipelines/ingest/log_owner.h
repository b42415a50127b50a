#pragma once

/// \file pipelines/ingest/log_owner.h
/// Which chain the topics of a log are of, where several may share a broker: the first record of a
/// topic of its own says it, for good.

#include <string_view>

#include "base/result.h"
#include "ports/event_log.h"

namespace shelfcast::ingest {

inline constexpr std::string_view kOwnerTopic = "chain-identity";

/// Claims the topics for that chain, or finds them claimed for it. Of chains that claim at once
/// the one whose record came first has them. `log` must never remove records by itself. Errors:
/// kConflict: they are another chain's; those of the log.
[[nodiscard]] Status claim_topics(ports::EventLog& log, std::string_view chain_id);

}  // namespace shelfcast::ingest
