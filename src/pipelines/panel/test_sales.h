#pragma once

/// \file pipelines/panel/test_sales.h
/// A warehouse that has some sales, for tests of what is made from the daily panel. It answers the
/// panel queries as the real one would, and remembers what is written. Not for production code.

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "ports/derived_tables.h"
#include "ports/query_runner.h"
#include "queries/daily_panel.h"
#include "retail/time_zone.h"

namespace shelfcast::panel {

class TestSales final : public ports::QueryRunner, public ports::DerivedTables {
public:
    struct Sale {
        std::uint32_t store = 1;
        std::string product;
        std::int32_t date = 0;
        double units = 0;
        double price = 2;
        bool is_promoted = false;
        std::uint32_t stock_out_mask = 0;
    };

    Result<retail::ColumnBlock> read_rows(std::string_view /*sql*/,
                                          std::span<const retail::ColumnSpec> columns,
                                          const ports::QueryValues& values) override {
        if (away) {
            return fail(ErrorKind::kUnavailable, "the warehouse is away");
        }
        retail::ColumnBlock rows = retail::make_block(columns);
        const auto has = [&](std::string_view name) {
            return std::ranges::find(columns, name, &retail::ColumnSpec::name) != columns.end();
        };
        if (has("stock_out_mask")) {
            add_days(rows, values);
        } else if (has("last_over")) {
            add_dates(rows);
        } else if (has("brand")) {
            for (const auto& [product, category] : categories) {
                rows.data<retail::TextColumn>("product_id").push_back(product);
                rows.data<retail::TextColumn>("category").push_back(category);
                rows.data<retail::TextColumn>("brand").push_back("Leaf");
            }
        } else if (has("holiday_date")) {
            for (const std::int32_t date : holidays) {
                rows.data<std::vector<std::uint32_t>>("store_id").push_back(1);
                rows.data<std::vector<std::uint16_t>>("holiday_date")
                    .push_back(static_cast<std::uint16_t>(date));
            }
        } else if (has("hour")) {
            hours_asked_to = values.at("to");
            for (const auto& [hour, lines] : sold_by_hour) {
                rows.data<std::vector<std::uint8_t>>("hour").push_back(hour);
                rows.data<std::vector<std::int64_t>>("sales").push_back(lines);
            }
        } else if (has("entries")) {
            std::map<std::uint32_t, std::uint64_t> entries;
            for (const Sale& sale : sales) {
                ++entries[sale.store];
            }
            for (const auto& [store, count] : entries) {
                rows.data<std::vector<std::uint32_t>>("store_id").push_back(store);
                rows.data<std::vector<std::uint64_t>>("entries").push_back(count);
            }
        } else if (has("is_known") && on_hand_thousandths) {
            add_position(rows);
        }
        return rows;
    }
    Status compute(std::string_view sql, const ports::QueryValues& values) override {
        computed.emplace_back(sql, values);
        return {};
    }
    Result<std::string> read_parquet(std::string_view /*sql*/,
                                     const ports::QueryValues& /*values*/) override {
        return fail(ErrorKind::kInvalidInput, "not asked for here");
    }
    Status put_derived(std::string_view table, const retail::ColumnBlock& rows) override {
        if (when_put) {
            when_put();
        }
        if (refuses) {
            return fail(ErrorKind::kUnavailable, "refused");
        }
        written.emplace_back(table, rows);
        return {};
    }

    /// Sells so many units of a product on each of those days.
    void sell_daily(const std::string& product, std::int32_t from, std::int32_t to, double units,
                    std::uint32_t store = 1) {
        for (std::int32_t date = from; date <= to; ++date) {
            sales.push_back({.store = store, .product = product, .date = date, .units = units});
        }
        categories.try_emplace(product, "Drinks");
    }
    [[nodiscard]] std::size_t rows_of(std::string_view table) const {
        std::size_t rows = 0;
        for (const auto& [name, block] : written) {
            rows += name == table ? block.rows() : 0;
        }
        return rows;
    }

    std::vector<Sale> sales;
    std::map<std::string, std::string> categories;
    std::vector<std::int32_t> holidays;
    std::map<std::uint8_t, std::int64_t> sold_by_hour;
    std::string hours_asked_to;  ///< The last date of the last question for them.
    std::int32_t last_over = 0;  ///< 0: the last date with sales.
    std::optional<std::int64_t> on_hand_thousandths;  ///< Of tea in store 1.
    bool away = false;
    bool refuses = false;
    std::function<void()> when_put;
    std::vector<std::pair<std::string, retail::ColumnBlock>> written;
    std::vector<std::pair<std::string, ports::QueryValues>> computed;

private:
    [[nodiscard]] std::int32_t over() const {
        std::int32_t newest = 0;
        for (const Sale& sale : sales) {
            newest = std::max(newest, sale.date);
        }
        return last_over == 0 ? newest : last_over;
    }

    void add_days(retail::ColumnBlock& rows, const ports::QueryValues& values) {
        const auto first = static_cast<std::uint32_t>(std::stoul(values.at("first_store")));
        const auto last = static_cast<std::uint32_t>(std::stoul(values.at("last_store")));
        std::vector<Sale> sorted = sales;
        std::ranges::stable_sort(sorted, {}, [](const Sale& sale) {
            return std::tuple(sale.store, sale.product, sale.date);
        });
        for (const Sale& sale : sorted) {
            const std::string date = retail::format_date(sale.date);
            if (sale.store < first || sale.store > last || date < values.at("from") ||
                date > values.at("to")) {
                continue;
            }
            rows.data<std::vector<std::uint32_t>>("store_id").push_back(sale.store);
            rows.data<retail::TextColumn>("product_id").push_back(sale.product);
            rows.data<std::vector<std::uint16_t>>("business_date")
                .push_back(static_cast<std::uint16_t>(sale.date));
            rows.data<std::vector<std::int64_t>>("units").push_back(
                static_cast<std::int64_t>(sale.units * 1'000));
            rows.data<std::vector<std::int64_t>>("price").push_back(
                sale.units > 0 ? static_cast<std::int64_t>(sale.price * 10'000) : 0);
            rows.data<std::vector<std::uint8_t>>("is_promoted").push_back(sale.is_promoted ? 1 : 0);
            rows.data<std::vector<std::uint32_t>>("stock_out_mask").push_back(sale.stock_out_mask);
        }
    }

    void add_dates(retail::ColumnBlock& rows) {
        std::int32_t first = 0;
        std::int32_t last = 0;
        for (const Sale& sale : sales) {
            if (sale.units > 0 && sale.date <= over()) {
                first = first == 0 ? sale.date : std::min(first, sale.date);
                last = std::max(last, sale.date);
            }
        }
        for (const auto& [column, date] :
             {std::pair{"last_over", over()}, std::pair{"first_date", first},
              std::pair{"last_date", last}}) {
            rows.data<std::vector<std::uint16_t>>(column).push_back(
                static_cast<std::uint16_t>(date));
        }
    }

    void add_position(retail::ColumnBlock& rows) {
        for (retail::Column& column : rows.columns) {
            if (column.name == "store_id") {
                std::get<std::vector<std::uint32_t>>(column.data).push_back(1);
            } else if (column.name == "product_id") {
                std::get<retail::TextColumn>(column.data).push_back("tea");
            } else if (column.name == "is_known") {
                std::get<std::vector<std::uint8_t>>(column.data).push_back(1);
            } else {
                std::get<std::vector<std::int64_t>>(column.data)
                    .push_back(column.name == "on_hand" ? *on_hand_thousandths : 0);
            }
        }
    }
};

}  // namespace shelfcast::panel
