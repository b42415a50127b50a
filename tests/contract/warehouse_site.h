#pragma once

/// \file contract/warehouse_site.h
/// What a test of the warehouse port stands on.

#include "ports/parquet_codec.h"
#include "ports/warehouse.h"

namespace shelfcast::contract {

class WarehouseSite {
public:
    virtual ~WarehouseSite() = default;
    [[nodiscard]] virtual ports::Warehouse& warehouse() = 0;
    /// What lake files are written and read with.
    [[nodiscard]] virtual ports::ParquetCodec& codec() = 0;
};

}  // namespace shelfcast::contract
