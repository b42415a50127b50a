#include "benchmarks/detection_chain.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "base/check.h"
#include "synthetic/random.h"
#include "synthetic/store_simulation.h"

namespace shelfcast::benchmarks {
namespace {

using detection::AnomalyKind;
using retail::TransactionType;
using synthetic::PlantedKind;

constexpr std::int32_t kLearningDays = 63;
/// Planted here, not by the chain; per store and year.
constexpr double kSilentStoresPerYear = 4;
constexpr double kReturnsPerYear = 4;

std::vector<ShopStore> stores_of(const synthetic::Chain& chain) {
    std::vector<ShopStore> stores;
    for (std::uint32_t i = 0; i < chain.stores().size(); ++i) {
        SHELFCAST_CHECK(chain.stores()[i].id.value == i + 1);
        stores.push_back({chain.stores()[i].country, chain.profiles()[i].zone});
    }
    return stores;
}

std::vector<ShopProduct> products_of(const synthetic::Chain& chain) {
    std::vector<ShopProduct> products;
    for (const auto& product : chain.products()) {
        products.push_back({product.product_id, product.category});
    }
    return products;
}

AnomalyKind kind_of(PlantedKind kind) {
    switch (kind) {
        case PlantedKind::kStoreSpike:
        case PlantedKind::kProductSpike:
            return AnomalyKind::kSpike;
        case PlantedKind::kStoreDrop:
        case PlantedKind::kProductDrop:
            return AnomalyKind::kDrop;
        case PlantedKind::kPriceError:
            return AnomalyKind::kPriceError;
        case PlantedKind::kSilentTill:
            return AnomalyKind::kSilentTill;
        case PlantedKind::kPhantomStock:
        case PlantedKind::kTheft:
            break;
    }
    return AnomalyKind::kPhantomStock;
}

/// "R12" is 12; nothing of an order without a till.
std::uint32_t till_number(std::string_view register_id) {
    std::uint32_t number = 0;
    if (!register_id.empty()) {
        std::from_chars(register_id.data() + 1, register_id.data() + register_id.size(), number);
    }
    return number;
}

class Play {
public:
    Play(const synthetic::Chain& chain, bool tell)
        : chain_(chain),
          shop_(stores_of(chain), products_of(chain)),
          faults_(chain.options().first_date + kLearningDays, tell),
          empty_(chain.stores().size() * chain.products().size()) {
        for (std::uint32_t store = 0; store < chain.stores().size(); ++store) {
            simulations_.emplace_back(chain, store);
        }
        for (const synthetic::PlantedEvent& event : chain.planted()) {
            if (event.kind != PlantedKind::kTheft) {
                plant(event);
            }
        }
        of_chain_ = faults_.all().size();
        for (std::uint32_t store = 0; store < chain.stores().size(); ++store) {
            plant_more(store);
        }
    }

    void run(Outcomes& outcomes) {
        const auto& options = chain_.options();
        for (std::uint32_t day = 0; day < options.days; ++day) {
            play_day(options.first_date + static_cast<std::int32_t>(day), outcomes);
        }
        faults_.close(outcomes);
    }

private:
    [[nodiscard]] std::int64_t utc_ms(std::uint32_t store, std::int32_t date, int hour) const {
        std::int64_t at_ms = 0;
        SHELFCAST_CHECK(chain_.profiles()[store].zone->to_utc_ms(
            (std::int64_t{date} * 24 + hour) * kHourMs, at_ms));
        return at_ms;
    }

    [[nodiscard]] Fault fault_of(AnomalyKind kind, std::uint32_t store, std::int32_t date) const {
        Fault fault;
        fault.subject = {.kind = kind, .store = chain_.stores()[store].id};
        fault.store = store;
        fault.tills = chain_.profiles()[store].registers;
        fault.first_date = date;
        fault.last_date = date;
        return fault;
    }

    void plant(const synthetic::PlantedEvent& event) {
        Fault fault = fault_of(kind_of(event.kind), event.store, event.first_date);
        fault.size = event.size;
        fault.last_date = event.last_date;
        fault.lasts = event.kind == PlantedKind::kPhantomStock;
        if (event.product != synthetic::kNoProduct) {
            fault.product = event.product;
            fault.subject.product_id = chain_.products()[event.product].product_id;
        }
        const bool till = event.kind == PlantedKind::kSilentTill;
        if (till) {
            fault.till = event.register_number;
            fault.subject.register_id = "R" + std::to_string(event.register_number);
        }
        fault.begin_ms = utc_ms(event.store, event.first_date, till ? event.first_hour : 0);
        fault.end_ms = utc_ms(event.store, event.last_date, till ? event.end_hour : 24);
        faults_.add(std::move(fault));
    }

    void plant_more(std::uint32_t store) {
        const auto& options = chain_.options();
        synthetic::Random random(synthetic::mix({options.seed, 0xFA17, store}));
        const double years = options.days / 365.0;
        const auto some_date = [&] {
            return options.first_date + static_cast<std::int32_t>(random.below(options.days));
        };
        for (std::uint32_t left = random.poisson(kSilentStoresPerYear * years); left > 0; --left) {
            Fault fault = fault_of(AnomalyKind::kSilentStore, store, some_date());
            const auto hours = chain_.opening_hours(store, fault.first_date);
            const int begin = hours.opens + static_cast<int>(random.below(4));
            const int end = std::min(24, begin + 2 + static_cast<int>(random.below(5)));
            fault.begin_ms = utc_ms(store, fault.first_date, begin);
            fault.end_ms = utc_ms(store, fault.first_date, end);
            if (hours.open()) {
                faults_.add(std::move(fault));
            }
        }
        for (std::uint32_t left = random.poisson(kReturnsPerYear * years); left > 0; --left) {
            constexpr std::uint32_t kFewest = 6;
            Fault fault = fault_of(AnomalyKind::kUnusualReturns, store, some_date());
            fault.product = random.below(static_cast<std::uint32_t>(chain_.products().size()));
            fault.subject.product_id = chain_.products()[fault.product].product_id;
            fault.size = kFewest + random.below(4 * kFewest);
            fault.begin_ms = utc_ms(store, fault.first_date, 0);
            fault.end_ms = utc_ms(store, fault.first_date, 24);
            if (chain_.opening_hours(store, fault.first_date).open()) {
                faults_.add(std::move(fault));
            }
        }
    }

    std::vector<ShopLine> simulate() {
        std::vector<ShopLine> lines;
        truth_rows_.clear();
        for (std::uint32_t store = 0; store < simulations_.size(); ++store) {
            synthetic::DayRows rows = synthetic::DayRows::empty();
            synthetic::LogStamp log;
            simulations_[store].simulate_day(rows, log);
            const retail::ColumnBlock& block = rows.events;
            const auto& times = block.data<std::vector<std::int64_t>>("event_time");
            const auto& types = block.data<std::vector<std::int8_t>>("transaction_type");
            const auto& quantities = block.data<std::vector<std::int64_t>>("quantity");
            const auto& prices = block.data<std::vector<std::int64_t>>("unit_price");
            const auto& products = block.data<retail::TextColumn>("product_id");
            const auto& tills = block.data<retail::TextColumn>("register_id");
            const auto& baskets = block.data<retail::TextColumn>("basket_id");
            const auto& discounts = block.data<retail::NullableInt64>("discount");
            std::set<std::string_view> seen;
            for (std::size_t row = 0; row < block.rows(); ++row) {
                constexpr double kPriceScale = 10'000;
                ShopLine line{.time_ms = times[row],
                              .store = store,
                              .product = shop_.product_of(std::string(products[row])),
                              .type = static_cast<TransactionType>(types[row]),
                              .quantity = quantities[row],
                              .price = static_cast<double>(prices[row]) / kPriceScale,
                              .discounted = discounts.nulls[row] == 0};
                if (line.type == TransactionType::kSale && !tills[row].empty()) {
                    line.till = till_number(tills[row]);
                    line.new_basket = seen.insert(baskets[row]).second;
                }
                lines.push_back(line);
            }
            truth_rows_.push_back(std::move(rows.truth));
        }
        std::ranges::stable_sort(lines, {}, &ShopLine::time_ms);
        return with_faults(std::move(lines), planted_here(), chain_.options().seed);
    }

    [[nodiscard]] std::span<Fault> planted_by_chain() { return faults_.all().first(of_chain_); }
    [[nodiscard]] std::vector<Fault*> planted_here() {
        std::vector<Fault*> today;
        for (Fault& fault : faults_.all().subspan(of_chain_)) {
            if (fault.first_date == shop_.date()) {
                today.push_back(&fault);
            }
        }
        return today;
    }

    void count_baskets(const ShopLine& line) {
        for (Fault& fault : planted_by_chain()) {
            if (fault.subject.kind == AnomalyKind::kSilentTill && fault.store == line.store &&
                fault.holds_at(line.time_ms)) {
                fault.meanwhile += 1;
            }
        }
    }

    [[nodiscard]] std::vector<bool>::reference empty_at(std::uint32_t store,
                                                        std::uint32_t product) {
        return empty_[std::size_t{store} * chain_.products().size() + product];
    }

    void look(std::int64_t now_ms, Outcomes& outcomes) {
        for (const detection::Incident& incident : shop_.look(now_ms)) {
            const detection::Subject& subject = incident.subject;
            const bool empty_shelf =
                (subject.kind == AnomalyKind::kDrop ||
                 subject.kind == AnomalyKind::kPhantomStock) &&
                !subject.product_id.empty() &&
                empty_at(subject.store.value - 1, shop_.product_of(subject.product_id));
            faults_.judge(incident, shop_.date(), empty_shelf, outcomes);
        }
    }

    /// What the books and the truth say at night.
    void end_day() {
        for (std::uint32_t store = 0; store < truth_rows_.size(); ++store) {
            const retail::ColumnBlock& rows = truth_rows_[store];
            const auto& products = rows.data<retail::TextColumn>("product_id");
            const auto& waste = rows.data<std::vector<std::int64_t>>("waste");
            const auto& demand = rows.data<std::vector<std::int64_t>>("true_demand");
            const auto& sold = rows.data<std::vector<std::int64_t>>("sales");
            const auto& closing = rows.data<std::vector<std::int64_t>>("closing");
            for (std::size_t row = 0; row < rows.rows(); ++row) {
                const std::uint32_t product = shop_.product_of(std::string(products[row]));
                Shop::Series& one = shop_.at(store, product);
                one.book -= waste[row];
                empty_at(store, product) = closing[row] == 0;
                if (end_day_of(store, product, static_cast<double>(demand[row]),
                               static_cast<double>(sold[row]))) {
                    one.book = closing[row];
                }
            }
        }
        for (Fault& fault : planted_by_chain()) {
            if (!fault.lasts || fault.first_date > shop_.date()) {
                continue;
            }
            fault.over = fault.over ||
                         (shop_.date() >= fault.last_date && !empty_at(fault.store, fault.product));
            if (!fault.over) {
                fault.end_ms = std::max(fault.end_ms, (shop_.date() + 2) * kDayMs);
            }
        }
    }

    /// Whether the shelf is counted tonight.
    bool end_day_of(std::uint32_t store, std::uint32_t product, double wanted, double got) {
        constexpr double kUnit = 1'000;
        constexpr std::int32_t kCountDays = 91;
        const std::int32_t date = shop_.date();
        bool counted = (date + static_cast<std::int32_t>(product + 7 * store)) % kCountDays == 0;
        for (Fault& fault : planted_by_chain()) {
            if (fault.store != store || fault.subject.product_id.empty() ||
                fault.product != product || fault.first_date > date) {
                continue;
            }
            if (fault.end_ms > date * kDayMs + kDayMs / 2) {
                fault.wanted += wanted;
                fault.got += got;
                fault.books = static_cast<double>(shop_.at(store, product).book) / kUnit;
            }
            counted = counted && !(fault.lasts && fault.end_ms >= date * kDayMs);
        }
        return counted;
    }

    void play_day(std::int32_t date, Outcomes& outcomes) {
        shop_.begin_day(date);
        for (Fault& fault : faults_.all()) {
            if (fault.first_date == date && !fault.subject.product_id.empty()) {
                fault.per_day = shop_.lines_a_day(fault.store, fault.product);
            }
        }
        std::int64_t next_look = (std::int64_t{date} * 24 + 8) * kHourMs;
        const std::int64_t last_look = (std::int64_t{date} * 24 + 21) * kHourMs;
        for (const ShopLine& line : simulate()) {
            for (; line.time_ms > next_look && next_look <= last_look; next_look += kLookMs) {
                look(next_look, outcomes);
            }
            shop_.add(line);
            if (line.new_basket) {
                count_baskets(line);
            }
        }
        for (; next_look <= last_look; next_look += kLookMs) {
            look(next_look, outcomes);
        }
        end_day();
    }

    const synthetic::Chain& chain_;
    Shop shop_;
    FaultBook faults_;
    std::size_t of_chain_ = 0;  ///< The first faults are the chain's.
    std::vector<synthetic::StoreSimulation> simulations_;
    std::vector<retail::ColumnBlock> truth_rows_;
    std::vector<bool> empty_;  ///< The shelf, truly, last night.
};

}  // namespace

double play_chain(const synthetic::ChainOptions& options, bool tell, Outcomes& outcomes) {
    const auto chain = synthetic::Chain::create(options);
    SHELFCAST_CHECK(chain);
    Play play(*chain, tell);
    play.run(outcomes);
    return options.stores * (static_cast<double>(options.days) - kLearningDays) /
           detection::kWeekDays;
}

}  // namespace shelfcast::benchmarks
