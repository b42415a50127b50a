#pragma once

/// \file pipelines/ingest/replay.h
/// `shelfcast dead-letters replay`: refused messages are judged again, and those that are right by
/// now (their store is known, say) go into the log of the
/// topic that they were meant for, each once ever. The others stay the
/// dead letters they are.
///
/// What is accepted of a page is written down in the replay ledger, appended (one batch per letter,
/// under the key `replay/TOPIC/PARTITION/OFFSET`), then settled. A process that ends in between
/// finds the keys at its next start, before anything prunes the log.

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "pipelines/ingest/import_source.h"
#include "ports/clock.h"
#include "ports/event_door.h"
#include "ports/event_log.h"
#include "ports/metrics.h"
#include "ports/operational_store.h"
#include "retail/event_codec.h"

namespace shelfcast::ingest {

/// A dead letter as the warehouse has it.
struct ReplayLetter {
    ports::LetterPosition position;
    std::string source;  ///< What brought the message in: "http", "import:NAME" …
    std::string raw;     ///< The message, or an imported row as a JSON object of texts.
};

/// The next letters, at most about 1,000; none: there are no more.
using NextLetters = std::function<Result<std::vector<ReplayLetter>>()>;

struct ReplayOptions {
    bool dry_run = false;  ///< Judges, and changes nothing.
    StoreCreation new_stores;
    std::uint32_t append_attempts = 600;
    retail::CodecLimits codec;  ///< As the door's.
};

struct ReplayPorts {
    ports::EventLog& log;
    ports::ReplayLedger& ledger;
    ports::StoreDirectory& stores;
    const ports::Clock& clock;
    ports::Metrics* metrics = nullptr;  ///< May be null.
};

struct ReplayReport {
    ports::Tally tally;         ///< Accepted now; still refused, by reason.
    std::uint64_t earlier = 0;  ///< Accepted by an earlier replay.
    std::uint64_t stores_created = 0;
    std::string detail;  ///< Of the letter that was refused last: what is wrong with it.
};

/// Errors: those of the ports; kInvalidInput (stores to be created without zone or currency). After
/// an error the same call goes on where it ended. One caller at a time.
[[nodiscard]] Result<ReplayReport> replay(const ReplayOptions& options, const ReplayPorts& ports,
                                          const NextLetters& next, const std::stop_token& stop);

/// Settles what a replay that was cut short left under way; how many letters those were. Call at
/// start, before anything prunes the log.
[[nodiscard]] Result<std::uint64_t> settle_replays(ports::EventLog& log,
                                                   ports::ReplayLedger& ledger);

}  // namespace shelfcast::ingest
