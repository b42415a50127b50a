#pragma once

/// \file adapters/clickhouse/warehouse_tables.h
/// Answers of the warehouse for the screens, over connections of their own. Thread safe.

#include <memory>
#include <string>
#include <string_view>

#include "adapters/clickhouse/clickhouse_warehouse.h"
#include "base/result.h"
#include "ports/table_source.h"

namespace shelfcast::adapters::clickhouse {

class WarehouseTables final : public ports::TableSource {
public:
    /// Errors: those of ClickHouseWarehouse::connect.
    [[nodiscard]] static Result<std::unique_ptr<WarehouseTables>> connect(
        const ClickHouseOptions& options);

    [[nodiscard]] Result<std::string> read_table(std::string_view sql,
                                                 const ports::QueryValues& values,
                                                 ports::TableFormat format) override;
    [[nodiscard]] Status stream_table(std::string_view sql, const ports::QueryValues& values,
                                      ports::TableFormat format,
                                      const ports::TableSink& sink) override;

private:
    explicit WarehouseTables(std::unique_ptr<ClickHouseWarehouse> warehouse)
        : warehouse_(std::move(warehouse)) {}

    std::unique_ptr<ClickHouseWarehouse> warehouse_;
};

}  // namespace shelfcast::adapters::clickhouse
