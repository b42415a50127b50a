#include "pipelines/produce/synthetic_source.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "retail/event_codec.h"

namespace shelfcast::produce {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr int kOpens = 9;
constexpr int kCloses = 21;
constexpr double kNightTrade = 0.02;

/// From 9 o'clock on: lunch and the way home.
constexpr std::array<double, kCloses - kOpens> kHourShape = {0.5, 0.7, 0.9, 1.2, 1.2, 1.0,
                                                             0.9, 1.0, 1.3, 1.4, 1.1, 0.8};
/// Monday first.
constexpr std::array<double, 7> kDayShape = {0.80, 0.80, 0.90, 0.95, 1.20, 1.45, 0.90};

constexpr double kReturnShare = 0.03;        // of lines
constexpr double kKnownCustomerShare = 0.6;  // of baskets
constexpr std::uint32_t kCustomers = 5000;
constexpr double kMoreLines = 0.52;  // chance of one more line in a basket
constexpr std::size_t kMostLines = 9;
constexpr double kMeanLines = 2.15;  // measured, with restocks and returns
constexpr std::size_t kSoldRemembered = 64;
constexpr std::uint32_t kPromotionWeeks = 9;  // each product is on offer one week in so many

/// Mean over a week of one store of size 1, its closed hours included.
constexpr double mean_weight() {
    double hours = 0;
    for (const double hour : kHourShape) {
        hours += hour;
    }
    double days = 0;
    for (const double day : kDayShape) {
        days += day;
    }
    return hours / 24 * days / 7;
}

/// How busy a store of size 1 is at that local time.
double weight_at(std::int64_t local_ms, double night) {
    const std::int64_t day = local_ms / kDayMs;
    const auto hour = static_cast<int>((local_ms % kDayMs) / kHourMs);
    // 1970-01-01 was a Thursday.
    const double by_day = kDayShape[static_cast<std::size_t>((day + 3) % 7)];
    return hour < kOpens || hour >= kCloses
               ? night
               : by_day * kHourShape[static_cast<std::size_t>(hour - kOpens)];
}

std::int64_t week_of(std::int64_t at_ms) { return (at_ms / kDayMs + 3) / 7; }

bool on_offer(std::size_t product, std::int64_t week) {
    return (static_cast<std::uint64_t>(week) * 5 + product * 7) % kPromotionWeeks == 0;
}

void append_pence(std::string& out, std::int64_t pence) {
    fmt::format_to(std::back_inserter(out), "{}.{:02}", pence / 100, pence % 100);
}

}  // namespace

Result<SyntheticSource> SyntheticSource::create(const SourceOptions& options,
                                                const std::vector<retail::Store>& stores) {
    if (stores.empty()) {
        return fail(ErrorKind::kInvalidInput, "produce: there is no store to sell in");
    }
    if (!(options.events_per_second > 0)) {
        return fail(ErrorKind::kInvalidInput, "produce: events_per_second is {}, not above 0",
                    options.events_per_second);
    }
    std::vector<Shop> shops;
    for (std::size_t i = 0; i < stores.size(); ++i) {
        Shop shop;
        shop.id = stores[i].id;
        SHELFCAST_ASSIGN(shop.zone, retail::TimeZone::load(stores[i].time_zone));
        shop.size = demo_store_size(i);
        shop.registers = 2 + static_cast<std::uint32_t>(3 * shop.size);
        shop.shelf.resize(demo_products().size());
        shops.push_back(std::move(shop));
    }
    return SyntheticSource(options, std::move(shops));
}

SyntheticSource::SyntheticSource(const SourceOptions& options, std::vector<Shop> shops)
    : options_(options),
      // The start is part of the seed: two runs at different times share no event id.
      random_(options.seed * 0x9E3779B97F4A7C15ULL ^ static_cast<std::uint64_t>(options.start_ms)),
      shops_(std::move(shops)),
      weights_(shops_.size()),
      simulated_ms_(static_cast<double>(options.start_ms)) {
    std::uint32_t sum = 0;
    for (const Product& product : demo_products()) {
        sum += product.popularity;
        popularity_.push_back(sum);
    }
}

double SyntheticSource::weigh_shops(std::int64_t at_ms, double night) {
    double sum = 0;
    for (std::size_t i = 0; i < shops_.size(); ++i) {
        const Shop& shop = shops_[i];
        const std::int64_t local_ms = at_ms + shop.zone->offset_s(at_ms) * 1000;
        weights_[i] = shop.size * weight_at(local_ms, night);
        sum += weights_[i];
    }
    return sum;
}

std::size_t SyntheticSource::pick_shop(double sum) {
    double left = random_.unit() * sum;
    for (std::size_t i = 0; i + 1 < weights_.size(); ++i) {
        if (left < weights_[i]) {
            return i;
        }
        left -= weights_[i];
    }
    return weights_.size() - 1;
}

std::size_t SyntheticSource::pick_product() {
    const std::uint32_t at = random_.below(popularity_.back());
    return static_cast<std::size_t>(std::ranges::upper_bound(popularity_, at) -
                                    popularity_.begin());
}

void SyntheticSource::fill_basket(std::size_t shop, std::int64_t at_ms) {
    Line line;
    line.store = shop;
    line.basket = random_.next() >> 16U | 1U;
    line.register_number = 1 + random_.below(shops_[shop].registers);
    line.customer = random_.chance(kKnownCustomerShare) ? 1 + random_.below(kCustomers) : 0;
    std::size_t lines = 1;
    while (lines < kMostLines && random_.chance(kMoreLines)) {
        ++lines;
    }
    for (std::size_t i = 0; i < lines; ++i) {
        if (!shops_[shop].sold.empty() && random_.chance(kReturnShare)) {
            add_return(shops_[shop], line);
        } else {
            add_sale(line, at_ms);
        }
    }
}

void SyntheticSource::add_sale(Line line, std::int64_t at_ms) {
    constexpr std::int64_t kDeliveredBeforeMs = 1000;
    constexpr std::uint32_t kLowShelf = 5;  // below a fifth of a case
    Shop& shop = shops_[line.store];
    line.product = pick_product();
    const Product& product = demo_products()[line.product];
    const double draw = random_.unit();
    line.units = product.price_pence > 10'000 || draw < 0.80 ? 1 : draw < 0.95 ? 2 : 3;
    line.price_pence = product.price_pence;
    if (on_offer(line.product, week_of(at_ms))) {
        line.discount_pence = product.price_pence / 5;
        line.price_pence -= line.discount_pence;
    }
    std::uint32_t& shelf = shop.shelf[line.product];
    if (shelf < line.units + product.case_units / kLowShelf) {
        Line delivery;
        delivery.store = line.store;
        delivery.product = line.product;
        delivery.type = retail::TransactionType::kRestock;
        delivery.units = product.case_units;
        delivery.price_pence = product.cost_pence;
        delivery.before_ms = kDeliveredBeforeMs;
        shelf += delivery.units;
        lines_.push_back(delivery);
    }
    shelf -= line.units;
    lines_.push_back(line);
    if (shop.sold.size() < kSoldRemembered) {
        shop.sold.push_back(line);
    } else {
        shop.sold[shop.next_sold] = line;
        shop.next_sold = (shop.next_sold + 1) % kSoldRemembered;
    }
}

void SyntheticSource::add_return(Shop& shop, Line line) {
    const auto at = random_.below(static_cast<std::uint32_t>(shop.sold.size()));
    const Line& sold = shop.sold[at];
    line.product = sold.product;
    line.type = retail::TransactionType::kReturn;
    line.customer = sold.customer;
    line.price_pence = sold.price_pence;
    shop.shelf[line.product] += line.units;
    // One unit comes back once.
    shop.sold.erase(shop.sold.begin() + at);
    shop.next_sold = 0;
    lines_.push_back(line);
}

void SyntheticSource::append_next(std::string& out) {
    while (lines_.empty()) {
        const auto now_ms = static_cast<std::int64_t>(simulated_ms_);
        const std::int64_t hour_end_ms = (now_ms / kHourMs + 1) * kHourMs;
        const double sum = weigh_shops(now_ms, 0);
        double total = 0;
        for (const Shop& shop : shops_) {
            total += shop.size;
        }
        // Baskets per millisecond in this hour. Arrivals have no memory, so drawing anew in the
        // next hour changes nothing in their law.
        const double rate =
            options_.events_per_second / 1000 / kMeanLines * sum / (total * mean_weight());
        const double wait_ms =
            rate > 0 ? random_.exponential(1 / rate) : static_cast<double>(kHourMs);
        if (simulated_ms_ + wait_ms >= static_cast<double>(hour_end_ms)) {
            simulated_ms_ = static_cast<double>(hour_end_ms);
            continue;
        }
        simulated_ms_ += wait_ms;
        basket_ms_ = static_cast<std::int64_t>(simulated_ms_);
        fill_basket(pick_shop(sum), basket_ms_);
    }
    const Line line = lines_.front();
    lines_.pop_front();
    append_line(line, basket_ms_, out);
}

void SyntheticSource::append_next_at(std::int64_t now_ms, std::string& out) {
    if (lines_.empty()) {
        fill_basket(pick_shop(weigh_shops(now_ms, kNightTrade)), now_ms);
    }
    const Line line = lines_.front();
    lines_.pop_front();
    append_line(line, now_ms, out);
}

void SyntheticSource::append_line(const Line& line, std::int64_t at_ms, std::string& out) {
    const Product& product = demo_products()[line.product];
    const std::int64_t time_ms = at_ms - line.before_ms;
    // Version 7 of RFC 9562: the time, then chance.
    const retail::EventUuid id{
        static_cast<std::uint64_t>(time_ms) << 16U | 0x7000U | (random_.next() & 0xFFFU),
        0x8000'0000'0000'0000U | random_.next() >> 2U};
    const std::string id_text = retail::format_uuid(id);
    const std::string time_text = retail::format_utc_ms(time_ms);
    std::array<char, 96> buffer{};
    char* at = buffer.data();
    const auto text = [&]<typename... Parts>(fmt::format_string<Parts...> form, Parts&&... parts) {
        char* const begin = at;
        at = fmt::format_to(at, form, std::forward<Parts>(parts)...);
        return std::string_view(begin, static_cast<std::size_t>(at - begin));
    };
    price_text_.clear();
    append_pence(price_text_, line.price_pence);
    cost_text_.clear();
    append_pence(cost_text_, product.cost_pence);
    discount_text_.clear();
    if (line.discount_pence > 0) {
        append_pence(discount_text_, line.discount_pence);
    }
    retail::EventText event;
    event.event_time = time_text;
    event.store_id = shops_[line.store].id.value;
    event.product_id = product.product_id;
    event.category = product.category;
    event.transaction_type = to_string(line.type);
    event.quantity = text("{}", line.units);
    event.unit_price = price_text_;
    event.event_id = id_text;
    event.unit_cost = cost_text_;
    event.discount = discount_text_;
    if (line.register_number > 0) {
        event.register_id = text("R{}", line.register_number);
    }
    if (line.customer > 0) {
        event.customer_id = text("C{:05}", line.customer);
    }
    if (line.basket > 0) {
        event.basket_id = text("B{:012x}", line.basket);
    }
    if (line.discount_pence > 0) {
        event.promotion_id = text("WEEK-{}", week_of(at_ms));
    }
    retail::append_message(out, event);
}

}  // namespace shelfcast::produce
