#pragma once

/// \file adapters/memory/memory_codec.h
/// Stands in for Parquet where no engine runs: whole columns with names and types, and a checksum.
/// Stateless, so thread safe.

#include "ports/parquet_codec.h"

namespace shelfcast::adapters::memory {

class MemoryCodec final : public ports::ParquetCodec {
public:
    Result<std::string> encode(const retail::ColumnBlock& block) override;
    Result<retail::ColumnBlock> decode(std::string_view bytes,
                                       std::span<const retail::ColumnSpec> columns) override;
};

}  // namespace shelfcast::adapters::memory
