#include "pipelines/produce/synthetic_source.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <memory>
#include <set>

#include "retail/event_codec.h"

namespace shelfcast::produce {
namespace {

using retail::TransactionType;

constexpr std::int64_t kMonday = 1'795'392'000'000;  // 2026-11-23T00:00:00Z

SyntheticSource source_of(std::uint64_t seed, std::int64_t start_ms = kMonday, double rate = 25) {
    auto source = SyntheticSource::create(
        {.seed = seed, .start_ms = start_ms, .events_per_second = rate}, demo_stores());
    EXPECT_TRUE(source) << source.error().message;
    return std::move(*source);
}

std::string bytes_of(std::uint64_t seed, std::int64_t start_ms, int events) {
    SyntheticSource source = source_of(seed, start_ms);
    std::string bytes;
    for (int i = 0; i < events; ++i) {
        source.append_next(bytes);
        bytes.push_back('\n');
    }
    return bytes;
}

/// Decodes what a source makes.
class Reader {
public:
    Reader() {
        auto catalog = retail::StoreCatalog::build(CatalogVersion{1}, demo_stores());
        EXPECT_TRUE(catalog) << catalog.error().message;
        catalog_ = std::make_unique<retail::StoreCatalog>(std::move(*catalog));
    }
    /// The event's texts live until the next call.
    const retail::Event& read(std::string message, std::int64_t log_time_us) {
        message_ = std::move(message);
        const std::size_t bytes = message_.size();
        message_.append(retail::EventDecoder::kPadding, '\0');
        const auto reason = decoder_.decode(std::string_view(message_).substr(0, bytes),
                                            log_time_us, *catalog_, event_, rejection_);
        EXPECT_EQ(reason, retail::RejectReason::kNone)
            << rejection_.detail << ": " << message_.substr(0, bytes);
        return event_;
    }
    [[nodiscard]] const retail::StoreCatalog& catalog() const { return *catalog_; }

private:
    std::unique_ptr<retail::StoreCatalog> catalog_;
    retail::EventDecoder decoder_;
    retail::Event event_;
    retail::Rejection rejection_;
    std::string message_;
};

TEST(SyntheticSource, SameSeedAndStartGiveTheSameBytes) {
    const std::string once = bytes_of(7, kMonday, 5000);
    EXPECT_EQ(once, bytes_of(7, kMonday, 5000));
    EXPECT_NE(once, bytes_of(8, kMonday, 5000));
    EXPECT_NE(once, bytes_of(7, kMonday + 1, 5000));
}

TEST(SyntheticSource, PacedSameSeedAndTimesGiveTheSameBytes) {
    const auto make = [] {
        SyntheticSource source = source_of(7);
        std::string bytes;
        for (int i = 0; i < 2000; ++i) {
            source.append_next_at(kMonday + i * 500, bytes);
        }
        return bytes;
    };
    EXPECT_EQ(make(), make());
}

TEST(SyntheticSource, EveryMessageIsRightAndTheSharesAreBelievable) {
    for (const std::uint64_t seed : {1ULL, 2ULL, 77ULL}) {
        SyntheticSource source = source_of(seed);
        Reader reader;
        constexpr int kEvents = 60'000;
        std::map<TransactionType, int> types;
        std::map<std::string, int, std::less<>> categories;
        std::map<std::uint32_t, int> stores;
        std::set<retail::EventUuid> ids;
        std::set<std::string, std::less<>> baskets;
        std::set<std::string, std::less<>> products;
        std::map<std::pair<std::uint32_t, std::string>, std::int64_t> shelf;
        int discounted = 0;
        std::int64_t last_ms = 0;
        for (int i = 0; i < kEvents; ++i) {
            std::string message;
            source.append_next(message);
            ASSERT_EQ(message.find('\n'), std::string::npos);
            const retail::Event& event = reader.read(message, source.simulated_ms() * 1000);
            ++types[event.type];
            ++stores[event.store_id.value];
            products.emplace(event.product_id);
            ids.insert(event.event_id);
            if (event.type == TransactionType::kSale) {
                ++categories[std::string(event.category)];
                baskets.emplace(event.basket_id);
                discounted += event.discount ? 1 : 0;
            }
            auto& units = shelf[{event.store_id.value, std::string(event.product_id)}];
            units += event.type == TransactionType::kSale ? -event.quantity.thousandths
                                                          : event.quantity.thousandths;
            ASSERT_GE(units, 0) << "seed " << seed << ": " << message;
            // Within a second: a delivery comes just before the sale that wanted it.
            ASSERT_GE(event.event_time_ms, last_ms - 1000);
            last_ms = std::max(last_ms, event.event_time_ms);
        }
        EXPECT_EQ(ids.size(), std::size_t{kEvents});
        EXPECT_EQ(products.size(), demo_products().size());
        EXPECT_EQ(stores.size(), demo_stores().size());
        EXPECT_GT(stores[1], stores[10]);
        EXPECT_EQ(categories.size(), 5U);
        const auto share = [&](int count) { return static_cast<double>(count) / kEvents; };
        EXPECT_NEAR(share(types[TransactionType::kReturn]), 0.03, 0.005) << "seed " << seed;
        EXPECT_GT(share(types[TransactionType::kRestock]), 0.01) << "seed " << seed;
        EXPECT_LT(share(types[TransactionType::kRestock]), 0.06) << "seed " << seed;
        EXPECT_NEAR(static_cast<double>(types[TransactionType::kSale]) /
                        static_cast<double>(baskets.size()),
                    2.0, 0.2)
            << "seed " << seed;
        EXPECT_GT(discounted, kEvents / 50) << "seed " << seed;
        EXPECT_LT(discounted, kEvents / 4) << "seed " << seed;
    }
}

TEST(SyntheticSource, StoresKeepTheirHoursAndSaturdayIsBusiest) {
    SyntheticSource source = source_of(3, kMonday, 0.5);
    Reader reader;
    std::map<int, int> by_hour;
    std::map<int, int> by_day;
    int events = 0;
    while (source.simulated_ms() < kMonday + 7LL * 86'400'000) {
        std::string message;
        source.append_next(message);
        const retail::Event& event = reader.read(message, source.simulated_ms() * 1000);
        if (event.type == TransactionType::kRestock) {
            continue;  // Comes a second before, perhaps before the doors open.
        }
        const std::int64_t local_ms =
            event.event_time_ms +
            reader.catalog().time_zone(event.store_id)->offset_s(event.event_time_ms) * 1000;
        ++by_hour[static_cast<int>(local_ms / 3'600'000 % 24)];
        ++by_day[static_cast<int>((local_ms / 86'400'000 + 3) % 7)];
        ++events;
    }
    EXPECT_EQ(by_hour.begin()->first, 9);
    EXPECT_EQ(by_hour.rbegin()->first, 20);
    EXPECT_GT(by_hour[18], 2 * by_hour[9]);
    EXPECT_GT(by_day[5], by_day[4]);
    EXPECT_GT(by_day[5], by_day[0]);
    // The rate is meant over a week.
    EXPECT_NEAR(events / (7 * 86'400.0), 0.5, 0.05);
}

TEST(SyntheticSource, NightHasAFewReceiptsInADemonstration) {
    SyntheticSource source = source_of(3);
    Reader reader;
    constexpr std::int64_t kThreeAtNight = kMonday + 3 * 3'600'000;
    for (int i = 0; i < 1000; ++i) {
        std::string message;
        source.append_next_at(kThreeAtNight, message);
        const retail::Event& event = reader.read(message, kThreeAtNight * 1000);
        EXPECT_LE(event.event_time_ms, kThreeAtNight);
        EXPECT_GE(event.event_time_ms, kThreeAtNight - 1000);
    }
}

TEST(SyntheticSource, IdsAreVersion7) {
    SyntheticSource source = source_of(5);
    Reader reader;
    std::string message;
    source.append_next_at(kMonday, message);
    message.clear();
    source.append_next_at(kMonday, message);  // The first is a delivery, the second its sale.
    const retail::Event& event = reader.read(message, kMonday * 1000);
    EXPECT_EQ(event.event_id.high >> 16U, static_cast<std::uint64_t>(kMonday));
    EXPECT_EQ(event.event_id.high >> 12U & 0xFU, 7U);
    EXPECT_EQ(event.event_id.low >> 62U, 2U);
}

TEST(SyntheticSource, SenselessOptionsAreRefused) {
    EXPECT_EQ(SyntheticSource::create({}, {}).error().kind, ErrorKind::kInvalidInput);
    EXPECT_EQ(
        SyntheticSource::create({.seed = 1, .start_ms = 0, .events_per_second = 0}, demo_stores())
            .error()
            .kind,
        ErrorKind::kInvalidInput);
    auto stores = demo_stores();
    stores[0].time_zone = "Nowhere/Land";
    EXPECT_EQ(SyntheticSource::create({}, stores).error().kind, ErrorKind::kInvalidInput);
}

TEST(DemoStores, AreTenWithDistinctCodesAndOneCurrency) {
    std::set<std::string> codes;
    for (const retail::Store& store : demo_stores()) {
        codes.insert(store.code);
        EXPECT_EQ(store.currency, "GBP");
        EXPECT_FALSE(store.name.empty() || store.city.empty() || store.region.empty() ||
                     store.country.empty());
        EXPECT_NE(store.latitude, 0);
    }
    EXPECT_EQ(codes.size(), 10U);
}

}  // namespace
}  // namespace shelfcast::produce
