#include "queries/demand.h"

#include <array>
#include <utility>

#include "sql_text.h"

namespace shelfcast::queries {
namespace {

using retail::ColumnSpec;
using retail::ColumnType;
using Numbers = std::vector<std::int64_t>;

ports::QueryValues at(std::int64_t now_us) { return {{"now", std::to_string(now_us / 1'000'000)}}; }

double thousandths(std::int64_t value) { return static_cast<double>(value) / 1000.0; }

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
    const auto& stores = rows.data<std::vector<std::uint32_t>>("store_id");
    const auto& products = rows.data<retail::TextColumn>("product_id");
    const auto& days = rows.data<std::vector<std::uint32_t>>("open_days");
    const auto& lost = rows.data<Numbers>("lost_day_thousandths");
    const auto& units = rows.data<Numbers>("units");
    const auto& squares = rows.data<Numbers>("squares");
    std::vector<Velocity> found;
    found.reserve(rows.rows());
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        found.push_back({StoreId{stores[row]}, std::string(products[row]),
                         static_cast<double>(days[row]), thousandths(lost[row]),
                         thousandths(units[row]), thousandths(squares[row])});
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
    std::vector<StoreWeekHour> found;
    found.reserve(rows.rows());
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        found.push_back(
            {.store = StoreId{rows.data<std::vector<std::uint32_t>>("store_id")[row]},
             .weekday = rows.data<std::vector<std::uint8_t>>("weekday")[row],
             .hour = rows.data<std::vector<std::uint8_t>>("hour")[row],
             .sales = static_cast<double>(rows.data<Numbers>("sales")[row]),
             .open_days = static_cast<int>(rows.data<Numbers>("open_days")[row]),
             .first_date = static_cast<std::int32_t>(rows.data<Numbers>("first_date")[row])});
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
    std::vector<OpenShipment> found;
    found.reserve(rows.rows());
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        found.push_back({StoreId{rows.data<std::vector<std::uint32_t>>("store_id")[row]},
                         std::string(rows.data<retail::TextColumn>("product_id")[row]),
                         thousandths(rows.data<Numbers>("units")[row]),
                         rows.data<Numbers>("expected_ms")[row]});
    }
    return found;
}

}  // namespace shelfcast::queries
