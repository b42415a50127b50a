#pragma once

/// \file cli/commands.h
/// One function per subcommand: options in, exit code out. Parsing (main.cc) touches neither
/// network nor disk; these do the work. Each prints one line of outcome, or JSON when asked.

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "config/config.h"
#include "pipelines/ingest/import.h"

namespace shelfcast::cli {

/// What every command takes.
struct Common {
    config::Config config;
    bool json = false;
};

struct ProduceFlags {
    double rate = 2;           ///< Events per second; 0: as fast as it goes.
    std::uint64_t events = 0;  ///< 0: until stopped.
    std::uint64_t seed = 1;
};

struct UpFlags {
    bool producer = true;
    ProduceFlags produce;
};

struct QueryFlags {
    std::string sql;
    std::string format;  ///< Empty: PrettyCompact on a terminal, else TabSeparated.
};

struct DeadLetterFlags {
    std::uint32_t limit = 100;
    std::string reason;  ///< Empty: all.
};

[[nodiscard]] Result<int> run_up(const Common& common, const UpFlags& flags,
                                 const std::stop_token& stop);
[[nodiscard]] Result<int> run_produce(const Common& common, const ProduceFlags& flags,
                                      const std::stop_token& stop);
[[nodiscard]] Result<int> run_import(const Common& common, const ingest::ImportOptions& options,
                                     const std::stop_token& stop);
[[nodiscard]] Result<int> run_batch(const Common& common, const std::stop_token& stop);
[[nodiscard]] Result<int> run_query(const Common& common, const QueryFlags& flags,
                                    const std::stop_token& stop);
[[nodiscard]] Result<int> run_schema(const Common& common, bool apply, const std::stop_token& stop);
[[nodiscard]] Result<int> run_dead_letters(const Common& common, const DeadLetterFlags& flags,
                                           const std::stop_token& stop);
/// `once`: in a directory of its own, to its end, with every check; else on the well-known ports.
[[nodiscard]] Result<int> run_demo(const Common& common, bool once, const std::string& data_folder,
                                   const std::stop_token& stop);

/// Exit code when the layers were found to differ.
inline constexpr int kDifferenceExit = 3;

}  // namespace shelfcast::cli
