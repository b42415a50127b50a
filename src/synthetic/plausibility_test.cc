/// A year of a chain behaves as chains do: within bounds that a retailer would believe.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

#include "retail/tables.h"
#include "synthetic/store_simulation.h"

namespace shelfcast::synthetic {
namespace {

using retail::TextColumn;
using retail::TransactionType;
using Numbers = std::vector<std::int64_t>;

/// What the tests below ask of a year, summed once.
struct Year {
    std::array<double, 7> sales_by_weekday{};
    std::array<std::map<std::string, double>, 12> demand_by_kind;  ///< By month.
    double lines = 0;
    double returns = 0;
    double deliveries = 0;
    double late = 0;
    double clothing_sales = 0;
    double clothing_returns = 0;
    double receipts = 0;
    double waste = 0;
    double theft = 0;
    double demand = 0;
    double sales = 0;
    double rows = 0;
    double rows_without_sale = 0;
    std::set<std::string> baskets;
    /// Demand per day of a product in a store, on offer and not: sums and days.
    std::map<std::string, std::array<double, 4>> by_offer;
};

constexpr ChainOptions kOptions{.stores = 3, .products = 240, .first_date = 20'089, .days = 364};

const Chain& chain() {
    static const auto kChain = [] {
        auto made = Chain::create(kOptions);
        EXPECT_TRUE(made);
        return std::move(*made);
    }();
    return kChain;
}

void add_events(const DayRows& rows, std::int32_t date, Year& year) {
    const auto& types = rows.events.data<std::vector<std::int8_t>>("transaction_type");
    const auto& categories = rows.events.data<TextColumn>("category");
    const auto& baskets = rows.events.data<TextColumn>("basket_id");
    for (std::size_t row = 0; row < types.size(); ++row) {
        const auto type = static_cast<TransactionType>(types[row]);
        const bool clothing = categories[row] == "Clothing";
        if (type == TransactionType::kSale) {
            year.lines += 1;
            year.clothing_sales += clothing ? 1 : 0;
            year.sales_by_weekday[static_cast<std::size_t>(weekday_of(date))] += 1;
            year.baskets.emplace(baskets[row]);
        } else if (type == TransactionType::kReturn) {
            year.returns += 1;
            year.clothing_returns += clothing ? 1 : 0;
        }
    }
    const auto& promised = rows.deliveries.data<std::vector<std::uint16_t>>("promised_date");
    const auto& delivered = rows.deliveries.data<std::vector<std::uint16_t>>("delivered_date");
    for (std::size_t row = 0; row < promised.size(); ++row) {
        year.deliveries += 1;
        year.late += delivered[row] > promised[row] ? 1 : 0;
    }
}

void add_truth(const DayRows& rows, std::int32_t date, std::uint32_t store, Year& year) {
    const auto month = static_cast<std::size_t>(retail::civil_from_days(date).month - 1);
    const auto number = [&](std::string_view column, std::size_t row) {
        return static_cast<double>(rows.truth.data<Numbers>(column)[row]) / 1000;
    };
    const auto& ids = rows.truth.data<TextColumn>("product_id");
    const auto& offers = rows.truth.data<std::vector<std::uint8_t>>("on_offer");
    for (std::size_t row = 0; row < rows.truth.rows(); ++row) {
        const double demand = number("true_demand", row);
        year.receipts += number("receipts", row);
        year.waste += number("waste", row);
        year.theft += number("theft", row);
        year.demand += demand;
        year.sales += number("sales", row);
        year.rows += 1;
        year.rows_without_sale += number("sales", row) == 0 ? 1 : 0;
        year.demand_by_kind[month][std::string(ids[row].substr(0, 3))] += demand;
        auto& sums = year.by_offer[std::to_string(store) + std::string(ids[row])];
        sums[offers[row] != 0 ? 0 : 2] += demand;
        sums[offers[row] != 0 ? 1 : 3] += 1;
    }
}

const Year& year() {
    static const Year kYear = [] {
        Year sums;
        for (std::uint32_t store = 0; store < kOptions.stores; ++store) {
            StoreSimulation simulation(chain(), store);
            LogStamp log;
            for (std::uint32_t day = 0; day < kOptions.days; ++day) {
                DayRows rows = DayRows::empty();
                const std::int32_t date = simulation.date();
                simulation.simulate_day(rows, log);
                add_events(rows, date, sums);
                add_truth(rows, date, store, sums);
            }
        }
        return sums;
    }();
    return kYear;
}

TEST(Plausibility, SaturdayIsTheBusiestDay) {
    const auto& days = year().sales_by_weekday;
    EXPECT_GT(days[5], 1.4 * days[0]);
    EXPECT_GT(days[4], 1.2 * days[1]);
    EXPECT_LT(days[6], days[5]);
}

TEST(Plausibility, SeasonsShow) {
    const auto month = [&](int number, const char* kind) {
        return year().demand_by_kind[static_cast<std::size_t>(number - 1)].at(kind);
    };
    EXPECT_GT(month(7, "ICE"), 2.5 * month(1, "ICE"));
    EXPECT_GT(month(1, "SOU"), 1.5 * month(7, "SOU"));
    const auto gifts = [&](int number) {
        return month(number, "BRI") + month(number, "GAM") + month(number, "CAN");
    };
    EXPECT_GT(gifts(12), 1.8 * gifts(3));
    EXPECT_GT(month(7, "SUN"), 8 * month(12, "SUN"));
    EXPECT_NEAR(month(3, "PAS") / month(9, "PAS"), 1, 0.35);
}

TEST(Plausibility, SharesAreBelievable) {
    const Year& sums = year();
    EXPECT_NEAR(sums.clothing_returns / sums.clothing_sales, 0.093, 0.03);
    EXPECT_GT(sums.returns / sums.lines, 0.004);
    EXPECT_LT(sums.returns / sums.lines, 0.03);
    EXPECT_NEAR(sums.late / sums.deliveries, 0.10, 0.06);
    EXPECT_GT(sums.waste / sums.receipts, 0.005);
    EXPECT_LT(sums.waste / sums.receipts, 0.08);
    EXPECT_GT(sums.theft / sums.receipts, 0.001);
    EXPECT_LT(sums.theft / sums.receipts, 0.03);
    // Empty shelves cost some sales, not most.
    EXPECT_GT(1 - sums.sales / sums.demand, 0.01);
    EXPECT_LT(1 - sums.sales / sums.demand, 0.15);
    EXPECT_GT(sums.rows_without_sale / sums.rows, 0.2);
    EXPECT_NEAR(sums.lines / static_cast<double>(sums.baskets.size()), 2.9, 0.7);
}

TEST(Plausibility, OffersLiftDemand) {
    double on_offer = 0;
    double expected = 0;
    for (const auto& [product, sums] : year().by_offer) {
        if (sums[1] > 0 && sums[3] > 100) {
            on_offer += sums[0];
            expected += sums[2] / sums[3] * sums[1];
        }
    }
    EXPECT_GT(on_offer / expected, 1.5);
    EXPECT_LT(on_offer / expected, 3.5);
}

/// The truth of one product (or of all: empty) in a store over some days.
struct Span {
    double demand = 0;
    double sales = 0;
    double receipts = 0;
    double theft = 0;
    double days = 0;
    std::int64_t lowest_price = INT64_MAX;
    std::int64_t highest_price = 0;
};

Span span_of(std::uint32_t store, const std::string& product, std::int32_t from, std::int32_t to) {
    StoreSimulation simulation(chain(), store);
    LogStamp log;
    Span span;
    while (simulation.date() <= to) {
        DayRows rows = DayRows::empty();
        const bool counts = simulation.date() >= from;
        simulation.simulate_day(rows, log);
        span.days += counts ? 1 : 0;
        for (std::size_t row = 0; counts && row < rows.truth.rows(); ++row) {
            if (!product.empty() && rows.truth.data<TextColumn>("product_id")[row] != product) {
                continue;
            }
            const auto number = [&](std::string_view column) {
                return static_cast<double>(rows.truth.data<Numbers>(column)[row]) / 1000;
            };
            span.demand += number("true_demand");
            span.sales += number("sales");
            span.receipts += number("receipts");
            span.theft += number("theft");
            const std::int64_t price = rows.truth.data<Numbers>("unit_price")[row];
            span.lowest_price = std::min(span.lowest_price, price);
            span.highest_price = std::max(span.highest_price, price);
        }
    }
    return span;
}

TEST(Plausibility, WhatIsPlantedHappens) {
    std::map<PlantedKind, int> seen;
    for (const PlantedEvent& event : chain().planted()) {
        // One of each will do; a week before it must be there to compare with.
        if (event.first_date < kOptions.first_date + 8 || event.kind == PlantedKind::kSilentTill ||
            ++seen[event.kind] > 1) {
            continue;
        }
        const std::string product =
            event.product == kNoProduct ? "" : chain().products()[event.product].product_id;
        const Span during = span_of(event.store, product, event.first_date, event.last_date);
        const Span same_weekdays =
            span_of(event.store, product, event.first_date - 7, event.first_date - 7);
        const auto where = ::testing::Message()
                           << to_string(event.kind) << " store " << event.store << " " << product
                           << " from " << retail::format_date(event.first_date);
        switch (event.kind) {
            case PlantedKind::kStoreSpike:
                EXPECT_GT(during.demand, 1.6 * same_weekdays.demand) << where;
                break;
            case PlantedKind::kStoreDrop:
                EXPECT_LT(during.demand, 0.5 * same_weekdays.demand) << where;
                break;
            case PlantedKind::kProductSpike:
                EXPECT_GT(during.demand / during.days, 1.5 * same_weekdays.demand) << where;
                break;
            case PlantedKind::kProductDrop:
                EXPECT_EQ(during.demand, 0) << where;
                break;
            case PlantedKind::kPriceError:
                EXPECT_LT(during.lowest_price, same_weekdays.lowest_price / 5) << where;
                break;
            case PlantedKind::kPhantomStock:
                EXPECT_GT(during.theft, 0) << where;
                break;
            case PlantedKind::kTheft:
                EXPECT_GT(during.theft, 10 * (same_weekdays.theft + 1)) << where;
                break;
            case PlantedKind::kSilentTill:
                break;
        }
    }
    EXPECT_GE(seen.size(), 6U);
}

TEST(Plausibility, SilentTillSendsNothing) {
    const auto event =
        std::ranges::find(chain().planted(), PlantedKind::kSilentTill, &PlantedEvent::kind);
    ASSERT_NE(event, chain().planted().end());
    StoreSimulation simulation(chain(), event->store);
    const retail::TimeZone& zone = *chain().profiles()[event->store].zone;
    LogStamp log;
    DayRows rows = DayRows::empty();
    while (simulation.date() <= event->first_date) {
        rows = DayRows::empty();
        simulation.simulate_day(rows, log);
    }
    const std::string name = "R" + std::to_string(event->register_number);
    int silent = 0;
    int heard = 0;
    for (std::size_t row = 0; row < rows.events.rows(); ++row) {
        const std::int64_t utc_ms = rows.events.data<Numbers>("event_time")[row];
        const std::int64_t hour =
            (utc_ms / 1000 + zone.offset_s(utc_ms)) / 3600 - std::int64_t{event->first_date} * 24;
        if (hour < event->first_hour || hour >= event->end_hour) {
            continue;
        }
        const bool same = rows.events.data<TextColumn>("register_id")[row] == name;
        silent += same ? 1 : 0;
        heard += same ? 0 : 1;
    }
    EXPECT_EQ(silent, 0);
    EXPECT_GT(heard, 0);
}

}  // namespace
}  // namespace shelfcast::synthetic
