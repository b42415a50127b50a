#pragma once

/// \file adapters/sqlite_log/catalog.h
/// `log.sqlite`: what the log knows besides batches. Every change is one durable transaction.
/// Not thread safe: the log holds its catalog mutex around each call.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sqlite_log/database.h"
#include "adapters/sqlite_log/day_file.h"
#include "ports/event_log.h"

namespace shelfcast::adapters::sqlite_log {

enum class DayState : std::uint8_t {
    kComing = 0,  ///< Listed before the file is made: it may not be there.
    kThere = 1,
    kGoing = 2,  ///< Pruned: listed until the file is gone.
};

struct DayEntry {
    std::string day;
    DayState state = DayState::kComing;
    std::int64_t log_time_us = 0;      ///< The topic's log time when the file was made.
    std::vector<std::int64_t> starts;  ///< Per partition.
};

class Catalog {
public:
    [[nodiscard]] static Result<Catalog> open(const DatabaseOptions& options);

    [[nodiscard]] Status copy_to(const std::string& path) { return database_.copy_to(path); }

    [[nodiscard]] Result<std::map<std::string, std::uint32_t>> topics();
    [[nodiscard]] Status add_topic(std::string_view topic, std::uint32_t partitions);

    /// In the order of days.
    [[nodiscard]] Result<std::vector<DayEntry>> days(std::string_view topic,
                                                     std::uint32_t partitions);
    /// Adds the entry or, for one that is coming already, replaces it.
    [[nodiscard]] Status put_day(std::string_view topic, const DayEntry& entry);
    [[nodiscard]] Status mark_there(std::string_view topic, std::string_view day);
    [[nodiscard]] Status forget_day(std::string_view topic, std::string_view day);

    [[nodiscard]] Result<std::vector<std::int64_t>> begins(std::string_view topic,
                                                           std::uint32_t partitions);
    [[nodiscard]] Status put_offsets(std::string_view group, std::string_view topic,
                                     std::span<const ports::PartitionOffset> offsets);
    [[nodiscard]] Result<std::vector<ports::PartitionOffset>> offsets(std::string_view group,
                                                                      std::string_view topic);

    struct Pruning {
        std::string_view topic;
        std::vector<std::int64_t> begins;
        std::vector<DayFile*> files;             ///< To go, oldest first.
        std::int64_t keys_from_log_time_us = 0;  ///< Younger keys are kept, older ones forgotten.
    };
    /// Begin offsets, files that go and the keys they leave behind, in one transaction.
    [[nodiscard]] Status prune(const Pruning& pruning);

    [[nodiscard]] Result<bool> has_pruned_keys();
    /// Looks among the keys of removed files.
    [[nodiscard]] Result<std::optional<KeyedBatch>> find_pruned_key(std::string_view topic,
                                                                    PartitionId partition,
                                                                    std::string_view key);

private:
    explicit Catalog(Database database) : database_(std::move(database)) {}
    template <typename Change>
    [[nodiscard]] Status in_transaction(Change&& change);
    [[nodiscard]] Status write_pruning(const Pruning& pruning);

    Database database_;
    Statement find_pruned_key_;
};

}  // namespace shelfcast::adapters::sqlite_log
