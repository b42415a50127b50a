#include "tests/simulation/oracle.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <tuple>
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

/// The table of a topic.
std::string table_of(const std::string& topic) {
    std::string name = topic == "retail_events" ? "events" : topic;
    std::ranges::replace(name, '-', '_');
    return name;
}

/// A store's product on a day: what its rows but the receipt lines of retail_events come to.
struct StockDay {
    std::map<std::string, Wide> by_word;  // RELEASE counts against RESERVE
    std::int64_t rows = 0;
    std::int64_t counts = 0;
    std::pair<std::int64_t, std::int64_t> last_count{0, 0};  // when, how many
    Wide first_count = 0;  // packed, so that the greatest is the oldest
    std::int64_t last_ms = 0;

    void add(const std::string& word, const Meant& event) {
        ++rows;
        last_ms = std::max(last_ms, event.event_time_ms);
        if (word == "COUNT") {
            ++counts;
            const Wide left_ms = 10'000'000'000'000 - event.event_time_ms;
            first_count =
                std::max(first_count, left_ms * 1'000'000'000'000 + event.quantity_thousandths);
            last_count = std::max(last_count, {event.event_time_ms, event.quantity_thousandths});
        } else if (word == "RELEASE") {
            by_word["RESERVE"] -= event.quantity_thousandths;
        } else {
            by_word[word] += event.quantity_thousandths;
        }
    }
    [[nodiscard]] std::string text() const {
        std::string out = fmt::format("{} {}", rows, counts);
        for (const char* word : {"SALE", "RETURN", "CORRECTION", "WASTE", "RESERVE", "ANNOUNCED",
                                 "ARRIVED", "SHORT"}) {
            const auto found = by_word.find(word);
            out += " " + text_of(found == by_word.end() ? 0 : found->second);
        }
        const Wide packed = Wide{last_count.first} * 1'000'000'000'000 + last_count.second;
        return out + " " + text_of(first_count) + " " + text_of(packed) + " " +
               std::to_string(last_ms);
    }
};

struct Sums {
    std::array<Wide, 9> values{};  // in the order of the table's columns
    std::int64_t last_ms = 0;
    std::uint32_t sale_days = 0;
};

}  // namespace

Tables expected_tables(const std::vector<Logged>& log) {
    Tables tables{{"events", {}},
                  {"rejections", {}},
                  {"sales_transactions", {}},
                  {"inventory_updates", {}},
                  {"price_changes", {}},
                  {"customer_events", {}},
                  {"supplier_shipments", {}},
                  {"daily_sales", {}},
                  {"hourly_sales", {}},
                  {"product_sales", {}},
                  {"product_months", {}},
                  {"stock_days", {}}};
    std::map<std::tuple<std::string, std::uint32_t, std::uint64_t>, std::int64_t> accepted_in_hour;
    std::map<std::string, StockDay> stock_days;
    std::map<std::string, std::map<std::string, Sums>> sums;

    for (const Logged& at : log) {
        const Meant& event = *at.meant;
        const std::string place = fmt::format("{}/{}/{}", at.topic, at.partition, at.offset);
        if (event.broken || at.topic == "dead-letters") {
            tables["rejections"][place] = "dead letter";
            continue;
        }
        const std::int64_t hour = at.log_time_us / 3'600'000'000;
        if (event.id != 0) {
            const auto [seen, is_new] =
                accepted_in_hour.try_emplace({at.topic, at.partition, event.id}, hour);
            if (!is_new && hour - seen->second <= kHorizonHours) {
                tables["rejections"][place] = "duplicate";
                continue;
            }
            seen->second = hour;
        }
        const std::int64_t local_s = event.event_time_ms / 1000 + event.utc_offset_s;
        const std::int64_t date = local_s / kDayS;
        const std::string key_in_topic = fmt::format("{}/{}", at.partition, at.offset);
        const bool receipt_line = at.topic == "retail_events" || at.topic == "sales-transactions";
        const std::string word = !receipt_line                                  ? event.word
                                 : event.type == retail::TransactionType::kSale ? "SALE"
                                                                                : "RETURN";
        if (at.topic == "sales-transactions" || at.topic == "inventory-updates" ||
            at.topic == "supplier-shipments") {
            stock_days[fmt::format("{} {} {}", event.store, date, event.product)].add(word, event);
        }
        if (!receipt_line) {
            tables[table_of(at.topic)][key_in_topic] =
                fmt::format("{} {} {} {} {} {} {}", at.log_time_us, event.event_time_ms, date,
                            event.store, event.product, word,
                            at.topic == "price-changes" ? event.price_ten_thousandths
                                                        : event.quantity_thousandths);
            continue;
        }
        const std::int64_t hour_start = local_s / 3600 * 3600 - event.utc_offset_s;
        const Wide amount = Wide{event.quantity_thousandths} * event.price_ten_thousandths;
        const bool sale = event.type == retail::TransactionType::kSale;
        const bool returned = event.type == retail::TransactionType::kReturn;
        const Wide revenue = sale ? amount : returned ? -amount : 0;
        tables[table_of(at.topic)][key_in_topic] = fmt::format(
            "{} {} {} {} {} {} {} {} {} {} {}", at.log_time_us, event.event_time_ms, date,
            hour_start, event.store, event.product, event.category, static_cast<int>(event.type),
            event.quantity_thousandths, event.price_ten_thousandths, text_of(revenue));
        if (at.topic != "retail_events") {
            continue;
        }
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
    for (const auto& [key, day] : stock_days) {
        tables["stock_days"][key] = day.text();
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
