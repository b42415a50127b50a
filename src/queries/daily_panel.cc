#include "queries/daily_panel.h"

#include <array>

#include "queries/row_reader.h"
#include "retail/time_zone.h"
#include "sql_text.h"

namespace shelfcast::queries {
namespace {

using retail::ColumnSpec;
using retail::ColumnType;

constexpr double kThousandths = 1'000;
constexpr double kTenThousandths = 10'000;

ports::QueryValues values_of(const DateRange& dates) {
    return {{"from", retail::format_date(dates.first)}, {"to", retail::format_date(dates.last)}};
}

}  // namespace

Status panel_days(ports::QueryRunner& runner, const StoreRange& stores, const DateRange& dates,
                  const std::function<void(const PanelDay&)>& take) {
    constexpr std::array kColumns = {ColumnSpec{"store_id", ColumnType::kUInt32},
                                     ColumnSpec{"product_id", ColumnType::kText},
                                     ColumnSpec{"business_date", ColumnType::kDate},
                                     ColumnSpec{"units", ColumnType::kInt64},
                                     ColumnSpec{"price", ColumnType::kInt64},
                                     ColumnSpec{"is_promoted", ColumnType::kUInt8},
                                     ColumnSpec{"stock_out_mask", ColumnType::kUInt32}};
    ports::QueryValues values = values_of(dates);
    values["first_store"] = std::to_string(stores.first.value);
    values["last_store"] = std::to_string(stores.last.value);
    SHELFCAST_ASSIGN(
        const retail::ColumnBlock rows,
        runner.read_rows(sql_text("queries/demand/daily_panel.sql"), kColumns, values));
    const RowReader reader(rows);
    const auto& products = rows.data<retail::TextColumn>("product_id");
    for (std::size_t row = 0; row < reader.size(); ++row) {
        take({.store = reader.store(row),
              .product_id = products[row],
              .date = reader.date("business_date", row),
              .units = reader.scaled("units", row, kThousandths),
              .price = reader.scaled("price", row, kTenThousandths),
              .is_promoted = reader.small("is_promoted", row) != 0,
              .stock_out_mask = reader.cell<std::uint32_t>("stock_out_mask", row)});
    }
    return {};
}

Result<std::vector<PanelProduct>> panel_products(ports::QueryRunner& runner,
                                                 const DateRange& dates) {
    constexpr std::array kColumns = {ColumnSpec{"product_id", ColumnType::kText},
                                     ColumnSpec{"category", ColumnType::kText},
                                     ColumnSpec{"brand", ColumnType::kText}};
    SHELFCAST_ASSIGN(const retail::ColumnBlock rows,
                     runner.read_rows(sql_text("queries/demand/panel_products.sql"), kColumns,
                                      values_of(dates)));
    const RowReader reader(rows);
    std::vector<PanelProduct> found;
    found.reserve(reader.size());
    for (std::size_t row = 0; row < reader.size(); ++row) {
        found.push_back({reader.text("product_id", row), reader.text("category", row),
                         reader.text("brand", row)});
    }
    return found;
}

Result<std::vector<StoreDate>> panel_holidays(ports::QueryRunner& runner, const DateRange& dates) {
    constexpr std::array kColumns = {ColumnSpec{"store_id", ColumnType::kUInt32},
                                     ColumnSpec{"holiday_date", ColumnType::kDate}};
    SHELFCAST_ASSIGN(const retail::ColumnBlock rows,
                     runner.read_rows(sql_text("queries/demand/panel_holidays.sql"), kColumns,
                                      values_of(dates)));
    const RowReader reader(rows);
    std::vector<StoreDate> found;
    found.reserve(reader.size());
    for (std::size_t row = 0; row < reader.size(); ++row) {
        found.push_back({reader.store(row), reader.date("holiday_date", row)});
    }
    return found;
}

Result<std::array<double, 24>> panel_hours(ports::QueryRunner& runner, const DateRange& dates) {
    constexpr std::array kColumns = {ColumnSpec{"hour", ColumnType::kUInt8},
                                     ColumnSpec{"sales", ColumnType::kInt64}};
    SHELFCAST_ASSIGN(
        const retail::ColumnBlock rows,
        runner.read_rows(sql_text("queries/demand/panel_hours.sql"), kColumns, values_of(dates)));
    const RowReader reader(rows);
    std::array<double, 24> found{};
    for (std::size_t row = 0; row < reader.size(); ++row) {
        const std::size_t hour = reader.small("hour", row);
        if (hour >= found.size()) {
            return fail(ErrorKind::kCorrupted, "the warehouse gave sales of hour {}", hour);
        }
        found[hour] = reader.scaled("sales", row, 1);
    }
    return found;
}

Result<PanelDates> panel_dates(ports::QueryRunner& runner, std::int64_t now_us) {
    constexpr std::array kColumns = {ColumnSpec{"last_over", ColumnType::kDate},
                                     ColumnSpec{"first_date", ColumnType::kDate},
                                     ColumnSpec{"last_date", ColumnType::kDate}};
    constexpr std::int64_t kSecondUs = 1'000'000;
    SHELFCAST_ASSIGN(const retail::ColumnBlock rows,
                     runner.read_rows(sql_text("queries/demand/panel_dates.sql"), kColumns,
                                      {{"now_s", std::to_string(now_us / kSecondUs)}}));
    const RowReader reader(rows);
    if (reader.size() != 1) {
        return fail(ErrorKind::kCorrupted, "the warehouse gave {} rows of dates instead of one",
                    reader.size());
    }
    return PanelDates{reader.date("last_over", 0), reader.date("first_date", 0),
                      reader.date("last_date", 0)};
}

}  // namespace shelfcast::queries
