#include "adapters/clickhouse/warehouse_tables.h"

#include <utility>

namespace shelfcast::adapters::clickhouse {
namespace {

/// A screen that takes longer is not looked at any more.
const QuerySettings kSettings = {{"date_time_output_format", "iso"},
                                 {"format_csv_null_representation", ""},
                                 {"max_execution_time", "30"},
                                 {"output_format_json_quote_64bit_integers", "0"},
                                 {"output_format_json_quote_decimals", "1"},
                                 {"output_format_json_quote_denormals", "0"},
                                 {"session_timezone", "UTC"}};

/// A download goes on for as long as somebody takes it, at their pace.
const QuerySettings kDownloadSettings = [] {
    QuerySettings settings = kSettings;
    settings["max_execution_time"] = "3600";
    return settings;
}();

std::string_view name_of(ports::TableFormat format) {
    switch (format) {
        case ports::TableFormat::kJsonLines:
            return "JSONEachRow";
        case ports::TableFormat::kCsv:
            return "CSVWithNames";
        case ports::TableFormat::kParquet:
            break;
    }
    return "Parquet";
}

}  // namespace

Result<std::unique_ptr<WarehouseTables>> WarehouseTables::connect(
    const ClickHouseOptions& options) {
    SHELFCAST_ASSIGN(auto warehouse, ClickHouseWarehouse::connect(options));
    return std::unique_ptr<WarehouseTables>(new WarehouseTables(std::move(warehouse)));
}

Result<std::string> WarehouseTables::read_table(std::string_view sql,
                                                const ports::QueryValues& values,
                                                ports::TableFormat format) {
    return warehouse_->query_text(sql, values, kSettings, name_of(format));
}

Status WarehouseTables::stream_table(std::string_view sql, const ports::QueryValues& values,
                                     ports::TableFormat format, const ports::TableSink& sink) {
    return warehouse_->query_stream(sql, values, kDownloadSettings, name_of(format), sink);
}

}  // namespace shelfcast::adapters::clickhouse
