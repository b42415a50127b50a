#include "queries/demand.h"

#include <array>
#include <utility>

#include "queries/row_reader.h"
#include "retail/time_zone.h"
#include "sql_text.h"

namespace shelfcast::queries {
namespace {

using retail::ColumnSpec;
using retail::ColumnType;

constexpr double kThousandths = 1'000;

ports::QueryValues at(std::int64_t now_us) { return {{"now", std::to_string(now_us / 1'000'000)}}; }

}  // namespace

Result<std::vector<Velocity>> velocities(ports::QueryRunner& runner, std::int64_t now_us) {
    constexpr std::array kColumns = {ColumnSpec{"store_id", ColumnType::kUInt32},
                                     ColumnSpec{"product_id", ColumnType::kText},
                                     ColumnSpec{"open_days", ColumnType::kUInt32},
                                     ColumnSpec{"lost_day_thousandths", ColumnType::kInt64},
                                     ColumnSpec{"units", ColumnType::kInt64},
                                     ColumnSpec{"squares", ColumnType::kInt64}};
    SHELFCAST_ASSIGN(
        const retail::ColumnBlock rows,
        runner.read_rows(sql_text("queries/demand/velocity.sql"), kColumns, at(now_us)));
    const RowReader reader(rows);
    std::vector<Velocity> found;
    found.reserve(reader.size());
    for (std::size_t row = 0; row < reader.size(); ++row) {
        found.push_back({reader.store(row), reader.text("product_id", row),
                         static_cast<double>(reader.cell<std::uint32_t>("open_days", row)),
                         reader.scaled("lost_day_thousandths", row, kThousandths),
                         reader.scaled("units", row, kThousandths),
                         reader.scaled("squares", row, kThousandths)});
    }
    return found;
}

Result<std::vector<StoreWeekHour>> week_hours(ports::QueryRunner& runner, std::int64_t now_us) {
    constexpr std::array kColumns = {
        ColumnSpec{"store_id", ColumnType::kUInt32}, ColumnSpec{"weekday", ColumnType::kUInt8},
        ColumnSpec{"hour", ColumnType::kUInt8},      ColumnSpec{"sales", ColumnType::kInt64},
        ColumnSpec{"open_days", ColumnType::kInt64}, ColumnSpec{"first_date", ColumnType::kInt64}};
    SHELFCAST_ASSIGN(
        const retail::ColumnBlock rows,
        runner.read_rows(sql_text("queries/demand/week_hours.sql"), kColumns, at(now_us)));
    const RowReader reader(rows);
    std::vector<StoreWeekHour> found;
    found.reserve(reader.size());
    for (std::size_t row = 0; row < reader.size(); ++row) {
        found.push_back(
            {.store = reader.store(row),
             .weekday = reader.small("weekday", row),
             .hour = reader.small("hour", row),
             .sales = static_cast<double>(reader.number("sales", row)),
             .open_days = static_cast<int>(reader.number("open_days", row)),
             .first_date = static_cast<std::int32_t>(reader.number("first_date", row))});
    }
    return found;
}

Result<std::vector<OpenShipment>> open_shipments(ports::QueryRunner& runner, std::int64_t now_us) {
    constexpr std::array kColumns = {
        ColumnSpec{"store_id", ColumnType::kUInt32}, ColumnSpec{"product_id", ColumnType::kText},
        ColumnSpec{"units", ColumnType::kInt64}, ColumnSpec{"expected_ms", ColumnType::kInt64}};
    SHELFCAST_ASSIGN(
        const retail::ColumnBlock rows,
        runner.read_rows(sql_text("queries/demand/open_shipments.sql"), kColumns, at(now_us)));
    const RowReader reader(rows);
    std::vector<OpenShipment> found;
    found.reserve(reader.size());
    for (std::size_t row = 0; row < reader.size(); ++row) {
        found.push_back({reader.store(row), reader.text("product_id", row),
                         reader.scaled("units", row, kThousandths),
                         reader.number("expected_ms", row)});
    }
    return found;
}

Result<std::vector<StoredForecast>> newest_forecasts(ports::QueryRunner& runner, std::int32_t from,
                                                     std::int32_t oldest) {
    constexpr double kTenThousandths = 10'000;
    constexpr std::array kColumns = {ColumnSpec{"store_id", ColumnType::kUInt32},
                                     ColumnSpec{"product_id", ColumnType::kText},
                                     ColumnSpec{"prediction_date", ColumnType::kDate},
                                     ColumnSpec{"mean", ColumnType::kInt64},
                                     ColumnSpec{"lower", ColumnType::kInt64},
                                     ColumnSpec{"upper", ColumnType::kInt64},
                                     ColumnSpec{"version", ColumnType::kText}};
    SHELFCAST_ASSIGN(const retail::ColumnBlock rows,
                     runner.read_rows(sql_text("queries/demand/newest_forecasts.sql"), kColumns,
                                      {{"from", retail::format_date(from)},
                                       {"oldest", retail::format_date(oldest)}}));
    const RowReader reader(rows);
    std::vector<StoredForecast> found;
    found.reserve(reader.size());
    for (std::size_t row = 0; row < reader.size(); ++row) {
        found.push_back(
            {reader.store(row), reader.text("product_id", row), reader.date("prediction_date", row),
             reader.scaled("mean", row, kTenThousandths),
             reader.scaled("lower", row, kTenThousandths),
             reader.scaled("upper", row, kTenThousandths), reader.text("version", row)});
    }
    return found;
}

}  // namespace shelfcast::queries
