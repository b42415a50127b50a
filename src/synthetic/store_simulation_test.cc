#include "synthetic/store_simulation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include "retail/event_codec.h"
#include "retail/tables.h"

namespace shelfcast::synthetic {
namespace {

using retail::TextColumn;
using retail::TransactionType;
using Numbers = std::vector<std::int64_t>;

Chain chain_of(const ChainOptions& options) {
    auto chain = Chain::create(options);
    EXPECT_TRUE(chain) << chain.error().message;
    return std::move(*chain);
}

DayRows play(const Chain& chain, std::uint32_t store, int days) {
    StoreSimulation simulation(chain, store);
    DayRows rows = DayRows::empty();
    LogStamp log;
    for (int day = 0; day < days; ++day) {
        simulation.simulate_day(rows, log);
    }
    return rows;
}

TransactionType type_at(const DayRows& rows, std::size_t row) {
    return static_cast<TransactionType>(
        rows.events.data<std::vector<std::int8_t>>("transaction_type")[row]);
}

TEST(StoreSimulation, RowsDependOnNothingButTheOptions) {
    constexpr int kDays = 45;
    const Chain chain = chain_of({.stores = 6, .products = 150, .days = kDays, .seed = 11});
    std::vector<DayRows> in_order;
    for (std::uint32_t store = 0; store < 6; ++store) {
        in_order.push_back(play(chain, store, kDays));
    }
    // Two threads, stores interleaved day by day, a block of rows of its own for each day.
    const Chain again = chain_of(chain.options());
    std::vector<DayRows> by_threads(6, DayRows::empty());
    const auto work = [&](std::uint32_t first) {
        std::vector<std::unique_ptr<StoreSimulation>> simulations;
        std::vector<LogStamp> logs(3);
        for (std::uint32_t i = 0; i < 3; ++i) {
            simulations.push_back(std::make_unique<StoreSimulation>(again, first + 2 * i));
        }
        for (int day = 0; day < kDays; ++day) {
            for (std::uint32_t i = 0; i < 3; ++i) {
                DayRows rows = DayRows::empty();
                simulations[i]->simulate_day(rows, logs[i]);
                DayRows& all = by_threads[first + 2 * i];
                for (std::size_t row = 0; row < rows.events.rows(); ++row) {
                    retail::append_row(all.events, rows.events, row);
                }
                for (std::size_t row = 0; row < rows.truth.rows(); ++row) {
                    retail::append_row(all.truth, rows.truth, row);
                }
                for (std::size_t row = 0; row < rows.deliveries.rows(); ++row) {
                    retail::append_row(all.deliveries, rows.deliveries, row);
                }
            }
        }
    };
    {
        const std::jthread even(work, 0);
        const std::jthread odd(work, 1);
    }
    for (std::uint32_t store = 0; store < 6; ++store) {
        EXPECT_EQ(content_hash(in_order[store].events), content_hash(by_threads[store].events));
        EXPECT_EQ(content_hash(in_order[store].truth), content_hash(by_threads[store].truth));
        EXPECT_EQ(content_hash(in_order[store].deliveries),
                  content_hash(by_threads[store].deliveries));
    }
    const Chain other = chain_of({.stores = 6, .products = 150, .days = kDays, .seed = 12});
    EXPECT_NE(content_hash(play(other, 0, kDays).events), content_hash(in_order[0].events));
}

/// Units by product and kind of movement, from event rows.
struct Moved {
    std::int64_t sold = 0;
    std::int64_t returned = 0;
    std::int64_t received = 0;
    auto operator<=>(const Moved&) const = default;
};

std::map<std::string, Moved, std::less<>> moved_by_product(const DayRows& rows) {
    std::map<std::string, Moved, std::less<>> moved;
    const auto& ids = rows.events.data<TextColumn>("product_id");
    const auto& quantities = rows.events.data<Numbers>("quantity");
    for (std::size_t row = 0; row < rows.events.rows(); ++row) {
        Moved& product = moved[std::string(ids[row])];
        const TransactionType type = type_at(rows, row);
        (type == TransactionType::kSale     ? product.sold
         : type == TransactionType::kReturn ? product.returned
                                            : product.received) += quantities[row];
    }
    return moved;
}

TEST(StoreSimulation, StockIsConservedAndAgreesWithTheEvents) {
    for (const std::uint64_t seed : {1ULL, 2ULL, 3ULL}) {
        const Chain chain = chain_of({.stores = 14, .products = 250, .days = 120, .seed = seed});
        for (const std::uint32_t store : {0U, 5U, 12U}) {
            StoreSimulation simulation(chain, store);
            LogStamp log;
            std::map<std::string, std::int64_t, std::less<>> closing;
            for (int day = 0; day < 120; ++day) {
                DayRows rows = DayRows::empty();
                simulation.simulate_day(rows, log);
                auto moved = moved_by_product(rows);
                std::map<std::string, std::int64_t, std::less<>> closing_today;
                const auto number = [&](std::string_view column, std::size_t row) {
                    return rows.truth.data<Numbers>(column)[row];
                };
                for (std::size_t row = 0; row < rows.truth.rows(); ++row) {
                    const std::string id(rows.truth.data<TextColumn>("product_id")[row]);
                    const auto where = ::testing::Message() << "seed " << seed << " store " << store
                                                            << " day " << day << " product " << id;
                    ASSERT_EQ(number("opening", row) + number("receipts", row) +
                                  number("returns", row) - number("sales", row) -
                                  number("waste", row) - number("theft", row),
                              number("closing", row))
                        << where;
                    ASSERT_EQ(number("opening", row), closing[id]) << where;
                    ASSERT_EQ((Moved{number("sales", row), number("returns", row),
                                     number("receipts", row)}),
                              moved[id])
                        << where;
                    ASSERT_GE(number("closing", row), 0) << where;
                    ASSERT_GE(number("true_demand", row), number("sales", row)) << where;
                    if (number("true_demand", row) > number("sales", row)) {
                        // Who wanted more found the shelf empty.
                        ASSERT_LE(number("sales", row), number("opening", row) +
                                                            number("receipts", row) +
                                                            number("returns", row))
                            << where;
                    }
                    closing_today[id] = number("closing", row);
                    moved.erase(id);
                }
                EXPECT_TRUE(moved.empty()) << "an event without truth: " << moved.begin()->first;
                for (const auto& [id, units] : closing) {
                    // What has no row had nothing left.
                    ASSERT_TRUE(units == 0 || closing_today.contains(id)) << id;
                }
                closing = std::move(closing_today);
            }
            const std::vector<std::int64_t> stock = simulation.stock();
            for (std::size_t i = 0; i < stock.size(); ++i) {
                EXPECT_EQ(stock[i], closing[chain.products()[i].product_id]);
            }
        }
    }
}

TEST(StoreSimulation, StockNeverRunsBelowZeroInTheOrderOfTheEvents) {
    const Chain chain = chain_of({.stores = 2, .products = 120, .days = 90, .seed = 4});
    const DayRows rows = play(chain, 1, 90);
    const auto& times = rows.events.data<Numbers>("event_time");
    const auto& ids = rows.events.data<TextColumn>("product_id");
    const auto& quantities = rows.events.data<Numbers>("quantity");
    EXPECT_TRUE(std::ranges::is_sorted(times));
    std::map<std::string_view, std::int64_t> units;
    for (std::size_t row = 0; row < rows.events.rows(); ++row) {
        auto& of_product = units[ids[row]];
        of_product +=
            type_at(rows, row) == TransactionType::kSale ? -quantities[row] : quantities[row];
        ASSERT_GE(of_product, 0) << ids[row] << " in row " << row;
    }
}

/// The row's message, as a till would send it.
std::string message_of(const retail::ColumnBlock& events, std::size_t row) {
    const auto number = [&](std::string_view column, int scale) {
        return retail::format_decimal(events.data<Numbers>(column)[row], scale, true);
    };
    const auto optional = [&](std::string_view column) {
        const auto& values = events.data<retail::NullableInt64>(column);
        return values.nulls[row] != 0 ? std::string()
                                      : retail::format_decimal(values.values[row], 4, true);
    };
    const std::string time = retail::format_utc_ms(events.data<Numbers>("event_time")[row]);
    const retail::Uuid id = events.data<std::vector<retail::Uuid>>("event_id")[row];
    const std::string id_text = retail::format_uuid({id.high, id.low});
    const std::string quantity = number("quantity", 3);
    const std::string price = number("unit_price", 4);
    const std::string cost = optional("unit_cost");
    const std::string discount = optional("discount");
    retail::EventText text;
    text.event_time = time;
    text.store_id = events.data<std::vector<std::uint32_t>>("store_id")[row];
    text.product_id = events.data<TextColumn>("product_id")[row];
    text.category = events.data<TextColumn>("category")[row];
    text.transaction_type = retail::to_string(static_cast<TransactionType>(
        events.data<std::vector<std::int8_t>>("transaction_type")[row]));
    text.quantity = quantity;
    text.unit_price = price;
    text.event_id = id_text;
    text.register_id = events.data<TextColumn>("register_id")[row];
    text.customer_id = events.data<TextColumn>("customer_id")[row];
    text.basket_id = events.data<TextColumn>("basket_id")[row];
    text.promotion_id = events.data<TextColumn>("promotion_id")[row];
    text.unit_cost = cost;
    text.discount = discount;
    std::string message;
    retail::append_message(message, text);
    return message;
}

TEST(StoreSimulation, RowsAreWhatTheCodecMakesOfTheirMessages) {
    // The days hold the spring changes of Europe (30 March) and America (9 March).
    const Chain chain = chain_of({.stores = 40,
                                  .products = 90,
                                  .first_date = retail::days_from_civil(2025, 3, 7),
                                  .days = 26,
                                  .seed = 21});
    const auto catalog = retail::StoreCatalog::build(CatalogVersion{1}, chain.stores());
    ASSERT_TRUE(catalog);
    retail::EventDecoder decoder;
    std::set<std::string> zones;
    for (std::uint32_t store = 0; store < 40; store += 3) {
        zones.insert(chain.stores()[store].time_zone);
        StoreSimulation simulation(chain, store);
        LogStamp log{.partition = 7, .next_offset = 100, .time_us = 1'790'000'000'000'000};
        DayRows rows = DayRows::empty();
        std::vector<std::int32_t> dates;
        for (int day = 0; day < 26; ++day) {
            simulation.simulate_day(rows, log);
            dates.resize(rows.events.rows(), chain.options().first_date + day);
        }
        retail::ColumnBlock decoded =
            retail::make_table_block(retail::operator_table(retail::kEventsTable));
        EventRows writer(decoded);
        LogStamp copy{.partition = 7, .next_offset = 100, .time_us = 1'790'000'000'000'000};
        retail::Event event;
        retail::Rejection rejection;
        for (std::size_t row = 0; row < rows.events.rows(); ++row) {
            std::string message = message_of(rows.events, row);
            const std::size_t bytes = message.size();
            message.append(retail::EventDecoder::kPadding, '\0');
            ASSERT_EQ(decoder.decode(std::string_view(message).substr(0, bytes), copy.time_us,
                                     *catalog, event, rejection),
                      retail::RejectReason::kNone)
                << rejection.detail << ": " << message.substr(0, bytes);
            ASSERT_EQ(event.business_date, dates[row]) << message;
            writer.append(event, copy);
        }
        EXPECT_EQ(rows.events, decoded) << chain.stores()[store].name;
    }
    EXPECT_GT(zones.size(), 6U);
}

}  // namespace
}  // namespace shelfcast::synthetic
