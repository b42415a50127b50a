#pragma once

/// \file tests/contract/store_day_book_contract.h
/// What every StoreDayBook promises, as more tests of the operational store's suite: include it
/// beside that one, before it is instantiated.

#include <optional>
#include <vector>

#include "ports/store_day_book.h"
#include "tests/contract/operational_store_contract.h"

namespace shelfcast::contract {

TEST_P(OperationalStoreContract, LocalEventsAreReplacedByStoreAndDate) {
    using retail::LocalEvent;
    const LocalEvent fair{StoreId{0}, 20'000, "Fair"};
    const LocalEvent match{StoreId{7}, 20'000, "F\xC3\xA9te, \"2\""};
    const LocalEvent later{StoreId{7}, 20'300, "Match"};
    EXPECT_TRUE(value(store_days().local_events()).empty());
    EXPECT_EQ(value(store_days().put_local_events({later, match, fair})), 3U);
    EXPECT_EQ(value(store_days().put_local_events({match, fair})), 0U);
    const LocalEvent taken_back{StoreId{7}, 20'300, ""};
    EXPECT_EQ(value(store_days().put_local_events({taken_back, fair})), 1U);
    expect_error(store_days().put_local_events({{StoreId{8}, 20'000, "A"}, fair, fair}),
                 ErrorKind::kInvalidInput, "store 0 on 2024-10-04");
    harness_->reopen();
    EXPECT_EQ(value(store_days().local_events()), (std::vector{fair, match, taken_back}));
}

TEST_P(OperationalStoreContract, WeatherIsReplacedByStoreAndDateAndKnowsWhenItWasGiven) {
    using retail::DayWeather;
    const DayWeather cold{StoreId{7}, 20'000, -4'150, 0, 10};
    const DayWeather dry{StoreId{7}, 20'001, std::nullopt, 25, 10};
    const DayWeather unknown{StoreId{2}, 20'002, std::nullopt, std::nullopt, 10};
    const ports::DateSpan all{20'000, 20'002};
    EXPECT_TRUE(value(store_days().weather(all)).empty());
    EXPECT_EQ(value(store_days().put_weather({dry, cold, unknown})), 3U);
    DayWeather again = cold;
    again.given_at_us = 20;
    EXPECT_EQ(value(store_days().put_weather({again, dry})), 0U);  // When it was first given.
    EXPECT_EQ(value(store_days().weather(all)), (std::vector{unknown, cold, dry}));
    DayWeather observed = cold;
    observed.precipitation_hundredths_mm = std::nullopt;
    observed.given_at_us = 30;
    EXPECT_EQ(value(store_days().put_weather({observed, dry})), 1U);
    expect_error(store_days().put_weather({dry, dry}), ErrorKind::kInvalidInput,
                 "store 7 on 2024-10-05");
    harness_->reopen();
    EXPECT_EQ(value(store_days().weather(all)), (std::vector{unknown, observed, dry}));
    EXPECT_EQ(value(store_days().weather({20'001, 20'001})), std::vector{dry});
}

}  // namespace shelfcast::contract
