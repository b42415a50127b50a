#pragma once

/// \file pipelines/doctor/doctor.h
/// What is wrong with a data directory, and how to mend it. Nothing is changed. Stateless, so
/// thread safe as far as the ports are.

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/clock.h"
#include "ports/event_log.h"
#include "ports/lake.h"
#include "ports/operational_store.h"

namespace shelfcast::doctor {

enum class Level : std::uint8_t { kOk, kWarning, kFault };

/// OK, warning, fault.
[[nodiscard]] std::string_view to_string(Level level) noexcept;

struct Finding {
    std::string check;  ///< "log", "lake", "disk", …
    Level level = Level::kOk;
    std::string found;
    std::string remedy{};  ///< Empty where there is nothing to mend.
};

using Findings = std::vector<Finding>;

struct Ports {
    ports::EventLog& log;
    ports::EpochLedger& ledger;
    ports::DifferenceBook& differences;
    ports::Lake& lake;
    const ports::Clock& clock;
};

/// A topic of the log. Offsets are summed over its partitions.
struct TopicFacts {
    std::string name;
    std::uint32_t partitions = 0;
    std::int64_t begin = 0;
    std::int64_t end = 0;
    std::int64_t newest_log_time_us = 0;  ///< 0: it holds no record, or none was read.
};

/// Times are UTC microseconds.
struct Facts {
    std::int64_t now_us = 0;
    bool serving = false;  ///< Gathered by the process that delivers.
    std::vector<TopicFacts> topics{};
    std::vector<Error> log_errors{};
    std::int64_t undelivered = 0;  ///< Messages in the log past the last written-down end.
    std::int64_t oldest_undelivered_us = 0;  ///< Log time of the first of them; 0: not looked up.
    EpochId open_epoch{};
    std::int64_t open_messages = 0;   ///< Messages in the log past the last closed epoch.
    std::int64_t oldest_open_us = 0;  ///< Log time of the first of them, while no epoch is closed.
    std::int64_t open_dead_letters = 0;  ///< Of them, those in the topic of dead letters.
    std::vector<EpochId> closing{};
    std::optional<ports::LakeManifest> manifest{};
    std::vector<ports::StoredDifference> differences{};  ///< The newest few.
    std::vector<Error> errors{};                         ///< Of ledger and lake.
};

enum class Look : std::uint8_t {
    kThorough,  ///< Reads the first and last record of every partition.
    kGlance,    ///< Reads two records at most: cheap enough for every second.
};

/// Reads the ends of the log, the ledger and the manifest.
[[nodiscard]] Facts gather(const Ports& ports, bool serving, Look look = Look::kThorough);

/// Clock, log, delivery, batches, reconciliation, dead letters. Pure.
[[nodiscard]] Findings judge(const Facts& facts);

/// Bytes of a file of the lake by its path. Error: kNotFound.
using SizeOf = std::function<Result<std::uint64_t>(const std::string& path)>;

/// Every file that the manifest names must be there with its size; `deep`: with its hash too.
[[nodiscard]] Findings check_lake(ports::Lake& lake, const SizeOf& size_of, bool deep,
                                  const std::stop_token& stop);

}  // namespace shelfcast::doctor
