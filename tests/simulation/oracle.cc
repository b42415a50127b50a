#include "tests/simulation/oracle.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <utility>

namespace shelfcast::simulation {
namespace {

constexpr std::int64_t kHorizonHours = 48;
constexpr std::int64_t kDayS = 86'400;

__extension__ using Wide = __int128;

std::string text_of(Wide value) {
    if (value < 0) {
        return "-" + text_of(-value);
    }
    std::string digits;
    do {
        digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
        value /= 10;
    } while (value > 0);
    return digits;
}

struct Sums {
    std::array<Wide, 9> values{};  // in the order of the table's columns
    std::int64_t last_ms = 0;
    std::uint32_t sale_days = 0;
};

}  // namespace

Tables expected_tables(const std::vector<Logged>& log) {
    Tables tables{{"events", {}},       {"rejections", {}},    {"daily_sales", {}},
                  {"hourly_sales", {}}, {"product_sales", {}}, {"product_months", {}}};
    std::map<std::pair<std::uint32_t, std::uint64_t>, std::int64_t> accepted_in_hour;
    std::map<std::string, std::map<std::string, Sums>> sums;

    for (const Logged& at : log) {
        const Meant& event = *at.meant;
        const std::string place = fmt::format("{}/{}/{}", at.topic, at.partition, at.offset);
        if (event.broken || at.topic != "retail_events") {
            tables["rejections"][place] = "dead letter";
            continue;
        }
        const std::int64_t hour = at.log_time_us / 3'600'000'000;
        if (event.id != 0) {
            const auto [seen, is_new] =
                accepted_in_hour.try_emplace({at.partition, event.id}, hour);
            if (!is_new && hour - seen->second <= kHorizonHours) {
                tables["rejections"][place] = "duplicate";
                continue;
            }
            seen->second = hour;
        }
        const std::int64_t local_s = event.event_time_ms / 1000 + event.utc_offset_s;
        const std::int64_t date = local_s / kDayS;
        const std::int64_t hour_start = local_s / 3600 * 3600 - event.utc_offset_s;
        const Wide amount = Wide{event.quantity_thousandths} * event.price_ten_thousandths;
        const bool sale = event.type == retail::TransactionType::kSale;
        const bool returned = event.type == retail::TransactionType::kReturn;
        const Wide revenue = sale ? amount : returned ? -amount : 0;
        tables["events"][fmt::format("{}/{}", at.partition, at.offset)] = fmt::format(
            "{} {} {} {} {} {} {} {} {} {} {}", at.log_time_us, event.event_time_ms, date,
            hour_start, event.store, event.product, event.category, static_cast<int>(event.type),
            event.quantity_thousandths, event.price_ten_thousandths, text_of(revenue));

        const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::days{date}}};
        const auto day_of_month = static_cast<unsigned>(day.day());
        const std::array<std::pair<std::string, std::string>, 4> keys = {
            std::pair{"daily_sales", fmt::format("{} {} {}", date, event.store, event.category)},
            std::pair{"hourly_sales", fmt::format("{} {} {}", event.store, date, hour_start)},
            std::pair{"product_sales",
                      fmt::format("{} {} {} {}", date, event.store, event.product, event.category)},
            std::pair{"product_months",
                      fmt::format("{} {} {} {}", event.store, date - (day_of_month - 1),
                                  event.product, event.category)},
        };
        for (const auto& [table, key] : keys) {
            Sums& row = sums[table][key];
            const std::size_t kind = sale ? 0 : returned ? 1 : 2;
            row.values[0] += 1;
            row.values[1 + kind] += 1;
            row.values[4 + kind] += event.quantity_thousandths;
            if (kind < 2) {
                row.values[7 + kind] += amount;
            }
            row.last_ms = std::max(row.last_ms, event.event_time_ms);
            row.sale_days |= sale ? 1U << (day_of_month - 1) : 0;
        }
    }
    for (const auto& [table, rows] : sums) {
        for (const auto& [key, row] : rows) {
            std::string text;
            for (const Wide value : row.values) {
                text += text_of(value) + " ";
            }
            tables[table][key] =
                text + text_of(row.last_ms) +
                (table == "product_months" ? fmt::format(" {}", row.sale_days) : "");
        }
    }
    return tables;
}

}  // namespace shelfcast::simulation
