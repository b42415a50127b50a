#pragma once

/// \file pipelines/produce/replay.h
/// `shelfcast produce --replay`: the rows of a real file as if they happened now, in the order of
/// their times, at their own pace or a multiple of it.
///
/// The file is read whole before the first event is sent: some 300 bytes of memory per row. Every
/// replayed event gets an id of its own, so that a file that was imported before is no duplicate.

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "pipelines/ingest/import_source.h"
#include "pipelines/produce/hand_over.h"
#include "ports/clock.h"
#include "ports/event_door.h"
#include "ports/operational_store.h"
#include "ports/table_file_reader.h"

namespace shelfcast::produce {

struct ReplayOptions {
    std::string file;
    std::optional<ingest::FileFormat> format;  ///< Absent: by name and content.
    ingest::ColumnNames columns;               ///< Field to column, where the names differ.
    double speed = 1;                          ///< Seconds of the file per second; above 0.
    /// Times move by whole days, so that morning stays morning: the first event happens within the
    /// last 24 h, and what is past already goes in at once. Only with speed 1. Else the first event
    /// happens now.
    bool keep_hours = false;
    std::uint64_t events = 0;  ///< Ends after so many; 0: with the file.
    std::uint64_t seed = 1;
    std::uint64_t most_rows = 2'000'000;  ///< A file with more is refused.
    std::uint32_t batch_events = 5000;    ///< The most in one hand-over.
    std::uint32_t attempts = 120;         ///< As ProduceOptions::attempts.
};

struct ReplayProgress {
    std::uint64_t sent = 0;
    std::uint64_t wanted = 0;
};

struct ReplayPorts {
    ports::EventDoor& door;
    const ports::Clock& clock;
    ports::StoreDirectory& stores;  ///< Rows of stores that are not in it are left out.
    ports::TableFileReader& tables;
    Pause pause = pause_for;
    std::function<void(const ReplayProgress&)> progress;  ///< May be empty; once per hand-over.
};

struct ReplayReport {
    std::uint64_t rows = 0;  ///< Of the file.
    ports::Tally left_out;   ///< Rows that break the contract as they stand in the file.
    std::uint64_t sent = 0;
    ports::Tally tally;  ///< What the door said.
    double seconds = 0;
};

/// Ends with the file, after `events`, or when asked to stop, which is no error. Errors:
/// kInvalidInput (options, a file that cannot be read as rows, too many rows, no row that can be
/// replayed), kNotFound, kForbidden, and what the door says, after the attempts.
[[nodiscard]] Result<ReplayReport> replay(const ReplayOptions& options, const ReplayPorts& ports,
                                          const std::stop_token& stop);

}  // namespace shelfcast::produce
