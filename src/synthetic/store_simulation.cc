#include "synthetic/store_simulation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "retail/time_zone.h"
#include "synthetic/id_text.h"

namespace shelfcast::synthetic {
namespace {

using retail::TransactionType;

constexpr std::int64_t kUnit = 1000;
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::size_t kRingDays = 32;
constexpr std::int32_t kLongestReturnDays = 21;
constexpr double kOftenStolen = 0.0012;
constexpr std::uint32_t kNoSlot = 0xFFFF'FFFF;

std::size_t ring_index(std::int32_t date) { return static_cast<std::size_t>(date) % kRingDays; }

}  // namespace

StoreSimulation::StoreSimulation(const Chain& chain, std::uint32_t store)
    : chain_(chain),
      store_(store),
      date_(chain.options().first_date),
      store_plan_(chain, store),
      shelves_(chain.products().size()),
      returns_(kRingDays),
      random_(0),
      factors_(kinds().size()),
      promotions_(kinds().size()),
      planted_product_(chain.products().size()),
      first_return_(chain.products().size()) {
    SHELFCAST_CHECK(store < chain.stores().size());
    for (const PlantedEvent& event : chain.planted()) {
        if (event.store == store) {
            store_events_.push_back(&event);
        }
    }
    for (std::uint32_t i = 0; i < chain.products().size(); ++i) {
        costs_.push_back(store_plan_.unit_cost(i));
    }
}

std::vector<std::int64_t> StoreSimulation::stock() const {
    std::vector<std::int64_t> units;
    units.reserve(shelves_.size());
    for (const Shelf& shelf : shelves_) {
        units.push_back(shelf.on_hand());
    }
    return units;
}

void StoreSimulation::begin_day() {
    // A day's chance does not hang on how often chance was asked the day before.
    random_ =
        Random(mix({chain_.options().seed, 0xDA7, store_, static_cast<std::uint64_t>(date_)}));
    const std::int32_t week = week_of(date_);
    plan_ = &store_plan_.at_week(week);
    hours_ = chain_.opening_hours(store_, date_);
    lines_.clear();
    planted_today_.clear();
    std::ranges::fill(planted_product_, 0);
    for (const PlantedEvent* event : store_events_) {
        if (event->first_date <= date_ && date_ <= event->last_date) {
            planted_today_.push_back(event);
            if (event->product != kNoProduct) {
                planted_product_[event->product] = 1;
            }
        }
    }
    begin_kinds();
    std::ranges::fill(first_return_, 0);
    returns_today_.clear();
    std::vector<PendingReturn>& coming = returns_[ring_index(date_)];
    if (!hours_.open()) {
        std::vector<PendingReturn>& tomorrow = returns_[ring_index(date_ + 1)];
        tomorrow.insert(tomorrow.end(), coming.begin(), coming.end());
        coming.clear();
        return;
    }
    double expected_lines = 0;
    for (std::size_t kind = 0; kind < factors_.size(); ++kind) {
        expected_lines += plan_->lines_of_kind[kind] * factors_[kind];
        promotions_[kind] = promotion_text(week, static_cast<std::uint8_t>(kind));
    }
    baskets_.draw(chain_, store_, date_, expected_lines, planted_today_, random_);
    std::swap(returns_today_, coming);
    std::ranges::stable_sort(returns_today_, {}, &PendingReturn::product);
    for (std::size_t i = returns_today_.size(); i > 0; --i) {
        first_return_[returns_today_[i - 1].product] = static_cast<std::uint32_t>(i);
    }
}

void StoreSimulation::begin_kinds() {
    constexpr double kStoreNoise = 0.07;
    constexpr double kKindNoise = 0.12;
    constexpr double kRain = 0.94;
    const Weather weather =
        weather_at(chain_.options().seed, chain_.profiles()[store_].city, date_);
    double of_store = chain_.day_factor(store_, date_) * std::exp(kStoreNoise * random_.normal()) *
                      (weather.rain ? kRain : 1);
    for (const PlantedEvent* event : planted_today_) {
        if (event->kind == PlantedKind::kStoreSpike || event->kind == PlantedKind::kStoreDrop) {
            of_store *= event->size;
        }
    }
    for (std::size_t kind = 0; kind < factors_.size(); ++kind) {
        factors_[kind] = of_store * std::exp(kKindNoise * random_.normal() +
                                             kinds()[kind].warmth * weather.warmer_c / 10);
    }
}

StoreSimulation::Planted StoreSimulation::planted_for(std::uint32_t product) const {
    constexpr double kMostForPrice = 3;
    Planted planted;
    if (planted_product_[product] == 0) {
        return planted;
    }
    for (const PlantedEvent* event : planted_today_) {
        if (event->product != product) {
            continue;
        }
        if (event->kind == PlantedKind::kPriceError) {
            planted.price = event->size;
            planted.demand = kMostForPrice;
        } else if (event->kind == PlantedKind::kPhantomStock) {
            planted.hidden = true;
            planted.emptied = event->first_date == date_;
        } else {
            planted.demand = event->size;
        }
    }
    return planted;
}

void StoreSimulation::collect_moves(std::uint32_t product, const Planted& planted) {
    constexpr double kBeforeOpening = 0.85;  // of deliveries
    const std::uint8_t kind = chain_.traits()[product].kind;
    const std::uint8_t mission = kinds()[kind].mission;
    moves_.clear();
    const auto slots = static_cast<std::uint32_t>(baskets_.all().size());
    const std::uint32_t wanted =
        random_.poisson(plan_->lines[product] * factors_[kind] * planted.demand);
    for (std::uint32_t i = 0; i < wanted; ++i) {
        moves_.push_back({.slot = 1 + baskets_.pick(mission, random_),
                          .product = product,
                          .type = TransactionType::kSale,
                          .quantity = draw_quantity(kind, random_)});
    }
    if (shelves_[product].due(date_)) {
        const bool early = random_.chance(kBeforeOpening);
        moves_.push_back({.slot = early ? 0 : 1 + random_.below(slots),
                          .product = product,
                          .type = TransactionType::kRestock,
                          .quantity = shelves_[product].order().delivered,
                          .price = costs_[product],
                          .list_price = costs_[product]});
    }
    for (std::size_t i = first_return_[product];
         i > 0 && i <= returns_today_.size() && returns_today_[i - 1].product == product; ++i) {
        const PendingReturn& sold = returns_today_[i - 1];
        moves_.push_back({.slot = 1 + random_.below(slots),
                          .product = product,
                          .type = TransactionType::kReturn,
                          .quantity = sold.quantity,
                          .price = sold.price,
                          .list_price = sold.price,
                          .customer = sold.customer});
    }
    if (moves_.size() > 1) {
        // What comes in at the same moment comes in first.
        std::ranges::stable_sort(moves_, [](const Line& one, const Line& other) {
            return one.slot != other.slot ? one.slot < other.slot : one.type > other.type;
        });
    }
}

void StoreSimulation::note_delivery(std::uint32_t product, retail::ColumnBlock& deliveries) const {
    const PurchaseOrder& order = shelves_[product].order();
    const auto date = [&](std::string_view column, std::int32_t value) {
        deliveries.data<std::vector<std::uint16_t>>(column).push_back(
            static_cast<std::uint16_t>(value));
    };
    date("delivered_date", date_);
    date("ordered_date", order.ordered_on);
    date("promised_date", order.promised_for);
    deliveries.data<std::vector<std::uint32_t>>("store_id")
        .push_back(chain_.stores()[store_].id.value);
    deliveries.data<retail::TextColumn>("product_id")
        .push_back(chain_.products()[product].product_id);
    deliveries.data<retail::TextColumn>("supplier").push_back(chain_.products()[product].supplier);
    deliveries.data<std::vector<std::int64_t>>("ordered").push_back(order.ordered);
    deliveries.data<std::vector<std::int64_t>>("delivered").push_back(order.delivered);
}

void StoreSimulation::sell(Line line, TruthRow& row) {
    row.true_demand += line.quantity;
    line.quantity = shelves_[line.product].sell(line.quantity);
    if (line.quantity == 0) {
        return;
    }
    row.sales += line.quantity;
    line.price = row.price;
    line.list_price = list_price_;
    lines_.push_back(line);
    const Kind& kind = kinds()[chain_.traits()[line.product].kind];
    if (random_.chance(kind.returned)) {
        const auto days = 1 + static_cast<std::int32_t>(random_.below(kLongestReturnDays));
        returns_[ring_index(date_ + days)].push_back(
            {.product = line.product,
             .quantity = random_.chance(0.5) ? line.quantity : std::min(line.quantity, kUnit),
             .price = row.price,
             .customer = baskets_.all()[line.slot - 1].customer});
    }
}

std::uint32_t StoreSimulation::play_moves(std::uint32_t product, TruthRow& row,
                                          retail::ColumnBlock& deliveries) {
    Shelf& shelf = shelves_[product];
    const std::int64_t day_ms = std::int64_t{date_} * 24 * kHourMs;
    const std::int64_t opens_ms = day_ms + hours_.opens * kHourMs;
    std::int64_t empty_since_ms = opens_ms;
    std::int64_t empty_ms = 0;
    for (const Line& move : moves_) {
        const std::int64_t at_ms = std::max(opens_ms, slot_local_ms(move.slot));
        const bool was_empty = shelf.on_hand() == 0;
        if (move.type == TransactionType::kSale) {
            sell(move, row);
        } else if (move.type == TransactionType::kRestock) {
            note_delivery(product, deliveries);
            shelf.receive(date_, fresh_days(product));
            row.receipts += move.quantity;
            lines_.push_back(move);
        } else {
            shelf.take_back(move.quantity);
            row.returns += move.quantity;
            lines_.push_back(move);
        }
        if (was_empty && shelf.on_hand() > 0) {
            empty_ms += at_ms - empty_since_ms;
        } else if (!was_empty && shelf.on_hand() == 0) {
            empty_since_ms = at_ms;
        }
    }
    if (shelf.on_hand() == 0) {
        empty_ms += day_ms + hours_.closes * kHourMs - empty_since_ms;
    }
    return static_cast<std::uint32_t>(empty_ms / kMinuteMs);
}

std::uint32_t StoreSimulation::fresh_days(std::uint32_t product) {
    // Some days are gone when it comes.
    const std::uint32_t shelf_days = chain_.products()[product].shelf_life_days;
    return shelf_days == 0 ? 0 : std::max(1U, shelf_days - random_.below(1 + shelf_days / 4));
}

void StoreSimulation::close_product(std::uint32_t product, const Planted& planted, TruthRow& row) {
    Shelf& shelf = shelves_[product];
    const ProductTraits& traits = chain_.traits()[product];
    const Kind& kind = kinds()[traits.kind];
    if (plan_->lines[product] == 0) {
        row.waste += shelf.withdraw();  // No longer sold.
        return;
    }
    if (hours_.open()) {
        shelf.learn(row.sales);
    }
    if (shelf.on_hand() > 0 && random_.chance(kind.stolen_per_day)) {
        row.theft += shelf.lose(kind.by_weight ? kUnit / 2 : kUnit);
    }
    for (const PlantedEvent* event : planted_today_) {
        if (event->kind == PlantedKind::kTheft && kind.stolen_per_day >= kOftenStolen) {
            const std::int64_t units = shelf.on_hand() / kUnit;
            const auto taken = static_cast<std::int64_t>(static_cast<double>(units) * event->size);
            row.theft += shelf.lose(taken * kUnit);
        }
    }
    if (kind.shelf_days > 0) {
        row.waste += shelf.spoil(date_);
    }
    constexpr std::uint32_t kCountDays = 91;  // Each product is counted once a quarter.
    const std::uint32_t turn = static_cast<std::uint32_t>(date_) + product + 7 * store_;
    if (planted.hidden) {
        return;
    }
    if (turn % kCountDays == 0) {
        shelf.count();
    }
    const Supplier& supplier = chain_.suppliers()[traits.supplier];
    if ((static_cast<std::uint32_t>(date_) + traits.supplier + store_) % supplier.review_days ==
        0) {
        shelf.review(date_, expected_units(product), supplier, chain_.products()[product], random_);
    }
}

double StoreSimulation::expected_units(std::uint32_t product) const {
    return plan_->lines[product] * mean_line_units(kinds()[chain_.traits()[product].kind]);
}

void StoreSimulation::play_product(std::uint32_t product, TruthRows& truth,
                                   retail::ColumnBlock& deliveries) {
    Shelf& shelf = shelves_[product];
    const bool sold_here = plan_->lines[product] > 0;
    if (!sold_here && !shelf.launched()) {
        return;
    }
    if (!shelf.launched() && shelf.order().ordered == 0 && hours_.open()) {
        shelf.launch(date_, expected_units(product),
                     chain_.suppliers()[chain_.traits()[product].supplier],
                     chain_.products()[product]);
    }
    TruthRow row;
    row.opening = shelf.on_hand();
    const Planted planted = planted_for(product);
    if (planted.emptied) {
        row.theft += shelf.lose(shelf.on_hand());
    }
    if (sold_here) {
        row.price = plan_->price[product];
        list_price_ = plan_->list_price[product];
        row.on_offer = list_price_ > row.price;
        if (planted.price != 1) {
            row.price = std::max<std::int64_t>(
                100, std::llround(static_cast<double>(row.price / 100) * planted.price) * 100);
            list_price_ = row.price;
            row.on_offer = false;
        }
    }
    if (hours_.open()) {
        collect_moves(product, planted);
        row.stock_out_minutes = play_moves(product, row, deliveries);
    }
    close_product(product, planted, row);
    row.closing = shelf.on_hand();
    if ((row.opening | row.receipts | row.returns | row.true_demand | row.closing) != 0) {
        truth.append(date_, chain_.stores()[store_].id, chain_.products()[product].product_id, row);
    }
}

std::int64_t StoreSimulation::slot_local_ms(std::uint32_t slot) const {
    constexpr std::int64_t kBeforeOpeningMs = 75 * kMinuteMs;
    return slot == 0 ? (std::int64_t{date_} * 24 + hours_.opens) * kHourMs - kBeforeOpeningMs
                     : baskets_.all()[slot - 1].local_ms;
}

void StoreSimulation::write_lines(EventRows& events, LogStamp& log) {
    // Lines in order of their slots: a counting sort, so that lines of a slot keep their order.
    std::vector<std::uint32_t>& begins = slot_begins_;
    begins.assign(baskets_.all().size() + 2, 0);
    for (const Line& line : lines_) {
        ++begins[line.slot + 1];
    }
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    by_slot_.resize(lines_.size());
    for (std::uint32_t i = 0; i < lines_.size(); ++i) {
        by_slot_[begins[lines_[i].slot]++] = i;
    }
    std::uint32_t returns = 0;
    std::uint32_t slot_written = kNoSlot;
    for (const std::uint32_t index : by_slot_) {
        const Line& line = lines_[index];
        if (line.slot != slot_written) {
            slot_written = line.slot;
            begin_slot(line.slot);
        }
        write_line(line, returns, events, log);
        returns += line.type == TransactionType::kReturn ? 1 : 0;
    }
}

void StoreSimulation::begin_slot(std::uint32_t slot) {
    const retail::TimeZone& zone = *chain_.profiles()[store_].zone;
    const StoreId id = chain_.stores()[store_].id;
    // No shop is open when clocks change.
    SHELFCAST_CHECK(zone.to_utc_ms(slot_local_ms(slot), event_.event_time_ms));
    const retail::LocalDay local = zone.local_day(event_.event_time_ms);
    SHELFCAST_CHECK(local.business_date == date_);
    event_.business_date = date_;
    event_.hour_start_s = local.hour_start_s;
    event_.store_id = id;
    if (slot > 0) {
        const Basket& basket = baskets_.all()[slot - 1];
        register_ = register_text(basket.register_number);
        customer_ = customer_text(id, basket.customer);
        basket_ = basket_text(basket_number(slot));
    }
}

std::uint64_t StoreSimulation::basket_number(std::uint32_t in_day) const {
    // 13 bits of store, 16 of date, 19 of the day's baskets.
    return std::uint64_t{store_} << 35U | static_cast<std::uint64_t>(date_) << 19U | in_day;
}

void StoreSimulation::write_line(const Line& line, std::uint32_t returns_before, EventRows& events,
                                 LogStamp& log) {
    const retail::Product& product = chain_.products()[line.product];
    const bool from_customer = line.type != TransactionType::kRestock;
    event_.type = line.type;
    event_.product_id = product.product_id;
    event_.category = product.category;
    event_.quantity = {line.quantity};
    event_.unit_price = {line.price};
    event_.unit_cost = retail::UnitPrice{costs_[line.product]};
    event_.event_id = event_id_at(event_.event_time_ms, random_);
    event_.register_id = from_customer ? std::string_view(register_) : std::string_view();
    event_.customer_id = from_customer ? std::string_view(customer_) : std::string_view();
    event_.basket_id = from_customer ? std::string_view(basket_) : std::string_view();
    event_.promotion_id = {};
    event_.discount.reset();
    std::string customer;
    std::string basket;
    if (line.type == TransactionType::kReturn) {
        // A receipt of its own, for whoever bought it.
        const auto baskets = static_cast<std::uint32_t>(baskets_.all().size());
        customer = customer_text(event_.store_id, line.customer);
        basket = basket_text(basket_number(baskets + 1 + returns_before));
        event_.customer_id = customer;
        event_.basket_id = basket;
    } else if (line.list_price > line.price) {
        event_.promotion_id = promotions_[chain_.traits()[line.product].kind];
        event_.discount = retail::UnitPrice{line.list_price - line.price};
    }
    events.append(event_, log);
}

void StoreSimulation::simulate_day(DayRows& rows, LogStamp& log) {
    begin_day();
    TruthRows truth(rows.truth);
    for (std::uint32_t i = 0; i < shelves_.size(); ++i) {
        play_product(i, truth, rows.deliveries);
    }
    if (hours_.open()) {
        EventRows events(rows.events);
        write_lines(events, log);
    }
    ++date_;
}

}  // namespace shelfcast::synthetic
