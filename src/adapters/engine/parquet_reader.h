#pragma once

/// \file adapters/engine/parquet_reader.h
/// Reads Parquet files with the engine library, in a process of its own per file and reading: a
/// broken file can take down no more than that.
///
/// Thread safe.

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "adapters/engine/engine.h"
#include "ports/table_file_reader.h"

namespace shelfcast::adapters {

struct ParquetReaderOptions {
    std::string library = engine_library_path();
    std::string child_executable = engine_child_executable();
    /// For short-lived files of the reading process; empty: the system's temporary folder.
    std::filesystem::path scratch_directory;
    /// Longest silence of the reading process before it is given up.
    std::chrono::milliseconds silence{60'000};
};

class ParquetReader final : public ports::TableFileReader {
public:
    explicit ParquetReader(ParquetReaderOptions options) : options_(std::move(options)) {}
    [[nodiscard]] Result<std::unique_ptr<ports::TableFile>> open(const std::string& path) override;

private:
    const ParquetReaderOptions options_;
};

}  // namespace shelfcast::adapters
