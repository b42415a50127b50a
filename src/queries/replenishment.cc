#include "queries/replenishment.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "queries/row_reader.h"
#include "retail/time_zone.h"

namespace shelfcast::queries {
namespace {

using retail::ColumnSpec;
using retail::ColumnType;

constexpr double kThousandths = 1'000;
constexpr double kTenThousandths = 10'000;
constexpr double kDayMs = 86'400'000;

ports::QueryValues about(StoreId store, std::int32_t date) {
    return {{"store_id", std::to_string(store.value)}, {"date", retail::format_date(date)}};
}

/// "1,2.5".
Result<std::vector<double>> numbers_in(std::string_view text) {
    std::vector<double> numbers;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(','), text.size());
        double number = 0;
        const auto [last, error] = std::from_chars(text.data(), text.data() + end, number);
        if (error != std::errc{} || last != text.data() + end) {
            return fail(ErrorKind::kCorrupted, "\"{}\" is no number of a forecast",
                        text.substr(0, end));
        }
        numbers.push_back(number);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return numbers;
}

}  // namespace

Result<std::vector<ReviewStore>> review_stores(ports::QueryRunner& runner, std::int32_t date) {
    constexpr std::array kColumns = {ColumnSpec{"store_id", ColumnType::kUInt32},
                                     ColumnSpec{"store_code", ColumnType::kText},
                                     ColumnSpec{"store_type", ColumnType::kText},
                                     ColumnSpec{"time_zone", ColumnType::kText},
                                     ColumnSpec{"last_sale_date", ColumnType::kInt64},
                                     ColumnSpec{"failed_checks", ColumnType::kText},
                                     ColumnSpec{"difference_epoch", ColumnType::kInt64}};
    return read_each<ReviewStore>(
        runner, "queries/replenishment/stores.sql", kColumns, {{"date", retail::format_date(date)}},
        [](const RowReader& reader, std::size_t row) {
            return ReviewStore{
                .store = reader.store(row),
                .code = reader.text("store_code", row),
                .type = reader.text("store_type", row),
                .time_zone = reader.text("time_zone", row),
                .last_sale_date = static_cast<std::int32_t>(reader.number("last_sale_date", row)),
                .failed_checks = reader.text("failed_checks", row),
                .difference_epoch = reader.number("difference_epoch", row)};
        });
}

Result<std::vector<ReviewItem>> review_items(ports::QueryRunner& runner, StoreId store,
                                             std::int32_t date) {
    constexpr std::array kColumns = {ColumnSpec{"product_id", ColumnType::kText},
                                     ColumnSpec{"supplier", ColumnType::kText},
                                     ColumnSpec{"lead_time_days", ColumnType::kUInt32},
                                     ColumnSpec{"pack_size", ColumnType::kUInt32},
                                     ColumnSpec{"shelf_life_days", ColumnType::kUInt32},
                                     ColumnSpec{"unit_cost", ColumnType::kInt64},
                                     ColumnSpec{"unit_price", ColumnType::kInt64},
                                     ColumnSpec{"newest_forecast_date", ColumnType::kInt64},
                                     ColumnSpec{"written_ms", ColumnType::kInt64}};
    return read_each<ReviewItem>(
        runner, "queries/replenishment/items.sql", kColumns, about(store, date),
        [](const RowReader& reader, std::size_t row) {
            return ReviewItem{.product_id = reader.text("product_id", row),
                              .supplier = reader.text("supplier", row),
                              .lead_time_days = reader.cell<std::uint32_t>("lead_time_days", row),
                              .pack_size = reader.cell<std::uint32_t>("pack_size", row),
                              .shelf_life_days = reader.cell<std::uint32_t>("shelf_life_days", row),
                              .unit_cost = reader.number("unit_cost", row),
                              .unit_price = reader.number("unit_price", row),
                              .newest_forecast_date = static_cast<std::int32_t>(
                                  reader.number("newest_forecast_date", row)),
                              .written_ms = reader.number("written_ms", row)};
        });
}

Result<std::vector<ForecastDay>> forecast_days(ports::QueryRunner& runner, StoreId store,
                                               std::int32_t date) {
    constexpr std::array kColumns = {ColumnSpec{"product_id", ColumnType::kText},
                                     ColumnSpec{"day", ColumnType::kInt64},
                                     ColumnSpec{"model_version", ColumnType::kText},
                                     ColumnSpec{"forecast_day", ColumnType::kInt64},
                                     ColumnSpec{"mean", ColumnType::kInt64},
                                     ColumnSpec{"lower_80", ColumnType::kInt64},
                                     ColumnSpec{"upper_80", ColumnType::kInt64},
                                     ColumnSpec{"levels", ColumnType::kText},
                                     ColumnSpec{"quantiles", ColumnType::kText}};
    return read_each<ForecastDay>(
        runner, "queries/replenishment/demand.sql", kColumns, about(store, date),
        [](const RowReader& reader, std::size_t row) -> Result<ForecastDay> {
            ForecastDay day;
            day.product_id = reader.text("product_id", row);
            day.day = static_cast<std::size_t>(reader.number("day", row));
            day.model_version = reader.text("model_version", row);
            day.forecast_date = static_cast<std::int32_t>(reader.number("forecast_day", row));
            day.mean = reader.scaled("mean", row, kTenThousandths);
            day.lower_80 = reader.scaled("lower_80", row, kTenThousandths);
            day.upper_80 = reader.scaled("upper_80", row, kTenThousandths);
            SHELFCAST_ASSIGN(day.levels, numbers_in(reader.text("levels", row)));
            SHELFCAST_ASSIGN(day.quantiles, numbers_in(reader.text("quantiles", row)));
            return day;
        });
}

Result<std::vector<PastStock>> past_stock(ports::QueryRunner& runner, StoreId store,
                                          std::int32_t date) {
    constexpr std::array kColumns = {
        ColumnSpec{"product_id", ColumnType::kText}, ColumnSpec{"on_hand", ColumnType::kInt64},
        ColumnSpec{"reserved", ColumnType::kInt64}, ColumnSpec{"is_known", ColumnType::kUInt8}};
    return read_each<PastStock>(
        runner, "queries/replenishment/past_stock.sql", kColumns, about(store, date),
        [](const RowReader& reader, std::size_t row) {
            return PastStock{reader.text("product_id", row), reader.number("on_hand", row),
                             reader.number("reserved", row), reader.small("is_known", row) != 0};
        });
}

Result<std::vector<AnnouncedShipment>> announced_shipments(ports::QueryRunner& runner,
                                                           StoreId store, std::int64_t until_ms) {
    constexpr std::array kColumns = {
        ColumnSpec{"product_id", ColumnType::kText}, ColumnSpec{"shipment_id", ColumnType::kText},
        ColumnSpec{"units", ColumnType::kInt64}, ColumnSpec{"expected_ms", ColumnType::kInt64}};
    return read_each<AnnouncedShipment>(
        runner, "queries/replenishment/shipments.sql", kColumns,
        {{"store_id", std::to_string(store.value)}, {"until_ms", std::to_string(until_ms)}},
        [](const RowReader& reader, std::size_t row) {
            return AnnouncedShipment{reader.text("product_id", row),
                                     reader.text("shipment_id", row), reader.number("units", row),
                                     reader.number("expected_ms", row)};
        });
}

Result<std::vector<SupplierDelivery>> supplier_deliveries(ports::QueryRunner& runner,
                                                          std::int32_t date) {
    constexpr std::array kColumns = {
        ColumnSpec{"supplier", ColumnType::kText}, ColumnSpec{"weekday", ColumnType::kUInt8},
        ColumnSpec{"units", ColumnType::kInt64}, ColumnSpec{"took_ms", ColumnType::kInt64}};
    return read_each<SupplierDelivery>(
        runner, "queries/replenishment/deliveries.sql", kColumns,
        {{"date", retail::format_date(date)}}, [](const RowReader& reader, std::size_t row) {
            return SupplierDelivery{reader.text("supplier", row), reader.small("weekday", row),
                                    reader.scaled("units", row, kThousandths),
                                    reader.scaled("took_ms", row, kDayMs)};
        });
}

Result<std::vector<ShelfDay>> shelf_history(ports::QueryRunner& runner, StoreId store,
                                            std::int32_t date) {
    constexpr std::array kColumns = {
        ColumnSpec{"product_id", ColumnType::kText}, ColumnSpec{"day", ColumnType::kInt64},
        ColumnSpec{"on_hand", ColumnType::kInt64},   ColumnSpec{"out_share", ColumnType::kInt64},
        ColumnSpec{"out_hours", ColumnType::kInt64}, ColumnSpec{"sold", ColumnType::kInt64},
        ColumnSpec{"wasted", ColumnType::kInt64},    ColumnSpec{"received", ColumnType::kInt64}};
    return read_each<ShelfDay>(
        runner, "queries/replenishment/history.sql", kColumns, about(store, date),
        [](const RowReader& reader, std::size_t row) {
            return ShelfDay{.product_id = reader.text("product_id", row),
                            .day = static_cast<std::size_t>(reader.number("day", row)),
                            .on_hand = reader.scaled("on_hand", row, kThousandths),
                            .out_share = reader.scaled("out_share", row, kTenThousandths),
                            .out_hours = reader.scaled("out_hours", row, kThousandths),
                            .sold = reader.scaled("sold", row, kThousandths),
                            .wasted = reader.scaled("wasted", row, kThousandths),
                            .received = reader.scaled("received", row, kThousandths)};
        });
}

Result<std::vector<std::int32_t>> impact_dates(ports::QueryRunner& runner) {
    constexpr std::array kColumns = {ColumnSpec{"business_date", ColumnType::kDate}};
    return read_each<std::int32_t>(
        runner, "queries/replenishment/impact_dates.sql", kColumns, {},
        [](const RowReader& reader, std::size_t row) { return reader.date("business_date", row); });
}

}  // namespace shelfcast::queries
