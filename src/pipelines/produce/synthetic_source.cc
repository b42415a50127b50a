#include "pipelines/produce/synthetic_source.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <numeric>
#include <utility>

#include "retail/event_codec.h"
#include "synthetic/calendar.h"
#include "synthetic/id_text.h"

namespace shelfcast::produce {
namespace {

using retail::TransactionType;

constexpr std::int64_t kUnit = 1000;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr double kClosedTrade = 0.02;

constexpr double kMoreLines = 0.52;  // chance of one more line in a basket
constexpr int kMostLines = 9;
constexpr double kMeanLines = 2.2;  // measured, with restocks and returns
constexpr double kBackAtTheTill = 0.05;
constexpr std::size_t kMostComingBack = 256;

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}

std::int32_t local_date(const retail::TimeZone& zone, std::int64_t at_ms) {
    return static_cast<std::int32_t>(floor_divide(at_ms + zone.offset_s(at_ms) * 1000, kDayMs));
}

void append_price(std::string& out, std::int64_t ten_thousandths) {
    const std::int64_t cents = ten_thousandths / 100;
    fmt::format_to(std::back_inserter(out), "{}.{:02}", cents / 100, cents % 100);
}

}  // namespace

Result<SyntheticSource> SyntheticSource::create(const SourceOptions& options,
                                                const synthetic::Chain& chain,
                                                const synthetic::ChainStock& stock) {
    if (!(options.events_per_second > 0)) {
        return fail(ErrorKind::kInvalidInput, "produce: events_per_second is {}, not above 0",
                    options.events_per_second);
    }
    if (!stock.empty() && stock.size() != chain.stores().size()) {
        return fail(ErrorKind::kInvalidInput, "produce: a stock of {} stores for a chain of {}",
                    stock.size(), chain.stores().size());
    }
    std::vector<std::unique_ptr<Shop>> shops;
    for (std::uint32_t i = 0; i < chain.stores().size(); ++i) {
        auto shop = std::make_unique<Shop>(Shop{.store_plan = synthetic::StorePlan(chain, i)});
        shop->shelf.resize(chain.products().size());
        if (!stock.empty()) {
            if (stock[i].size() != shop->shelf.size()) {
                return fail(ErrorKind::kInvalidInput,
                            "produce: a stock of {} products for a chain of {}", stock[i].size(),
                            shop->shelf.size());
            }
            shop->shelf = stock[i];
        }
        const std::int32_t date = local_date(*chain.profiles()[i].zone, options.start_ms);
        go_to_week(*shop, synthetic::week_of(date));
        shops.push_back(std::move(shop));
    }
    return SyntheticSource(options, chain, std::move(shops));
}

SyntheticSource::SyntheticSource(const SourceOptions& options, const synthetic::Chain& chain,
                                 std::vector<std::unique_ptr<Shop>> shops)
    : options_(options),
      chain_(chain),
      // The start is part of the seed: two runs at different times share no event id.
      random_(options.seed * 0x9E3779B97F4A7C15ULL ^ static_cast<std::uint64_t>(options.start_ms)),
      shops_(std::move(shops)),
      weights_(shops_.size()),
      simulated_ms_(static_cast<double>(options.start_ms)) {
    if (options.other_topics) {
        // A stream of its own: the receipts' chances stay what they are without it.
        floor_.emplace(options.seed ^ 0xF1005ULL ^ static_cast<std::uint64_t>(options.start_ms));
    }
    constexpr int kWeekHours = 7 * 24;
    for (int hour = 0; hour < kWeekHours; ++hour) {
        for (std::uint32_t i = 0; i < shops_.size(); ++i) {
            mean_weight_ += weight_at(i, options.start_ms + hour * kHourMs, 0) / kWeekHours;
        }
    }
}

void SyntheticSource::go_to_week(Shop& shop, std::int32_t week) {
    if (shop.plan != nullptr && shop.plan->week == week) {
        return;
    }
    shop.plan = &shop.store_plan.at_week(week);
    shop.popularity.resize(shop.plan->lines.size());
    std::inclusive_scan(shop.plan->lines.begin(), shop.plan->lines.end(), shop.popularity.begin(),
                        std::plus<>(), 0.0);
}

double SyntheticSource::weight_at(std::uint32_t shop, std::int64_t at_ms, double closed) const {
    const synthetic::StoreProfile& profile = chain_.profiles()[shop];
    const std::int64_t local_ms = at_ms + profile.zone->offset_s(at_ms) * 1000;
    const auto date = static_cast<std::int32_t>(floor_divide(local_ms, kDayMs));
    const auto hour = static_cast<int>(floor_divide(local_ms, kHourMs) - std::int64_t{date} * 24);
    const synthetic::OpeningHours hours = chain_.opening_hours(shop, date);
    if (hour < hours.opens || hour >= hours.closes) {
        return profile.size * closed;
    }
    return profile.size * chain_.day_factor(shop, date) *
           synthetic::hour_shape(hour, synthetic::weekday_of(date) >= 5);
}

double SyntheticSource::weigh_shops(std::int64_t at_ms, double closed) {
    // Every zone of the chain is whole hours from UTC.
    const std::int64_t hour = floor_divide(at_ms, kHourMs);
    if (hour != weighed_hour_) {
        weighed_hour_ = hour;
        double sum = 0;
        for (std::uint32_t i = 0; i < shops_.size(); ++i) {
            const std::int32_t date = local_date(*chain_.profiles()[i].zone, at_ms);
            go_to_week(*shops_[i], synthetic::week_of(date));
            sum += weight_at(i, at_ms, closed);
            weights_[i] = sum;
        }
    }
    return weights_.back();
}

std::uint32_t SyntheticSource::pick_shop(double sum) {
    const auto found = std::ranges::upper_bound(weights_, random_.unit() * sum);
    return static_cast<std::uint32_t>(found - weights_.begin());
}

std::uint32_t SyntheticSource::pick_product(const Shop& shop) {
    const double at = random_.unit() * shop.popularity.back();
    return static_cast<std::uint32_t>(std::ranges::upper_bound(shop.popularity, at) -
                                      shop.popularity.begin());
}

void SyntheticSource::fill_basket(std::uint32_t shop) {
    const synthetic::StoreProfile& profile = chain_.profiles()[shop];
    Line line;
    line.store = shop;
    line.week = shops_[shop]->plan->week;
    line.basket = random_.next() >> 16U | 1U;
    line.register_number = 1 + random_.below(profile.registers);
    line.customer = synthetic::draw_customer(profile.size, random_);
    int lines = 1;
    while (lines < kMostLines && random_.chance(kMoreLines)) {
        ++lines;
    }
    for (int i = 0; i < lines; ++i) {
        if (!shops_[shop]->coming_back.empty() && random_.chance(kBackAtTheTill)) {
            add_return(line);
        } else {
            add_sale(line);
        }
    }
}

void SyntheticSource::add_sale(Line line) {
    constexpr std::int64_t kDeliveredBeforeMs = 1000;
    constexpr double kDeliveryDays = 7;
    Shop& shop = *shops_[line.store];
    line.product = pick_product(shop);
    const std::uint8_t kind_number = chain_.traits()[line.product].kind;
    const synthetic::Kind& kind = synthetic::kinds()[kind_number];
    line.quantity = synthetic::draw_quantity(kind_number, random_);
    line.price = shop.plan->price[line.product];
    line.discount = shop.plan->list_price[line.product] - line.price;
    std::int64_t& shelf = shop.shelf[line.product];
    if (shelf < line.quantity) {
        const std::int64_t pack = std::int64_t{chain_.products()[line.product].pack_size} * kUnit;
        const double a_week = shop.plan->lines[line.product] * kDeliveryDays *
                              synthetic::mean_line_units(kind) * kUnit;
        const std::int64_t wanted = std::max(line.quantity, static_cast<std::int64_t>(a_week));
        Line delivery;
        delivery.store = line.store;
        delivery.product = line.product;
        delivery.type = TransactionType::kRestock;
        delivery.quantity = (wanted + pack - 1) / pack * pack;
        delivery.price = shop.store_plan.unit_cost(line.product);
        delivery.before_ms = kDeliveredBeforeMs;
        shelf += delivery.quantity;
        lines_.push_back(delivery);
    }
    shelf -= line.quantity;
    lines_.push_back(line);
    if (random_.chance(kind.returned) && shop.coming_back.size() < kMostComingBack) {
        shop.coming_back.push_back(line);
    }
}

void SyntheticSource::add_return(Line line) {
    Shop& shop = *shops_[line.store];
    const auto at = random_.below(static_cast<std::uint32_t>(shop.coming_back.size()));
    const Line sold = shop.coming_back[at];
    shop.coming_back[at] = shop.coming_back.back();
    shop.coming_back.pop_back();
    // A receipt of its own, for whoever bought it.
    line.basket = random_.next() >> 16U | 1U;
    line.product = sold.product;
    line.type = TransactionType::kReturn;
    line.customer = sold.customer;
    line.price = sold.price;
    line.quantity = sold.quantity;
    shop.shelf[line.product] += line.quantity;
    lines_.push_back(line);
}

void SyntheticSource::append_next(std::string& out) {
    while (lines_.empty()) {
        const auto now_ms = static_cast<std::int64_t>(simulated_ms_);
        const std::int64_t hour_end_ms = (now_ms / kHourMs + 1) * kHourMs;
        const double sum = weigh_shops(now_ms, 0);
        // Baskets per millisecond in this hour. Arrivals have no memory, so drawing anew in the
        // next hour changes nothing in their law.
        const double rate = options_.events_per_second / 1000 / kMeanLines * sum / mean_weight_;
        const double wait_ms =
            rate > 0 ? random_.exponential(1 / rate) : static_cast<double>(kHourMs);
        if (simulated_ms_ + wait_ms >= static_cast<double>(hour_end_ms)) {
            simulated_ms_ = static_cast<double>(hour_end_ms);
            continue;
        }
        simulated_ms_ += wait_ms;
        basket_ms_ = static_cast<std::int64_t>(simulated_ms_);
        fill_basket(pick_shop(sum));
    }
    hand_out_line(basket_ms_, out);
}

void SyntheticSource::append_next_at(std::int64_t now_ms, std::string& out) {
    if (lines_.empty()) {
        fill_basket(pick_shop(weigh_shops(now_ms, kClosedTrade)));
    }
    hand_out_line(now_ms, out);
}

void SyntheticSource::hand_out_line(std::int64_t at_ms, std::string& out) {
    const Line line = lines_.front();
    lines_.pop_front();
    const std::int64_t time_ms =
        std::max(at_ms - line.before_ms, shops_[line.store]->counted_ms + 1);
    const std::size_t begin = out.size();
    append_line(line, time_ms, out);
    if (floor_) {
        tell_others(line, time_ms, std::string_view(out).substr(begin));
    }
}

void SyntheticSource::tell_others(const Line& line, std::int64_t time_ms,
                                  std::string_view message) {
    const StoreId store = chain_.stores()[line.store].id;
    const std::string promotion =
        line.discount > 0 ? synthetic::promotion_text(line.week, chain_.traits()[line.product].kind)
                          : "";
    const FloorLine told{store,      chain_.products()[line.product].product_id,
                         time_ms,    line.quantity,
                         line.price, promotion};
    if (line.type == TransactionType::kRestock) {
        floor_->delivery(told);
    } else {
        ++basket_lines_;
        if (line.type == TransactionType::kSale) {
            floor_->price(told);
        }
        floor_->receipt_line(message);
    }
    if (lines_.empty()) {
        floor_->basket(store, time_ms, basket_lines_, synthetic::basket_text(line.basket),
                       synthetic::customer_text(store, line.customer));
        basket_lines_ = 0;
        tell_of_shelf(line, time_ms);
    }
}

/// Between two baskets, when the shelf is what all lines so far have left.
void SyntheticSource::tell_of_shelf(const Line& line, std::int64_t time_ms) {
    constexpr double kWasted = 0.02;
    constexpr double kReserved = 0.02;
    constexpr double kCollected = 0.01;
    constexpr double kCounted = 0.05;
    constexpr std::size_t kMostReserved = 64;
    Shop& shop = *shops_[line.store];
    const StoreId store = chain_.stores()[line.store].id;
    const auto told = [&](std::uint32_t product, std::int64_t quantity) {
        return FloorLine{store, chain_.products()[product].product_id, time_ms, quantity, 0, {}};
    };
    synthetic::Random& random = floor_->random();
    if (shop.shelf[line.product] >= kUnit && random.chance(kWasted)) {
        shop.shelf[line.product] -= kUnit;
        floor_->inventory_update(told(line.product, kUnit), "WASTE", "damaged");
    }
    if (shop.reserved.size() < kMostReserved && random.chance(kReserved)) {
        shop.reserved.push_back(line.product);
        floor_->inventory_update(told(line.product, kUnit), "RESERVE", "");
    }
    if (!shop.reserved.empty() && random.chance(kCollected)) {
        floor_->inventory_update(told(shop.reserved.back(), kUnit), "RELEASE", "");
        shop.reserved.pop_back();
    }
    if (random.chance(kCounted)) {
        shop.counted_ms = time_ms;
        floor_->inventory_update(told(line.product, shop.shelf[line.product]), "COUNT",
                                 "cycle count");
    }
}

std::map<std::string_view, std::string> SyntheticSource::take_other_messages() {
    return floor_ ? floor_->take() : std::map<std::string_view, std::string>();
}

synthetic::ChainStock SyntheticSource::stock() const {
    synthetic::ChainStock stock;
    for (const auto& shop : shops_) {
        stock.push_back(shop->shelf);
    }
    // The basket at the till is off the shelf before all of its lines are handed on.
    for (const Line& line : lines_) {
        stock[line.store][line.product] +=
            line.type == TransactionType::kSale ? line.quantity : -line.quantity;
    }
    return stock;
}

void SyntheticSource::append_line(const Line& line, std::int64_t time_ms, std::string& out) {
    const retail::Product& product = chain_.products()[line.product];
    const StoreId store = chain_.stores()[line.store].id;
    const std::string id_text = retail::format_uuid(synthetic::event_id_at(time_ms, random_));
    const std::string time_text = retail::format_utc_ms(time_ms);
    const std::string register_text = synthetic::register_text(line.register_number);
    const std::string customer_text = synthetic::customer_text(store, line.customer);
    std::string basket_text;
    std::string promotion_text;
    price_text_.clear();
    append_price(price_text_, line.price);
    cost_text_.clear();
    append_price(cost_text_, shops_[line.store]->store_plan.unit_cost(line.product));
    quantity_text_.clear();
    retail::append_decimal(quantity_text_, line.quantity, retail::Quantity::kScale, true);
    discount_text_.clear();
    if (line.discount > 0) {
        append_price(discount_text_, line.discount);
        promotion_text = synthetic::promotion_text(line.week, chain_.traits()[line.product].kind);
    }
    if (line.basket > 0) {
        basket_text = synthetic::basket_text(line.basket);
    }
    retail::EventText event;
    event.event_time = time_text;
    event.store_id = store.value;
    event.product_id = product.product_id;
    event.category = product.category;
    event.transaction_type = to_string(line.type);
    event.quantity = quantity_text_;
    event.unit_price = price_text_;
    event.event_id = id_text;
    event.register_id = register_text;
    event.customer_id = customer_text;
    event.basket_id = basket_text;
    event.promotion_id = promotion_text;
    event.unit_cost = cost_text_;
    event.discount = discount_text_;
    retail::append_message(out, event);
}

}  // namespace shelfcast::produce
