#pragma once

/// \file ports/parquet_codec.h
/// Rows to Parquet bytes (zstd) and back. The warehouse engine does it: there is no Arrow here.
/// Thread safe.

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "retail/column_block.h"

namespace shelfcast::ports {

class ParquetCodec {
public:
    virtual ~ParquetCodec() = default;
    /// Errors: kUnavailable.
    [[nodiscard]] virtual Result<std::string> encode(const retail::ColumnBlock& block) = 0;
    /// Rows in file order, with those columns. Errors: kUnavailable, kCorrupted.
    [[nodiscard]] virtual Result<retail::ColumnBlock> decode(
        std::string_view bytes, std::span<const retail::ColumnSpec> columns) = 0;
};

}  // namespace shelfcast::ports
