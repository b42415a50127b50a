#include "pipelines/produce/synthetic_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>

#include "retail/event_codec.h"
#include "retail/topic_codec.h"
#include "synthetic/store_simulation.h"

namespace shelfcast::produce {
namespace {

using retail::TransactionType;

constexpr std::int64_t kMonday = 1'795'392'000'000;  // 2026-11-23T00:00:00Z

const synthetic::Chain& demo_chain() {
    static const auto kChain = synthetic::Chain::create({});
    EXPECT_TRUE(kChain) << kChain.error().message;
    return *kChain;
}

SyntheticSource source_of(std::uint64_t seed, std::int64_t start_ms = kMonday, double rate = 25) {
    auto source = SyntheticSource::create(
        {.seed = seed, .start_ms = start_ms, .events_per_second = rate}, demo_chain());
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
        auto catalog = retail::StoreCatalog::build(CatalogVersion{1}, demo_chain().stores());
        EXPECT_TRUE(catalog) << catalog.error().message;
        catalog_ = std::make_unique<retail::StoreCatalog>(std::move(*catalog));
    }
    explicit Reader(const retail::StoreCatalog& catalog)
        : catalog_(std::make_unique<retail::StoreCatalog>(catalog)) {}
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

/// Every message in order of time, counts last at their instant: what then lies on each shelf.
class Ledger {
public:
    void move(std::int64_t time_ms, StoreId store, std::string_view product, std::int64_t units,
              bool counted = false) {
        moves_.push_back({time_ms, counted, store, std::string(product), units});
    }
    std::map<std::pair<StoreId, std::string>, std::int64_t> shelves() {
        std::ranges::stable_sort(
            moves_, {}, [](const Move& one) { return std::pair(one.time_ms, one.counted); });
        std::map<std::pair<StoreId, std::string>, std::int64_t> on_hand;
        for (const Move& one : moves_) {
            std::int64_t& at = on_hand[{one.store, one.product}];
            // The shop counts what is there: nothing was lost but what it told.
            EXPECT_TRUE(!one.counted || at == one.units) << one.product << " at " << one.time_ms;
            at = one.counted ? one.units : at + one.units;
        }
        return on_hand;
    }

private:
    struct Move {
        std::int64_t time_ms;
        bool counted;
        StoreId store;
        std::string product;
        std::int64_t units;
    };
    std::vector<Move> moves_;
};

TEST(SyntheticSource, OtherTopicsAreValidAndTheLedgerOfAllIsTheShelf) {
    auto source = SyntheticSource::create(
        {.seed = 5, .start_ms = kMonday, .events_per_second = 25, .other_topics = true},
        demo_chain());
    ASSERT_TRUE(source) << source.error().message;
    Reader reader;
    Ledger ledger;
    std::map<std::string, std::string, std::less<>> others;
    for (int i = 0; i < 20'000; ++i) {
        std::string message;
        source->append_next(message);
        const retail::Event& event = reader.read(message, kMonday * 1'000 + 86'400'000'000);
        ledger.move(event.event_time_ms, event.store_id, event.product_id,
                    event.type == TransactionType::kSale ? -event.quantity.thousandths
                                                         : event.quantity.thousandths);
        for (auto& [topic, messages] : source->take_other_messages()) {
            others[std::string(topic)] += messages;
        }
    }
    std::map<std::string, int, std::less<>> words;
    for (auto& [topic, messages] : others) {
        if (topic == retail::kSalesTransactionsTopic) {
            words["lines"] += static_cast<int>(std::ranges::count(messages, '\n'));
            continue;
        }
        const retail::Topic& described = *retail::find_topic(topic);
        const auto at = [&](std::string_view name) {
            return std::ranges::find(described.fields, name, &retail::MessageField::name) -
                   described.fields.begin();
        };
        const bool shipments = topic == retail::kSupplierShipmentsTopic;
        const bool updates = topic == retail::kInventoryUpdatesTopic;
        const auto word =
            static_cast<std::size_t>(at(updates                               ? "update_type"
                                        : shipments                           ? "status"
                                        : topic == retail::kPriceChangesTopic ? "price_type"
                                                                              : "event_type"));
        retail::TopicDecoder decoder(described);
        std::size_t begin = 0;
        messages.append(retail::kMessagePadding, '\0');
        for (std::size_t end = 0; (end = messages.find('\n', begin)) != std::string::npos;
             begin = end + 1) {
            const std::string_view message = std::string_view(messages).substr(begin, end - begin);
            retail::TopicEvent event;
            retail::Rejection rejection;
            ASSERT_EQ(decoder.decode(message, kMonday * 1'000 + 86'400'000'000, reader.catalog(),
                                     event, rejection),
                      retail::RejectReason::kNone)
                << rejection.detail << ": " << message;
            const std::string_view what = event.values[word].text;
            ++words[std::string(what)];
            if (updates && (what == "COUNT" || what == "WASTE")) {
                const std::int64_t units =
                    event.values[static_cast<std::size_t>(at("quantity"))].number;
                ledger.move(event.event_time_ms, event.store_id,
                            event.values[static_cast<std::size_t>(at("product_id"))].text,
                            what == "WASTE" ? -units : units, what == "COUNT");
            }
        }
    }
    for (const char* word : {"COUNT", "WASTE", "RESERVE", "RELEASE", "ANNOUNCED", "ARRIVED",
                             "SHORT", "REGULAR", "PROMOTION", "FOOTFALL", "BASKET", "lines"}) {
        EXPECT_GT(words[word], 20) << word;
    }
    const auto on_hand = ledger.shelves();
    const synthetic::ChainStock stock = source->stock();
    for (std::size_t store = 0; store < stock.size(); ++store) {
        for (std::size_t product = 0; product < stock[store].size(); ++product) {
            const auto found = on_hand.find(
                {demo_chain().stores()[store].id, demo_chain().products()[product].product_id});
            EXPECT_EQ(found == on_hand.end() ? 0 : found->second, stock[store][product]);
        }
    }
}

TEST(SyntheticSource, SameSeedAndStartGiveTheSameBytes) {
    const std::string once = bytes_of(7, kMonday, 5000);
    EXPECT_EQ(once, bytes_of(7, kMonday, 5000));
    EXPECT_NE(once, bytes_of(8, kMonday, 5000));
    EXPECT_NE(once, bytes_of(7, kMonday + 1, 5000));
}

TEST(SyntheticSource, AnOldSmallChainHasSomethingToSellInEveryStore) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        const auto chain = synthetic::Chain::create(
            {.stores = 7, .products = 5, .first_date = 13'879, .seed = seed});  // 2008-01-01
        ASSERT_TRUE(chain) << chain.error().message;
        for (std::uint32_t store = 0; store < 7; ++store) {
            synthetic::StorePlan plan(*chain, store);
            const auto& lines = plan.at_week(synthetic::week_of(20'780)).lines;  // 2026-11-23
            EXPECT_GT(*std::ranges::max_element(lines), 0) << "seed " << seed << " store " << store;
        }
    }
}

TEST(SyntheticSource, PacedSameSeedAndTimesGiveTheSameBytes) {
    const auto make = [] {
        SyntheticSource source = source_of(7);
        std::string bytes;
        for (int i = 0; i < 2000; ++i) {
            source.append_next_at(kMonday + i * 500LL, bytes);
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
        const synthetic::ChainStock stock = source.stock();
        for (std::uint32_t store = 0; store < stock.size(); ++store) {
            for (std::size_t i = 0; i < stock[store].size(); ++i) {
                EXPECT_EQ(stock[store][i],
                          (shelf[{store + 1, demo_chain().products()[i].product_id}]));
            }
        }
        EXPECT_GT(products.size(), demo_chain().products().size() * 8 / 10);
        EXPECT_EQ(stores.size(), demo_chain().stores().size());
        EXPECT_GT(stores[1], stores[10]);
        EXPECT_EQ(categories.size(), 10U);
        const auto share = [&](int count) { return static_cast<double>(count) / kEvents; };
        EXPECT_GT(share(types[TransactionType::kReturn]), 0.004) << "seed " << seed;
        EXPECT_LT(share(types[TransactionType::kReturn]), 0.03) << "seed " << seed;
        EXPECT_GT(share(types[TransactionType::kRestock]), 0.01) << "seed " << seed;
        EXPECT_LT(share(types[TransactionType::kRestock]), 0.15) << "seed " << seed;
        EXPECT_NEAR(static_cast<double>(types[TransactionType::kSale]) /
                        static_cast<double>(baskets.size()),
                    2.0, 0.2)
            << "seed " << seed;
        EXPECT_GT(discounted, kEvents / 50) << "seed " << seed;
        EXPECT_LT(discounted, kEvents * 2 / 5) << "seed " << seed;  // The week of Black Friday.
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
    EXPECT_GT(by_hour[17], 1.5 * by_hour[9]);
    EXPECT_GT(by_day[5], by_day[4]);
    EXPECT_GT(by_day[5], by_day[0]);
    // The rate is meant over a week.
    EXPECT_NEAR(events / (7 * 86'400.0), 0.5, 0.05);
}

TEST(SyntheticSource, NightHasAFewReceiptsInADemonstration) {
    SyntheticSource source = source_of(3);
    Reader reader;
    constexpr std::int64_t kThreeAtNight = kMonday + 10'800'000;
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
    const auto kind_of = [](const SourceOptions& options, const synthetic::ChainStock& stock) {
        const auto source = SyntheticSource::create(options, demo_chain(), stock);
        EXPECT_FALSE(source);
        return source.error().kind;
    };
    EXPECT_EQ(kind_of({.events_per_second = 0}, {}), ErrorKind::kInvalidInput);
    EXPECT_EQ(kind_of({}, synthetic::ChainStock(3)), ErrorKind::kInvalidInput);
    EXPECT_EQ(kind_of({}, synthetic::ChainStock(demo_chain().stores().size())),
              ErrorKind::kInvalidInput);
}

TEST(SyntheticSource, ShelvesThatAreFullNeedNoDelivery) {
    const std::size_t products = demo_chain().products().size();
    const synthetic::ChainStock full(demo_chain().stores().size(),
                                     std::vector<std::int64_t>(products, 1'000'000));
    auto source = SyntheticSource::create({.start_ms = kMonday}, demo_chain(), full);
    ASSERT_TRUE(source) << source.error().message;
    Reader reader;
    for (int i = 0; i < 1000; ++i) {
        std::string message;
        source->append_next(message);
        EXPECT_NE(reader.read(message, source->simulated_ms() * 1000).type,
                  TransactionType::kRestock);
    }
}

TEST(SyntheticSource, GoesOnWithThePricesThatTheChainEndedWith) {
    auto chain = synthetic::Chain::create({.stores = 12, .products = 80, .days = 30, .seed = 8});
    ASSERT_TRUE(chain);
    // Played up to a Wednesday; the source sells on the same day.
    std::map<std::pair<std::uint32_t, std::string>, std::set<std::int64_t>> prices;
    synthetic::ChainStock stock;
    std::int32_t last_date = 0;
    const auto wrong_price = [&](std::uint32_t store, std::string_view product) {
        return std::ranges::any_of(chain->planted(), [&](const synthetic::PlantedEvent& event) {
            return event.kind == synthetic::PlantedKind::kPriceError && event.store == store &&
                   chain->products()[event.product].product_id == product;
        });
    };
    for (std::uint32_t store = 0; store < 12; ++store) {
        synthetic::StoreSimulation simulation(*chain, store);
        synthetic::LogStamp log;
        for (int day = 0; day < 29; ++day) {
            last_date = simulation.date();
            synthetic::DayRows rows = synthetic::DayRows::empty();
            simulation.simulate_day(rows, log);
            const auto& ids = rows.truth.data<retail::TextColumn>("product_id");
            const auto& price = rows.truth.data<std::vector<std::int64_t>>("unit_price");
            for (std::size_t row = 0; day == 28 && row < ids.size(); ++row) {
                if (!wrong_price(store, ids[row])) {
                    prices[{store + 1, std::string(ids[row])}].insert(price[row]);
                }
            }
        }
        stock.push_back(simulation.stock());
    }
    auto source = SyntheticSource::create(
        {.start_ms = std::int64_t{last_date} * 86'400'000 + 43'200'000}, *chain, stock);
    ASSERT_TRUE(source) << source.error().message;
    const auto catalog = retail::StoreCatalog::build(CatalogVersion{1}, chain->stores());
    ASSERT_TRUE(catalog);
    Reader reader(*catalog);
    int sales = 0;
    for (int i = 0; i < 3000; ++i) {
        std::string message;
        source->append_next(message);
        const retail::Event& event = reader.read(message, source->simulated_ms() * 1000);
        if (event.type != TransactionType::kSale) {
            continue;
        }
        const auto known = prices.find({event.store_id.value, std::string(event.product_id)});
        if (known == prices.end()) {
            continue;  // Out of stock, and nobody asked for it.
        }
        EXPECT_TRUE(known->second.contains(event.unit_price.ten_thousandths)) << message;
        ++sales;
    }
    EXPECT_GT(sales, 2000);
}

}  // namespace
}  // namespace shelfcast::produce
